"""Brings the shared graphs up to date: what many pages say alike stands once, for as long as one page says it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice

import pyoxigraph as ox

from rdfkit.pipeline.stages.run import Run
from rdfkit.pipeline.state.descriptions import (
    descriptions,
    foreign_descriptions,
    settle_nodes,
    unsettled_nodes,
)
from rdfkit.rdf.graphs import shared_graph

# Nodes whose graphs are changed together.
_SLICE = 1000


def settle_shared(run: Run) -> None:
    """Gives the shared graphs what the pages say now of the nodes that this run has touched."""
    nodes = set(unsettled_nodes(run.database))
    if run.is_change:
        # What a page or an ontology says for itself may have come or gone, too.
        nodes.update(node.value for node in run.editor.touched)
    ordered = iter(sorted(nodes))
    while some := list(islice(ordered, _SLICE)):
        before = [quad for node in some for quad in _held(run, node)]
        run.editor.change(before, [quad for node in some for quad in _said(run, node)])
    settle_nodes(run.database)


def drop_repeats(run: Run) -> None:
    """Takes from the shared graphs of a new build what a page or an ontology says for itself."""
    quads = (quad for node, text in foreign_descriptions(run.database) for quad in _quads(node, text))
    _drop(run, (quad for quad in quads if run.editor.is_elsewhere(quad)))
    of_ontologies = (
        ox.Quad(quad.subject, quad.predicate, quad.object, ox.NamedNode(shared_graph(quad.subject.value)))
        for ontology in run.ontologies
        for quad in ontology.quads()
        if isinstance(quad.subject, ox.NamedNode)
    )
    _drop(run, (quad for quad in of_ontologies if quad in run.stage.graph))


def _drop(run: Run, quads: Iterable[ox.Quad]) -> None:
    run.editor.change(list(quads), ())


def _held(run: Run, node: str) -> Iterator[ox.Quad]:
    graph = ox.NamedNode(shared_graph(node))
    return run.stage.graph.quads_for_pattern(ox.NamedNode(node), None, None, graph)


def _said(run: Run, node: str) -> Iterator[ox.Quad]:
    for text in descriptions(run.database, node):
        for quad in _quads(node, text):
            if not run.editor.is_elsewhere(quad):
                yield quad


def _quads(node: str, text: str) -> Iterator[ox.Quad]:
    graph = ox.NamedNode(shared_graph(node))
    for quad in ox.parse(text, ox.RdfFormat.N_TRIPLES):
        yield ox.Quad(quad.subject, quad.predicate, quad.object, graph)
