"""What it took to ask other endpoints, and whether they gave all: one entry for each endpoint."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from rdfkit.endpoints.registry import Endpoint

_KILO = 1000


@dataclass(slots=True)
class Entry:
    """What one endpoint was asked and gave.

    `requests` were sent, `retries` of them once more after a refusal; `cached` and `replayed` answers came from disk.
    `bytes` are those of the answers, uncompressed. `reasons` say why the answer may lack rows; `silenced` failures were
    passed over because the query said SILENT.
    """

    name: str
    url: str
    requests: int = 0
    rows: int = 0
    bytes: int = 0
    seconds: float = 0.0
    retries: int = 0
    cached: int = 0
    replayed: int = 0
    reasons: list[str] = field(default_factory=list)
    silenced: list[str] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False, compare=False)

    @property
    def complete(self) -> bool:
        """Whether nothing is known to lack."""
        return not self.reasons and not self.silenced

    def add(self, **numbers: float) -> None:
        """Adds to the numbers of these names. Safe from several threads."""
        with self._lock:
            for name, number in numbers.items():
                setattr(self, name, getattr(self, name) + number)

    def mark_incomplete(self, reason: str) -> None:
        """Notes that the endpoint may not have given all. The same reason is noted once."""
        with self._lock:
            if reason not in self.reasons:
                self.reasons.append(reason)

    def silence(self, failure: str) -> None:
        """Notes a failure that the query passes over with SILENT. The answer is no longer complete."""
        with self._lock:
            if failure not in self.silenced:
                self.silenced.append(failure)

    def to_json(self) -> dict[str, Any]:
        """The entry as a JSON object."""
        return {
            "endpoint": self.name or self.url,
            "url": self.url,
            "requests": self.requests,
            "rows": self.rows,
            "bytes": self.bytes,
            "seconds": round(self.seconds, 3),
            "retries": self.retries,
            "cached": self.cached,
            "replayed": self.replayed,
            "complete": self.complete,
            "reasons": list(self.reasons),
            "silenced": list(self.silenced),
        }


class Ledger:
    """The entries of one query, in the order in which the endpoints were first asked. Safe from several threads."""

    def __init__(self) -> None:
        self._entries: dict[str, Entry] = {}
        self._lock = threading.Lock()

    def __iter__(self) -> Iterator[Entry]:
        """The entries."""
        with self._lock:
            return iter(list(self._entries.values()))

    def entry(self, endpoint: Endpoint) -> Entry:
        """The entry of an endpoint, new when it was not asked before."""
        with self._lock:
            return self._entries.setdefault(endpoint.url, Entry(endpoint.name, endpoint.url))

    @property
    def is_complete(self) -> bool:
        """Whether no endpoint is known to have given less than all."""
        return all(entry.complete for entry in self)

    def to_json(self) -> dict[str, Any]:
        """The ledger as a JSON object: `complete`, and the `endpoints`."""
        return {"complete": self.is_complete, "endpoints": [entry.to_json() for entry in self]}

    def render(self) -> str:
        """The ledger for people: a line for each endpoint, and one for each reason why it is not complete."""
        return "".join(line + "\n" for entry in self for line in _lines(entry))


def _lines(entry: Entry) -> Iterator[str]:
    counts = [_count(entry.requests, "request"), _count(entry.rows, "row"), _size(entry.bytes)]
    counts.append(f"{entry.seconds:.1f} s")
    counts += [f"{entry.cached} cached"] if entry.cached else []
    counts += [f"{entry.replayed} replayed"] if entry.replayed else []
    counts += [_count(entry.retries, "retry")] if entry.retries else []
    verdict = "complete" if entry.complete else "INCOMPLETE"
    yield f"{entry.name or entry.url}: {', '.join(counts)}: {verdict}"
    yield from (f"    {reason}" for reason in entry.reasons)
    yield from (f"    passed over (SILENT): {failure}" for failure in entry.silenced)


def _count(number: int, noun: str) -> str:
    plural = noun[:-1] + "ies" if noun.endswith("y") else noun + "s"
    return f"{number:,} {noun if number == 1 else plural}"


def _size(number: int) -> str:
    if number < _KILO:
        return f"{number} B"
    return f"{number / _KILO:.1f} kB" if number < _KILO**2 else f"{number / _KILO**2:.1f} MB"
