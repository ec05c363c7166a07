"""The database that holds the state of a build: a SQLite file beside the graph.

With it the next build touches only what has changed, a stopped one goes on where it was, and findings need not be held
in memory.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

from rdfkit.errors import StoreError
from rdfkit.pipeline.state.schema import FILE, INDEXES, RUN_TABLES, TABLES

# The folder is synced before it is switched in, so single writes need not be. The journal is for processes that are
# killed: without one on disk SQLite leaves pages of half a transaction.
_PRAGMAS = ("synchronous=OFF", "temp_store=FILE", "cache_size=-65536")


class Database:
    """The state of the build in a folder. Close it before the folder is moved; a context manager does.

    All methods raise StoreError when SQLite cannot read or write.
    """

    def __init__(self, folder: Path) -> None:
        """Opens the database of a folder, or makes an empty one. Raises StoreError when it cannot be."""
        self._path = folder / FILE
        self._connection = sqlite3.connect(self._path, isolation_level=None)
        for pragma in _PRAGMAS:
            self.run(f"PRAGMA {pragma}")
        self._run_script(TABLES + RUN_TABLES)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Closes the file."""
        self._connection.close()

    def run(self, statement: str, values: Sequence[Any] | Mapping[str, Any] = ()) -> sqlite3.Cursor:
        """Runs one statement of SQL; gives its rows."""
        try:
            found: sqlite3.Cursor = self._connection.execute(statement, values)
        except sqlite3.Error as error:
            raise self._failed(error) from error
        return found

    def run_many(self, statement: str, rows: Iterable[Sequence[Any]]) -> None:
        """Runs one statement for many rows of values, for all or none: each transaction costs more than a row."""
        if not self._connection.in_transaction:
            with self.transaction():
                return self.run_many(statement, rows)
        try:
            self._connection.executemany(statement, rows)
        except sqlite3.Error as error:
            raise self._failed(error) from error
        return None

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Does all that is run within, or nothing of it."""
        self.run("BEGIN")
        try:
            yield
        except BaseException:
            # SQLite has ended it already where the disk was full.
            if self._connection.in_transaction:
                self.run("ROLLBACK")
            raise
        self.run("COMMIT")

    def index(self) -> None:
        """Makes the indexes by which single pages are found. Until then pages can only be added."""
        self._run_script(INDEXES)
        self.set("indexed", "yes")

    @property
    def is_indexed(self) -> bool:
        """Whether single pages can be found."""
        return self.setting("indexed") is not None

    def setting(self, name: str) -> str | None:
        """What was kept under a name; None when nothing was."""
        row = self.run("SELECT value FROM setting WHERE name = ?", (name,)).fetchone()
        return None if row is None else str(row[0])

    def set(self, name: str, value: str) -> None:
        """Keeps a text under a name."""
        self.run("INSERT OR REPLACE INTO setting VALUES (?, ?)", (name, value))

    def _run_script(self, script: str) -> None:
        try:
            self._connection.executescript(script)
        except sqlite3.Error as error:
            raise self._failed(error) from error

    def _failed(self, error: sqlite3.Error) -> StoreError:
        full = getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_FULL
        said = "the disk is full" if full else f"the state of the build cannot be used: {error}"
        return StoreError(
            f"{said}; nothing was switched, what was there before is unchanged", path=str(self._path)
        )
