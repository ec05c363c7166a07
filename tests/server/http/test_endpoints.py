"""OPTIONS and 405 name the methods that an address really has: RFC 9110, sections 9.3.7 and 15.5.6."""

from __future__ import annotations

import pytest

from tests.support.serving import Server

_READING = {"GET", "HEAD", "OPTIONS"}
_ADDRESSES = {
    "/sparql": _READING | {"POST"},
    "/graphs?default": _READING,
    "/.well-known/void": _READING,
    "/openapi.json": _READING,
    "/health": _READING,
    "/metrics": _READING,
    "/": _READING,
    "/gene/3569": _READING,
    "/queries.json": _READING,
    "/labels": {"POST", "OPTIONS"},
}


@pytest.mark.parametrize("method", ["OPTIONS", "PATCH"])
@pytest.mark.parametrize("path", _ADDRESSES)
def test_methods(server: Server, path: str, method: str) -> None:
    answer = server.request(method, path)
    assert answer.status == (204 if method == "OPTIONS" else 405)
    assert set(answer.headers["allow"].split(", ")) == _ADDRESSES[path]


@pytest.mark.parametrize("path", _ADDRESSES)
def test_what_is_named_is_there(server: Server, path: str) -> None:
    for method in ("GET", "HEAD", "POST"):
        # What could write, and here may not, says so: 403.
        refused = server.request(method, path, body=b"[]").status in (403, 405)
        assert refused == (method not in _ADDRESSES[path])


def test_a_server_with_updates_can_write_graphs(writable: Server) -> None:
    answer = writable.request("OPTIONS", "/graphs?default")
    assert set(answer.headers["allow"].split(", ")) == _READING | {"PUT", "POST", "DELETE"}
