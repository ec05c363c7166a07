"""The Graph Store Protocol: https://www.w3.org/TR/sparql11-http-rdf-update/. Its test suite's situations, and more."""

from __future__ import annotations

from itertools import count
from pathlib import Path
from urllib.parse import quote

import pyoxigraph as ox
import pytest
from pyoxigraph import RdfFormat

from tests.support.command_line import Done, run_command
from tests.support.servers import GRAPHS
from tests.support.serving import TOKEN, Answer, Server, bearer

TURTLE = "text/turtle"
ANNA = '@prefix e: <http://example.org/> . e:anna a e:Person ; e:card [ e:name "Anna" ] .'
BERT = '@prefix e: <http://example.org/> . e:bert a e:Person ; e:card [ e:name "Bert" ] .'
NAME = '<http://example.org/anna> <http://example.org/full> "Anna Example" .'
_numbers = count(1)


def _write(server: Server, method: str, path: str, body: str = "", kind: str | None = TURTLE) -> Answer:
    headers = bearer(TOKEN) | ({"Content-Type": kind} if kind else {})
    return server.request(method, path, headers, body)


def _triples(text: str | bytes) -> ox.Dataset:
    """A graph that is equal to another one when only the labels of blank nodes differ."""
    dataset = ox.Dataset(ox.parse(text, format=RdfFormat.TURTLE, base_iri="http://example.org/base"))
    dataset.canonicalize(ox.CanonicalizationAlgorithm.UNSTABLE)
    return dataset


def _read(server: Server, path: str) -> ox.Dataset:
    answer = server.get(path, accept=TURTLE)
    assert (answer.status, answer.media_type) == (200, TURTLE), answer.text
    return _triples(answer.body)


def _indirect(iri: str) -> str:
    return f"/graphs?graph={quote(iri, safe='')}"


@pytest.fixture
def new() -> str:
    """The path of a graph that does not exist yet."""
    return f"/graphs/person/{next(_numbers)}.ttl"


@pytest.fixture(params=["direct", "indirect"])
def graph(request: pytest.FixtureRequest, writable: Server, new: str) -> str:
    """The path of a graph that does not exist yet, named by its address or by a parameter."""
    return new if request.param == "direct" else _indirect(f"{writable.url}{new}")


@pytest.fixture(scope="module")
def anna(writable: Server) -> str:
    """The path of a graph with Anna, for what must not change it."""
    assert _write(writable, "PUT", "/graphs/anna", ANNA).status == 201
    return "/graphs/anna"


# PUT


def test_put(writable: Server, graph: str) -> None:
    """Makes a graph, replaces it, empties it, and fills the empty one."""
    assert _write(writable, "PUT", graph, ANNA, "text/turtle; charset=utf-8").status == 201
    for text in (ANNA, BERT, "", ANNA):
        assert _write(writable, "PUT", graph, text).status == 204
        assert _read(writable, graph) == _triples(text)


def test_put_default_graph(writable: Server) -> None:
    writable.update("CLEAR DEFAULT")
    assert _write(writable, "PUT", "/graphs?default", ANNA).status == 201
    assert _read(writable, "/graphs?default") == _triples(ANNA)
    assert _write(writable, "PUT", "/graphs?default", BERT).status == 204
    assert _read(writable, "/graphs?default") == _triples(BERT)


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (ANNA, "application/rdf+xml"),
        ("<?xml version='1.0'?><rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'/>", TURTLE),
        ("@prefix e: <http://exa", TURTLE),
        ("{}}", "application/ld+json"),
        # What has no type is taken for RDF/XML: section 5.3.
        (ANNA, None),
    ],
)
def test_put_mismatched_payload(writable: Server, anna: str, body: str, kind: str | None) -> None:
    answer = _write(writable, "PUT", anna, body, kind)
    assert (answer.status, answer.media_type) == (400, "application/problem+json")
    assert _read(writable, anna) == _triples(ANNA)


def test_mistake_has_its_place(writable: Server, anna: str) -> None:
    answer = _write(writable, "PUT", anna, "<urn:a> <urn:b> 1 .\n<urn:a> <urn:b> oops .")
    assert (answer.json["line"], answer.json["type"]) == (2, "urn:rdfkit:problem:update")
    assert answer.json["column"] > 1


@pytest.mark.parametrize("kind", ["text/plain", "application/octet-stream", "text/html"])
def test_put_of_no_rdf(writable: Server, anna: str, kind: str) -> None:
    answer = _write(writable, "PUT", anna, ANNA, kind)
    assert answer.status == 415
    assert "text/turtle" in answer.json["expected"]


def test_put_empty_graph(writable: Server, new: str) -> None:
    assert _write(writable, "PUT", new).status == 201
    assert _read(writable, new) == _triples("")


FORMATS = {
    "text/turtle": RdfFormat.TURTLE,
    "application/n-triples": RdfFormat.N_TRIPLES,
    "application/rdf+xml": RdfFormat.RDF_XML,
    "application/ld+json": RdfFormat.JSON_LD,
    "application/trig": RdfFormat.TRIG,
    "application/n-quads": RdfFormat.N_QUADS,
}


@pytest.mark.parametrize("kind", FORMATS)
def test_every_format_goes_in_and_out(writable: Server, kind: str) -> None:
    path = f"/graphs/format/{next(_numbers)}"
    body = ox.serialize(
        ox.parse(ANNA, format=RdfFormat.TURTLE), format=FORMATS[kind], prefixes={"e": "http://example.org/"}
    )
    assert body is not None
    assert _write(writable, "PUT", path, body.decode(), kind).status == 201
    assert _read(writable, path) == _triples(ANNA)
    answer = writable.get(path, accept=kind)
    assert answer.media_type == kind
    found = ox.Dataset(
        ox.Quad(quad.subject, quad.predicate, quad.object)
        for quad in ox.parse(answer.body, format=FORMATS[kind])
    )
    found.canonicalize(ox.CanonicalizationAlgorithm.UNSTABLE)
    assert found == _triples(ANNA)


def test_quads_of_another_graph_are_refused(writable: Server, anna: str) -> None:
    body = "<urn:a> <urn:b> <urn:c> <urn:another> ."
    assert _write(writable, "PUT", anna, body, "application/n-quads").status == 400
    assert _read(writable, anna) == _triples(ANNA)


def test_relative_iris_belong_to_the_graph(writable: Server) -> None:
    path = f"/graphs/relative/{next(_numbers)}"
    assert _write(writable, "PUT", path, "<> <#p> <other> .").status == 201
    here = f"{writable.url}{path}"
    expected = f"<{here}> <{here}#p> <{writable.url}/graphs/relative/other> ."
    assert _read(writable, path) == _triples(expected)


# GET and HEAD


def test_direct_and_indirect_are_one(writable: Server) -> None:
    path = f"/graphs/person/{next(_numbers)}"
    assert _write(writable, "PUT", path, ANNA).status == 201
    assert _read(writable, _indirect(f"{writable.url}{path}")) == _triples(ANNA)
    assert _write(writable, "PUT", _indirect(f"{writable.url}{path}"), BERT).status == 204
    assert _read(writable, path) == _triples(BERT)


def test_graph_of_another_site(writable: Server) -> None:
    path = _indirect(f"http://example.net/é/{next(_numbers)}?a=b&c#d")
    assert _write(writable, "PUT", path, ANNA).status == 201
    assert _read(writable, path) == _triples(ANNA)


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_reading_what_is_not_there(writable: Server, graph: str, method: str) -> None:
    answer = writable.request(method, graph)
    assert answer.status == 404
    assert answer.media_type == "application/problem+json"


def test_head_of_a_graph(writable: Server, anna: str) -> None:
    got = writable.request("GET", anna, {"Accept": "application/n-triples"})
    answer = writable.request("HEAD", anna, {"Accept": "application/n-triples"})
    assert (answer.status, answer.body) == (200, b"")
    for name in ("content-type", "content-length", "etag", "last-modified", "vary"):
        assert answer.headers[name] == got.headers[name]


@pytest.mark.parametrize(
    "path",
    [
        "/graphs",
        "/graphs/",
        "/graphs?graph=",
        "/graphs?graph=relative",
        "/graphs?graph=http://e.org/a%20b",
        "/graphs?graph=http://example.org/a&default",
        "/graphs?graph=http://example.org/a&graph=http://example.org/b",
    ],
)
@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_no_graph_is_named(writable: Server, path: str, method: str) -> None:
    answer = _write(writable, method, path, ANNA if method == "PUT" else "")
    assert answer.status == 400


def test_format_by_name(writable: Server, anna: str) -> None:
    # A graph named by its own address has the query string in its name.
    path = _indirect(f"{writable.url}{anna}") + "&format=ntriples"
    assert writable.get(path, accept="application/ld+json").media_type == "application/n-triples"


def test_not_acceptable(writable: Server, anna: str) -> None:
    assert writable.get(anna, accept="image/png").status == 406


def test_not_modified(writable: Server, new: str) -> None:
    assert _write(writable, "PUT", new, ANNA).status == 201
    tag = writable.get(new, accept=TURTLE).headers["etag"]
    assert writable.get(new, accept=TURTLE, If_None_Match=tag).status == 304
    assert _write(writable, "POST", new, NAME).status == 204
    changed = writable.get(new, accept=TURTLE, If_None_Match=tag)
    assert changed.status == 200
    assert changed.headers["etag"] != tag


# DELETE


def test_delete_what_is_not_there(writable: Server, graph: str) -> None:
    assert _write(writable, "DELETE", graph).status == 404


def test_delete_empties_the_default_graph(writable: Server) -> None:
    assert _write(writable, "PUT", "/graphs?default", ANNA).status in (201, 204)
    assert _write(writable, "DELETE", "/graphs?default").status == 204
    assert _read(writable, "/graphs?default") == _triples("")


# POST


def test_post_and_delete(writable: Server, graph: str) -> None:
    """Makes a graph, adds to it, adds nothing, adds two files, and deletes it."""
    family = '<http://example.org/anna> <http://example.org/family> "Example" .'
    age = '<http://example.org/anna> <http://example.org/age> "7" .'
    files, kind = _multipart(("a.ttl", "text/turtle; charset=utf-8", family), ("b.nt", None, age))
    assert _write(writable, "POST", graph, ANNA).status == 201
    assert _read(writable, graph) == _triples(ANNA)
    assert _write(writable, "POST", graph, NAME).status in (200, 204)
    assert _read(writable, graph) == _triples(ANNA + NAME)
    assert _write(writable, "POST", graph).status in (200, 204)
    assert _read(writable, graph) == _triples(ANNA + NAME)
    assert _write(writable, "POST", graph, files, kind).status in (200, 204)
    assert _read(writable, graph) == _triples(ANNA + NAME + family + age)
    assert _write(writable, "DELETE", graph).status in (200, 204)
    assert writable.get(graph).status == 404
    assert _write(writable, "DELETE", graph).status == 404


def test_post_makes_a_graph(writable: Server) -> None:
    paths = set()
    for _ in range(2):
        answer = _write(writable, "POST", "/graphs", ANNA)
        assert answer.status == 201
        path = answer.headers["location"].removeprefix(writable.url)
        assert path.startswith("/graphs/")
        assert _read(writable, path) == _triples(ANNA)
        paths.add(path)
    assert len(paths) == 2


def test_post_of_what_is_there_changes_nothing(writable: Server, new: str) -> None:
    assert _write(writable, "PUT", new, NAME).status == 201
    assert _write(writable, "POST", new, NAME).status == 204
    assert _read(writable, new) == _triples(NAME)


def test_blank_nodes_of_two_requests_differ(writable: Server, new: str) -> None:
    assert _write(writable, "PUT", new, ANNA).status == 201
    card = "_:same <http://example.org/name> 'Carl' ."
    assert _write(writable, "POST", new, card).status == 204
    assert _write(writable, "POST", new, card).status == 204
    assert len(_read(writable, new)) == len(_triples(ANNA)) + 2


def _multipart(*parts: tuple[str, str | None, str]) -> tuple[str, str]:
    """A form of files, each a file name, a content type and a text; and its content type."""
    lines: list[str] = []
    for name, kind, text in parts:
        lines += ["--border", f'Content-Disposition: form-data; name="file"; filename="{name}"']
        lines += [f"Content-Type: {kind}"] if kind else []
        lines += ["", text]
    return "\r\n".join([*lines, "--border--", ""]), "multipart/form-data; boundary=border"


def test_multipart_with_a_mistake_changes_nothing(writable: Server, anna: str) -> None:
    body, kind = _multipart(("a.ttl", TURTLE, NAME), ("b.ttl", TURTLE, "oops"))
    assert _write(writable, "POST", anna, body, kind).status == 400
    assert _read(writable, anna) == _triples(ANNA)


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        ("--border--\r\n", "multipart/form-data; boundary=border", 400),
        ("whatever", "multipart/form-data; boundary=border", 400),
        ("whatever", "multipart/form-data", 400),
        (_multipart(("a.png", "image/png", "x"))[0], "multipart/form-data; boundary=border", 415),
    ],
)
def test_broken_multipart(writable: Server, anna: str, body: str, kind: str, status: int) -> None:
    assert _write(writable, "POST", anna, body, kind).status == status
    assert _read(writable, anna) == _triples(ANNA)


# Other methods


@pytest.mark.parametrize("method", ["PATCH", "TRACE", "PROPFIND"])
def test_other_methods(writable: Server, new: str, method: str) -> None:
    answer = writable.request(method, new, bearer(TOKEN))
    assert answer.status == 405
    assert {"GET", "HEAD", "PUT", "POST", "DELETE"} <= set(answer.headers["allow"].split(", "))


def test_options(writable: Server, new: str) -> None:
    answer = writable.request("OPTIONS", new)
    assert answer.status == 204
    assert "PUT" in answer.headers["allow"]


# A server without updates


def test_reading_where_nothing_is_written(graphs_server: Server) -> None:
    found = _read(graphs_server, _indirect(GRAPHS[0]))
    assert [quad.subject.value for quad in found] == [GRAPHS[0]]
    # Here the default graph is the merge of all, as for queries.
    assert len(_read(graphs_server, "/graphs?default")) == len(GRAPHS)


@pytest.mark.parametrize("method", ["PUT", "POST", "DELETE"])
@pytest.mark.parametrize("token", [None, TOKEN])
def test_read_only(graphs_server: Server, method: str, token: str | None) -> None:
    headers = {"Content-Type": TURTLE} | bearer(token)
    answer = graphs_server.request(method, _indirect(GRAPHS[0]), headers, ANNA)
    assert (answer.status, answer.json["type"]) == (403, "urn:rdfkit:problem:read-only")
    update = graphs_server.update("CLEAR ALL", token)
    assert (update.status, update.json["type"]) == (403, "urn:rdfkit:problem:read-only")
    assert len(_read(graphs_server, _indirect(GRAPHS[0]))) == 1


# Who may write

WRONG = [
    {},
    bearer(""),
    bearer(TOKEN[:-1]),
    bearer(TOKEN + "x"),
    bearer(TOKEN.upper()),
    bearer("é" * 32),
    {"Authorization": TOKEN},
    {"Authorization": f"Basic {TOKEN}"},
    {"Authorization": "Bearer"},
]


@pytest.mark.parametrize("headers", WRONG, ids=range(len(WRONG)))
def test_without_the_token(writable: Server, anna: str, headers: dict[str, str]) -> None:
    sent = {name: value.encode().decode("latin-1") for name, value in headers.items()}
    answers = [
        writable.request(method, anna, {**sent, "Content-Type": TURTLE}, BERT)
        for method in ("PUT", "POST", "DELETE")
    ]
    kind = {"Content-Type": "application/sparql-update"}
    answers.append(writable.request("POST", "/sparql", {**sent, **kind}, "CLEAR ALL"))
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    answers.append(writable.request("POST", "/sparql", {**sent, **form}, "update=CLEAR+ALL"))
    for answer in answers:
        assert (answer.status, answer.json["type"]) == (401, "urn:rdfkit:problem:token")
        assert answer.headers["www-authenticate"].startswith("Bearer")
    assert _read(writable, anna) == _triples(ANNA)


def test_scheme_in_any_case(writable: Server, new: str) -> None:
    headers = {"Authorization": f"bearer {TOKEN}", "Content-Type": TURTLE}
    assert writable.request("PUT", new, headers, ANNA).status == 201


def _start(folder: Path, *options: str | Path, token: str = "") -> Done:
    """What a server says that does not start."""
    command = ("serve", "--store", folder, "--port", "0", *options)
    return run_command(*command, environment={"RDFKIT_TOKEN": token})


def test_short_token_is_refused_at_the_start(store_folder: Path, tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text("x" * 31 + "\n")
    for done in (
        _start(store_folder, "--allow-update", token="x" * 31),
        _start(store_folder, "--allow-update", "--token-file", str(file)),
    ):
        assert done.returncode != 0
        assert "at least 32 bytes" in done.stderr
        assert "Traceback" not in done.stderr


def test_no_token_is_refused_at_the_start(store_folder: Path, tmp_path: Path) -> None:
    for done in (
        _start(store_folder, "--allow-update"),
        _start(store_folder, "--allow-update", "--token-file", str(tmp_path / "none")),
    ):
        assert done.returncode != 0
        assert "token" in done.stderr.lower()
        assert "Traceback" not in done.stderr
