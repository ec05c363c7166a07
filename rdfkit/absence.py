"""Why an answer is empty: names the terms of a query that the data has not, and what it has instead.

The query is read by rdflib's SPARQL parser, and the data is asked by index lookups only. What stands in OPTIONAL,
MINUS or NOT EXISTS never makes an answer empty, and a UNION only when all of its branches are empty.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from itertools import islice
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox
import rdflib
from rdflib.paths import InvPath, MulPath, Path, SequencePath

from rdfkit import resources
from rdfkit.dialect import repair
from rdfkit.identifiers import compress, expand, prefix_map

if TYPE_CHECKING:
    from rdfkit.store import Store

_TYPE = ox.NamedNode(expand("rdf:type"))
# How many values of a property are looked at to see how its texts are written.
_SAMPLE = 50


@dataclass(frozen=True, slots=True)
class Hint:
    """One reason why an answer is empty: the term that is absent as the query has it, and a sentence about it.

    `instead` is a term that the data has and that may have been meant.
    """

    term: str
    sentence: str
    instead: str | None = None

    def __str__(self) -> str:
        return f"{self.term}: {self.sentence}"


_NEVER_TOGETHER = Hint("all patterns", "each of them has matches, but no combination of these fits")


def explain_empty(text: str, store: Store, prefixes: Mapping[str, str] | None = None) -> tuple[Hint, ...]:
    """The reasons why a query finds nothing in a store, in the order of the query.

    For a query that is known to find nothing, in any dialect that the store takes: terms that are absent; else
    triple patterns without a match; else that the patterns do not go together. Empty for a text that rdflib cannot
    parse.
    """
    from pyparsing import ParseBaseException
    from rdflib.plugins.sparql import prepareQuery

    known = {**prefix_map(), **(prefixes or {})}
    try:
        algebra = prepareQuery(repair(text, known).text, initNs=known).algebra
    except (ParseBaseException, TypeError, ValueError, RecursionError):
        # The store has its own parser, which takes some texts that rdflib does not.
        return ()
    lookup = _Lookup(store)
    found = lookup.absent(algebra) or lookup.unmatched(algebra)
    return tuple(dict.fromkeys(found)) or (_NEVER_TOGETHER,)


class _Lookup:
    """Asks a store for the constants of a query's algebra (https://www.w3.org/TR/sparql11-query/#sparqlAlgebra)."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def absent(self, node: Any) -> list[Hint]:  # noqa: ANN401 - rdflib's algebra
        """The terms that a part of a query must find and the store has not."""
        return self._of(node, lambda triple: list(self._absent_in(*triple)))

    def unmatched(self, node: Any) -> list[Hint]:  # noqa: ANN401
        """The triple patterns of which each term is there, but no triple has them together."""
        return self._of(node, self._without_match)

    def _of(self, node: Any, ask: Callable[[tuple[Any, Any, Any]], list[Hint]]) -> list[Hint]:  # noqa: ANN401
        name = getattr(node, "name", None)
        if name == "BGP":
            return [hint for triple in node.triples for hint in ask(triple)]
        if name == "Union":
            first, second = self._of(node.p1, ask), self._of(node.p2, ask)
            return [*first, *second] if first and second else []
        if name == "Join":
            return [*self._of(node.p1, ask), *self._of(node.p2, ask)]
        if name in ("LeftJoin", "Minus"):
            return self._of(node.p1, ask)
        found = self._of(node.p, ask) if hasattr(node, "get") and node.get("p") is not None else []
        if name == "Filter":
            found += [hint for term in _compared(node.expr) for hint in self._absent_object(term, None)]
        elif name == "Graph" and not isinstance(node.term, rdflib.Variable):
            found += self._absent_graph(node.term)
        elif name == "values":
            found += self._absent_values(node.res)
        return found

    # --- terms ---

    def _absent_in(self, subject: Any, predicate: Any, value: Any) -> Iterator[Hint]:  # noqa: ANN401
        if isinstance(subject, rdflib.URIRef):
            yield from self._absent_node(subject)
        if isinstance(predicate, rdflib.URIRef):
            yield from self._absent_property(predicate)
        elif isinstance(predicate, Path):
            for one in _needed(predicate):
                yield from self._absent_property(one)
        if predicate == rdflib.RDF.type and isinstance(value, rdflib.URIRef):
            yield from self._absent_class(value)
        elif not isinstance(value, rdflib.Variable | rdflib.BNode):
            yield from self._absent_object(value, predicate)

    def _absent_property(self, iri: rdflib.URIRef) -> Iterator[Hint]:
        if not self._any(None, _iri(iri), None):
            yield self._hint(iri, "no triple has this property", lambda twin: self._any(None, twin, None))

    def _absent_class(self, iri: rdflib.URIRef) -> Iterator[Hint]:
        if not self._any(None, _TYPE, _iri(iri)):
            yield self._hint(iri, "nothing has this class", lambda twin: self._any(None, _TYPE, twin))

    def _absent_node(self, iri: rdflib.URIRef) -> Iterator[Hint]:
        if not self._is_node(_iri(iri)):
            yield self._hint(iri, "the data does not have this IRI", self._is_node)

    def _absent_object(self, term: Any, predicate: Any) -> Iterator[Hint]:  # noqa: ANN401
        if isinstance(term, rdflib.URIRef):
            yield from self._absent_node(term)
        elif isinstance(term, rdflib.Literal):
            yield from self._absent_literal(_literal(term), predicate)

    def _absent_literal(self, term: ox.Literal, predicate: Any) -> Iterator[Hint]:  # noqa: ANN401
        """Whether the property has such a text, perhaps with another language or datatype."""
        within = _iri(predicate) if isinstance(predicate, rdflib.URIRef) else None
        if self._any(None, within, term):
            return
        for other in self._ways_of_writing(within):
            twin = _like(other, term.value)
            if self._any(None, within, twin):
                yield Hint(str(term), f"the data does not have this text so; it has {twin}", str(twin))
                return
        if not self._any(None, None, term):
            yield Hint(str(term), "the data does not have this text")

    def _absent_graph(self, iri: rdflib.URIRef) -> list[Hint]:
        if next(self.store.quads(_iri(iri)), None) is not None:
            return []
        return [
            self._hint(
                iri, "no graph has this name", lambda twin: next(self.store.quads(twin), None) is not None
            )
        ]

    def _absent_values(self, rows: list[dict[Any, Any]]) -> list[Hint]:
        """Each of the values, when the data has none of them."""
        terms = [term for row in rows for term in row.values()]
        found = [hint for term in terms for hint in self._absent_object(term, None)]
        return found if len(found) == len(terms) else []

    def _without_match(self, triple: tuple[Any, Any, Any]) -> list[Hint]:
        if isinstance(triple[1], Path):
            return []
        terms = [None if isinstance(term, rdflib.Variable | rdflib.BNode) else _term(term) for term in triple]
        if self._any(*terms):
            return []
        shown = " ".join(_shown(term) for term in triple)
        return [Hint(shown, "each of these terms is in the data, but no triple has them together")]

    def _hint(self, iri: rdflib.URIRef, said: str, known: Callable[[ox.NamedNode], bool]) -> Hint:
        twin = next((twin for twin in _twins(str(iri)) if known(ox.NamedNode(twin))), None)
        if twin is not None:
            return Hint(compress(str(iri)), f"{said}; it has {twin}", twin)
        reason = _reason(compress(str(iri)))
        return Hint(compress(str(iri)), f"{said}: {reason}" if reason else said)

    def _ways_of_writing(self, predicate: ox.NamedNode | None) -> Iterator[ox.Literal]:
        """One literal of each language and datatype: of a property as far as one is known, and the common ones."""
        yield ox.Literal("")
        yield ox.Literal("", language="en")
        yield from (ox.Literal("", datatype=ox.NamedNode(expand(name))) for name in _DATATYPES)
        if predicate is not None:
            for triple in islice(self.store.triples(predicate), _SAMPLE):
                if isinstance(triple.object, ox.Literal):
                    yield triple.object

    def _is_node(self, iri: ox.NamedNode) -> bool:
        return self._any(iri, None, None) or self._any(None, None, iri) or self._any(None, iri, None)

    def _any(self, subject: Any, predicate: Any, value: Any) -> bool:  # noqa: ANN401
        return self.store.has(subject, predicate, value)


_DATATYPES = ("xsd:date", "xsd:gYear", "xsd:integer", "xsd:decimal")


def _compared(expression: Any) -> Iterator[Any]:  # noqa: ANN401
    """The constants that a filter wants a variable to be equal to."""
    name = getattr(expression, "name", None)
    if name == "ConditionalAndExpression":
        for part in (expression.expr, *expression.other):
            yield from _compared(part)
    elif name == "RelationalExpression" and expression.op == "=":
        sides = (expression.expr, expression.other)
        if any(isinstance(side, rdflib.Variable) for side in sides):
            # Numbers are equal by value, whatever their form.
            yield from (
                side
                for side in sides
                if isinstance(side, rdflib.URIRef)
                or (isinstance(side, rdflib.Literal) and not isinstance(side.value, int | float | Decimal))
            )


def _needed(path: Path) -> Iterator[rdflib.URIRef]:
    """The properties without which a path has no match."""
    if isinstance(path, SequencePath):
        for part in path.args:
            yield from [part] if isinstance(part, rdflib.URIRef) else _needed(part)
    elif isinstance(path, InvPath) and isinstance(path.arg, rdflib.URIRef):
        yield path.arg
    elif isinstance(path, MulPath) and not path.zero:
        yield from [path.path] if isinstance(path.path, rdflib.URIRef) else _needed(path.path)


def _twins(iri: str) -> Iterator[str]:
    """Other ways in which the same IRI is often written."""
    schemes = {"http://": "https://", "https://": "http://"}
    start = next((scheme for scheme in schemes if iri.startswith(scheme)), "")
    if not start:
        return
    rest = iri.removeprefix(start)
    other = rest.removeprefix("www.") if rest.startswith("www.") else f"www.{rest}"
    for scheme in (start, schemes[start]):
        for body in (rest, other):
            for end in (body, body.rstrip("/") if body.endswith("/") else f"{body}/"):
                if scheme + end != iri:
                    yield scheme + end


@cache
def _reasons() -> Mapping[str, str]:
    with (resources.contexts_folder() / "absent-terms.toml").open("rb") as file:
        return tomllib.load(file)


def _reason(term: str) -> str | None:
    return _reasons().get(term) or _reasons().get(term.partition(":")[0] + ":")


def _like(other: ox.Literal, value: str) -> ox.Literal:
    if other.language is not None:
        return ox.Literal(value, language=other.language)
    return ox.Literal(value, datatype=other.datatype)


def _term(term: Any) -> ox.NamedNode | ox.Literal:  # noqa: ANN401
    return _iri(term) if isinstance(term, rdflib.URIRef) else _literal(term)


def _iri(iri: rdflib.URIRef) -> ox.NamedNode:
    return ox.NamedNode(str(iri))


def _literal(term: rdflib.Literal) -> ox.Literal:
    if term.language:
        return ox.Literal(str(term), language=term.language)
    return (
        ox.Literal(str(term), datatype=ox.NamedNode(str(term.datatype)))
        if term.datatype
        else ox.Literal(str(term))
    )


def _shown(term: Any) -> str:  # noqa: ANN401
    if isinstance(term, rdflib.Variable | rdflib.BNode):
        return term.n3()
    return compress(str(term)) if isinstance(term, rdflib.URIRef) else str(_literal(term))
