"""Converts sources into shards: survey, convert by shards, settle, manifest. The work on a shard can be done anywhere.

The inventory of the run lies in a folder of its own on the machine that conducts it. The shards are those pages that
follow each other, so that the same sources give the same shards.
"""

from __future__ import annotations

import hashlib
import json
import tempfile
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

import rdfkit
from rdfkit import places, validation
from rdfkit.errors import ShardError, SourceError
from rdfkit.ontologies import read_ontology
from rdfkit.pipeline import conflicts as ownership
from rdfkit.pipeline.batches import Spooled
from rdfkit.pipeline.converter import Advance, Batch, Task, no_progress
from rdfkit.pipeline.distributed import shards
from rdfkit.pipeline.distributed.shard_records import companion_json
from rdfkit.pipeline.distributed.shards import (
    Manifest,
    Shard,
    ShardJob,
    existing_records,
    read_records,
    write_shard,
)
from rdfkit.pipeline.fingerprint import program
from rdfkit.pipeline.processes import in_processes
from rdfkit.pipeline.resolver import Knowledge
from rdfkit.pipeline.scan import survey
from rdfkit.pipeline.state.database import Companion, File, Inventory, Waiting
from rdfkit.report import Result
from rdfkit.shacl import CompiledShapes

# Pages to a shard: 50 MB of N-Quads, 2 MB packed.
SHARD_PAGES = 1000

# Does the work of all jobs, in any order, somewhere.
Runner = Callable[[Callable[[ShardJob], Shard], Iterable[ShardJob]], Iterator[Shard]]


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
    the shards are loaded. `run` has the work done: by processes of this machine, or by a cluster (`clusters`). Raises
    SourceError, LexiconError, OntologyError, and ShardError when the place cannot be written.
    """
    with tempfile.TemporaryDirectory(prefix="rdfkit-") as folder, Inventory(Path(folder)) as inventory:
        conduct = _Run(
            sources=tuple(map(places.normal, sources)),
            tables=tuple(map(places.normal, tables)),
            place=places.normal(place),
            inventory=inventory,
            knowledge=Knowledge(
                inventory, tuple(map(Path, lexicons)), tuple(read_ontology(Path(path)) for path in ontologies)
            ),
            shapes=validation.load_shapes().compiled,
            keep_invalid=keep_invalid,
            compress=compress,
            run=run,
            progress=progress,
        )
        return conduct.convert(shard_pages)


@dataclass(slots=True)
class _Part:
    """The pages of a shard: the first and the last number in the inventory, and those that are left out of it."""

    number: int
    first: int
    last: int
    seconds: tuple[tuple[str, Result], ...] = ()


@dataclass(slots=True)
class _Run:
    """One run, with what it needs at every step."""

    sources: tuple[str, ...]
    tables: tuple[str, ...]
    place: str
    inventory: Inventory
    knowledge: Knowledge
    shapes: CompiledShapes | None
    keep_invalid: bool
    compress: bool
    run: Runner
    progress: Advance
    used: set[str] = field(default_factory=set)

    def convert(self, shard_pages: int) -> Manifest:
        """The stages in order."""
        survey(self.sources, self.tables, self.inventory)
        # A new inventory numbers pages in their order.
        parts = [
            _Part(number, pages[0].id, pages[-1].id)
            for number, pages in enumerate(self.inventory.pending(shard_pages))
        ]
        if not parts:
            raise SourceError("no page with front matter", path=", ".join(self.sources))
        return self._finish(self._settled(parts))

    def _settled(self, parts: list[_Part]) -> list[Shard]:
        """Converts shards until no page was told, or given, what is not true."""
        made: dict[int, Shard] = {}
        known = set(existing_records(self.place))
        waiting = parts
        while waiting:
            for shard in self._made(waiting, known):
                made[shard.number] = shard
                self.progress("shards", len(made), len(parts))
            if self.inventory.setting("indexed") is None:
                self.inventory.index()
            waiting = self._unsettled(parts)
        return [made[part.number] for part in parts]

    def _made(self, waiting: list[_Part], known: set[str]) -> Iterator[Shard]:
        """The shards that wait, taken from the place where they are there already."""
        there: list[str] = []
        by_number = {part.number: part for part in waiting}

        def missing() -> Iterator[ShardJob]:
            for part in waiting:
                job = self._job(part)
                self.used.add(job.key)
                if job.key in known:
                    there.append(f"{shards.RECORDS}/{job.key}.jsonl.gz")
                else:
                    yield job

        for shard in self.run(write_shard, missing()):
            yield self._noted(by_number[shard.number], shard.records)
        for name in there:
            found, _ = read_records(self.place, name)
            yield self._noted(by_number[found.number], name)

    def _noted(self, part: _Part, name: str) -> Shard:
        shard, records = read_records(self.place, name)
        pages = range(part.first, part.last + 1)
        self.inventory.put((page, record.converted) for page, record in zip(pages, records, strict=True))
        return shard

    def _job(self, part: _Part) -> ShardJob:
        pages = self.inventory.pages_between(part.first, part.last)
        answers = self.knowledge.answers(self.inventory.questions_of(page.id for page in pages))
        tasks = tuple(Task(page.file, tuple(self._tables(page))) for page in pages)
        batch = Batch(tasks, answers, self.shapes, self.keep_invalid)
        key = _key([part.number, program(), self.keep_invalid, self.compress], batch, part.seconds)
        return ShardJob(self.place, part.number, program(), batch, part.seconds, key, self.compress)

    def _tables(self, page: Waiting) -> list[Companion]:
        """The tables that may be a page's: by its name if that is known and no page before has it, else by its file."""
        name = page.name if page.name is not None else PurePosixPath(page.file.relative).stem
        tables = self.inventory.companions_of(name)
        if tables and page.name is not None and self.inventory.owner(page.kind or "", name) != page.id:
            return []
        return tables

    def _unsettled(self, parts: list[_Part]) -> list[_Part]:
        """The shards with pages that were given wrong answers or tables; else those with graphs of other pages."""
        ownership.settle_tables(self.inventory)
        self.inventory.await_misinformed(self.knowledge.answers(self.inventory.questions()))
        firsts = [part.first for part in parts]
        waiting = {
            bisect_right(firsts, page.id) - 1 for pages in self.inventory.pending(1000) for page in pages
        }
        if waiting:
            return [parts[number] for number in sorted(waiting)]
        # Only when all pages are mapped is it known which graphs they have.
        seconds: dict[int, list[tuple[str, Result]]] = {}
        for first, *others in self.inventory.rival_claims():
            for other in others:
                found = seconds.setdefault(bisect_right(firsts, other.id) - 1, [])
                found.append((other.path, ownership.duplicate(other, first)))
        changed = []
        for part in parts:
            now = tuple(sorted(seconds.get(part.number, ()), key=lambda second: second[0]))
            if now != part.seconds:
                part.seconds = now
                changed.append(part)
        return changed

    def _finish(self, made: list[Shard]) -> Manifest:
        """Writes what is said of the whole, the manifest last, and removes what no shard needs any more."""
        ownership.note_strays(self.inventory)
        tables = (
            json.dumps(companion_json(table), separators=(",", ":"))
            for table in self.inventory.all_companions()
        )
        shards.write_text(self.place, shards.TABLES, "".join(f"{line}\n" for line in tables))
        manifest = Manifest(
            rdfkit=rdfkit.__version__,
            program=program(),
            sources=self.sources,
            tables=self.tables,
            keep_invalid=self.keep_invalid,
            quads=sum(shard.quads for shard in made),
            pages={kind: used for kind, (_, used, _) in self.inventory.page_accounts().items() if used},
            findings={str(key): count for key, count in self.inventory.count_findings().items()},
            shards=tuple(made),
        )
        shards.write_manifest(self.place, manifest)
        shards.remove_others(
            self.place,
            {shard.file for shard in made} | {f"{shards.RECORDS}/{key}.jsonl.gz" for key in self.used},
        )
        return manifest


def unpacked(place: str, manifest: Manifest, inventory: Inventory, folder: Path) -> Iterator[Spooled]:
    """The shards of a place as batches to load, by way of a folder; their files are added to an empty inventory.

    Raises ShardError when one cannot be read, or is not that of the manifest.
    """
    inventory.add_companions(shards.read_tables(place))
    first = 1
    for shard in manifest.shards:
        found, records = read_records(place, shard.records)
        inventory.add_files(record.file for record in records)
        pages = inventory.pages_between(first, first + len(records) - 1)
        first += len(records)
        if found != shard or [page.file for page in pages] != [record.file for record in records]:
            raise ShardError("is not the record that the manifest lists", path=place, value=shard.records)
        path = folder / f"{shard.number:08}.nq"
        content = shards.read_shard(place, shard)
        # Every triple is in the default graph, too. The name of a graph has no space.
        merged = dict.fromkeys(line.rpartition(b" <")[0] for line in content.splitlines())
        path.write_bytes(content + b"".join(b"%s .\n" % triple for triple in merged))
        yield Spooled(
            path, tuple((page.id, record.converted) for page, record in zip(pages, records, strict=True))
        )


def _key(told: list[object], batch: Batch, seconds: tuple[tuple[str, Result], ...]) -> str:
    """The name of all that goes into a shard."""
    files = [[_version(task.file), *map(_table_version, task.tables)] for task in batch.tasks]
    answers = sorted((*question, answer) for question, answer in batch.answers.items())
    left_out = [(path, str(finding)) for path, finding in seconds]
    return hashlib.sha256(json.dumps([told, files, answers, left_out]).encode()).hexdigest()


def _table_version(table: Companion) -> list[object]:
    return [table.kind, table.page_kind, table.page_name, table.expected, *_version(table.file)]


def _version(file: File) -> list[object]:
    """What changes when a file does."""
    known = file.version or file.modified or places.file_sha256(file.path)
    return [file.path, file.relative, file.named, file.position, file.size, known]
