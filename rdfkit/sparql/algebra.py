"""The group graph patterns of a SPARQL query as values, each with its place in the text.

They hold what decides how a query with SERVICE clauses can be taken apart: which element stands in which group, and
which variables each binds (https://www.w3.org/TR/sparql11-query/#sparqlAlgebra).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from rdfkit.errors import QueryError
from rdfkit.rdf.identifiers import prefix_map
from rdfkit.sparql.tokens import iri_of, tokens

_NONE: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Element:
    """A part of a group, from `start` to `end` of the text.

    `variables` are those that it can bind (https://www.w3.org/TR/sparql11-query/#variableScope), `certain` those that
    it binds in every solution, `mentioned` all that stand in it. `groups` are the groups right inside it.
    """

    start: int
    end: int
    variables: frozenset[str] = _NONE
    certain: frozenset[str] = _NONE
    mentioned: frozenset[str] = _NONE
    groups: tuple[Group, ...] = ()


@dataclass(frozen=True, slots=True)
class Group:
    """A group with its elements in order; `start` and `end` are its brackets.

    Of a subquery, `projects` has the variables that it hands out, `kept` those of them that are not computed by it, and
    `is_plain` says that it neither groups nor counts nor cuts: then fewer solutions inside are just fewer outside.
    """

    elements: tuple[Element, ...]
    start: int
    end: int
    projects: frozenset[str] | None = None
    kept: frozenset[str] = _NONE
    is_plain: bool = True

    @property
    def variables(self) -> frozenset[str]:
        """The variables that the group can bind."""
        found = all_of(element.variables for element in self.elements)
        return found if self.projects is None else self.projects

    @property
    def certain(self) -> frozenset[str]:
        """The variables that the group binds in every solution."""
        found = all_of(element.certain for element in self.elements)
        return found if self.projects is None else found & self.kept if self.is_plain else _NONE


@dataclass(frozen=True, slots=True)
class Triples(Element):
    """Triple patterns with nothing between them."""


@dataclass(frozen=True, slots=True)
class Data(Element):
    """A VALUES block."""


@dataclass(frozen=True, slots=True)
class Filter(Element):
    """A FILTER; its groups are those of EXISTS."""


@dataclass(frozen=True, slots=True)
class Bind(Element):
    """A BIND of its one variable; `mentioned` are those of its expression, its groups those of EXISTS."""


@dataclass(frozen=True, slots=True)
class Optional(Element):
    """An OPTIONAL."""


@dataclass(frozen=True, slots=True)
class Minus(Element):
    """A MINUS."""


@dataclass(frozen=True, slots=True)
class Union(Element):
    """Groups with UNION between them, or one group within another."""


@dataclass(frozen=True, slots=True)
class GraphClause(Element):
    """A GRAPH with its `name` as it is written."""

    name: str = ""


@dataclass(frozen=True, slots=True)
class Service(Element):
    """A SERVICE with its `endpoint` as it is written, and the `prefixes` of the names in its group."""

    endpoint: str = ""
    silent: bool = False
    prefixes: frozenset[str] = _NONE

    @property
    def body(self) -> Group:
        """The group that is asked of the endpoint."""
        return self.groups[0]

    @property
    def is_fixed(self) -> bool:
        """Whether a subquery in it counts or cuts, so that what it gives may depend on all that it finds."""
        return any(not group.is_plain for group in inner_groups(self.body))


@dataclass(frozen=True, slots=True)
class ParsedQuery:
    """A query: its text, its prologue and dataset clauses as they are written, the group of its WHERE clause, and the
    VALUES block at its end if that restricts the group.

    Of the prologue, `declared` has the IRIs of its prefixes and `base` the last BASE as it is written, if there is one.
    """

    text: str
    prologue: str
    declared: Mapping[str, str]
    base: str | None
    dataset: str
    where: Group
    data: Data | None

    def services(self) -> tuple[Service, ...]:
        """The SERVICE clauses that are for us, in order: none that stands within another, which is for its endpoint."""
        return tuple(services_in(self.where))

    def iri(self, written: str) -> str:
        """The IRI that `<…>` or a prefixed name stands for. Raises QueryError for a prefix that is not declared."""
        name = next(tokens(written))
        found = iri_of(name, self.prefixes())
        if found is None:
            raise QueryError(f'the prefix "{name.prefix}:" is not declared', value=written)
        return found

    def prefixes(self) -> Mapping[str, str]:
        """Those that need no declaration, and those that the query declares."""
        return {**prefix_map(), **self.declared}

    def endpoints(self) -> tuple[str, ...]:
        """The IRIs of the endpoints that the query names, each once."""
        written = (service.endpoint for service in self.services() if service.endpoint[:1] not in ("?", "$"))
        return tuple(dict.fromkeys(self.iri(one) for one in written))


def inner_groups(group: Group) -> Iterator[Group]:
    """A group and all groups within it."""
    yield group
    for element in group.elements:
        for inner in element.groups:
            yield from inner_groups(inner)


def services_in(group: Group) -> Iterator[Service]:
    """The SERVICE clauses in a group that are for us, in order."""
    for element in group.elements:
        if isinstance(element, Service):
            yield element
        else:
            for inner in element.groups:
                yield from services_in(inner)


def all_of(found: Iterable[frozenset[str]]) -> frozenset[str]:
    """All the names in these sets."""
    return frozenset().union(*found)
