"""The uses and links of a new build (`rdfkit.store.partitions`), counted as pages are converted.

To read all triples of a store once more takes longer than anything else that is done when the pages are in. So each
page is counted by what it says itself, and in the end the nodes are counted again of which others say another class.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Set
from dataclasses import dataclass, field
from functools import lru_cache, partial
from itertools import chain

import pyoxigraph as ox

from rdfkit.mapping.jsonld.statements import Statements
from rdfkit.pipeline.state.database import Database
from rdfkit.pipeline.state.descriptions import classes_said, classes_told
from rdfkit.pipeline.state.uses import counted
from rdfkit.rdf.graphs import shared_graphs
from rdfkit.rdf.identifiers import expand
from rdfkit.store.catalogue import space_of
from rdfkit.store.graph_editor import Site, Subject
from rdfkit.store.partitions import (
    DATATYPE,
    Combination,
    Statement,
    classes_of,
    combination,
    dataset_types,
    expanded,
    statement,
)
from rdfkit.store.statistics import PageCounts, links_of

_TYPE = ox.NamedNode(expand("rdf:type"))
_NODES_KEPT = 100
_LANGUAGE = f"{DATATYPE}{expand('rdf:langString')}"
_STRING = f"{DATATYPE}{expand('xsd:string')}"


@dataclass(slots=True)
class PageUses:
    """What pages of one dataset say in their own graphs, counted by the classes that each page itself gives its nodes.

    `untyped` are nodes to which a page that names them gives no class.
    """

    combinations: Counter[Combination] = field(default_factory=Counter)
    links: Counter[str] = field(default_factory=Counter)
    untyped: set[str] = field(default_factory=set)

    def add(self, own: Statements, shared: Statements) -> None:
        """Counts the statements of a page's own graph; `shared` is what else it says."""
        classes = _Classes(own, shared)
        for subject, said in own.items():
            kinds = classes[subject]
            for predicate, values in said.items():
                name = predicate[1:-1]
                for value in values:
                    self.combinations[kinds, name, classes[value]] += 1
                    if value[0] == subject[0] == "<":
                        self.links.update(links_of(subject[1:-1], name, value[1:-1]))
        self.untyped.update(term[1:-1] for term, kinds in classes.items() if not kinds and term[0] == "<")

    def to_json(self) -> str:
        """The counts as JSON; `from_json` gives them back."""
        rows = [[*parts, number] for parts, number in self.combinations.items()]
        return json.dumps([rows, self.links, sorted(self.untyped)], separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str) -> PageUses:
        """The counts in the JSON that `to_json` gives."""
        rows, links, untyped = json.loads(text)
        found = Counter(
            {(tuple(kinds), name, tuple(targets)): number for kinds, name, targets, number in rows}
        )
        return cls(found, Counter(links), set(untyped))


class _Classes(dict[str, tuple[str, ...]]):
    """The classes that a page gives a node, or the datatype of a literal, by term."""

    def __init__(self, own: Statements, shared: Statements) -> None:
        self._said = (own, shared)

    def __missing__(self, term: str) -> tuple[str, ...]:
        if term[0] == '"':
            return (_datatype(term),)
        types = {value[1:-1] for said in self._said for value in said.get(term, {}).get(str(_TYPE), ())}
        found = self[term] = tuple(sorted(types))
        return found


def _datatype(literal: str) -> str:
    if literal[-1] == '"':
        return _STRING
    return f"{DATATYPE}{literal.rpartition('^^<')[2][:-1]}" if literal[-1] == ">" else _LANGUAGE


def page_counts(database: Database, store: ox.Store, dataset: str, site: Site) -> PageCounts | None:
    """The uses and links of a dataset in a store that a new build has loaded; None where it was changed since."""
    batches = counted(database, dataset)
    if batches is None:
        return None
    found = PageUses()
    for text in batches:
        batch = PageUses.from_json(text)
        found.combinations.update(batch.combinations)
        found.links.update(batch.links)
        found.untyped |= batch.untyped
    counting = _Counting(database, store, dataset, site)
    counting.correct(found)
    counting.add_shared(found)
    # What a correction takes away to nothing is not there.
    return PageCounts(expanded(+found.combinations), +found.links)


class _Counting:
    """Counts in a store what pages could not know of a dataset, each by itself."""

    def __init__(self, database: Database, store: ox.Store, dataset: str, site: Site) -> None:
        self._database = database
        self._store = store
        self._space = space_of(dataset)
        self._shared = shared_graphs(self._space)
        self._dataset, self._site = dataset, site
        self._types = dataset_types(store, dataset, site)
        # Nodes around one node, with their pages, come one after the other.
        self._said = lru_cache(_NODES_KEPT)(partial(classes_said, database, self._space))

    def _is_own(self, graph: str) -> bool:
        return graph not in self._shared and self._site(graph) == self._dataset

    def add_shared(self, found: PageUses) -> None:
        """Adds what stands in the shared graphs."""
        for graph in self._shared:
            for quad in self._store.quads_for_pattern(None, None, None, ox.NamedNode(graph)):
                found.combinations[combination(statement(quad), self._types)] += 1
                if isinstance(quad.subject, ox.NamedNode) and isinstance(quad.object, ox.NamedNode):
                    found.links.update(links_of(quad.subject.value, quad.predicate.value, quad.object.value))

    def correct(self, found: PageUses) -> None:
        """Counts the triples again with a node that has other classes than a page says that names it."""
        odd = {node for node in map(ox.NamedNode, found.untyped) if self._types(node)}
        for subject, classes in classes_told(self._database, self._space):
            node = ox.NamedNode(subject)
            if classes != self._types(node):
                odd.add(node)
        for node in odd:
            for graph, triple in self._around(node, odd):
                found.combinations[combination(triple, partial(self._assumed, graph, odd))] -= 1
                found.combinations[combination(triple, self._types)] += 1

    def _around(self, node: ox.NamedNode, odd: Set[Subject]) -> Iterator[tuple[ox.NamedNode, Statement]]:
        """What pages say in their own graphs with a node; what is between two such nodes has come with its subject."""
        after = self._store.quads_for_pattern(node, None, None, None)
        before = self._store.quads_for_pattern(None, None, node, None)
        for quad in chain(after, (quad for quad in before if quad.subject not in odd)):
            graph = quad.graph_name
            if isinstance(graph, ox.NamedNode) and self._is_own(graph.value):
                yield graph, statement(quad)

    def _assumed(self, graph: ox.NamedNode, odd: Set[Subject], node: Subject) -> tuple[str, ...]:
        """The classes that the page of a graph says of a node."""
        if node not in odd or not isinstance(node, ox.NamedNode):
            return self._types(node)
        own = self._store.quads_for_pattern(node, _TYPE, None, graph)
        said = self._said(node.value).get(graph.value, ())
        return tuple(sorted({*classes_of(quad.object for quad in own), *said}))
