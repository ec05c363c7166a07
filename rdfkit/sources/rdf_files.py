"""Reads RDF files: plain, gzipped, or in archives."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO
from urllib.parse import quote

import pyoxigraph as ox

from rdfkit.errors import ArchiveError, SourceError
from rdfkit.rdf import formats, rdfxml
from rdfkit.sources import archives
from rdfkit.sources.byte_order_marks import without_mark


def holds_rdf(path: Path) -> bool:
    """Whether the name of a file is that of an RDF file, gzipped or not, or of an archive, which may have some."""
    return formats.of_file(path) is not None or archives.is_archive(path)


def read_rdf(path: Path, format: formats.Format | None = None) -> list[ox.Quad]:
    """The quads of an RDF file, gzipped or not, or of all RDF files in a zip, tar or tar.gz.

    Suffixes tell the format, unless `format` does. Other files in an archive are passed over, one without RDF is
    refused. Blank nodes of different members stay apart. Raises SourceError with the line of a syntax error,
    ArchiveError for an archive that is damaged or not safe.
    """
    try:
        if archives.is_archive(path):
            return list(_archived_quads(path))
        if path.is_dir():
            raise SourceError("is a folder", path=str(path), expected="an RDF file")
        with archives.open_bytes(path) as stream:
            return parse_rdf(stream, format or formats.of_file(path), str(path), path.resolve().as_uri())
    except OSError as error:
        raise SourceError(f"cannot be read: {error.strerror or error}", path=str(path)) from error


def _archived_quads(path: Path) -> Iterator[ox.Quad]:
    base = path.resolve().as_uri()
    some = False
    for name, stream in archives.members(path):
        found = formats.of_file(Path(name))
        if found is None:
            continue
        if name.lower().endswith(".gz"):
            raise ArchiveError(
                "is packed again inside the archive",
                path=str(path),
                key=name,
                expected="plain RDF files in it",
            )
        some = True
        yield from parse_rdf(stream, found, f"{path}!/{name}", f"{base}!/{quote(name)}", apart=True)
    if not some:
        raise SourceError("has no RDF file in it", path=str(path), expected=", ".join(formats.SUFFIXES))


def parse_rdf(
    stream: BinaryIO, found: formats.Format | None, shown: str, base: str, *, apart: bool = False
) -> list[ox.Quad]:
    """The quads of a stream; with `apart` blank nodes get new names. Raises SourceError with the line of an error.

    `shown` is what errors call the stream, `base` what relative IRIs are resolved against.
    """
    stream = without_mark(stream)
    if found is formats.FORMATS["rdfxml"]:
        stream = rdfxml.checked(stream, shown)
    try:
        return list(ox.parse(stream, found.rdf if found else None, base_iri=base, rename_blank_nodes=apart))
    except SyntaxError as error:
        raise SourceError(
            f"is not {found.label if found else 'RDF'}: {error.msg}",
            path=shown,
            line=error.lineno,
            column=error.offset,
        ) from error
