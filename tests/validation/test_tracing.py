"""Findings of shapes at the places of pages: what is missing is said once, and only where it can be mended."""

from __future__ import annotations

from pathlib import Path

import pytest

import rdfkit
from rdfkit.report import Result

PATHWAY = """---
wpid: WP1
title: A pathway
revision: r1
last-edited: 2025-12-01
organisms: [Homo sapiens]
{}
schema-jsonld:
  '@context': https://schema.org/
  '@id': https://wikipathways.github.io/pathways/WP1.html
  '@type': Dataset
  name: A pathway
  keywords: [IL6]
  license: CC0
  creator: {{'@type': Organization, name: WikiPathways}}
---
"""


def found(folder: Path, text: str, name: str = "x.md") -> list[Result]:
    (folder / name).write_text(text)
    return list(rdfkit.validate([folder]).results)


@pytest.mark.parametrize("description", ["", "description: ''", "description: NA"])
def test_a_missing_description_is_told_once(description: str, tmp_path: Path) -> None:
    results = found(tmp_path, PATHWAY.format(f"authors: [Egonw]\n{description}"))
    assert [result.rule for result in results] == ["PathwayShape-description"]


def test_a_description_that_only_the_block_lacks_is_that_of_the_page(tmp_path: Path) -> None:
    assert found(tmp_path, PATHWAY.format("authors: [Egonw]\ndescription: Words.")) == []


@pytest.mark.parametrize(
    ("authors", "message"),
    [
        ("['']", "missing: expected the user name of an author"),
        ("[' ']", "missing: expected the user name of an author"),
        ("[]", "missing: expected the user name of an author"),
        ("[MaintBot]", '"MaintBot" is not the user name of an author'),
        ("[MaintBot, '', TestUser]", '"MaintBot, TestUser" is not the user name of an author'),
    ],
)
def test_what_is_wrong_with_the_authors(authors: str, message: str, tmp_path: Path) -> None:
    results = found(tmp_path, PATHWAY.format(f"authors: {authors}\ndescription: Words."))
    (result,) = (one for one in results if one.rule == "PathwayHistoryShape-author")
    assert (result.key, result.message) == ("authors", message)


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("display-name: Reactome\ntitle: Reactome", "_communities/x.md"),
        ("wpid: WP1\nrevision: r1\ntitle: Old\nauthors: ['']", "_pathways/WP1.md"),
        ("wpid: WP1", "_pathways/WP1.md"),
        ("title: Old", "old.md"),
        ("figid: PMC1__f1\npmcid: PMC1", "_figures/x.md"),
        ("figid: PMC1__f1", "_figures/x.md"),
        ("figid: PMC1__f1\npmcid: NA\nfigid_alias: PMC1__F1", "_figures/x.md"),
        ("wpid: WP1\nrevision: ''", "_pathways/WP1.md"),
        ("latin: Homo habilis", "_organisms/x.md"),
    ],
)
def test_nothing_is_asked_of_a_page_that_leads_to_another(text: str, path: str, tmp_path: Path) -> None:
    (tmp_path / path).parent.mkdir(exist_ok=True)
    assert found(tmp_path, f"---\n{text}\nredirect_to: https://example.org/new\n---\n", path) == []
    # The same page without it is incomplete.
    assert found(tmp_path, f"---\n{text}\n---\n", path)


@pytest.mark.parametrize("more", ["", "papertitle: A title\nyear: '2003'\nreftext: A. J. 2003."])
def test_a_figure_without_an_article_lacks_its_id(more: str, tmp_path: Path) -> None:
    results = found(tmp_path, f"---\nfigid: PMC1__f1\norganisms: [Homo sapiens]\n{more}\n---\n")
    (result,) = (one for one in results if one.rule == "FigureShape-pmcid")
    assert (result.key, result.message) == ("pmcid", "missing: expected a PubMed Central id")


def test_a_symbol_by_homology_is_no_matter_of_a_figure(tmp_path: Path) -> None:
    rows = "Label\tType\tIdentifier\tNCBI gene\tHGNC\n"
    rows += "DAXX\tGeneProduct\tncbigene:403739\tncbigene:403739\thgnc.symbol:DAXX\n"
    (tmp_path / "_pathways").mkdir()
    (tmp_path / "_data").mkdir()
    (tmp_path / "_data/WP1-datanodes.tsv").write_text(rows)
    dog = PATHWAY.format("authors: [Egonw]\ndescription: Words.").replace("Homo sapiens", "Canis familiaris")
    (tmp_path / "_pathways/WP1.md").write_text(dog)
    figure = "figid: PMC1__f1\npmcid: PMC1\norganisms: [Canis familiaris]\n"
    genes = "genes: [{word: DAXX, symbol: DAXX, source: ncbigene_symbol, entrez: '403739'}]"
    results = found(tmp_path, f"---\n{figure}{genes}\n---\n", "PMC1__f1.md")
    assert not [one for one in results if one.property_path and one.property_path.endswith("taxonomicRange")]


ARTICLE = "'@type': ScholarlyArticle, '@id': 'https://x.org/a', identifier: a, name: A"


@pytest.mark.parametrize(
    "text",
    [
        f"schema-jsonld: {{'@context': 'https://schema.org/', {ARTICLE}}}",
        PATHWAY.format("authors: [Egonw]\ndescription: Words.")[4:-5] + f"\n  citation: {{{ARTICLE}}}",
    ],
)
def test_an_article_in_a_block_is_not_asked_for_what_figures_say(text: str, tmp_path: Path) -> None:
    rules = [one.rule for one in found(tmp_path, f"---\n{text}\n---\n")]
    assert not [rule for rule in rules if rule.startswith("FigureArticleShape")]


@pytest.mark.parametrize(
    "text",
    [
        "wpid: WP1\nrevision: r1\ntitle: A",
        "figid: PMC1__f1\npmcid: PMC1\ncaption: A",
        "wpid: WP1\nrevision: r1\nschema-jsonld: ''",
    ],
)
def test_a_missing_block_is_told_alike_on_all_pages(text: str, tmp_path: Path) -> None:
    (result,) = (one for one in found(tmp_path, f"---\n{text}\n---\n") if one.key == "schema-jsonld")
    told = "missing: expected a schema.org description of type Dataset"
    advice = "Add a schema-jsonld block with @type Dataset and the address of the page as @id."
    assert (result.rule, result.message, result.advice) == ("page-block", told, advice)
