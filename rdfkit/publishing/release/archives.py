"""The files of a release: zips and gzips with the same bytes for the same content."""

from __future__ import annotations

import datetime
import gzip
import hashlib
import zipfile
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pyoxigraph as ox

from rdfkit.publishing.files import LEVEL
from rdfkit.rdf.formats import of_name
from rdfkit.rdf.serializer import serialize

TURTLE = of_name("turtle")
_MODE = 0o644 << 16
_UNIX = 3


@dataclass(frozen=True, slots=True)
class ReleaseFile:
    """One file of a release: its name, SHA-256 in hex, size in bytes, and the Turtle files and triples in it."""

    name: str
    sha256: str
    bytes: int
    files: int
    triples: int


class Archive:
    """A file that holds Turtle files. Made by the first of them, closed with the stack."""

    def __init__(self, stack: ExitStack, path: Path) -> None:
        self.path = path
        self.files = self.triples = 0
        self._stack = stack

    def described(self) -> ReleaseFile:
        """The file, once it is closed."""
        return _described(self.path, self.files, self.triples)

    def _count(self, triples: int) -> None:
        self.files += 1
        self.triples += triples


class Zip(Archive):
    """A zip of Turtle files whose bytes depend on nothing but its content and a day."""

    def __init__(self, stack: ExitStack, path: Path, date: datetime.date) -> None:
        super().__init__(stack, path)
        self._zip: zipfile.ZipFile | None = None
        self._names: set[str] = set()
        self._day = (date.year, date.month, date.day, 0, 0, 0)

    def add(self, name: str, text: bytes, triples: int) -> None:
        """Adds a Turtle file; a name that is taken, whatever its case, gets a number."""
        if self._zip is None:
            self._zip = self._stack.enter_context(zipfile.ZipFile(self.path, "w", zipfile.ZIP_DEFLATED))
        stem, number, unique = name.removesuffix(".ttl"), 2, name
        while unique.casefold() in self._names:
            unique, number = f"{stem}-{number}.ttl", number + 1
        self._names.add(unique.casefold())
        info = zipfile.ZipInfo(unique, self._day)
        info.compress_type, info.external_attr, info.create_system = zipfile.ZIP_DEFLATED, _MODE, _UNIX
        self._zip.writestr(info, text)
        self._count(triples)


class Gzip(Archive):
    """Turtle files one after the other, gzipped without a name or a time."""

    def __init__(self, stack: ExitStack, path: Path) -> None:
        super().__init__(stack, path)
        self._stream: gzip.GzipFile | None = None

    def add(self, text: bytes, triples: int) -> None:
        """Adds a Turtle file."""
        if self._stream is None:
            raw = self._stack.enter_context(self.path.open("wb"))
            packed = gzip.GzipFile(filename="", mode="wb", compresslevel=LEVEL, fileobj=raw, mtime=0)
            self._stream = self._stack.enter_context(packed)
        self._stream.write(text)
        self._count(triples)


def write_turtle(path: Path, quads: list[ox.Quad]) -> ReleaseFile:
    """Writes quads as one Turtle file."""
    path.write_bytes(serialize(quads, TURTLE))
    return _described(path, 1, len(quads))


def _described(path: Path, files: int, triples: int) -> ReleaseFile:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return ReleaseFile(path.name, digest, path.stat().st_size, files, triples)
