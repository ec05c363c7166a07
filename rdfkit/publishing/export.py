"""Writes the graph of a store or of pages, whole or one file per page. The same input gives the same bytes."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import groupby
from pathlib import Path
from urllib.parse import quote, urlsplit

import pyoxigraph as ox

from rdfkit.errors import ExportError
from rdfkit.pipeline.build import build
from rdfkit.pipeline.progress import Advance, no_progress
from rdfkit.pipeline.summary import Build
from rdfkit.publishing.files import write_file
from rdfkit.rdf.formats import Format, of_name
from rdfkit.rdf.quads import sorted_quads
from rdfkit.rdf.serializer import serialize
from rdfkit.store import Store, StoreProtocol, open_store
from rdfkit.store.page_graphs import PageGraphs, all_shared_graphs


def export_store(store: StoreProtocol, format: str = "turtle") -> bytes:
    """All quads of a store in a format. Raises ExportError when the format is unknown or cannot hold them."""
    return serialize(sorted_quads(store.quads()), of_name(format))


def export_sources(
    sources: str | Path | Iterable[str | Path],
    format: str = "turtle",
    *,
    lexicons: Iterable[str | Path] = (),
    progress: Advance = no_progress,
) -> bytes:
    """The checked graph of pages in a format; no store is left behind. Raises what `build` and `serialize` raise."""
    chosen = of_name(format)
    with source_store(sources, lexicons=lexicons, progress=progress) as (store, _):
        return serialize(sorted_quads(store.quads()), chosen)


@contextmanager
def source_store(
    sources: str | Path | Iterable[str | Path],
    *,
    lexicons: Iterable[str | Path] = (),
    tables: Iterable[str | Path] = (),
    ontologies: Iterable[str | Path] = (),
    keep_invalid: bool = False,
    progress: Advance = no_progress,
) -> Iterator[tuple[StoreProtocol, Build]]:
    """A store of pages that lasts as long as it is used, and what its build did. Raises what `build` raises."""
    with tempfile.TemporaryDirectory(prefix=f"rdfkit-{os.getpid()}-") as folder:
        path = Path(folder) / "store"
        done = build(
            sources,
            path,
            lexicons=lexicons,
            tables=tables,
            ontologies=ontologies,
            keep_invalid=keep_invalid,
            progress=progress,
        )
        with open_store(path) if done.switched else Store.from_quads(()) as store:
            yield store, done


def self_contained(store: StoreProtocol) -> Iterator[ox.Quad]:
    """All quads of a store; each page has what it shares with others, too, so that its file stands for itself."""
    pages, shared = PageGraphs(store), all_shared_graphs()
    for graph in store.graphs():
        if isinstance(graph, ox.NamedNode) and graph.value not in shared:
            yield from pages.quads(graph)
        else:
            yield from store.quads(graph)


def write_pages(quads: list[ox.Quad], folder: Path, format: Format) -> list[Path]:
    """One file per named graph in a folder, named after the last part of the graph's IRI.

    Gives the files written. Raises ExportError when the folder cannot be made or written to.
    """
    made_folder(folder)
    written: dict[str, Path] = {}
    for graph, content in groupby(quads, key=lambda quad: quad.graph_name):
        iri = graph.value if isinstance(graph, ox.NamedNode) else "default"
        path = folder / (file_stem(iri, written) + format.suffixes[0])
        write_file(serialize(list(content), format), path)
        written[path.stem] = path
    return list(written.values())


def made_folder(folder: Path) -> None:
    """Makes a folder and those above it. Raises ExportError when it cannot be made."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ExportError(f"cannot be made: {error.strerror}", path=str(folder)) from error


def file_stem(iri: str, taken: dict[str, Path]) -> str:
    """The name of the file for a graph, without suffix: the last part of its IRI, and a number where that is taken."""
    parts = urlsplit(iri)
    name = parts.fragment or Path(parts.path).name.removesuffix(".html") or parts.netloc
    stem = quote(name, safe="-._~")[:200].lstrip(".") or "page"
    number, unique = 2, stem
    while unique in taken:
        unique, number = f"{stem}-{number}", number + 1
    return unique
