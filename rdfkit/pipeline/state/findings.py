"""What was found in pages and tables, and why files are not in the graph."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from rdfkit.pipeline.state.database import Database
from rdfkit.pipeline.state.descriptions import unsettle_nodes_of
from rdfkit.pipeline.state.model import Converted
from rdfkit.pipeline.state.schema import NO_PAGE
from rdfkit.report import Result, Severity
from rdfkit.sources.tables import count_file_rows

_ADD = "INSERT INTO finding VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
_ADD_REFUSAL = "INSERT INTO refusal VALUES (?, ?, ?)"
_COLUMNS = "path, line, rank, rule, key, value, focus, body"


def findings(database: Database) -> Iterator[Result]:
    """The distinct findings by file and line."""
    return map(_finding, database.run(f"SELECT DISTINCT {_COLUMNS} FROM finding ORDER BY {_COLUMNS}"))


def count_findings(database: Database) -> dict[Severity, int]:
    """How many distinct findings there are of each severity."""
    rows = database.run(
        f"SELECT rank, COUNT(*) FROM (SELECT DISTINCT {_COLUMNS} FROM finding) GROUP BY rank"
    ).fetchall()
    counts = dict(rows)
    return {severity: counts.get(severity.rank, 0) for severity in Severity}


def refusals(database: Database) -> dict[str, tuple[str, ...]]:
    """The reasons for each file that is not in the graph, sorted by file."""
    found: dict[str, dict[str, None]] = {}
    for path, reason in database.run("SELECT path, reason FROM refusal ORDER BY path, rowid"):
        found.setdefault(path, {})[reason] = None
    return {path: tuple(reasons) for path, reasons in found.items()}


def add_findings(database: Database, page: int, found: Iterable[Result]) -> None:
    """Adds findings about a page."""
    database.run_many(_ADD, ((page, *_row(one)) for one in found))


def add_refusals(database: Database, page: int, reasons: Iterable[tuple[str, str]]) -> None:
    """Adds reasons why files of a page are not in the graph, as (file, reason)."""
    database.run_many(_ADD_REFUSAL, ((page, *reason) for reason in reasons))


def add_all(database: Database, rows: Sequence[tuple[int, Converted]]) -> None:
    """Adds the tallies, refusals and findings of converted pages."""
    database.run_many(
        "INSERT INTO tally VALUES (?, ?, ?, ?)",
        ((page, table.kind, table.found, table.refused) for page, one in rows for table in one.tables),
    )
    database.run_many(_ADD_REFUSAL, ((page, *reason) for page, one in rows for reason in one.refusals))
    database.run_many(_ADD, ((page, *_row(found)) for page, one in rows for found in one.findings))


def replace_strays(database: Database, strays: Iterable[tuple[str, Result]]) -> None:
    """Notes the tables without a page as (kind, finding), in place of those known."""
    for table in ("tally", "refusal", "finding"):
        database.run(f"DELETE FROM {table} WHERE page = {NO_PAGE}")
    for kind, finding in strays:
        rows = count_file_rows(finding.path or "")
        database.run("INSERT INTO tally VALUES (?, ?, ?, ?)", (NO_PAGE, kind, rows, rows))
        add_refusals(database, NO_PAGE, [(finding.path or "", finding.reason)])
        add_findings(database, NO_PAGE, [finding])


def focus_nodes(database: Database) -> list[str]:
    """The nodes (IRIs) that findings of shapes are about."""
    return [row[0] for row in database.run("SELECT DISTINCT focus FROM finding WHERE focus IS NOT NULL")]


def replace_findings_about(
    database: Database, nodes: Iterable[str], found: Iterable[tuple[int, Result]]
) -> None:
    """Notes the findings about nodes (IRIs) that need all pages, in place of those of pages in the graph.

    A page that stays out keeps what was found in it alone.
    """
    with database.transaction():
        database.run_many(
            "DELETE FROM finding WHERE focus = ? AND page IN (SELECT id FROM page WHERE state = 'used')",
            ((node,) for node in nodes),
        )
        database.run_many(_ADD, ((page, *_row(one)) for page, one in found))


def unsettle(database: Database, page: int, reasons: Iterable[tuple[str, str]]) -> None:
    """Notes that a page is not in the graph because of violations that only all pages together have."""
    unsettle_nodes_of(database, page)
    database.run("DELETE FROM said WHERE page = ?", (page,))
    database.run("UPDATE page SET state = 'unsettled' WHERE id = ?", (page,))
    database.run("UPDATE tally SET refused = found WHERE page = ?", (page,))
    add_refusals(database, page, reasons)


def await_unsettled(database: Database) -> None:
    """Has the pages converted again that other pages kept out, as these may have changed."""
    database.run("UPDATE page SET state = 'pending' WHERE state = 'unsettled'")


def row_accounts(database: Database) -> dict[str, tuple[int, int]]:
    """For each kind of table how many rows were found and refused."""
    rows = database.run("SELECT kind, SUM(found), SUM(refused) FROM tally GROUP BY kind ORDER BY kind")
    return {row[0]: row[1:] for row in rows}


def _row(found: Result) -> tuple[Any, ...]:
    body = (found.message, found.advice, found.property_path, found.component, found.value_term, found.shacl)
    return (
        *(found.path, found.line, found.severity.rank, found.rule, found.key, found.value, found.focus),
        json.dumps(body, ensure_ascii=False),
    )


def _finding(row: tuple[Any, ...]) -> Result:
    path, line, rank, rule, key, value, focus, body = row
    message, advice, property_path, component, value_term, shacl = json.loads(body)
    return Result(
        severity=list(Severity)[rank],
        rule=rule,
        message=message,
        path=path,
        line=line,
        key=key,
        value=value,
        advice=advice,
        focus=focus,
        property_path=property_path,
        component=component,
        value_term=value_term,
        shacl=shacl,
    )
