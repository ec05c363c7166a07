"""Whatever a client sends, the server opens no connection: a socket listens and hears nothing."""

from __future__ import annotations

import tomllib
import urllib.request
from collections.abc import Iterator
from urllib.parse import quote

import pyoxigraph as ox
import pytest

from tests.support.attacks import TOKEN, Answer, Listener, Served, numbers, serving, write_store
from tests.support.paths import CASES

_FILE = CASES / "server" / "ssrf.toml"
CASES = tomllib.loads(_FILE.read_text(encoding="utf-8"))
NAMED = {case["name"]: case for case in CASES["case"]}
# What a refusal or an answer about local data can be; a gateway's errors (502, 504) would mean that somebody was asked.
EXPECTED = {200, 201, 204, 400, 403, 404, 406}


@pytest.fixture(scope="module")
def listener() -> Iterator[Listener]:
    found = Listener()
    yield found
    found.close()


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("ssrf") / "store"
    write_store(folder, numbers(3))
    with serving(folder, "--allow-update", workers=1) as found:
        yield found


def send(served: Served, kind: str, text: str) -> Answer:
    if kind == "query":
        return served.query(text)
    if kind == "update":
        return served.update(text)
    if kind == "get":
        return served.get(quote(text, safe="/:?&=%<>{}[]"))
    if kind == "labels":
        return served.request("POST", "/labels", text.encode(), {"Content-Type": "application/json"})
    headers = {"Content-Type": kind, "Authorization": f"Bearer {TOKEN}"}
    return served.request("PUT", "/graphs?graph=http://example.org/put", text.encode(), headers)


def test_the_listener_would_hear(listener: Listener):
    # The same socket, and the same engine without the server around it.
    with urllib.request.urlopen(f"http://127.0.0.1:{listener.port}/control") as response:
        assert response.status == 200
    ox.Store().update(f"LOAD SILENT <http://localhost:{listener.port}/control-of-the-engine>")
    heard = b"".join(listener.heard)
    assert b"/control " in heard
    assert b"/control-of-the-engine" in heard
    listener.heard.clear()


@pytest.fixture(scope="module")
def asking(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server that may ask one endpoint, which is not the listener."""
    folder = tmp_path_factory.mktemp("asking") / "store"
    write_store(folder, numbers(3))
    with serving(folder, "--allow-service", "https://sparql.example/", workers=1) as found:
        yield found


ASKED = [name for name, case in NAMED.items() if case["kind"] in ("query", "get", "labels")]


@pytest.mark.parametrize("name", ASKED)
def test_nothing_is_heard_from_a_server_that_may_ask_another(asking: Served, listener: Listener, name: str):
    case = NAMED[name]
    answer = send(asking, case["kind"], case["text"].replace("LISTENER", f"127.0.0.1:{listener.port}"))
    assert answer.status in EXPECTED, answer.body
    assert not listener.heard


def test_there_are_enough_cases():
    assert len(NAMED) == len(CASES["case"]) >= 40


@pytest.mark.parametrize("name", NAMED)
def test_nothing_is_heard(served: Served, listener: Listener, name: str):
    case = NAMED[name]
    answer = send(served, case["kind"], case["text"].replace("LISTENER", f"127.0.0.1:{listener.port}"))
    assert answer.status in EXPECTED, answer.body
    assert listener.heard == []


@pytest.mark.parametrize("host", CASES["hosts"])
def test_no_way_to_write_the_address_is_heard(served: Served, listener: Listener, host: str):
    address = f"http://{CASES['hosts'][host]}:{listener.port}/"
    assert send(served, "query", f"ASK {{ SERVICE SILENT <{address}> {{ ?s ?p ?o }} }}").status == 403
    assert send(served, "update", f"LOAD SILENT <{address}>").status == 403
    context = f'{{"@context": "{address}", "@id": "a:b", "n": "c"}}'
    assert send(served, "application/ld+json", context).status == 400
    assert listener.heard == []


@pytest.mark.parametrize("header", ["Host", "X-Forwarded-Host", "Forwarded", "Referer", "Origin", "Link"])
def test_no_header_is_followed(served: Served, listener: Listener, header: str):
    value = f"127.0.0.1:{listener.port}"
    text = f"for={value};host={value}" if header == "Forwarded" else value
    headers = {header: text, "Accept": "text/turtle"}
    assert served.request("GET", "/sparql", None, headers).status == 200
    assert listener.heard == []


def test_the_refusal_says_why(served: Served):
    answer = served.query("ASK { SERVICE <http://example.org/> {} }")
    assert answer.status == 403
    assert "network connection" in answer.json()["detail"]
