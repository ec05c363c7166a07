"""Ways out to other machines: which addresses may be reached, and connections to those only.

A host is looked up once for each connection. Each address that the name has is checked, and the connection goes to a
checked address, while the Host header and the name in the TLS certificate stay those of the URL. So a name that changes
its mind between the check and the connection ("DNS rebinding") gains nothing. No redirect is followed, no proxy of the
environment is used, and no cookie is kept.
"""

from __future__ import annotations

import ipaddress
import queue
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache
from typing import TypeAlias
from urllib.parse import quote, urlsplit

import certifi
import httpcore2

from rdfkit.endpoints import origin
from rdfkit.errors import RemoteError

Address: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address
Lookup: TypeAlias = Callable[[str, int], list[str]]
"""Gives the addresses of a host and port; raises OSError when it has none."""

# IPv4 addresses inside of IPv6 ones: RFC 6052 (NAT64), RFC 4291 (2.5.5.1).
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_COMPATIBLE = ipaddress.IPv6Network("::/96")
# Names that no public name server has (RFC 6761, RFC 6762, RFC 8375, ICANN 2024).
_LOCAL_NAMES = (".localhost", ".local", ".internal", ".home.arpa", ".lan", ".test")
_PIECE = 16_384
_IDLE_SECONDS = 2.0
# When the exchange under way has to be over, in monotonic time. httpcore2 has timeouts for each single read only, and
# who sends a byte now and then would never run into one.
_deadline: ContextVar[float] = ContextVar("deadline")


@dataclass(frozen=True, slots=True)
class AddressPolicy:
    """Which endpoints may be asked.

    `origins`: exactly these (scheme, host, port), or None for any. `private`: origins that may be at an address that is
    not public (private, loopback, link-local, multicast, reserved).
    """

    origins: frozenset[str] | None
    private: frozenset[str]

    @classmethod
    def for_person(cls, named: Iterable[str] = ()) -> AddressPolicy:
        """For the command line: any public endpoint, and the named URLs wherever they are.

        An endpoint that only the data name is not one that the person named. Raises EndpointError for what is no URL.
        """
        return cls(None, frozenset(map(origin, named)))

    @classmethod
    def for_server(cls, allowed: Iterable[str]) -> AddressPolicy:
        """For a server: the origins of these URLs, and no others.

        Of these an address, `localhost`, or a name that by its form is one of the local network may be at an address
        that is not public. Any other has to have a public one, whatever a name server says. Raises EndpointError for
        what is no URL.
        """
        origins = frozenset(map(origin, allowed))
        return cls(origins, frozenset(each for each in origins if _is_local(urlsplit(each).hostname or "")))

    def check_url(self, url: str) -> None:
        """Raises RemoteError (`refused`) when the origin of a URL is not allowed, EndpointError when it is no URL."""
        if self.origins is not None and origin(url) not in self.origins:
            raise RemoteError.of(
                "refused", url, f"{origin(url)} is not among the endpoints that may be asked"
            )

    def checked(self, url: str, addresses: Iterable[str]) -> list[str]:
        """The addresses of the URL's host, once each of them may be reached. Raises RemoteError (`refused`)."""
        found = list(dict.fromkeys(addresses))
        if origin(url) not in self.private:
            closed = next((each for each in found if not is_public(each)), None)
            if closed is not None:
                raise RemoteError.of(
                    "refused", url, f"{urlsplit(url).hostname} is at {closed}, which is not a public address"
                )
        return found


def is_public(address: str) -> bool:
    """Whether an IP address is one of the public internet, and not another in disguise (mapped, 6to4, NAT64, ...)."""
    try:
        found = _unwrapped(ipaddress.ip_address(address.partition("%")[0]))
    except ValueError:
        return False
    return found.is_global and not (found.is_multicast or found.is_reserved or found.is_unspecified)


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
                _encoded(url),
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


def look_up(host: str, port: int) -> list[str]:
    """The addresses of a host as the system knows them. Raises OSError when there are none."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except UnicodeError as error:  # a label that is empty or too long
        raise OSError(f"{host} is no name of a host") from error
    return [str(address[0]) for *_, address in found]


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

    def connect_unix_socket(
        self,
        path: str,
        timeout: float | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> httpcore2.NetworkStream:
        raise httpcore2.ConnectError("endpoints are not asked through files")


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


def _encoded(url: str) -> str:
    """The URL in ASCII: the host by IDNA, the rest percent-encoded (RFC 3987, 3.1)."""
    if url.isascii():
        return url
    parts = urlsplit(url)
    host = (parts.hostname or "").encode("idna").decode()
    port = f":{parts.port}" if parts.port is not None else ""
    kept = "%/:=&?~+!$,;'@()*"
    query = quote(parts.query, safe=kept)
    return f"{parts.scheme}://{host}{port}{quote(parts.path, safe=kept)}{'?' + query if query else ''}"


@cache
def trusted() -> ssl.SSLContext:
    """The certificates that the system trusts, and those that Mozilla does: some systems come without any."""
    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    return context


def _unwrapped(address: Address) -> Address:
    """The IPv4 address within an IPv6 address of a kind that has one, else the address itself."""
    if isinstance(address, ipaddress.IPv4Address):
        return address
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address.sixtofour is not None:
        return address.sixtofour
    if address.teredo is not None:
        return address.teredo[1]
    inner = address in _NAT64 or (address in _COMPATIBLE and int(address) > 1)
    return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF) if inner else address


def _is_local(host: str) -> bool:
    """Whether a host is an address, or a name that by its form is one of the local network."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return "." not in host or host.endswith(_LOCAL_NAMES)
    return True
