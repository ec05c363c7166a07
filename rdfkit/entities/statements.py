"""All that a store says about any IRI: what it says, and who says something of it, cut where it gets long."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

import pyoxigraph as ox

from rdfkit.entities.reading import checked, rows
from rdfkit.store import StoreProtocol

# No more statements are read than so many of each direction.
MOST = 2_000


@dataclass(frozen=True, slots=True)
class Value:
    """An IRI, or a text with its datatype (an IRI) and language where it has them."""

    text: str
    is_iri: bool
    datatype: str | None = None
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Property:
    """The values of one property, at most as many as were asked for, and how many there are."""

    iri: str
    values: tuple[Value, ...]
    total: int


@dataclass(frozen=True, slots=True)
class Statements:
    """Properties sorted by IRI. `cut` says that not all statements were read, so that totals are at least those."""

    properties: tuple[Property, ...]
    cut: bool


def outgoing(store: StoreProtocol, iri: str, each: int = 50) -> Statements:
    """What the store says about an IRI."""
    triples = store.triples(subject=ox.NamedNode(checked(iri)))
    pairs = [(triple.predicate.value, _value(triple.object)) for triple in islice(triples, MOST + 1)]
    return _grouped(pairs, each)


def incoming(store: StoreProtocol, iri: str, each: int = 50) -> Statements:
    """What has this IRI as its value, by property."""
    query = f"SELECT ?subject ?property {{ ?subject ?property <{checked(iri)}> }} LIMIT {MOST + 1}"
    pairs = [(str(row["property"]), Value(str(row["subject"]), is_iri=True)) for row in rows(store, query)]
    return _grouped(pairs, each)


def uses(store: StoreProtocol, iri: str, limit: int) -> list[tuple[Value, Value]]:
    """Subjects and values of the first statements with this IRI as their property."""
    triples = islice(store.triples(ox.NamedNode(checked(iri))), limit)
    return [(_value(triple.subject), _value(triple.object)) for triple in triples]


def iris(statements: Statements) -> Iterator[str]:
    """All IRIs that stand in the statements."""
    for found in statements.properties:
        yield found.iri
        yield from (value.text for value in found.values if value.is_iri)


def _grouped(pairs: list[tuple[str, Value]], each: int) -> Statements:
    by_property: dict[str, set[Value]] = {}
    for name, value in pairs[:MOST]:
        by_property.setdefault(name, set()).add(value)
    properties = (
        Property(name, tuple(_first(values, each)), len(values))
        for name, values in sorted(by_property.items())
    )
    return Statements(tuple(properties), len(pairs) > MOST)


def _first(values: Iterable[Value], limit: int) -> list[Value]:
    return sorted(values, key=lambda value: (value.is_iri, value.text, value.language or ""))[:limit]


def _value(term: object) -> Value:
    if isinstance(term, ox.NamedNode):
        return Value(term.value, is_iri=True)
    if isinstance(term, ox.Literal):
        plain = term.datatype.value.endswith(("XMLSchema#string", "#langString"))
        return Value(term.value, False, None if plain else term.datatype.value, term.language)
    return Value(str(term), is_iri=False)
