"""Source files and companion tables as scans found them."""

from __future__ import annotations

from dataclasses import replace

from rdfkit.pipeline.state.database import Database
from rdfkit.pipeline.state.files import (
    add_companions,
    add_files,
    companion_owners,
    companions,
    companions_of,
    known_companions,
    known_files,
    lose_companions,
    lose_files,
    new_versions,
    note_companions,
    note_files,
)
from rdfkit.pipeline.state.model import Known, UsedTable
from tests.support.state_pages import add, file, table, used, waiting


def test_a_changed_file_waits_and_an_unchanged_one_does_not(database: Database) -> None:
    add(database, [used("a", "g"), used("b", "h")])
    add_files(database, [file("a", size=2)])
    note_files(database, [file("b", modified=2, position="c")])
    assert waiting(database) == ["a"]
    assert known_files(database)["b"] == Known(1, 2, None, None, "c")


def test_a_lost_file_is_no_longer_known(database: Database) -> None:
    add(database, [used("a", "g")])
    lose_files(database, ["a"])
    assert known_files(database) == {}


def test_tables_are_given_back_as_they_were_added(database: Database) -> None:
    both = [table("1.tsv", "f1"), table("2.tsv", "f1", "diseases", expected=False)]
    add_companions(database, reversed(both))
    assert list(companions(database)) == both
    assert companions_of(database, "f1") == both
    assert companions_of(database, "f2") == []
    assert companion_owners(database) == {"1.tsv": ("figure", "f1"), "2.tsv": ("figure", "f1")}
    lose_companions(database, ["1.tsv"])
    assert list(known_companions(database)) == ["2.tsv"]


def test_files_of_another_commit_are_told_with_their_graphs(database: Database) -> None:
    read = (UsedTable("genes", "1.tsv", "hash", 1, 0),)
    add_companions(database, [table("1.tsv", "g"), table("2.tsv", "g")])
    add(database, [used("a", "g", tables=read), used("b", "h")])
    note_files(database, [file("a", version="new"), file("b")])
    note_companions(database, [table(name, "g") for name in ("1.tsv", "2.tsv")])
    assert list(new_versions(database)) == [("g", None, (None, "new"))]
    both = [table(name, "g") for name in ("1.tsv", "2.tsv")]
    note_companions(database, [replace(one, file=one.file._replace(version="new")) for one in both])
    # The page is not read with the second table.
    assert list(new_versions(database))[1:] == [("g", "genes", (None, "new"))]
