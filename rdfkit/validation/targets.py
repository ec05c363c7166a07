"""Counts what shapes are about in a data graph, so that a report can say that nothing was checked."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING, NamedTuple

import pyoxigraph as ox

from rdfkit.validation.shacl import terms
from rdfkit.validation.shacl.data import TYPE, Description
from rdfkit.validation.shapes_graph import ShapesGraph

if TYPE_CHECKING:
    import rdflib

_CLASSES = ("<http://www.w3.org/2000/01/rdf-schema#Class>", "<http://www.w3.org/2002/07/owl#Class>")
_PATTERNS = {
    "targetClass": "?n a/<http://www.w3.org/2000/01/rdf-schema#subClassOf>* {}",
    "targetSubjectsOf": "?n {} ?o",
    "targetObjectsOf": "?s {} ?n",
    "targetNode": "VALUES ?n { {} }",
}
_KINDS = (terms.sh("NodeShape"), terms.sh("PropertyShape"))


class Targets(NamedTuple):
    """How many shapes have targets, and how many nodes these are."""

    shapes: int
    focus_nodes: int


def count(shapes: ShapesGraph, data: rdflib.Graph, focus: Collection[str] = ()) -> Targets:
    """The shapes with targets, and their focus nodes in the data; with `focus` only those among these IRIs.

    Nodes of targets that SPARQL selects are not counted one by one: such a target counts as one.
    """
    found: set[object] = set()
    number = 0
    for shape, description in shapes.statements.items():
        if _off(description):
            continue
        before = number
        for word in ("targetClass", "targetNode", "targetSubjectsOf", "targetObjectsOf", "target"):
            for term in description.get(terms.sh(word), ()):
                number = before + 1
                found.update(_nodes(word, term, data))
        if _is_class(description):
            number = before + 1
            found.update(_nodes("targetClass", shape, data))
    if focus:
        found = {node for node in found if str(node) in focus}
    return Targets(number, len(found))


def count_in_store(shapes: ShapesGraph, store: ox.Store) -> Targets:
    """The shapes with targets, and their focus nodes in all graphs of a store."""
    parts: list[str] = []
    number = 0
    for shape, description in shapes.statements.items():
        if _off(description):
            continue
        found = [
            pattern.replace("{}", term)
            for word, pattern in _PATTERNS.items()
            for term in description.get(terms.sh(word), ())
            if not term.startswith("_")
        ]
        if _is_class(description):
            found.append(_PATTERNS["targetClass"].replace("{}", shape))
        number += bool(found)
        parts.extend(found)
    if not parts:
        return Targets(0, 0)
    query = f"SELECT (COUNT(DISTINCT ?n) AS ?count) {{ {{ {' } UNION { '.join(dict.fromkeys(parts))} }} }}"
    solutions = store.query(query, use_default_graph_as_union=True)
    return Targets(number, int(next(iter(solutions))["count"].value))  # type: ignore[arg-type]


def _is_class(description: Description) -> bool:
    """Whether a shape is a class, and so has its instances as targets."""
    kinds = description.get(TYPE, ())
    return any(one in kinds for one in _CLASSES) and any(one in kinds for one in _KINDS)


def _off(description: Description) -> bool:
    return any(terms.text(one) in ("true", "1") for one in description.get(terms.sh("deactivated"), ()))


def _nodes(word: str, term: str, data: rdflib.Graph) -> Iterator[object]:
    import rdflib
    from rdflib.namespace import RDF, RDFS

    if not term.startswith("<") or word in ("targetNode", "target"):
        yield term if not term.startswith("<") else rdflib.URIRef(term[1:-1])
        return
    node = rdflib.URIRef(term[1:-1])
    if word == "targetSubjectsOf":
        yield from data.subjects(node)
    elif word == "targetObjectsOf":
        yield from data.objects(None, node)
    else:
        for kind in data.transitive_subjects(RDFS.subClassOf, node):
            yield from data.subjects(RDF.type, kind)
