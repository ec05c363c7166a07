"""To which of several pages a graph or a table belongs."""

from __future__ import annotations

from pathlib import Path

import pytest

from rdfkit.pipeline.conflicts import note_strays, settle_graphs, settle_tables
from rdfkit.pipeline.state.database import Database
from rdfkit.pipeline.state.files import add_companions, add_files
from rdfkit.pipeline.state.findings import findings
from rdfkit.pipeline.state.graphs import loaded, set_loaded
from rdfkit.pipeline.state.model import PageState, UsedTable
from tests.support.state_pages import add, file, table, used, waiting


def test_the_first_takes_over_a_graph_that_another_was_loaded_into(database: Database) -> None:
    late, early = add(database, [used("b", "g"), used("a", "g", state=PageState.INVALID)])
    set_loaded(database, [(late, ["g"])])
    settle_graphs(database)
    assert (loaded(database, early), loaded(database, late)) == (["g"], [])
    assert waiting(database) == ["a"]


@pytest.mark.parametrize("first", ["a", "b"])
def test_each_second_page_names_the_first_there_is(database: Database, first: str) -> None:
    add(database, [used("b", "g"), used("c", "g"), used("d", "g")])
    settle_graphs(database)
    if first == "a":
        add(database, [used("b", "g"), used("a", "g")])
        settle_graphs(database)
    seconds = {one.path: one.message for one in findings(database)}
    assert set(seconds) == {"b", "c", "d"} - {first}
    assert all(f"is already the page {first}," in message for message in seconds.values())


def test_a_page_with_other_tables_than_its_own_waits(database: Database) -> None:
    add_companions(database, [table("1.tsv", "a"), table("2.tsv", "b")])
    add(database, [used("a", "a"), used("b", "b", tables=(UsedTable("genes", "2.tsv", None, 1, 0),))])
    settle_tables(database)
    assert waiting(database) == ["a"]


def test_tables_that_no_page_is_read_with_are_told(database: Database, tmp_path: Path) -> None:
    paths = [tmp_path / f"{number}.tsv" for number in range(4)]
    for path in paths:
        path.write_text("a\n1\n")
    names = [("a", True), ("a", False), ("gone", True), ("other", False)]
    add_companions(
        database,
        [
            table(str(path), name, expected=expected)
            for path, (name, expected) in zip(paths, names, strict=True)
        ],
    )
    add_files(database, [file("a")])
    add(database, [used("a", "a")])
    note_strays(database)
    # A table beside pages need not have one among them.
    assert [one.message for one in findings(database)] == [
        f"this is a second table of a; {paths[0]} is used",
        "this table has no page: no figure gone is among the sources",
    ]
