"""What a page looks up in the rest of its site, and what it defines there."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from rdfkit.mapping.lookups import Lookup, Site, genes_text
from rdfkit.sources.lexicons import Entry


def test_case_and_taxon_count() -> None:
    site = Site(
        {("gene", "AR\t9606"): "367 learnedLexicon", ("gene", "ar\t9606"): "", ("gene", "AR\t7227"): ""}
    )
    assert site.gene("AR", ["9606"]) == Entry("AR", "9606", "367", "learnedLexicon")
    assert site.gene("ar", ["9606"]) is None
    assert site.gene("AR", ["7227"]) is None
    assert site.gene("AR", []) is None
    assert not site.is_guess


def test_what_nobody_knows_is_a_guess_and_noted() -> None:
    site = Site()
    assert site.taxon("Homo sapiens") == "9606"
    assert not site.is_guess
    assert site.person("jane") == "jane"
    assert site.is_guess
    assert site.lookups == {("taxon", "homo sapiens"): "9606", ("person", "jane"): ""}


def test_an_answer_goes_before_what_the_package_knows() -> None:
    assert Site({("taxon", "homo sapiens"): "1"}).taxon("Homo  Sapiens") == "1"


def test_definitions_are_noted_once() -> None:
    site = Site()
    for _ in range(2):
        site.define_gene("IL6", "9606", "3569")
    site.define_taxon("Homo  Fictus", "1")
    site.define_term("PW", "a label", "PW:1")
    site.define_person("jane", "Jane")
    assert list(site.definitions) == [
        ("gene", "IL6\t9606", "3569"),
        ("taxon", "homo fictus", "1"),
        ("term", "PW\ta label", "PW:1"),
        ("person", "jane", "Jane"),
    ]


_genes = st.dictionaries(st.sampled_from("123"), st.sampled_from(["learnedLexicon", "hgncCompleteSet"]))
_taxa = st.lists(st.sampled_from(["9606", "10090"]))


@given(st.dictionaries(st.sampled_from(["9606", "10090"]), _genes), _taxa)
def test_one_gene_or_none(known: dict[str, dict[str, str]], taxa: list[str]) -> None:
    answers: dict[Lookup, str] = {
        ("gene", f"A\t{taxon}"): genes_text(genes) for taxon, genes in known.items()
    }
    found = Site(answers).gene("A", taxa)
    genes = {(taxon, entrez) for taxon in taxa for entrez in known.get(taxon, {})}
    assert (found is not None) == (len(genes) == 1)
    assert found is None or (found.taxon, found.entrez) in genes
