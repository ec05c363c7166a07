"""What is in a page's own graph, and what it shares with others."""

from __future__ import annotations

import pytest

from rdfkit.mapping.jsonld.statements import Statements
from rdfkit.pipeline.descriptions import Description, describe, part

PAGE = "https://wikipathways.github.io/pathways/WP1.html"
OTHER = "https://wikipathways.github.io/pathways/WP2.html"
I = "https://identifiers.org/"  # noqa: E741
GENE, ARTICLE = f"<{I}ncbigene/1>", f"<{I}pmc/PMC1>"


def _said(*triples: tuple[str, str]) -> Statements:
    found: Statements = {}
    for subject, value in triples:
        found.setdefault(subject, {}).setdefault("<http://x/p>", []).append(value)
    return found


@pytest.mark.parametrize(
    ("subject", "value", "is_own"),
    [
        (f"<{PAGE}>", '"x"', True),
        (f"<{PAGE}#part>", GENE, True),
        (GENE, f"<{PAGE}#part>", True),
        (f"<{I}wikipathways/WP1_r2>", '"x"', True),
        (f"<{I}wikipathways/WP1_r2#node-3>", '"x"', True),
        ("<http://rdf.wikipathways.org/User/Ann/WP1_r2>", '"1"', True),
        (ARTICLE, f"<{I}wikipathways/WP1_r2>", True),
        (GENE, '"x"', False),
        (GENE, ARTICLE, False),
        (f"<{I}wikipathways/WP1>", "<http://rdf.wikipathways.org/User/Ann>", False),
        # Of what belongs to another page that page may say the same.
        (f"<{OTHER}>", f"<{PAGE}>", False),
        (f"<{I}wikipathways/WP2_r2>", f"<{PAGE}>", False),
        (GENE, f"<{OTHER}>", False),
    ],
)
def test_own_is_what_has_a_node_of_the_page(subject: str, value: str, is_own: bool) -> None:
    own, shared = part(_said((subject, value)), PAGE, "WP1_r2")
    assert (own, shared) == ((_said((subject, value)), {}) if is_own else ({}, _said((subject, value))))


def test_values_of_one_predicate_are_parted() -> None:
    own, shared = part(_said((GENE, f"<{PAGE}>"), (GENE, ARTICLE)), PAGE, None)
    assert (own, shared) == (_said((GENE, f"<{PAGE}>")), _said((GENE, ARTICLE)))


def test_a_page_that_is_named_like_a_gene_has_nothing_of_its_own() -> None:
    assert part(_said((GENE, '"x"')), GENE[1:-1], None) == ({}, _said((GENE, '"x"')))


def _described(*triples: tuple[str, str], dataset: str | None = "pfocr") -> list[Description]:
    return list(describe(_said(*triples), dataset))


def test_a_description_is_named_by_its_text_and_stands_in_the_graph_of_its_kind_and_dataset() -> None:
    (gene,) = _described((GENE, '"x"'))
    (again,) = _described((GENE, '"x"'), dataset="wikipathways")
    (other,) = _described((GENE, '"y"'), dataset=None)
    assert gene.digest == again.digest != other.digest
    assert [one.graph for one in (gene, again, other)] == [
        "https://pfocr.wikipathways.org/#genes",
        "https://www.wikipathways.org/#genes",
        "http://vocabularies.wikipathways.org/pfocr#genes",
    ]
    assert gene.n_quads() == f'{GENE} <http://x/p> "x" <https://pfocr.wikipathways.org/#genes> .\n'


@pytest.mark.parametrize(
    ("subject", "value", "is_foreign"),
    [
        (GENE, '"x"', False),
        (GENE, ARTICLE, False),
        (GENE, "<https://www.ncbi.nlm.nih.gov/gene/1>", False),
        (GENE, f"<{OTHER}#part>", True),
        (GENE, f"<{I}wikipathways/WP2_r2>", True),
        ("<https://example.org/x>", '"x"', True),
    ],
)
def test_what_another_page_may_say_for_itself_is_told(subject: str, value: str, is_foreign: bool) -> None:
    (one,) = _described((subject, value))
    assert one.is_foreign == is_foreign


def test_a_node_of_the_version_of_another_page_may_be_said_there_too() -> None:
    account = "<http://rdf.wikipathways.org/User/Ann/WP9_r2>"
    (said,) = describe(_said((account, '"Ann"')), "wikipathways")
    assert said.is_foreign
    (said,) = describe(_said((GENE, account)), "wikipathways")
    assert said.is_foreign
    (said,) = describe(_said((GENE, ARTICLE)), "wikipathways")
    assert not said.is_foreign
