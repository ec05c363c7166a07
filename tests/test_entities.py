"""What the store says about things, against the pages that said it."""

from __future__ import annotations

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rdfkit.entities import figures, pathways, reading, sharing, statements
from rdfkit.entities.index.search import Labels
from rdfkit.errors import NotFoundError
from rdfkit.rdf.identifiers import expand
from rdfkit.sparql.library import bind, find_query
from rdfkit.store import Store

FIGURE = expand("pfocr-site:figures/PMC198534__JCI0319974.f1.html#figure")
NEW_FIGURE = expand("pfocr-site:figures/PMC10846991__j-krcp-23-071f3.html#figure")
PATHWAY, GENE = expand("wikipathways:WP364"), expand("ncbigene:3569")


def _asked(store: Store, name: str, column: str, **parameters: str) -> list[str]:
    return [str(row[column]) for row in reading.rows(store, bind(find_query(name), parameters))]


def test_a_figure_with_its_article_and_mentions(seed_store: Store) -> None:
    found = figures.figure(seed_store, FIGURE)
    assert found.identifier == "PMC198534__JCI0319974.f1"
    assert found.image == "https://www.ncbi.nlm.nih.gov/pmc/articles/PMC198534/bin/JCI0319974.f1.jpg"
    assert found.caption
    assert found.article is not None
    assert (found.article.iri, found.article.year) == (expand("pmc:PMC198534"), "2003")
    assert [int(mention.iri.rpartition("-")[2]) for mention in found.mentions] == list(
        range(1, len(found.mentions) + 1)
    )
    assert set(found.genes) == set(
        _asked(seed_store, "genes-of-figure", "gene", figure="PMC198534__JCI0319974.f1")
    )


def test_a_figure_that_says_nothing_has_nothing(seed_store: Store) -> None:
    found = figures.figure(seed_store, "http://example.org/figure")
    assert (found.title, found.article, found.mentions, found.genes) == (None, None, (), ())


@pytest.mark.parametrize(
    "name", ["wikipathways:WP364", "wikipathways:WP364_r142066", "wikipathways:WP364_r1"]
)
def test_a_pathway_with_and_without_version(name: str, seed_store: Store, seed_labels: Labels) -> None:
    found = pathways.pathway(seed_store, seed_labels, expand(name))
    assert (found.iri, found.version) == (PATHWAY, expand("wikipathways:WP364_r142066"))
    assert (found.title, found.organism_name) == ("IL6 signaling", "Homo sapiens")
    assert found.authors[0] == expand("user:A.Pandey")
    assert list(found.terms) == [expand("PW:0000512"), expand("PW:0000516")]


def test_the_newest_version_is_shown(seed_labels: Labels) -> None:
    graph = ox.NamedNode("http://example.org/g")
    numbers = (9, 100, 20)
    quads = [
        ox.Quad(
            ox.NamedNode(PATHWAY),
            ox.NamedNode(expand("pav:hasVersion")),
            ox.NamedNode(f"{PATHWAY}_r{number}"),
            graph,
        )
        for number in numbers
    ]
    store = Store.from_quads(quads)
    assert pathways.pathway(store, seed_labels, PATHWAY).version == f"{PATHWAY}_r100"
    assert pathways.pathway(store, seed_labels, f"{PATHWAY}_r20").version == f"{PATHWAY}_r20"


def test_a_pathway_that_is_not_there(seed_store: Store, seed_labels: Labels) -> None:
    with pytest.raises(NotFoundError):
        pathways.pathway(seed_store, seed_labels, expand("wikipathways:WP99999"))


def test_genes_of_a_pathway_are_those_of_the_library(
    seed_store: Store, seed_labels: Labels, sample_store: Store, sample_labels: Labels
) -> None:
    for store, labels, source in (
        (seed_store, seed_labels, "keywords"),
        (sample_store, sample_labels, "data nodes"),
    ):
        found = pathways.pathway(store, labels, PATHWAY)
        assert found.genes_from == source
        assert set(found.genes) == set(_asked(store, "genes-of-pathway", "gene", pathway="WP364"))


def test_authors_stand_in_the_order_of_the_page(sample_store: Store, sample_labels: Labels) -> None:
    found = pathways.pathway(sample_store, sample_labels, PATHWAY)
    homepages = [reading.node(sample_store, author, "foaf:homepage") for author in found.authors]
    assert homepages == _asked(sample_store, "authors-of-pathway", "homepage", pathway="WP364")


def test_shared_genes_are_those_of_the_library(seed_store: Store, seed_labels: Labels) -> None:
    genes = pathways.pathway(seed_store, seed_labels, PATHWAY).genes
    found = sharing.figures_with_genes(seed_store, genes)
    query = bind(find_query("figures-sharing-genes-with-pathway"), {"pathway": "WP364"})
    wanted = [(row["figure"], row["shared"], row["jaccard"]) for row in reading.rows(seed_store, query)]
    assert [(one.other, len(one.genes)) for one in found] == [
        (figure, shared) for figure, shared, _ in wanted
    ]
    assert [one.jaccard for one in found] == pytest.approx([jaccard for _, _, jaccard in wanted])


def test_links_go_before_counting(seed_store: Store, sample_store: Store) -> None:
    assert not sharing.has_links(seed_store)
    assert sharing.has_links(sample_store)
    linked = sharing.linked_pathways(sample_store, NEW_FIGURE, 1000)
    assert sharing.linked_pathways(sample_store, NEW_FIGURE, 5) == linked[:5]
    assert sharing.count_linked(sample_store, NEW_FIGURE) == len(linked)
    asked = _asked(
        sample_store, "pathways-linked-to-figure", "pathway", figure="PMC10846991__j-krcp-23-071f3"
    )
    assert sorted(one.other for one in linked) == sorted(asked)
    assert [one.p for one in linked] == sorted(one.p for one in linked if one.p is not None)
    assert [one.other for one in sharing.linked_figures(sample_store, PATHWAY, 20)] == [NEW_FIGURE]
    assert all(one.p is not None and len(one.genes) >= 3 for one in linked)


def test_counted_pathways_share_what_both_have(sample_store: Store, sample_labels: Labels) -> None:
    genes = figures.figure_genes(sample_store, NEW_FIGURE)
    counted = sharing.pathways_with_genes(sample_store, genes, limit=5)
    for one in counted:
        own = pathways.pathway(sample_store, sample_labels, one.other).genes
        assert set(one.genes) == set(own) & set(genes)
        assert one.jaccard == pytest.approx(len(one.genes) / len(set(own) | set(genes)))
    assert [len(one.genes) for one in counted] == sorted((len(one.genes) for one in counted), reverse=True)


def test_statements_of_any_node(seed_store: Store) -> None:
    out = statements.outgoing(seed_store, GENE)
    asked = reading.rows(seed_store, f"SELECT ?p ?o {{ <{GENE}> ?p ?o }}")
    assert sum(one.total for one in out.properties) == len(list(asked))
    into = {one.iri: one for one in statements.incoming(seed_store, GENE).properties}
    assert into[expand("schema:mentions")].total == len(reading.subjects(seed_store, "schema:mentions", GENE))


def test_long_lists_of_statements_are_cut_and_say_so() -> None:
    about, name = ox.NamedNode("http://example.org/a"), ox.NamedNode("http://example.org/p")
    quads = [ox.Quad(about, name, ox.Literal(str(number)), about) for number in range(statements.MOST + 5)]
    found = statements.outgoing(Store.from_quads(quads), about.value, each=10)
    assert found.cut
    assert (len(found.properties[0].values), found.properties[0].total) == (10, statements.MOST)
    back = [
        ox.Quad(ox.NamedNode(f"http://example.org/{n}"), name, about, about)
        for n in range(statements.MOST + 5)
    ]
    assert statements.incoming(Store.from_quads(back), about.value).cut


@given(st.text())
def test_what_is_no_iri_is_not_found(seed_store: Store, text: str) -> None:
    try:
        known = reading.is_known(seed_store, text)
    except NotFoundError:
        return
    assert not known
    assert reading.along(seed_store, text, "^schema:mentions") == []


@pytest.mark.parametrize(
    "text", ["", "a b", "http://x/> } #", 'http://x/"', "http://x/{}", "relative", "http://x/\\u003e"]
)
def test_no_iri_breaks_out_of_a_query(text: str, seed_store: Store) -> None:
    with pytest.raises(NotFoundError):
        reading.along(seed_store, text, "dcterms:title")
