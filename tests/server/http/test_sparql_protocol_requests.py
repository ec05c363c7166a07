"""Requests of the protocol, read: whatever a client sends is an operation or a problem of its own making."""

from __future__ import annotations

import asyncio
from urllib.parse import quote_from_bytes, urlencode

import pyoxigraph as ox
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from rdfkit.server.http.sparql_protocol import Operation, ProtocolRequest, read_request
from rdfkit.server.problems import Problem
from rdfkit.server.settings import Settings
from rdfkit.sparql.dataset import Dataset
from tests.support.serving import FORM, request_of

SETTINGS = Settings(max_query_bytes=200, body_timeout=5)
NAMES = [
    "query",
    "update",
    "default-graph-uri",
    "named-graph-uri",
    "using-graph-uri",
    "format",
    "strict",
    "other",
    "",
]
TYPES = [FORM, "application/sparql-query", "application/sparql-update"]
OTHER_TYPES = [
    'application/sparql-query; charset="',
    "APPLICATION/SPARQL-QUERY ;",
    ";",
    "multipart/form-data",
]


def _read(method: str, query: bytes, headers: dict[str, str], parts: list[bytes]) -> ProtocolRequest:
    """What is read of a request whose body comes in parts."""
    return asyncio.run(read_request(request_of(method, query, headers, parts), SETTINGS))


def _parts(body: bytes, size: int) -> list[bytes]:
    return [body[start : start + size] for start in range(0, len(body), size)]


# Bytes as they are percent-encoded, and some that no client should send. Of an address the rest is refused before.
_values = st.one_of(
    st.text(max_size=30).map(lambda text: quote_from_bytes(text.encode("utf-8", "surrogatepass"))),
    st.binary(max_size=30).map(quote_from_bytes),
    st.sampled_from(
        ["%", "%zz", "+", "http://example.org/g", "a b", "ASK {}", "json", "true", "http://[", "a" * 300]
    ),
)
_queries = st.lists(st.tuples(st.sampled_from(NAMES), _values), max_size=6).map(
    lambda pairs: "&".join(f"{name}={value}" for name, value in pairs).encode("ascii")
)
_headers = st.fixed_dictionaries(
    {},
    optional={
        "content-type": st.one_of(
            st.sampled_from(TYPES + OTHER_TYPES),
            st.builds(
                "{}; charset={}".format, st.sampled_from(TYPES), st.sampled_from(["utf-8", "latin-1", ""])
            ),
            st.text(st.characters(max_codepoint=255, exclude_characters="\r\n"), max_size=40),
        ),
        "content-encoding": st.sampled_from(["identity", "gzip", ""]),
    },
)


@given(
    st.sampled_from(["GET", "HEAD", "POST"]),
    _queries | st.text(st.characters(max_codepoint=127), max_size=40).map(str.encode),
    _headers,
    st.one_of(_queries, st.binary(max_size=400)),
    st.integers(1, 50),
)
@example("POST", b"", {"content-type": "application/sparql-query; charset*=utf-8''x"}, b"ASK {}", 50)
@example("POST", b"", {"content-type": "application/sparql-query; charset"}, b"ASK {}", 50)
@example("POST", b"", {"content-type": "application/sparql-query"}, b"ASK {}\0", 50)
@example("POST", b"", {"content-type": "application/sparql-query"}, b"\xff", 50)
@example("GET", b"query=%00", {}, b"", 50)
@example("GET", b"query=%FF", {}, b"", 50)
@example("GET", b"&" * 5000, {}, b"", 50)
@example("POST", b"", {"content-type": FORM}, b"query=%FF", 50)
def test_anything_is_an_operation_or_the_clients_mistake(
    method: str, query: bytes, headers: dict[str, str], body: bytes, size: int
) -> None:
    try:
        found = _read(method, query, headers, _parts(body, size))
    except Problem as problem:
        assert 400 <= problem.status < 500
        assert problem.title and isinstance(problem.document(), dict)
        return
    assert len(found.text.encode("utf-8", "surrogatepass")) <= SETTINGS.max_query_bytes
    assert "\0" not in found.text
    if method != "POST":
        assert found.operation is not Operation.UPDATE
    if found.dataset:
        for iri in found.dataset.default_graphs + found.dataset.named_graphs:
            ox.NamedNode(iri)


_texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=60).filter(
    lambda text: len(text.encode()) <= SETTINGS.max_query_bytes
)
_iris = st.lists(st.sampled_from(["http://example.org/a?b=c&d#e", "urn:x:é", "tag:漢,2026:x"]), max_size=3)


@given(
    _texts,
    _iris,
    _iris,
    st.sampled_from([Operation.QUERY, Operation.UPDATE]),
    st.booleans(),
    st.integers(1, 40),
)
def test_what_is_sent_is_read(
    text: str, default: list[str], named: list[str], operation: Operation, direct: bool, size: int
) -> None:
    """A text and its dataset come through every way of sending them as they are."""
    name = operation.value
    graphs, others = "default-graph-uri", "named-graph-uri"
    if operation is Operation.UPDATE:
        graphs, others = "using-graph-uri", "using-named-graph-uri"
    fields = [(graphs, iri) for iri in default] + [(others, iri) for iri in named]
    if direct:
        headers = {"content-type": f"application/sparql-{name}"}
        found = _read("POST", urlencode(fields).encode(), headers, _parts(text.encode(), size))
    else:
        body = urlencode([(name, text), *fields]).encode()
        found = _read("POST", b"", {"content-type": FORM}, _parts(body, size))
    expected = Dataset(tuple(default), tuple(named)) if default or named else None
    assert (found.operation, found.text, found.dataset) == (operation, text, expected)
    if operation is Operation.QUERY:
        assert _read("GET", urlencode([(name, text), *fields]).encode(), {}, []) == found


@given(st.text(min_size=201, max_size=300))
def test_too_long(text: str) -> None:
    for method, query, body in (
        ("GET", urlencode({"query": text}, errors="surrogatepass").encode(), b""),
        ("POST", b"", urlencode({"query": text}, errors="surrogatepass").encode()),
    ):
        with pytest.raises(Problem) as caught:
            _read(method, query, {"content-type": FORM} if body else {}, [body])
        assert caught.value.status in (400, 413)
