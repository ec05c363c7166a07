"""A picture of the classes and properties that a store really has, as a Mermaid class diagram.

https://mermaid.js.org/syntax/classDiagram.html. Which classes are shown, and in which order, stands in
`diagram.toml`. A thing of several classes stands under the first of them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from typing import Any

import pyoxigraph as ox

from rdfkit.package_data import beside, read_toml
from rdfkit.rdf.identifiers import compress, expand
from rdfkit.store import StoreProtocol

_TYPE = ox.NamedNode(expand("rdf:type"))

# For each class and each of its properties what that leads to: shown classes, datatypes, or `IRI`.
_Uses = dict[str, dict[str, set[str]]]


def mermaid(store: StoreProtocol) -> str:
    """The diagram of a store. The same classes and properties give the same text."""
    uses = _uses(store)
    lines = ["classDiagram", "  direction LR"]
    for name in (name for name in _shown() if name in uses):
        lines += _class(name, uses[name])
    return "\n".join(lines) + "\n"


def _uses(store: StoreProtocol) -> _Uses:
    classes = _principal_classes(store)
    uses: _Uses = {name: defaultdict(set) for name in set(classes.values())}
    for triple in store.triples():
        name = classes.get(_value(triple.subject))
        if name is not None and triple.predicate != _TYPE:
            uses[name][compress(triple.predicate.value)].add(_target(triple.object, classes))
    return uses


def _principal_classes(store: StoreProtocol) -> dict[str, str]:
    """The first shown class of each thing, by IRI."""
    order = {expand(name): (index, name) for index, name in enumerate(_shown())}
    found: dict[str, tuple[int, str]] = {}
    for triple in store.triples(_TYPE):
        place = order.get(_value(triple.object))
        if place is not None:
            subject = _value(triple.subject)
            found[subject] = min(found.get(subject, place), place)
    return {iri: name for iri, (_, name) in found.items()}


def _target(term: Any, classes: dict[str, str]) -> str:  # noqa: ANN401 - any RDF term
    if isinstance(term, ox.Literal):
        return term.datatype.value.rpartition("#")[2]
    return classes.get(_value(term), "IRI")


def _class(name: str, uses: dict[str, set[str]]) -> Iterator[str]:
    """A class with its properties; those that lead to other classes are arrows."""
    yield f'  class {_id(name)}["{name}"] {{'
    arrows = []
    for predicate, targets in sorted(uses.items()):
        others = sorted(target for target in targets if ":" in target and target != name)
        arrows += [(predicate, other) for other in others]
        if not others:
            yield f"    {predicate} {' or '.join(sorted(targets))}"
    yield "  }"
    for predicate, other in arrows:
        yield f"  {_id(name)} --> {_id(other)} : {predicate.replace(':', '#colon;')}"


def _value(term: Any) -> str:  # noqa: ANN401 - any RDF term
    return term.value if isinstance(term, ox.NamedNode) else ""


def _id(name: str) -> str:
    return name.replace(":", "_")


@cache
def _shown() -> tuple[str, ...]:
    """The classes that are shown, in order."""
    return tuple(read_toml(beside(__file__, "diagram.toml"))["classes"])
