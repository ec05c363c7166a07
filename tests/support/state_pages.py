"""Files, tables and what became of pages, for a database without a build."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from rdfkit.pipeline.state.database import Database
from rdfkit.pipeline.state.files import add_files
from rdfkit.pipeline.state.model import Companion, Converted, File, PageState
from rdfkit.pipeline.state.pages import put
from rdfkit.report import Result, Severity


def file(name: str, **fields: Any) -> File:
    """A source file; files sort by their names."""
    return File(name, position=name, relative=name, size=1, modified=1)._replace(**fields)


def table(name: str, page_name: str, kind: str = "genes", *, expected: bool = True) -> Companion:
    """A companion table of a figure."""
    return Companion(file(name), "figure", page_name, kind, expected)


def used(path: str, graph: str, **fields: Any) -> Converted:
    """A figure in the graph, named as its graph."""
    return replace(Converted(path, PageState.USED, kind="figure", name=graph, graph=graph), **fields)


def finding(path: str, message: str = "is wrong", **fields: Any) -> Result:
    """A violation in a file."""
    return Result(Severity.VIOLATION, "rule", message, path, **fields)


def add(database: Database, pages: Iterable[Converted]) -> list[int]:
    """Adds files and what became of them; gives their numbers."""
    converted = list(pages)
    add_files(database, [file(one.path) for one in converted])
    numbers = [
        int(database.run("SELECT id FROM page WHERE path = ?", (one.path,)).fetchone()[0])
        for one in converted
    ]
    put(database, zip(numbers, converted, strict=True))
    return numbers


def waiting(database: Database) -> list[str]:
    """The paths of the pages that wait, in order."""
    rows = database.run("SELECT path FROM page WHERE state = 'pending' ORDER BY position")
    return [row[0] for row in rows]
