"""Graphs and tables that several pages claim."""

from __future__ import annotations

from rdfkit.pipeline.state.conflicts import (
    await_sole_claims,
    owned_tables,
    owner,
    refuse_second,
    rival_claims,
    unread_tables,
)
from rdfkit.pipeline.state.database import Database
from rdfkit.pipeline.state.files import add_companions, lose_files
from rdfkit.pipeline.state.findings import findings, refusals
from rdfkit.pipeline.state.graphs import loaded, set_loaded
from rdfkit.pipeline.state.model import Owned, PageState, Stray, UsedTable
from tests.support.state_pages import add, finding, table, used, waiting


def test_rivals_come_in_the_order_of_their_positions(database: Database) -> None:
    add(database, [used("b", "g"), used("c", "h"), used("a", "g", state=PageState.INVALID)])
    assert [[one.path for one in claims] for claims in rival_claims(database)] == [["a", "b"]]
    lose_files(database, ["a"])
    assert list(rival_claims(database)) == []


def test_a_second_page_keeps_only_why_it_is_refused(database: Database) -> None:
    _, second = add(database, [used("a", "g"), used("b", "g", findings=(finding("b", "is old"),))])
    set_loaded(database, [(second, ["g"])])
    for reason in ("a has it", "c has it"):
        refuse_second(database, second, finding("b", reason))
    assert [one.message for one in findings(database)] == ["c has it"]
    assert refusals(database) == {"b": ("c has it",)}
    assert loaded(database, second) == []


def test_a_second_page_waits_when_the_first_is_gone(database: Database) -> None:
    add(database, [used("a", "g"), used("b", "g", state=PageState.SECOND)])
    await_sole_claims(database)
    assert waiting(database) == []
    lose_files(database, ["a"])
    await_sole_claims(database)
    assert waiting(database) == ["b"]


def test_tables_belong_to_the_first_page_of_a_name(database: Database) -> None:
    add_companions(database, [table("1.tsv", "f"), table("2.tsv", "f"), table("3.tsv", "other")])
    read = (UsedTable("genes", "1.tsv", None, 1, 0),)
    first, second = add(database, [used("a", "f"), used("b", "f", state=PageState.SECOND, tables=read)])
    assert owner(database, "figure", "f") == first
    assert owner(database, "figure", "other") is None
    assert list(owned_tables(database)) == [
        Owned(first, {"genes": "1.tsv"}, {}),
        Owned(second, {}, {"genes": "1.tsv"}),
    ]
    assert list(unread_tables(database)) == [
        Stray("2.tsv", "figure", "f", "genes", True, "1.tsv"),
        Stray("3.tsv", "figure", "other", "genes", True, None),
    ]
