"""The pages of a build: which wait to be converted, and what became of the others."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from rdfkit.pipeline.state.database import Database
from rdfkit.pipeline.state.descriptions import add_descriptions, unsettle_nodes_of
from rdfkit.pipeline.state.findings import add_all
from rdfkit.pipeline.state.graphs import add_nodes
from rdfkit.pipeline.state.lookups import add_lookups, touch_new, touch_old
from rdfkit.pipeline.state.model import UNREADABLE, Converted, File, PageState, Scope, Waiting
from rdfkit.pipeline.state.schema import DETAILS

_WAITING = "SELECT id, path, position, relative, size, modified, version, named, kind, name FROM page"


def pending(database: Database, size: int, scope: Scope = Scope.ALL) -> Iterator[list[Waiting]]:
    """The pages that wait, in order, so many at a time."""
    last = ""
    while True:
        rows = database.run(
            f"{_WAITING} WHERE state = 'pending' {scope} AND position > ? ORDER BY position LIMIT ?",
            (last, size),
        ).fetchall()
        if not rows:
            return
        found = [_waiting(row) for row in rows]
        last = found[-1].file.position
        yield found


def pages_between(database: Database, first: int, last: int) -> list[Waiting]:
    """The pages with these numbers and those between them, in order, whatever became of them."""
    rows = database.run(f"{_WAITING} WHERE id BETWEEN ? AND ? ORDER BY id", (first, last))
    return [_waiting(row) for row in rows]


def path_of(database: Database, page: int) -> str:
    """The file of a page, as the user would type it."""
    return str(database.run("SELECT path FROM page WHERE id = ?", (page,)).fetchone()[0])


def await_page(database: Database, page: int) -> None:
    """Has a page converted again."""
    database.run("UPDATE page SET state = 'pending' WHERE id = ?", (page,))


def await_paths(database: Database, is_meant: Callable[[str], bool]) -> None:
    """Has the pages converted again whose paths are meant."""
    rows = database.run("SELECT id, path FROM page WHERE state <> 'gone'").fetchall()
    for page, path in rows:
        if is_meant(path):
            await_page(database, page)


def await_named(database: Database, names: Iterable[tuple[str, str]]) -> None:
    """Has the pages of these (kind, name) converted again: their tables have changed."""
    database.run_many(
        "UPDATE page SET state = 'pending' WHERE kind = ? AND name = ? AND state <> 'gone'", names
    )


def put(database: Database, converted: Iterable[tuple[int, Converted]]) -> bool:
    """Notes what became of pages, in place of what was known of them. All or nothing.

    Gives whether a page is of another kind, name or graph than before, or not the only one with its graph: then what
    belongs to whom may change.
    """
    rows = list(converted)
    are_owners_touched = any(_may_change_owners(database, page, one) for page, one in rows)
    with database.transaction():
        _forget_details(database, [page for page, _ in rows])
        _update(database, rows)
        add_lookups(database, rows)
        add_nodes(database, rows)
        add_descriptions(database, rows)
        add_all(database, rows)
        if database.is_indexed:
            touch_new(database, rows)
    return are_owners_touched


def gone_pages(database: Database) -> list[int]:
    """The pages that are no longer among the sources."""
    return [row[0] for row in database.run("SELECT id FROM page WHERE state = 'gone' ORDER BY position")]


def forget(database: Database, page: int) -> None:
    """Forgets a page."""
    _forget_details(database, [page])
    database.run("DELETE FROM page WHERE id = ?", (page,))


def count_in(database: Database, state: PageState) -> int:
    """How many pages are in a state."""
    return int(database.run("SELECT COUNT(*) FROM page WHERE state = ?", (state,)).fetchone()[0])


def count_pages(database: Database) -> int:
    """How many files are pages, or should be: all but those without front matter."""
    row = database.run("SELECT COUNT(*) FROM page WHERE state NOT IN ('gone', 'skipped')").fetchone()
    return int(row[0])


def page_accounts(database: Database) -> dict[str, tuple[int, int, int]]:
    """For each kind how many pages were found, are in the graph, and were refused."""
    rows = database.run(
        "SELECT kind, COUNT(*), SUM(state = 'used'), SUM(state <> 'used') FROM page WHERE kind IS NOT NULL"
        " AND state NOT IN ('gone', 'skipped') GROUP BY kind ORDER BY kind"
    )
    return {row[0]: row[1:] for row in rows}


def is_unreadable(database: Database) -> bool:
    """Whether a file that should be a page could not be read."""
    row = database.run(
        "SELECT 1 FROM page WHERE kind = ? AND state = 'refused' LIMIT 1", (UNREADABLE,)
    ).fetchone()
    return row is not None


def _may_change_owners(database: Database, page: int, one: Converted) -> bool:
    before = database.run("SELECT kind, name, graph, revision FROM page WHERE id = ?", (page,)).fetchone()
    if before != (one.kind, one.name, one.graph, one.version):
        return True
    rival = database.run(
        "SELECT 1 FROM page WHERE (graph = ? OR revision = ?) AND id <> ? LIMIT 1",
        (one.graph, one.version, page),
    )
    return rival.fetchone() is not None


def _update(database: Database, rows: Sequence[tuple[int, Converted]]) -> None:
    database.run_many(
        "UPDATE page SET state = ?, sha256 = ?, kind = ?, name = ?, graph = ?, revision = ?, line = ?, quads = ?,"
        " tables = ? WHERE id = ?",
        (
            (
                *(one.state, one.sha256, one.kind, one.name, one.graph, one.version, one.line, one.quads),
                json.dumps({table.kind: table.path for table in one.tables}, sort_keys=True),
                page,
            )
            for page, one in rows
        ),
    )
    database.run_many(
        "UPDATE companion SET sha256 = ? WHERE path = ?",
        ((table.sha256, table.path) for _, one in rows for table in one.tables),
    )


def _forget_details(database: Database, numbers: Iterable[int]) -> None:
    """Takes out what is known of pages, and remembers the topics of their definitions as touched."""
    if not database.is_indexed:
        return
    for page in numbers:
        touch_old(database, page)
        unsettle_nodes_of(database, page)
        for table in DETAILS:
            database.run(f"DELETE FROM {table} WHERE page = ?", (page,))


def _waiting(row: tuple[Any, ...]) -> Waiting:
    number, *file, kind, name = row
    return Waiting(number, File(*file), kind, name)
