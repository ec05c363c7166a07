"""Writes the graph of a store or of pages, whole or one file per page. The same input gives the same bytes."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from pathlib import Path
from urllib.parse import quote, urlsplit

import pyoxigraph as ox

from rdfkit import builder
from rdfkit.conversion import Advance, no_progress
from rdfkit.errors import ExportError
from rdfkit.formats import Format, of_name
from rdfkit.quads import sorted_quads
from rdfkit.serialization import serialize
from rdfkit.store import Store


def export_store(store: Store, format: str = "turtle") -> bytes:
    """All quads of a store in a format. Raises ExportError when the format is unknown or cannot hold them."""
    return serialize(sorted_quads(store.quads()), of_name(format))


def export_sources(
    sources: Iterable[str | Path],
    format: str = "turtle",
    *,
    lexicons: Iterable[str | Path] = (),
    progress: Advance = no_progress,
) -> bytes:
    """The checked graph of pages in a format, without a store. Raises what `builder.assemble` and `serialize` raise."""
    return serialize(builder.assemble(sources, lexicons=lexicons, progress=progress).quads, of_name(format))


def write_file(data: bytes, path: Path) -> None:
    """Writes a file whole or not at all. Raises ExportError when it cannot be written."""
    partial = path.with_name(f".{path.name}.partial")
    try:
        partial.write_bytes(data)
        partial.replace(path)
    except OSError as error:
        partial.unlink(missing_ok=True)
        raise ExportError(f"cannot be written: {error.strerror}", path=str(path)) from error


def write_pages(quads: list[ox.Quad], folder: Path, format: Format) -> list[Path]:
    """One file per named graph in a folder, named after the last part of the graph's IRI.

    Gives the files written. Raises ExportError when the folder cannot be made or written to.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ExportError(f"cannot be made: {error.strerror}", path=str(folder)) from error
    written: dict[str, Path] = {}
    for graph, content in groupby(quads, key=lambda quad: quad.graph_name):
        iri = graph.value if isinstance(graph, ox.NamedNode) else "default"
        path = folder / (_file_stem(iri, written) + format.suffixes[0])
        write_file(serialize(list(content), format), path)
        written[path.stem] = path
    return list(written.values())


def _file_stem(iri: str, taken: dict[str, Path]) -> str:
    parts = urlsplit(iri)
    name = parts.fragment or Path(parts.path).name.removesuffix(".html") or parts.netloc
    stem = quote(name, safe="-._~")[:200].lstrip(".") or "page"
    number, unique = 2, stem
    while unique in taken:
        unique, number = f"{stem}-{number}", number + 1
    return unique
