"""Runs a query with SERVICE clauses: asks the endpoints, in blocks, for what the rest of the query can use, puts what
they give in the place of the clauses, and has Oxigraph evaluate the whole.

https://www.w3.org/TR/sparql11-federated-query/. Oxigraph never sees a SERVICE clause and opens no connection.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import pairwise, product
from typing import Protocol

import pyoxigraph as ox

from rdfkit.answers import Answer, Rows
from rdfkit.bridging import Bridge
from rdfkit.endpoints import Endpoint
from rdfkit.errors import FederationError, RemoteError
from rdfkit.groups import Data, Filter, Query, Service, Triples, inner_groups, read_groups
from rdfkit.ledger import Ledger
from rdfkit.planning import correlated, key_query, keys
from rdfkit.planning import replaced as text_with
from rdfkit.remote import RemoteRows
from rdfkit.sparql_tokens import TokenKind, calls_service, tokens
from rdfkit.store import StoreProtocol
from rdfkit.terms import Term

Values = tuple[Term, ...]
Row = tuple[Term | None, ...]
Find = Callable[[str], Endpoint]

# What a SILENT clause gives when it fails: one solution without bindings.
_NOTHING_BOUND = "{}"
# What can be sent as a key.
_SENDABLE = (ox.NamedNode, ox.Literal)
_BLANK = "urn:rdfkit:blank:"


class Asker(Protocol):
    """Whoever asks an endpoint: `rdfkit.remote.Remote`."""

    @property
    def ledger(self) -> Ledger:
        """Where it is noted what was asked, and what came of it."""

    def select(self, endpoint: Endpoint, text: str) -> RemoteRows:
        """The rows of a SELECT query. Raises RemoteError."""


@dataclass(frozen=True, slots=True)
class Options:
    """How clauses are asked.

    `block`: keys in a request; when that makes more than `requests`, larger blocks are used, up to `largest_block`.
    Blocks that are too much for an endpoint are halved, down to `smallest_block`. `row_cap`: rows that a clause without
    keys may give. `at_once`: requests at the same time. `bridge`: whether identifiers are rewritten as an endpoint has
    them.
    """

    block: int = 50
    requests: int = 20
    smallest_block: int = 10
    largest_block: int = 500
    row_cap: int = 10_000
    at_once: int = 2
    bridge: bool = True

    def block_for(self, keys: int) -> int:
        """The size of the blocks for so many keys."""
        return min(max(self.block, -(-keys // self.requests)), self.largest_block)


@dataclass(frozen=True, slots=True)
class Step:
    """One clause of a plan: its place in the text, its endpoint as it is written, and how it is asked.

    `variables` are those of its keys, `local` the query that gives them, `keys` and `requests` how many there are: None
    where another clause has to be asked first. Without variables the clause is asked for all that it has; `reason` says
    why. `bridges` says which identifiers are rewritten.
    """

    line: int
    endpoint: str
    silent: bool
    variables: tuple[str, ...]
    local: str
    keys: int | None
    requests: int | None
    reason: str
    bridges: tuple[str, ...]


def federate(
    store: StoreProtocol,
    text: str,
    asker: Asker,
    find: Find,
    *,
    options: Options | None = None,
    base_iri: str | None = None,
) -> Answer:
    """The answer to a query with SERVICE clauses, with the asker's ledger.

    `find` gives the endpoint of an IRI, or refuses it by an error. Raises QueryError for what is not SPARQL,
    FederationError for a clause that cannot be asked, RemoteError when an endpoint fails and the clause is not SILENT.
    """
    query, known = _read(text), dict[Service, str]()
    asking = _Asking(store, query, asker, find, options or Options())
    for service in _in_order(query, known):
        known[service] = asking.solutions(service, known)
    # What is between the solutions is the user's text. It must not name an endpoint any more.
    if calls_service(text_with(query, dict.fromkeys(known, "{}"))):
        raise FederationError("a SERVICE clause could not be taken out of the query", key="service")
    return replace(store.evaluate(text_with(query, known), base_iri=base_iri), ledger=asker.ledger)


def explain(
    store: StoreProtocol, text: str, find: Find, *, options: Options | None = None
) -> tuple[Step, ...]:
    """How `federate` would go about a query: local queries are run to count the keys, no endpoint is asked.

    Raises QueryError and FederationError, as `federate` does.
    """
    query, chosen = _read(text), options or Options()
    asking = _Asking(store, query, None, find, chosen)
    return tuple(asking.step(service) for service in query.services())


def _read(text: str) -> Query:
    query = read_groups(text)
    found = correlated(query)
    if found is not None:
        raise FederationError(
            "in EXISTS, a SERVICE clause may have triples, VALUES, and filters of the variables that these bind",
            key="exists",
            line=text.count("\n", 0, found.start) + 1,
            value=found.endpoint,
        )
    return query


def _in_order(query: Query, known: Mapping[Service, str]) -> Iterator[Service]:
    """The clauses, each when as much as possible is `known` that it can be asked by."""
    remaining = list(query.services())
    while remaining:
        chosen = next((one for one in remaining if keys(query, one, known)), remaining[0])
        remaining.remove(chosen)
        yield chosen


@dataclass(slots=True)
class _Asking:
    """Asks the clauses of one query. What has been asked once is not asked again."""

    store: StoreProtocol
    query: Query
    asker: Asker | None
    find: Find
    options: Options
    answered: dict[tuple[str, str], RemoteRows] = field(default_factory=dict)

    def solutions(self, service: Service, known: Mapping[Service, str]) -> str:
        """The solutions of a clause as a VALUES block."""
        names = keys(self.query, service, known)
        variable = _variable(service.endpoint)
        if variable is None:
            endpoint = self.find(self.query.iri(service.endpoint))
            found = self._keys(service, known, names)
            return self._of_endpoint(service, endpoint, *found)
        return self._of_endpoints(service, known, names, variable)

    def step(self, service: Service) -> Step:
        """How a clause is asked."""
        names = keys(self.query, service, {})
        others = {one: "{}" for one in self.query.services() if one is not service}
        waits = not names and bool(keys(self.query, service, others))
        variable = _variable(service.endpoint)
        bridges: tuple[str, ...] = ()
        if variable is None:
            bridges = (
                Bridge(self.find(self.query.iri(service.endpoint))).describe() if self.options.bridge else ()
            )
        count, requests, reason = None, None, "the keys come from another SERVICE clause" if waits else ""
        if not waits:
            found, rows = self._keys(service, {}, names)
            count = len(rows)
            reason = "" if found else _why_unbound(service, names)
            requests = -(-count // self.options.block_for(count)) if found else 1
            names = found
        return Step(
            self.query.text.count("\n", 0, service.start) + 1,
            service.endpoint,
            service.silent,
            names,
            key_query(self.query, service, {}, names).strip() if names else "",
            count,
            requests,
            reason,
            bridges,
        )

    def _of_endpoint(
        self, service: Service, endpoint: Endpoint, names: tuple[str, ...], rows: list[Values]
    ) -> str:
        if names and not rows:
            # Nothing in the data could be joined with whatever the endpoint has.
            return _data(_columns(service), [])
        found = self._unless_silenced(service, endpoint, names, rows)
        return _NOTHING_BOUND if found is None else _data(_columns(service), found)

    def _of_endpoints(
        self, service: Service, known: Mapping[Service, str], names: tuple[str, ...], variable: str
    ) -> str:
        """The solutions of a clause whose endpoint is a variable: those of each endpoint that it is bound to."""
        _, bound = self._keys(service, known, (variable,))
        columns = (variable, *(name for name in _columns(service) if name != variable))
        solutions: list[Row] = []
        for (term,) in bound:
            if not isinstance(term, ox.NamedNode):
                raise FederationError("the endpoint is no IRI", key=variable, value=str(term))
            endpoint = self.find(term.value)
            chosen, rows = self._keys(service, known, names, {variable: term})
            if names and not rows:
                continue
            found = self._unless_silenced(service, endpoint, chosen, rows)
            if found is None:
                found = [(None,) * len(_columns(service))]
            own = [dict(zip(_columns(service), row, strict=True)) for row in found]
            solutions += [
                (term, *(row[name] for name in columns[1:]))
                for row in own
                if row.get(variable) in (None, term)
            ]
        return _data(columns, solutions)

    def _keys(
        self,
        service: Service,
        known: Mapping[Service, str],
        names: tuple[str, ...],
        fixed: Mapping[str, Term] | None = None,
    ) -> tuple[tuple[str, ...], list[Values]]:
        """The variables by which a clause is asked, and their values, each combination once, in a fixed order.

        A variable that is open in some solution is none: there, all that the endpoint has would fit.
        """
        if not names:
            return (), []
        text = key_query(self.query, service, known, names)
        if fixed:
            conditions = "".join(f" VALUES ?{name} {{ {term} }}" for name, term in fixed.items())
            text = f"{text.rstrip().removesuffix('}')}{conditions} }}"
        answer = self.store.evaluate(text)
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

    def _unless_silenced(
        self, service: Service, endpoint: Endpoint, names: tuple[str, ...], rows: list[Values]
    ) -> list[Row] | None:
        """As `_rows`; None where the endpoint fails and the clause is SILENT, which the ledger then says."""
        try:
            return self._rows(service, endpoint, names, rows)
        except RemoteError as error:
            if not service.silent or self.asker is None:
                raise
            self.asker.ledger.entry(endpoint).silence(str(error))
            return None

    def _rows(
        self, service: Service, endpoint: Endpoint, names: tuple[str, ...], rows: list[Values]
    ) -> list[Row]:
        """What an endpoint gives for a clause, in the order of `_columns`."""
        bridge = Bridge(endpoint) if self.options.bridge else None
        if not names:
            answered = self._ask(endpoint, self._unbound(service))
            if len(answered.rows) > self.options.row_cap:
                raise FederationError(
                    f"the clause shares no variable with the rest, and gives more than {self.options.row_cap} rows",
                    key=service.endpoint,
                    expected="a variable that the data bind, or a LIMIT in the clause",
                )
            return list(self._aligned(service, [answered], bridge, {}))
        outward = {row: tuple(bridge.outward(term) for term in row) if bridge else row for row in rows}
        back: defaultdict[str, dict[Term, list[Term]]] = defaultdict(lambda: defaultdict(list))
        for row, sent in outward.items():
            for name, ours, theirs in zip(names, row, sent, strict=True):
                if ours not in back[name][theirs]:
                    back[name][theirs].append(ours)
        asked = sorted(set(outward.values()), key=str)
        answers = self._in_blocks(endpoint, partial(self._bound, service, names), asked)
        return list(self._aligned(service, answers, bridge, back))

    def _in_blocks(
        self, endpoint: Endpoint, request: Callable[[Sequence[Values]], str], rows: list[Values]
    ) -> list[RemoteRows]:
        size = self.options.block_for(len(rows))
        waiting = deque(_batched(rows, size))
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
        if self.asker is None:
            raise FederationError("a plan asks nobody")
        place = (endpoint.url, text)
        if place not in self.answered:
            self.answered[place] = self.asker.select(endpoint, text)
        return self.answered[place]

    def _unbound(self, service: Service) -> str:
        variables = " ".join(f"?{name}" for name in _columns(service)) or "*"
        body = self.query.text[service.body.start : service.body.end]
        limit = self.options.row_cap + 1
        return f"{self._prologue(body)}SELECT {variables} WHERE {{ {body} }} LIMIT {limit}"

    def _bound(self, service: Service, names: Sequence[str], rows: Sequence[Values]) -> str:
        """The clause for some keys. They stand right beside its triples where that is the same, for the sake of engines
        that join groups one by one.
        """
        variables = " ".join(f"?{name}" for name in _columns(service))
        body = self.query.text[service.body.start : service.body.end]
        values = _data(names, rows)
        group = f"{values} {body[1:-1]}" if _binds_surely(service, names) else f"{{ {values} }} {body}"
        return f"{self._prologue(body)}SELECT {variables} WHERE {{ {group} }}"

    def _prologue(self, body: str) -> str:
        """The declarations that a clause needs, in an order that does not depend on the rest of the query."""
        declared = self.query.prefixes()
        used = sorted(
            {token.prefix for token in tokens(body) if token.kind is TokenKind.NAME} & declared.keys()
        )
        base = _base(self.query.prologue)
        lines = [f"BASE {base}"] if base else []
        lines += [f"PREFIX {prefix}: <{declared[prefix]}>" for prefix in used]
        return "".join(f"{line}\n" for line in lines)

    def _aligned(
        self,
        service: Service,
        answers: Iterable[RemoteRows],
        bridge: Bridge | None,
        back: Mapping[str, Mapping[Term, list[Term]]],
    ) -> Iterator[Row]:
        """Rows in the order of `_columns`, with our identifiers where the rest of the query meets them."""
        shared = _mentioned_elsewhere(self.query, service)
        columns = _columns(service)

        def ours(name: str, term: Term | None) -> list[Term | None]:
            if term is None:
                return [None]
            if term in back.get(name, ()):
                return list(back[name][term])
            return [bridge.inward(term) if bridge and name in shared else term]

        for number, answer in enumerate(answers):
            places = {name: index for index, name in enumerate(answer.variables)}
            for row in answer.rows:
                terms = [row[places[name]] if name in places else None for name in columns]
                named = [_named(term, number) for term in terms]
                choices = [ours(name, term) for name, term in zip(columns, named, strict=True)]
                yield from product(*choices)


def _columns(service: Service) -> tuple[str, ...]:
    return tuple(sorted(service.variables))


def _variable(written: str) -> str | None:
    return written[1:] if written[:1] in ("?", "$") else None


def _why_unbound(service: Service, names: tuple[str, ...]) -> str:
    if service.is_fixed:
        return "a subquery in it counts or cuts, so it must have all that it finds"
    if names:
        return f"?{', ?'.join(names)} is open in some solution, which fits whatever the endpoint has"
    return "nothing before it binds a variable that it has"


def _binds_surely(service: Service, names: Sequence[str]) -> bool:
    """Whether triples that stand before anything else in the clause bind these variables."""
    bound: set[str] = set()
    for element in service.body.elements:
        if isinstance(element, Triples):
            bound |= element.certain
        elif not isinstance(element, Filter | Data):
            break
    return set(names) <= bound and service.body.projects is None


def _mentioned_elsewhere(query: Query, service: Service) -> frozenset[str]:
    """The variables that stand in patterns of the query outside of a clause."""
    found: set[str] = set(query.data.variables) if query.data else set()
    for group in inner_groups(query.where):
        for element in group.elements:
            is_inside = service.start <= element.start and element.end <= service.end
            is_around = element.start <= service.start and service.end <= element.end
            if not is_inside and not is_around:
                found |= element.mentioned | element.variables
    return frozenset(found)


def _data(names: Sequence[str], rows: Iterable[Row]) -> str:
    """Solutions as a group with a VALUES block."""
    variables = " ".join(f"?{name}" for name in names)
    lines = (" ".join("UNDEF" if term is None else str(term) for term in row) for row in rows)
    return f"{{ VALUES ({variables}) {{ {' '.join(f'({line})' for line in lines)} }} }}"


def _named(term: Term | None, number: int) -> Term | None:
    """A blank node as an IRI of ours: it is one thing within an answer, and VALUES cannot have it.

    Raises FederationError for a triple term, which VALUES cannot have either.
    """
    if isinstance(term, ox.BlankNode):
        return ox.NamedNode(f"{_BLANK}{number}:{term.value}")
    if isinstance(term, ox.Triple):
        raise FederationError("an endpoint gave a triple as a term, which cannot be joined", value=str(term))
    return term


def _base(prologue: str) -> str | None:
    found = [token for token in tokens(prologue) if token.kind in (TokenKind.WORD, TokenKind.IRI)]
    bases = [iri.text for word, iri in pairwise(found) if word.text.upper() == "BASE"]
    return bases[-1] if bases else None


def _batched(rows: Sequence[Values], size: int) -> list[Sequence[Values]]:
    return [rows[start : start + size] for start in range(0, len(rows), size)]
