"""What became of pages, and which wait."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from rdfkit.pipeline.state.database import Database
from rdfkit.pipeline.state.files import add_files, lose_files
from rdfkit.pipeline.state.findings import findings
from rdfkit.pipeline.state.graphs import set_loaded
from rdfkit.pipeline.state.lookups import definitions
from rdfkit.pipeline.state.model import OTHER, UNREADABLE, Converted, PageState, Scope
from rdfkit.pipeline.state.pages import (
    await_named,
    await_page,
    count_in,
    count_pages,
    forget,
    gone_pages,
    is_unreadable,
    page_accounts,
    pages_between,
    path_of,
    pending,
    put,
)
from tests.support.state_pages import add, file, finding, used, waiting


def _paths(database: Database, size: int, scope: Scope = Scope.ALL) -> list[list[str]]:
    return [[page.file.path for page in some] for some in pending(database, size, scope)]


def test_pages_wait_in_the_order_of_their_positions(database: Database) -> None:
    add_files(database, [file("c"), file("a"), file("b")])
    assert _paths(database, 2) == [["a", "b"], ["c"]]
    assert [page.file.path for page in pages_between(database, 1, 2)] == ["c", "a"]


def test_scopes_tell_pages_in_the_store_from_new_ones(database: Database) -> None:
    add_files(database, [file("a"), file("b")])
    set_loaded(database, [(1, ["graph"])])
    assert _paths(database, 9, Scope.LOADED) == [["a"]]
    assert _paths(database, 9, Scope.NEW) == [["b"]]


def test_what_became_of_a_page_takes_the_place_of_what_was_known(database: Database) -> None:
    name = ("person", "jane", "Jane")
    (page,) = add(database, [used("a", "g", findings=(finding("a"),), definitions=(name,))])
    put(database, [(page, used("a", "g", findings=(finding("a", "is worse"),)))])
    assert [one.message for one in findings(database)] == ["is worse"]
    assert definitions(database, ("person", "jane")) == []
    assert path_of(database, page) == "a"


@pytest.mark.parametrize(
    ("change", "touched"),
    [
        ({}, False),
        ({"quads": 9}, False),
        ({"name": "x"}, True),
        ({"graph": "x"}, True),
        ({"kind": "x"}, True),
    ],
)
def test_another_kind_name_or_graph_touches_owners(
    database: Database, change: dict[str, Any], touched: bool
) -> None:
    (page,) = add(database, [used("a", "g")])
    assert put(database, [(page, replace(used("a", "g"), **change))]) is touched


def test_a_page_that_shares_its_graph_touches_owners(database: Database) -> None:
    first, _ = add(database, [used("a", "g"), used("b", "g", state=PageState.SECOND)])
    assert put(database, [(first, used("a", "g"))])
    (other,) = add(database, [Converted("c", PageState.SKIPPED)])
    assert not put(database, [(other, Converted("c", PageState.SKIPPED))])


def test_gone_pages_are_forgotten_with_their_findings(database: Database) -> None:
    a, _ = add(database, [used("a", "g", findings=(finding("a"),)), used("b", "h")])
    lose_files(database, ["a"])
    assert gone_pages(database) == [a]
    await_named(database, [("figure", "g"), ("figure", "h")])
    assert waiting(database) == ["b"]
    forget(database, a)
    assert gone_pages(database) == []
    assert list(findings(database)) == []


def test_accounts_leave_out_what_is_no_page(database: Database) -> None:
    add(
        database,
        [
            used("a", "g"),
            used("b", "h", state=PageState.INVALID),
            Converted("c", PageState.SKIPPED),
            Converted("d", PageState.REFUSED, kind=OTHER),
        ],
    )
    assert page_accounts(database) == {"figure": (2, 1, 1), OTHER: (1, 0, 1)}
    assert (count_pages(database), count_in(database, PageState.SKIPPED)) == (3, 1)
    assert not is_unreadable(database)
    (page,) = add(database, [Converted("e", PageState.REFUSED, kind=UNREADABLE)])
    assert is_unreadable(database)
    await_page(database, page)
    assert not is_unreadable(database)
