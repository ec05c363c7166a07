"""Labels of blank nodes."""

from __future__ import annotations

import pyoxigraph as ox

from rdfkit.rdf.blank_nodes import Labels


def labels(text: str, *, keep: bool, sources: int = 1) -> list[str]:
    found = Labels("node", keep=keep)
    triples = [
        triple
        for number in range(sources)
        for triple in found.triples(ox.parse(text, ox.RdfFormat.TURTLE), number)
    ]
    return [
        one.value
        for triple in triples
        for one in (triple.subject, triple.object)
        if isinstance(one, ox.BlankNode)
    ]


def test_new_labels_come_in_order() -> None:
    assert labels("[] <urn:p> [] . _:x <urn:p> _:x .", keep=False) == ["node1", "node2", "node3", "node3"]


def test_labels_that_somebody_wrote_stay() -> None:
    assert labels("_:x <urn:p> [] .", keep=True) == ["x", "node2"]
    assert labels("_:result <urn:p> _:shape1 .", keep=True) == ["node1", "node2"]


def test_sources_stay_apart_and_labels_never_meet() -> None:
    assert labels("_:x <urn:p> 1 .", keep=True, sources=2) == ["x", "x-2"]
    assert labels("_:node2 <urn:p> [] .", keep=True) == ["node2", "node-2"]
