"""The W3C's own test manifests, where they lie beside this checkout: every request is sent as it stands.

Protocol: https://www.w3.org/2009/sparql/docs/tests/data-sparql11/protocol/. Graph store: `http-rdf-update`. Service
description: `service-description`, whose tests have no requests.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

import pyoxigraph as ox
import pytest
import rdflib
from rdflib import RDFS, Namespace
from rdflib.collection import Collection
from rdflib.compare import isomorphic
from rdflib.term import Node

from tests.support.paths import PROJECT
from tests.support.service_description_schema import complaints
from tests.support.serving import TOKEN, Answer, Server, bearer, serving
from tests.support.stores import new_build

W3C = PROJECT.parent / "shared" / "w3c"
MF = Namespace("http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#")
HT = Namespace("http://www.w3.org/2011/http#")
CNT = Namespace("http://www.w3.org/2011/content#")
UT = Namespace("http://www.w3.org/2009/sparql/tests/test-update#")
SD = Namespace("http://www.w3.org/ns/sparql-service-description#")
# What each format of the protocol's manifest may be: section 2.1.6 of the protocol.
FORMATS = {
    "boolean": {"application/sparql-results+json", "application/sparql-results+xml"},
    "tabular": {
        "application/sparql-results+json", "application/sparql-results+xml", "text/csv",
        "text/tab-separated-values",
    },
    "RDF": {"text/turtle", "application/n-triples", "application/rdf+xml"},
}  # fmt: skip


@dataclass(frozen=True)
class Request:
    """One request of a manifest and what has to come back: statuses (`2xx` or a number), format, boolean, graph."""

    method: str
    path: str
    headers: tuple[tuple[str, str], ...]
    body: bytes | None
    statuses: frozenset[str]
    format: str | None
    boolean: bool | None
    graph: str | None


class Entry(NamedTuple):
    """One test of a manifest: its requests, and the graphs that it needs (name and file)."""

    name: str
    requests: tuple[Request, ...]
    graphs: tuple[tuple[str, Path], ...]


def read_manifest(folder: Path) -> list[Entry]:
    """The tests of a manifest in their order; none where there is no manifest."""
    path = folder / "manifest.ttl"
    if not path.is_file():
        return []
    # Its relative IRIs name files in its folder.
    graph = rdflib.Graph().parse(path, format="turtle", publicID=path.as_uri())
    listed = next(graph.subject_objects(MF.entries))[1]
    return [_entry(graph, test, folder) for test in Collection(graph, listed)]


def _entry(graph: rdflib.Graph, test: Node, folder: Path) -> Entry:
    action = graph.value(test, MF.action)
    requests = graph.value(action, HT.requests) if action is not None else None
    needed = [
        (str(graph.value(one, RDFS.label)), folder / str(graph.value(one, UT.graph)).rpartition("/")[2])
        for one in graph.objects(test, UT.graphData)
    ]
    found = [_request(graph, one) for one in Collection(graph, requests)] if requests is not None else []
    return Entry(str(test).rpartition("#")[2], tuple(found), tuple(needed))


def _request(graph: rdflib.Graph, request: Node) -> Request:
    listed, body = graph.value(request, HT.headers), graph.value(request, HT.body)
    headers = [
        (str(graph.value(one, HT.fieldName)), str(graph.value(one, HT.fieldValue)))
        for one in (Collection(graph, listed) if listed is not None else [])
    ]
    response = graph.value(request, HT.resp)
    expected = graph.value(response, HT.body)
    statuses = [
        str(one).rpartition("StatusCode")[2] for one in graph.objects(response, MF.expectedStatus)
    ] + [str(one) for one in graph.objects(response, HT.statusCodeValue)]
    boolean, format = graph.value(response, MF.expectedBoolean), graph.value(response, MF.expectedFormat)
    return Request(
        str(graph.value(request, HT.methodName)),
        str(graph.value(request, HT.absolutePath)),
        tuple(headers),
        _encoded(graph, body) if body is not None else None,
        frozenset(statuses),
        str(format) if format is not None else None,
        bool(boolean.toPython()) if isinstance(boolean, rdflib.Literal) else None,
        str(graph.value(expected, CNT.chars)) if expected is not None else None,
    )


def _encoded(graph: rdflib.Graph, body: Node) -> bytes:
    text, encoding = graph.value(body, CNT.chars), graph.value(body, CNT.characterEncoding)
    return str(text).encode(str(encoding))


def _send(server: Server, request: Request, token: str = TOKEN) -> Answer:
    headers = {**dict(request.headers), **bearer(token)}
    return server.request(request.method, request.path, headers, request.body)


def _fits(status: int, expected: frozenset[str]) -> bool:
    return str(status) in expected or f"{status // 100}xx" in expected


# Protocol

PROTOCOL = read_manifest(W3C / "protocol")


@pytest.fixture(scope="module")
def w3c_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server with the graphs that the protocol's manifest names, which takes updates. Queries come before updates, so
    none of the graphs is gone when it is needed.
    """
    folder = tmp_path_factory.mktemp("w3c") / "store"
    with new_build(folder) as stage:
        for name, file in {pair for entry in PROTOCOL for pair in entry.graphs}:
            stage.load(
                ox.Quad(quad.subject, quad.predicate, quad.object, ox.NamedNode(name))
                for quad in ox.parse(path=file, format=ox.RdfFormat.N_TRIPLES)
            )
        stage.commit({})
    with serving(folder, "workers=1", token=TOKEN) as running:
        yield running


def test_protocol_manifest_is_read_whole() -> None:
    if not PROTOCOL:
        pytest.skip("the W3C's protocol tests are not beside this checkout")
    assert len(PROTOCOL) == len({entry.name for entry in PROTOCOL}) >= 34
    assert all(request.statuses for entry in PROTOCOL for request in entry.requests)


@pytest.mark.parametrize("entry", PROTOCOL, ids=lambda entry: entry.name)
def test_protocol(entry: Entry, w3c_server: Server) -> None:
    for request in entry.requests:
        answer = _send(w3c_server, request)
        assert _fits(answer.status, request.statuses), answer.text
        if request.format is not None:
            assert answer.media_type in FORMATS[request.format]
        if request.boolean is not None:
            assert answer.json["boolean"] is request.boolean


# Graph store

GRAPH_STORE = read_manifest(W3C / "http-rdf-update")
PLACE = "graphs/w3c"
# The graph that a test says is there already, though no test before it makes it.
MISSING = {"delete__existing_graph": "2.ttl"}
# 200 and 204 differ by whether there is a body, which is the server's choice: section 5 of the protocol.
SAME = {"200": {"200", "204"}, "204": {"200", "204"}}


@pytest.fixture(scope="module")
def graph_store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server with an empty store that takes updates."""
    folder = tmp_path_factory.mktemp("w3c") / "store"
    with new_build(folder) as stage:
        stage.commit({})
    with serving(folder, "workers=1", token=TOKEN) as running:
        yield running


def _filled(server: Server, entry: Entry, request: Request, new: str) -> Request:
    """The request with the names of this server, and the manifest's known errors corrected."""
    host = "{}:{}".format(*server.address)

    def fill(text: str) -> str:
        text = text.replace("$GRAPHSTORE$?graph=$GRAPHSTORE$", f"$GRAPHSTORE$?graph=http://{host}/{PLACE}")
        # "person/1" and "person/1.ttl" are meant to be one graph.
        text = text.removesuffix("/person/1") + "/person/1.ttl" if text.endswith("/person/1") else text
        text = text.replace("$NEWPATH$", new)
        # Once with a slash before it, once without.
        text = text.replace("/$GRAPHSTORE$", f"/{PLACE}").replace("$GRAPHSTORE$", f"/{PLACE}")
        return text.replace("$HOST$", host)

    body = fill(request.body.decode()) if request.body is not None else None
    headers = dict(request.headers)
    if entry.name == "put__mismatched_payload":
        # The manifest sends Turtle as Turtle.
        headers["Content-Type"] = "application/rdf+xml"
    elif body is not None and "multipart" in headers.get("Content-Type", ""):
        # Lines of a multipart body end with CR LF, and the triples in it with a full stop.
        body = (
            body.strip().replace('Doe"\n', 'Doe" .\n').replace('Jane"\n', 'Jane" .\n').replace("\n", "\r\n")
        )
    elif body is not None and not body.rstrip().endswith("."):
        body = body.rstrip() + " ."
    headers["Host"] = host
    path = fill(request.path)
    if path == f"/{PLACE}" or path.startswith(f"/{PLACE}?"):
        path = path.replace(f"/{PLACE}", "/graphs", 1)
    graph = fill(request.graph) if request.graph is not None else None
    return replace(
        request,
        path=path,
        headers=tuple(headers.items()),
        body=body.encode() if body is not None else None,
        graph=graph,
    )


def test_graph_store(graph_store: Server) -> None:
    """All tests of the manifest in their order, as each builds on those before it."""
    if not GRAPH_STORE:
        pytest.skip("the W3C's graph store tests are not beside this checkout")
    new, failed = "", []
    for entry in GRAPH_STORE:
        if entry.name in MISSING:
            path = f"/{PLACE}/person/{MISSING[entry.name]}"
            made = graph_store.request("PUT", path, {"Content-Type": "text/turtle", **bearer(TOKEN)}, b"")
            assert made.status == 201
        for request in entry.requests:
            filled = _filled(graph_store, entry, request, new)
            answer = _send(graph_store, filled)
            new = answer.headers.get("location", new).removeprefix(graph_store.url)
            allowed = {one for status in request.statuses for one in SAME.get(status, {status})}
            if str(answer.status) not in allowed:
                failed.append(f"{entry.name}: {answer.status}, not {sorted(allowed)}: {answer.text}")
            elif filled.graph and not _is_graph(answer, filled.graph):
                failed.append(f"{entry.name}: {answer.text}")
    assert failed == []


_PREFIXES = "@prefix foaf: <http://xmlns.com/foaf/0.1/> .\n@prefix v: <http://www.w3.org/2006/vcard/ns#> .\n"


def _is_graph(answer: Answer, expected: str) -> bool:
    found = rdflib.Graph().parse(data=answer.body, format="turtle")
    wanted = rdflib.Graph().parse(data=_PREFIXES + expected, format="turtle")
    return isomorphic(found, wanted)


# Service description

SERVICE_DESCRIPTION = W3C / "service-description"


@pytest.mark.parametrize("name", ["returns-rdf", "has-endpoint-triple", "conforms-to-schema"])
def test_service_description(name: str, server: Server) -> None:
    """The three tests of that manifest, which are sentences and not requests."""
    if not SERVICE_DESCRIPTION.is_dir():
        pytest.skip("the W3C's service description tests are not beside this checkout")
    answer = server.get("/sparql", accept="text/turtle")
    assert (answer.status, answer.media_type) == (200, "text/turtle")
    graph = rdflib.Graph().parse(data=answer.body, format="turtle")
    if name == "has-endpoint-triple":
        assert (None, SD.endpoint, rdflib.URIRef(f"{server.url}/sparql")) in graph
    if name == "conforms-to-schema":
        assert complaints(graph) == []
