"""Quads: their order, and the graphs that they are in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import pyoxigraph as ox

from rdfkit.rdf.graphs import PROVENANCE_GRAPH
from rdfkit.rdf.identifiers import expand, prefix_map

_TYPE = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>"
_VOCABULARY = ox.NamedNode(expand("pfocr:"))


def prefix_quads() -> Iterator[ox.Quad]:
    """The prefix map as `sh:declare` triples, https://www.w3.org/TR/shacl/#sparql-prefixes"""
    uri = ox.NamedNode(expand("xsd:anyURI"))
    for prefix, namespace in prefix_map().items():
        declaration = expand(f"pfocr-site:#prefix-{prefix}")
        yield quad_of(_VOCABULARY.value, "sh:declare", ox.NamedNode(declaration))
        yield quad_of(declaration, "rdf:type", ox.NamedNode(expand("sh:PrefixDeclaration")))
        yield quad_of(declaration, "sh:prefix", ox.Literal(prefix))
        yield quad_of(declaration, "sh:namespace", ox.Literal(namespace, datatype=uri))


def quad_of(subject: str, predicate: str, value: ox.NamedNode | ox.Literal) -> ox.Quad:
    """A statement in the graph of provenance; the predicate is a CURIE."""
    return ox.Quad(ox.NamedNode(subject), ox.NamedNode(expand(predicate)), value, PROVENANCE_GRAPH)


def sorted_quads(found: Iterable[ox.Quad]) -> list[ox.Quad]:
    """The distinct quads by graph, subject, predicate and object in N-Quads form, `rdf:type` first."""
    return sorted(set(found), key=quad_order)


def sorted_graph(found: Iterable[ox.Quad]) -> list[ox.Quad]:
    """Distinct quads of one graph in the order of `sorted_quads`."""
    return sorted(found, key=_triple_order)


def graph_iri(quad: ox.Quad) -> str | None:
    """The IRI of the named graph of a quad; None in the default graph."""
    return quad.graph_name.value if isinstance(quad.graph_name, ox.NamedNode) else None


def quad_order(quad: ox.Quad) -> tuple[str, str, str, str]:
    """The sort key of `sorted_quads`."""
    return str(quad.graph_name), *_triple_order(quad)


def _triple_order(quad: ox.Quad) -> tuple[str, str, str]:
    predicate = str(quad.predicate)
    return str(quad.subject), "" if predicate == _TYPE else predicate, str(quad.object)
