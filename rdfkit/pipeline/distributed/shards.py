"""Shards: converted and checked pages as files of N-Quads in a place, with a manifest that lists them.

    manifest.json                     which shards there are, their hashes and counts, and what they were made with
    shards/NUMBER-HASH.nq.gz          the graphs of some hundred pages (plain with compress=False)
    records/KEY.jsonl.gz              what became of each file of a shard: hash, graph, findings, look-ups, definitions
    tables.jsonl.gz                   the companion tables among the sources

A shard is named by its number and its content, a record by all that went into it. So writing one twice, or on two
machines at once, leaves one and the same file, and a run that was stopped finds what it had made.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import re
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, replace
from typing import Any

from rdfkit.errors import ShardError
from rdfkit.pipeline.converter import Batch, convert_batch, uncollected, without_known
from rdfkit.pipeline.distributed.shard_records import Record, companion, companion_json, from_line, lines
from rdfkit.pipeline.fingerprint import program
from rdfkit.pipeline.state.model import Companion, Converted, PageState
from rdfkit.report import Result
from rdfkit.sources import filesystems, locations

MANIFEST = "manifest.json"
_RECORDS = "records"
_TABLES = "tables.jsonl.gz"
_SHARDS = "shards"
_LAYOUT = 2
# Names in a manifest lead nowhere but into its folders.
_FILE = re.compile(r"(?:shards/[0-9]{6,}-[0-9a-f]{16}\.nq(?:\.gz)?|records/[0-9a-f]{64}\.jsonl\.gz)")
# Most of a shard repeats itself, so that the quickest level packs well.
_LEVEL = 1


@dataclass(frozen=True, slots=True)
class ShardJob:
    """The source files of one shard to convert, and the place to write it to.

    `program` says what converts: a worker of another version must not. `seconds` are files that are left out because
    another page has their graph, with the finding that says so. `key` names the record.
    """

    place: str
    number: int
    program: str
    batch: Batch
    seconds: tuple[tuple[str, Result], ...]
    key: str
    compress: bool = True


@dataclass(frozen=True, slots=True)
class Shard:
    """One shard, as the manifest has it.

    `file` is None when none of its files gave a graph. `sha256` is the hash of its N-Quads, unpacked; `files` counts
    the source files, `pages` those in the graph. `records` has what became of each.
    """

    number: int
    file: str | None
    sha256: str
    quads: int
    files: int
    pages: int
    records: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a place of shards holds, and what it was made with. `findings` counts them by severity."""

    rdfkit: str
    program: str
    sources: tuple[str, ...]
    tables: tuple[str, ...]
    keep_invalid: bool
    quads: int
    pages: dict[str, int]
    findings: dict[str, int]
    shards: tuple[Shard, ...]
    layout: int = _LAYOUT


def record_name(key: str) -> str:
    """The name of the record with a key, inside a place of shards."""
    return f"{_RECORDS}/{key}.jsonl.gz"


def write_shard(job: ShardJob) -> Shard:
    """Converts the files of a shard and writes it, with its record. Run twice, it writes the same files again.

    Raises ShardError when this is another program than the one that asks, or when the place cannot be written.
    """
    if job.program != program():
        raise ShardError("a worker has another version of rdfkit", value=program(), expected=job.program)
    with uncollected():
        records, text = _converted(job)
    content = text.encode()
    digest = hashlib.sha256(content).hexdigest()
    suffix = ".nq.gz" if job.compress else ".nq"
    if any(record.converted.state is PageState.PENDING for record in records):
        # It will be converted again, with answers to what its pages asked.
        content = b""
    file = f"{_SHARDS}/{job.number:06}-{digest[:16]}{suffix}" if content else None
    shard = Shard(
        number=job.number,
        file=file,
        sha256=digest,
        quads=content.count(b"\n"),
        files=len(records),
        pages=sum(record.converted.state is PageState.USED for record in records),
        records=record_name(job.key),
    )
    if file is not None:
        _write(job.place, file, packed(content) if job.compress else content)
    # The record comes last: where it is, the shard is.
    head = json.dumps(asdict(shard), separators=(",", ":"))
    _write(job.place, shard.records, packed("".join((f"{head}\n", *lines(records))).encode()))
    return shard


def read_records(place: str, name: str) -> tuple[Shard, list[Record]]:
    """A shard and what became of its files, from a record. Raises ShardError when it cannot be read or is none."""
    path = _path(place, name)
    head, *rest = _read_packed(path).splitlines()
    try:
        shard = Shard(**json.loads(head))
    except (ValueError, TypeError) as error:
        raise ShardError("is no record of a shard", path=path) from error
    return shard, [from_line(line, path) for line in rest]


def write_tables(place: str, tables: Iterable[Companion]) -> None:
    """Writes the companion tables among the sources of the shards. Raises ShardError."""
    text = "".join(f"{json.dumps(companion_json(table), separators=(',', ':'))}\n" for table in tables)
    _write(place, _TABLES, packed(text.encode()))


def read_tables(place: str) -> list[Companion]:
    """The companion tables among the sources of the shards. Raises ShardError."""
    path = locations.join(place, _TABLES)
    try:
        return [companion(json.loads(line)) for line in _read_packed(path).splitlines()]
    except (ValueError, KeyError, TypeError) as error:
        raise ShardError("is no list of tables", path=path) from error


def read_shard(place: str, shard: Shard) -> bytes:
    """The N-Quads of a shard. Raises ShardError when they cannot be read or have another hash."""
    if shard.file is None:
        return b""
    path = _path(place, shard.file)
    content = _read_packed(path).encode() if path.endswith(".gz") else _read(path)
    if hashlib.sha256(content).hexdigest() != shard.sha256:
        raise ShardError("is not the shard that the manifest lists", path=path, expected=shard.sha256)
    return content


def write_manifest(place: str, manifest: Manifest) -> None:
    """Writes the manifest: from then on the shards are the place's. Raises ShardError."""
    text = json.dumps(asdict(manifest), indent=1)
    _write(place, MANIFEST, f"{text}\n".encode())


def read_manifest(place: str) -> Manifest:
    """The manifest of a place. Raises ShardError when there is none."""
    path = locations.join(place, MANIFEST)
    try:
        told: dict[str, Any] = json.loads(_read(path))
        shards = tuple(Shard(**shard) for shard in told.pop("shards"))
        found = Manifest(
            **{**told, "sources": tuple(told["sources"]), "tables": tuple(told["tables"])}, shards=shards
        )
    except (ValueError, KeyError, TypeError) as error:
        raise ShardError("is no manifest of shards", path=path) from error
    if found.layout != _LAYOUT:
        raise ShardError("is of another layout", path=path, value=str(found.layout), expected=str(_LAYOUT))
    return found


def existing_records(place: str) -> Iterator[str]:
    """The keys of the records that a place has."""
    folder = locations.join(place, _RECORDS)
    if filesystems.kind_of(folder) == locations.FOLDER:
        for file in filesystems.list_files(folder, frozenset({".gz"})):
            yield file.relative.partition(".")[0]


def remove_others(place: str, kept: set[str | None]) -> None:
    """Removes the shards and records of a place that are not among those kept. Raises ShardError."""
    for folder in (_SHARDS, _RECORDS):
        inside = locations.join(place, folder)
        if filesystems.kind_of(inside) == locations.FOLDER:
            for file in list(filesystems.list_files(inside, frozenset({".gz", ".nq"}))):
                if f"{folder}/{file.relative}" not in kept:
                    filesystems.remove(file.path)


def packed(content: bytes) -> bytes:
    """The bytes as gzip without a time, so that equal bytes become equal files."""
    return gzip.compress(content, _LEVEL, mtime=0)


def _converted(job: ShardJob) -> tuple[list[Record], str]:
    seconds = dict(job.seconds)
    records: list[Record] = []
    quads: list[str] = []
    known: set[int] = set()
    for task, outcome in zip(job.batch.tasks, convert_batch(job.batch), strict=True):
        second = seconds.get(task.file.path)
        converted = (
            without_known(outcome.converted, known)
            if second is None
            else _left_out(outcome.converted, second)
        )
        records.append(Record(task.file, task.tables, converted))
        if converted.state is PageState.USED:
            quads += [outcome.n_quads(), *(one.n_quads() for one in converted.descriptions)]
    return records, "".join(quads)


def _left_out(converted: Converted, finding: Result) -> Converted:
    """What became of a page whose graph another page has."""
    return replace(
        converted,
        state=PageState.SECOND,
        shared=(),
        descriptions=(),
        suspects=(),
        findings=(finding,),
        refusals=((finding.path or "", finding.reason),),
        tables=tuple(replace(table, refused=table.found) for table in converted.tables),
    )


def _path(place: str, name: str) -> str:
    if not _FILE.fullmatch(name):
        raise ShardError("a manifest or record names a file outside of its folders", path=place, value=name)
    return locations.join(place, name)


def _write(place: str, name: str, data: bytes) -> None:
    path = locations.join(place, name)
    try:
        filesystems.write_bytes(path, data)
    except OSError as error:
        raise ShardError(f"cannot be written: {error.strerror}", path=path) from error


def _read(path: str) -> bytes:
    try:
        with filesystems.open_bytes(path) as file:
            return file.read()
    except OSError as error:
        raise ShardError(f"cannot be read: {error.strerror}", path=path) from error


def _read_packed(path: str) -> str:
    try:
        return gzip.decompress(_read(path)).decode()
    except (EOFError, ValueError, zlib.error, OSError) as error:
        raise ShardError(f"is damaged: {error}", path=path) from error
