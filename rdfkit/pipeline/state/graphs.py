"""The graphs of pages: which holds the quads of which page, and the nodes that several pages describe."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from rdfkit.pipeline.provenance import Source
from rdfkit.pipeline.state.database import Database
from rdfkit.pipeline.state.model import Converted, Used

_USED = "SELECT id, graph, kind, relative, sha256, version, tables FROM page WHERE state = 'used'"


def loaded(database: Database, page: int) -> list[str]:
    """The graphs that may hold quads of a page."""
    row = database.run("SELECT loaded FROM page WHERE id = ?", (page,)).fetchone()
    return json.loads(row[0]) if row and row[0] else []


def set_loaded(database: Database, pages: Iterable[tuple[int, Sequence[str]]]) -> None:
    """Notes which graphs hold the quads of pages."""
    database.run_many(
        "UPDATE page SET loaded = ? WHERE id = ?",
        ((json.dumps(list(graphs)) if graphs else None, page) for page, graphs in pages),
    )


def holder(database: Database, graph: str) -> int | None:
    """The page whose quads a graph should hold."""
    row = database.run("SELECT id FROM page WHERE graph = ? AND state = 'used'", (graph,)).fetchone()
    return None if row is None else int(row[0])


def kind_of_graph(database: Database, graph: str) -> str | None:
    """The kind of the page that claims a graph."""
    row = database.run(
        "SELECT kind FROM page WHERE graph = ? AND kind IS NOT NULL ORDER BY position LIMIT 1", (graph,)
    ).fetchone()
    return None if row is None else str(row[0])


def has_graph(database: Database, graph: str) -> bool:
    """Whether a page claims a graph."""
    return database.run("SELECT 1 FROM page WHERE graph = ? LIMIT 1", (graph,)).fetchone() is not None


def graphs(database: Database) -> Iterator[tuple[str, str]]:
    """Graph and kind of the pages in the graph."""
    return iter(database.run("SELECT graph, kind FROM page WHERE state = 'used'"))


def used(database: Database) -> Iterator[Used]:
    """The pages in the graph, in order, with what their provenance says."""
    for row in database.run(f"{_USED} ORDER BY position"):
        yield _used(database, row)


def used_graph(database: Database, graph: str) -> Used | None:
    """What the provenance of a graph says; None when no page has it."""
    row = database.run(f"{_USED} AND graph = ?", (graph,)).fetchone()
    return None if row is None else _used(database, row)


def shared_subjects(database: Database) -> Iterator[str]:
    """The nodes whose check needs all pages, sorted."""
    rows = database.run(
        "SELECT DISTINCT subject FROM shared JOIN page ON page.id = shared.page WHERE state = 'used'"
        " ORDER BY subject"
    )
    return (row[0] for row in rows)


def shared_of(database: Database, page: int) -> list[str]:
    """The nodes of a page whose check needs all pages."""
    return [row[0] for row in database.run("SELECT subject FROM shared WHERE page = ?", (page,))]


def suspects(database: Database) -> Iterator[tuple[int, str]]:
    """The nodes of pages that are to be checked if they are focus nodes, each with the number of the shape.

    Some may be of pages that are no more.
    """
    return iter(database.run("SELECT shape, subject FROM suspect ORDER BY shape, subject"))


def add_nodes(database: Database, rows: Sequence[tuple[int, Converted]]) -> None:
    """Adds the shared nodes and the suspects of converted pages."""
    shared = ((page, node) for page, one in rows for node in one.shared)
    database.run_many("INSERT INTO shared VALUES (?, ?)", shared)
    pairs = (pair for _, one in rows for pair in one.suspects)
    database.run_many("INSERT OR IGNORE INTO suspect VALUES (?, ?)", pairs)


def _used(database: Database, row: tuple[Any, ...]) -> Used:
    page, graph, page_kind, *source, tables = row
    sources = {}
    for kind, path in json.loads(tables or "{}").items():
        found = database.run(
            "SELECT relative, sha256, version FROM companion WHERE path = ?", (path,)
        ).fetchone()
        if found is not None:
            sources[kind] = Source(*found)
    return Used(page, graph, page_kind, Source(*source), sources)
