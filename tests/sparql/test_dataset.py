"""The dataset of a query: its default graph is a merge, however many graphs there are."""

from __future__ import annotations

import pyoxigraph as ox
import pytest
import rdflib
from hypothesis import given
from hypothesis import strategies as st

from rdfkit.errors import QueryError
from rdfkit.rdf.identifiers import prefix_map
from rdfkit.sparql.dataset import Dataset
from rdfkit.sparql.query import QueryText
from rdfkit.store import Store

_COUNT = "SELECT (COUNT(*) AS ?n) {} {{ ?s ?p ?o }}"
_GRAPHS = ["http://example.org/a", "http://example.org/b", "http://example.org/c"]


def _node(name: str) -> ox.NamedNode:
    return ox.NamedNode(f"http://example.org/{name}")


@pytest.fixture(scope="module")
def store() -> Store:
    shared = (_node("s"), _node("p"), _node("o"))
    own = (_node("s"), _node("p"), ox.Literal("only in b"))
    return Store.from_quads(
        [ox.Quad(*shared, _node("a")), ox.Quad(*shared, _node("b")), ox.Quad(*own, _node("b"))]
    )


def _count(store: Store, text: str, dataset: Dataset | None = None) -> int:
    return next(iter(store.query(text, dataset=dataset)))["n"]


@pytest.mark.parametrize(
    ("clauses", "expected"),
    [
        ("", 2),
        ("FROM <http://example.org/a>", 1),
        ("FROM <http://example.org/a> FROM <http://example.org/b>", 2),
        ("from<http://example.org/a>#\nFrom  <http://example.org/\\u0062>", 2),
        ("FROM <http://example.org/a> FROM <http://example.org/b> FROM <http://example.org/none>", 2),
        ("FROM NAMED <http://example.org/a>", 0),
    ],
)
def test_a_triple_of_several_graphs_counts_once(store: Store, clauses: str, expected: int) -> None:
    assert _count(store, _COUNT.format(clauses)) == expected


def test_the_dataset_of_the_request_counts_for_more_than_from(store: Store) -> None:
    text = _COUNT.format("FROM <http://example.org/none>")
    assert _count(store, text, Dataset(("http://example.org/a", "http://example.org/b"))) == 2
    assert _count(store, text, Dataset(("http://example.org/b",))) == 2
    assert _count(store, text, Dataset((), ("http://example.org/b",))) == 0


def test_named_graphs_stay_apart_from_a_merged_default_graph(store: Store) -> None:
    text = """SELECT ?g (COUNT(*) AS ?n) FROM <http://example.org/a> FROM <http://example.org/b>
      FROM NAMED <http://example.org/b> { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g"""
    assert list(store.query(text)) == [{"g": "http://example.org/b", "n": 2}]


def test_prefixed_names_are_read_as_the_query_declares_them() -> None:
    text = "PREFIX e: <http://example.org/> SELECT * FROM e:a FROM NAMED wp:\\-b { ?s e:FROM 'FROM <http://x/>' }"
    found = QueryText(text).dataset(prefix_map())
    assert found == Dataset(("http://example.org/a",), (prefix_map()["wp"] + "-b",))


@pytest.mark.parametrize(
    "query",
    [
        "CONSTRUCT {{ ?s ?p ?o . ?o ?p ( ?s ) }} {} WHERE {{ ?s ?p ?o }}",
        "CONSTRUCT {} WHERE {{ ?s ?p ?o }}",
        "SELECT (EXISTS {{ ?s ?p ?o }} AS ?any) {} {{}}",
        "DESCRIBE <http://example.org/s> {}",
        "ASK {} {{ ?s ?p 'FROM <http://x/>' {{ SELECT * {{}} }} }}",
    ],
)
def test_the_dataset_is_found_in_every_form(query: str) -> None:
    text = query.format("FROM <http://example.org/a> FROM <http://example.org/b>")
    assert QueryText(text).dataset({}) == Dataset(("http://example.org/a", "http://example.org/b"))


def test_construct_from_several_graphs_sees_their_merge(store: Store) -> None:
    clauses = "FROM <http://example.org/a> FROM <http://example.org/b>"
    answer = store.query(f"CONSTRUCT {{ [] <http://x/of> ?o }} {clauses} {{ ?s ?p ?o }}")
    # Each solution gives its own blank node.
    assert len(list(answer)) == 2


@pytest.mark.parametrize("text", ["SELECT * { ?from ?p 'FROM <http://x/>' }", "SELECT * FROM <a> { }"])
def test_no_clause_and_relative_iris_are_left_to_the_engine(text: str) -> None:
    assert QueryText(text).dataset({}) is None


def test_a_graph_needs_an_absolute_iri(store: Store) -> None:
    with pytest.raises(QueryError, match="absolute IRI"):
        store.query("ASK {}", dataset=Dataset(("a",)))


_quads = st.lists(
    st.tuples(st.sampled_from("st"), st.sampled_from("pq"), st.sampled_from("os"), st.sampled_from(_GRAPHS)),
    max_size=12,
)


@given(quads=_quads, chosen=st.lists(st.sampled_from(_GRAPHS), min_size=1, max_size=3))
def test_counts_are_those_of_a_merge(quads: list[tuple[str, ...]], chosen: list[str]) -> None:
    made = [ox.Quad(*(_node(part) for part in quad[:3]), ox.NamedNode(quad[3])) for quad in quads]
    clauses = " ".join(f"FROM <{graph}>" for graph in chosen)
    merged = rdflib.Graph()
    for quad in quads:
        if quad[3] in chosen:
            merged.add(tuple(rdflib.URIRef(f"http://example.org/{part}") for part in quad[:3]))
    assert _count(Store.from_quads(made), _COUNT.format(clauses)) == len(merged)
