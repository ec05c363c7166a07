"""The database of a build: what is kept, what is undone, and what cannot be opened."""

from __future__ import annotations

from pathlib import Path

import pytest

from rdfkit.errors import StoreError
from rdfkit.pipeline.state.database import Database
from rdfkit.pipeline.state.schema import FILE


def test_settings_are_kept_in_the_file(tmp_path: Path) -> None:
    with Database(tmp_path) as database:
        assert database.setting("phase") is None
        database.set("phase", "converting")
        database.set("phase", "done")
        assert not database.is_indexed
        database.index()
    with Database(tmp_path) as database:
        assert database.setting("phase") == "done"
        assert database.is_indexed


def test_a_transaction_that_fails_changes_nothing(database: Database) -> None:
    database.set("links", "1")
    with pytest.raises(ZeroDivisionError), database.transaction():
        database.set("links", "2")
        raise ZeroDivisionError
    assert database.setting("links") == "1"
    with database.transaction():
        database.set("links", "3")
    assert database.setting("links") == "3"


@pytest.mark.parametrize("many", [True, False])
def test_what_sqlite_refuses_is_an_error_of_the_store(database: Database, many: bool) -> None:
    with pytest.raises(StoreError, match="the state of the build cannot be used: no such table: x"):
        database.run_many("INSERT INTO x VALUES (?)", [(1,)]) if many else database.run("SELECT 1 FROM x")


def test_a_full_disk_is_told_as_that(database: Database) -> None:
    database.run("PRAGMA max_page_count = 1")
    with pytest.raises(StoreError, match="the disk is full; nothing was switched"), database.transaction():
        for number in range(1000):
            database.set(str(number), "x" * 1000)
    assert database.setting("0") is None


def test_a_file_that_is_no_database_is_an_error(tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(b"no database" * 1000)
    with pytest.raises(StoreError, match="cannot be used"):
        Database(tmp_path)
