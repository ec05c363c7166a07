"""What rows of a bibliography become."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.pathways import VERSION, MappedPathway, map_pathway, table


def _row(folder: Path, *cells: str) -> MappedPathway:
    return map_pathway(folder, {"bibliography": table([cells], kind="bibliography")})


def test_an_article_of_pubmed(tmp_path: Path) -> None:
    found = _row(tmp_path, "32706371", "Pubmed", 'A title. <a href="https://x">PubMed</a>')
    assert found.of("pubmed:32706371") == {
        ("rdf:type", "wp:PublicationReference"),
        ("dcterms:isPartOf", VERSION),
        ("dcterms:identifier", '"32706371"'),
        ("dc:source", '"PubMed"'),
        ("foaf:page", "http://www.ncbi.nlm.nih.gov/pubmed/32706371"),
        ("dcterms:bibliographicCitation", '"A title."'),
    }
    assert found.objects(VERSION, "cito:cites") == {"pubmed:32706371"}
    assert found.objects(VERSION, "dcterms:references") == {"pubmed:32706371"}
    assert found.told == []


@pytest.mark.parametrize(
    ("text", "database", "node", "identifier", "source", "told"),
    [
        ("10.1016/J.X", "DOI", "doi:10.1016/j.x", "10.1016/j.x", "DOI", ""),
        ("doi.org/10.1016/j.x", "DOI", "doi:10.1016/j.x", "10.1016/j.x", "DOI", ""),
        ("https://doi.org/10.1016/j.x", "DOI", "doi:10.1016/j.x", "10.1016/j.x", "DOI", ""),
        ("https://doi.org/10.1016/j.x", "URL", "doi:10.1016/j.x", "10.1016/j.x", "DOI", ""),
        ("https://pubmed.ncbi.nlm.nih.gov/27252646/", "URL", "pubmed:27252646", "27252646", "PubMed", ""),
        ("PMID:27252646", "Pubmed", "pubmed:27252646", "27252646", "PubMed", ""),
        (" 27252646 ", "pubmed", "pubmed:27252646", "27252646", "PubMed", ""),
        ("27252646.", "Pubmed", "pubmed:27252646", "27252646", "PubMed", "info"),
        ("10.1016/j.x", "Pubmed", "doi:10.1016/j.x", "10.1016/j.x", "DOI", "info"),
        ("doi:10.1016/j.x", "", "doi:10.1016/j.x", "10.1016/j.x", "DOI", "info"),
        ("PMID: 27252646", "Foo", "pubmed:27252646", "27252646", "PubMed", "info"),
        ("PMC198534", "Foo", "pmc:PMC198534", "PMC198534", "PubMed Central", "info"),
        ("hsa04310", "KEGG Pathway", "https://identifiers.org/kegg.pathway/hsa04310", "hsa04310", "KEGG Pathway", ""),
        ("9780849326370", "ISBN", "https://identifiers.org/isbn/9780849326370", "9780849326370", "ISBN", ""),
    ],
)  # fmt: skip
def test_identifiers_are_read_for_what_they_are(
    text: str, database: str, node: str, identifier: str, source: str, told: str, tmp_path: Path
) -> None:
    found = _row(tmp_path, text, database, "A citation.")
    assert found.subjects("rdf:type", "wp:PublicationReference") == {node}
    assert found.objects(node, "dcterms:identifier") == {f'"{identifier}"'}
    assert found.objects(node, "dc:source") == {f'"{source}"'}
    assert [(severity, rule) for severity, rule, _ in found.told] == (
        [(told, "reference-identifier")] if told else []
    )


def test_a_web_page_is_its_address(tmp_path: Path) -> None:
    found = _row(tmp_path, "https://www.kegg.jp/entry/hsa05212", "URL")
    assert found.of("https://www.kegg.jp/entry/hsa05212") == {
        ("rdf:type", "wp:PublicationReference"),
        ("dcterms:isPartOf", VERSION),
        ("dc:source", '"URL"'),
    }


@pytest.mark.parametrize(
    ("text", "database", "source", "says"),
    [
        ("77", "Foo", "Foo", '"Foo" is no known database'),
        ("77", "", None, "the row names no database"),
        ("abc", "Pubmed", "PubMed", '"abc" is no identifier of PubMed'),
    ],
)
def test_what_has_no_identifier_is_kept_and_told(
    text: str, database: str, source: str | None, says: str, tmp_path: Path
) -> None:
    found = _row(tmp_path, text, database, "A citation.")
    node = f"{VERSION}#reference-2"
    assert found.of(node) == {
        ("rdf:type", "wp:PublicationReference"),
        ("dcterms:isPartOf", VERSION),
        ("dcterms:identifier", f'"{text}"'),
        ("dcterms:bibliographicCitation", '"A citation."'),
        *([("dc:source", f'"{source}"')] if source else []),
    }
    assert found.objects(VERSION, "cito:cites") == {node}
    (result,) = [one for one in found.problems if one.rule == "reference-identifier"]
    assert (result.severity, result.message) == ("warning", says)


def test_a_citation_alone_stays_a_text(tmp_path: Path) -> None:
    found = _row(tmp_path, "", "", "A citation.")
    assert found.objects(VERSION, "pfocr:unidentifiedReference") == {'"A citation."'}
