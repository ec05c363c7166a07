"""Asking SPARQL endpoints over HTTP (SPARQL 1.1 Protocol): politely, within limits, and with an account of it.

Queries go by POST, as a form. A refusal for load (429, 503) is waited out as the endpoint says; nothing else is sent
twice. What an endpoint did not finish, or may have cut, is in the ledger.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar
from urllib.parse import urlsplit

from rdfkit.endpoints.http.address_policy import AddressPolicy
from rdfkit.endpoints.http.cache import Cache
from rdfkit.endpoints.http.recordings import Recording
from rdfkit.endpoints.http.response import Busy, Reply, read_response
from rdfkit.endpoints.http.transport import Connections
from rdfkit.endpoints.ledger import Entry, Ledger
from rdfkit.endpoints.registry import Endpoint
from rdfkit.endpoints.request import NOTHING, Request, host_header, query_request, user_agent
from rdfkit.endpoints.result_parser import RemoteRows, read_answer, read_rows, reasons
from rdfkit.errors import RemoteError
from rdfkit.sparql.query import QueryText
from rdfkit.sparql.results import Answer, Graph

Read = TypeVar("Read")
# How a graph store says that it has done what it was told (RFC 9110, 15.3).
_WRITTEN = frozenset({200, 201, 202, 204})


@dataclass(frozen=True, slots=True)
class RemoteLimits:
    """How far asking may go: seconds for a request and for all of a query, requests, bytes of an answer (uncompressed).

    `retry_after`: the longest pause that an endpoint may ask for. `retries`: how often a refused request is sent again.
    `pause`: seconds before the first of these, doubled for each next one, where the endpoint does not say.
    `per_host`: requests to a host at the same time.
    """

    request_seconds: float = 30.0
    query_seconds: float = 120.0
    requests: int = 100
    response_bytes: int = 50_000_000
    retry_after: float = 60.0
    retries: int = 2
    pause: float = 1.0
    per_host: int = 2


class Remote:
    """Asks endpoints for one query: its limits count from when it is made. Safe from several threads.

    `contact` goes into the User-Agent, for the people who run the endpoints. With `cache` answers are kept for as long
    as the endpoint says. With `recording` they are recorded, or replayed without any connection. Raises QueryError when
    the contact cannot stand in a header.
    """

    def __init__(
        self,
        limits: RemoteLimits | None = None,
        ledger: Ledger | None = None,
        policy: AddressPolicy | None = None,
        *,
        contact: str | None = None,
        cache: Cache | None = None,
        recording: Recording | None = None,
        connections: Connections | None = None,
    ) -> None:
        self.limits = limits or RemoteLimits()
        self.ledger = ledger or Ledger()
        self._policy = policy or AddressPolicy.for_person()
        self._connections = connections or Connections(self._policy)
        self._agent = user_agent(contact)
        self._cache = cache
        self._replayed = recording if recording is not None and recording.replays else None
        self._recorded = recording if recording is not None and not recording.replays else None
        self._throttle = _Throttle(self.limits)
        self._timed_out: set[tuple[str, str]] = set()

    def __enter__(self) -> Remote:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def close(self) -> None:
        """Closes the connections. Who waits for an endpoint gets an error."""
        self._throttle.close()
        self._connections.close()

    def select(self, endpoint: Endpoint, text: str | QueryText) -> RemoteRows:
        """The rows of a SELECT.

        Raises RemoteError, QueryError for a text that is not Unicode, and RecordingError when a recording cannot be
        read or written.
        """
        return self._answered(endpoint, QueryText.of(text), _counted_rows)

    def query(self, endpoint: Endpoint, text: str | QueryText) -> Answer:
        """The answer to a query of any form. Raises as `select` does; reading the answer raises nothing more."""
        return self._answered(endpoint, QueryText.of(text), read_answer)

    def service_description(self, endpoint: Endpoint) -> Graph:
        """What the endpoint says of itself (SPARQL 1.1 Service Description): what it gives when it is asked nothing.

        Raises as `select` does.
        """
        found = self.query(endpoint, NOTHING)
        if not isinstance(found, Graph):
            raise RemoteError.of(
                "content-type", endpoint.url, "gave results in place of a description of itself"
            )
        return found

    def send(
        self, endpoint: Endpoint, method: str, url: str, headers: Mapping[str, str], body: bytes | None = None
    ) -> Reply:
        """Sends a request of another kind than a query to an endpoint, and gives the reply to its success.

        Raises RemoteError. Nothing is recorded and nothing kept.
        """
        sent = {"Host": host_header(url), "User-Agent": self._agent, **headers}
        if body is not None:
            sent["Content-Length"] = str(len(body))
        request = Request(endpoint.url, f"{method} {url}", method, url, sent, body, _WRITTEN)
        reply = self._asked(request, self.ledger.entry(endpoint))
        if reply is None:
            raise _not_modified(url)
        return reply

    def _answered(
        self, endpoint: Endpoint, query: QueryText, read: Callable[[Reply, str], tuple[Read, int]]
    ) -> Read:
        """What is read of the reply to a query, once the ledger has the number of its rows."""
        entry = self.ledger.entry(endpoint)
        with _failures_recorded(self._recorded, endpoint.asked_at, query.text):
            reply = self._reply(endpoint, query, entry)
            found, count = read(reply, endpoint.url)
        entry.add(rows=count, bytes=len(reply.body))
        for reason in reasons(reply, endpoint, query, count):
            entry.mark_incomplete(reason)
        if self._recorded is not None:
            self._recorded.record(endpoint.asked_at, query.text, reply)
        return found

    def _reply(self, endpoint: Endpoint, query: QueryText, entry: Entry) -> Reply:
        """The reply from where it is nearest: a recording, the cache, or the endpoint."""
        text = query.text
        if self._replayed is not None:
            entry.add(replayed=1)
            return self._replayed.replay(endpoint.asked_at, text)
        kept = self._cache.find(endpoint.asked_at, text) if self._cache is not None else None
        if kept is not None and kept.is_fresh:
            entry.add(cached=1)
            return kept.reply
        if (endpoint.asked_at, text) in self._timed_out:
            raise RemoteError.of(
                "timeout", endpoint.url, "gave no answer to this in time before, and is not asked again"
            )
        reply = self._asked(query_request(endpoint, query, self._agent, kept, self._cache is not None), entry)
        if reply is None and kept is not None:
            entry.add(cached=1)
            reply = kept.reply
        if reply is None:
            raise _not_modified(endpoint.url)
        if self._cache is not None:
            self._cache.keep(endpoint.asked_at, text, reply)
        return reply

    def _asked(self, request: Request, entry: Entry) -> Reply | None:
        """The reply to a request, which is sent again after a refusal for load. None when what is kept still holds."""
        self._policy.check_url(request.endpoint)
        retry = 0
        while True:
            try:
                with self._throttle.turn(request.url, request.endpoint):
                    return self._once(request, entry)
            except Busy as busy:
                self._throttle.put_off(request.url, request.endpoint, busy, retry)
                retry += 1
                entry.add(retries=1)
            except RemoteError as error:
                if error.kind == "timeout":
                    self._timed_out.add((request.endpoint, request.text))
                raise

    def _once(self, request: Request, entry: Entry) -> Reply | None:
        """One request. Raises Busy when the endpoint asks to come again, RemoteError for any other failure."""
        self._throttle.count(request.endpoint)
        entry.add(requests=1)
        started = time.monotonic()
        deadline = min(started + self.limits.request_seconds, self._throttle.deadline)
        try:
            with self._connections.exchange(
                request.method, request.url, request.headers, request.body, deadline
            ) as response:
                return read_response(response, request.endpoint, self.limits.response_bytes, request.success)
        finally:
            entry.add(seconds=time.monotonic() - started)


@dataclass(slots=True)
class _Host:
    """A host: who may ask it now, and when it can be asked again (in monotonic time)."""

    places: threading.Semaphore
    not_before: float = 0.0


class _Throttle:
    """When a request may be sent: within the limits of one query, and once its host is not busy.

    Safe from several threads. `endpoint` is the URL that errors name; each is a RemoteError (`limit` or `status`).
    """

    def __init__(self, limits: RemoteLimits) -> None:
        self.deadline = time.monotonic() + limits.query_seconds
        self._limits = limits
        self._hosts: dict[str, _Host] = {}
        self._sent = 0
        self._lock = threading.Lock()
        self._closed = threading.Event()

    def close(self) -> None:
        """Ends all waiting by an error."""
        self._closed.set()

    def count(self, endpoint: str) -> None:
        """Counts a request; raises when the query may not send one more."""
        with self._lock:
            if self._sent >= self._limits.requests:
                raise RemoteError.of(
                    "limit", endpoint, f"was not asked: a query may send {self._limits.requests} requests"
                )
            self._sent += 1

    @contextmanager
    def turn(self, url: str, endpoint: str) -> Iterator[None]:
        """A place among those who ask the host of a URL at the same time, once it is not busy."""
        host = self._host(url)
        if not host.places.acquire(timeout=max(0, self.deadline - time.monotonic())):
            raise self._out_of_time(endpoint)
        try:
            while (seconds := host.not_before - time.monotonic()) > 0:
                self._wait(endpoint, seconds)
            if time.monotonic() >= self.deadline:
                raise self._out_of_time(endpoint)
            yield
        finally:
            host.places.release()

    def put_off(self, url: str, endpoint: str, busy: Busy, retry: int) -> None:
        """Has all requests to the host of a URL wait, as it asks for; raises when that is too long or was too often."""
        seconds = busy.seconds if busy.seconds is not None else self._limits.pause * 2**retry
        said = f"is busy ({busy.status})"
        if retry >= self._limits.retries:
            raise RemoteError.of("status", endpoint, f"{said}, and was so {retry + 1} times", busy.status)
        if seconds > self._limits.retry_after:
            raise RemoteError.of("status", endpoint, f"{said} and asks to wait {seconds:,.0f} s", busy.status)
        if time.monotonic() + seconds > self.deadline:
            raise RemoteError.of("status", endpoint, f"{said}, and no time is left to wait", busy.status)
        host = self._host(url)
        host.not_before = max(host.not_before, time.monotonic() + seconds)

    def _host(self, url: str) -> _Host:
        with self._lock:
            name = urlsplit(url).hostname or ""
            return self._hosts.setdefault(name, _Host(threading.Semaphore(self._limits.per_host)))

    def _wait(self, endpoint: str, seconds: float) -> None:
        if seconds > self.deadline - time.monotonic():
            raise self._out_of_time(endpoint)
        if self._closed.wait(seconds):
            raise RemoteError.of("limit", endpoint, "was not asked: the query has ended")

    def _out_of_time(self, endpoint: str) -> RemoteError:
        said = f"was not asked: the query has taken its {self._limits.query_seconds:g} s"
        return RemoteError.of("limit", endpoint, said)


@contextmanager
def _failures_recorded(recording: Recording | None, url: str, text: str) -> Iterator[None]:
    """A place whose failures go on record. What we refused ourselves, or had no time for, does not."""
    try:
        yield
    except RemoteError as error:
        if recording is not None and error.kind not in ("refused", "limit"):
            recording.record_failure(url, text, error)
        raise


def _counted_rows(reply: Reply, url: str) -> tuple[RemoteRows, int]:
    found = read_rows(reply, url)
    return found, len(found.rows)


def _not_modified(url: str) -> RemoteError:
    return RemoteError.of("status", url, "says that nothing has changed, and was not asked that", 304)
