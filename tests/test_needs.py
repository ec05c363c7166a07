"""What a query needs."""

from __future__ import annotations

from collections.abc import Iterator

import pyoxigraph as ox
import pytest

import rdfkit
from rdfkit.store import Store

PREFIX = "PREFIX : <http://e/>"
SMALL = """
@prefix : <http://e/> .
:g { :a :p :b . :b :p :a . :a :q "x" }
:h { :a :p :b . :b :q :c . :c :q 1 , "x"@en }
"""


@pytest.fixture(scope="module")
def small_store() -> Iterator[Store]:
    with Store.from_quads(ox.parse(SMALL, ox.RdfFormat.TRIG)) as store:
        yield store


@pytest.mark.parametrize(
    "text",
    [
        "ASK { VALUES ?x { } }",
        "ASK { VALUES (?x ?y) { } ?x :p ?y }",
        "ASK { VALUES () { } }",
        "ASK { ?x :p ?y } VALUES ?x { }",
        "ASK { { SELECT * { ?x :p ?y } VALUES ?x { } } }",
        "ASK { GRAPH ?g { VALUES ?x { } } }",
        "ASK { FILTER EXISTS { VALUES ?x { } } }",
    ],
)
def test_data_without_rows_is_no_reason(text: str, small_store: Store) -> None:
    text = f"{PREFIX} {text}"
    assert not small_store.query(text)
    assert [hint.term for hint in rdfkit.explain_empty(text, small_store)] == ["all patterns"]
