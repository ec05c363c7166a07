"""Look-ups and definitions: which answers have changed, and who was given them."""

from __future__ import annotations

from rdfkit.pipeline.state.database import Database
from rdfkit.pipeline.state.files import lose_files
from rdfkit.pipeline.state.lookups import (
    await_misinformed,
    definitions,
    forget_touched,
    lookups,
    lookups_of,
    touched_lookups,
)
from rdfkit.pipeline.state.pages import forget, put
from tests.support.state_pages import add, used, waiting

JANE = ("person", "jane")
GENE = ("gene", "IL6\t9606")


def test_definitions_come_in_the_order_of_pages_each_once_the_last_last(database: Database) -> None:
    said = {"a": "Jane", "b": "Janet", "c": "Jane"}
    add(database, [used(path, path, definitions=((*JANE, name),)) for path, name in said.items()])
    assert definitions(database, JANE) == ["Janet", "Jane"]
    lose_files(database, ["c"])
    assert definitions(database, JANE) == ["Jane", "Janet"]


def test_lookups_are_given_by_page_and_by_topic(database: Database) -> None:
    a, b = add(
        database, [used("a", "g", lookups=((JANE, ""), (GENE, ""))), used("b", "h", lookups=((JANE, ""),))]
    )
    assert sorted(lookups(database)) == [GENE, JANE]
    assert lookups(database, ("gene", "term")) == [GENE]
    assert lookups_of(database, [b]) == [JANE]
    assert sorted(lookups_of(database, [a, b])) == [GENE, JANE]


def test_what_a_page_defines_anew_or_no_more_touches_the_lookups_of_others(database: Database) -> None:
    add(database, [used("a", "g", lookups=((JANE, "Jane"), (GENE, "")))])
    (page,) = add(database, [used("b", "h", definitions=((*JANE, "Jane"),))])
    forget_touched(database)
    assert touched_lookups(database) == []
    put(database, [(page, used("b", "h"))])
    assert touched_lookups(database) == [JANE]
    forget_touched(database)
    put(database, [(page, used("b", "h", definitions=((*GENE, "3569"),)))])
    assert touched_lookups(database) == [GENE]
    forget_touched(database)
    forget(database, page)
    assert touched_lookups(database) == [GENE]


def test_pages_wait_that_were_given_another_answer(database: Database) -> None:
    add(database, [used("a", "g", lookups=((JANE, "Jane"),)), used("b", "h", lookups=((JANE, ""),))])
    assert await_misinformed(database, {JANE: "Jane", GENE: ""}) == 1
    assert waiting(database) == ["b"]
    assert await_misinformed(database, {GENE: ""}) == 0
