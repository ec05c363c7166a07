"""The SPARQL 1.1 Protocol (https://www.w3.org/TR/sparql11-protocol/). Cases in `cases/server/protocol.toml`."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from .serving import TOKEN, Answer, Server, bearer

CASES = Path(__file__).parents[1] / "cases" / "server"
PROTOCOL = tomllib.loads((CASES / "protocol.toml").read_text(encoding="utf-8"))
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
