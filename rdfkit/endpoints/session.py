"""The endpoints that a user lets be asked, and how: what the command line, Python and the server have in common."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from rdfkit.endpoints.client import Remote, RemoteLimits
from rdfkit.endpoints.federation import Options, Step, explain, federate
from rdfkit.endpoints.http.address_policy import AddressPolicy
from rdfkit.endpoints.http.cache import Cache
from rdfkit.endpoints.http.recordings import Recording
from rdfkit.endpoints.http.transport import Connections
from rdfkit.endpoints.ledger import Ledger
from rdfkit.endpoints.registry import Endpoint, endpoints, find_endpoint, origin
from rdfkit.errors import FederationError, QueryRefusedError, RemoteError
from rdfkit.sparql.limits import SAFE, Complexity
from rdfkit.sparql.parser import read_groups
from rdfkit.sparql.query import QueryText
from rdfkit.sparql.results import Answer
from rdfkit.store import StoreProtocol

_TINY = "SELECT * WHERE { ?s ?p ?o } LIMIT 1"


@dataclass(frozen=True, slots=True)
class Network:
    """Which endpoints may be asked and how.

    `registry` is a file of endpoints beside those of the package. `allowed` are names or URLs whose origins alone may
    be asked; None lets any endpoint be that a query names. `contact` tells the endpoints whom to write to. `cache` is a
    folder for answers that an endpoint lets be kept, `record` one where answers are recorded, `replay` one from which
    they come without any connection. With `complete_only`, an answer that is known to lack something is an error.
    """

    registry: Path | None = None
    allowed: tuple[str, ...] | None = None
    contact: str | None = None
    cache: Path | None = None
    record: Path | None = None
    replay: Path | None = None
    complete_only: bool = False
    limits: RemoteLimits = field(default_factory=RemoteLimits)
    options: Options = field(default_factory=Options)

    def known(self) -> Mapping[str, Endpoint]:
        """The endpoints that have a name. Raises EndpointError when the registry cannot be read."""
        return endpoints(self.registry)

    def find(self, name_or_url: str) -> Endpoint:
        """The endpoint of a name or URL. Raises EndpointError for none, QueryRefusedError for one not allowed."""
        found = find_endpoint(name_or_url, self.known())
        if self.allowed is not None and origin(found.url) not in map(origin, self._allowed_urls()):
            raise QueryRefusedError(
                f"the endpoint {found.url} may not be asked here",
                key="service",
                value=found.url,
                expected=", ".join(self.allowed) or "no endpoint",
            )
        return found

    def query(self, name_or_url: str, text: str | QueryText) -> Answer:
        """The answer of one endpoint to a query, with its ledger.

        Raises EndpointError, RemoteError when the endpoint fails, and FederationError.
        """
        endpoint = self.find(name_or_url)
        with self.remote([endpoint.url]) as remote:
            answer = replace(remote.query(endpoint, text), ledger=remote.ledger)
        return self.checked(answer)

    def federate(
        self,
        store: StoreProtocol,
        text: str | QueryText,
        *,
        limits: Complexity = SAFE,
        base_iri: str | None = None,
    ) -> Answer:
        """The answer to a query with SERVICE clauses, with its ledger; a query without any is answered by the store.

        Raises QueryRefusedError for more than `limits` allow, and as `rdfkit.endpoints.federation.federate` does.
        """
        query = QueryText.of(text)
        if not query.calls_service:
            return store.query(query, limits=limits, base_iri=base_iri)
        query.refuse(limits)
        # Those that only the data name have to be public.
        named = [self.find(iri).url for iri in read_groups(query).endpoints()]
        with self.remote(named) as remote:
            answer = federate(store, query, remote, self.find, options=self.options, base_iri=base_iri)
        return self.checked(answer)

    def explain(self, store: StoreProtocol, text: str | QueryText) -> tuple[Step, ...]:
        """How `federate` would go about a query. No endpoint is asked. Raises as it does."""
        query = QueryText.of(text)
        query.refuse(SAFE)
        return explain(store, query, self.find, options=self.options)

    def policy(self, named: Iterable[str]) -> AddressPolicy:
        """Which endpoints may be asked. Those that are `named` may be at an address that is not public.

        Where only some endpoints are `allowed`, these count as the named ones.
        """
        if self.allowed is not None:
            return AddressPolicy.for_server(self._allowed_urls())
        return AddressPolicy.for_person(named)

    def remote(self, named: Iterable[str], connections: Connections | None = None) -> Remote:
        """What asks endpoints for one query, as `policy` says; by these connections, if there are any."""
        folder = self.replay or self.record
        recording = Recording(folder, replays=self.replay is not None) if folder is not None else None
        return Remote(
            self.limits,
            Ledger(),
            self.policy(named),
            contact=self.contact,
            cache=Cache(self.cache) if self.cache is not None else None,
            recording=recording,
            connections=connections,
        )

    def _allowed_urls(self) -> list[str]:
        known = self.known()
        return [find_endpoint(name, known).url for name in self.allowed or ()]

    def checked(self, answer: Answer) -> Answer:
        """The answer itself. Raises FederationError when it is known to lack something, and only whole ones will do."""
        if self.complete_only and answer.ledger is not None and not answer.ledger.is_complete:
            reasons = [reason for entry in answer.ledger for reason in (*entry.reasons, *entry.silenced)]
            raise FederationError(
                "the answer is not complete: " + "; ".join(dict.fromkeys(reasons)), key="require-complete"
            )
        return answer


@dataclass(frozen=True, slots=True)
class Check:
    """What came of asking an endpoint for its description and for one triple: None where it answered, else why not."""

    endpoint: Endpoint
    description: str | None
    query: str | None
    seconds: float


def check(network: Network, name: str) -> Check:
    """Asks an endpoint for its service description and a tiny query. Raises EndpointError for an unknown name."""
    endpoint = network.find(name)
    started = time.monotonic()
    with network.remote([endpoint.url]) as remote:
        description = _failure(lambda: remote.service_description(endpoint))
        query = _failure(lambda: remote.query(endpoint, _TINY))
    return Check(endpoint, description, query, time.monotonic() - started)


def _failure(ask: Callable[[], Answer]) -> str | None:
    try:
        ask()
    except RemoteError as error:
        return error.message
    return None
