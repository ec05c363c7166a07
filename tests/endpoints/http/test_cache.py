"""Answers that are kept: for as long as the endpoint says, and asked after with its validators."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from rdfkit.endpoints.client import Remote
from rdfkit.endpoints.http.address_policy import AddressPolicy
from rdfkit.endpoints.http.cache import Cache
from rdfkit.endpoints.ledger import Ledger
from rdfkit.endpoints.registry import Endpoint
from rdfkit.store import Store
from tests.support import faults
from tests.support.faults import Asked, Wire
from tests.support.serving import serving

QUERY = "SELECT ?x { ?x ?p ?o }"


@pytest.fixture
def server() -> Iterator[faults.Endpoint]:
    with faults.endpoint() as running:
        yield running


def ask(url: str, folder: Path | None, query: str = QUERY) -> Ledger:
    """The ledger of a query of its own, which gave one row."""
    cache = Cache(folder) if folder is not None else None
    with Remote(ledger=Ledger(), policy=AddressPolicy.for_person([url]), cache=cache) as asking:
        assert len(asking.select(Endpoint("", "", url), query).rows) == 1
        return asking.ledger


def counts(ledger: Ledger) -> tuple[int, int]:
    entry = next(iter(ledger))
    return entry.requests, entry.cached


def _tagged(wire: Wire, asked: Asked) -> None:
    if asked.headers.get("if-none-match") == 'W/"build-1"':
        wire.respond(304, ETag='W/"build-1"', Content_Length="", Content_Type="")
    else:
        wire.respond(body=faults.rows(), ETag='W/"build-1"')


def test_what_has_a_tag_is_asked_after(server: faults.Endpoint, tmp_path: Path):
    url = server.at("/tagged", _tagged)
    assert counts(ask(url, tmp_path)) == (1, 0)
    second = ask(url, tmp_path)
    assert counts(second) == (1, 1)
    assert next(iter(second)).rows == 1
    assert [asked.method for asked in server.asked] == ["GET", "GET"]


def test_what_has_a_date_is_asked_after(server: faults.Endpoint, tmp_path: Path):
    date = "Sat, 21 Nov 2026 08:00:00 GMT"

    def dated(wire: Wire, asked: Asked) -> None:
        unchanged = asked.headers.get("if-modified-since") == date
        wire.respond(304, Content_Length="") if unchanged else wire.respond(
            body=faults.rows(), Last_Modified=date
        )

    url = server.at("/dated", dated)
    ask(url, tmp_path)
    assert counts(ask(url, tmp_path)) == (1, 1)


def test_what_is_fresh_is_not_asked_for(server: faults.Endpoint, tmp_path: Path):
    url = server.at(
        "/fresh", lambda wire, _: wire.respond(body=faults.rows(), Cache_Control="public, max-age=300")
    )
    ask(url, tmp_path)
    assert counts(ask(url, tmp_path)) == (0, 1)
    assert counts(ask(url, tmp_path, QUERY + "#")) == (1, 0)
    assert len(server.asked) == 2


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Cache_Control": "max-age=0"},
        {"Cache_Control": "no-store, max-age=300"},
        {"Cache_Control": "no-cache, max-age=300"},
        {"Cache_Control": "max-age=300", "Age": "400"},
        {"ETag": '"x"', "Vary": "*"},
        {"Cache_Control": "max-age=300", "X_SPARQL_MaxRows": "10000"},
        {"Cache_Control": "max-age=soon"},
    ],
)
def test_what_may_not_be_used_is_asked_for(server: faults.Endpoint, tmp_path: Path, headers: dict[str, str]):
    url = server.at("/not-kept", lambda wire, _: wire.respond(body=faults.rows(), **headers))
    ask(url, tmp_path)
    assert counts(ask(url, tmp_path)) == (1, 0)
    assert "if-none-match" not in server.asked[-1].headers


def test_without_a_cache_nothing_is_kept_and_the_query_goes_by_post(server: faults.Endpoint):
    url = server.at("/tagged", _tagged)
    ask(url, None)
    ask(url, None)
    assert [asked.method for asked in server.asked] == ["POST", "POST"]


def test_a_query_too_long_for_an_address_goes_by_post(server: faults.Endpoint, tmp_path: Path):
    url = server.at("/tagged", _tagged)
    ask(url, tmp_path, QUERY + "#" * 6000)
    assert server.asked[-1].method == "POST"


@pytest.mark.parametrize(
    "damage", [b"", b"{", b"[]", b"{}", b'{"since": 1}', b'{"since": "x", "body": 5}', b"\xff\xff"]
)
def test_a_file_that_is_damaged_counts_as_not_there(server: faults.Endpoint, tmp_path: Path, damage: bytes):
    url = server.at("/tagged", _tagged)
    ask(url, tmp_path)
    (file,) = tmp_path.iterdir()
    file.write_bytes(damage)
    assert counts(ask(url, tmp_path)) == (1, 0)
    assert json.loads(file.read_bytes())["endpoint"] == url


def test_our_own_server_says_that_nothing_has_changed(seed_store: Store, tmp_path: Path):
    assert seed_store.path is not None
    with serving(seed_store.path, "workers=1") as running:
        url = running.url + "/sparql"
        query = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
        assert counts(ask(url, tmp_path, query)) == (1, 0)
        assert counts(ask(url, tmp_path, query)) == (1, 1)
