"""Properties that hold for all quads."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import pyoxigraph as ox
import pytest

from rdfkit import package_data
from rdfkit.errors import JsonLdError
from rdfkit.mapping import registry
from rdfkit.mapping.document import Document
from rdfkit.mapping.jsonld import contexts
from rdfkit.mapping.jsonld.oxigraph import quads
from rdfkit.rdf.identifiers import address_map, expand, prefix_map
from rdfkit.rdf.quads import sorted_quads
from rdfkit.store.page_graphs import all_shared_graphs
from tests.support.graphs import Graph, assemble, mapped
from tests.support.paths import PROJECT, SEEDS

# References may be web pages; people and communities have home pages elsewhere.
GIVEN_IN_FULL = {
    expand(name)
    for name in (
        "cito:cites",
        "foaf:page",
        "foaf:logo",
        "schema:sameAs",
        "rdfs:seeAlso",
        "dcterms:isReplacedBy",
    )
}

CATALOGUE = (PROJECT / "rdfkit" / "store" / "datasets.toml").read_text(encoding="utf-8")


def _iris(graph: Graph) -> set[str]:
    terms = [t for q in graph.quads for t in (q.subject, q.predicate, q.object, q.graph_name)]
    datatypes = {term.datatype.value for term in terms if isinstance(term, ox.Literal)}
    return datatypes | {term.value for term in terms if isinstance(term, ox.NamedNode)}


def _strangers(graph: Graph) -> set[str]:
    """IRIs with no start that the package knows, but for addresses that pages, or the datasets, give in full."""
    starts = (*prefix_map().values(), *address_map().values())
    given = {q.object for q in graph.quads if q.predicate.value in GIVEN_IN_FULL}
    known = {term.value for term in given if isinstance(term, ox.NamedNode)}
    strangers = {iri for iri in _iris(graph) if not iri.startswith(starts)} - known
    # What is said of datasets names places of others.
    return {iri for iri in strangers if f'"{iri.removesuffix("#dataset")}"' not in CATALOGUE}


def _blank_nodes(graph: Graph) -> list[ox.Quad]:
    return [q for q in graph.quads if ox.BlankNode in {type(q.subject), type(q.object), type(q.graph_name)}]


def test_every_iri_of_the_seeds_has_a_known_start(seed_graph: Graph) -> None:
    assert _strangers(seed_graph) == set()
    assert _blank_nodes(seed_graph) == []


@pytest.mark.scale
def test_every_iri_of_the_samples_has_a_known_start(samples: Path) -> None:
    graph = assemble([samples], keep_invalid=True)
    assert graph.pages == {
        "author": 171, "community": 20, "figure": 4, "organism": 39, "pathway": 240, "term": 21
    }  # fmt: skip
    assert _strangers(graph) == set()
    assert _blank_nodes(graph) == []


def test_addresses_are_those_that_the_data_model_names() -> None:
    with (PROJECT / "rdfkit" / "rdf" / "data" / "identifiers.toml").open("rb") as file:
        assert set(tomllib.load(file)["addresses"].values()) == {
            "https://bioschemas.org/profiles/",
            "https://meshb.nlm.nih.gov/record/ui?ui=",
            "https://pfocr.wikipathways.org/",
            "https://www.wikipathways.org/",
            "https://wikipathways.github.io/",
            "http://www.wikipathways.org/instance/",
            "http://rdf.wikipathways.org/Pathway/",
            "https://www.ncbi.nlm.nih.gov/",
            "https://www.ndexbio.org/viewer/networks/",
            "https://creativecommons.org/",
            "https://identifiers.org/",
            "http://www.ncbi.nlm.nih.gov/pubmed/",
        }


@pytest.mark.parametrize("kind", registry.KINDS)
def test_no_term_is_named_like_a_prefix(kind: str) -> None:
    # In JSON-LD the term would hide the prefix, and identifiers under it would stay unexpanded.
    assert contexts.terms(kind) & (prefix_map().keys() | address_map().keys()) == set()


@pytest.mark.parametrize("kind", registry.KINDS)
def test_every_named_term_is_in_the_context(kind: str) -> None:
    row_keys = {"parentLabel", "label"}
    assert registry.kind(kind).keys.keys() - row_keys <= contexts.terms(kind)


@pytest.mark.parametrize(
    "name", ["author", "community", "figure", "organism", "pathway", "schema", "term", "prefixes"]
)
def test_contexts_are_sorted_for_readers(name: str) -> None:
    folder = PROJECT / "rdfkit" / ("rdf/data" if name == "prefixes" else "mapping/jsonld/contexts")
    keys = list(json.loads((folder / f"{name}.jsonld").read_text())["@context"])
    terms = [key for key in keys if not key.startswith("@") and key[0].islower()]
    assert terms == sorted(terms)


def test_each_page_is_its_own_graph(seed_graph: Graph) -> None:
    graphs = {quad.graph_name.value for quad in seed_graph.quads} - all_shared_graphs()
    assert graphs == {found.document.graph for found in mapped([SEEDS])} | {expand("pfocr:provenance")}
    assert len(graphs) == 6


def test_terms_of_our_vocabulary_are_declared(seed_graph: Graph) -> None:
    vocabulary = ox.parse(path=str(package_data.vocabulary_file()), format=ox.RdfFormat.TURTLE)
    declared = {quad.subject.value for quad in vocabulary}
    ours = expand("pfocr:")
    used = {iri for iri in _iris(seed_graph) if iri.startswith(ours)}
    assert used - declared == set()


def test_no_value_is_lost_on_the_way() -> None:
    """Every text that a document holds is in its quads: JSON-LD drops silently what it cannot map."""
    for page in mapped([SEEDS]):
        own = list(quads(page.document))
        found = {quad.object.value for quad in own} | {quad.subject.value for quad in own}
        missing = {
            text for text in _texts(page.document.nodes) if text not in found and expand(text) not in found
        }
        assert missing == set()


def _texts(node: object, key: str = "") -> set[str]:
    if isinstance(node, str):
        return set() if key == "@type" else {node}
    if isinstance(node, list):
        return set().union(*(_texts(item, key) for item in node))
    if isinstance(node, dict):
        return set().union(*(_texts(value, name) for name, value in node.items()))
    return set()


def test_a_document_that_is_not_json_ld_is_named() -> None:
    good = Document("figure", "https://pfocr.wikipathways.org/figures/a.html", [{"figid": "a"}])
    bad = Document("figure", "https://pfocr.wikipathways.org/figures/b.html", [{"@id": 1, "figid": "b"}])
    assert [quad.object.value for quad in quads(good)] == ["a"]
    with pytest.raises(JsonLdError) as caught:
        list(quads(bad))
    assert caught.value.value == bad.graph


def test_lists_of_foreign_contexts_leave_no_blank_node() -> None:
    graph = "https://www.wikipathways.org/pages/x.html"
    node = {
        "@context": {"steps": {"@id": "http://schema.org/step", "@container": "@list"}},
        "@id": graph,
        "steps": ["one", "two"],
    }
    found = sorted_quads(quads(Document("document", graph, [], foreign_nodes=[node])))
    assert {type(quad.subject) for quad in found} == {ox.NamedNode}
    assert {quad.subject.value for quad in found} == {graph, f"{graph}#genid-1", f"{graph}#genid-2"}
