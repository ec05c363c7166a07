"""What a pathway page becomes, checked on the pathway of the seeds."""

from __future__ import annotations

import pyoxigraph as ox
import pytest

from rdfkit.rdf.identifiers import compress, expand
from rdfkit.report import Severity
from tests.support import pages
from tests.support.graphs import Graph

PAGE = "https://wikipathways.github.io/pathways/WP364.html"
VERSION = "wikipathways:WP364_r142066"


@pytest.fixture(scope="module")
def pathway(seed_graph: Graph) -> list[ox.Quad]:
    return list(seed_graph.quads)


def _objects(quads: list[ox.Quad], subject: str, predicate: str) -> list[str]:
    found = [
        q.object
        for q in quads
        if q.subject.value == expand(subject) and q.predicate.value == expand(predicate)
    ]
    return sorted(compress(term.value) if isinstance(term, ox.NamedNode) else str(term) for term in found)


@pytest.mark.parametrize(
    ("subject", "predicate", "expected"),
    [
        ("wikipathways:WP364", "pav:hasVersion", [VERSION]),
        (VERSION, "rdf:type", ["skos:Collection", "wp:Pathway"]),
        (VERSION, "dc:title", ['"IL6 signaling"@en']),
        (VERSION, "dcterms:identifier", ['"WP364"']),
        (VERSION, "dc:identifier", ["wikipathways:WP364"]),
        (VERSION, "dc:source", ['"WikiPathways"']),
        (VERSION, "dcterms:modified", ['"2025-12-01"^^<http://www.w3.org/2001/XMLSchema#date>']),
        (VERSION, "pav:version", ['"r142066"']),
        (VERSION, "foaf:page", ["http://www.wikipathways.org/instance/WP364_r142066"]),
        (VERSION, "wp:isAbout", ["http://rdf.wikipathways.org/Pathway/WP364_r142066"]),
        ("http://rdf.wikipathways.org/Pathway/WP364_r142066", "gpml:version", ['"r142066"']),
        ("http://rdf.wikipathways.org/Pathway/WP364_r142066", "gpml:organism", ['"Homo sapiens"']),
        (VERSION, "wp:organism", ["NCBITaxon:9606"]),
        (VERSION, "wp:organismName", ['"Homo sapiens"']),
        (VERSION, "dcterms:license", ["https://creativecommons.org/publicdomain/zero/1.0/"]),
        (
            VERSION,
            "rdfs:seeAlso",
            ["https://www.ndexbio.org/viewer/networks/40d4c867-8b60-11eb-9e72-0ac135e8bacf"],
        ),
        (VERSION, "wp:ontologyTag", ["PW:0000512", "PW:0000516", "cur:CPTAC", "cur:ONTOX", "cur:PancCanNet"]),
        (VERSION, "wp:pathwayOntologyTag", ["PW:0000512", "PW:0000516"]),
        (VERSION, "wp:diseaseOntologyTag", []),
        ("PW:0000516", "rdf:type", ["owl:Class"]),
        ("PW:0000516", "rdfs:label", ['"interleukin-6 signaling pathway"']),
        ("PW:0000516", "rdfs:subClassOf", ["PW:0000004"]),
        ("PW:0000512", "rdfs:subClassOf", ["PW:0000003"]),
        ("PW:0000004", "rdfs:label", ['"regulatory pathway"']),
        ("user:Egonw", "rdf:type", ["foaf:Person"]),
        ("user:Egonw", "foaf:name", ['"Egonw"']),
        ("user:Egonw", "foaf:homepage", ["https://www.wikipathways.org/authors/Egonw.html"]),
        ("user:Christine_Chichester", "foaf:name", ['"Christine Chichester"']),
        (
            "user:Christine_Chichester",
            "foaf:homepage",
            ["https://www.wikipathways.org/authors/Christine%20Chichester.html"],
        ),
        ("user:A.Pandey/WP364_r142066", "rdf:type", ["wp:Authorship"]),
        ("user:A.Pandey/WP364_r142066", "dc:creator", ["user:A.Pandey"]),
        ("user:A.Pandey/WP364_r142066", "wpq:series_ordinal", ['"1"']),
        ("user:Khanspers/WP364_r142066", "wpq:series_ordinal", ['"2"']),
        ("user:Eweitz/WP364_r142066", "wpq:series_ordinal", ['"12"']),
        ("pmc:PMC9519890", "dcterms:issued", ['"2022"^^<http://www.w3.org/2001/XMLSchema#gYear>']),
        ("pmc:PMC9519890", "rdf:type", ["fabio:JournalArticle"]),
        ("pmc:PMC9519890", "cito:cites", [VERSION]),
        ("pmc:PMC12301734", "dcterms:issued", []),
        (PAGE, "schema:about", ["wikipathways:WP364"]),
        (PAGE, "rdf:type", ["schema:Dataset"]),
        (PAGE, "schema:license", ["https://creativecommons.org/publicdomain/zero/1.0/"]),
        (PAGE, "schema:creator", [f"{PAGE}#creator"]),
    ],
)
def test_statements(pathway: list[ox.Quad], subject: str, predicate: str, expected: list[str]) -> None:
    assert _objects(pathway, subject, predicate) == sorted(expected)


def test_house_accounts_are_no_authors(pathway: list[ox.Quad]) -> None:
    authors = _objects(pathway, "wikipathways:WP364", "dc:creator")
    assert len(authors) == 12
    assert "user:MaintBot" not in authors
    assert len(_objects(pathway, "wikipathways:WP364", "wp:hasAuthorship")) == 12


def test_title_loses_its_year(pathway: list[ox.Quad]) -> None:
    (title,) = _objects(pathway, "pmc:PMC9519890", "dcterms:title")
    assert title.endswith('in COVID-19 patients"')


def test_other_addresses_belong_to_the_page(pathway: list[ox.Quad]) -> None:
    assert _objects(pathway, PAGE, "dcterms:replaces") == [
        "https://www.wikipathways.org/index.php/Pathway:WP364"
    ]
    assert _objects(pathway, PAGE, "schema:sameAs") == [
        "https://www.wikipathways.org/instance/WP364",
        "https://www.wikipathways.org/instance/WP364_r142066",
    ]
    assert _objects(pathway, VERSION, "dcterms:replaces") == []


def test_seven_articles_cite_the_pathway(pathway: list[ox.Quad]) -> None:
    articles = _objects(pathway, VERSION, "cito:isCitedBy")
    assert len(articles) == 7
    assert "doi:10.1016/j.tiv.2016.03.009" in articles


@pytest.mark.parametrize(
    ("link", "article"),
    [
        ("PMC8431385", "pmc:PMC8431385"),
        ("' PMC8431385 '", "pmc:PMC8431385"),
        ("https://www.ncbi.nlm.nih.gov/pmc/articles/PMC8431385/", "pmc:PMC8431385"),
        ("https://pmc.ncbi.nlm.nih.gov/articles/PMC8431385", "pmc:PMC8431385"),
        ("10.1016/j.tiv.2016.03.009", "doi:10.1016/j.tiv.2016.03.009"),
        ("https://doi.org/10.1016/j.tiv.2016.03.009", "doi:10.1016/j.tiv.2016.03.009"),
        ("http://dx.doi.org/10.1016/j.tiv.2016.03.009", "doi:10.1016/j.tiv.2016.03.009"),
        ("doi:10.1016/j.tiv.2016.03.009", "doi:10.1016/j.tiv.2016.03.009"),
        ("somewhere", "somewhere"),
        ("https://example.org/10", "https://example.org/10"),
    ],
)
def test_a_citing_article_is_named_by_its_identifier(link: str, article: str) -> None:
    found = pages.pathway(citedin=f"[{{link: {link}, title: A title (2021)}}]")
    assert found.objects(pages.VERSION, "cito:isCitedBy") == [article]
    if ":PMC" in article or article.startswith("doi"):
        assert found.objects(article, "cito:cites") == [pages.VERSION]
        assert found.objects(article, "rdf:type") == ["fabio:JournalArticle"]


@pytest.mark.parametrize(
    ("written", "title", "issued"),
    [
        ("A title (2021)", ["A title"], ["2021"]),
        ("A title. (2021) ", ["A title."], ["2021"]),
        ("A title (2021).", ["A title"], ["2021"]),
        (" A title ", ["A title"], []),
        ("Of (2020) and later", ["Of (2020) and later"], []),
        ("Patent (4711)", ["Patent (4711)"], []),
        ("(2021)", [], ["2021"]),
        ("", [], []),
    ],
)
def test_the_year_of_a_citing_article(written: str, title: list[str], issued: list[str]) -> None:
    found = pages.pathway(citedin=f"[{{link: PMC1, title: '{written}'}}]")
    assert found.objects("pmc:PMC1", "dcterms:title") == title
    assert found.objects("pmc:PMC1", "dcterms:issued") == issued


@pytest.mark.parametrize("text", ["''", "NA", "[]", ".na.character"])
def test_nothing_cites_the_pathway(text: str) -> None:
    found = pages.pathway(citedin=text)
    assert found.objects(pages.VERSION, "cito:isCitedBy") == []
    assert found.problems == []


def test_one_citing_article_that_is_no_list() -> None:
    found = pages.pathway(citedin="{link: PMC1, title: A title}")
    assert found.objects(pages.VERSION, "cito:isCitedBy") == ["pmc:PMC1"]
    assert found.problems == []


def test_other_pathways_of_the_same_title_and_organism() -> None:
    key = ("title", "a pathway\thomo sapiens")
    found = pages.pathway({key: "WP1,WP2,WP30"}, title="' A  Pathway'")
    assert list(found.site.definitions) == [(*key, "WP1")]
    problem = next(one for one in found.problems if one.rule == "title-duplicate")
    assert problem.message == "the same title, for the same organism, as WP2, WP30"
    assert (problem.key, problem.value, problem.severity) == ("title", "A  Pathway", Severity.WARNING)
    assert pages.pathway({key: "WP1"}).problems == []
    other = pages.pathway({key: "WP1,WP2"}, organisms="[Mus musculus]")
    assert other.problems == []
    assert pages.pathway({key: "WP1,WP2"}, redirect_to="/pathways/WP2.html").problems == []


def test_a_title_has_no_outer_blanks() -> None:
    found = pages.pathway(title="'Selenium network '")
    assert found.objects(pages.VERSION, "dc:title") == ["Selenium network"]
    assert found.rules() == ["text-blank"]
