"""What the parts of federation tell each other: options, the steps of a plan, rows, and who asks endpoints."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from rdfkit.endpoints.ledger import Ledger
from rdfkit.endpoints.registry import Endpoint
from rdfkit.endpoints.result_parser import RemoteRows
from rdfkit.rdf.terms import Term

Values = tuple[Term, ...]
Row = tuple[Term | None, ...]
Find = Callable[[str], Endpoint]


class Asker(Protocol):
    """Whoever asks an endpoint: `rdfkit.endpoints.client.Remote`."""

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
