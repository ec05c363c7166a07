"""The graph of sources, and what each page of them becomes."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from itertools import chain
from pathlib import Path, PurePosixPath
from typing import Any, NamedTuple

import pyoxigraph as ox

from rdfkit.mapping.recognition import UnknownKindError
from rdfkit.pipeline.converter import Mapped, Task, map_task
from rdfkit.pipeline.scan import scan
from rdfkit.pipeline.state.database import Database
from rdfkit.pipeline.state.files import companions_of
from rdfkit.pipeline.state.pages import pending
from rdfkit.publishing.export import source_store
from rdfkit.rdf.quads import sorted_quads
from rdfkit.report import Report
from rdfkit.sources.discovery import Distinct, SourceFile, sources_of
from rdfkit.sources.locations import normal


class Graph(NamedTuple):
    """The quads that a build gives, sorted, with what it found."""

    quads: list[ox.Quad]
    report: Report
    refused: Mapping[str, tuple[str, ...]]
    pages: Mapping[str, int]


def assemble(sources: Iterable[str | Path], **options: Any) -> Graph:
    """The graph of sources, as a build makes it."""
    with source_store(sources, **options) as (store, done):
        return Graph(sorted_quads(store.quads()), done.report, done.refused, done.pages)


def mapped(folders: Iterable[Path]) -> Iterator[Mapped]:
    """The pages in folders, with their tables, each mapped as if it were alone."""
    with tempfile.TemporaryDirectory() as folder, Database(Path(folder)) as database:
        scan(map(str, folders), (), database)
        for page in chain.from_iterable(pending(database, 100)):
            tables = companions_of(database, PurePosixPath(page.file.relative).stem)
            with suppress(UnknownKindError):
                found = map_task(Task(page.file, tuple(tables)), {})
                if found is not None:
                    yield found


def find_sources(places: Iterable[str | Path]) -> list[SourceFile]:
    """The files of all places, each once, sorted within each place by path."""
    seen = Distinct()
    return [source for place in places for source in sources_of(normal(place)) if seen.add(source.path)]
