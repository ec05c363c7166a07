"""How classes use properties: the same by a pass, by what triples say themselves, and by what a change did."""

from __future__ import annotations

import pyoxigraph as ox
from hypothesis import given
from hypothesis import strategies as st

from rdfkit.rdf.identifiers import expand
from rdfkit.store.partitions import (
    Statement,
    Uses,
    changed_uses,
    dataset_uses,
    own_uses,
    statement,
)

TYPE = ox.NamedNode(expand("rdf:type"))
NODES = [ox.NamedNode(f"http://example.org/{name}") for name in "abcd"]
CLASSES = [ox.NamedNode(f"http://example.org/{name}") for name in ("A", "B")]
LITERALS = [ox.Literal("x"), ox.Literal("x", language="en"), ox.Literal(1)]
GRAPHS = [ox.NamedNode(f"http://example.org/graph/{name}") for name in ("one/1", "one/2", "two/1")]


def _site(graph: str) -> str | None:
    return graph.split("/")[-2]


typings = st.tuples(st.sampled_from(NODES), st.just(TYPE), st.sampled_from(CLASSES))
others = st.tuples(st.sampled_from(NODES), st.sampled_from(NODES[:2]), st.sampled_from([*NODES, *LITERALS]))
# No triple stands in two graphs.
graphs = st.dictionaries(typings | others, st.sampled_from(GRAPHS), max_size=25).map(
    lambda found: {ox.Quad(*triple, graph) for triple, graph in found.items()}
)


def _statements(quads: set[ox.Quad], dataset: str) -> set[Statement]:
    return {statement(quad) for quad in quads if _site(getattr(quad.graph_name, "value", "")) == dataset}


def _positive(uses: Uses) -> dict[tuple[str, str, str], int]:
    return {use: number for use, number in uses.items() if number}


def test_a_triple_counts_for_each_class_of_its_ends() -> None:
    a, b = NODES[:2]
    triples = {
        (a, TYPE, CLASSES[0]),
        (a, TYPE, CLASSES[1]),
        (b, TYPE, CLASSES[0]),
        (a, a, b),
        (a, a, LITERALS[1]),
    }
    found = own_uses(triples)
    for one in CLASSES:
        assert found[one.value, a.value, ""] == 2
        assert found[one.value, a.value, CLASSES[0].value] == 1
        assert found[one.value, a.value, f"^^{expand('rdf:langString')}"] == 1
        assert found[one.value, a.value, CLASSES[1].value] == 0
    assert found[CLASSES[0].value, TYPE.value, ""] == 3


@given(graphs)
def test_a_pass_counts_what_the_triples_say(quads: set[ox.Quad]) -> None:
    store = ox.Store()
    store.extend(quads)
    for dataset in ("one", "two"):
        assert dataset_uses(store, dataset, _site) == own_uses(_statements(quads, dataset))


@given(graphs, graphs)
def test_a_change_adds_what_makes_the_difference(before: set[ox.Quad], after: set[ox.Quad]) -> None:
    store = ox.Store()
    store.extend(after)
    for dataset in ("one", "two"):
        old, new = _statements(before, dataset), _statements(after, dataset)
        found = own_uses(old)
        found.update(changed_uses(store, dataset, _site, new - old, old - new))
        assert _positive(found) == own_uses(new)
