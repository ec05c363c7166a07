"""Why an answer is empty: names the terms of a query that the data has not, and what it has instead.

What an answer needs (`required_patterns`) is asked of the store by index lookups only, so a large store costs no more.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import islice
from typing import TYPE_CHECKING, Any, TypeAlias

import pyoxigraph as ox

from rdfkit.package_data import beside, read_toml
from rdfkit.rdf.identifiers import compress, expand, prefix_map
from rdfkit.sparql.query import QueryText
from rdfkit.sparql.required_patterns import Apart, Either, Need, Never, OneOf, Place, Term, Triple, needs_of

if TYPE_CHECKING:
    from rdfkit.store import StoreProtocol

_TYPE = ox.NamedNode(expand("rdf:type"))
# How many values of a property are looked at to see how its texts are written.
_SAMPLE = 50
# How many of the values that a query offers are named when the data has none of them.
_NAMED = 10
_DATATYPES = ("xsd:date", "xsd:gYear", "xsd:integer", "xsd:decimal")
_COMPACT = re.compile(r"(identifiers\.org/[^/:]+)([/:])(.+)")
_LOCAL_NAME = re.compile(r"(.*[/#:])([^/#:]+)/?")


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


_NEVER_TOGETHER = Hint(
    "all patterns",
    "each of them has matches, but no combination of these fits all of the query with its filters",
)


def explain_empty(
    text: str | QueryText, store: StoreProtocol, prefixes: Mapping[str, str] | None = None
) -> tuple[Hint, ...]:
    """The reasons why a query finds nothing in a store, in the order of the query.

    For a query of any form, in any dialect that the store takes, that is known to find nothing: terms that are
    absent; else triple patterns without a match; else that the patterns do not go together.
    """
    known = {**prefix_map(), **(prefixes or {})}
    standard = QueryText.of(text).repaired(known).text
    lookup = _Lookup(store)
    needs = needs_of(standard, known)
    found = lookup.reasons(needs, lookup.absent) or lookup.reasons(needs, lookup.unmatched)
    return tuple(dict.fromkeys(found)) or (_NEVER_TOGETHER,)


_Ask: TypeAlias = Callable[[Triple], list[Hint]]


class _Lookup:
    """Asks a store for what a query needs."""

    def __init__(self, store: StoreProtocol) -> None:
        self._store = store

    def reasons(self, needs: Sequence[Need], ask: _Ask, around: tuple[Triple, ...] = ()) -> list[Hint]:
        """Why these needs are not met, as far as `ask` tells of one triple. `around` are triples needed beside them."""
        triples = (*around, *(need for need in needs if isinstance(need, Triple)))
        return [hint for need in needs for hint in self._reasons(need, ask, triples)]

    def absent(self, triple: Triple) -> list[Hint]:
        """The terms of a triple that the data has not, and its graphs when the data has none of them."""
        subject, predicate, value = triple.places
        graphs = [self._absent_graph(graph) for graph in triple.graphs]
        found = [hint for hints in graphs for hint in hints] if all(graphs) else []
        if isinstance(subject, ox.NamedNode):
            found += self._absent_node(subject)
        if isinstance(predicate, ox.NamedNode):
            found += self._absent_property(predicate)
        if isinstance(value, ox.Literal):
            found += self._absent_literal(value, predicate)
        elif isinstance(value, ox.NamedNode):
            found += self._absent_class(value) if predicate == _TYPE else self._absent_node(value)
        return found

    def unmatched(self, triple: Triple) -> list[Hint]:
        """That the data has each of its terms, but not together; or `absent`."""
        found = self.absent(triple)
        if found or self._matches(triple):
            return found
        said = "each of these terms is in the data, but no triple has them together"
        if triple.graphs:
            said += f" in {' or '.join(_shown(graph) for graph in triple.graphs)}"
        shown = " ".join(place if isinstance(place, str) else _shown(place) for place in triple.places)
        subject, predicate, value = triple.places
        for term in (subject, value):
            for twin in self._twins(term, predicate) if not isinstance(term, str) else ():
                if self._matches(triple.with_term(term, twin)):
                    return [Hint(shown, f"{said}; with {twin} one does", _plain(twin))]
        return [Hint(shown, said)]

    def _reasons(self, need: Need, ask: _Ask, around: tuple[Triple, ...]) -> list[Hint]:
        if isinstance(need, Triple):
            return ask(need)
        if isinstance(need, Either):
            branches = [self.reasons(branch, ask, around) for branch in need.branches]
            return [hint for branch in branches for hint in branch] if all(branches) else []
        if isinstance(need, OneOf):
            return self._none_of(need, ask, around)
        if isinstance(need, Apart):
            return self.reasons(need.needs, ask)
        if isinstance(need, Never):
            return [Hint(need.part, "the query asks for nothing")]
        return self._absent_node(need.iri)

    def _none_of(self, need: OneOf, ask: _Ask, around: tuple[Triple, ...]) -> list[Hint]:
        """Why none of the terms can stand where the variable stands."""
        places = [triple for triple in around if need.variable in triple.places]
        told: list[list[Hint]] = []
        for term in need.terms:
            triples = [triple.with_term(need.variable, term) for triple in places]
            if all(self._matches(triple) for triple in triples):
                return []
            if len(told) < _NAMED:
                told.append([hint for triple in triples for hint in ask(triple)])
        return [hint for hints in told for hint in hints] if all(told) else []

    def _matches(self, triple: Triple) -> bool:
        subject, predicate, value = triple.places
        return any(
            self._store.has(
                subject if isinstance(subject, ox.NamedNode) else None,
                predicate if isinstance(predicate, ox.NamedNode) else None,
                value if not isinstance(value, str) else None,
                graph,
            )
            for graph in triple.graphs or (None,)
        )

    def _absent_property(self, iri: ox.NamedNode) -> list[Hint]:
        return self._hint(iri, "no triple has this property", lambda term: self._store.has(None, term, None))

    def _absent_class(self, iri: ox.NamedNode) -> list[Hint]:
        return self._hint(iri, "nothing has this class", lambda term: self._store.has(None, _TYPE, term))

    def _absent_node(self, iri: ox.NamedNode) -> list[Hint]:
        return self._hint(iri, "the data does not have this IRI", self._is_node)

    def _absent_graph(self, iri: ox.NamedNode) -> list[Hint]:
        return self._hint(
            iri, "no graph has this name", lambda name: self._store.has(None, None, None, graph=name)
        )

    def _hint(self, iri: ox.NamedNode, said: str, known: Callable[[ox.NamedNode], bool]) -> list[Hint]:
        if known(iri):
            return []
        twin = next((twin for twin in _twins(iri.value) if known(ox.NamedNode(twin))), None)
        if twin is not None:
            return [Hint(compress(iri.value), f"{said}; it has {twin}", twin)]
        reason = _reason(compress(iri.value))
        return [Hint(compress(iri.value), f"{said}: {reason}" if reason else said)]

    def _absent_literal(self, term: ox.Literal, predicate: Place) -> list[Hint]:
        """Whether the property has such a text, perhaps with another language, datatype or case of letters."""
        within = predicate if isinstance(predicate, ox.NamedNode) else None
        if self._store.has(None, within, term):
            return []
        twin = next(
            (twin for twin in self._twins(term, predicate) if self._store.has(None, within, twin)), None
        )
        if twin is not None:
            return [Hint(str(term), f"the data does not have this text so; it has {twin}", str(twin))]
        if within is None or not self._store.has(None, None, term):
            return [Hint(str(term), "the data does not have this text")]
        return []

    def _twins(self, term: Term, predicate: Place) -> Iterator[Term]:
        """Other ways in which the same term may be written."""
        if isinstance(term, ox.NamedNode):
            yield from (ox.NamedNode(twin) for twin in _twins(term.value))
            return
        ways = list(dict.fromkeys([term, *self._ways_of_writing(predicate)]))
        for value in dict.fromkeys([term.value, *_other_cases(term.value)]):
            yield from (_like(way, value) for way in dict.fromkeys(_like(way, "") for way in ways))

    def _ways_of_writing(self, predicate: Place) -> Iterator[ox.Literal]:
        """One literal of each language and datatype: the common ones, and of a property as far as one is known."""
        yield ox.Literal("")
        yield ox.Literal("", language="en")
        yield from (ox.Literal("", datatype=ox.NamedNode(expand(name))) for name in _DATATYPES)
        if isinstance(predicate, ox.NamedNode):
            for triple in islice(self._store.triples(predicate), _SAMPLE):
                if isinstance(triple.object, ox.Literal):
                    yield triple.object

    def _is_node(self, iri: ox.NamedNode) -> bool:
        return any(
            self._store.has(*places) for places in ((iri, None, None), (None, None, iri), (None, iri, None))
        )


def _twins(iri: str) -> Iterator[str]:
    """Other ways in which the same IRI is written: scheme, www, slash, other starts, case of letters."""
    scheme, separator, rest = iri.partition("://")
    if scheme not in ("http", "https") or not separator:
        return
    bare = rest.removeprefix("www.")
    schemes = (scheme, "https" if scheme == "http" else "http")
    hosts = ("www.", "") if rest != bare else ("", "www.")
    seen = {iri}
    for body in (bare, *_other_starts(bare), *_other_local_names(bare)):
        for host in hosts:
            for end in (body, body.rstrip("/") if body.endswith("/") else f"{body}/"):
                for twin in (f"{one}://{host}{end}" for one in schemes):
                    if twin not in seen:
                        seen.add(twin)
                        yield twin


def _other_starts(bare: str) -> Iterator[str]:
    compact = _COMPACT.fullmatch(bare)
    if compact is not None:
        yield f"{compact[1]}{'/' if compact[2] == ':' else ':'}{compact[3]}"
    for group in _same_starts():
        for start in group:
            if bare.startswith(start):
                yield from (other + bare.removeprefix(start) for other in group if other != start)


def _other_local_names(bare: str) -> Iterator[str]:
    parts = _LOCAL_NAME.fullmatch(bare)
    if parts is not None:
        yield from (parts[1] + name for name in _other_cases(parts[2]))


def _other_cases(text: str) -> Iterator[str]:
    first, rest = text[:1], text[1:]
    cases = (first.upper() + rest, first.lower() + rest, text.upper(), text.lower(), text.capitalize())
    yield from (case for case in dict.fromkeys(cases) if case != text)


def _table(name: str) -> dict[str, Any]:
    return read_toml(beside(__file__, name))


@cache
def _same_starts() -> list[list[str]]:
    found: list[list[str]] = _table("twins.toml")["same"]
    return found


@cache
def _known_reasons() -> Mapping[str, str]:
    return _table("absent-terms.toml")


def _reason(term: str) -> str | None:
    """Why the data cannot have a term: the reason of the longest start of it that has one."""
    known = _known_reasons()
    starts = (key for key in known if key.endswith((":", "_", "/", "#")) and term.startswith(key))
    return known.get(term) or known.get(max(starts, key=len, default=""))


def _like(other: ox.Literal, value: str) -> ox.Literal:
    if other.language is not None:
        return ox.Literal(value, language=other.language)
    return ox.Literal(value, datatype=other.datatype)


def _plain(term: Term) -> str:
    return term.value if isinstance(term, ox.NamedNode) else str(term)


def _shown(term: Term) -> str:
    return compress(term.value) if isinstance(term, ox.NamedNode) else str(term)
