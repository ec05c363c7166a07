"""A store goes into another one, whole, and later what has changed; real stores, over HTTP.

In the default suite this is Oxigraph's server. Our own, of which each update is a build, is among what takes long.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pyoxigraph as ox
import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

import rdfkit
from rdfkit.endpoints.auth import Credentials
from rdfkit.endpoints.publication import HIDDEN, MERGED
from rdfkit.endpoints.remote_store import open_endpoint
from rdfkit.errors import PublishError, RemoteError, StoreError
from rdfkit.publishing.publish import Publication, publish, publish_graph
from rdfkit.publishing.targets import Target, find_kind, store_kinds
from rdfkit.store import Store
from tests.support.command_line import Done, run_command
from tests.support.examples import share_of_examples
from tests.support.paths import SEEDS
from tests.support.targets import Running, running

PEERS = [pytest.param(kind, marks=pytest.mark.peers) for kind in ("virtuoso", "virtuoso-loader")]
KINDS = ["oxigraph", *PEERS]
OURS = pytest.param("rdfkit", marks=pytest.mark.scale)
E = "http://example.org/"


@pytest.fixture(params=KINDS)
def other(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Running]:
    """An empty store of another kind."""
    with running(request.param, tmp_path / "other") as found:
        yield found


def store_of(*lines: str) -> Store:
    """A store with quads like `1 s p o`: graph, subject, predicate, object."""
    return Store.from_quads(ox.Quad(*map(_node, [*line.split()[1:], line.split()[0]])) for line in lines)


def _node(name: str) -> ox.NamedNode:
    return ox.NamedNode(E + name)


def send(store: Store, other: Running, make: type[Target] = Target) -> Publication:
    with other.open(make) as target:
        return publish(store, target, loader=other.loader)


def check_same(store: Store, other: Running) -> None:
    """The other store has the graphs of the store, and each triple once as its default graph."""
    with open_endpoint(other.endpoint) as there:
        assert Counter(map(str, there.quads())) == Counter(map(str, store.quads()))
        assert Counter(map(str, there.triples())) == Counter(map(str, store.triples()))
        assert {graph.value for graph in there.graphs()} == {graph.value for graph in store.graphs()}
        assert len(there) == len(store)


def numbers(done: Publication) -> tuple[int, int, int]:
    assert done.missing == ()
    return done.sent, done.deleted, done.unchanged


@pytest.mark.parametrize("other", [OURS, *KINDS], indirect=True)
def test_only_what_has_changed_is_sent(other: Running) -> None:
    first = store_of("1 s p o", "2 s p o", "2 s p o2", "3 s p o3", "4 a b c")
    assert numbers(send(first, other)) == (4, 0, 0)
    check_same(first, other)
    assert numbers(send(first, other)) == (0, 0, 4)
    # What two graphs say stays when one of them is gone; what only one says goes with it, also when it comes elsewhere.
    second = store_of("1 s p o5", "2 s p o", "2 s p o2", "4 a b c", "5 s p o3", "5 x y z")
    assert numbers(send(second, other)) == (2, 1, 2)
    check_same(second, other)
    third = store_of("2 s p o2")
    assert numbers(send(third, other)) == (1, 3, 0)
    check_same(third, other)


def test_what_somebody_else_has_changed_is_sent_again(other: Running) -> None:
    store = store_of("1 s p o", "2 s p o2")
    send(store, other)
    with other.open() as target:
        target.add(E + "1", f"<{E}s> <{E}p> <{E}intruder> .\n".encode())
    assert numbers(send(store, other)) == (1, 0, 1)
    check_same(store, other)
    with other.open() as target:
        target.delete(MERGED.value)
        target.delete(E + "2")
    assert numbers(send(store, other)) == (1, 0, 1)
    check_same(store, other)


def test_what_was_not_published_stays(other: Running) -> None:
    with other.open() as target:
        target.put(E + "theirs", f"<{E}x> <{E}y> <{E}z> .\n".encode())
    for store in (store_of("1 s p o"), store_of("2 s p o")):
        send(store, other)
        check_same(store, other)
    with open_endpoint(other.endpoint) as there:
        assert there.has(None, None, _node("z"), _node("theirs"))
        assert not there.has(None, None, _node("z"))


class Failing(Target):
    """A target that cannot be reached after some requests."""

    left = 0

    def _send(self, method: str, url: str, media_type: str | None, body: bytes | None) -> None:
        if type(self).left <= 0:
            raise RemoteError.of("connection", url, "cannot be reached")
        type(self).left -= 1
        super()._send(method, url, media_type, body)


FIRST = store_of("1 s p o", "1 s p o1", "2 s p o", "2 s p o2", "3 s p o3")
SECOND = store_of("1 s p o", "2 s p o2", "2 s p o4", "4 s p o3")


def test_what_broke_off_is_taken_up(other: Running) -> None:
    """After any number of requests; also when the store has become another one meanwhile."""
    there, next_one = FIRST, SECOND
    send(there, other)
    broken = 0
    for left in range(30):
        Failing.left = left
        try:
            send(next_one, other, Failing)
        except RemoteError:
            broken += 1
        if left % 3:
            there, next_one = next_one, there
        assert send(there, other).missing == ()
        check_same(there, other)
    assert broken > 7


QUADS = st.tuples(st.integers(1, 4), st.integers(0, 1), st.integers(0, 3)).map(
    lambda each: f"{each[0]} s p{each[1]} o{each[2]}"
)


@share_of_examples(0.4, HealthCheck.function_scoped_fixture, HealthCheck.too_slow)
@given(stores=st.lists(st.tuples(st.sets(QUADS, max_size=8), st.none() | st.integers(0, 12)), max_size=6))
def test_any_sequence_of_stores(other: Running, stores: list[tuple[set[str], int | None]]) -> None:
    """Stores that share triples between their graphs, sent one after the other, some of them not to their end."""
    for lines, left in stores:
        store = store_of(*lines)
        if left is None:
            assert send(store, other).missing == ()
            check_same(store, other)
        else:
            Failing.left = left
            with suppress(RemoteError):
                send(store, other, Failing)
    last = store_of("1 s p o", "9 s p o")
    assert send(last, other).missing == ()
    check_same(last, other)


def test_half_of_it_is_not_shown(other: Running) -> None:
    Failing.left = 3
    with pytest.raises(RemoteError):
        send(FIRST, other, Failing)
    with pytest.raises(StoreError, match="not whole"):
        open_endpoint(other.endpoint)
    send(FIRST, other)
    check_same(FIRST, other)


def test_many_graphs_and_terms_of_all_kinds(other: Running) -> None:
    terms = [
        ox.Literal("a \"quote\", a \\ and\na line\tä 𝔸 '''"),
        ox.Literal("x", language="en-GB"),
        ox.Literal("2020-01-02", datatype=ox.NamedNode("http://www.w3.org/2001/XMLSchema#date")),
        ox.Literal("1999", datatype=ox.NamedNode("http://www.w3.org/2001/XMLSchema#gYear")),
        ox.Literal(7),
        ox.NamedNode("http://example.org/a%20b?c=d&e=é#f"),
    ]
    store = Store.from_quads(
        ox.Quad(_node(f"s{number % 50}"), _node("p"), terms[number % len(terms)], _node(f"graph/{number}"))
        for number in range(230)
    )
    send(store, other)
    check_same(store, other)


def test_the_library_gives_the_same_answers(other: Running, seed_store: Store) -> None:
    assert numbers(send(seed_store, other))[0] == len(list(seed_store.graphs()))
    check_same(seed_store, other)
    with open_endpoint(other.endpoint) as there:
        assert there.metadata["reconciliation"] == seed_store.metadata["reconciliation"]
        for name, query in rdfkit.library().items():
            if not query.is_federated:
                text = rdfkit.bind(query, {})
                assert _rounded(there, text) == _rounded(seed_store, text), name


def _rounded(store: Store, text: str) -> Counter[tuple[str, ...]]:
    """The rows; numbers to nine digits, since decimals have as many as a store likes."""
    answer = store.query(text)
    assert isinstance(answer, rdfkit.Rows)
    return Counter(
        tuple(f"{value:.9g}" if isinstance(value, float) else str(value) for value in row.values())
        for row in answer
    )


def test_one_graph(other: Running) -> None:
    send(FIRST, other)
    links = [ox.Triple(_node("s"), _node("p"), _node("o")), ox.Triple(_node("s"), _node("link"), _node("t"))]
    for triples in (links, links[:1], []):
        with other.open() as target:
            assert publish_graph(triples, _node("links"), target).missing == ()
        quads = [ox.Quad(each.subject, each.predicate, each.object, _node("links")) for each in triples]
        check_same(Store.from_quads([*FIRST.quads(), *quads]), other)


@pytest.mark.parametrize("other", ["rdfkit", *PEERS[:1]], indirect=True)
def test_a_wrong_token_or_password_is_told(other: Running) -> None:
    wrong = Credentials(token="x" * 40) if other.credentials.token else Credentials(user="dba", password="no")
    with Target(find_kind(other.method), other.url, wrong) as target, pytest.raises(RemoteError, match="401"):
        target.put(E + "1", b"")


def test_nobody_answers() -> None:
    with (
        Target(find_kind("virtuoso"), "http://127.0.0.1:9", Credentials()) as target,
        pytest.raises(RemoteError, match="cannot be reached"),
    ):
        publish(FIRST, target)


def test_kinds() -> None:
    with pytest.raises(PublishError, match='no kind of store is named "mysql"'):
        find_kind("mysql")
    with pytest.raises(PublishError, match="where is it asked"):
        Target(find_kind("gsp"), "http://localhost/data", Credentials())
    for kind in store_kinds().values():
        with Target(kind, "http://localhost/x/", Credentials(), "http://localhost/sparql") as target:
            assert "//x" not in target.graphs_url + target.update_url


def test_hidden_graphs_are_no_graphs(other: Running) -> None:
    send(FIRST, other)
    with open_endpoint(other.endpoint) as there:
        assert not any(there.has_graph(ox.NamedNode(name)) for name in HIDDEN)
        found = {row["g"] for row in there.query("SELECT DISTINCT ?g { GRAPH ?g { ?s ?p ?o } }").fetch()}  # type: ignore[union-attr]
        assert found == {graph.value for graph in FIRST.graphs()}


def _rdfkit(*arguments: str, expect: int = 0) -> Done:
    done = run_command(*arguments, environment={"RDFKIT_TOKEN": "", "RDFKIT_PASSWORD": ""})
    assert done.returncode == expect, done.stderr
    return done


@pytest.mark.parametrize("other", [OURS, "oxigraph"], indirect=True)
def test_the_command_line(other: Running, tmp_path: Path) -> None:
    store = tmp_path / "store"
    rdfkit.build([SEEDS], store)
    to: tuple[str, ...] = ("--to", other.url, "--method", other.method)
    if other.credentials.token:
        secret = tmp_path / "token"
        secret.write_text(f"{other.credentials.token}\n")
        to = (*to, "--token-file", str(secret))
    first = _rdfkit("publish", "--store", str(store), *to).stdout
    assert "sent       14 graphs" in first
    assert "missing    nothing" in first
    assert "unchanged  14 graphs" in _rdfkit("publish", "--store", str(store), *to).stdout
    at = ("--endpoint", other.endpoint)
    here = ("--store", str(store))
    for command in (
        ("query", "figures-sharing-genes-with-pathway", "--param", "pathway=WP364", "--format", "csv"),
        ("query", "sources"),
        ("query", "select ?s { ?s a wp:Pathway } limit 1", "--format", "json"),
        ("audit",),
        ("audit", "--against", str(store)),
        ("info", "--diagram"),
        ("export", "--format", "nquads"),
    ):
        assert _rdfkit(*command, *at).stdout == _rdfkit(*command, *here).stdout, command
    assert "empty: " in _rdfkit("query", "SELECT * { ?s a wp:Pathwax }", *at).stderr
    assert "reconciliation" not in _rdfkit("info", *at).stdout
    links, ours = tmp_path / "links.nq", tmp_path / "ours.nq"
    _rdfkit("link", *at, "-o", str(links))
    _rdfkit("link", *at, *to)
    _rdfkit("link", *here)
    _rdfkit("export", *here, "-o", str(ours))
    _rdfkit("export", *at, "-o", str(tmp_path / "theirs.nq"))
    assert set(links.read_text().splitlines()) < set(ours.read_text().splitlines())
    assert (tmp_path / "theirs.nq").read_text() == ours.read_text()
    assert "links" in _rdfkit("info", *at).stdout
    assert "where to" in _rdfkit("link", *at, expect=2).stderr


def test_the_command_line_without_a_token_or_a_server(tmp_path: Path, seed_store: Store) -> None:
    here = ("--store", str(seed_store.path))
    with running("rdfkit", tmp_path / "other") as other:
        secret = tmp_path / "token"
        secret.write_text(f"{other.credentials.token}\n")
        to, at = ("--to", other.url, "--method", "rdfkit"), ("--endpoint", other.endpoint)
        assert "401" in _rdfkit("publish", *here, *to, expect=5).stderr
    told = _rdfkit("publish", *here, *to, "--token-file", str(secret), expect=5).stderr
    assert "cannot be reached" in told
    assert "cannot be reached" in _rdfkit("audit", *at, expect=5).stderr
