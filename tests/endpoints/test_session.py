"""Federated queries over real HTTP: from the command line, from Python, and through our own server to another."""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pyoxigraph as ox
import pytest

from rdfkit.endpoints.federation import Options
from rdfkit.endpoints.federation.planner import correlated
from rdfkit.endpoints.session import Network
from rdfkit.errors import FederationError, QueryRefusedError, RemoteError
from rdfkit.sparql.parser import read_groups
from rdfkit.sparql.results import Rows
from rdfkit.store import Store, open_store
from tests.support.command_line import Done, run_command
from tests.support.federated_queries import ENDPOINTS, Case, node, random_query, random_triples
from tests.support.serving import Server, serving
from tests.support.stores import new_build

_KEYS = 120
_QUERY = (
    "PREFIX e: <http://example.org/> SELECT ?s ?v {{ ?s e:p ?k SERVICE <{}> {{ ?k e:q ?v }} }} ORDER BY ?v"
)


def _write(folder: Path, triples: list[ox.Triple]) -> Path:
    with new_build(folder) as stage:
        stage.load(ox.Quad(*triple, node("graph")) for triple in triples)
        stage.commit({})
    return folder


@pytest.fixture(scope="module")
def local(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("local") / "store"
    return _write(folder, [ox.Triple(node(f"s{n}"), node("p"), node(f"k{n}")) for n in range(_KEYS)])


@pytest.fixture(scope="module")
def remote(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("remote") / "store"
    values = [ox.Triple(node(f"k{n}"), node("q"), ox.Literal(n)) for n in range(0, _KEYS, 2)]
    with serving(_write(folder, values), "workers=2") as running:
        yield running


@pytest.fixture
def store(local: Path) -> Iterator[Store]:
    with open_store(local) as opened:
        yield opened


def _rdfkit(*arguments: str, expect: int = 0) -> Done:
    done = run_command(*arguments)
    assert done.returncode == expect, done.stderr
    return done


def _endpoint(server: Server) -> str:
    return f"{server.url}/sparql"


def test_the_answer_has_a_ledger(store: Store, remote: Server) -> None:
    answer = Network().federate(store, _QUERY.format(_endpoint(remote)))
    assert isinstance(answer, Rows)
    assert [row["v"] for row in answer] == list(range(0, _KEYS, 2))
    assert answer.ledger is not None
    (entry,) = answer.ledger
    assert (entry.url, entry.requests, entry.rows, entry.complete) == (_endpoint(remote), 3, 60, True)


def test_the_command_line_asks_nobody_unless_told(local: Path, remote: Server, tmp_path: Path) -> None:
    query = _QUERY.format(_endpoint(remote))
    refused = _rdfkit("query", query, "--store", str(local), expect=2)
    assert "SERVICE is refused" in refused.stderr
    assert "--federate" in refused.stderr
    plan = _rdfkit("query", query, "--store", str(local), "--explain").stdout
    assert "120 of ?k: 3 requests" in plan
    assert all(entry["path"] == "/health" for entry in remote.log() if entry["path"] != "/sparql")
    ledger = tmp_path / "ledger.json"
    done = _rdfkit("query", query, "--store", str(local), "--federate", "--ledger", str(ledger))
    assert len(done.stdout.splitlines()) == 61
    assert "3 requests, 60 rows" in done.stderr
    assert json.loads(ledger.read_text())["complete"] is True


def test_a_whole_query_goes_to_an_endpoint(remote: Server) -> None:
    asked = ("query", "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }", "--endpoint", _endpoint(remote))
    assert _rdfkit(*asked).stdout.split() == ["n", "60"]
    nobody = _rdfkit("query", "ASK {}", "--endpoint", "http://127.0.0.1:9/sparql", expect=5)
    assert "cannot be reached" in nobody.stderr
    assert "no endpoint is named" in _rdfkit("query", "ASK {}", "--endpoint", "wikidota", expect=2).stderr


def test_what_was_recorded_can_be_asked_again_without_a_connection(
    local: Path, remote: Server, tmp_path: Path
) -> None:
    query = ("query", _QUERY.format(_endpoint(remote)), "--store", str(local), "--federate")
    first = _rdfkit(*query, "--record", str(tmp_path / "tape"))
    before = len(remote.log())
    again = _rdfkit(*query, "--replay", str(tmp_path / "tape"))
    assert again.stdout == first.stdout
    assert len(remote.log()) == before
    assert "3 replayed" in again.stderr


def test_an_answer_that_must_be_complete_and_is_not(store: Store, tmp_path: Path) -> None:
    query = _QUERY.replace("SERVICE", "SERVICE SILENT").format("http://127.0.0.1:9/sparql")
    answer = Network().federate(store, query)
    assert answer.ledger is not None
    assert not answer.ledger.is_complete
    with pytest.raises(FederationError, match="not complete"):
        Network(complete_only=True).federate(store, query)
    with pytest.raises(RemoteError, match="cannot be reached"):
        Network().federate(store, _QUERY.format("http://127.0.0.1:9/sparql"))


def test_only_what_is_allowed_is_asked(store: Store, remote: Server) -> None:
    network = Network(allowed=("wikidata",))
    with pytest.raises(QueryRefusedError, match="may not be asked"):
        network.federate(store, _QUERY.format(_endpoint(remote)))


def test_an_endpoint_that_only_the_data_name_has_to_be_public(remote: Server) -> None:
    triples = [
        ox.Triple(node("s"), node("at"), ox.NamedNode(_endpoint(remote))),
        ox.Triple(node("s"), node("p"), node("k0")),
    ]
    local = Store.from_quads(ox.Quad(*triple, node("graph")) for triple in triples)
    before = len(remote.log())
    query = "PREFIX e: <http://example.org/> SELECT * { ?s e:at ?e ; e:p ?k SERVICE ?e { ?k e:q ?v } }"
    with pytest.raises(RemoteError, match="not a public address"):
        Network().federate(local, query)
    assert len(remote.log()) == before


@pytest.fixture(scope="module")
def asking(local: Path, remote: Server) -> Iterator[Server]:
    """Our server, which may ask the other one."""
    with serving(local, "workers=2", "time_limit=10", services=(_endpoint(remote),)) as running:
        yield running


def test_a_server_asks_what_it_may_and_says_so(asking: Server, remote: Server) -> None:
    answer = asking.query(_QUERY.format(_endpoint(remote)))
    assert [int(row["v"]) for row in answer.rows] == list(range(0, _KEYS, 2))
    ledger = json.loads(answer.headers["rdfkit-ledger"])
    assert ledger["complete"] is True
    assert ledger["endpoints"][0]["requests"] == 3
    assert "etag" not in answer.headers


@pytest.mark.parametrize(
    "address", ["http://127.0.0.1:9/sparql", "http://169.254.169.254/", "http://[::1]:9/"]
)
def test_a_server_asks_nobody_else(asking: Server, address: str) -> None:
    answer = asking.query(_QUERY.format(address))
    assert answer.status == 403
    assert answer.json["parameter"] == "service"
    silent = asking.query(_QUERY.replace("SERVICE", "SERVICE SILENT").format(address))
    assert silent.status == 403


def test_a_server_says_when_the_other_fails(asking: Server, remote: Server) -> None:
    # There is nothing at this address of an allowed origin.
    wrong = asking.query(_QUERY.format(f"{remote.url}/nothing"))
    assert wrong.status == 502
    assert "404" in wrong.json["detail"]
    assert asking.query("ASK {}").status == 200


@pytest.mark.parametrize("count", [10, pytest.param(100, marks=pytest.mark.scale)])
def test_random_queries_give_the_same_over_http(tmp_path: Path, count: int) -> None:
    chance = random.Random(11)
    data = [random_triples(chance, 9) for _ in range(3)]
    one, two = (
        _write(tmp_path / name, triples) for name, triples in zip(("one", "two"), data[1:], strict=True)
    )
    local = Store.from_quads(ox.Quad(*triple, node("graph")) for triple in data[0])
    tested = 0
    with serving(one, "workers=1") as first, serving(two, "workers=1") as second:
        addresses = dict(zip(ENDPOINTS, (_endpoint(first), _endpoint(second)), strict=True))
        while tested < count:
            query = random_query(chance)
            case = Case(query, data[0], dict(zip(ENDPOINTS, data[1:], strict=True)))
            text, reference = case.reference()
            try:
                solutions = reference.query(text)
            except SyntaxError:
                continue
            if "SERVICE" not in query or correlated(read_groups(query)) is not None:
                continue
            for name, address in addresses.items():
                query = query.replace(f"<{name}>", f"<{address}>")
            names = [variable.value for variable in solutions.variables]
            expected = Counter(tuple(str(row[name]) for name in names) for row in solutions)
            answer = Network(options=Options(block=2, smallest_block=1)).federate(local, query)
            assert isinstance(answer, Rows)
            assert Counter(tuple(str(row[name]) for name in names) for row in answer.terms()) == expected, (
                query
            )
            tested += 1


def test_endpoints_are_listed_and_checked(remote: Server, tmp_path: Path) -> None:
    listed = _rdfkit("endpoints").stdout
    assert "wikidata" in listed
    assert "uniprot" in listed
    registry = tmp_path / "mine.toml"
    registry.write_text(f'[mine]\ntitle = "Mine"\nurl = "{_endpoint(remote)}"\n', encoding="utf-8")
    checked = _rdfkit("endpoints", "check", "mine", "--endpoints", str(registry))
    assert "query: yes; description: yes" in checked.stdout
