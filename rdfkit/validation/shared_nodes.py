"""Checks the nodes that several pages describe with all that is said of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from itertools import islice

import pyoxigraph as ox

from rdfkit.validation.shacl import CompiledShapes, ShapeResult, check, confirmed, gather, mixes_classes
from rdfkit.validation.shacl.page_validator import Suspect

# Nodes that are looked at together.
_SLICE = 1000


def check_union(graph: ox.Store, shapes: CompiledShapes, nodes: Iterable[str]) -> Iterator[ShapeResult]:
    """The SHACL results about some nodes, written as in N-Triples, from what all graphs of a store say."""

    def described(node: str) -> Mapping[str, list[str]]:
        found: dict[str, list[str]] = {}
        for quad in graph.quads_for_pattern(_node(node), None, None, None):
            found.setdefault(str(quad.predicate), []).append(str(quad.object))
        return found

    def linking(predicate: str, node: str) -> Iterator[str]:
        for quad in graph.quads_for_pattern(None, _node(predicate), _node(node), None):
            yield str(quad.subject)

    rest = (node for node in nodes if node.startswith("<"))
    while some := list(islice(rest, _SLICE)):
        yield from check(shapes, gather(shapes, some, described, linking), some)


def confirmed_suspects(graph: ox.Store, shapes: CompiledShapes, suspects: Iterable[Suspect]) -> Iterator[str]:
    """The suspects of pages that the union of the pages makes focus nodes."""
    suspected = (one for one in suspects if one[1].startswith("<"))
    return confirmed(shapes, suspected, partial(_holds, graph))


def can_be_parted(graph: ox.Store, shapes: CompiledShapes) -> bool:
    """Whether pages can be checked one by one at all: none of them puts a class under one that a shape names."""
    return not mixes_classes(shapes, partial(_holds, graph))


def _holds(graph: ox.Store, subject: str | None, predicate: str, value: str | None) -> bool:
    found = graph.quads_for_pattern(_node(subject), _node(predicate), _node(value), None)
    return next(found, None) is not None


def _node(term: str | None) -> ox.NamedNode | None:
    return None if term is None else ox.NamedNode(term[1:-1])
