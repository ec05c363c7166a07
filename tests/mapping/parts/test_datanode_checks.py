"""What curators are told of data nodes whose identifier fits neither label nor species nor type."""

from __future__ import annotations

from pathlib import Path

import pytest

from rdfkit.report import Result
from tests.support.pathways import map_pathway, table

CLDN1 = ["ncbigene:9076", "", "", "ncbigene:9076", "hgnc.symbol:CLDN1"]
ANSWERS = {
    ("gene", "AR\t9606"): "367 learnedLexicon",
    ("gene", "CLDN1\t9606"): "9076 learnedLexicon",
    ("gene", "AKT\t9606"): "",
    ("gene", "TWO\t9606"): "1 learnedLexicon,2 learnedLexicon",
    ("gene", "Claudin\t9606"): "9076 learnedLexicon",
}


def _found(folder: Path, rows: list[list[str]], organism: str = "Homo sapiens") -> list[Result]:
    done = map_pathway(folder, {"datanodes": table(rows)}, [organism], ANSWERS)
    return [result for result in done.problems if result.rule.startswith("datanode-")]


def test_the_symbol_of_another_gene(tmp_path: Path) -> None:
    (found,) = _found(tmp_path, [["AR", "Protein", *CLDN1]])
    assert (found.severity, found.rule, found.line, found.key) == ("warning", "datanode-symbol", 2, "Label")
    assert (
        found.message
        == 'the label "AR" is the symbol of another gene than the identifier, which is that of CLDN1'
    )
    assert found.advice == "Write ncbigene:367 if AR is meant, else the label CLDN1."


@pytest.mark.parametrize("label", ["CLDN1", "cldn1", "CLDN1 ", "Claudin", "AKT", "TWO", "anything"])
def test_other_labels_are_right(label: str, tmp_path: Path) -> None:
    assert _found(tmp_path, [[label, "Protein", *CLDN1]]) == []


def test_a_symbol_is_that_of_the_species_of_the_page(tmp_path: Path) -> None:
    assert _found(tmp_path, [["AR", "Protein", *CLDN1]], "Mus musculus") == []


@pytest.mark.parametrize(
    ("organism", "identifier", "species"),
    [
        ("Drosophila melanogaster", "ensembl:ENSG00000136244", "Homo sapiens"),
        ("Homo sapiens", "ensembl:ENSMUSG00000025746", "Mus musculus"),
        ("Mus musculus", "ensembl:FBgn0011293", "Drosophila melanogaster"),
        ("Arabidopsis thaliana", "ensembl:Os02g0787300", "Oryza sativa"),
        ("Saccharomyces cerevisiae", "wormbase:WBGene00000001", "Caenorhabditis elegans"),
    ],
)
def test_the_gene_of_another_species(organism: str, identifier: str, species: str, tmp_path: Path) -> None:
    (found,) = _found(tmp_path, [["x", "GeneProduct", identifier]], organism)
    assert (found.severity, found.rule, found.key) == ("warning", "datanode-species", "Identifier")
    assert f"is of {species}, and the pathway of {organism}" in found.message


def test_the_column_for_ensembl_counts_once_a_row(tmp_path: Path) -> None:
    row = ["Dl", "Protein", "uniprot:P00734", "", "ensembl:ENSG00000136244;ensembl:ENSG00000136245"]
    (found,) = _found(tmp_path, [row], "Drosophila melanogaster")
    assert (found.rule, found.key, found.value) == ("datanode-species", "Ensembl", "ensembl:ENSG00000136244")


@pytest.mark.parametrize(
    ("organism", "identifier"),
    [
        ("Homo sapiens", "ensembl:ENSG00000136244"),
        ("Mus musculus", "ensembl:ENSMUSG00000025746"),
        ("Saccharomyces cerevisiae", "ensembl:YLR258W"),
        ("SARS-CoV-2", "ensembl:ENSG00000136244"),
        ("Homo fictus", "ensembl:ENSG00000136244"),
        ("Homo sapiens", "ensembl:AGAP001792"),
    ],
)
def test_genes_of_the_species_of_a_host_and_of_no_known_one_are_right(
    organism: str, identifier: str, tmp_path: Path
) -> None:
    assert _found(tmp_path, [["x", "GeneProduct", identifier]], organism) == []


@pytest.mark.parametrize(
    ("kind", "identifier", "says"),
    [
        ("Protein", "chebi:39026", "CHEBI:39026 of ChEBI is a chemical, and its type is Protein"),
        ("GeneProduct", "hmdb:HMDB0000042", "is a chemical, and its type is GeneProduct"),
        (
            "GeneProduct",
            "wikipathways:WP364",
            "WP364 of WikiPathways is a pathway, and its type is GeneProduct",
        ),
        ("GeneProduct", "reactome:R-HSA-8951502", "is an event or a complex, and its type is GeneProduct"),
        ("GeneProduct", "go:GO:0006915", "is a term of an ontology, and its type is GeneProduct"),
        ("GeneProduct", "pato:0001998", "is a term of an ontology, and its type is GeneProduct"),
        ("Metabolite", "ncbigene:3569", "is a gene or its product, and its type is Metabolite"),
    ],
)
def test_a_type_that_cannot_be(kind: str, identifier: str, says: str, tmp_path: Path) -> None:
    (found,) = _found(tmp_path, [["x", kind, identifier]])
    assert (found.severity, found.rule, found.key, found.value) == ("warning", "datanode-kind", "Type", kind)
    assert says in found.message


@pytest.mark.parametrize(
    ("kind", "identifier"),
    [
        ("Metabolite", "chebi:39026"), ("Complex", "chebi:39026"), ("Pathway", "wikipathways:WP364"),
        ("Protein", "eccode:1.1.1.1"), ("Protein", "pfam:PF00520"), ("Complex", "reactome:R-HSA-8951502"),
        ("Rna", "mirbase:MI0000001"), ("Protein", "wikidata:Q42"), ("Phenotype", "go:GO:0006915"),
    ],
)  # fmt: skip
def test_types_that_can_be(kind: str, identifier: str, tmp_path: Path) -> None:
    assert _found(tmp_path, [["x", kind, identifier]]) == []


def test_families_are_told_once_a_table(tmp_path: Path) -> None:
    rows = [["x", "GeneProduct", f"eccode:1.1.1.{number}"] for number in (1, 2, 3)]
    (found,) = _found(tmp_path, rows)
    assert (found.severity, found.rule, found.line) == ("info", "datanode-kind", 2)
    assert found.message == (
        "identifiers of families of proteins or what these do have the type GeneProduct: 3 in this table"
    )


def test_one_identifier_under_more_than_four_labels(tmp_path: Path) -> None:
    def rows(labels: list[str]) -> list[list[str]]:
        return [[label, "Protein", "uniprot:P00734"] for label in labels]

    assert _found(tmp_path, rows(["a", "b", "c", "d", "A", "d "])) == []
    (found,) = _found(tmp_path, rows(["a", "b", "c", "d", "e", "e"]))
    assert (found.severity, found.rule, found.line) == ("warning", "datanode-labels", 2)
    assert found.message == "5 different labels of this pathway have this one identifier"


def test_agi_codes_under_tair_are_noted_once(tmp_path: Path) -> None:
    rows = [["x", "GeneProduct", f"tair.locus:AT3G0155{number}"] for number in range(3)]
    (found,) = _found(tmp_path, rows, "Arabidopsis thaliana")
    assert (found.severity, found.rule, found.line) == ("info", "datanode-locus", 2)


@pytest.mark.parametrize(
    ("row", "column"),
    [
        (["Z", "ncbigene:106"], "Type"),
        (["Z", "CHEBI:16393"], "Type"),
        (["ncbigene:107", "GeneProduct"], "Label"),
        (["ncbigene:107", "GeneProduct", "", "", "ensembl:ENSG00000136244"], "Label"),
    ],
)
def test_an_identifier_in_another_column_is_told(row: list[str], column: str, tmp_path: Path) -> None:
    found = [one for one in _found(tmp_path, [row]) if one.rule == "datanode-identifier"]
    assert [(one.severity, one.key, one.line) for one in found] == [("warning", column, 2)]
    assert f"is no {column}" in found[0].message


@pytest.mark.parametrize("label", ["IL6", "note: see text", "NF-kB", "ratio 1:2"])
def test_a_label_without_an_identifier_is_right(label: str, tmp_path: Path) -> None:
    assert _found(tmp_path, [[label, "GeneProduct"]]) == []
