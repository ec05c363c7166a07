"""Reading whole patterns from an endpoint, page by page, and noticing when it leaves rows out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pyoxigraph as ox

from rdfkit.endpoints.http.transport import Connections
from rdfkit.endpoints.registry import Endpoint
from rdfkit.endpoints.session import Network
from rdfkit.errors import RemoteError
from rdfkit.rdf.terms import Term
from rdfkit.sparql.query import QueryText
from rdfkit.sparql.results import Answer

PAGE = 100_000

Row = tuple[Term | None, ...]


class RemoteReader:
    """Asks an endpoint by the connections that it holds. Each method raises RemoteError when that fails."""

    def __init__(self, endpoint: Endpoint, network: Network) -> None:
        self.endpoint = endpoint
        # The endpoint asked with its merged graph as default graph, where it has one.
        self.merged: Endpoint | None = None
        self._network = network
        self._connections = Connections(network.policy([endpoint.url]))

    def close(self) -> None:
        """Closes the connections."""
        self._connections.close()

    def query(self, endpoint: Endpoint, query: QueryText) -> Answer:
        """The answer to a query, with its ledger, from this endpoint or one that differs from it in its dataset."""
        remote = self._network.remote([self.endpoint.url], self._connections)
        answer = remote.query(endpoint, query)
        return self._network.checked(replace(answer, ledger=remote.ledger))

    def ask(self, pattern: str) -> bool:
        """Whether a pattern has a solution."""
        query = QueryText(f"ASK {{ {pattern} }}")
        return bool(self.query(self._about(query), query))

    def count(self, pattern: str, counted: str = "*") -> int:
        """The number of solutions of a pattern, or of different values in them."""
        ((found,),), _ = self.rows(f"SELECT (COUNT({counted}) AS ?n) WHERE {{ {pattern} }}")
        return int(found.value) if isinstance(found, ox.Literal) else 0

    def pages(self, variables: tuple[str, ...], pattern: str, *, distinct: bool = False) -> Iterator[Row]:
        """All rows of a pattern, as many at a time as the endpoint gives.

        The standard promises no order between two pages, and to sort each of them is more than many endpoints do. So
        what came by several pages is counted: each row has to be another, and there have to be as many as there are.
        Raises RemoteError also when they are not.
        """
        names = " ".join(f"?{name}" for name in variables)
        select = f"SELECT {'DISTINCT ' if distinct else ''}{names} WHERE {{ {pattern} }}"
        size, offset = PAGE, 0
        seen: set[int] = set()
        while True:
            rows, is_whole = self.rows(f"{select} LIMIT {size} OFFSET {offset}")
            yield from rows
            offset += len(rows)
            if not rows or (is_whole and len(rows) < size):
                break
            seen.update(hash(row) for row in rows)
            size = min(size, len(rows))
        if not seen:
            return
        seen.update(hash(row) for row in rows)
        there = self.count(pattern, f"DISTINCT {names}" if distinct else "*")
        if not there == offset == len(seen):
            raise RemoteError.of(
                "malformed",
                self.endpoint.url,
                f"gave {offset:,} rows page by page, {len(seen):,} of them different, and counts {there:,}",
            )

    def rows(self, text: str) -> tuple[list[Row], bool]:
        """The rows of a SELECT, and whether the endpoint says nothing of having cut them."""
        query = QueryText(text)
        remote = self._network.remote([self.endpoint.url], self._connections)
        found = remote.select(self._about(query), query)
        return found.rows, remote.ledger.is_complete

    def _about(self, query: QueryText) -> Endpoint:
        """The endpoint with the default graph that a query made here is about: those that name graphs mean these."""
        return self.merged if self.merged and not query.says("GRAPH") else self.endpoint
