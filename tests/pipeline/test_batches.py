"""Batches: which tables and answers a page is converted with, here or on a cluster."""

from __future__ import annotations

import pytest

from rdfkit.pipeline.batches import Batches
from rdfkit.pipeline.resolver import Resolver
from rdfkit.pipeline.state.database import Database
from rdfkit.pipeline.state.files import add_companions, add_files
from rdfkit.pipeline.state.model import PageState
from rdfkit.pipeline.state.pages import pages_between
from tests.support.state_pages import add, file, table, used

JANE = ("person", "jane")


@pytest.fixture
def batches(database: Database) -> Batches:
    return Batches(database, Resolver(database, (), ()), None, keep_invalid=False)


def test_a_page_that_was_never_read_gets_the_tables_of_its_file(batches: Batches) -> None:
    add_companions(batches.database, [table("1.tsv", "a"), table("2.tsv", "b")])
    add_files(batches.database, [file("figures/a.md")])
    batch = batches.batch(pages_between(batches.database, 1, 1))
    assert [one.file.path for task in batch.tasks for one in task.tables] == ["1.tsv"]
    assert batch.answers == {}


def test_a_page_that_was_read_gets_the_tables_of_its_name_and_answers(batches: Batches) -> None:
    add_companions(batches.database, [table("1.tsv", "a"), table("2.tsv", "name")])
    pages = [
        used("a", "name", lookups=((JANE, ""),)),
        used("b", "b", definitions=((*JANE, "Jane"),)),
        used("c", "name", state=PageState.SECOND),
    ]
    add(batches.database, pages)
    batch = batches.batch(pages_between(batches.database, 1, 3))
    # The tables of a name are those of the first page that has it.
    assert [[one.file.path for one in task.tables] for task in batch.tasks] == [["2.tsv"], [], []]
    assert batch.answers == {JANE: "Jane"}
