"""Pages that stand for themselves: the graph of a page with what shared graphs say of the nodes that it names."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

import pyoxigraph as ox

from rdfkit.rdf.graphs import shared_graph, shared_graphs
from rdfkit.rdf.identifiers import expand
from rdfkit.store.catalogue import spaces
from rdfkit.store.protocol import StoreProtocol

# A figure names its article, and this its journal.
_STEPS = 2
_ONTOLOGY = ox.Literal("ontology")
# Nodes whose descriptions are remembered: many pages name the same.
_REMEMBERED = 50_000


def all_shared_graphs() -> frozenset[str]:
    """The IRIs of the shared graphs that a store may have."""
    return frozenset(graph for space in spaces() for graph in shared_graphs(space))


class PageGraphs:
    """Reads the pages of a store with what they share. What several read, such as a gene, is looked up once."""

    def __init__(self, store: StoreProtocol) -> None:
        self._store = store
        self._ontologies = _ontologies(store)
        self._described = lru_cache(_REMEMBERED)(self._look_up)

    def quads(self, graph: ox.NamedNode) -> list[ox.Quad]:
        """The quads of a page's graph, and as quads of the same graph what shared graphs say of the nodes that it
        names, and of those that this names.
        """
        found = list(self._store.quads(graph))
        seen: set[str] = set()
        new: Iterable[ox.Triple] = [quad.triple for quad in found]
        for _ in range(_STEPS):
            nodes = dict.fromkeys(
                term.value
                for triple in new
                for term in (triple.subject, triple.object)
                if isinstance(term, ox.NamedNode) and term.value not in seen
            )
            seen.update(nodes)
            new = [triple for node in nodes for triple in self._described(node)]
            found += [ox.Quad(one.subject, one.predicate, one.object, graph) for one in new]
        return found

    def _look_up(self, node: str) -> tuple[ox.Triple, ...]:
        """What the shared graphs and the ontologies say of a node."""
        subject = ox.NamedNode(node)
        graphs = (*(ox.NamedNode(shared_graph(node, space)) for space in spaces()), *self._ontologies)
        return tuple(quad.triple for graph in graphs for quad in self._store.quads(graph, subject))


def _ontologies(store: StoreProtocol) -> list[ox.NamedNode]:
    """The graphs of ontologies, which say for themselves what pages say as well."""
    found = store.triples(ox.NamedNode(expand("dcterms:type")), None, _ONTOLOGY)
    return sorted((triple.subject for triple in found if isinstance(triple.subject, ox.NamedNode)), key=str)
