"""What the schema-jsonld block of a page becomes: names that say nothing, and what Bioschemas asks of a dataset."""

from __future__ import annotations

import pytest

from rdfkit.report import Severity
from tests.support.told import told_by

CC0 = "https://creativecommons.org/publicdomain/zero/1.0/"
PAGE = "https://pfocr.wikipathways.org/figures/PMC1__f1.html"
FIGURE = "figid: PMC1__f1\nfigtitle: A title\norganisms: Homo sapiens\n"
BLOCK = "schema-jsonld:\n  '@context': https://schema.org/\n  '@type': Dataset\n"


def test_a_placeholder_is_no_name_and_one_finding_for_the_site() -> None:
    first, second = (
        told_by(f"figid: PMC1__f{number}\nfigtitle: T\norganisms: Homo sapiens\n{BLOCK}  name: CreativeWork")
        for number in (1, 2)
    )
    assert first.values(PAGE, "schema:name") == ["T"]
    assert first.problems == second.problems
    (problem,) = first.problems
    assert (problem.rule, problem.severity, problem.path) == ("placeholder-name", Severity.WARNING, None)
    assert problem.value == "CreativeWork"


def test_a_page_without_a_block_is_a_dataset_about_its_figure() -> None:
    told = told_by(FIGURE)
    assert told.values(PAGE, "rdf:type") == ["schema:Dataset"]
    assert told.values(PAGE, "schema:license") == [CC0]
    assert told.values(PAGE, "schema:about") == [f"{PAGE}#figure"]
    assert told.values(PAGE, "schema:name") == ["A title"]
    assert told.values(PAGE, "schema:identifier") == ["PMC1__f1"]
    assert told.values(PAGE, "schema:url") == [PAGE]
    assert told.values(f"{PAGE}#figure", "schema:license") == []
    assert told.rules == ["page-block"]
    # The profile wants keywords.
    assert told.values(PAGE, "dcterms:conformsTo") == []


def test_what_a_block_says_itself_stays() -> None:
    own = "  name: My name\n  license: CC-BY-4.0\n  url: https://example.org/x\n  keywords: [IL6]\n"
    told = told_by(f"{FIGURE}{BLOCK}{own}")
    assert told.values(PAGE, "schema:name") == ["My name"]
    assert told.values(PAGE, "schema:license") == ["https://creativecommons.org/licenses/by/4.0/"]
    assert told.values(PAGE, "schema:url") == ["https://example.org/x"]
    profile = "https://bioschemas.org/profiles/Dataset/1.0-RELEASE"
    assert told.values(PAGE, "dcterms:conformsTo") == [profile]


def test_the_page_of_a_pathway_is_completed_where_its_block_is_a_dataset() -> None:
    pathway = "wpid: WP1\nrevision: r1\ntitle: A pathway\n"
    (page,) = told_by(pathway).subjects("schema:about", "wikipathways:WP1")
    assert told_by(f"{pathway}{BLOCK}").values(page, "schema:name") == ["A pathway"]
    assert told_by(pathway).values(page, "schema:name") == []


def test_a_block_of_another_site_gets_nothing_that_it_does_not_say() -> None:
    block = BLOCK.replace("Dataset", "Gene") + "  '@id': https://genes.example.org/AR\n"
    told = told_by(f"title: A gene\n{block}  name: AR")
    assert told.values("https://genes.example.org/AR", "schema:name") == ["AR"]
    assert len(told.triples) == 2


@pytest.mark.parametrize(
    ("written", "names"),
    [
        ("[CreativeWork]", ["A title"]),
        ("creativework", ["A title"]),
        ("[[' DATASET '], CreativeWork]", ["A title"]),
        ("{'@value': CreativeWork, '@language': en}", ["A title"]),
        ("[CreativeWork, My name]", ["My name"]),
        ("My CreativeWork", ["My CreativeWork"]),
    ],
)
def test_a_placeholder_is_no_name_however_it_is_written(written: str, names: list[str]) -> None:
    told = told_by(f"{FIGURE}{BLOCK}  name: {written}\n  creator: {{name: {written}}}")
    assert told.values(PAGE, "schema:name") == names
    assert ("placeholder-name" in told.rules) == (written != "My CreativeWork")
    assert not [one for one in told.triples if str(one.object).strip('"@en ').lower() == "creativework"]


@pytest.mark.parametrize("container", ["'@type'", "['@type']", "['@type', '@set']"])
def test_nodes_by_type_are_nodes_with_their_types(container: str) -> None:
    context = f"'@vocab': 'http://x.org/', byType: {{'@id': 'http://x.org/has', '@container': {container}}}"
    nodes = (
        "Person: [{'@id': 'http://x.org/p', name: P}, {'@id': 'http://x.org/q', '@type': Author}], "
        "Place: {'@id': 'http://x.org/l', byType: {Room: 'http://x.org/r'}}, '@none': {'@id': 'http://x.org/n'}"
    )
    block = f"{{'@context': {{{context}}}, '@id': 'http://x.org/a', byType: {{{nodes}}}}}"
    told = told_by(f"schema-jsonld: {block}")
    assert told.rules == []
    assert told.values("http://x.org/a", "http://x.org/has") == [f"http://x.org/{one}" for one in "lnpq"]
    assert told.values("http://x.org/l", "http://x.org/has") == ["http://x.org/r"]
    types = {one: told.values(f"http://x.org/{one}", "rdf:type") for one in "lnpqr"}
    assert types == {
        "l": ["http://x.org/Place"],
        "n": [],
        "p": ["http://x.org/Person"],
        "q": ["http://x.org/Author", "http://x.org/Person"],
        "r": ["http://x.org/Room"],
    }
