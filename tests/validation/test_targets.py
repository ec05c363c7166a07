"""What shapes are about is counted, in a graph and in a store alike."""

from __future__ import annotations

import pyoxigraph as ox
import pytest

from rdfkit.validation.pyshacl_shapes import rdflib_graph
from rdfkit.validation.targets import Targets, count, count_in_store
from tests.support.shacl_graphs import PREFIXES, shapes_graph

DATA = """
ex:a a ex:T . ex:b a ex:Sub . ex:Sub rdfs:subClassOf ex:T . ex:c ex:p ex:d, "text" . ex:a ex:p ex:d . ex:S a ex:Other .
"""
SHAPES = [
    ("ex:S sh:targetClass ex:T .", Targets(1, 2)),
    ("ex:S sh:targetSubjectsOf ex:p .", Targets(1, 2)),
    ("ex:S sh:targetObjectsOf ex:p .", Targets(1, 2)),
    ("ex:S sh:targetNode ex:none, 'text' .", Targets(1, 2)),
    ("ex:S sh:targetClass ex:T ; sh:targetSubjectsOf ex:p .", Targets(1, 3)),
    ("ex:S sh:targetClass ex:T . ex:R sh:targetSubjectsOf ex:none .", Targets(2, 2)),
    ("ex:T a sh:NodeShape, rdfs:Class .", Targets(1, 2)),
    ("ex:S sh:targetClass ex:T ; sh:deactivated true .", Targets(0, 0)),
    ("ex:S a sh:NodeShape .", Targets(0, 0)),
]


@pytest.mark.parametrize("shapes, expected", SHAPES)
def test_counts(shapes: str, expected: Targets) -> None:
    graph, store = shapes_graph(shapes), ox.Store()
    store.load(PREFIXES + DATA, ox.RdfFormat.TURTLE, to_graph=ox.NamedNode("urn:graph"))
    assert count(graph, rdflib_graph(quad.triple for quad in store)) == expected
    assert count_in_store(graph, store) == expected


def test_only_the_nodes_asked_for() -> None:
    data = rdflib_graph(quad.triple for quad in ox.parse(PREFIXES + DATA, ox.RdfFormat.TURTLE))
    asked = ("http://example.org/b", "http://example.org/c")
    assert count(shapes_graph("ex:S sh:targetClass ex:T ."), data, asked) == Targets(1, 1)
