"""Ways out: which addresses may be reached, however they are written, and what a name says the second time."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rdfkit.endpoints.client import Remote, RemoteLimits
from rdfkit.endpoints.http.address_policy import AddressPolicy, is_public
from rdfkit.endpoints.http.transport import Connections
from rdfkit.endpoints.ledger import Ledger
from rdfkit.endpoints.registry import Endpoint
from rdfkit.errors import EndpointError, RemoteError
from tests.support import faults

QUERY = "SELECT ?x { ?x ?p ?o }"
LIMITS = RemoteLimits(request_seconds=2, query_seconds=5)
PUBLIC = "93.184.215.14"
NOT_PUBLIC = [
    "127.0.0.1", "127.255.255.254", "10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.1.1", "169.254.169.254",
    "100.64.0.1", "0.0.0.0",  # noqa: S104
    "0.1.2.3", "192.0.2.1", "198.18.0.1", "198.51.100.1", "203.0.113.9", "224.0.0.1",
    "239.255.255.255", "240.0.0.1", "255.255.255.255",
    "::", "::1", "fe80::1", "fe80::1%eth0", "fc00::1", "fd12:3456::1", "ff02::1", "2001:db8::1",
    "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:7f00:1", "::127.0.0.1", "::10.0.0.1", "64:ff9b::127.0.0.1",
    "64:ff9b::a00:1", "2002:7f00:1::", "2002:a00:1::1", "2001:0:0:0:0:0:80ff:fffe", "not an address", "",
]  # fmt: skip
HOSTS_OF_LOOPBACK = [
    "127.0.0.1", "127.1", "2130706433", "0x7f000001", "0x7f.1", "0177.0.0.1", "017700000001",
    "0.0.0.0", "0", "localhost",  # noqa: S104
    "LOCALHOST", "localhost.", "[::1]", "[::]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[0:0:0:0:0:ffff:127.0.0.1]",
    "127.0.0.1.", "１２７.0.0.1", "loc%61lhost", "ⓛocalhost",
]  # fmt: skip


@pytest.fixture
def server() -> Iterator[faults.Endpoint]:
    with faults.endpoint() as running:
        running.at("/sparql", lambda wire, _: wire.respond(body=faults.rows()))
        yield running


def ask(url: str, policy: AddressPolicy, connections: Connections | None = None) -> int:
    with Remote(LIMITS, Ledger(), policy, connections=connections) as asking:
        return len(asking.select(Endpoint("", "", url), QUERY).rows)


# Addresses


@pytest.mark.parametrize("address", NOT_PUBLIC)
def test_an_address_that_is_not_public(address: str):
    assert not is_public(address)


@pytest.mark.parametrize(
    "address", [PUBLIC, "8.8.8.8", "2606:4700::1111", "64:ff9b::8.8.8.8", "::ffff:8.8.8.8", "2002:808:808::1"]
)
def test_an_address_that_is_public(address: str):
    assert is_public(address)


@given(st.ip_addresses(v=4))
def test_an_ipv4_address_in_disguise_is_what_it_is(address):
    number = int(address)
    for disguise in (
        f"::ffff:{address}",
        f"64:ff9b::{address}",
        f"2002:{number >> 16:x}:{number & 0xFFFF:x}::",
    ):
        assert is_public(disguise) == is_public(str(address))


# Policies


def test_a_server_asks_the_listed_origins_only():
    policy = AddressPolicy.for_server(["https://sparql.uniprot.org/sparql", "http://virtuoso:8890/sparql"])
    policy.check_url("https://sparql.uniprot.org/other")
    policy.check_url("https://SPARQL.uniprot.org:443/")
    for url in (
        "http://sparql.uniprot.org/sparql", "https://sparql.uniprot.org:8443/", "https://uniprot.org/",
        "https://sparql.uniprot.org.example.net/", "https://sparql.uniprot.org./", "http://virtuoso/",
    ):  # fmt: skip
        with pytest.raises(RemoteError, match="not among the endpoints") as caught:
            policy.check_url(url)
        assert caught.value.kind == "refused"


def test_a_listed_name_of_the_internet_has_a_public_address():
    policy = AddressPolicy.for_server(
        ["https://sparql.uniprot.org/sparql", "http://virtuoso:8890/", "http://10.0.0.5/"]
    )
    assert policy.checked("https://sparql.uniprot.org/sparql", [PUBLIC, PUBLIC]) == [PUBLIC]
    assert policy.checked("http://virtuoso:8890/sparql", ["172.17.0.2"]) == ["172.17.0.2"]
    assert policy.checked("http://10.0.0.5/", ["10.0.0.5"]) == ["10.0.0.5"]
    with pytest.raises(RemoteError, match=r"is at 127\.0\.0\.1, which is not a public address"):
        policy.checked("https://sparql.uniprot.org/sparql", [PUBLIC, "127.0.0.1"])


def test_a_person_may_name_an_address_that_is_not_public_and_the_data_may_not():
    policy = AddressPolicy.for_person(["http://localhost:8890/sparql"])
    policy.check_url("http://anything.example/")
    assert policy.checked("http://localhost:8890/", ["127.0.0.1"]) == ["127.0.0.1"]
    assert policy.checked("http://anything.example/", [PUBLIC]) == [PUBLIC]
    for url in ("http://localhost:8891/", "http://anything.example/", "https://localhost:8890/"):
        with pytest.raises(RemoteError, match="not a public address"):
            policy.checked(url, ["127.0.0.1"])


def test_a_policy_is_made_of_urls():
    with pytest.raises(EndpointError, match="is no URL"):
        AddressPolicy.for_server(["sparql.uniprot.org"])


# Connections: a server listens, and hears nothing


@pytest.mark.parametrize("host", HOSTS_OF_LOOPBACK)
@pytest.mark.parametrize("policy", ["open", "closed"])
def test_loopback_is_not_reached_however_it_is_written(server: faults.Endpoint, host: str, policy: str):
    rules = {
        "open": AddressPolicy.for_person(["http://localhost:1/"]),
        "closed": AddressPolicy.for_server(["https://sparql.uniprot.org/", "http://localhost:1/"]),
    }
    with pytest.raises((RemoteError, EndpointError)) as caught:
        ask(f"http://{host}:{server.port}/sparql", rules[policy])
    assert isinstance(caught.value, EndpointError) or caught.value.kind in ("refused", "connection")
    assert server.connections == 0


def test_connections_look_to_the_origin_themselves(server: faults.Endpoint):
    connections = Connections(AddressPolicy(frozenset(), frozenset({server.url})))
    url, soon = f"{server.url}/sparql?query=x", time.monotonic() + 1
    with pytest.raises(RemoteError, match="not among"), connections.exchange("GET", url, {}, None, soon):
        pass
    assert server.connections == 0


@pytest.mark.parametrize("scheme", ["ftp", "file", "gopher", "unix", "data"])
def test_other_schemes_are_no_endpoints(scheme: str):
    with pytest.raises(EndpointError):
        ask(f"{scheme}://127.0.0.1/sparql", AddressPolicy.for_person())


def test_a_redirect_to_an_address_that_is_not_public_is_not_followed(server: faults.Endpoint):
    with faults.endpoint() as other:
        url = other.at("/sparql", lambda wire, _: wire.respond(302, Location=f"{server.url}/sparql"))
        with pytest.raises(RemoteError, match="which is not followed"):
            ask(url, AddressPolicy.for_person([url]))
    assert server.connections == 0


def test_a_name_that_has_a_public_and_another_address_is_refused(server: faults.Endpoint):
    policy = AddressPolicy.for_person()
    connections = Connections(policy, lambda host, port: [PUBLIC, "127.0.0.1"])
    with pytest.raises(RemoteError, match="not a public address"):
        ask(f"http://both.example:{server.port}/sparql", policy, connections)
    assert server.connections == 0


def test_a_name_that_changes_its_mind_is_asked_once_for_each_connection(server: faults.Endpoint):
    """At first the name is at an address that may be reached, and the connection goes there; then it is not."""
    url = f"http://rebinding.example:{server.port}/sparql"
    answers = iter([["127.0.0.1"], ["10.0.0.1"]])
    looked_up: list[str] = []

    def lookup(host: str, port: int) -> list[str]:
        looked_up.append(host)
        return next(answers)

    class OnlyLoopback(AddressPolicy):
        """For a test on one machine: loopback takes the place of the public internet."""

        def checked(self, url, addresses):
            found = list(addresses)
            if found != ["127.0.0.1"]:
                raise RemoteError.of("refused", url, "is not a public address")
            return found

    policy = OnlyLoopback(None, frozenset())
    with Remote(LIMITS, Ledger(), policy, connections=Connections(policy, lookup)) as asking:
        assert len(asking.select(Endpoint("", "", url), QUERY).rows) == 1
        assert looked_up == ["rebinding.example"]
        assert server.asked[-1].headers["host"] == f"rebinding.example:{server.port}"
        with pytest.raises(RemoteError, match="is not a public address"):
            asking.select(Endpoint("", "", url), QUERY + "#")
    assert server.connections == 1


def test_the_second_address_of_a_name_is_tried_when_the_first_is_dead(server: faults.Endpoint):
    url = f"http://two.example:{server.port}/sparql"
    policy = AddressPolicy.for_person([url])
    assert ask(url, policy, Connections(policy, lambda host, port: ["127.0.0.2", "127.0.0.1"])) == 1


def test_a_name_without_addresses_cannot_be_reached():
    policy = AddressPolicy.for_person()
    with pytest.raises(RemoteError) as caught:
        ask("http://none.example/", policy, Connections(policy, lambda host, port: []))
    assert caught.value.kind == "connection"


def test_a_look_up_that_takes_too_long_is_given_up():
    policy = AddressPolicy.for_person()
    done = threading.Event()

    def slow(host: str, port: int) -> list[str]:
        # As long as a client that waits for it would.
        done.wait(60)
        raise socket.gaierror("no such host")

    with (
        Remote(
            RemoteLimits(request_seconds=0.2), Ledger(), policy, connections=Connections(policy, slow)
        ) as asking,
        pytest.raises(RemoteError) as caught,
    ):
        asking.select(Endpoint("", "", "http://slow.example/"), QUERY)
    done.set()
    assert caught.value.kind == "timeout"


def test_a_url_with_letters_beyond_ascii(server: faults.Endpoint):
    server.at("/caf%C3%A9", lambda wire, _: wire.respond(body=faults.rows()))
    url = f"http://münchen.example:{server.port}/café"
    policy = AddressPolicy.for_person([url])
    assert ask(url, policy, Connections(policy, lambda host, port: ["127.0.0.1"])) == 1
    assert server.asked[-1].headers["host"] == f"xn--mnchen-3ya.example:{server.port}"
