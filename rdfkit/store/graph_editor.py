"""Changes of single graphs in a store: what goes, what comes, what it does to counts.

Each change is one transaction: a process that is killed leaves the old graph or the new one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import groupby, islice
from typing import TYPE_CHECKING

import pyoxigraph as ox

from rdfkit.rdf.identifiers import expand

if TYPE_CHECKING:
    from rdfkit.store.builds import Stage

_TYPE = ox.NamedNode(expand("rdf:type"))
# Quads that are taken out together.
_SLICE = 20_000

Subject = ox.NamedNode | ox.BlankNode | ox.Triple
Object = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple
Pattern = tuple[Subject | None, ox.NamedNode | None, Object | None]
# To which dataset (`pfocr`, `wikipathways`) a named graph belongs, if to any.
Site = Callable[[str], str | None]


class Editor:
    """Changes the graphs of a stage, and keeps account of the patterns that came to match in a dataset, or no more.

    `added` is how many quads there are more than before, `changes` how often something was changed.
    """

    def __init__(self, stage: Stage, site: Site) -> None:
        self._stage = stage
        self._site = site
        self._matched: dict[tuple[str, Pattern], bool] = {}
        self.touched: set[ox.NamedNode] = set()
        self.added = 0
        self.changes = 0

    def replace(self, name: str, quads: Iterable[ox.Quad]) -> None:
        """Gives a named graph these quads in place of those it has."""
        node = ox.NamedNode(name)
        self.change(self._stage.graph.quads_for_pattern(None, None, None, node), quads)

    def clear(self, name: str) -> None:
        """Takes all quads out of a named graph, some thousand at a time."""
        quads = self._stage.graph.quads_for_pattern(None, None, None, ox.NamedNode(name))
        while some := list(islice(quads, _SLICE)):
            self.change(some, ())

    def change(self, old: Iterable[ox.Quad], new: Iterable[ox.Quad]) -> None:
        """Takes quads out of named graphs and puts others in; what is in both stays."""
        before, after = set(old), set(new)
        gone, come = before - after, after - before
        if not gone and not come:
            return
        for quad in gone | come:
            self._note(quad)
        self._stage.graph.update(_update_text(gone, come))
        self.added += len(come) - len(gone)
        self.changes += 1

    def is_elsewhere(self, quad: ox.Quad) -> bool:
        """Whether another graph has the triple of a quad."""
        found = self._stage.graph.quads_for_pattern(quad.subject, quad.predicate, quad.object, None)
        return any(other.graph_name != quad.graph_name for other in found)

    def touch(self, quad: ox.Quad) -> None:
        """Notes that something else is said of the nodes of a quad."""
        self.touched.update(node for node in (quad.subject, quad.object) if isinstance(node, ox.NamedNode))

    def _note(self, quad: ox.Quad) -> None:
        """Remembers, before the first change of it, what a dataset matched."""
        self.touch(quad)
        site = self._site(quad.graph_name.value) if isinstance(quad.graph_name, ox.NamedNode) else None
        if site is not None:
            for pattern in patterns(quad):
                if (site, pattern) not in self._matched:
                    self._matched[site, pattern] = is_matched(self._stage.graph, pattern, site, self._site)

    def differences(self) -> Iterator[tuple[str, Pattern, int]]:
        """For each dataset the patterns that match now and did not (1), or did and do no more (-1)."""
        for (site, pattern), before in self._matched.items():
            now = is_matched(self._stage.graph, pattern, site, self._site)
            if now != before:
                yield site, pattern, now - before


def patterns(quad: ox.Quad) -> Iterator[Pattern]:
    """The patterns whose matches a description of a dataset counts: triples, subjects, objects, classes."""
    yield quad.subject, quad.predicate, quad.object
    yield quad.subject, None, None
    yield None, None, quad.object
    if quad.predicate == _TYPE:
        yield quad.subject, _TYPE, None


def is_matched(graph: ox.Store, pattern: Pattern, dataset: str | None, site: Site) -> bool:
    """Whether any graph of a dataset has a match."""
    return any(
        isinstance(quad.graph_name, ox.NamedNode) and site(quad.graph_name.value) == dataset
        for quad in graph.quads_for_pattern(*pattern, None)
    )


def _update_text(gone: Iterable[ox.Quad], come: Iterable[ox.Quad]) -> str:
    """One update is one transaction, https://www.w3.org/TR/sparql11-update/#updateLanguage."""
    parts = [f"{word} DATA {{ {_data(quads)} }}" for word, quads in (("DELETE", gone), ("INSERT", come))]
    return " ; ".join(parts)


def _data(quads: Iterable[ox.Quad]) -> str:
    ordered = sorted(quads, key=lambda quad: str(quad.graph_name))
    parts = []
    for name, group in groupby(ordered, key=lambda quad: quad.graph_name):
        triples = " ".join(f"{quad.subject} {quad.predicate} {quad.object} ." for quad in group)
        parts.append(f"GRAPH {name} {{ {triples} }}")
    return "\n".join(parts)
