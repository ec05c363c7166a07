"""Asking endpoints: our own server, and one that does what endpoints do on bad days."""

from __future__ import annotations

import email.utils
import gzip
import re
import shutil
import socket
import ssl
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pyoxigraph as ox
import pytest

import rdfkit
from rdfkit.endpoints.client import Remote, RemoteLimits
from rdfkit.endpoints.http.address_policy import AddressPolicy, look_up
from rdfkit.endpoints.http.transport import Connections
from rdfkit.endpoints.ledger import Ledger
from rdfkit.endpoints.registry import Endpoint
from rdfkit.errors import QueryError, RemoteError
from rdfkit.sparql.results import Graph, Rows, Truth
from rdfkit.store import Store
from tests.support import faults
from tests.support.faults import Asked, Wire
from tests.support.serving import serving

QUERY = "SELECT ?x { ?x ?p ?o }"
# Far shorter than a fault lasts: who waits for its end finds another error than that of a time limit.
LIMITS = RemoteLimits(
    request_seconds=20, query_seconds=40, requests=20, response_bytes=2_000_000, retry_after=2, pause=0.05
)
# For who never gives a whole answer; a busy machine may take as long for others.
SHORT = replace(LIMITS, request_seconds=1)
# Seconds after which what has not happened will not happen, on however busy a machine.
PATIENCE = 30.0


@pytest.fixture(scope="module")
def server() -> Iterator[faults.Endpoint]:
    with faults.endpoint() as running:
        yield running


def at(url: str, max_rows: int | None = None) -> Endpoint:
    return Endpoint("", "", url, max_rows=max_rows)


def remote(url: str, limits: RemoteLimits = LIMITS, contact: str | None = None) -> Remote:
    return Remote(limits, Ledger(), AddressPolicy.for_person([url]), contact=contact)


def ask(
    url: str, limits: RemoteLimits = LIMITS, query: str = QUERY, max_rows: int | None = None
) -> tuple[int, Ledger]:
    """How many rows an endpoint gives, and the ledger."""
    with remote(url, limits) as asking:
        return len(asking.select(at(url, max_rows), query).rows), asking.ledger


def failure(url: str, limits: RemoteLimits = LIMITS, query: str = QUERY) -> RemoteError:
    """How asking an endpoint fails."""
    with remote(url, limits) as asking, pytest.raises(RemoteError) as caught:
        asking.select(at(url), query)
    assert caught.value.endpoint == url
    return caught.value


# What is sent


def test_a_query_goes_by_post_as_a_form(server: faults.Endpoint):
    url = server.at("/plain", lambda wire, _: wire.respond(body=faults.rows(2)))
    query = "SELECT ?x { ?x ?p 'α & +%' }"
    with remote(url, contact="pathways@example.org") as asking:
        found = asking.select(at(url), query)
    assert found.variables == ("x",)
    assert found.rows == [(ox.NamedNode("http://ex/0"),), (ox.NamedNode("http://ex/1"),)]
    asked = server.asked[-1]
    assert (asked.method, asked.path, asked.query) == ("POST", "/plain", query)
    assert asked.headers["content-type"] == "application/x-www-form-urlencoded"
    assert asked.headers["accept"].startswith("application/sparql-results+json")
    assert asked.headers["user-agent"] == f"rdfkit/{rdfkit.__version__} (pathways@example.org)"
    assert asked.headers["host"] == f"127.0.0.1:{server.port}"
    assert "cookie" not in asked.headers


def test_an_endpoint_that_takes_no_post_is_asked_by_get(server: faults.Endpoint):
    url = server.at("/get", _respond(body=faults.rows())) + "?graph=x"
    query = QUERY + " # " + "α&" * 4000
    with remote(url) as asking:
        assert len(asking.select(Endpoint("", "", url, method="get"), query).rows) == 1
    asked = server.asked[-1]
    assert (asked.method, asked.query) == ("GET", query)
    assert asked.path.startswith("/get?graph=x&query=")


def test_a_query_that_is_not_unicode_is_not_sent(server: faults.Endpoint):
    with remote(server.url) as asking, pytest.raises(QueryError, match="half of a character"):
        asking.select(at(server.url), "SELECT * { ?s ?p '\ud800' }")


@pytest.mark.parametrize("contact", ["", " ", "a\r\nX-Other: b", "müller@example.org"])
def test_a_contact_that_cannot_stand_in_a_header(contact: str):
    with pytest.raises(QueryError, match="a contact is an address"):
        Remote(contact=contact)


def test_a_graph_is_asked_for_as_a_graph(server: faults.Endpoint):
    nt = b"<http://ex/s> <http://ex/p> <http://ex/o> .\n"
    url = server.at("/graph", lambda wire, _: wire.respond(body=nt, Content_Type="application/n-triples"))
    with remote(url) as asking:
        answer = asking.query(
            at(url), "# SELECT\nPREFIX ex: <http://select/> construct { ?s ?p ?o } { ?s ?p ?o }"
        )
        assert isinstance(answer, Graph)
        assert [str(triple.subject) for triple in answer] == ["<http://ex/s>"]
    assert server.asked[-1].headers["accept"].startswith("application/n-triples")
    assert next(iter(asking.ledger)).rows == 1


def test_unbound_and_every_kind_of_term(server: faults.Endpoint):
    body = (
        b'{"head":{"vars":["a","b"]},"results":{"bindings":[{"a":{"type":"literal","value":"\xce\xb1","xml:lang":"el"}},'
        b'{"b":{"type":"bnode","value":"n"}},{"a":{"type":"typed-literal","value":"1",'
        b'"datatype":"http://www.w3.org/2001/XMLSchema#int"}}]}}'
    )
    url = server.at("/terms", lambda wire, _: wire.respond(body=body))
    with remote(url) as asking:
        found = asking.select(at(url), QUERY).rows
    integer = ox.Literal("1", datatype=ox.NamedNode("http://www.w3.org/2001/XMLSchema#int"))
    assert found == [(ox.Literal("α", language="el"), None), (None, ox.BlankNode("n")), (integer, None)]


def test_an_answer_that_is_compressed(server: faults.Endpoint):
    body = gzip.compress(faults.rows(3))
    url = server.at("/gzip", lambda wire, _: wire.respond(body=body, **GZIP))
    count, ledger = ask(url)
    assert (count, ledger.is_complete) == (3, True)
    assert next(iter(ledger)).bytes == len(faults.rows(3))


# What fails: every fault is an error of its kind, told in words


def _respond(**response: object) -> faults.Fault:
    return lambda wire, _: wire.respond(**response)


def _endless(wire: Wire, _: Asked) -> None:
    wire.send(b"HTTP/1.1 200 OK\r\nContent-Type: application/sparql-results+json\r\n\r\n")
    while True:
        wire.send(b" " * 65_536)


def _endless_headers(wire: Wire, _: Asked) -> None:
    wire.send(b"HTTP/1.1 200 OK\r\n")
    while True:
        wire.send(b"X-More: " + b"x" * 1000 + b"\r\n")


def _dripping_headers(wire: Wire, _: Asked) -> None:
    wire.send(b"HTTP/1.1 200 OK\r\nX-More: ")
    while True:
        wire.send(b"x")
        wire.stall(0.1)


def _dripping_body(wire: Wire, _: Asked) -> None:
    wire.send(b"HTTP/1.1 200 OK\r\nContent-Type: application/sparql-results+json\r\n\r\n")
    while True:
        wire.send(b" ")
        wire.stall(0.1)


def _stalling_body(wire: Wire, _: Asked) -> None:
    wire.send(
        b"HTTP/1.1 200 OK\r\nContent-Type: application/sparql-results+json\r\nContent-Length: 900\r\n\r\n{"
    )
    wire.stall()


def _closing_early(wire: Wire, _: Asked) -> None:
    wire.send(
        b"HTTP/1.1 200 OK\r\nContent-Type: application/sparql-results+json\r\nContent-Length: 900\r\n\r\n{"
    )


def _closing_mid_row(wire: Wire, _: Asked) -> None:
    wire.send(
        b"HTTP/1.1 200 OK\r\nContent-Type: application/sparql-results+json\r\n\r\n" + faults.rows(5)[:-40]
    )


def _broken_chunks(wire: Wire, _: Asked) -> None:
    wire.send(
        b"HTTP/1.1 200 OK\r\nContent-Type: application/sparql-results+json\r\nTransfer-Encoding: chunked\r\n\r\n"
    )
    wire.send(b"5\r\n{" + b'"hea')


def _resetting_body(wire: Wire, asked: Asked) -> None:
    _closing_early(wire, asked)
    wire.reset()


TEXT = {"Content_Type": "text/plain"}
GZIP = {"Content_Encoding": "gzip"}
LATIN = faults.rows().replace(b"http://ex/0", b"http://ex/\xe9")
LATIN_TYPE = f"{faults.JSON}; charset=iso-8859-1"
VIRTUOSO = b"Virtuoso 37000 Error\n\x1b[31mSP030\x07"
TIMEOUT = b"java.util.concurrent.TimeoutException"
HTML = b"<!doctype html><title>Maintenance</title>"
DEEP = b'{"type":"triple","value":{"subject":{"type":"uri","value":"http://e/s"},"predicate":{"type":"uri","value":"http://e/p"},"object":'
NESTED = (
    b'{"head":{"vars":["x"]},"results":{"bindings":[{"x":'
    + DEEP * 9000
    + b'{"type":"uri","value":"http://e/o"}'
    + b"}}" * 9000
    + b"}]}}"
)
FAULTS: dict[str, tuple[faults.Fault, str, str]] = {
    "html-with-200": (_respond(body=HTML, Content_Type="text/html; charset=utf-8"), "content-type", "text/html"),
    "html-that-says-it-is-json": (_respond(body=HTML), "malformed", "cut short or malformed"),
    "xml": (_respond(body=b"<sparql/>", Content_Type="application/sparql-results+xml"), "content-type", "in JSON"),
    "no-content-type": (_respond(body=faults.rows(), Content_Type=""), "content-type", "without a media type"),
    "a-graph-for-rows": (_respond(body=b"", Content_Type="text/turtle"), "content-type", "text/turtle"),
    "no-body": (_respond(body=b""), "malformed", "cut short"),
    "204": (_respond(status=204, Content_Length=""), "status", "204"),
    "truncated-json": (_respond(body=faults.rows(5)[:-40]), "malformed", "cut short"),
    "json-and-more": (_respond(body=faults.rows(5) + b"Virtuoso S1T00 Error"), "malformed", "cut short or malformed"),
    "other-json": (_respond(body=b'{"error":"timeout"}', Content_Type="application/json"), "malformed", "malformed"),
    "boolean-for-rows": (_respond(body=b'{"head":{},"boolean":true}'), "malformed", "true or false"),
    "latin-1": (_respond(body=LATIN, Content_Type=LATIN_TYPE), "malformed", "UTF-8"),
    "nested-terms": (_respond(body=NESTED), "malformed", "nested too deeply"),
    "closes-early": (_closing_early, "malformed", "broke off"),
    "closes-in-a-row": (_closing_mid_row, "malformed", "cut short"),
    "broken-chunks": (_broken_chunks, "malformed", "broke off"),
    "no-http": (lambda wire, _: wire.send(b"220 smtp.example.org ESMTP\r\n"), "malformed", "does not speak HTTP"),
    "closes-at-once": (lambda wire, _: None, "malformed", "broke off"),
    "resets-at-once": (lambda wire, _: wire.reset(), "connection", "cannot be reached"),
    "resets-in-the-body": (_resetting_body, "connection", "cannot be reached"),
    "stalls": (lambda wire, _: wire.stall(), "timeout", "in time"),
    "stalls-in-the-body": (_stalling_body, "timeout", "in time"),
    "drips-headers": (_dripping_headers, "timeout", "in time"),
    "drips-a-body": (_dripping_body, "timeout", "in time"),
    "endless-body": (_endless, "too-large", "more than 2,000,000 bytes"),
    "endless-headers": (_endless_headers, "malformed", "HTTP"),
    "huge-header": (_respond(X_Huge="x" * 2_000_000, body=faults.rows()), "malformed", "HTTP"),
    "says-it-is-large": (_respond(body=faults.rows(), Content_Length="3000000"), "too-large", "more than"),
    "bomb": (_respond(body=faults.bomb(60_000_000), **GZIP), "too-large", "more than"),
    "cut-gzip": (_respond(body=gzip.compress(faults.rows(9))[:-9], **GZIP), "malformed", "cut short"),
    "broken-gzip": (_respond(body=b"\x1f\x8bnot gzip at all", **GZIP), "malformed", "is broken"),
    "gzip-and-more": (_respond(body=gzip.compress(faults.rows()) + b"more", **GZIP), "malformed", "after"),
    "brotli": (_respond(body=b"\x0b\x02", Content_Encoding="br"), "malformed", "not asked for: br"),
    "redirect": (_respond(status=302, Location="http://10.0.0.1/"), "status", r"redirects \(302\) to http://10.0.0.1/"),
    "redirect-without-a-place": (_respond(status=308), "status", "to nowhere"),
    "304-unasked": (_respond(status=304, Content_Length=""), "status", "nothing has changed"),
    "400": (_respond(status=400, body=VIRTUOSO, **TEXT), "status", r"answers 400: Virtuoso 37000 Error \[31mSP030"),
    "400-with-a-page": (_respond(status=400, body=HTML, Content_Type="text/html"), "status", "answers 400$"),
    "400-with-an-endless-text": (_respond(status=400, body=b"x" * 5_000_000, **TEXT), "status", "x…"),
    "401": (_respond(status=401), "status", "401"),
    "408": (_respond(status=408), "timeout", "408"),
    "413": (_respond(status=413), "status", "413"),
    "414": (_respond(status=414), "status", "414"),
    "500": (_respond(status=500, body=b"oops", **TEXT), "status", "500: oops"),
    "500-after-its-time": (_respond(status=500, body=TIMEOUT, **TEXT), "timeout", "500"),
    "504": (_respond(status=504), "timeout", "504"),
    "599-with-broken-gzip": (_respond(status=599, body=b"xx", **GZIP), "status", "599"),
    "429-for-an-hour": (_respond(status=429, Retry_After="3600"), "status", "asks to wait 3,600 s"),
    "429-for-ever": (_respond(status=429, Retry_After="9" * 400), "status", "asks to wait"),
    "429-until-a-date": (_respond(status=429, Retry_After="Fri, 31 Dec 2100 23:59:59 GMT"), "status", "asks to wait"),
    "503-without-end": (_respond(status=503), "status", "was so 3 times"),
}  # fmt: skip


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_an_error_of_its_kind(server: faults.Endpoint, name: str):
    fault, kind, words = FAULTS[name]
    limits = SHORT if name.startswith(("stalls", "drips")) else LIMITS
    error = failure(server.at(f"/fault/{name}", fault), limits)
    assert error.kind == kind
    assert re.search(words, error.message), error.message
    assert str(error).isprintable()
    assert len(str(error)) < 500


@pytest.mark.parametrize("name", ["413", "414", "408", "504", "stalls", "endless-body", "bomb"])
def test_what_fewer_keys_may_help(server: faults.Endpoint, name: str):
    limits = SHORT if name == "stalls" else LIMITS
    assert failure(server.at(f"/smaller/{name}", FAULTS[name][0]), limits).block_is_too_large


@pytest.mark.parametrize("name", ["400", "429-for-an-hour", "redirect", "html-with-200", "truncated-json"])
def test_what_fewer_keys_do_not_help(server: faults.Endpoint, name: str):
    assert not failure(server.at(f"/smaller/{name}", FAULTS[name][0])).block_is_too_large


@pytest.mark.parametrize(
    "name", ["stalls", "500", "truncated-json", "closes-at-once", "redirect", "429-for-an-hour"]
)
def test_nothing_but_a_refusal_for_load_is_sent_again(server: faults.Endpoint, name: str):
    path = f"/once/{name}"
    failure(server.at(path, FAULTS[name][0]), SHORT if name == "stalls" else LIMITS)
    assert sum(asked.path == path for asked in server.asked) == 1


def test_nobody_listens():
    # Bound, so that nobody else takes the port, and not listening.
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        assert failure(f"http://127.0.0.1:{taken.getsockname()[1]}/sparql").kind == "connection"


def test_a_host_that_does_not_exist():
    url = "http://no-such-host.invalid/sparql"
    assert failure(url).kind in ("connection", "timeout")


@pytest.mark.skipif(shutil.which("openssl") is None, reason="needs openssl to make a certificate")
def test_a_certificate_that_nobody_trusts(tmp_path: Path):
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost",
         "-keyout", str(key), "-out", str(certificate)],
        check=True, capture_output=True,
    )  # fmt: skip
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    with faults.endpoint(context) as secured:
        error = failure(secured.at("/sparql", _respond(body=faults.rows())))
    assert error.kind == "connection"
    assert "certificate" in error.message.lower()
    assert secured.asked == []


# Refusals for load


def test_a_busy_endpoint_is_asked_again_when_it_says(server: faults.Endpoint):
    times: list[float] = []

    def busy_once(wire: Wire, _: Asked) -> None:
        times.append(time.monotonic())
        if len(times) == 1:
            wire.respond(429, Retry_After="1")
        else:
            wire.respond(body=faults.rows())

    count, ledger = ask(server.at("/busy", busy_once))
    assert (count, ledger.is_complete) == (1, True)
    assert times[1] - times[0] >= 1
    entry = next(iter(ledger))
    assert (entry.requests, entry.retries) == (2, 1)


def test_a_busy_endpoint_that_names_a_date_or_nonsense_is_asked_again(server: faults.Endpoint):
    said = iter([email.utils.formatdate(0, usegmt=True), "soon"])

    def busy_twice(wire: Wire, _: Asked) -> None:
        header = next(said, None)
        wire.respond(body=faults.rows()) if header is None else wire.respond(503, Retry_After=header)

    _, ledger = ask(server.at("/busy-by-date", busy_twice))
    assert next(iter(ledger)).retries == 2


def test_while_a_host_is_busy_nobody_asks_it(server: faults.Endpoint):
    """Two at once, of which one is told to wait a second: the third does not ask in that time."""
    times: list[float] = []
    lock = threading.Lock()

    def busy_once(wire: Wire, _: Asked) -> None:
        with lock:
            times.append(time.monotonic())
            first = len(times) == 1
        wire.respond(429, Retry_After="1") if first else wire.respond(body=faults.rows())

    url = server.at("/busy-for-all", busy_once)
    with remote(url) as asking:
        with pytest.raises(RemoteError):  # to know that the refusal has come: no time is left for a pause
            Remote(RemoteLimits(query_seconds=0.3), Ledger(), AddressPolicy.for_person([url])).select(
                at(url), QUERY
            )
        times.clear()
        with ThreadPoolExecutor(3) as pool:
            pool.submit(asking.select, at(url), QUERY)
            while not times:
                time.sleep(0.005)
            time.sleep(0.2)  # the refusal has arrived
            later = [pool.submit(asking.select, at(url), f"{QUERY} # {number}") for number in range(2)]
            assert all(len(each.result().rows) == 1 for each in later)
    assert all(later - times[0] >= 1 for later in times[1:])


# Limits of a query


def test_so_many_requests_and_no_more(server: faults.Endpoint):
    url = server.at("/many", _respond(body=faults.rows()))
    with remote(url, RemoteLimits(requests=3)) as asking:
        for number in range(3):
            asking.select(at(url), f"{QUERY} # {number}")
        with pytest.raises(RemoteError, match="a query may send 3 requests") as caught:
            asking.select(at(url), QUERY)
    assert caught.value.kind == "limit"
    assert sum(asked.path == "/many" for asked in server.asked) == 3


def test_the_time_of_a_query_ends(server: faults.Endpoint):
    url = server.at("/slow", lambda wire, _: (wire.stall(0.3), wire.respond(body=faults.rows())))
    with remote(url, RemoteLimits(query_seconds=0.5)) as asking:
        asking.select(at(url), QUERY)
        with pytest.raises(RemoteError):
            asking.select(at(url), QUERY + "#")
        with pytest.raises(RemoteError, match=r"taken its 0\.5 s") as caught:
            asking.select(at(url), QUERY + "##")
    assert caught.value.kind == "limit"


def test_what_timed_out_is_not_asked_again(server: faults.Endpoint):
    url = server.at("/never", lambda wire, _: wire.stall())
    with remote(url, RemoteLimits(request_seconds=0.2)) as asking:
        for _ in range(3):
            with pytest.raises(RemoteError) as caught:
                asking.select(at(url), QUERY)
            assert caught.value.kind == "timeout"
    assert sum(asked.path == "/never" for asked in server.asked) == 1


def test_a_host_is_asked_two_things_at_once_at_most():
    running = Counter[str]()

    def answer(wire: faults.Wire, _: faults.Asked) -> None:
        running["now"] += 1
        running["most"] = max(running["most"], running["now"])
        wire.stall(0.05)
        running["now"] -= 1
        wire.respond(body=faults.rows())

    with faults.endpoint() as own:
        url = own.at("/sparql", answer)
        with remote(url) as asking, ThreadPoolExecutor(8) as pool:
            found = list(pool.map(lambda number: asking.select(at(url), f"{QUERY} # {number}"), range(12)))
        assert sum(len(each.rows) for each in found) == 12
        assert running["most"] == 2
        assert next(iter(asking.ledger)).requests == 12


def test_who_waits_is_told_when_the_query_ends(server: faults.Endpoint):
    url = server.at("/waiting", _respond(status=503, Retry_After="60"))
    with ThreadPoolExecutor(1) as pool:
        asking = remote(url, RemoteLimits(query_seconds=100, retry_after=60))
        waiting = pool.submit(asking.select, at(url), QUERY)
        while not any(asked.path == "/waiting" for asked in server.asked):
            time.sleep(0.005)
        time.sleep(0.1)
        asking.close()
        with pytest.raises(RemoteError):
            waiting.result(PATIENCE)


# What may have been cut


@pytest.mark.parametrize(
    ("count", "max_rows", "query", "complete"),
    [
        (10_000, None, QUERY, False),
        (9_999, None, QUERY, True),
        (10_000, None, f"{QUERY} LIMIT 10000", True),
        (10_000, None, f"{QUERY} LIMIT 20000", False),
        (10_000, None, "SELECT ?x { { SELECT ?x { ?x ?p ?o } LIMIT 10000 } }", False),
        (10_000, None, f"{QUERY} LIMIT 10000 OFFSET 5", True),
        (1_000, 1_000, QUERY, False),
        (1_001, 1_000, QUERY, False),
        (1_000, 1_000, f"{QUERY} LIMIT 1000", True),
        (999, 1_000, QUERY, True),
    ],
)  # fmt: skip
def test_a_silent_cut_is_told(
    server: faults.Endpoint, count: int, max_rows: int | None, query: str, complete: bool
):
    found, ledger = ask(server.at("/cut", _respond(body=faults.rows(count))), query=query, max_rows=max_rows)
    assert found == count
    assert ledger.is_complete is complete
    assert ("may have cut" in ledger.render() or "at most" in ledger.render()) is not complete


@pytest.mark.parametrize(
    ("headers", "words"),
    [
        ({"X_SPARQL_MaxRows": "17"}, "cut the answer at 17 rows"),
        (
            {"X_SQL_State": "S1TAT", "X_SQL_Message": "RC...: Returning incomplete results"},
            "incomplete results",
        ),
        ({"X_SQL_State": "S1TAT"}, "did not finish: S1TAT"),
    ],
)
def test_a_cut_that_virtuoso_tells_of(server: faults.Endpoint, headers: dict[str, str], words: str):
    _, ledger = ask(server.at("/virtuoso", _respond(body=faults.rows(), **headers)))
    assert not ledger.is_complete
    assert words in ledger.render()


def test_a_graph_whose_length_nobody_tells_may_be_cut(server: faults.Endpoint):
    start = b"HTTP/1.1 200 OK\r\nContent-Type: application/n-triples\r\nConnection: close\r\n\r\n"
    url = server.at(
        "/open", lambda wire, _: wire.send(start + b"<http://ex/s> <http://ex/p> <http://ex/o> .\n")
    )
    with remote(url) as asking:
        asking.query(at(url), "CONSTRUCT WHERE { ?s ?p ?o }")
    assert "a cut would not be seen" in asking.ledger.render()


@pytest.mark.parametrize(
    "body",
    [
        b"<http://e/s> <http://e/p> " + b"<<( <http://e/s> <http://e/p> " * 200_000,
        b"<http://e/s> <http://e/p> <http://e/o",
    ],
)
def test_a_graph_that_is_malformed(server: faults.Endpoint, body: bytes):
    url = server.at("/bad-graph", _respond(body=body, Content_Type="application/n-triples"))
    limits = RemoteLimits(request_seconds=5)
    with remote(url, limits) as asking, pytest.raises(RemoteError) as caught:
        asking.query(at(url), "CONSTRUCT WHERE { ?s ?p ?o }")
    assert caught.value.kind == "malformed"


# Refused before anything is sent


def test_what_the_policy_forbids_is_not_asked(server: faults.Endpoint):
    before = server.connections
    url = server.at("/forbidden", _respond(body=faults.rows()))
    for policy in (AddressPolicy.for_person(), AddressPolicy.for_server(["http://example.org/"])):
        with Remote(LIMITS, Ledger(), policy) as asking, pytest.raises(RemoteError) as caught:
            asking.select(at(url), QUERY)
        assert caught.value.kind == "refused"
    assert server.connections == before


def test_proxies_of_the_environment_are_not_used(server: faults.Endpoint, monkeypatch: pytest.MonkeyPatch):
    with faults.endpoint() as proxy:
        for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.url)
        assert ask(server.at("/direct", _respond(body=faults.rows())))[0] == 1
        assert proxy.connections == 0


# Our own server


@pytest.fixture(scope="module")
def own_server(seed_store: Store) -> Iterator[str]:
    assert seed_store.path is not None
    with serving(seed_store.path, "workers=1", "max_rows=5000") as running:
        yield running.url + "/sparql"


ROOMY = RemoteLimits()


def test_our_own_server_gives_what_the_store_has(own_server: str, seed_store: Store):
    query = "SELECT ?figure ?title { ?figure a doco:Figure ; dcterms:title ?title } ORDER BY ?figure"
    with remote(own_server, ROOMY) as asking:
        answer = asking.query(at(own_server), query)
        assert isinstance(answer, Rows)
        found = list(answer.terms())
    expected = seed_store.query(query)
    assert isinstance(expected, Rows)
    assert found == list(expected.terms())
    assert len(found) > 1
    assert asking.ledger.is_complete


def test_our_own_server_gives_truth_and_graphs(own_server: str, seed_store: Store):
    with remote(own_server, ROOMY) as asking:
        truth = asking.query(at(own_server), "ASK { ?figure a doco:Figure }")
        graph = asking.query(at(own_server), "CONSTRUCT WHERE { ?figure dcterms:title ?title }")
    assert isinstance(truth, Truth)
    assert truth
    expected = seed_store.query("CONSTRUCT WHERE { ?figure dcterms:title ?title }")
    assert isinstance(graph, Graph)
    assert isinstance(expected, Graph)
    assert set(graph) == set(expected)


@pytest.mark.parametrize(
    ("query", "status"), [("SELECT", 400), ("SELECT * { SERVICE <http://ex/> {} }", 403)]
)
def test_our_own_server_refuses_in_words(own_server: str, query: str, status: int):
    error = failure(own_server, ROOMY, query)
    assert (error.kind, error.status) == ("status", status)
    assert len(error.message) > 20


def test_an_endpoint_describes_itself(own_server: str):
    with remote(own_server, ROOMY) as asking:
        description = set(asking.service_description(at(own_server)))
    service = ox.NamedNode("http://www.w3.org/ns/sparql-service-description#Service")
    assert service in {triple.object for triple in description}


def test_an_endpoint_that_describes_itself_by_a_page(server: faults.Endpoint):
    url = server.at("/page", _respond(body=HTML, Content_Type="text/html"))
    with remote(url) as asking, pytest.raises(RemoteError) as caught:
        asking.service_description(at(url))
    assert caught.value.kind == "content-type"
    asked = server.asked[-1]
    assert (asked.method, asked.path) == ("GET", "/page")
    assert "turtle" in asked.headers["accept"]


def test_an_answer_that_our_own_server_cuts_is_an_error(own_server: str):
    assert failure(own_server, ROOMY, "SELECT * { ?s ?p ?o . ?a ?b ?c }").kind in ("malformed", "status")


def test_connections_are_used_again(own_server: str):
    """A name is looked up once for each connection."""
    looked_up: list[str] = []

    def lookup(host: str, port: int) -> list[str]:
        looked_up.append(host)
        return look_up(host, port)

    policy = AddressPolicy.for_person([own_server])
    with Remote(ROOMY, Ledger(), policy, connections=Connections(policy, lookup)) as asking:
        for number in range(5):
            asking.query(at(own_server), f"ASK {{}} # {number}")
    assert len(looked_up) == 1
