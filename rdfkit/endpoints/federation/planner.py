"""How a query with SERVICE clauses is taken apart: which local solutions say what to ask an endpoint for.

https://www.w3.org/TR/sparql11-federated-query/. A clause can be asked for just those solutions that fit the rest of the
query, if the rest joins with it. `context` makes of the rest a query that gives the values to ask for: it leaves out
what could make them too few, so it may give some too many, never too few. The rules for what joins with what are those
of the SPARQL algebra (https://www.w3.org/TR/sparql11-query/#sparqlAlgebra):

- In a group, whatever is joined restricts the clause: triples, VALUES, groups, UNION, GRAPH, subqueries.
- In an OPTIONAL or MINUS only what stands before it and what stands in it: what comes later, or further out, decides
  about solutions that the OPTIONAL has left alone.
- FILTER and BIND count where all their variables are surely bound; MINUS where nothing before it was left out.
- In EXISTS only what stands in it. Out of a subquery only variables that it hands out, if it neither groups nor cuts.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import pyoxigraph as ox

from rdfkit.endpoints.federation.steps import Values
from rdfkit.errors import FederationError
from rdfkit.rdf.terms import Term
from rdfkit.sparql.algebra import (
    Bind,
    Data,
    Element,
    Filter,
    GraphClause,
    Group,
    Minus,
    Optional,
    ParsedQuery,
    Service,
    Triples,
    Union,
    inner_groups,
    services_in,
)
from rdfkit.sparql.dialect.edits import Edit, edited
from rdfkit.sparql.parser import read_groups
from rdfkit.sparql.query import QueryText
from rdfkit.sparql.results import Rows
from rdfkit.store import StoreProtocol

# The text that stands for a clause whose solutions are known.
Known = Mapping[Service, str]
# What can be sent as a key.
_SENDABLE = (ox.NamedNode, ox.Literal)
_JOINED = (Triples, Data, Union, GraphClause, Service)


@dataclass(frozen=True, slots=True)
class Context:
    """What restricts a clause: a group as text, the variables that it can bind, and those that it surely does."""

    text: str = ""
    variables: frozenset[str] = frozenset()
    certain: frozenset[str] = frozenset()

    def and_(self, text: str, variables: frozenset[str], certain: frozenset[str]) -> Context:
        """This context with a further element."""
        return Context(f"{self.text} {text}".strip(), self.variables | variables, self.certain | certain)


def read_federated(text: str | QueryText) -> ParsedQuery:
    """A query whose SERVICE clauses can be asked one by one.

    Raises QueryError for what is not SPARQL, FederationError for a clause in EXISTS that cannot be asked by itself.
    """
    query = read_groups(text)
    found = correlated(query)
    if found is not None:
        raise FederationError(
            "in EXISTS, a SERVICE clause may have triples, VALUES, and filters of the variables that these bind",
            key="exists",
            line=query.text.count("\n", 0, found.start) + 1,
            value=found.endpoint,
        )
    return query


def keys(query: ParsedQuery, service: Service, known: Known) -> tuple[str, ...]:
    """The variables by whose values a clause can be asked, sorted: those of its context that it always binds.

    A value for one that it can leave open would bind it there, and what comes after may ask whether it is bound.
    Without any, a clause must be asked for all that it has.
    """
    if service.is_fixed:
        return ()
    return tuple(sorted(service.body.certain & context(query, service, known).variables))


def key_query(query: ParsedQuery, service: Service, known: Known, names: Sequence[str]) -> str:
    """The query that gives the values to ask for, of the variables `names`."""
    found = context(query, service, known)
    variables = " ".join(f"?{name}" for name in names)
    return f"{query.prologue}\nSELECT DISTINCT {variables} {query.dataset} WHERE {{ {found.text} }}"


def key_values(
    store: StoreProtocol,
    query: ParsedQuery,
    service: Service,
    known: Known,
    names: tuple[str, ...],
    fixed: Mapping[str, Term] | None = None,
) -> tuple[tuple[str, ...], list[Values]]:
    """The variables by which a clause is asked, and their values, each combination once, in a fixed order.

    `names` are those that could be, `fixed` has the values of some variables of the query. A variable that is open in
    some solution is none: there, all that the endpoint has would fit.
    """
    if not names:
        return (), []
    text = key_query(query, service, known, names)
    if fixed:
        conditions = "".join(f" VALUES ?{name} {{ {term} }}" for name, term in fixed.items())
        text = f"{text.rstrip().removesuffix('}')}{conditions} }}"
    answer = store.evaluate(text)
    if not isinstance(answer, Rows):
        raise FederationError("the keys of a clause are no rows")
    found = [tuple(row[name] for name in names) for row in answer.terms()]
    # A blank node is nowhere else, so it fits nothing that an endpoint binds.
    fitting = [row for row in found if not any(isinstance(term, ox.BlankNode) for term in row)]
    usable = [
        index for index in range(len(names)) if all(isinstance(row[index], _SENDABLE) for row in fitting)
    ]
    chosen = tuple(names[index] for index in usable)
    values = {tuple(term for index in usable if (term := row[index]) is not None) for row in fitting}
    return chosen, sorted(values, key=str) if chosen else []


def context(query: ParsedQuery, service: Service, known: Known) -> Context:
    """What restricts a clause, of all that can be evaluated without the clauses whose solutions are not yet known."""
    outer = Context()
    if query.data is not None:
        outer = outer.and_(_text(query, query.data, known), query.data.variables, query.data.certain)
    name = ""
    for group, index in _way_to(query.where, service):
        element = group.elements[index]
        if group.projects is not None:
            outer = _through(outer, group)
        own = _own(query, group, index, known)
        text = f"GRAPH {name} {{ {own.text} }}" if name and own.text else own.text
        if isinstance(element, Filter | Bind):
            # EXISTS is asked for each solution on its own.
            return _within_exists(query, element, service, known)
        if isinstance(element, Optional | Minus):
            outer = Context()
        if text:
            outer = outer.and_(f"{{ {text} }}", own.variables, own.certain)
        if isinstance(element, GraphClause):
            name = element.name
    return outer


def correlated(query: ParsedQuery) -> Service | None:
    """The first clause in an EXISTS that could see variables of the solution that EXISTS is asked for.

    There, these are put into the pattern (https://www.w3.org/TR/sparql11-query/#func-substitute), and what an endpoint
    gives for the clause by itself need not be the same. It is the same for triples, VALUES, and filters of variables
    that these bind.
    """
    within = (element for group in inner_groups(query.where) for element in group.elements)
    for element in within:
        if isinstance(element, Filter | Bind):
            for group in element.groups:
                found = next((one for one in services_in(group) if not _stands_alone(one)), None)
                if found is not None:
                    return found
    return None


def _stands_alone(service: Service) -> bool:
    return all(
        isinstance(element, Triples | Data)
        or (isinstance(element, Filter) and not element.groups and element.mentioned <= service.body.certain)
        for element in service.body.elements
    )


def replaced(query: ParsedQuery, known: Known) -> str:
    """The query with the text of each known clause in its place."""
    return _replaced(query, 0, len(query.text), known)


def _own(query: ParsedQuery, group: Group, index: int, known: Known) -> Context:
    """What restricts an element of a group among its neighbours."""
    is_joined = not isinstance(group.elements[index], Optional | Minus)
    found, is_exact = Context(), True
    for number, other in enumerate(group.elements):
        if number == index or isinstance(other, Filter):
            continue
        counts = number < index or (is_joined and isinstance(other, _JOINED))
        if counts and _is_usable(other, found, known, is_exact=is_exact):
            found = found.and_(_text(query, other, known), other.variables, other.certain)
        else:
            is_exact = False
    return _filtered(query, group, found, known)


def _filtered(query: ParsedQuery, group: Group, found: Context, known: Known) -> Context:
    """With the filters of the group, wherever they stand, whose variables are all surely bound."""
    for other in group.elements:
        if isinstance(other, Filter) and not other.groups and other.mentioned <= found.certain:
            found = found.and_(_text(query, other, known), frozenset(), frozenset())
    return found


def _within_exists(query: ParsedQuery, element: Element, service: Service, known: Known) -> Context:
    for inner in element.groups:
        if any(True for _ in _way_to(inner, service)):
            return context(replace(query, where=inner, data=None), service, known)
    return Context()


def _through(outer: Context, group: Group) -> Context:
    """What comes through the border of a subquery: the variables that it hands out as they are."""
    names = sorted(outer.variables & group.kept)
    if not group.is_plain or not names:
        return Context()
    variables = " ".join(f"?{name}" for name in names)
    text = f"{{ SELECT DISTINCT {variables} WHERE {{ {outer.text} }} }}"
    return Context(text, frozenset(names), outer.certain & frozenset(names))


def _way_to(group: Group, service: Service) -> Iterator[tuple[Group, int]]:
    """The groups that a clause stands in, from the outside, each with the number of the element on the way."""
    for index, element in enumerate(group.elements):
        if element is service:
            yield group, index
            return
        if isinstance(element, Service):
            continue
        for inner in element.groups:
            way = list(_way_to(inner, service))
            if way:
                yield group, index
                yield from way
                return


def _is_usable(element: Element, found: Context, known: Known, *, is_exact: bool) -> bool:
    """Whether an element restricts what follows it, given what has been found before it in its group.

    `is_exact` says that nothing before it was left out: MINUS would take away too much without what it may differ in.
    """
    if not _is_local(element, known):
        return False
    if isinstance(element, Bind):
        return element.mentioned <= found.certain and not element.groups
    return isinstance(element, _JOINED) or (isinstance(element, Minus) and is_exact)


def _is_local(element: Element, known: Known) -> bool:
    """Whether there is no clause in it that is not known."""
    if isinstance(element, Service):
        return element in known
    return all(_is_local(inner, known) for group in element.groups for inner in group.elements)


def _text(query: ParsedQuery, element: Element, known: Known) -> str:
    text = _replaced(query, element.start, element.end, known)
    # Triples may stand before others here that they were apart from.
    return f"{text.rstrip().removesuffix('.')} ." if isinstance(element, Triples) else text


def _replaced(query: ParsedQuery, start: int, end: int, known: Known) -> str:
    inside = (service for service in known if start <= service.start and service.end <= end)
    edits = (Edit(service.start - start, service.end - start, known[service]) for service in inside)
    return edited(query.text[start:end], edits)
