"""Queries with a time limit: the same answers, and an end."""

from __future__ import annotations

from pathlib import Path

import pyoxigraph as ox
import pytest

from rdfkit.errors import QueryError, QueryRefusedError
from rdfkit.sparql.results import Graph, Rows, Truth
from rdfkit.store import Store, open_store
from rdfkit.store.updates import update
from tests.support.stores import new_build

E = "http://example.org/"
QUADS = [
    ox.Quad(ox.NamedNode(f"{E}{n}"), ox.NamedNode(f"{E}p"), ox.Literal(f"ü{n}"), ox.NamedNode(f"{E}g"))
    for n in range(300)
]
LONG = "SELECT (COUNT(*) AS ?n) { ?a ?p ?o . ?b ?q ?x . ?c ?r ?y . ?d ?s ?z }"


@pytest.fixture(params=["disk", "memory"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    if request.param == "memory":
        return Store.from_quads(QUADS)
    with new_build(tmp_path / "store") as stage:
        stage.load(QUADS)
        stage.commit({})
    return open_store(tmp_path / "store")


def test_answers_are_the_same(store: Store) -> None:
    text = "SELECT ?s ?o ?none { ?s <http://example.org/p> ?o } ORDER BY ?o"
    timed, plain = store.query(text, timeout=60), store.query(text)
    assert isinstance(timed, Rows) and isinstance(plain, Rows)
    assert timed.columns == plain.columns
    assert [*timed.terms()] == [*plain.terms()]
    asked = store.query("ASK { ?s ?p 'no' }", timeout=60)
    assert isinstance(asked, Truth) and not asked
    graph = store.query("CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }", timeout=60)
    assert isinstance(graph, Graph) and {*graph} == {quad.triple for quad in QUADS}


def test_a_query_that_takes_too_long_is_ended(store: Store) -> None:
    with pytest.raises(QueryError, match=r"timeout: the query took longer than 0.5 s"):
        store.query(LONG, timeout=0.5)


def test_errors_are_the_same(store: Store) -> None:
    with pytest.raises(QueryError) as found:
        store.query("SELECT * {\n ?s ?p }", timeout=60)
    assert found.value.line == 2
    with pytest.raises(QueryRefusedError):
        store.query("SELECT * { SERVICE <http://example.org/> {} }", timeout=60)


def test_the_build_that_is_open_answers(tmp_path: Path) -> None:
    with new_build(tmp_path / "store") as stage:
        stage.load(QUADS)
        stage.commit({})
    with open_store(tmp_path / "store") as opened:
        update(tmp_path / "store", "CLEAR ALL")
        answer = opened.query("SELECT ?s { ?s ?p ?o }", timeout=60)
        assert isinstance(answer, Rows) and len(answer.fetch()) == len(QUADS)
