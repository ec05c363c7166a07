"""What several kinds of page share: other addresses, ontology terms."""

from __future__ import annotations

import pytest

from rdfkit.mapping import shaping
from rdfkit.mapping.lookups import Answers, TermFacts
from rdfkit.rdf.identifiers import expand
from rdfkit.report import Severity
from tests.support.pages import PAGE, PATHWAY, VERSION, front_matter, made, pathway

SITE = "https://www.wikipathways.org/"
CELL = ("CL:0000000", "cell")
NATIVE = ("described", "CL:0000003")


@pytest.mark.parametrize(
    ("text", "page"),
    [
        (front_matter(PATHWAY), PAGE),
        ("username: Egonw", f"{SITE}pathways/WP1.html"),
        ("community-tag: X\ndisplay-name: X", f"{SITE}pathways/WP1.html"),
        ("latin: Homo sapiens\nncbi: '9606'", f"{SITE}pathways/WP1.html"),
        ("xref-identifier: '0000003'\nxref-dataSource: PW\nvalue: x", f"{SITE}pathways/WP1.html"),
        ("schema-jsonld:\n  '@id': https://x.org/a\n  name: x", "https://x.org/a"),
    ],
)
def test_other_addresses_belong_to_the_page(text: str, page: str) -> None:
    addresses = "[/index.php/Pathway:WP1, /instance/WP1, ' /instance/WP1_r1', https://www.wikipathways.org/index.php/X]"
    found = made(f"{text}\nredirect_from: {addresses}\nredirect_to: /pathways/WP2.html")
    assert found.objects(page, "dcterms:replaces") == [f"{SITE}index.php/Pathway:WP1", f"{SITE}index.php/X"]
    assert found.objects(page, "schema:sameAs") == [f"{SITE}instance/WP1", f"{SITE}instance/WP1_r1"]
    assert found.objects(page, "dcterms:isReplacedBy") == [f"{SITE}pathways/WP2.html"]
    replacing = {
        triple.subject.value for triple in found.triples if triple.predicate.value.endswith("replaces")
    }  # type: ignore[union-attr]
    assert replacing == {page}
    assert "key-unmapped" not in found.rules()


def test_one_address_may_stand_alone() -> None:
    found = made("figid: PMC1__f1\nredirect_from: /figures/PMC1__F1", path="_figures/x.md")
    page = "https://pfocr.wikipathways.org/figures/PMC1__f1.html"
    assert found.objects(page, "schema:sameAs") == ["https://pfocr.wikipathways.org/figures/PMC1__F1"]
    assert found.objects(page, "dcterms:replaces") == []


def test_a_page_that_only_leads_to_another_is_one() -> None:
    found = made("title: Old\nredirect_to: https://example.org/new", path="more/old.md")
    assert found.objects(f"{SITE}more/old.html", "dcterms:isReplacedBy") == ["https://example.org/new"]
    assert found.problems == []
    found = made("wpid: WP9\nredirect_to: /pathways/WP1.html")
    assert [str(one.predicate.value) for one in found.triples] == ["http://purl.org/dc/terms/isReplacedBy"]


# --- terms ---


def _annotated(answers: Answers, **row: str):
    return pathway(
        answers, annotations=f"[{{{', '.join(f'{key}: {value!r}' for key, value in row.items())}}}]"
    )


@pytest.mark.parametrize(
    ("value", "parent", "answers"),
    [
        ("classic metabolic pathway", "classic metabolic pathway", {}),
        ("Classic metabolic  pathway", "classic metabolic pathway", {}),
        ("CMP", "classic metabolic pathway", {}),
        ("unknown to all", "unknown to all", {}),
    ],
)
def test_a_term_is_never_its_own_parent(value: str, parent: str, answers: Answers) -> None:
    found = _annotated(answers, id="PW:0000002", value=value, parent=parent)
    assert found.objects("PW:0000002", "rdfs:subClassOf") == []
    assert found.objects("PW:0000002", "pfocr:parentLabel") == []
    assert found.rules() == []
    page = made(
        f"xref-identifier: '0000002'\nxref-dataSource: PW\nvalue: {value}\nparent: {parent}",
        path="_annotations/x.md",
    )
    assert page.objects("PW:0000002", "rdfs:subClassOf") == []
    assert page.rules() == []


@pytest.mark.parametrize(
    ("facts", "advice"),
    [
        (
            TermFacts("plant cell", True, (("obo:PO_0009002", "plant cell"),)),
            'Use PO:0009002 "plant cell" instead.',
        ),
        (
            TermFacts("plant cell", True, (), (("obo:PO_0009002", None), CELL)),
            'Use PO:0009002 or CL:0000000 "cell" instead, whichever fits.',
        ),
        (
            TermFacts("plant cell", True),
            "Use a term that is not obsolete; the ontology names none in its place.",
        ),
    ],
)
def test_an_obsolete_term_says_what_replaces_it(facts: TermFacts, advice: str) -> None:
    found = _annotated({("described", "CL:0000610"): facts.to_text()}, id="CL:0000610", value="plant cell")
    assert found.objects("CL:0000610", "owl:deprecated") == ["true"]
    (problem,) = found.problems
    assert (problem.rule, problem.severity, problem.key) == (
        "term-obsolete",
        Severity.WARNING,
        "annotations[0].id",
    )
    assert problem.message == 'CL:0000610 "plant cell" is obsolete'
    assert problem.advice == advice


def test_without_a_file_the_label_tells_what_is_obsolete() -> None:
    found = _annotated({}, id="CL:0000093", value="obsolete osteochondroclast")
    assert found.objects("CL:0000093", "owl:deprecated") == ["true"]
    assert found.rules() == ["term-obsolete"]
    assert _annotated({}, id="CL:0000093", value="obsoletely named").rules() == []
    # A file that has the term knows better.
    known = {("described", "CL:0000093"): TermFacts("obsolete x").to_text()}
    assert _annotated(known, id="CL:0000093", value="obsolete x").rules() == []


@pytest.mark.parametrize(
    ("facts", "parents", "rules"),
    [
        (TermFacts("native cell", True, (CELL,)), ["CL:0000000"], []),
        (TermFacts("native cell", True, (CELL, ("CL:0000540", None))), ["CL:0000000"], []),
        (TermFacts("native cell", True, (), (CELL,)), [], ["term-obsolete"]),
        (TermFacts("native cell"), ["CL:0000003"], []),
        (None, ["CL:0000003"], []),
    ],
)
def test_an_obsolete_parent_is_repaired(
    facts: TermFacts | None, parents: list[str], rules: list[str]
) -> None:
    answers = {("term", "CL\tnative cell"): "CL:0000003", NATIVE: facts.to_text() if facts else ""}
    found = _annotated(answers, id="CL:0000540", value="neuron", parent="native cell")
    assert found.objects("CL:0000540", "rdfs:subClassOf") == parents
    assert found.rules() == rules
    if parents == ["CL:0000000"]:
        assert found.objects("CL:0000000", "rdfs:label") == ["cell"]


def test_a_label_that_the_page_lacks_comes_from_the_file() -> None:
    known = {("described", "PW:0002644"): TermFacts("Toll-like receptor 4 signaling pathway").to_text()}
    found = _annotated(known, id="PW:0002644")
    assert found.objects("PW:0002644", "rdfs:label") == ["Toll-like receptor 4 signaling pathway"]


def test_a_term_page_of_an_obsolete_term() -> None:
    answers = {NATIVE: TermFacts("native cell", True, (CELL,)).to_text()}
    found = made(
        "xref-identifier: '0000003'\nxref-dataSource: CL\nvalue: native cell", answers, "_annotations/x.md"
    )
    assert found.objects("CL:0000003", "owl:deprecated") == ["true"]
    assert [(one.rule, one.key, one.advice) for one in found.problems] == [
        ("term-obsolete", "xref-identifier", 'Use CL:0000000 "cell" instead.')
    ]


def test_the_version_has_the_term() -> None:
    found = _annotated({}, id="CL:0000093", value="obsolete osteochondroclast")
    assert found.objects(VERSION, "wp:cellTypeOntologyTag") == ["CL:0000093"]


# --- outer blanks ---


@pytest.mark.parametrize("revision", ["'r5 '", "[r5]", "[' r5']"])
def test_outer_blanks_are_no_part_of_a_value(revision: str) -> None:
    rows = "annotations: [{id: 'CL:0000000 ', value: ' cell', parent: ' '}]"
    found = made(
        f"wpid: ' WP1'\nrevision: {revision}\ntitle: T\norganisms: ' Homo sapiens '\n"
        f"last-edited: '2024-08-01 '\n{rows}",
        path="_pathways/WP1.md",
    )
    version = "wikipathways:WP1_r5"
    assert found.objects(version, "wp:organismName") == ["Homo sapiens"]
    assert found.objects(version, "pav:version") == ["r5"]
    assert found.objects("CL:0000000", "rdfs:label") == ["cell"]
    (modified,) = [one.object for one in found.triples if one.predicate.value.endswith("modified")]
    assert str(modified) == '"2024-08-01"^^<http://www.w3.org/2001/XMLSchema#date>'


def test_outer_blanks_are_no_part_of_what_a_figure_says() -> None:
    found = made(
        "figid: PMC1__f1\npmcid: ' PMC1'\nyear: '2020 '\nautoml_pathway: ' 0.9'\nnumber: ' F1 '\n"
        "journal_title: ' J '\npublisher_name: ' P '\nfigtype: ' Figure '\norganisms: [' Homo habilis ']",
        path="_figures/PMC1__f1.md",
    )
    texts = {str(one.object) for one in found.triples}
    assert '"2020"^^<http://www.w3.org/2001/XMLSchema#gYear>' in texts
    assert '"0.9"^^<http://www.w3.org/2001/XMLSchema#decimal>' in texts
    assert {'"F1"', '"J"', '"P"', '"Homo habilis"'} <= texts
    assert not [one for one in texts if '" ' in one or ' "' in one or one == '"Figure"' or "%20" in one]


# --- identifiers ---


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("WP5283", "wikipathways:WP5283"),
        (" wp5283 ", "wikipathways:WP5283"),
        ("WP5283_r140049", "wikipathways:WP5283"),
        ("https://www.wikipathways.org/pathways/WP5283.html", "wikipathways:WP5283"),
        ("www.wikipathways.org/instance/WP5283_r140049", "wikipathways:WP5283"),
        ("wikipathways:WP5283_r1", "wikipathways:WP5283"),
        ("https://identifiers.org/wikipathways/WP5283", "wikipathways:WP5283"),
        ("AKT1", {"@value": "AKT1"}),
        ("wikipathways:NA", None),
    ],
)
def test_a_pathway_is_named_without_version(written: str, expected: object) -> None:
    assert shaping.pathway(written) == expected


@pytest.mark.parametrize("key", ["wpid", "collection"])
def test_figures_and_collections_name_pathways_alike(key: str) -> None:
    named = "[WP1_r3, 'https://www.wikipathways.org/pathways/WP2.html']"
    text = {
        "wpid": f"figid: PMC1__f1\nwpid: {named}",
        "collection": f"community-tag: X\ndisplay-name: X\ncollections: [{{name: N, wpids: {named}}}]",
    }[key]
    predicate = {"wpid": "dcterms:relation", "collection": "skos:member"}[key]
    found = made(text, path="_pages/x.md")
    said = {str(one.object) for one in found.triples if one.predicate.value == expand(predicate)}
    assert said == {f"<https://identifiers.org/wikipathways/WP{number}>" for number in (1, 2)}


@pytest.mark.parametrize("written", ["mesh:NA", "mesh: ", "MESH:mesh:", "http://id.nlm.nih.gov/mesh/"])
def test_nothing_behind_a_prefix_is_missing(written: str) -> None:
    assert shaping.reference("mesh", written) is None


# --- addresses ---

HERE = f"{SITE}communities/X.html"


@pytest.mark.parametrize(
    ("written", "base", "expected"),
    [
        ("www.example.org", HERE, "https://www.example.org"),
        ("www.example.org", None, "https://www.example.org"),
        ("example.org/x", HERE, "https://example.org/x"),
        (" example.org ", None, "https://example.org"),
        ("github.com/wikipathways/x", HERE, "https://github.com/wikipathways/x"),
        ("https://www.example.org/a b", None, "https://www.example.org/a%20b"),
        ("../assets/img/a b.png", HERE, f"{SITE}assets/img/a%20b.png"),
        ("logo.png", HERE, f"{SITE}communities/logo.png"),
        ("not a url at all", HERE, None),
        ("not a url at all", None, None),
        ("home", None, None),
        ("foo:bar", None, None),
        ("https://", None, None),
    ],
)
def test_addresses(written: str, base: str | None, expected: str | None) -> None:
    assert shaping.address(written, base) == (expected or {"@value": written})
