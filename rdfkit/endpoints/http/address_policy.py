"""Which addresses may be connected to: public ones, and those that the user named."""

from __future__ import annotations

import ipaddress
import socket
import ssl
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from typing import TypeAlias
from urllib.parse import quote, urlsplit

import certifi

from rdfkit.endpoints.registry import origin
from rdfkit.errors import RemoteError

Address: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address
# Gives the addresses of a host and port; raises OSError when it has none.
Lookup: TypeAlias = Callable[[str, int], list[str]]

# IPv4 addresses inside of IPv6 ones: RFC 6052 (NAT64), RFC 4291 (2.5.5.1).
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_COMPATIBLE = ipaddress.IPv6Network("::/96")
# Names that no public name server has (RFC 6761, RFC 6762, RFC 8375, ICANN 2024).
_LOCAL_NAMES = (".localhost", ".local", ".internal", ".home.arpa", ".lan", ".test")


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


def look_up(host: str, port: int) -> list[str]:
    """The addresses of a host as the system knows them. Raises OSError when there are none."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except UnicodeError as error:  # a label that is empty or too long
        raise OSError(f"{host} is no name of a host") from error
    return [str(address[0]) for *_, address in found]


def encoded(url: str) -> str:
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
    if (wrapped := address.ipv4_mapped or address.sixtofour) is not None:
        return wrapped
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
