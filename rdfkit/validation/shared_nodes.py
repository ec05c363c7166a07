"""Checks the nodes that several pages describe with all that is said of them, and tells which graphs hold them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from itertools import islice

import pyoxigraph as ox

from rdfkit.rdf.identifiers import expand
from rdfkit.validation.shacl import CompiledShapes, ShapeResult, check, confirmed, gather, mixes_classes
from rdfkit.validation.shacl.page_validator import Suspect

_TYPE = ox.NamedNode(expand("rdf:type"))
_DEFAULT = ox.DefaultGraph()
# Nodes that are looked at together.
_SLICE = 1000


def check_union(graph: ox.Store, shapes: CompiledShapes, nodes: Iterable[str]) -> Iterator[ShapeResult]:
    """The SHACL results about some nodes, written as in N-Triples, from what the default graph of a store says."""

    def described(node: str) -> Mapping[str, list[str]]:
        found: dict[str, list[str]] = {}
        for quad in graph.quads_for_pattern(_node(node), None, None, _DEFAULT):
            found.setdefault(str(quad.predicate), []).append(str(quad.object))
        return found

    def linking(predicate: str, node: str) -> Iterator[str]:
        for quad in graph.quads_for_pattern(None, _node(predicate), _node(node), _DEFAULT):
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
    found = graph.quads_for_pattern(_node(subject), _node(predicate), _node(value), _DEFAULT)
    return next(found, None) is not None


def _node(term: str | None) -> ox.NamedNode | None:
    return None if term is None else ox.NamedNode(term[1:-1])


def holders(graph: ox.Store, result: ShapeResult) -> list[str]:
    """The named graphs that say what a result is about, else those that describe its focus node.

    What they say is the offending triple or, where there are too many, any value of the property. What is missing is
    asked of those that say all of what the node is: an article has a reference where a figure is from it.
    """
    if ":" not in result.focus:
        return []
    focus = ox.NamedNode(result.focus)
    exact: list[str] = []
    if result.path is not None:
        exact = _graphs(graph.quads_for_pattern(focus, ox.NamedNode(result.path), result.value, None))
    return exact or _telling(graph, focus) or _graphs(graph.quads_for_pattern(focus, None, None, None))


def _telling(graph: ox.Store, focus: ox.NamedNode) -> list[str]:
    """The named graphs that say all the types that a node has in any."""
    by_type: dict[str, set[str]] = {}
    for quad in graph.quads_for_pattern(focus, _TYPE, None, None):
        by_type.setdefault(str(quad.object), set()).update(_graphs([quad]))
    return sorted(set.intersection(*by_type.values())) if by_type else []


def _graphs(quads: Iterable[ox.Quad]) -> list[str]:
    return sorted({quad.graph_name.value for quad in quads if isinstance(quad.graph_name, ox.NamedNode)})
