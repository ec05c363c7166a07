"""What the endpoint says of itself and its data: Service Description and VoID."""

from __future__ import annotations

import pyoxigraph as ox
import pytest
import rdflib
from rdflib import DCTERMS, RDF, VOID, Namespace

from tests.support.servers import GRAPHS
from tests.support.service_description_schema import complaints
from tests.support.serving import Server

SD = Namespace("http://www.w3.org/ns/sparql-service-description#")
FORMATS = Namespace("http://www.w3.org/ns/formats/")


def _described(server: Server, path: str = "/sparql", **headers: str) -> rdflib.Graph:
    answer = server.get(path, accept="text/turtle", **headers)
    assert (answer.status, answer.media_type) == (200, "text/turtle")
    return rdflib.Graph().parse(data=answer.body, format="turtle")


@pytest.mark.parametrize("path", ["/sparql", "/sparql/", "/.well-known/void"])
def test_without_a_wish_it_is_rdf(server: Server, path: str) -> None:
    answer = server.get(path)
    assert (answer.status, answer.media_type) == (200, "text/turtle")
    assert len(rdflib.Graph().parse(data=answer.body, format="turtle")) > 10


@pytest.mark.parametrize(
    "media_type",
    [
        "text/turtle",
        "application/n-triples",
        "application/rdf+xml",
        "application/ld+json",
        "application/trig",
    ],
)
@pytest.mark.parametrize("path", ["/sparql", "/.well-known/void"])
def test_every_format_says_the_same(server: Server, path: str, media_type: str) -> None:
    answer = server.get(path, accept=media_type)
    assert answer.media_type == media_type
    said = {quad.triple for quad in ox.parse(answer.body, format=ox.RdfFormat.from_media_type(media_type))}
    plain = server.get(path, accept="application/n-triples")
    assert said == {quad.triple for quad in ox.parse(plain.body, format=ox.RdfFormat.N_TRIPLES)}


def test_endpoint_is_the_address_asked(server: Server) -> None:
    assert (None, SD.endpoint, rdflib.URIRef(f"{server.url}/sparql")) in _described(server)
    port = server.address[1]
    by_name = _described(server, Host=f"localhost:{port}")
    assert (None, SD.endpoint, rdflib.URIRef(f"http://localhost:{port}/sparql")) in by_name


def test_conforms_to_the_schema(server: Server, graphs_server: Server, writable: Server) -> None:
    for one in (server, graphs_server, writable):
        assert complaints(_described(one)) == []


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        ("<urn:s> sd:endpoint <urn:e> .", "0 services"),
        ("<urn:s> a sd:Service .", "a service without an endpoint"),
        ("<urn:s> a sd:Service ; sd:endpoint <urn:e> ; sd:url <urn:e> .", "no property"),
        ("<urn:s> a sd:Service ; sd:endpoint <urn:e> ; sd:feature sd:Fast .", "no term"),
        ("<urn:s> a sd:Service ; sd:endpoint <urn:e> ; sd:defaultDataset <urn:d> .", "and no"),
        ("<urn:s> a sd:Service ; sd:endpoint <urn:e>, <urn:f> .", "more than one"),
    ],
)
def test_schema_finds_what_is_wrong(broken: str, said: str) -> None:
    graph = rdflib.Graph().parse(data=f"@prefix sd: <{SD}> . {broken}", format="turtle")
    assert any(said in complaint for complaint in complaints(graph))


def test_languages(server: Server, writable: Server) -> None:
    reading, writing = _described(server), _described(writable)
    assert set(reading.objects(None, SD.supportedLanguage)) == {SD.SPARQL11Query}
    assert set(writing.objects(None, SD.supportedLanguage)) == {SD.SPARQL11Query, SD.SPARQL11Update}


def test_default_graph_is_the_union_as_it_says(graphs_server: Server) -> None:
    assert (None, SD.feature, SD.UnionDefaultGraph) in _described(graphs_server)
    found = graphs_server.query("SELECT ?s { ?s a ?kind }").rows
    assert sorted(row["s"] for row in found) == GRAPHS


def test_graphs_are_those_of_the_store(graphs_server: Server) -> None:
    graph = _described(graphs_server)
    names = {str(name) for name in graph.objects(None, SD.name)}
    asked = graphs_server.query("SELECT DISTINCT ?g { GRAPH ?g { ?s ?p ?o } }").rows
    assert names == {row["g"] for row in asked} == set(GRAPHS)


def test_formats_are_had(server: Server) -> None:
    """Each result format that the description names comes when it is asked for."""
    names = {
        FORMATS.SPARQL_Results_JSON: "application/sparql-results+json",
        FORMATS.SPARQL_Results_XML: "application/sparql-results+xml",
        FORMATS.SPARQL_Results_CSV: "text/csv",
        FORMATS.SPARQL_Results_TSV: "text/tab-separated-values",
        FORMATS.Turtle: "text/turtle",
        FORMATS.TriG: "application/trig",
        FORMATS["N-Quads"]: "application/n-quads",
        FORMATS["N-Triples"]: "application/n-triples",
        FORMATS["JSON-LD"]: "application/ld+json",
        FORMATS.RDF_XML: "application/rdf+xml",
    }
    said = set(_described(server).objects(None, SD.resultFormat))
    assert said == set(names)
    for name in said:
        media_type = names[name]
        query = (
            "SELECT * { ?s ?p ?o } LIMIT 1" if "SPARQL" in name else "CONSTRUCT WHERE { ?s ?p ?o } LIMIT 1"
        )
        answer = server.query(query, accept=media_type)
        assert (answer.status, answer.media_type) == (200, media_type)


def test_void(server: Server) -> None:
    """VoID says what is in the store, and the service description leads there."""
    void = _described(server, "/.well-known/void")
    datasets = set(void.subjects(RDF.type, VOID.Dataset))
    counted = {int(str(value)) for one in datasets for value in void.objects(one, VOID.triples)}
    triples = server.query("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }").rows[0]["n"]
    assert datasets and 0 < max(counted) <= int(triples)
    described = _described(server)
    dataset = next(described.objects(None, SD.defaultDataset))
    parts = set(described.objects(dataset, DCTERMS.hasPart))
    assert parts and parts <= datasets


def test_void_leads_back_to_the_endpoint(server: Server) -> None:
    for path in ("/sparql", "/.well-known/void"):
        said = _described(server, path).subject_objects(VOID.sparqlEndpoint)
        assert {(str(one), str(endpoint)) for one, endpoint in said} == {
            ("https://pfocr.wikipathways.org/#dataset", f"{server.url}/sparql"),
            ("https://www.wikipathways.org/#dataset", f"{server.url}/sparql"),
        }


def test_the_service_does_not_hold_what_its_links_lead_to(server: Server) -> None:
    graph = _described(server)
    linked = set(graph.objects(None, VOID.objectsTarget))
    parts = set(graph.objects(next(graph.objects(None, SD.defaultDataset)), DCTERMS.hasPart))
    assert rdflib.URIRef("https://www.ncbi.nlm.nih.gov/gene/#dataset") in linked - parts


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "POST"])
def test_void_is_only_read(server: Server, method: str) -> None:
    answer = server.request(method, "/.well-known/void")
    assert answer.status == 405
    assert "GET" in answer.headers["allow"]
