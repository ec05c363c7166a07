"""What a figure page becomes, checked on the figures of the seeds against counts made straight from the files."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pyoxigraph as ox
import pytest
import yaml

from rdfkit.rdf.identifiers import compress, expand
from tests.support.graphs import Graph, assemble
from tests.support.paths import SEEDS
from tests.support.told import BLOCK, Told, told_by

CC0 = "https://creativecommons.org/publicdomain/zero/1.0/"
NDEX = "https://www.ndexbio.org/viewer/networks/76869163-dec7-11ea-99da-0ac135e8bacf"
SITE = "https://pfocr.wikipathways.org/figures/"
WITH_ROWS = {
    "PMC198534__JCI0319974.f1": 15,
    "PMC7048131__12964_2020_527_Fig1_HTML": 37,
    "PMC7378365__fimmu-11-01424-g0002": 12,
}


def _raw(figid: str) -> dict[str, object]:
    text = (SEEDS / f"{figid}.md").read_text(encoding="utf-8")
    loaded: dict[str, object] = yaml.load(text.split("---\n")[1], Loader=yaml.BaseLoader)
    return loaded


def _objects(quads: list[ox.Quad], subject: str, predicate: str) -> list[str]:
    # A set: several pages may say the same.
    found = {
        q.object
        for q in quads
        if q.subject.value == expand(subject) and q.predicate.value == expand(predicate)
    }
    return sorted(compress(term.value) if isinstance(term, ox.NamedNode) else term.value for term in found)


def _mentions(quads: list[ox.Quad], figure: str) -> list[str]:
    target = ox.NamedNode(expand("oa:hasTarget"))
    return [q.subject.value for q in quads if q.predicate == target and q.object.value == figure]


@pytest.mark.parametrize(("figid", "genes"), WITH_ROWS.items())
def test_genes_are_those_of_the_rows(seed_graph: Graph, figid: str, genes: int) -> None:
    expected = sorted({f"ncbigene:{row['entrez']}" for row in _raw(figid)["genes"]})  # type: ignore[attr-defined,index]
    assert len(expected) == genes
    assert _objects(seed_graph.quads, f"{SITE}{figid}.html#figure", "schema:mentions") == expected


@pytest.mark.parametrize("figid", WITH_ROWS)
def test_equal_rows_are_one_mention_with_a_count(seed_graph: Graph, figid: str) -> None:
    rows = _raw(figid)["genes"]
    expected = Counter((row["word"], row["symbol"], row["source"], row["entrez"]) for row in rows)  # type: ignore[attr-defined,index]
    found: Counter[tuple[str, str, str, str]] = Counter()
    for mention in _mentions(seed_graph.quads, f"{SITE}{figid}.html#figure"):

        def one(predicate: str, mention: str = mention) -> str:
            (value,) = _objects(seed_graph.quads, mention, predicate)
            return value

        key = one("pfocr:word"), one("pfocr:symbol"), one("pfocr:lexicon"), one("oa:hasBody")
        plain = (*key[:2], key[2].removeprefix("pfocr:"), key[3].removeprefix("ncbigene:"))
        found[plain] = int(one("pfocr:occurrences"))
    assert found == expected


def test_stat3_is_counted_six_times(seed_graph: Graph) -> None:
    figure = f"{SITE}PMC7048131__12964_2020_527_Fig1_HTML.html#figure"
    mentions = _mentions(seed_graph.quads, figure)
    stat3 = [m for m in mentions if _objects(seed_graph.quads, m, "pfocr:word") == ["STAT3"]]
    assert [_objects(seed_graph.quads, mention, "pfocr:occurrences") for mention in stat3] == [["6"]]


@pytest.mark.parametrize(
    ("subject", "predicate", "expected"),
    [
        ("ncbigene:5601", "rdf:type", ["schema:Gene"]),
        ("ncbigene:5601", "rdfs:label", ["MAPK9"]),
        ("ncbigene:5601", "wp:bdbEntrezGene", ["ncbigene:5601"]),
        ("ncbigene:5601", "wp:bdbHgncSymbol", ["hgnc.symbol:MAPK9"]),
        ("ncbigene:5601", "wp:organism", []),
        ("ncbigene:5601", "schema:taxonomicRange", ["NCBITaxon:9606"]),
        ("ncbigene:5601", "schema:name", ["MAPK9"]),
        ("ncbigene:5601", "schema:identifier", ["ncbigene:5601"]),
        ("ncbigene:5601", "schema:url", ["https://www.ncbi.nlm.nih.gov/gene/5601"]),
        ("ncbigene:5601", "dcterms:conformsTo", ["https://bioschemas.org/profiles/Gene/1.0-RELEASE"]),
        ("pmc:PMC198534", "rdf:type", ["fabio:JournalArticle", "schema:ScholarlyArticle"]),
        ("pmc:PMC198534", "schema:identifier", ["pmc:PMC198534"]),
        ("pmc:PMC198534", "dcterms:title", ["Hepatoprotection via the IL-6/Stat3 pathway."]),
        ("pmc:PMC198534", "dcterms:issued", ["2003"]),
        ("pmc:PMC10846991", "owl:sameAs", ["doi:10.23876/j.krcp.23.071"]),
        (f"{SITE}PMC198534__JCI0319974.f1.html", "rdf:type", ["schema:Dataset"]),
        (
            f"{SITE}PMC198534__JCI0319974.f1.html",
            "schema:about",
            [f"{SITE}PMC198534__JCI0319974.f1.html#figure"],
        ),
        (f"{SITE}PMC198534__JCI0319974.f1.html", "schema:license", [CC0]),
        (f"{SITE}PMC198534__JCI0319974.f1.html", "schema:name", ["IL-6/Stat3 signaling pathway"]),
        (f"{SITE}PMC198534__JCI0319974.f1.html#figure", "rdf:type", ["doco:Figure"]),
        (f"{SITE}PMC198534__JCI0319974.f1.html#figure", "schema:license", []),
        (f"{SITE}PMC198534__JCI0319974.f1.html#figure", "dcterms:isPartOf", ["pmc:PMC198534"]),
        (f"{SITE}PMC198534__JCI0319974.f1.html#figure", "schema:position", ["F1"]),
        (f"{SITE}PMC198534__JCI0319974.f1.html#figure", "pfocr:pathwayScore", ["0.9631486"]),
        (
            f"{SITE}PMC198534__JCI0319974.f1.html#figure",
            "schema:contentUrl",
            ["https://www.ncbi.nlm.nih.gov/pmc/articles/PMC198534/bin/JCI0319974.f1.jpg"],
        ),
        (
            f"{SITE}PMC7048131__12964_2020_527_Fig1_HTML.html#figure",
            "foaf:page",
            ["https://www.ncbi.nlm.nih.gov/pmc/articles/PMC7048131/figure/Fig1/"],
        ),
        (f"{SITE}PMC10846991__j-krcp-23-071f3.html#figure", "pfocr:organism", []),
        (f"{SITE}PMC10846991__j-krcp-23-071f3.html#figure", "pfocr:recognisedOrganism", ["NCBITaxon:9606"]),
    ],
)
def test_statements(seed_graph: Graph, subject: str, predicate: str, expected: list[str]) -> None:
    assert _objects(seed_graph.quads, subject, predicate) == expected


def test_article_has_its_journal_publisher_and_keywords(seed_graph: Graph) -> None:
    quads = seed_graph.quads
    (journal,) = _objects(quads, "pmc:PMC10846991", "dcterms:isPartOf")
    assert _objects(quads, journal, "fabio:hasShortTitle") == ["Kidney Res Clin Pract"]
    assert _objects(quads, journal, "dcterms:title") == ["Kidney Research and Clinical Practice"]
    (publisher,) = _objects(quads, "pmc:PMC10846991", "dcterms:publisher")
    assert _objects(quads, publisher, "foaf:name") == ["The Korean Society of Nephrology"]
    assert len(_objects(quads, "pmc:PMC10846991", "dcterms:subject")) == 5


def test_keywords_become_genes_that_the_other_pages_teach(seed_graph: Graph) -> None:
    taught = {}
    for figid in WITH_ROWS:
        for row in _raw(figid)["genes"]:  # type: ignore[attr-defined]
            taught[row["hgnc_symbol"]] = row["entrez"]
    block = _raw("PMC10846991__j-krcp-23-071f3")["schema-jsonld"]
    expected = sorted(f"ncbigene:{taught[word]}" for word in block["keywords"] if word in taught)  # type: ignore[index,call-overload]
    figure = f"{SITE}PMC10846991__j-krcp-23-071f3.html#figure"
    assert _objects(seed_graph.quads, figure, "schema:mentions") == expected
    for mention in _mentions(seed_graph.quads, figure):
        assert _objects(seed_graph.quads, mention, "prov:wasDerivedFrom") == ["pfocr:learnedLexicon"]
        assert _objects(seed_graph.quads, mention, "pfocr:lexicon") == []


def test_keywords_that_nothing_teaches_stay_keywords(seed_graph: Graph) -> None:
    words = _objects(seed_graph.quads, f"{SITE}PMC10846991__j-krcp-23-071f3.html", "schema:keywords")
    assert "RAS" in words
    assert "NM" in words


def _page(folder: Path, **fields: object) -> None:
    name = fields["figid"]
    content = yaml.safe_dump(fields, sort_keys=False)
    (folder / f"{name}.md").write_text(f"---\n{content}---\n")


def test_a_symbol_of_another_species_is_not_grounded(tmp_path: Path) -> None:
    row = {"word": "AR", "symbol": "AR", "source": "hgnc_symbol", "hgnc_symbol": "AR", "entrez": "367"}
    block = {"@context": "https://schema.org/", "@type": "Dataset", "keywords": ["AR"]}
    common: dict[str, object] = {"pmcid": "PMC1", "schema-jsonld": block}
    _page(tmp_path, figid="PMC1__teacher", organisms="Homo sapiens", genes=[row], pmcid="PMC1")
    _page(
        tmp_path,
        figid="PMC1__fly",
        organisms_ner=["Drosophila melanogaster"],
        organisms="Homo sapiens",
        **common,
    )
    _page(tmp_path, figid="PMC1__human", organisms="Homo sapiens", **common)
    quads = assemble([tmp_path], keep_invalid=True).quads
    assert _objects(quads, f"{SITE}PMC1__fly.html#figure", "schema:mentions") == []
    assert _objects(quads, f"{SITE}PMC1__human.html#figure", "schema:mentions") == ["ncbigene:367"]


def test_rows_of_chemicals_and_diseases(tmp_path: Path) -> None:
    chemicals = [{"word": "Ca2+", "source": "MESH", "identifier": "D002118"}] * 2
    diseases = [{"word": "cancer", "source": "MESH", "identifier": "NA"}]
    _page(tmp_path, figid="PMC1__f1", pmcid="PMC1", chemicals=chemicals, diseases=diseases, genes=[])
    page = f"{SITE}PMC1__f1.html"
    quads = assemble([tmp_path], keep_invalid=True).quads
    assert _objects(quads, f"{page}#figure", "schema:mentions") == ["mesh:D002118"]
    assert _objects(quads, "mesh:D002118", "rdf:type") == ["schema:MolecularEntity"]
    assert _objects(quads, f"{page}#mention-1", "pfocr:occurrences") == ["2"]
    assert _objects(quads, f"{page}#mention-2", "pfocr:word") == ["cancer"]
    assert _objects(quads, f"{page}#mention-2", "oa:hasBody") == []


def _told(text: str) -> Told:
    return told_by(f"figid: PMC1__f1\npmcid: PMC1\norganisms: [Homo sapiens]\n{BLOCK}\n{text}", "PMC1__f1.md")


FIGURE = f"{SITE}PMC1__f1.html#figure"


def test_a_pathway_that_a_curator_has_named_is_kept() -> None:
    told = _told("wpid: WP5283 ")
    assert told.values(FIGURE, "dcterms:relation") == ["wikipathways:WP5283"]
    assert told.values(FIGURE, "rdf:type") == ["doco:Figure"]
    assert _told("wpid: [WP1, 'https://www.wikipathways.org/pathways/WP2']").values(
        FIGURE, "dcterms:relation"
    ) == ["wikipathways:WP1", "wikipathways:WP2"]
    assert _told("wpid: ''").values(FIGURE, "dcterms:relation") == []


@pytest.mark.parametrize(
    ("written", "expected"),
    [("Figure", []), ("Graphical abstract", ["Graphical abstract"]), (".na", [])],
)
def test_a_type_of_its_own_is_kept(written: str, expected: list[str]) -> None:
    assert _told(f"figtype: {written}").values(FIGURE, "dcterms:type") == expected


def test_an_older_name_is_an_address_that_the_page_replaces() -> None:
    page = FIGURE.removesuffix("#figure")
    both = _told("figid_alias: PMC1__F1\nredirect_from: /figures/PMC1__F1")
    assert both.values(page, "dcterms:replaces") == []
    assert both.values(page, "schema:sameAs") == [f"{SITE}PMC1__F1"]
    assert both.values(FIGURE, "dcterms:replaces") == []
    assert _told("figid_alias: PMC1__F1").values(page, "dcterms:replaces") == [f"{SITE}PMC1__F1"]


PMC = "https://www.ncbi.nlm.nih.gov/pmc/articles/PMC1"


@pytest.mark.parametrize(
    ("key", "written", "predicate", "expected"),
    [
        ("figlink", "/pmc/articles/PMC1/figure/F1/", "foaf:page", f"{PMC}/figure/F1/"),
        ("figlink", "pmc/articles/PMC1/figure/F1/", "foaf:page", f"{PMC}/figure/F1/"),
        ("figlink", f"{PMC}/figure/F1/", "foaf:page", f"{PMC}/figure/F1/"),
        ("figlink", f"' {PMC}/figure/F1/ '", "foaf:page", f"{PMC}/figure/F1/"),
        ("figlink", "//www.ncbi.nlm.nih.gov/pmc/articles/PMC1/figure/F1/", "foaf:page", f"{PMC}/figure/F1/"),
        ("figlink", "www.ncbi.nlm.nih.gov/pmc/articles/PMC1/figure/F1/", "foaf:page", f"{PMC}/figure/F1/"),
        ("filename", "f 1.jpg", "schema:contentUrl", f"{PMC}/bin/f%201.jpg"),
        ("filename", "' f1.jpg'", "schema:contentUrl", f"{PMC}/bin/f1.jpg"),
        ("filename", "https://example.org/f1.jpg", "schema:contentUrl", "https://example.org/f1.jpg"),
        ("ndex", "76869163-dec7-11ea-99da-0ac135e8bacf", "rdfs:seeAlso", NDEX),
        ("ndex", NDEX, "rdfs:seeAlso", NDEX),
        ("redirect_from", "https://example.org/old", "dcterms:replaces", None),
    ],
)
def test_a_full_address_stays_as_it_is(key: str, written: str, predicate: str, expected: str | None) -> None:
    assert _told(f"{key}: {written}").values(FIGURE, predicate) == ([expected] if expected else [])


@pytest.mark.parametrize(
    "written",
    ["10.1/x", "' 10.1234/x '", "https://doi.org/10.1234/x", "doi:10.1234/x", "http://dx.doi.org/10.1234/x"],
)
def test_a_doi_is_read_for_what_it_is(written: str) -> None:
    expected = ["10.1/x"] if written == "10.1/x" else ["doi:10.1234/x"]
    assert _told(f"doi: {written}").values("pmc:PMC1", "owl:sameAs") == expected


@pytest.mark.parametrize(
    "missing", [".na", ".na.character", ".na.real", ".na.integer", ".na.logical", "NA", "~"]
)
def test_what_r_writes_for_nothing_is_nothing(missing: str) -> None:
    keys = (
        "figtitle caption papertitle reftext year doi keywords figlink number pathway_score ndex figtype wpid"
    )
    told = _told("\n".join(f"{key}: {missing}" for key in keys.split()))
    plain = _told("")
    assert set(told.triples) == set(plain.triples)
    assert told.problems == plain.problems == ()


def test_organisms_of_a_figure_have_terms_of_their_own() -> None:
    told = _told("organisms_ner: Mus musculus")
    assert told.values(FIGURE, "pfocr:organism") == ["NCBITaxon:9606"]
    assert told.values(FIGURE, "pfocr:recognisedOrganism") == ["NCBITaxon:10090"]
    assert told.values("NCBITaxon:9606", "rdfs:label") == ["Homo sapiens"]
    assert told.values(FIGURE, "wp:organism") == told.values(FIGURE, "wp:organismName") == []
    unknown = told_by(f"figid: PMC1__f1\norganisms: [Homo habilis]\n{BLOCK}", "PMC1__f1.md")
    assert unknown.values(FIGURE, "pfocr:organism") == ["Homo habilis"]
    assert unknown.rules == ["organism-unknown"]


def test_figures_that_disagree_on_their_article_are_told(tmp_path: Path) -> None:
    for name, year in (("f1", "2003"), ("f2", "2004")):
        _page(
            tmp_path,
            figid=f"PMC1__{name}",
            pmcid="PMC1",
            year=year,
            publisher_name=f"P{year}",
            papertitle="T",
        )
    found = [(Path(one.path or "").name, one.key, one.rule) for one in assemble([tmp_path]).report.results]
    assert [one for one in found if "agreed" in one[2]] == [
        ("PMC1__f1.md", "year", "ArticleShape-year-agreed"),
        ("PMC1__f1.md", "publisher_name", "ArticleShape-publisher-agreed"),
        ("PMC1__f2.md", "year", "ArticleShape-year-agreed"),
        ("PMC1__f2.md", "publisher_name", "ArticleShape-publisher-agreed"),
    ]


def test_pages_are_told_only_of_what_they_say_of_an_article(tmp_path: Path) -> None:
    for name in "AB":
        _page(
            tmp_path,
            figid=f"PMC9__{name}",
            pmcid="PMC9",
            publisher_name=name,
            journal_title=f"J{name}",
            doi=f"10.1234/{name}",
            papertitle="T",
        )
    pathway = "wpid: WP1\nrevision: r1\norganisms: Homo sapiens\ncitedin: [{link: PMC9, title: T}]"
    (tmp_path / "WP1.md").write_text(f"---\n{pathway}\n---\n")
    results = assemble([tmp_path]).report.results
    about = [(Path(one.path or "").stem, one.rule) for one in results if "rticle" in one.rule]
    asked = [f"ArticleShape-{one}-agreed" for one in ("doi", "journal", "publisher")]
    asked += [f"FigureArticleShape-{one}" for one in ("citation", "year-given")]
    assert sorted(about) == [(f"PMC9__{name}", rule) for name in "AB" for rule in asked]
