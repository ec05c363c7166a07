"""How answers come: cached by build, compressed, in parts, and never cut without a sign."""

from __future__ import annotations

import gzip
import http.client
import json
import re
import time
import zlib
from collections.abc import Iterator
from email.utils import parsedate_to_datetime
from pathlib import Path
from urllib.parse import quote

import pytest
import zstandard

from rdfkit.store import updates
from tests.support.servers import write_graphs
from tests.support.serving import JSON, Answer, Server, serving

ALL = "SELECT * { ?s ?p ?o } ORDER BY ?s ?p ?o"
# More rows than any limit here: each with each, numbered so that none of them is equal to another.
FLOOD = "SELECT ?a ?b { { SELECT (STR(?x) AS ?a) { ?x ?y ?z } } { SELECT (STR(?z) AS ?b) { ?x ?y ?z } } }"


def _path(query: str) -> str:
    return f"/sparql?query={quote(query)}"


# Caching


def test_validators(server: Server) -> None:
    answer = server.query(ALL)
    assert answer.headers["etag"].startswith(('"', 'W/"'))
    built = parsedate_to_datetime(answer.headers["last-modified"])
    assert built.isoformat()[:19] == server.health()["built"][:19]
    assert answer.headers["cache-control"] == "no-cache"


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_not_modified(server: Server, method: str) -> None:
    first = server.get(_path(ALL), accept=JSON)
    tag, built = first.headers["etag"], first.headers["last-modified"]
    for headers in (
        {"If-None-Match": tag},
        {"If-None-Match": f'"other", {tag}'},
        {"If-None-Match": "*"},
        {"If-Modified-Since": built},
        # The tag counts for more than the time: RFC 9110, section 13.1.3.
        {"If-None-Match": tag, "If-Modified-Since": "Thu, 01 Jan 1970 00:00:00 GMT"},
    ):
        answer = server.request(method, _path(ALL), {"Accept": JSON, **headers})
        assert (answer.status, answer.body) == (304, b"")
        assert answer.headers["etag"] == tag
        assert "accept" in answer.headers["vary"].lower()


# Nobody is at this port.
_NOBODY = "http://127.0.0.1:9/sparql"


@pytest.fixture(scope="module")
def asking(store_folder: Path) -> Iterator[Server]:
    """A server that may ask an endpoint."""
    with serving(store_folder, "workers=1", services=(_NOBODY,)) as running:
        yield running


@pytest.mark.parametrize("accept", [JSON, "text/html"])
def test_what_other_endpoints_say_is_not_cached(asking: Server, accept: str) -> None:
    local, federated = (
        asking.query(f"SELECT * {{ VALUES ?n {{ 1 }} {clause} }}", accept=accept)
        for clause in ("", f"SERVICE SILENT <{_NOBODY}> {{ ?s ?p ?o }}")
    )
    assert (local.status, federated.status) == (200, 200)
    assert "etag" in local.headers
    assert "etag" not in federated.headers
    assert federated.headers["cache-control"] == "no-store"


def test_modified(server: Server) -> None:
    first = server.get(_path(ALL), accept=JSON)
    built = first.headers["last-modified"]
    for headers in (
        {"If-None-Match": '"other"'},
        {"If-None-Match": '"other"', "If-Modified-Since": built},
        {"If-Modified-Since": "Thu, 01 Jan 1970 00:00:00 GMT"},
        {"If-Modified-Since": "no date at all"},
    ):
        answer = server.request("GET", _path(ALL), {"Accept": JSON, **headers})
        assert (answer.status, answer.body) == (200, first.body)


def test_tag_is_of_one_representation(server: Server) -> None:
    """Of another format, coding, query or path the tag is another one."""
    answers = [
        server.get(_path(ALL), accept=JSON),
        server.get(_path(ALL), accept="text/csv"),
        server.get(_path(ALL), accept=JSON, Accept_Encoding="gzip"),
        server.get(_path("ASK {}"), accept=JSON),
        server.get(_path(ALL) + "&format=xml", accept=JSON),
        server.get("/graphs?default", accept=JSON + ", */*;q=0.1"),
    ]
    tags = [answer.headers["etag"] for answer in answers]
    assert len(set(tags)) == len(tags)


@pytest.mark.parametrize("function", ["NOW()", "RAND()", "UUID()", "STRUUID()"])
def test_what_changes_is_not_kept(server: Server, function: str) -> None:
    answer = server.query(f"SELECT ({function} AS ?x) {{}}")
    assert "etag" not in answer.headers
    assert answer.headers["cache-control"] == "no-store"


def test_posted_queries_and_problems_are_not_kept(server: Server) -> None:
    for answer in (server.query(ALL, method="POST"), server.query("ASK {")):
        assert "etag" not in answer.headers
        assert answer.headers["cache-control"] == "no-store"


def test_new_build_has_a_new_tag(writable: Server) -> None:
    first = writable.get(_path(ALL), accept=JSON)
    assert writable.update("INSERT DATA { <urn:a> <urn:b> 'new' }").status == 204
    answer = writable.get(_path(ALL), accept=JSON, If_None_Match=first.headers["etag"])
    assert answer.status == 200
    assert answer.headers["etag"] != first.headers["etag"]
    assert b"new" in answer.body


# Compression


def _plain(answer: Answer) -> bytes:
    coding = answer.headers.get("content-encoding")
    if coding == "gzip":
        return gzip.decompress(answer.body)
    if coding == "zstd":
        return zstandard.ZstdDecompressor().decompressobj().decompress(answer.body)
    assert coding is None
    return answer.body


@pytest.mark.parametrize(
    ("accept", "coding"),
    [
        ("gzip", "gzip"),
        ("zstd", "zstd"),
        ("gzip, deflate, br, zstd", "zstd"),
        ("gzip;q=1.0, zstd;q=0.5", "gzip"),
        ("*", "zstd"),
        ("*;q=0", None),
        ("identity", None),
        ("br", None),
        ("gzip;q=0", None),
        ("GZIP", "gzip"),
        ("", None),
    ],
)
@pytest.mark.parametrize("query", [ALL, FLOOD + " LIMIT 20000"], ids=["small", "in parts"])
def test_compression(server: Server, accept: str, coding: str | None, query: str) -> None:
    plain = server.query(query)
    answer = server.get(_path(query), accept=JSON, Accept_Encoding=accept)
    assert answer.status == 200
    assert answer.headers.get("content-encoding") == coding
    assert "accept-encoding" in answer.headers["vary"].lower()
    assert _plain(answer) == plain.body
    if coding is not None:
        assert len(answer.body) < len(plain.body) / 3


def test_little_is_not_compressed(server: Server) -> None:
    answer = server.get(_path("ASK {}"), accept=JSON, Accept_Encoding="gzip")
    assert "content-encoding" not in answer.headers
    assert answer.json["boolean"] is True


# Limits


def _raw(server: Server, query: str, headers: str = "") -> tuple[bytes, bytes]:
    """The head and the body of an answer as they come over the wire, until the server closes the connection."""
    with server.socket(timeout=30) as connection:
        connection.sendall(
            f"GET {_path(query)} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{headers}\r\n".encode()
        )
        parts = []
        try:
            while part := connection.recv(1 << 16):
                parts.append(part)
        except ConnectionResetError:
            pass
    head, _, body = b"".join(parts).partition(b"\r\n\r\n")
    return head, body


def _chunks(body: bytes) -> Iterator[bytes]:
    """The chunks of a chunked body, with the empty one at its end if it has one: RFC 9112, section 7.1."""
    while found := re.match(rb"([0-9a-fA-F]+)\r\n", body):
        size, start = int(found[1], 16), found.end()
        yield body[start : start + size]
        body = body[start + size + 2 :]


ACCEPTS = [
    "application/sparql-results+json",
    "application/sparql-results+xml",
    "text/csv",
    "text/tab-separated-values",
]


@pytest.mark.parametrize("accept", ACCEPTS)
def test_whole_answer_in_parts_ends_as_it_should(tight: Server, accept: str) -> None:
    head, body = _raw(tight, FLOOD + " LIMIT 1000", f"Accept: {accept}\r\n")
    assert head.startswith(b"HTTP/1.1 200 ")
    assert b"transfer-encoding: chunked" in head.lower()
    assert list(_chunks(body))[-1] == b""
    assert body.endswith(b"0\r\n\r\n")


@pytest.mark.parametrize("coding", ["identity", "gzip", "zstd"])
@pytest.mark.parametrize("accept", ACCEPTS)
@pytest.mark.parametrize(
    "query",
    [FLOOD, FLOOD.replace("(STR(?x) AS", "(CONCAT(STR(?x), STR(?y), STR(?x), STR(?y), STR(?x)) AS")],
    ids=["rows", "bytes"],
)
def test_cut_answer_is_visibly_broken_off(tight: Server, query: str, accept: str, coding: str) -> None:
    head, body = _raw(tight, query, f"Accept: {accept}\r\nAccept-Encoding: {coding}\r\n")
    if head.startswith(b"HTTP/1.1 422 "):
        # Nothing had been sent yet.
        assert json.loads(body)["type"] == "urn:rdfkit:problem:answer-too-large"
        return
    assert head.startswith(b"HTTP/1.1 200 ")
    assert b"content-length" not in head.lower()
    assert not body.endswith(b"0\r\n\r\n")
    chunks = list(_chunks(body))
    assert b"" not in chunks
    if coding == "identity" and "json" in accept:
        with pytest.raises(ValueError, match=r".*"):
            json.loads(b"".join(chunks))
    if coding == "gzip":
        unpacking = zlib.decompressobj(16 + zlib.MAX_WBITS)
        unpacking.decompress(b"".join(chunks))
        assert not unpacking.eof


def test_cut_answer_is_an_error_to_a_client(tight: Server) -> None:
    with pytest.raises(http.client.IncompleteRead):
        tight.query(FLOOD)
    assert tight.log()[-1]["problem"] == "answer-too-large"


@pytest.mark.parametrize("accept", ["text/csv", "text/tab-separated-values"])
def test_too_many_small_rows_are_an_error_from_the_start(tight: Server, accept: str) -> None:
    """2,001 rows of two bytes do not fill the part that is held back."""
    query = "SELECT (1 AS ?n) { ?a ?b ?c . ?d ?e ?f }"
    assert tight.query(query + " LIMIT 2000", accept=accept).status == 200
    answer = tight.query(query + " LIMIT 2001", accept=accept)
    assert (answer.status, answer.json["expected"]) == (422, "2000 rows at most")
    assert answer.json["type"] == "urn:rdfkit:problem:answer-too-large"


def test_triples_are_counted_too(tight: Server) -> None:
    query = "CONSTRUCT { ?a <urn:p> ?f } WHERE { ?a ?b ?c . ?d ?e ?f }"
    assert tight.query(query + " LIMIT 1000", accept="text/turtle").status == 200
    head, body = _raw(tight, query, "Accept: application/n-triples\r\n")
    assert head.startswith(b"HTTP/1.1 422 ") or not body.endswith(b"0\r\n\r\n")


@pytest.mark.parametrize(
    ("query", "status", "kind"),
    [
        ("#" * 4097, 413, "query-too-long"),
        ("ASK {" * 9 + "}" * 9, 403, "query-refused"),
        ("ASK {" + "OPTIONAL { ?s ?p ?o }" * 5 + "}", 403, "query-refused"),
        ("ASK {" + "?s ?p ?o ." * 17 + "}", 403, "query-refused"),
        ("ASK { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }", 403, "query-refused"),
    ],
)
def test_refused_before_it_runs(tight: Server, query: str, status: int, kind: str) -> None:
    for method in ("GET", "POST"):
        answer = tight.query(query, method=method)
        assert (answer.status, answer.json["type"]) == (status, f"urn:rdfkit:problem:{kind}")
    direct = tight.request("POST", "/sparql", {"Content-Type": "application/sparql-query"}, query)
    assert direct.status == status


def test_large_body_is_refused_while_it_comes(tight: Server) -> None:
    """Nobody has to read a gigabyte to refuse it."""
    with tight.socket(timeout=10) as connection:
        connection.sendall(
            b"POST /sparql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/sparql-query\r\n"
            b"Transfer-Encoding: chunked\r\n\r\n"
            + b"1000\r\n"
            + b"#" * 4096
            + b"\r\n"
            + b"10\r\n"
            + b"#" * 16
            + b"\r\n"
        )
        assert connection.recv(1 << 16).startswith(b"HTTP/1.1 413 ")


@pytest.mark.parametrize("coding", ["gzip", "br"])
def test_compressed_request_is_refused(server: Server, coding: str) -> None:
    headers = {"Content-Type": "application/sparql-query", "Content-Encoding": coding}
    answer = server.request("POST", "/sparql", headers, gzip.compress(b"ASK {}"))
    assert answer.status == 415


def test_safe_headers(server: Server) -> None:
    for path in (
        "/sparql",
        _path("ASK {}"),
        _path("ASK {"),
        "/health",
        "/metrics",
        "/graphs?default",
        "/nothing",
    ):
        headers = server.get(path, accept="*/*").headers
        assert headers["x-content-type-options"] == "nosniff"
        assert "frame-ancestors 'none'" in headers["content-security-policy"]


# Reload


def test_build_from_elsewhere_is_picked_up(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("reload") / "store"
    write_graphs(folder)
    with serving(folder, "workers=1", "reload_interval=0.05") as running:
        before = running.health()["build"]
        updates.update(folder, "INSERT DATA { <urn:a> <urn:b> 'later' }")
        deadline = time.monotonic() + 20
        while running.health()["build"] == before and time.monotonic() < deadline:
            time.sleep(0.02)
        assert running.query("ASK { ?s ?p 'later' }").json["boolean"] is True
