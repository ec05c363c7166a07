"""Graphs and companion tables that several pages claim: who claims what, and who is refused."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import groupby

from rdfkit.pipeline.state.database import Database
from rdfkit.pipeline.state.descriptions import unsettle_nodes_of
from rdfkit.pipeline.state.findings import add_findings, add_refusals
from rdfkit.pipeline.state.model import Claim, Owned, PageState, Stray
from rdfkit.report import Result

# Pages that stand for their graph, and pages that were read.
_CLAIMING = "graph IS NOT NULL AND state NOT IN ('gone', 'pending', 'skipped')"
_READ = "state NOT IN ('gone', 'skipped')"


def rival_claims(database: Database) -> Iterator[list[Claim]]:
    """For each graph, and each version of a pathway, that several pages claim their claims, in order."""
    for column in ("graph", "revision"):
        claimed = database.run(
            f"SELECT {column} FROM page WHERE {_CLAIMING} AND {column} IS NOT NULL"
            f" GROUP BY {column} HAVING COUNT(*) > 1 ORDER BY {column}"
        ).fetchall()
        for (name,) in claimed:
            rows = database.run(
                "SELECT id, path, state, kind, name, graph, line FROM page"
                f" WHERE {_CLAIMING} AND {column} = ? ORDER BY position",
                (name,),
            )
            yield [Claim(row[0], row[1], PageState(row[2]), *row[3:]) for row in rows]


def await_sole_claims(database: Database) -> None:
    """Has the pages converted that were refused for another page, of their graph or version, which is no more."""
    database.run(
        "UPDATE page SET state = 'pending' WHERE state = 'second' AND NOT EXISTS (SELECT 1 FROM page AS other"
        " WHERE (other.graph = page.graph OR other.revision = page.revision) AND other.position < page.position"
        " AND other.state NOT IN ('gone', 'skipped'))"
    )


def refuse_second(database: Database, page: int, finding: Result) -> None:
    """Refuses a page whose graph, or version of a pathway, another page has."""
    unsettle_nodes_of(database, page)
    database.run("UPDATE page SET state = 'second', loaded = NULL WHERE id = ?", (page,))
    for table in ("shared", "said", "refusal", "finding"):
        database.run(f"DELETE FROM {table} WHERE page = ?", (page,))
    database.run("UPDATE tally SET refused = found WHERE page = ?", (page,))
    add_findings(database, page, [finding])
    add_refusals(database, page, [(finding.path or "", finding.reason)])


def owner(database: Database, kind: str, name: str) -> int | None:
    """The page to which the tables of a name belong."""
    row = database.run(
        f"SELECT id FROM page WHERE kind = ? AND name = ? AND {_READ} ORDER BY position LIMIT 1",
        (kind, name),
    ).fetchone()
    return None if row is None else int(row[0])


def owned_tables(database: Database) -> Iterator[Owned]:
    """For each page that was read the tables that are its own, and those that it was read with."""
    tables = _tables_by_owner(database)
    for (kind, name), rows in groupby(_named_pages(database), key=lambda row: (row[1], row[2])):
        own = tables.get((kind, name), {})
        for page, _, _, read in rows:
            yield Owned(page, own, json.loads(read or "{}"))
            own = {}


def unread_tables(database: Database) -> Iterator[Stray]:
    """The tables that no page is read with, in order."""
    first = _tables_by_owner(database)
    owners = {(kind, name) for _, kind, name, _ in _named_pages(database)}
    rows = database.run(
        "SELECT path, page_kind, page_name, kind, expected FROM companion ORDER BY position"
    ).fetchall()
    for path, page_kind, page_name, kind, expected in rows:
        used = first[page_kind, page_name][kind]
        if used != path:
            yield Stray(path, page_kind, page_name, kind, bool(expected), used)
        elif (page_kind, page_name) not in owners:
            yield Stray(path, page_kind, page_name, kind, bool(expected), None)


def _named_pages(database: Database) -> Iterator[tuple[int, str, str, str | None]]:
    return iter(
        database.run(
            f"SELECT id, kind, name, tables FROM page WHERE name IS NOT NULL AND {_READ}"
            " ORDER BY kind, name, position"
        )
    )


def _tables_by_owner(database: Database) -> dict[tuple[str, str], dict[str, str]]:
    found: dict[tuple[str, str], dict[str, str]] = {}
    for page_kind, page_name, kind, path in database.run(
        "SELECT page_kind, page_name, kind, path FROM companion ORDER BY position"
    ):
        found.setdefault((page_kind, page_name), {}).setdefault(kind, path)
    return found
