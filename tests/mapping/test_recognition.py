"""Which kind a page is of, and of which site."""

from __future__ import annotations

from pathlib import Path

import pytest

from rdfkit.mapping.recognition import parse_page
from rdfkit.sources.discovery import SourceFile
from rdfkit.sources.page import Page
from tests.support.told import told_by


def _page(text: str, path: str) -> Page:
    return parse_page(f"---\n{text}\n---\n".encode(), SourceFile(path, path, Path(path).name, named=True))


@pytest.mark.parametrize(
    ("keys", "file", "kind"),
    [
        ("figid: PMC1__f1\nwpid: WP5283", "PMC1__f1.md", "figure"),
        ("wpid: WP5283\nfigid: PMC1__f1", "PMC1__f1.md", "figure"),
        ("wpid: WP5283\nfigid: PMC1__f1", "WP5283.md", "pathway"),
        ("figid: PMC1__f1\nwpid: WP5283\ncaption: Words\npmcid: PMC1", "copy.md", "figure"),
        ("figid: PMC1__f1\nwpid: WP5283\nrevision: r1\ntitle: T", "copy.md", "pathway"),
        ("latin: Homo sapiens\nncbi: 9606\nusername: Homo", "homo_sapiens.md", "organism"),
        ("latin: Homo sapiens\nncbi: 9606\nusername: Homo", "Homo.md", "author"),
        ("figid: PMC1__f1\nschema-jsonld: {}", "schema.md", "figure"),
        ("schema-jsonld: {}\ntitle: T", "x.md", "document"),
    ],
)
def test_a_page_of_two_kinds_is_of_that_whose_identifier_is_the_name_of_its_file(
    keys: str, file: str, kind: str
) -> None:
    assert _page(keys, file).kind == kind


@pytest.mark.parametrize("written", ['" 9606"', '"9606 "', '["9606"]', '"9606\\u00a0"', '"\\u200b9606 "'])
def test_outer_blanks_are_no_part_of_an_identifier(written: str) -> None:
    told = told_by(f"latin: Homo sapiens\nncbi: {written}", "human.md")
    assert told.values("NCBITaxon:9606", "dcterms:identifier") == ["9606"]
    assert told.problems == ()


def test_a_page_of_an_organism_is_of_the_site_beside_whose_collections_it_lies(tmp_path: Path) -> None:
    text = "latin: Daphnia magna\nncbi: '35525'\ntitle: T"
    for site, other in (("pfocr", "_figures"), ("wikipathways", "_pathways")):
        for folder in ("_organisms", other):
            (tmp_path / site / folder).mkdir(parents=True)
    found = {
        site: told_by(text, "daphnia_magna.md", folder=tmp_path / site / "_organisms").subjects(
            "foaf:primaryTopic", "NCBITaxon:35525"
        )
        for site in ("pfocr", "wikipathways")
    }
    assert found == {
        "pfocr": ["https://pfocr.wikipathways.org/organisms/daphnia_magna.html"],
        "wikipathways": ["https://www.wikipathways.org/organisms/daphnia_magna.html"],
    }


def test_a_link_to_a_pathway_that_is_none_stays_a_text() -> None:
    told = told_by("figid: PMC1__f1\nwpid: WP-5283", "PMC1__f1.md")
    assert told.values("https://pfocr.wikipathways.org/figures/PMC1__f1.html#figure", "dcterms:relation") == [
        "WP-5283"
    ]
