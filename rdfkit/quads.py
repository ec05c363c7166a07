"""Quads: their order, and the graphs that they are in."""

from __future__ import annotations

from collections.abc import Iterable

import pyoxigraph as ox

_TYPE = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>"


def sorted_quads(found: Iterable[ox.Quad]) -> list[ox.Quad]:
    """The distinct quads by graph, subject, predicate and object in N-Quads form, `rdf:type` first."""
    return sorted(set(found), key=quad_order)


def graph_iri(quad: ox.Quad) -> str | None:
    """The IRI of the named graph of a quad; None in the default graph."""
    return quad.graph_name.value if isinstance(quad.graph_name, ox.NamedNode) else None


def quad_order(quad: ox.Quad) -> tuple[str, str, str, str]:
    """The sort key of `sorted_quads`."""
    predicate = str(quad.predicate)
    return (
        str(quad.graph_name),
        str(quad.subject),
        "" if predicate == _TYPE else predicate,
        str(quad.object),
    )
