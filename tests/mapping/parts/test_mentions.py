"""Mentions with their evidence, and the genes, chemicals and diseases that they are of."""

from __future__ import annotations

from pathlib import Path

import pytest

from rdfkit.report import Severity
from tests.support.told import BLOCK, Told, told_by

PAGE = "https://pfocr.wikipathways.org/figures/PMC1__f1.html"
FIGURE = f"{PAGE}#figure"
GENES = (
    "organism_id\torganism_name\torganism_group\tword\tmatch\tncbigene_symbol\tncbigene_id\tsource"
    "\tcount_direct\tcount_synonym\tcount_match\n"
)
CHEMICALS = "word\tmesh\tmatch\tname\tchebi\n"


def _figure(folder: Path, organisms: str, **tables: str) -> Told:
    text = f"figid: PMC1__f1\npmcid: PMC1\n{organisms}\n{BLOCK}"
    return told_by(text, "PMC1__f1.md", folder=folder, tables=tables)


def test_a_row_keeps_its_species_its_counts_and_its_evidence(tmp_path: Path) -> None:
    rows = (
        "9606\tHomo sapiens\tPrimates\tIL-6\tIL-6\tIL6\t3569\tncbigene_synonym\t3\t9\t13\n"
        "9606\tHomo sapiens\tPrimates\tSTAT3\tSTAT3\tSTAT3\t6774\tncbigene_symbol\t3\t9\t13\n"
        "10090\tMus musculus\tRodents\tfog\tFOG\tZfpm1\t22761\tncbigene_synonym\tNA\t5\t3\n"
    )
    told = _figure(tmp_path, "organisms: [Homo sapiens]", genes=GENES + rows)
    evidence = [told.values(f"{PAGE}#mention-{number}", "pfocr:evidence") for number in (1, 2, 3)]
    assert evidence == [["pfocr:synonym"], ["pfocr:direct"], ["pfocr:otherSpecies"]]
    counts = ("pfocr:countDirect", "pfocr:countSynonym", "pfocr:countMatch")
    assert [told.values(f"{PAGE}#mention-1", name) for name in counts] == [["3"], ["9"], ["13"]]
    assert [told.values(f"{PAGE}#mention-3", name) for name in counts] == [[], ["5"], ["3"]]
    # A gene of another species is told of, but the figure does not mention it.
    assert told.values(FIGURE, "schema:mentions") == ["ncbigene:3569", "ncbigene:6774"]
    assert told.values(f"{PAGE}#mention-3", "oa:hasBody") == ["ncbigene:22761"]
    assert told.values("ncbigene:22761", "schema:taxonomicRange") == ["NCBITaxon:10090"]
    assert told.values("ncbigene:22761", "rdf:type") == ["schema:Gene"]
    assert told.problems == ()


@pytest.mark.parametrize(
    ("written", "count", "rules"),
    [
        ("3", ["3"], []),
        ("1.0", ["1"], []),
        ("12.", ["12"], []),
        ("-", [], ["mention-count"]),
        ("2.5", [], ["mention-count"]),
        ("many", [], ["mention-count"]),
        ("-1", [], ["mention-count"]),
        ("", [], []),
    ],
)
def test_a_count_is_a_number_or_none(
    written: str, count: list[str], rules: list[str], tmp_path: Path
) -> None:
    row = f"9606\tHomo sapiens\tPrimates\tIL-6\tIL-6\tIL6\t3569\tncbigene_synonym\t{written}\t9\t13\n"
    told = _figure(tmp_path, "organisms: [Homo sapiens]", genes=GENES + row)
    assert told.values(f"{PAGE}#mention-1", "pfocr:countDirect") == count
    assert told.rules == rules


@pytest.mark.parametrize(
    "organisms",
    ["organisms: NA", "organisms: [NA]\norganisms_ner: [Mus musculus]", "organisms: .na.character"],
)
def test_a_page_that_names_no_other_species_mentions_the_gene(tmp_path: Path, organisms: str) -> None:
    row = "10090\tMus musculus\tRodents\tfog\tFOG\tZfpm1\t22761\tncbigene_synonym\tNA\t5\t3\n"
    told = _figure(tmp_path, organisms, genes=GENES + row)
    assert told.values(FIGURE, "schema:mentions") == ["ncbigene:22761"]
    assert told.rules == ([] if "ner" in organisms else ["figure-organism"])


def test_the_first_tables_had_neither_names_of_organisms_nor_counts(tmp_path: Path) -> None:
    rows = "organism_id\tword\tmatch\tncbigene_symbol\tncbigene_id\tsource\n9606\tA\tA\tIL6\t3569\tncbigene_symbol\n"
    told = _figure(tmp_path, "organisms: [Homo sapiens]", genes=rows)
    assert told.values(f"{PAGE}#mention-1", "pfocr:evidence") == ["pfocr:direct"]
    assert told.problems == ()


def test_rows_of_the_page_are_human(tmp_path: Path) -> None:
    genes = "genes: {word: JNK, symbol: JNK, source: hgnc_alias_symbol, hgnc_symbol: MAPK9, entrez: ' 5601'}"
    told = _figure(tmp_path, f"organisms: Homo sapiens\n{genes}")
    assert told.values(f"{PAGE}#mention-1", "pfocr:evidence") == ["pfocr:synonym"]
    assert told.values(FIGURE, "schema:mentions") == ["ncbigene:5601"]
    fly = _figure(tmp_path, f"organisms: Drosophila melanogaster\n{genes}")
    assert fly.values(f"{PAGE}#mention-1", "pfocr:evidence") == ["pfocr:otherSpecies"]
    assert fly.values(FIGURE, "schema:mentions") == []


def test_na_is_sodium_and_may_be_a_gene(tmp_path: Path) -> None:
    row = "7227\tDrosophila melanogaster\tInvertebrates\tNA\tNA\tNA\t45338\tncbigene_symbol\t1\t1\t1\n"
    bad = "7227\tDrosophila melanogaster\tInvertebrates\t.na.character\tNA\tNA\t45338\tncbigene_symbol\t1\t1\t1\n"
    chemical = "NA\tmesh:D012964\tSodium\tsodium\tchebi:CHEBI:26708 \n"
    told = _figure(
        tmp_path,
        "organisms: [Drosophila melanogaster]",
        genes=GENES + row + bad,
        chemicals=CHEMICALS + chemical,
    )
    assert told.values("ncbigene:45338", "rdfs:label") == ["NA"]
    assert told.values(f"{PAGE}#mention-1", "pfocr:word") == ["NA"]
    assert told.values(f"{PAGE}#mention-2", "pfocr:word") == ["NA"]
    assert told.values("mesh:D012964", "wp:bdbChEBI") == ["chebi:26708"]
    assert told.rules == ["row-refused"]


@pytest.mark.parametrize("written", ["mesh:D019821", " MESH:D019821", "D019821 ", "mesh:mesh:D019821"])
def test_an_identifier_is_read_for_what_it_is(tmp_path: Path, written: str) -> None:
    row = f"Statins\t{written}\tSimvastatin\tsimvastatin\tCHEBI:9150\n"
    told = _figure(tmp_path, "organisms: [Homo sapiens]", chemicals=CHEMICALS + row)
    assert told.values(FIGURE, "schema:mentions") == ["mesh:D019821"]
    assert told.values("mesh:D019821", "wp:bdbChEBI") == ["chebi:9150"]
    assert told.values("mesh:D019821", "schema:name") == ["Simvastatin"]
    assert told.values("mesh:D019821", "schema:identifier") == ["mesh:D019821"]
    assert told.values("mesh:D019821", "schema:url") == ["https://meshb.nlm.nih.gov/record/ui?ui=D019821"]
    profile = "https://bioschemas.org/profiles/MolecularEntity/0.5-RELEASE"
    assert told.values("mesh:D019821", "dcterms:conformsTo") == [profile]
    assert told.problems == ()


def test_a_chemical_whose_name_nobody_knows_conforms_to_no_profile(tmp_path: Path) -> None:
    # R pastes NA to a prefix, too.
    rows = "OMT\tmesh:C060706\tNA\tNA\tchebi:NA\nL-tyrosine\tmesh:NA\tNA\tNA\tNA\n"
    told = _figure(tmp_path, "organisms: [Homo sapiens]", chemicals=CHEMICALS + rows)
    assert told.values("mesh:C060706", "dcterms:conformsTo") == []
    assert told.values(f"{PAGE}#mention-2", "oa:hasBody") == []
    assert told.problems == ()


def test_na_is_no_symbol_where_something_else_was_matched(tmp_path: Path) -> None:
    row = "7227\tDrosophila melanogaster\tInvertebrates\tB-AR\tBAR\tNA\t44798\tncbigene_synonym\t3\t21\t9\n"
    told = _figure(tmp_path, "organisms: [Drosophila melanogaster]", genes=GENES + row)
    assert told.values(FIGURE, "schema:mentions") == ["ncbigene:44798"]
    assert told.values("ncbigene:44798", "rdfs:label") == []
    assert told.values("ncbigene:44798", "dcterms:conformsTo") == []


def test_a_row_that_names_no_gene_or_no_species_is_noted(tmp_path: Path) -> None:
    rows = (
        "9606\tHomo sapiens\tPrimates\tA\tA\tNA\tNA\tncbigene_symbol\t1\t1\t1\n"
        "NA\tNA\tPrimates\tB\tB\tIL6\t3569\tncbigene_symbol\t1\t1\t1\n"
    )
    told = _figure(tmp_path, "organisms: [Homo sapiens]", genes=GENES + rows)
    assert told.rules == ["mention-gene", "mention-organism"]
    assert {problem.severity for problem in told.problems} == {Severity.WARNING}
    assert told.values(f"{PAGE}#mention-2", "pfocr:evidence") == ["pfocr:direct"]
