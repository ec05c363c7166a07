"""The files of a build: source files and companion tables as the last scan found them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from rdfkit.pipeline.state.conflicts import owner
from rdfkit.pipeline.state.database import Database
from rdfkit.pipeline.state.model import Companion, File, Known

_COMPANION = (
    "SELECT path, position, relative, size, modified, version, page_kind, page_name, kind, expected"
    " FROM companion"
)


def known_files(database: Database) -> dict[str, Known]:
    """What is known of each source file, by path."""
    rows = database.run(
        "SELECT path, size, modified, sha256, version, position FROM page WHERE state <> 'gone'"
    )
    return {row[0]: Known(*row[1:]) for row in rows}


def add_files(database: Database, files: Iterable[File]) -> None:
    """Adds source files, or what the scan found new of them. They wait to be converted."""
    database.run_many(
        "INSERT INTO page (path, position, relative, named, size, modified, version, state)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, 'pending') ON CONFLICT (path) DO UPDATE SET position = excluded.position,"
        " relative = excluded.relative, named = excluded.named, size = excluded.size,"
        " modified = excluded.modified, version = excluded.version, state = 'pending'",
        (
            (file.path, file.position, file.relative, file.named, file.size, file.modified, file.version)
            for file in files
        ),
    )


def note_files(database: Database, files: Iterable[File]) -> None:
    """Notes new times, places and versions of source files whose bytes are what they were."""
    _note(database, "page", files)


def lose_files(database: Database, paths: Iterable[str]) -> None:
    """Notes that source files are no longer there."""
    database.run_many("UPDATE page SET state = 'gone' WHERE path = ?", ((path,) for path in paths))


def known_companions(database: Database) -> dict[str, Known]:
    """What is known of each companion table, by path."""
    rows = database.run("SELECT path, size, modified, sha256, version, position FROM companion")
    return {row[0]: Known(*row[1:]) for row in rows}


def companion_owners(database: Database) -> dict[str, tuple[str, str]]:
    """Kind and name of the page that each companion table names, by path."""
    rows = database.run("SELECT path, page_kind, page_name FROM companion")
    return {row[0]: (row[1], row[2]) for row in rows}


def companions(database: Database) -> Iterator[Companion]:
    """All companion tables, in order."""
    return map(_companion, database.run(f"{_COMPANION} ORDER BY position"))


def companions_of(database: Database, name: str) -> list[Companion]:
    """The companion tables whose names name a page, in order."""
    rows = database.run(f"{_COMPANION} WHERE page_name = ? ORDER BY position", (name,))
    return [_companion(row) for row in rows]


def add_companions(database: Database, companions: Iterable[Companion]) -> None:
    """Adds companion tables, or what the scan found new of them."""
    database.run_many(
        "INSERT OR REPLACE INTO companion VALUES (?, ?, ?, ?, ?, NULL, ?, ?, ?, ?, ?)",
        (
            (
                *(one.file.path, one.file.position, one.file.relative),
                *(one.file.size, one.file.modified, one.file.version),
                *(one.page_kind, one.page_name, one.kind, one.expected),
            )
            for one in companions
        ),
    )


def note_companions(database: Database, companions: Iterable[Companion]) -> None:
    """Notes new times, places and versions of companion tables whose bytes are what they were."""
    _note(database, "companion", (one.file for one in companions))


def lose_companions(database: Database, paths: Iterable[str]) -> None:
    """Forgets companion tables that are no longer there."""
    database.run_many("DELETE FROM companion WHERE path = ?", ((path,) for path in paths))


def new_versions(database: Database) -> Iterator[tuple[str, str | None, tuple[str | None, str | None]]]:
    """The files that this run found in another commit than before, as graph, kind of table, old and new version."""
    for graph, old, new in database.run(
        "SELECT graph, old, new FROM moved JOIN page USING (path) WHERE state = 'used'"
    ).fetchall():
        yield graph, None, (old, new)
    for name, page_kind, kind, path, old, new in database.run(
        "SELECT page_name, page_kind, kind, path, old, new FROM moved JOIN companion USING (path)"
    ).fetchall():
        row = database.run(
            "SELECT graph, tables FROM page WHERE id = ? AND state = 'used'",
            (owner(database, page_kind, name),),
        ).fetchone()
        if row is not None and json.loads(row[1]).get(kind) == path:
            yield row[0], kind, (old, new)


def _note(database: Database, table: str, files: Iterable[File]) -> None:
    noted = list(files)
    moved = f"INSERT INTO moved SELECT path, version, ? FROM {table} WHERE path = ? AND version IS NOT ?"
    database.run_many(moved, ((file.version, file.path, file.version) for file in noted))
    database.run_many(
        f"UPDATE {table} SET position = ?, modified = ?, version = ? WHERE path = ?",
        ((file.position, file.modified, file.version, file.path) for file in noted),
    )


def _companion(row: tuple[Any, ...]) -> Companion:
    *file, page_kind, page_name, kind, expected = row
    return Companion(File(*file), page_kind, page_name, kind, bool(expected))
