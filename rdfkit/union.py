"""Checks the nodes that several pages describe with all that is said of them, and tells which graphs hold them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice

import pyoxigraph as ox

from rdfkit.shacl import CompiledShapes, ShapeResult, check
from rdfkit.shacl.pages import Suspect, confirmed
from rdfkit.statements import Statements

_DEFAULT = ox.DefaultGraph()
# Nodes that are looked at together.
_SLICE = 1000


def check_union(graph: ox.Store, shapes: CompiledShapes, nodes: Iterable[str]) -> Iterator[ShapeResult]:
    """The results about nodes (terms as in N-Triples) in a store with a merged default graph."""
    rest, reach, linking, against = iter(nodes), shapes.reach, shapes.linking, shapes.against
    while some := list(islice(rest, _SLICE)):
        found: Statements = {}
        for node in some:
            _fetch(graph, node, reach, found)
            for predicate in linking:
                # One link makes a focus node. Some have as many as there are pages.
                _fetch_links(graph, predicate, node, 1, found)
            for predicate in against:
                _fetch_links(graph, predicate, node, None, found)
        yield from check(shapes, found, some)


def confirmed_suspects(graph: ox.Store, shapes: CompiledShapes, suspects: Iterable[Suspect]) -> Iterator[str]:
    """The suspects of pages that the union of the pages makes focus nodes."""

    def holds(subject: str | None, predicate: str, value: str | None) -> bool:
        found = graph.quads_for_pattern(_node(subject), _node(predicate), _node(value), _DEFAULT)
        return next(found, None) is not None

    suspected = (one for one in suspects if one[1].startswith("<"))
    return confirmed(shapes, suspected, holds)


def _node(term: str | None) -> ox.NamedNode | None:
    return None if term is None else ox.NamedNode(term[1:-1])


def holders(graph: ox.Store, result: ShapeResult) -> list[str]:
    """The named graphs that hold the offending triple of a result, else those that describe its focus node."""
    if ":" not in result.focus:
        return []
    focus = ox.NamedNode(result.focus)
    exact: list[str] = []
    if result.path is not None and result.value is not None:
        exact = _graphs(graph.quads_for_pattern(focus, ox.NamedNode(result.path), result.value, None))
    return exact or _graphs(graph.quads_for_pattern(focus, None, None, None))


def _graphs(quads: Iterable[ox.Quad]) -> list[str]:
    return sorted({quad.graph_name.value for quad in quads if isinstance(quad.graph_name, ox.NamedNode)})


def _fetch(graph: ox.Store, node: str, reach: int, found: Statements) -> None:
    """Adds what is said of a node, and of the nodes that it links to, so many links away."""
    if not node.startswith("<"):
        return
    if node not in found:
        described = found.setdefault(node, {})
        for quad in graph.quads_for_pattern(_node(node), None, None, _DEFAULT):
            described.setdefault(str(quad.predicate), []).append(str(quad.object))
    if reach:
        for values in list(found[node].values()):
            for value in values:
                _fetch(graph, value, reach - 1, found)


def _fetch_links(graph: ox.Store, predicate: str, node: str, most: int | None, found: Statements) -> None:
    """Adds links to a node, of which the subjects may be described already."""
    if node.startswith("<"):
        links = graph.quads_for_pattern(None, _node(predicate), _node(node), _DEFAULT)
        for quad in islice(links, most):
            values = found.setdefault(str(quad.subject), {}).setdefault(predicate, [])
            if node not in values:
                values.append(node)
