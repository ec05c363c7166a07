"""Our graph beside WikiPathways' own RDF of other pathway versions: no answer about our version changes."""

from __future__ import annotations

from collections.abc import Iterator

import pyoxigraph as ox
import pytest

from rdfkit.sparql.library import bind, find_query
from rdfkit.store import Store
from tests.support.paths import CASES

VERSION = "wikipathways:WP364_r142066"
THEIRS = CASES / "other_version.ttl"
ABOUT_OURS = {
    "all that is said of the version": f"SELECT * {{ {VERSION} ?p ?o }}",
    "all that is part of it": f"SELECT ?part ?type {{ ?part dcterms:isPartOf {VERSION} ; a ?type }}",
    "its genes": f"SELECT DISTINCT ?gene {{ ?node dcterms:isPartOf {VERSION} ; wp:bdbEntrezGene ?gene }}",
    "its references": f"SELECT ?r ?text {{ {VERSION} cito:cites ?r . ?r dcterms:bibliographicCitation ?text }}",
    "its terms": f"SELECT ?t ?l {{ {VERSION} wp:ontologyTag ?t . OPTIONAL {{ ?t rdfs:label ?l }} }}",
    "its title": f"SELECT ?title {{ ?p pav:hasVersion {VERSION} . {VERSION} dc:title ?title }}",
    "its page": "SELECT ?page ?p ?o { ?page schema:about wikipathways:WP364 ; ?p ?o }",
}
# The queries of the library whose parameter names a pathway tell of its newest version.
LIBRARY = [
    "authors-of-pathway",
    "communities-of-pathway",
    "articles-citing-pathway",
    "terms-of-pathway",
    "genes-of-pathway",
    "datanodes-of-pathway",
    "references-of-pathway",
    "figures-sharing-genes-with-pathway",
]


@pytest.fixture(scope="module")
def union(sample_store: Store) -> Iterator[Store]:
    """The sample sites and their neighbour's RDF in one store."""
    theirs = ox.parse(THEIRS.read_bytes(), ox.RdfFormat.TURTLE)
    graph = ox.NamedNode("http://rdf.wikipathways.org/")
    with Store.from_quads(
        [*sample_store.quads(), *(ox.Quad(q.subject, q.predicate, q.object, graph) for q in theirs)]
    ) as store:
        assert store.query("ASK { wikipathways:WP364_r100000 a wp:Pathway }")
        yield store


def _rows(store: Store, text: str) -> list[str]:
    return sorted(str(sorted(row.items(), key=str)) for row in store.query(text))  # type: ignore[union-attr, misc]


@pytest.mark.parametrize("question", sorted(ABOUT_OURS))
def test_what_is_said_of_our_version_stays(question: str, sample_store: Store, union: Store) -> None:
    before = _rows(sample_store, ABOUT_OURS[question])
    assert before
    assert _rows(union, ABOUT_OURS[question]) == before


@pytest.mark.parametrize("name", LIBRARY)
def test_the_library_tells_the_same(name: str, sample_store: Store, union: Store) -> None:
    text = bind(find_query(name), {"pathway": "WP364"})
    before = _rows(sample_store, text)
    assert before
    assert _rows(union, text) == before


def test_their_version_is_there_beside_ours(union: Store) -> None:
    rows = union.query("SELECT ?v { wikipathways:WP364 pav:hasVersion ?v }")
    assert {str(row["v"]).rpartition("_")[2] for row in rows} == {"r142066", "r100000"}  # type: ignore[union-attr, index, call-overload]


def test_a_gene_that_both_draw_is_one_resource(union: Store) -> None:
    rows = union.query(
        "SELECT ?v { ncbigene:3569 dcterms:isPartOf ?v . wikipathways:WP364 pav:hasVersion ?v }"
    )
    assert len(list(rows)) == 2  # type: ignore[arg-type]
