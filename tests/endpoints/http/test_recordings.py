"""Remote requests on record, and again without the endpoint."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rdfkit.endpoints.client import Remote, RemoteLimits
from rdfkit.endpoints.http.address_policy import AddressPolicy
from rdfkit.endpoints.http.recordings import Recording
from rdfkit.endpoints.http.response import Reply
from rdfkit.endpoints.http.storage import read_reply, reply_fields
from rdfkit.endpoints.ledger import Ledger
from rdfkit.endpoints.registry import Endpoint
from rdfkit.errors import RecordingError, RemoteError
from rdfkit.sparql.results import Graph
from tests.support import faults

QUERY = 'SELECT ?x {\n  ?x ?p "α"\n}'
CONSTRUCT = "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }"


@pytest.fixture
def server() -> Iterator[faults.Endpoint]:
    with faults.endpoint() as running:
        yield running


def recording(url: str, folder: Path, seconds: float = 30) -> Remote:
    limits = RemoteLimits(request_seconds=seconds, pause=0.01)
    return Remote(
        limits, Ledger(), AddressPolicy.for_person([url]), recording=Recording(folder, replays=False)
    )


def replaying(folder: Path) -> Remote:
    # Nothing may be reached: whatever is asked for has to come from the folder.
    nowhere = AddressPolicy.for_server([])
    return Remote(None, Ledger(), nowhere, recording=Recording(folder, replays=True))


def test_what_was_recorded_is_replayed_without_the_endpoint(server: faults.Endpoint, tmp_path: Path):
    server.at("/sparql", lambda wire, _: wire.respond(body=faults.rows(10_000), X_SPARQL_MaxRows="10000"))
    endpoint = Endpoint("", "", server.url + "/sparql")
    with recording(endpoint.url, tmp_path) as asking:
        first = asking.select(endpoint, QUERY)
    server.stop()
    with replaying(tmp_path) as asking:
        assert asking.select(endpoint, QUERY) == first
    entry = next(iter(asking.ledger))
    assert (entry.requests, entry.replayed, entry.rows) == (0, 1, 10_000)
    assert entry.reasons == ["the endpoint says that it cut the answer at 10000 rows"]
    assert len(server.asked) == 1


def test_graphs_are_replayed(server: faults.Endpoint, tmp_path: Path):
    turtle = "<http://ex/s> <http://ex/p> 'α' .\r\n"
    endpoint = Endpoint(
        "",
        "",
        server.at("/g", lambda wire, _: wire.respond(body=turtle.encode(), Content_Type="text/turtle")),
    )
    for asking in (recording(endpoint.url, tmp_path), replaying(tmp_path)):
        with asking:
            graph = asking.query(endpoint, CONSTRUCT)
            assert isinstance(graph, Graph)
            assert [triple.object for triple in graph] == [ox.Literal("α")]


@pytest.mark.parametrize(
    ("fault", "kind", "status"),
    [
        (lambda wire, _: wire.respond(413), "status", 413),
        (lambda wire, _: wire.stall(), "timeout", None),
        (lambda wire, _: wire.respond(503), "status", 503),
        (lambda wire, _: wire.respond(body=b"\xff{"), "malformed", None),
    ],
)
def test_a_failure_is_replayed_as_the_same_failure(
    server: faults.Endpoint, tmp_path: Path, fault: faults.Fault, kind: str, status: int | None
):
    endpoint = Endpoint("", "", server.at("/fault", fault))
    told = set()
    # Short only for what never answers: a busy machine may take as long for the others.
    seconds = 0.3 if kind == "timeout" else 30
    for asking in (recording(endpoint.url, tmp_path, seconds), replaying(tmp_path)):
        with asking, pytest.raises(RemoteError) as caught:
            asking.select(endpoint, QUERY)
        assert (caught.value.kind, caught.value.status) == (kind, status)
        told.add((str(caught.value), caught.value.block_is_too_large))
    assert len(told) == 1


def test_what_was_not_recorded_is_an_error(tmp_path: Path):
    with (
        replaying(tmp_path / "none") as asking,
        pytest.raises(RemoteError, match="was not asked this") as caught,
    ):
        asking.select(Endpoint("", "", "http://example.org/sparql"), QUERY)
    assert caught.value.kind == "unrecorded"


def test_what_we_refused_ourselves_is_not_on_record(tmp_path: Path):
    with recording("http://example.org/", tmp_path) as asking, pytest.raises(RemoteError):
        asking.select(Endpoint("", "", "http://127.0.0.1:9/"), QUERY)
    assert list(tmp_path.iterdir()) == []


def test_the_files_can_be_read_by_people(server: faults.Endpoint, tmp_path: Path):
    endpoint = Endpoint(
        "", "", server.at("/sparql", lambda wire, _: wire.respond(body=faults.rows() + b"\n"))
    )
    with recording(endpoint.url, tmp_path) as asking:
        asking.select(endpoint, QUERY)
    (file,) = tmp_path.iterdir()
    assert file.suffix == ".json"
    kept = json.loads(file.read_text(encoding="utf-8"))
    assert kept["endpoint"] == endpoint.url
    assert kept["query"] == QUERY.split("\n")
    assert kept["body"] == [faults.rows().decode(), ""]
    assert '?p \\"α\\"' in file.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "damage", [b"", b"{", b"[]", b"{}", b'{"media_type": "x", "body": 5}', b'{"body": []}']
)
def test_a_recording_that_is_damaged_is_named(server: faults.Endpoint, tmp_path: Path, damage: bytes):
    endpoint = Endpoint("", "", server.at("/sparql", lambda wire, _: wire.respond(body=faults.rows())))
    with recording(endpoint.url, tmp_path) as asking:
        asking.select(endpoint, QUERY)
    (file,) = tmp_path.iterdir()
    file.write_bytes(damage)
    with replaying(tmp_path) as asking, pytest.raises(RecordingError) as caught:
        asking.select(endpoint, QUERY)
    assert caught.value.path == str(file)


def test_a_folder_that_cannot_be_written_is_named(server: faults.Endpoint, tmp_path: Path):
    endpoint = Endpoint("", "", server.at("/sparql", lambda wire, _: wire.respond(body=faults.rows())))
    (tmp_path / "file").write_text("no folder", encoding="utf-8")
    with (
        recording(endpoint.url, tmp_path / "file") as asking,
        pytest.raises(RecordingError, match="cannot be written"),
    ):
        asking.select(endpoint, QUERY)


@given(
    st.builds(
        Reply,
        st.text(max_size=9),
        st.binary(),
        st.dictionaries(st.text(max_size=5), st.text(max_size=5)),
        st.booleans(),
    )
)
def test_a_reply_comes_back_from_json_byte_by_byte(reply: Reply):
    text = json.dumps(reply_fields(reply), ensure_ascii=False).encode("utf-8", "surrogatepass")
    assert read_reply(json.loads(text.decode("utf-8", "surrogatepass")), Path("x")) == reply
