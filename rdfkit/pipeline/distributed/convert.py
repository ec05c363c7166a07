"""Converts sources into shards: scan, convert by shards, settle, manifest. The work on a shard can be done anywhere.

The state of the run lies in a folder of its own on the machine that conducts it. The shards are those pages that
follow each other, so that the same sources give the same shards.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from rdfkit.errors import SourceError
from rdfkit.pipeline.batches import Batches
from rdfkit.pipeline.conflicts import duplicate, note_strays, settle_tables
from rdfkit.pipeline.converter import Batch
from rdfkit.pipeline.distributed import shards
from rdfkit.pipeline.distributed.shards import Manifest, Shard, ShardJob, record_name
from rdfkit.pipeline.fingerprint import program
from rdfkit.pipeline.processes import in_processes
from rdfkit.pipeline.progress import Advance, no_progress
from rdfkit.pipeline.resolver import Resolver
from rdfkit.pipeline.scan import scan
from rdfkit.pipeline.state.conflicts import rival_claims
from rdfkit.pipeline.state.database import Database
from rdfkit.pipeline.state.files import companions
from rdfkit.pipeline.state.findings import count_findings
from rdfkit.pipeline.state.lookups import await_misinformed, lookups
from rdfkit.pipeline.state.model import Companion, File
from rdfkit.pipeline.state.pages import page_accounts, pages_between, pending, put
from rdfkit.report import Result
from rdfkit.sources import filesystems, locations
from rdfkit.sources.ontologies.reader import read_ontology
from rdfkit.sources.sites import site_of
from rdfkit.validation import validator
from rdfkit.version import __version__

# Pages to a shard: 50 MB of N-Quads, 2 MB packed.
SHARD_PAGES = 1000
# Pages that are looked at together.
_SLICE = 1000

# Does the work of all jobs, in any order, somewhere.
Runner = Callable[[Callable[[ShardJob], Shard], Iterable[ShardJob]], Iterator[Shard]]
# Files that are left out because another page has their graph, with the finding that says so.
Seconds = tuple[tuple[str, Result], ...]


def convert_to(
    sources: Iterable[str | Path],
    place: str | Path,
    *,
    lexicons: Iterable[str | Path] = (),
    tables: Iterable[str | Path] = (),
    ontologies: Iterable[str | Path] = (),
    keep_invalid: bool = False,
    shard_pages: int = SHARD_PAGES,
    compress: bool = True,
    run: Runner = in_processes,
    progress: Advance = no_progress,
) -> Manifest:
    """Converts sources into shards at a place, and gives their manifest; goes on with what is there already.

    The options are those of `build`. Pages are checked one by one: nodes that several pages describe are checked when
    the shards are loaded. `run` has the work done: by processes of this machine, or by a cluster (`dask_cluster`).
    Raises SourceError, LexiconError, OntologyError, and ShardError when the place cannot be written.
    """
    read = tuple(read_ontology(Path(path)) for path in ontologies)
    with (
        tempfile.TemporaryDirectory(prefix=f"rdfkit-{os.getpid()}-") as folder,
        Database(Path(folder)) as database,
    ):
        resolver = Resolver(database, tuple(map(Path, lexicons)), read)
        conversion = _Conversion(
            sources=tuple(map(locations.normal, sources)),
            tables=tuple(map(locations.normal, tables)),
            place=locations.normal(place),
            database=database,
            batches=Batches(database, resolver, validator.load_shapes().compiled, keep_invalid),
            compress=compress,
            run=run,
            progress=progress,
        )
        scan(conversion.sources, conversion.tables, database)
        # A new database numbers pages in their order.
        parts = [
            _Part(number, pages[0].id, pages[-1].id)
            for number, pages in enumerate(pending(database, shard_pages))
        ]
        if not parts:
            raise SourceError("no page with front matter", path=", ".join(conversion.sources))
        return _finish(conversion, *_settled(conversion, parts))


@dataclass(frozen=True, slots=True)
class _Part:
    """The pages of a shard: the first and the last number in the database, and those that are left out of it."""

    number: int
    first: int
    last: int
    seconds: Seconds = ()


@dataclass(frozen=True, slots=True)
class _Conversion:
    """What every step needs."""

    sources: tuple[str, ...]
    tables: tuple[str, ...]
    place: str
    database: Database
    batches: Batches
    compress: bool
    run: Runner
    progress: Advance


def _settled(conversion: _Conversion, parts: list[_Part]) -> tuple[list[Shard], set[str]]:
    """Converts shards until no page was told, or given, what is not true; gives them, and the records they needed."""
    made: dict[int, Shard] = {}
    used: set[str] = set()
    known = set(shards.existing_records(conversion.place))
    waiting = parts
    while waiting:
        jobs = ((part, _job(conversion, part)) for part in waiting)
        for part, name in _made(conversion, jobs, known):
            made[part.number] = _noted(conversion, part, name)
            used.add(name)
            conversion.progress("shards", len(made), len(parts))
        if not conversion.database.is_indexed:
            conversion.database.index()
        waiting = _misinformed(conversion, parts)
        if not waiting:
            # Only when all pages are mapped is it known which graphs they have.
            seconds = _seconds(conversion.database, parts)
            waiting = [
                replace(part, seconds=seconds.get(part.number, ()))
                for part in parts
                if part.seconds != seconds.get(part.number, ())
            ]
            parts = [*parts]
            for part in waiting:
                parts[part.number] = part
    return [made[part.number] for part in parts], used


def _made(
    conversion: _Conversion, jobs: Iterable[tuple[_Part, ShardJob]], known: set[str]
) -> Iterator[tuple[_Part, str]]:
    """The records of the shards that wait, taken from the place where they are there already."""
    there: list[tuple[_Part, str]] = []
    by_number: dict[int, _Part] = {}

    def missing() -> Iterator[ShardJob]:
        for part, job in jobs:
            by_number[part.number] = part
            if job.key in known:
                there.append((part, record_name(job.key)))
            else:
                yield job

    for shard in conversion.run(shards.write_shard, missing()):
        yield by_number[shard.number], shard.records
    yield from there


def _noted(conversion: _Conversion, part: _Part, name: str) -> Shard:
    shard, records = shards.read_records(conversion.place, name)
    pages = range(part.first, part.last + 1)
    put(
        conversion.database,
        ((page, record.converted) for page, record in zip(pages, records, strict=True)),
    )
    return shard


def _job(conversion: _Conversion, part: _Part) -> ShardJob:
    batch = conversion.batches.batch(pages_between(conversion.database, part.first, part.last))
    key = _key([part.number, program(), batch.keep_invalid, conversion.compress], batch, part.seconds)
    return ShardJob(conversion.place, part.number, program(), batch, part.seconds, key, conversion.compress)


def _misinformed(conversion: _Conversion, parts: list[_Part]) -> list[_Part]:
    """The shards with pages that were given wrong answers or tables."""
    database = conversion.database
    settle_tables(database)
    await_misinformed(database, conversion.batches.resolver.answers(lookups(database)))
    numbers = {_number(parts, page.id) for pages in pending(database, _SLICE) for page in pages}
    return [parts[number] for number in sorted(numbers)]


def _seconds(database: Database, parts: list[_Part]) -> Mapping[int, Seconds]:
    """The files of each shard whose graphs are those of other pages."""
    found: dict[int, list[tuple[str, Result]]] = {}
    for first, *others in rival_claims(database):
        for other in others:
            told = (other.path, duplicate(other, first))
            found.setdefault(_number(parts, other.id), []).append(told)
    return {number: tuple(sorted(told, key=lambda one: one[0])) for number, told in found.items()}


def _number(parts: list[_Part], page: int) -> int:
    """The number of the shard with a page."""
    return bisect_right(parts, page, key=lambda part: part.first) - 1


def _finish(conversion: _Conversion, made: list[Shard], used: set[str]) -> Manifest:
    """Writes what is said of the whole, the manifest last, and removes what no shard needs any more."""
    database, place = conversion.database, conversion.place
    note_strays(database)
    shards.write_tables(place, companions(database))
    manifest = Manifest(
        rdfkit=__version__,
        program=program(),
        sources=conversion.sources,
        tables=conversion.tables,
        keep_invalid=conversion.batches.keep_invalid,
        quads=sum(shard.quads for shard in made),
        pages={kind: used for kind, (_, used, _) in page_accounts(database).items() if used},
        findings={str(key): count for key, count in count_findings(database).items()},
        shards=tuple(made),
    )
    shards.write_manifest(place, manifest)
    shards.remove_others(place, {shard.file for shard in made} | used)
    return manifest


def _key(told: list[object], batch: Batch, seconds: Seconds) -> str:
    """The name of all that goes into a shard."""
    files = [[_version(task.file), *map(_table_version, task.tables)] for task in batch.tasks]
    answers = sorted((*lookup, answer) for lookup, answer in batch.answers.items())
    left_out = [(path, str(finding)) for path, finding in seconds]
    return hashlib.sha256(json.dumps([told, files, answers, left_out]).encode()).hexdigest()


def _table_version(table: Companion) -> list[object]:
    return [table.kind, table.page_kind, table.page_name, table.expected, *_version(table.file)]


def _version(file: File) -> list[object]:
    """What changes when a file does."""
    known = file.version or file.modified or filesystems.file_sha256(file.path)
    site = site_of(file.path)
    return [file.path, file.relative, file.named, file.position, file.size, known, site]
