"""Whatever a request says, reading it gives an operation or a problem, and nothing else."""

from __future__ import annotations

import asyncio
from urllib.parse import quote, urlencode

import pyoxigraph as ox
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from starlette.requests import Request

from rdfkit.errors import NotAcceptableError
from rdfkit.server.delivery import client_of, is_constant
from rdfkit.server.negotiation import GRAPHS, HTML, ROWS, choose, choose_encoding, prefers
from rdfkit.server.problems import PROBLEMS, Problem
from rdfkit.server.protocol import Operation, check_iri, read_parameters, read_request
from rdfkit.settings import Settings

LIMITS = Settings(max_query_bytes=200, body_timeout=1)
FORM = "application/x-www-form-urlencoded"
names = st.sampled_from(
    [
        "query",
        "update",
        "default-graph-uri",
        "named-graph-uri",
        "using-graph-uri",
        "format",
        "strict",
        "x",
        "",
    ]
)
values = st.text(max_size=30) | st.sampled_from(
    ["ASK {}", "http://example.org/", "json", "true", "http://[", "a" * 300]
)
pairs = st.lists(st.tuples(names, values), max_size=6)
methods = st.sampled_from(["GET", "HEAD", "POST"])
kinds = st.none() | st.text(max_size=20) | st.sampled_from(
    [
        FORM, "application/sparql-query", "application/sparql-update", f"{FORM}; charset=utf-8",
        f"{FORM};charset=latin-1",
        "application/sparql-query; charset=\"", "APPLICATION/SPARQL-QUERY ;", ";", "multipart/form-data",
    ]
)  # fmt: skip


def request(method: str, address: bytes, body: list[bytes], headers: dict[str, str]) -> Request:
    parts = [{"type": "http.request", "body": part, "more_body": True} for part in body]
    parts.append({"type": "http.request", "body": b"", "more_body": False})

    async def receive() -> dict:
        return parts.pop(0)

    raw = [(name.encode("latin-1"), value.encode("latin-1", "replace")) for name, value in headers.items()]
    scope = {
        "type": "http", "method": method, "path": "/sparql", "query_string": address, "headers": raw,
        "scheme": "http", "server": ("localhost", 80),
    }  # fmt: skip
    return Request(scope, receive)


def read(*given, **options):
    return asyncio.run(read_request(request(*given, **options), LIMITS))


@given(
    method=methods,
    address=pairs.map(lambda found: urlencode(found).encode())
    | st.text(st.characters(max_codepoint=127), max_size=40).map(str.encode),
    body=st.lists(st.binary(max_size=300), max_size=3) | pairs.map(lambda found: [urlencode(found).encode()]),
    kind=kinds,
    coding=st.sampled_from([None, "identity", "gzip"]),
)
@example(method="POST", address=b"", body=[b"\xff"], kind="application/sparql-query", coding=None)
@example(method="GET", address=b"query=%FF", body=[], kind=None, coding=None)
@example(method="GET", address=b"&" * 5000, body=[], kind=None, coding=None)
@example(method="GET", address=b"query=%00", body=[], kind=None, coding=None)
def test_a_request_is_read_or_a_problem(method, address, body, kind, coding):
    headers = {"content-type": kind} if kind is not None else {}
    headers |= {"content-encoding": coding} if coding else {}
    try:
        found = read(method, address, body, headers)
    except Problem as problem:
        assert 400 <= problem.status < 500
        assert problem.title
        return
    assert len(found.text.encode()) <= LIMITS.max_query_bytes
    assert "\0" not in found.text
    assert found.operation is not Operation.UPDATE or method == "POST"
    if found.dataset:
        for iri in found.dataset.default_graphs + found.dataset.named_graphs:
            ox.NamedNode(iri)


@given(text=st.text(max_size=60), method=st.sampled_from(["GET", "form", "direct"]))
def test_a_query_arrives_as_it_was_sent(text, method):
    try:
        if method == "GET":
            found = read("GET", f"query={quote(text)}".encode(), [], {})
        elif method == "form":
            found = read("POST", b"", [urlencode({"query": text}).encode()], {"content-type": FORM})
        else:
            found = read("POST", b"", [text.encode()], {"content-type": "application/sparql-query"})
    except Problem as problem:
        assert "\0" in text or len(text.encode()) > LIMITS.max_query_bytes, problem.detail
    else:
        assert (found.operation, found.text) == (Operation.QUERY, text)


@given(st.text() | st.binary().map(lambda data: data.decode("latin-1")))
def test_parameters_are_pairs_or_a_problem(text):
    try:
        found = read_parameters(text)
    except Problem as problem:
        assert problem.status == 400
    else:
        for key, _ in found.pairs:
            assert len(found.all(key)) >= 1


@given(st.text(max_size=30) | st.text(max_size=20).map(lambda text: f"http://{text}"))
@example("http://[")
@example("http://a b")
@example("urn:%zz")
@example("relative")
def test_what_passes_as_an_iri_is_one_to_the_engine(text):
    try:
        check_iri(text)
    except Problem as problem:
        assert problem.status == 400
    else:
        ox.NamedNode(text)


ranges = st.lists(
    st.tuples(
        st.sampled_from(
            [*(offer.media_type for offer in (*ROWS, *GRAPHS, HTML)), "*/*", "text/*", "*", "a/", "/", ""]
        ),
        st.sampled_from(
            [
                "",
                ";q=0",
                ";q=0.5",
                ";q=1.0",
                ";q=nan",
                ";q=inf",
                ";q=-1",
                ";q=1_0",
                ";q=",
                ";a=b;Q=0.3",
                ";q=x",
            ]
        ),
    ).map("".join),
    max_size=8,
).map(",".join)


@given(accept=ranges | st.text(max_size=50), format=st.none() | st.text(max_size=10))
def test_a_format_is_offered_or_there_is_none(accept, format):
    for offers in (ROWS, GRAPHS):
        try:
            assert choose(offers, accept, format) in offers
        except NotAcceptableError as error:
            assert error.expected
        prefers(HTML, offers, accept)
    assert choose_encoding(accept) in (None, "gzip", "zstd")


@given(ranges, st.text(max_size=40))
def test_a_problem_is_told_in_any_accepted_way(accept, detail):
    response = Problem(400, "x", "Title", detail, {"line": 1, "column": 2}).response(accept)
    assert response.status_code == 400
    assert response.media_type in {offer.media_type for offer in PROBLEMS} | {
        "text/plain",
        "application/problem+json",
    }


@pytest.mark.parametrize("accept", [None, "", "*/*;q=0", "a" * 100_000, "," * 10_000, "text/csv," * 50_000])
def test_long_and_empty_headers(accept):
    try:
        assert choose(ROWS, accept) in ROWS
    except NotAcceptableError:
        assert accept


@given(st.text(max_size=40))
def test_any_address_of_a_client_is_one(host):
    found = request("GET", b"", [], {})
    found.scope["client"] = (host, 1)
    assert isinstance(client_of(found), str)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("2001:db8::1", "2001:db8::ffff:2", True),
        ("2001:db8:0:0:1::", "2001:db8::2", True),
        ("2001:db8:0:1::1", "2001:db8::1", False),
        ("::ffff:10.0.0.1", "10.0.0.1", True),
        ("10.0.0.1", "10.0.0.2", False),
        ("::1", "::2", True),
    ],
)
def test_a_network_of_ipv6_is_one_client(one, other, same):
    found = []
    for host in (one, other):
        asked = request("GET", b"", [], {})
        asked.scope["client"] = (host, 1)
        found.append(client_of(asked))
    assert (found[0] == found[1]) is same


def test_queries_that_change_by_themselves_are_known():
    assert is_constant("SELECT * { ?now ?p 1 }") is False  # a wrong "no" costs only a cache
    assert is_constant("SELECT * { BIND(RAND() AS ?x) }") is False
    assert is_constant("SELECT * { ?s ?p ?o }") is True
