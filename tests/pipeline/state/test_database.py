"""The database of a build: what is kept, what is undone, and what cannot be opened."""

from __future__ import annotations

import subprocess
import sys
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


KILLED = """
import os, signal, sys
from pathlib import Path
from rdfkit.pipeline.state.database import Database
database = Database(Path(sys.argv[1]))
database.set("0", "kept")
# Without room for them in memory, pages of the transaction are in the file before it ends.
database.run("PRAGMA cache_size = 1")
with database.transaction():
    for number in range(1000):
        database.set(str(number), "x" * 1000)
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_half_a_transaction_of_a_killed_process_is_undone(tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-c", KILLED, str(tmp_path)], check=False)
    assert (tmp_path / FILE).stat().st_size > 100_000
    with Database(tmp_path) as database:
        assert database.run("PRAGMA integrity_check").fetchone() == ("ok",)
        assert database.run("SELECT * FROM setting").fetchall() == [("0", "kept")]


def test_a_file_without_all_tables_gets_them(tmp_path: Path) -> None:
    (tmp_path / FILE).touch()
    with Database(tmp_path) as database:
        assert database.setting("phase") is None


def test_many_rows_are_written_all_or_none(database: Database) -> None:
    rows = [("links", "1"), ("links", "2")]
    with pytest.raises(StoreError, match="UNIQUE"):
        database.run_many("INSERT INTO setting VALUES (?, ?)", rows)
    assert database.setting("links") is None
