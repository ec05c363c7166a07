"""The SPARQL 1.1 Protocol (https://www.w3.org/TR/sparql11-protocol/). Cases in `cases/server/protocol.toml`."""

from __future__ import annotations

import tomllib
from typing import Any
from urllib.parse import urlencode

import pytest

from tests.support.paths import CASES
from tests.support.serving import TOKEN, Answer, Server, bearer

CASE_FILES = CASES / "server"
PROTOCOL = tomllib.loads((CASE_FILES / "protocol.toml").read_text(encoding="utf-8"))
FORM = "application/x-www-form-urlencoded"
# What an answer of each kind may be without any wish of the client: section 2.1.6 of the protocol.
KINDS = {
    "boolean": {"application/sparql-results+json", "application/sparql-results+xml"},
    "rows": {
        "application/sparql-results+json", "application/sparql-results+xml", "text/csv",
        "text/tab-separated-values",
    },
    "graph": {"text/turtle", "application/n-triples", "application/rdf+xml"},
}  # fmt: skip


def _send(server: Server, said: dict[str, Any]) -> Answer:
    headers = dict(bearer(TOKEN))
    body: bytes | None = None
    if "form" in said:
        body = urlencode(list(map(tuple, said["form"]))).encode()
        headers["Content-Type"] = FORM
    elif "body" in said:
        body = said["body"].encode(said.get("charset", "utf-8"))
    if "type" in said:
        headers["Content-Type"] = said["type"]
    path = said.get("path", "/sparql")
    if "in" in said:
        path += "?" + urlencode(list(map(tuple, said["in"])))
    return server.request(said.get("method", "GET" if body is None else "POST"), path, headers, body)


@pytest.mark.parametrize("name", PROTOCOL)
def test_case(name: str, request: pytest.FixtureRequest) -> None:
    case = PROTOCOL[name]
    server: Server = request.getfixturevalue("writable" if case.get("writes") else "graphs_server")
    for said in case["requests"]:
        answer = _send(server, said)
        assert answer.status == said["status"], answer.text
        if "kind" in said:
            assert answer.media_type in KINDS[said["kind"]]
        if "boolean" in said:
            assert answer.json["boolean"] is said["boolean"]
        if answer.status >= 400:
            assert answer.media_type == "application/problem+json"
            assert answer.json["status"] == answer.status


# A client that offers HTTP/2, as Java's does with each request: RFC 9110, section 7.8, lets a server not take it.

_OFFER = "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQCAAAAAAIAAAAA\r\n"
_POST = f"POST /sparql HTTP/1.1\r\nHost: localhost\r\n{_OFFER}Content-Type: application/sparql-query\r\n"
OFFERS = {
    "without a body": f"GET /sparql?query=ASK%20%7B%7D HTTP/1.1\r\nHost: localhost\r\n{_OFFER}\r\n",
    "with a body": f"{_POST}Content-Length: 6\r\n\r\nASK {{}}",
    "of a web socket": "GET /sparql?query=ASK%20%7B%7D HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\n"
    "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
    "in chunks": f"{_POST}Transfer-Encoding: chunked\r\n\r\n3\r\nASK\r\n3\r\n {{}}\r\n0\r\n\r\n",
}


@pytest.mark.parametrize("step", [1, 7, 1000])
@pytest.mark.parametrize("name", OFFERS)
def test_offer_of_another_protocol(graphs_server: Server, name: str, step: int) -> None:
    """Twice on one connection, in parts of `step` bytes."""
    sent = OFFERS[name].encode() * 2
    with graphs_server.socket(timeout=10) as connection:
        for start in range(0, len(sent), step):
            connection.sendall(sent[start : start + step])
        received = b""
        while received.count(b'"boolean":true}') < 2:
            part = connection.recv(1 << 16)
            assert part, received
            received += part
    assert received.count(b"HTTP/1.1 200 OK") == 2


def test_broken_body_after_an_offer(graphs_server: Server) -> None:
    with graphs_server.socket(timeout=10) as connection:
        connection.sendall(f"{_POST}Transfer-Encoding: chunked\r\n\r\nnot a chunk\r\n".encode())
        assert connection.recv(1 << 16).startswith(b"HTTP/1.1 400 ")


def test_no_tunnel(graphs_server: Server) -> None:
    with graphs_server.socket(timeout=10) as connection:
        connection.sendall(b"CONNECT example.org:80 HTTP/1.1\r\nHost: example.org:80\r\n\r\n")
        answer = connection.recv(1 << 16)
    assert not answer or answer.startswith((b"HTTP/1.1 4", b"HTTP/1.1 5"))
    assert graphs_server.query("ASK {}").status == 200
