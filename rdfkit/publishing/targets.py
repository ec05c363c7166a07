"""Stores of others that take our graph, as `stores.toml` describes their kinds: the requests that change them.

SPARQL 1.1 Graph Store HTTP Protocol (https://www.w3.org/TR/sparql11-http-rdf-update/), SPARQL 1.1 Update over the
protocol (https://www.w3.org/TR/sparql11-protocol/), and N-Quads of several graphs where a store takes them.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import TracebackType
from urllib.parse import quote

from rdfkit.endpoints.auth import Authorization, Credentials
from rdfkit.endpoints.client import Remote, RemoteLimits
from rdfkit.endpoints.http.address_policy import AddressPolicy
from rdfkit.endpoints.ledger import Ledger
from rdfkit.endpoints.registry import Endpoint
from rdfkit.errors import PublishError, RemoteError
from rdfkit.package_data import beside, read_toml

# Loading takes as long as it takes; what has to be bounded is a request.
_UNBOUNDED = 10**8
_LIMITS = RemoteLimits(
    request_seconds=900, query_seconds=_UNBOUNDED, requests=_UNBOUNDED, retries=5, retry_after=300
)
_ATTEMPTS = 4
# Failures after which nobody knows whether the request was done. All that is sent here may be sent twice.
_UNSURE = frozenset({"connection", "timeout", "malformed"})
_GONE = 404


@dataclass(frozen=True, slots=True)
class StoreKind:
    """A kind of store: what is put behind its URL for queries, updates, graphs and quads; None where it has none."""

    name: str
    title: str
    base: str
    query: str | None = None
    update: str | None = None
    graphs: str = ""
    quads: str | None = None
    loader: str | None = None


@cache
def store_kinds() -> Mapping[str, StoreKind]:
    """The kinds by name."""
    table = read_toml(beside(__file__, "stores.toml"))
    return {name: StoreKind(name=name, **fields) for name, fields in table.items()}


def find_kind(name: str) -> StoreKind:
    """The kind of a name. Raises PublishError for an unknown one."""
    found = store_kinds().get(name)
    if found is None:
        raise PublishError(
            f'no kind of store is named "{name}"', key="method", value=name, expected=", ".join(store_kinds())
        )
    return found


class Target:
    """A store that can be changed. A context manager: leaving it closes the connections.

    `url` is what the kind says it is; `endpoint` and `update` are its SPARQL endpoints where the kind does not tell
    them. Raises PublishError without an endpoint, EndpointError for what is no URL.
    """

    def __init__(
        self,
        kind: StoreKind,
        url: str,
        credentials: Credentials,
        endpoint: str | None = None,
        update: str | None = None,
    ) -> None:
        base = url.rstrip("/")
        self.kind = kind
        self.graphs_url = base + kind.graphs
        query = endpoint or (base + kind.query if kind.query is not None else None)
        if query is None:
            raise PublishError(
                "where is it asked?", key="endpoint", expected="--endpoint URL of its SPARQL endpoint"
            )
        self.query_url = query
        self.update_url = update or (base + kind.update if kind.update is not None else query)
        self.quads_url = base + kind.quads if kind.quads is not None else None
        self.endpoint = Endpoint(name="", title=query, url=query)
        self._authorization = Authorization(credentials)
        self._remote = Remote(
            _LIMITS, Ledger(), AddressPolicy.for_person([self.graphs_url, self.query_url, self.update_url])
        )
        self._has_answered = False

    def __enter__(self) -> Target:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._remote.close()

    def put(self, graph: str, triples: bytes) -> None:
        """Has a graph hold these triples (N-Triples) and no others. Raises RemoteError."""
        self._send("PUT", self._graph(graph), "application/n-triples", triples)

    def add(self, graph: str, triples: bytes) -> None:
        """Adds triples (N-Triples) to a graph. Raises RemoteError."""
        self._send("POST", self._graph(graph), "application/n-triples", triples)

    def add_quads(self, quads: bytes) -> None:
        """Adds N-Quads. Raises RemoteError, PublishError for a store that takes none."""
        if self.quads_url is None:
            raise PublishError("this store takes no quads", key="method", value=self.kind.name)
        self._send("POST", self.quads_url, "application/n-quads", quads)

    def delete(self, graph: str) -> None:
        """Removes a graph, whether it is there or not. Raises RemoteError."""
        try:
            self._send("DELETE", self._graph(graph), None, None)
        except RemoteError as error:
            if error.status != _GONE:
                raise

    def run(self, text: str) -> None:
        """Runs a SPARQL update, which has to be one that may be run twice. Raises RemoteError."""
        self._send("POST", self.update_url, "application/sparql-update", text.encode())

    def _graph(self, name: str) -> str:
        return f"{self.graphs_url}?graph={quote(name, safe='')}"

    def _send(self, method: str, url: str, media_type: str | None, body: bytes | None) -> None:
        headers = {"Accept": "*/*"} | ({"Content-Type": media_type} if media_type else {})
        failures = 0
        while True:
            try:
                who = self._authorization.header(method, url)
                self._remote.send(self.endpoint, method, url, headers | who, body)
            except RemoteError as error:
                if error.challenge and self._authorization.learn(error.challenge):
                    continue
                failures += 1
                if error.kind not in _UNSURE or not self._has_answered or failures == _ATTEMPTS:
                    raise
                time.sleep(2 ** (failures - 1))
            else:
                self._has_answered = True
                return
