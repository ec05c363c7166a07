"""Connections to other machines, and only to addresses that the policy lets be reached.

A host is looked up once for each connection. Each address that the name has is checked, and the connection goes to a
checked address, while the Host header and the name in the TLS certificate stay those of the URL. So a name that changes
its mind between the check and the connection ("DNS rebinding") gains nothing. No redirect is followed, no proxy of the
environment is used, and no cookie is kept.
"""

from __future__ import annotations

import queue
import ssl
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar

import httpcore2

from rdfkit.endpoints.http.address_policy import AddressPolicy, Lookup, encoded, look_up, trusted
from rdfkit.endpoints.registry import origin
from rdfkit.errors import RemoteError

_PIECE = 16_384
_IDLE_SECONDS = 2.0
# When the exchange under way has to be over, in monotonic time. httpcore2 has timeouts for each single read only, and
# who sends a byte now and then would never run into one.
_deadline: ContextVar[float] = ContextVar("deadline")


class Connections:
    """Connections under a policy, kept open for a short while for the next request. Safe from several threads."""

    def __init__(
        self, policy: AddressPolicy, lookup: Lookup | None = None, context: ssl.SSLContext | None = None
    ) -> None:
        self._policy = policy
        self._lookup = lookup or look_up
        self._context = context or trusted()
        self._pools: dict[str, httpcore2.ConnectionPool] = {}
        self._lock = threading.Lock()

    @contextmanager
    def exchange(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes | None, deadline: float
    ) -> Iterator[httpcore2.Response]:
        """Sends a request and gives the response, whose body can be read in the block, all until the deadline.

        The deadline is in monotonic time. Raises RemoteError (`refused`, `timeout`, `connection`, `malformed`).
        """
        place = url.partition("?")[0]
        self._policy.check_url(place)
        token = _deadline.set(deadline)
        try:
            with self._pool(url).stream(
                method,
                encoded(url),
                headers=[
                    (name.encode(), value.encode("latin-1", "replace")) for name, value in headers.items()
                ],
                content=body,
            ) as response:
                yield response
        except httpcore2.TimeoutException as error:
            raise RemoteError.of("timeout", place, "gave no whole answer in time") from error
        except httpcore2.RemoteProtocolError as error:
            raise RemoteError.of("malformed", place, f"broke off, or does not speak HTTP: {error}") from error
        except (httpcore2.NetworkError, httpcore2.ProtocolError, httpcore2.UnsupportedProtocol) as error:
            raise RemoteError.of("connection", place, f"cannot be reached: {error}") from error
        finally:
            _deadline.reset(token)

    def close(self) -> None:
        """Closes what is open."""
        with self._lock:
            for pool in self._pools.values():
                pool.close()
            self._pools.clear()

    def _pool(self, url: str) -> httpcore2.ConnectionPool:
        """The connections of an origin. Each has its own, so that a policy for one never speaks for another."""
        with self._lock:
            key, place = origin(url), url.partition("?")[0]
            if key not in self._pools:
                self._pools[key] = httpcore2.ConnectionPool(
                    ssl_context=self._context,
                    keepalive_expiry=_IDLE_SECONDS,
                    network_backend=_Backend(lambda host, port: self._addresses(place, host, port)),
                )
            return self._pools[key]

    def _addresses(self, url: str, host: str, port: int) -> list[str]:
        return self._policy.checked(url, _within_time(lambda: self._lookup(host, port)))


class _Backend(httpcore2.NetworkBackend):
    """httpcore2's own connections, to checked addresses, with the deadline of the exchange."""

    def __init__(self, addresses: Callable[[str, int], list[str]]) -> None:
        self._addresses = addresses
        self._inner = httpcore2.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> httpcore2.NetworkStream:
        failure: httpcore2.ConnectError | None = None
        for address in self._addresses(host, port):
            try:
                stream = self._inner.connect_tcp(
                    address, port, _remaining(httpcore2.ConnectTimeout), local_address, socket_options
                )
            except httpcore2.ConnectError as error:
                failure = error
            else:
                return _Stream(stream)
        raise failure or httpcore2.ConnectError(f"{host} has no address")


class _Stream(httpcore2.NetworkStream):
    """A connection of which each read and write is over by the deadline of the exchange."""

    def __init__(self, inner: httpcore2.NetworkStream) -> None:
        self._inner = inner

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, _remaining(httpcore2.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        for start in range(0, len(buffer), _PIECE):
            self._inner.write(buffer[start : start + _PIECE], _remaining(httpcore2.WriteTimeout))

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore2.NetworkStream:
        return _Stream(
            self._inner.start_tls(ssl_context, server_hostname, _remaining(httpcore2.ConnectTimeout))
        )

    def get_extra_info(self, info: str) -> object:
        return self._inner.get_extra_info(info)


def _remaining(too_late: type[httpcore2.TimeoutException]) -> float:
    """Seconds until the deadline. Raises `too_late` when it has passed."""
    seconds = _deadline.get() - time.monotonic()
    if seconds <= 0:
        raise too_late("the deadline has passed")
    return seconds


def _within_time(work: Callable[[], list[str]]) -> list[str]:
    """What the work gives, by the deadline. A system's look-up has no time limit, so a thread waits for it."""
    answers: queue.SimpleQueue[list[str] | OSError] = queue.SimpleQueue()

    def run() -> None:
        try:
            answers.put(work())
        except OSError as error:
            answers.put(error)

    threading.Thread(target=run, daemon=True).start()
    try:
        found = answers.get(timeout=_remaining(httpcore2.ConnectTimeout))
    except queue.Empty:
        raise httpcore2.ConnectTimeout("no address was found in time") from None
    if isinstance(found, OSError):
        raise httpcore2.ConnectError(str(found)) from found
    return found
