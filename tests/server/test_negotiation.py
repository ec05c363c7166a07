"""Which representation a client gets. Cases in `cases/server/negotiation.toml`."""

from __future__ import annotations

import csv
import io
import json
import tomllib
from typing import Any
from urllib.parse import urlencode
from xml.etree import ElementTree

import pyoxigraph as ox
import pytest

from rdfkit.store import Store
from tests.support.paths import CASES
from tests.support.serving import Server

CASE_FILES = CASES / "server"
NEGOTIATION = tomllib.loads((CASE_FILES / "negotiation.toml").read_text(encoding="utf-8"))
QUERIES = {
    "rows": "SELECT ?s ?o { ?s rdfs:label ?o } ORDER BY ?s ?o LIMIT 5",
    "boolean": "ASK { ?s rdfs:label ?o }",
    "graph": "CONSTRUCT { ?s rdfs:label ?o } WHERE { ?s rdfs:label ?o }",
}
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8"


@pytest.mark.parametrize("kind", QUERIES)
@pytest.mark.parametrize("name", NEGOTIATION)
def test_case(server: Server, name: str, kind: str) -> None:
    case: dict[str, Any] = NEGOTIATION[name]
    if kind not in case:
        return
    fields = {"query": QUERIES[kind]} | ({"format": case["format"]} if "format" in case else {})
    headers = {"Accept": case["accept"]} if "accept" in case else {}
    answer = server.request("GET", f"/sparql?{urlencode(fields)}", headers)
    if case[kind] == 406:
        assert (answer.status, answer.media_type) == (406, "application/problem+json")
        assert answer.json["expected"]
    else:
        assert (answer.status, answer.media_type) == (200, case[kind])
        assert "accept" in answer.headers["vary"].lower()


def test_every_format_says_the_same(server: Server, seed_store: Store) -> None:
    query = QUERIES["rows"]
    expected = [{key: str(value) for key, value in row.items()} for row in seed_store.query(query)]  # type: ignore[union-attr]
    assert len(expected) == 5
    assert server.query(query).rows == expected
    table = csv.DictReader(io.StringIO(server.query(query, accept="text/csv").text))
    assert list(table) == expected
    lines = server.query(query, accept="text/tab-separated-values").text.splitlines()
    assert (lines[0], len(lines)) == ("?s\t?o", 6)
    tree = ElementTree.fromstring(server.query(query, accept="application/sparql-results+xml").body)  # noqa: S314
    found = tree.iter("{http://www.w3.org/2005/sparql-results#}binding")
    assert ["".join(one.itertext()).strip() for one in found] == [
        value for row in expected for value in row.values()
    ]


@pytest.mark.parametrize(
    ("media_type", "format"),
    [
        ("text/turtle", ox.RdfFormat.TURTLE),
        ("application/n-triples", ox.RdfFormat.N_TRIPLES),
        ("application/n-quads", ox.RdfFormat.N_QUADS),
        ("application/trig", ox.RdfFormat.TRIG),
        ("application/rdf+xml", ox.RdfFormat.RDF_XML),
        ("application/ld+json", ox.RdfFormat.JSON_LD),
    ],
)
def test_every_format_of_a_graph_says_the_same(
    server: Server, seed_store: Store, media_type: str, format: ox.RdfFormat
) -> None:
    answer = server.query(QUERIES["graph"], accept=media_type)
    found = {quad.triple for quad in ox.parse(answer.body, format=format)}
    assert found == set(seed_store.query(QUERIES["graph"]))
    assert found


@pytest.mark.parametrize("kind", ["csv", "tsv"])
def test_truth_in_a_table(server: Server, kind: str) -> None:
    assert server.query("ASK {}", format=kind).text == "true\n"
    assert server.query("ASK { FILTER(false) }", format=kind).text == "false\n"


def test_texts_say_their_charset(server: Server) -> None:
    assert server.query("SELECT ('é' AS ?x) {}", accept="text/csv").headers["content-type"] == (
        "text/csv; charset=utf-8"
    )
    assert server.query("SELECT ('é' AS ?x) {}", accept="text/csv").text == "x\r\né\r\n"


def test_head(server: Server) -> None:
    for query in QUERIES.values():
        got, answer = (server.query(query, "*/*", method=method) for method in ("GET", "HEAD"))
        assert (answer.status, answer.body) == (200, b"")
        for name in ("content-type", "content-length", "etag", "last-modified", "vary"):
            assert answer.headers[name] == got.headers[name]
    assert server.query("ASK {", method="HEAD").status == 400


@pytest.mark.parametrize("path", ["/sparql", "/sparql/", "/.well-known/void"])
def test_options(server: Server, path: str) -> None:
    answer = server.request("OPTIONS", path)
    assert (answer.status, answer.body) == (204, b"")
    assert {"GET", "HEAD", "OPTIONS"} <= set(answer.headers["allow"].split(", "))


def test_other_methods(server: Server) -> None:
    for method in ("PUT", "DELETE", "PATCH", "TRACE"):
        answer = server.request(method, "/sparql")
        assert answer.status == 405
        assert "POST" in answer.headers["allow"]


def test_any_site_may_read(server: Server) -> None:
    asked = server.request(
        "OPTIONS",
        "/sparql",
        {
            "Origin": "https://example.org",
            "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": "content-type",
        },
    )
    assert asked.status in (200, 204)
    assert asked.headers["access-control-allow-origin"] == "*"
    assert "POST" in asked.headers["access-control-allow-methods"]
    assert "content-type" in asked.headers["access-control-allow-headers"].lower()
    for answer in (
        server.get("/sparql?query=ASK%7B%7D", Origin="https://example.org"),
        server.get("/sparql?query=ASK%7B", Origin="https://example.org"),
        server.get("/graphs?default", Origin="https://example.org"),
    ):
        assert answer.headers["access-control-allow-origin"] == "*"
        assert "access-control-allow-credentials" not in answer.headers
        exposed = answer.headers["access-control-expose-headers"].lower()
        assert {"etag", "retry-after", "rdfkit-repairs"} <= set(exposed.split(", "))


def test_no_other_site_may_write(writable: Server) -> None:
    """A page elsewhere cannot even send a token: the browser asks first and is told no."""
    for method, header in (("PUT", "content-type"), ("DELETE", "content-type"), ("POST", "authorization")):
        asked = writable.request(
            "OPTIONS",
            "/graphs?default",
            {
                "Origin": "https://example.org",
                "Access-Control-Request-Method": method,
                "Access-Control-Request-Headers": header,
            },
        )
        allowed = asked.headers.get("access-control-allow-methods", "")
        headers = asked.headers.get("access-control-allow-headers", "").lower()
        assert asked.status == 400 or method not in allowed or header not in headers


@pytest.mark.parametrize(
    ("path", "status"),
    [("/sparql", 200), ("/sparql?query=ASK%20%7B%7D", 200), ("/sparql?query=x%26%C3%A9", 400)],
)
def test_browser_gets_a_page(server: Server, path: str, status: int) -> None:
    answer = server.get(path, accept=BROWSER)
    assert (answer.status, answer.media_type) == (status, "text/html")
    assert "</html>" in answer.text
    if status == 200:
        assert "accept" in answer.headers["vary"].lower()


def test_browser_that_names_a_format_gets_it(server: Server) -> None:
    answer = server.request(
        "GET", f"/sparql?{urlencode({'query': 'ASK {}', 'format': 'xml'})}", {"Accept": BROWSER}
    )
    assert (answer.status, answer.media_type) == (200, "application/sparql-results+xml")
    posted = server.query("ASK {}", accept=BROWSER, method="POST")
    assert posted.status == 200


# Problems


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        (None, "application/problem+json"),
        ("*/*", "application/problem+json"),
        ("application/sparql-results+json", "application/problem+json"),
        ("application/problem+json", "application/problem+json"),
        ("text/turtle", "application/problem+json"),
        ("text/plain", "text/plain"),
        ("text/plain, application/json;q=0.5", "text/plain"),
        ("text/plain;q=0.5, application/json", "application/problem+json"),
    ],
)
def test_problem_in_the_form_that_is_liked(server: Server, accept: str | None, media_type: str) -> None:
    query = "SELECT * {\n  ?s ?p ;;; oops\n}"
    answer = server.get(f"/sparql?{urlencode({'query': query})}", accept=accept)
    assert (answer.status, answer.media_type) == (400, media_type)
    if media_type == "text/plain":
        assert "line 2" in answer.text and "column" in answer.text
    else:
        said = answer.json
        assert {"type", "title", "status", "detail", "line", "column"} <= set(said)
        assert (said["status"], said["line"]) == (400, 2)
        assert said["type"].startswith("urn:rdfkit:problem:")
    assert answer.headers["cache-control"] == "no-store"


def test_place_of_a_mistake_is_that_in_the_text(server: Server) -> None:
    """Line and column count characters, whatever their bytes."""
    plain, accented = (
        server.query(f"SELECT * {{\n ?s rdfs:label '{word}' oops }}").json for word in ("eeee", "éé漢😀")
    )
    assert (plain["line"], plain["column"]) == (accented["line"], accented["column"])
    assert plain["line"] == 2 and 23 <= plain["column"] <= 29


def test_nothing_there(server: Server) -> None:
    answer = server.get("/no/such/address/at/all", accept="application/json")
    assert (answer.status, answer.json["type"]) == (404, "urn:rdfkit:problem:not-found")


# Repairs

CONSTANT = "SELECT COUNT(?s) { ?s a ?kind }"


def test_repairs_are_named(server: Server) -> None:
    answer = server.query(CONSTANT)
    assert answer.status == 200
    sentences = json.loads(answer.headers["rdfkit-repairs"])
    assert sentences and all(isinstance(one, str) and one for one in sentences)
    assert "rdfkit-repairs" not in server.query("SELECT (COUNT(?s) AS ?n) { ?s a ?kind }").headers


@pytest.mark.parametrize("word", ["", "1", "true", "yes"])
def test_strict_repairs_nothing(server: Server, word: str) -> None:
    for method in ("GET", "POST"):
        assert server.query(CONSTANT, method=method, strict=word).status == 400
        assert server.query(CONSTANT, method=method, strict="false").status == 200


def test_default_prefixes(server: Server) -> None:
    assert server.query("ASK { ?pathway a wp:Pathway ; dc:identifier ?id }").status == 200
    assert server.query("ASK { ?s nobodyknowsthis:p ?o }").status == 400
