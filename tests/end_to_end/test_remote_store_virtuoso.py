"""Asking a real Virtuoso that gives 100 rows at most: what it cuts is told, and its ways are understood."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pyoxigraph as ox
import pytest

from rdfkit.endpoints.client import Remote
from rdfkit.endpoints.http.address_policy import AddressPolicy
from rdfkit.endpoints.ledger import Ledger
from rdfkit.endpoints.registry import Endpoint
from rdfkit.errors import RemoteError
from rdfkit.sparql.results import Graph, Truth
from tests.support.virtuoso import CLIENT, SERVER, virtuoso

pytestmark = pytest.mark.peers

CAP = 100
DATA = " . ".join(f"<http://ex/{number}> <http://ex/p> {number}" for number in range(3 * CAP))
PATTERN = "{ GRAPH <http://ex/g> { ?s ?p ?o } }"


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    if shutil.which(SERVER) is None or shutil.which(CLIENT) is None:
        pytest.skip("Virtuoso is not installed (Debian: virtuoso-opensource-7)")
    folder: Path = tmp_path_factory.mktemp("virtuoso")
    with virtuoso(folder / "database", folder, CAP) as running:
        running.run(f"SPARQL INSERT DATA {{ GRAPH <http://ex/g> {{ {DATA} }} }}")
        yield f"http://127.0.0.1:{running.http}/sparql"


@pytest.fixture
def remote(url: str) -> Iterator[Remote]:
    with Remote(ledger=Ledger(), policy=AddressPolicy.for_person([url])) as asking:
        yield asking


@pytest.mark.parametrize(
    ("query", "count", "complete"),
    [
        (f"SELECT * {PATTERN}", CAP, False),
        (f"SELECT * {PATTERN} LIMIT 100", CAP, True),
        (f"SELECT * {PATTERN} LIMIT 200", CAP, False),
        (f"SELECT * {PATTERN} LIMIT 99", 99, True),
        ("SELECT * { VALUES ?s { <http://ex/1> <http://ex/2> } GRAPH <http://ex/g> { ?s ?p ?o } }", 2, True),
    ],
)
def test_rows_that_it_cuts_are_told(remote: Remote, url: str, query: str, count: int, complete: bool):
    assert len(remote.select(Endpoint("", "", url), query).rows) == count
    assert remote.ledger.is_complete is complete


def test_a_graph_that_it_cuts_is_told_when_its_cap_is_known(remote: Remote, url: str):
    graph = remote.query(Endpoint("", "", url, max_rows=CAP), f"CONSTRUCT {{ ?s ?p ?o }} {PATTERN}")
    assert isinstance(graph, Graph)
    assert CAP <= len(list(graph)) < 3 * CAP
    assert not remote.ledger.is_complete


@pytest.mark.parametrize(("number", "expected"), [(5, True), (5 * CAP, False)])
def test_truth(remote: Remote, url: str, number: int, expected: bool):
    truth = remote.query(Endpoint("", "", url), f"ASK {{ ?s <http://ex/p> {number} }}")
    assert isinstance(truth, Truth)
    assert bool(truth) is expected


def test_terms_come_as_they_are(remote: Remote, url: str):
    rows = remote.select(
        Endpoint("", "", url), 'SELECT ?s ("α" AS ?t) ("z"@de AS ?l) { ?s <http://ex/p> 7 }'
    ).rows
    assert rows == [(ox.NamedNode("http://ex/7"), ox.Literal("α"), ox.Literal("z", language="de"))]


def test_an_error_in_its_words(remote: Remote, url: str):
    with pytest.raises(RemoteError, match="answers 400: Virtuoso 37000 Error SP030: SPARQL compiler, line 1"):
        remote.select(Endpoint("", "", url), "SELECT nonsense")
