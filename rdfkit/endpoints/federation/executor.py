"""Runs a query with SERVICE clauses: asks the endpoints, in blocks, for what the rest of the query can use, puts what
they give in the place of the clauses, and has Oxigraph evaluate the whole.

https://www.w3.org/TR/sparql11-federated-query/. Oxigraph never sees a SERVICE clause and opens no connection.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import product

import pyoxigraph as ox

from rdfkit.endpoints.federation.clauses import (
    bound_query,
    columns,
    endpoint_variable,
    unbound_query,
    values_block,
)
from rdfkit.endpoints.federation.identifier_mapping import Bridge, Keys
from rdfkit.endpoints.federation.planner import Known, key_values, keys, read_federated, replaced
from rdfkit.endpoints.federation.steps import Asker, Find, Options, Row, Values
from rdfkit.endpoints.registry import Endpoint
from rdfkit.endpoints.result_parser import RemoteRows
from rdfkit.errors import FederationError, RemoteError
from rdfkit.rdf.terms import Term
from rdfkit.sparql.algebra import ParsedQuery, Service, inner_groups
from rdfkit.sparql.query import QueryText
from rdfkit.sparql.results import Answer
from rdfkit.sparql.tokens import calls_service
from rdfkit.store import StoreProtocol

# What a SILENT clause gives when it fails: one solution without bindings.
_NOTHING_BOUND = "{}"
_BLANK = "urn:rdfkit:blank:"


def federate(
    store: StoreProtocol,
    text: str | QueryText,
    asker: Asker,
    find: Find,
    *,
    options: Options | None = None,
    base_iri: str | None = None,
) -> Answer:
    """The answer to a query with SERVICE clauses, with the asker's ledger.

    `find` gives the endpoint of an IRI, or refuses it by an error. Raises QueryError for what is not SPARQL,
    FederationError for a clause that cannot be asked, EndpointError for keys that cannot be written as an endpoint has
    them, RemoteError when an endpoint fails and the clause is not SILENT.
    """
    query, known = read_federated(text), dict[Service, str]()
    execution = _Execution(store, query, asker, find, options or Options())
    for service in _in_order(query, known):
        known[service] = execution.solutions(service, known)
    # What is between the solutions is the user's text. It must not name an endpoint any more.
    if calls_service(replaced(query, dict.fromkeys(known, "{}"))):
        raise FederationError("a SERVICE clause could not be taken out of the query", key="service")
    return replace(store.evaluate(replaced(query, known), base_iri=base_iri), ledger=asker.ledger)


def _in_order(query: ParsedQuery, known: Known) -> Iterator[Service]:
    """The clauses, each when as much as possible is `known` that it can be asked by."""
    remaining = list(query.services())
    while remaining:
        chosen = next((one for one in remaining if keys(query, one, known)), remaining[0])
        remaining.remove(chosen)
        yield chosen


@dataclass(slots=True)
class _Execution:
    """Asks the clauses of one query. What has been asked once is not asked again."""

    store: StoreProtocol
    query: ParsedQuery
    asker: Asker
    find: Find
    options: Options
    answered: dict[tuple[str, str], RemoteRows] = field(default_factory=dict)

    def solutions(self, service: Service, known: Known) -> str:
        """The solutions of a clause as a VALUES block."""
        names = keys(self.query, service, known)
        variable = endpoint_variable(service)
        if variable is not None:
            return self._of_endpoints(service, known, names, variable)
        endpoint = self.find(self.query.iri(service.endpoint))
        chosen, values = key_values(self.store, self.query, service, known, names)
        if chosen and not values:
            # Nothing in the data could be joined with whatever the endpoint has.
            return values_block(columns(service), [])
        rows = self._unless_silenced(service, endpoint, chosen, values)
        return _NOTHING_BOUND if rows is None else values_block(columns(service), rows)

    def _of_endpoints(self, service: Service, known: Known, names: tuple[str, ...], variable: str) -> str:
        """The solutions of a clause whose endpoint is a variable: those of each endpoint that it is bound to."""
        _, bound = key_values(self.store, self.query, service, known, (variable,))
        own = columns(service)
        others = [name for name in own if name != variable]
        solutions: list[Row] = []
        for (term,) in bound:
            if not isinstance(term, ox.NamedNode):
                raise FederationError("the endpoint is no IRI", key=variable, value=str(term))
            endpoint = self.find(term.value)
            chosen, values = key_values(self.store, self.query, service, known, names, {variable: term})
            if names and not values:
                continue
            rows = self._unless_silenced(service, endpoint, chosen, values)
            found = [
                dict(zip(own, row, strict=True)) for row in ([(None,) * len(own)] if rows is None else rows)
            ]
            solutions += [
                (term, *(row[name] for name in others)) for row in found if row.get(variable) in (None, term)
            ]
        return values_block([variable, *others], solutions)

    def _unless_silenced(
        self, service: Service, endpoint: Endpoint, names: tuple[str, ...], values: list[Values]
    ) -> list[Row] | None:
        """As `_rows`; None where the endpoint fails and the clause is SILENT, which the ledger then says."""
        try:
            return self._rows(service, endpoint, names, values)
        except RemoteError as error:
            if not service.silent:
                raise
            self.asker.ledger.entry(endpoint).silence(str(error))
            return None

    def _rows(
        self, service: Service, endpoint: Endpoint, names: tuple[str, ...], values: list[Values]
    ) -> list[Row]:
        """What an endpoint gives for a clause, in the order of its columns."""
        bridge = Bridge(endpoint if self.options.bridge else replace(endpoint, forms={}))
        if not names:
            answer = self._ask(endpoint, unbound_query(self.query, service, self.options.row_cap + 1))
            if len(answer.rows) > self.options.row_cap:
                raise FederationError(
                    f"the clause shares no variable with the rest, and gives more than {self.options.row_cap} rows",
                    key=service.endpoint,
                    expected="a variable that the data bind, or a LIMIT in the clause",
                )
            return list(self._aligned(service, [answer], bridge, {}))
        sent = {
            name: bridge.keys(column) for name, column in zip(names, zip(*values, strict=True), strict=True)
        }
        asked = sorted({tuple(map(bridge.outward, row)) for row in values}, key=str)
        answers = self._in_blocks(endpoint, partial(bound_query, self.query, service, names), asked)
        return list(self._aligned(service, answers, bridge, sent))

    def _in_blocks(
        self, endpoint: Endpoint, request: Callable[[Sequence[Values]], str], values: list[Values]
    ) -> list[RemoteRows]:
        size = self.options.block_for(len(values))
        waiting = deque(_batched(values, size))
        answers: list[RemoteRows] = []
        with ThreadPoolExecutor(self.options.at_once) as pool:
            while waiting:
                blocks = [waiting.popleft() for _ in range(min(self.options.at_once, len(waiting)))]
                running = [pool.submit(self._ask, endpoint, request(block)) for block in blocks]
                for block, result in zip(blocks, running, strict=True):
                    try:
                        answers.append(result.result())
                    except RemoteError as error:
                        if not error.block_is_too_large or len(block) <= self.options.smallest_block:
                            raise
                        # The same block is never sent again, and those that wait are made as small.
                        size = max(len(block) // 2, self.options.smallest_block)
                        waiting = deque(part for whole in (block, *waiting) for part in _batched(whole, size))
        return answers

    def _ask(self, endpoint: Endpoint, text: str) -> RemoteRows:
        place = (endpoint.url, text)
        if place not in self.answered:
            self.answered[place] = self.asker.select(endpoint, text)
        return self.answered[place]

    def _aligned(
        self, service: Service, answers: Iterable[RemoteRows], bridge: Bridge, sent: Mapping[str, Keys]
    ) -> Iterator[Row]:
        """Rows in the order of the clause's columns, with our identifiers where the rest of the query meets them."""
        shared = _mentioned_elsewhere(self.query, service)
        names = columns(service)

        def ours(name: str, term: Term | None) -> tuple[Term | None, ...]:
            if term is not None and name in sent:
                return sent[name].ours(term)
            return (bridge.inward(term) if term is not None and name in shared else term,)

        for number, answer in enumerate(answers):
            places = {name: index for index, name in enumerate(answer.variables)}
            for row in answer.rows:
                terms = [row[places[name]] if name in places else None for name in names]
                yield from product(
                    *(ours(name, _named(term, number)) for name, term in zip(names, terms, strict=True))
                )


def _mentioned_elsewhere(query: ParsedQuery, service: Service) -> frozenset[str]:
    """The variables that stand in patterns of the query outside of a clause."""
    found: set[str] = set(query.data.variables) if query.data else set()
    for group in inner_groups(query.where):
        for element in group.elements:
            is_inside = service.start <= element.start and element.end <= service.end
            is_around = element.start <= service.start and service.end <= element.end
            if not is_inside and not is_around:
                found |= element.mentioned | element.variables
    return frozenset(found)


def _named(term: Term | None, number: int) -> Term | None:
    """A blank node as an IRI of ours: it is one thing within an answer, and VALUES cannot have it.

    Raises FederationError for a triple term, which VALUES cannot have either.
    """
    if isinstance(term, ox.BlankNode):
        return ox.NamedNode(f"{_BLANK}{number}:{term.value}")
    if isinstance(term, ox.Triple):
        raise FederationError("an endpoint gave a triple as a term, which cannot be joined", value=str(term))
    return term


def _batched(values: Sequence[Values], size: int) -> list[Sequence[Values]]:
    return [values[start : start + size] for start in range(0, len(values), size)]
