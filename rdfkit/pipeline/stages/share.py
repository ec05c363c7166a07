"""Brings the shared graphs up to date: what many pages say alike stands once, for as long as one page says it.

What pages of several datasets say stands in the graph of the first. What a page says for itself, or an ontology, stands
there alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

import pyoxigraph as ox

from rdfkit.pipeline.stages.run import Run
from rdfkit.pipeline.state.descriptions import (
    descriptions,
    settle_nodes,
    unsettle_nodes,
    unsettle_repeated,
    unsettled_nodes,
)
from rdfkit.rdf.graphs import shared_graph
from rdfkit.store.catalogue import spaces
from rdfkit.store.graph_editor import Editor

# Nodes whose graphs are changed together.
_SLICE = 1000


def settle_shared(run: Run) -> None:
    """Gives the shared graphs what the pages say now of the nodes that this run has touched."""
    if run.is_change:
        # What a page or an ontology says for itself may have come or gone, too.
        unsettle_nodes(run.database, [node.value for node in run.editor.touched])
    _settle(run, run.editor)


def settle_new(run: Run) -> None:
    """Does the same in a new build, whose pages have written to the shared graphs what each of them says."""
    unsettle_repeated(run.database)
    _settle(run, run.editor)


def settle_ontologies(run: Run, editor: Editor) -> None:
    """Takes from the shared graphs what the ontologies of a new build say."""
    quads = (quad for ontology in run.ontologies for quad in ontology.quads())
    unsettle_nodes(
        run.database, [quad.subject.value for quad in quads if isinstance(quad.subject, ox.NamedNode)]
    )
    _settle(run, editor)


def _settle(run: Run, editor: Editor) -> None:
    nodes = iter(list(unsettled_nodes(run.database)))
    while some := list(islice(nodes, _SLICE)):
        before = [quad for node in some for quad in _held(run, node)]
        editor.change(before, [quad for node in some for quad in _said(run, node)])
    settle_nodes(run.database)


def _held(run: Run, node: str) -> Iterator[ox.Quad]:
    """What the shared graphs hold of a node."""
    for space in spaces():
        graph = ox.NamedNode(shared_graph(node, space))
        yield from run.stage.graph.quads_for_pattern(ox.NamedNode(node), None, None, graph)


def _said(run: Run, node: str) -> Iterator[ox.Quad]:
    """What they should hold."""
    lines = descriptions(run.database, node)
    graphs = {space: ox.NamedNode(shared_graph(node, space)) for space in lines.values()}
    shared = {ox.NamedNode(shared_graph(node, space)) for space in spaces()} if lines else set()
    for line, space in lines.items():
        (triple,) = ox.parse(line, ox.RdfFormat.N_TRIPLES)
        found = run.stage.graph.quads_for_pattern(triple.subject, triple.predicate, triple.object, None)
        if all(quad.graph_name in shared for quad in found):
            yield ox.Quad(triple.subject, triple.predicate, triple.object, graphs[space])
