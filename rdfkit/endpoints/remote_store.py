"""A graph that another store keeps, behind its SPARQL endpoint: read and queried as the store on this disk is.

What `rdfkit publish` has loaded says so in a graph of its own, `PUBLISHED`: the graphs with their hashes, and what the
build says of itself. There the default graph of a query is `MERGED`, which has each triple once, whatever the endpoint
takes for its default graph. An endpoint without it is asked as it is.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Self

import pyoxigraph as ox

from rdfkit.endpoints import publication
from rdfkit.endpoints.client import RemoteLimits
from rdfkit.endpoints.registry import Endpoint, is_packaged
from rdfkit.endpoints.remote_reader import RemoteReader
from rdfkit.endpoints.session import Network
from rdfkit.errors import QueryRefusedError, RdfkitError, RemoteError, StoreError
from rdfkit.rdf.identifiers import prefix_map
from rdfkit.rdf.terms import Term
from rdfkit.sparql.dataset import Dataset
from rdfkit.sparql.dialect.repair import check_syntax
from rdfkit.sparql.limits import SAFE, Complexity
from rdfkit.sparql.query import QueryText
from rdfkit.sparql.results import Answer
from rdfkit.sparql.rewriting import about, declared
from rdfkit.sparql.syntax_errors import syntax_error
from rdfkit.store.protocol import copy_to_rdflib

if TYPE_CHECKING:
    import rdflib

# What is behind an endpoint that says nothing of it is taken for one build.
_UNNAMED = "endpoint"

_BAD_REQUEST = 400
# Reading a whole graph takes many requests, and long ones.
READING = RemoteLimits(
    request_seconds=600, query_seconds=86_400, requests=1_000_000, response_bytes=1_000_000_000
)
_GRAPHS_AT_ONCE = 100


class RemoteStore:
    """The graph behind an endpoint. Made by `open_endpoint`.

    A store as `StoreProtocol` has it, but that the graph may change while it is read, and that each call asks the
    endpoint: every method raises RemoteError when that fails. `folder` is where something may be kept about it, if any.
    """

    def __init__(
        self, endpoint: Endpoint, network: Network, *, sends_service: bool = False, folder: Path | None = None
    ) -> None:
        self.path: Path | None = None
        self.endpoint = endpoint
        self._sends_service = sends_service
        self._folder = folder
        self._reader = RemoteReader(endpoint, network)
        now = datetime.now(UTC).isoformat(timespec="seconds")
        self.metadata: Mapping[str, Any] = MappingProxyType(
            {"endpoint": endpoint.url, "name": _UNNAMED, "built": now}
        )

    @property
    def folder(self) -> Path | None:
        """Where something may be kept about what is published there now, None for nowhere."""
        if self._folder is None:
            return None
        folder = self._folder / folder_name(str(self.metadata["name"]))
        folder.mkdir(exist_ok=True)
        return folder

    @property
    def is_published(self) -> bool:
        """Whether `rdfkit publish` has loaded it."""
        return self._reader.merged is not None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def __len__(self) -> int:
        """The number of quads."""
        if self.is_published:
            return sum(
                sent.triples for name, sent in self.recorded().items() if name != publication.MERGED.value
            )
        return self._reader.count("GRAPH ?g { ?s ?p ?o }")

    def close(self) -> None:
        """Closes the connections."""
        self._reader.close()

    def query(
        self,
        text: str | QueryText,
        *,
        prefixes: Mapping[str, str] | None = None,
        strict: bool = False,
        limits: Complexity = SAFE,
        dataset: Dataset | None = None,
        base_iri: str | None = None,
    ) -> Answer:
        """As `StoreProtocol.query`, with the endpoint's ledger in the answer.

        What neither is SPARQL 1.1 nor can be made so goes to the endpoint as it is, which may know it; `strict` refuses
        it. Raises QueryRefusedError for SERVICE, unless the endpoint is to ask others itself.
        """
        query = QueryText.of(text)
        if query.calls_service and not self._sends_service:
            raise QueryRefusedError("SERVICE is refused: only this endpoint is asked", key="service")
        query.refuse(limits)
        known = {**prefix_map(), **(prefixes or {})}
        error = check_syntax(query.text, known, tokens=query.significant) if strict else None
        if error is not None:
            raise syntax_error(error, query, known) from error
        meant = declared(query.standard(known), known, base_iri)
        answer = self._reader.query(*self._addressed(meant, dataset))
        return replace(answer, repairs=query.repaired(known).repairs)

    def evaluate(self, text: str | QueryText, *, base_iri: str | None = None) -> Answer:
        """As `StoreProtocol.evaluate`."""
        meant = declared(QueryText.of(text), prefix_map(), base_iri)
        return self._reader.query(*self._addressed(meant, None))

    def quads(
        self,
        graph: ox.NamedNode | ox.BlankNode | None = None,
        subject: ox.NamedNode | ox.BlankNode | ox.Triple | None = None,
    ) -> Iterator[ox.Quad]:
        """As `StoreProtocol.quads`. Raises RemoteError also for other rows page by page than the endpoint counts."""
        names = [graph] if graph is not None else list(self.graphs())
        shown = str(subject) if subject is not None else "?s"
        for start in range(0, len(names), _GRAPHS_AT_ONCE):
            values = " ".join(map(str, names[start : start + _GRAPHS_AT_ONCE]))
            pattern = f"VALUES ?g {{ {values} }} GRAPH ?g {{ {shown} ?p ?o }}"
            variables = ("g", "p", "o") if subject is not None else ("g", "p", "o", "s")
            # Oxigraph checks the kinds of the terms, and mypy cannot know those of what an endpoint gives.
            rows: Iterator[tuple[Any, ...]] = self._reader.pages(variables, pattern)
            for row in rows:
                yield ox.Quad(subject if subject is not None else row[3], row[1], row[2], row[0])

    def triples(
        self,
        predicate: ox.NamedNode | None = None,
        subject: ox.NamedNode | None = None,
        value: ox.NamedNode | ox.Literal | None = None,
    ) -> Iterator[ox.Triple]:
        """As `StoreProtocol.triples`, with what `quads` raises."""
        given: dict[str, Any] = {"s": subject, "p": predicate, "o": value}
        pattern = _pattern(subject, predicate, value)
        variables = tuple(name for name, term in given.items() if term is None)
        if not variables:
            if self.has(subject, predicate, value):
                yield ox.Triple(*given.values())
            return
        for row in self._reader.pages(variables, pattern):
            found = given | dict(zip(variables, row, strict=True))
            yield ox.Triple(found["s"], found["p"], found["o"])

    def has(
        self,
        subject: ox.NamedNode | None,
        predicate: ox.NamedNode | None,
        value: ox.NamedNode | ox.Literal | None,
        graph: ox.NamedNode | None = None,
    ) -> bool:
        """As `StoreProtocol.has`, by one request."""
        pattern = _pattern(subject, predicate, value)
        try:
            return self._reader.ask(f"GRAPH {graph} {{ {pattern} }}" if graph is not None else pattern)
        except RemoteError as error:
            # Virtuoso refuses a literal that is not what its datatype says, and so has none.
            if error.status != _BAD_REQUEST or not isinstance(value, ox.Literal):
                raise
            return False

    def has_graph(self, name: ox.NamedNode) -> bool:
        """Whether a named graph was published. Where nothing was, whether it has triples: empty ones may be unknown."""
        return self._reader.ask(
            publication.NAMED.format(name) if self.is_published else f"GRAPH {name} {{ ?s ?p ?o }}"
        )

    def graphs(self) -> Iterator[ox.NamedNode | ox.BlankNode]:
        """The names of the named graphs: of what was published, those; else all that the endpoint has."""
        if self.is_published:
            yield from (ox.NamedNode(name) for name in self.recorded() if name != publication.MERGED.value)
            return
        for (name,) in self._reader.pages(("g",), "GRAPH ?g { ?s ?p ?o }", distinct=True):
            if isinstance(name, ox.NamedNode | ox.BlankNode):
                yield name

    def to_rdflib(self) -> rdflib.Dataset:
        """As `StoreProtocol.to_rdflib`."""
        return copy_to_rdflib(self)

    def recorded(self) -> dict[str, publication.Sent]:
        """The graphs that were published, with `MERGED`, or were being so when it broke off."""
        return publication.read_records(self._reader.pages(("g", "hash", "n"), publication.RECORDED))

    def counts(self, names: Sequence[str]) -> dict[str, int]:
        """How many triples there are in each of these named graphs."""
        found = dict.fromkeys(names, 0)
        for start in range(0, len(names), _GRAPHS_AT_ONCE):
            values = " ".join(f"<{name}>" for name in names[start : start + _GRAPHS_AT_ONCE])
            pattern = f"VALUES ?g {{ {values} }} GRAPH ?g {{ ?s ?p ?o }}"
            text = f"SELECT ?g (COUNT(*) AS ?n) WHERE {{ {pattern} }} GROUP BY ?g"
            for name, count in self._reader.rows(text)[0]:
                if isinstance(name, ox.NamedNode) and isinstance(count, ox.Literal):
                    found[name.value] = int(count.value)
        return found

    def read_publication(self) -> None:
        """Finds out what was published. Raises StoreError when it is not whole, RemoteError."""
        try:
            rows = list(self._reader.pages(("o",), publication.STATE))
        except RemoteError as error:
            # It does not know named graphs.
            if error.status != _BAD_REQUEST:
                raise
            return
        texts = [term.value for (term,) in rows if isinstance(term, ox.Literal)]
        if publication.PENDING in texts:
            raise StoreError(
                "what is published there is not whole: `rdfkit publish` runs, or broke off; run it again",
                path=self.endpoint.url,
            )
        build = next(
            (publication.read_metadata(text, self.endpoint.url) for text in texts if text.startswith("{")), {}
        )
        if texts:
            self._reader.merged = replace(self.endpoint, dataset=Dataset((publication.MERGED.value,)))
        self.metadata = MappingProxyType({**self.metadata, **build})

    def _addressed(self, query: QueryText, dataset: Dataset | None) -> tuple[Endpoint, QueryText]:
        """The endpoint with the graphs that a query is about, and the query as that wants it."""
        if dataset is not None:
            return replace(self.endpoint, dataset=dataset), query
        # By FROM the query itself chooses.
        if self._reader.merged is None or query.says("FROM"):
            return self.endpoint, query
        if query.says("GRAPH"):
            return self.endpoint, about(query, publication.MERGED.value, publication.NAMED)
        return self._reader.merged, query


def folder_name(build: str) -> str:
    """The name of the folder for what is kept about a build. Who names a build at an endpoint names no folder here."""
    return hashlib.sha256(build.encode()).hexdigest()[:32]


def _pattern(*terms: Term | None) -> str:
    """A triple pattern with variables in the places of what is None."""
    named = zip(("?s", "?p", "?o"), terms, strict=True)
    return " ".join(name if term is None else str(term) for name, term in named)


def open_endpoint(
    name_or_url: str,
    network: Network | None = None,
    *,
    sends_service: bool = False,
    folder: Path | None = None,
) -> RemoteStore:
    """The graph behind an endpoint, by its name or URL.

    With `sends_service` a query may have SERVICE clauses, which are the endpoint's to answer. Raises EndpointError for
    no endpoint, RemoteError when it fails, StoreError when what is published there is not whole.
    """
    network = network or Network(limits=READING)
    store = RemoteStore(network.find(name_or_url), network, sends_service=sends_service, folder=folder)
    try:
        if not is_packaged(store.endpoint):
            store.read_publication()
    except RdfkitError:
        store.close()
        raise
    return store
