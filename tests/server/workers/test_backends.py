"""`rdfkit serve --endpoint`: the pages and the protocol on a graph that another store keeps."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pyoxigraph as ox
import pytest

from rdfkit.publishing.publish import publish, publish_graph
from rdfkit.store import Store
from tests.support.command_line import run_command
from tests.support.serving import Server, serving
from tests.support.targets import Running, running

KINDS = ["oxigraph", pytest.param("virtuoso", marks=pytest.mark.peers)]
SERVICE = "SELECT * { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }"


@pytest.fixture(scope="module", params=KINDS)
def other(
    request: pytest.FixtureRequest, seed_store: Store, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Running]:
    """Another store with the seeds."""
    with running(request.param, tmp_path_factory.mktemp("other")) as found:
        with found.open() as target:
            publish(seed_store, target)
        yield found


@pytest.fixture(scope="module")
def behind(other: Running) -> Iterator[Server]:
    """A server on that store."""
    with serving(other.endpoint, "workers=2") as found:
        yield found


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/api/search?q=il6",
        "/api/complete?q=inflammation",
        "/gene/3569",
        "/pathway/WP364",
        "/search?q=IL6",
        "/genes",
        "/.well-known/void",
        "/graphs?default&format=nt",
        "/graphs?graph=https%3A%2F%2Fwww.wikipathways.org%2Fpathways%2FWP364.html",
        "/graphs?graph=http%3A%2F%2Fexample.org%2Fnone",
    ],
)
def test_what_it_serves(path: str, behind: Server, server: Server) -> None:
    theirs, ours = behind.get(path), server.get(path)
    assert (theirs.status, theirs.media_type) == (ours.status, ours.media_type)
    if path.startswith(("/api", "/gene", "/pathway")):
        assert theirs.status == 200
        assert theirs.text == ours.text
    if "/graphs?default" in path:
        assert sorted(theirs.text.splitlines()) == sorted(ours.text.splitlines())


@pytest.mark.parametrize(
    "accept", ["text/csv", "application/sparql-results+xml", "application/sparql-results+json"]
)
def test_queries(accept: str, behind: Server, server: Server) -> None:
    for text in (
        "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }",
        "SELECT ?g (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g ORDER BY ?g",
        "ASK { ?s a wp:Pathway }",
    ):
        theirs, ours = behind.query(text, accept), server.query(text, accept)
        assert (theirs.status, theirs.media_type) == (200, ours.media_type)
        assert theirs.body.split() == ours.body.split()


def test_the_limits_are_ours(behind: Server) -> None:
    assert behind.query(SERVICE).status == 403
    assert behind.query("ASK " + "{" * 1000 + "}" * 1000).status == 403
    assert behind.query("SELECT nonsense").status == 502
    assert behind.query("SELECT nonsense", strict="true").status == 400
    assert behind.update("INSERT DATA { <http://e/s> <http://e/p> 1 }").status == 403


@pytest.mark.scale
def test_what_is_published_meanwhile_is_shown(other: Running, tmp_path: Path) -> None:
    graph = ox.NamedNode("http://example.org/new")
    text = "SELECT ?o { <http://example.org/new-s> ?p ?o }"
    with serving(other.endpoint, "workers=1") as found:
        assert found.query(text).rows == []
        triple = ox.Triple(
            ox.NamedNode("http://example.org/new-s"), ox.NamedNode("http://example.org/p"), graph
        )
        with other.open() as target:
            publish_graph([triple], graph, target)
        try:
            for _ in range(60):
                if found.query(text).rows:
                    break
                time.sleep(0.5)
            assert found.query(text).rows == [{"o": graph.value}]
        finally:
            with other.open() as target:
                publish_graph([], graph, target)


def test_bad_use(tmp_path: Path) -> None:
    for options, code in (
        (["--endpoint", "http://127.0.0.1:9/sparql"], 5),
        (["--endpoint", "http://127.0.0.1:9/sparql", "seeds"], 2),
        (["--endpoint", "nowhere"], 2),
    ):
        done = run_command("serve", *options, "--port", "0", folder=tmp_path)
        assert done.returncode == code, done.stderr
