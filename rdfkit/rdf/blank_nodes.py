"""Labels of blank nodes that are the same on every run: those of a parser for `[]` are drawn by lot."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

import pyoxigraph as ox

from rdfkit.rdf.terms import Term

# What Oxigraph calls a blank node that has no label.
_DRAWN = re.compile(r"[0-9a-f]{24,32}")


class Labels:
    """New labels in the order in which the nodes come. Labels that somebody wrote stay unless `keep` is false."""

    def __init__(self, stem: str, *, keep: bool = False) -> None:
        self._stem = stem
        self._keep = keep
        self._known: dict[tuple[int, str], ox.BlankNode] = {}
        self._taken: set[str] = set()

    def triples(self, quads: Iterable[ox.Quad], source: int = 0) -> list[ox.Triple]:
        """The triples of some quads with new labels. Nodes of different sources stay apart."""

        def renamed(term: Term) -> Term:
            return self._label(term.value, source) if isinstance(term, ox.BlankNode) else term

        return [renamed_triple(quad.triple, renamed) for quad in quads]

    def _label(self, label: str, source: int) -> ox.BlankNode:
        known = self._known.get((source, label))
        if known is None:
            is_kept = self._keep and not _DRAWN.fullmatch(label) and not label.startswith(("result", "shape"))
            name, number = label if is_kept else f"{self._stem}{len(self._known) + 1}", 1
            while name in self._taken:
                number += 1
                name = f"{label if is_kept else self._stem}-{number}"
            self._taken.add(name)
            known = self._known[source, label] = ox.BlankNode(name)
        return known


def renamed_triple(triple: ox.Triple, renamed: Callable[[Term], Term]) -> ox.Triple:
    """A triple with subject and object changed. One without blank nodes is given back as it is."""
    subject, value = triple.subject, triple.object
    if isinstance(subject, ox.BlankNode) or isinstance(value, ox.BlankNode):
        return ox.Triple(renamed(subject), triple.predicate, renamed(value))  # type: ignore[arg-type]
    return triple
