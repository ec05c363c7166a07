"""What rows of a table of data nodes become."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.pathways import VERSION, MappedPathway, columns, map_pathway, table

# The columns before October 2024.
OLD = [
    "Label",
    "Type",
    "Identifier",
    "Comment",
    "Ensembl",
    "NCBI gene",
    "HGNC",
    "UniProt",
    "Wikidata",
    "ChEBI",
    "InChI",
]
NODE = f"{VERSION}#node-2"


def _row(folder: Path, *cells: str, organisms: tuple[str, ...] = ("Homo sapiens",)) -> MappedPathway:
    return map_pathway(folder, {"datanodes": table([cells])}, organisms)


def test_a_node_is_the_resource_of_its_identifier(tmp_path: Path) -> None:
    found = _row(
        tmp_path, "IL6 ", "GeneProduct", "ncbigene:3569", "", "ensembl:ENSG00000136244", "", "hgnc.symbol:IL6"
    )
    assert found.of("ncbigene:3569") == {
        ("rdf:type", "wp:DataNode"),
        ("rdf:type", "wp:GeneProduct"),
        ("rdfs:label", '"IL6"'),
        ("dcterms:isPartOf", VERSION),
        ("dcterms:identifier", '"3569"'),
        ("dc:identifier", "ncbigene:3569"),
        ("dc:source", '"Entrez Gene"'),
        ("wp:bdbEntrezGene", "ncbigene:3569"),
        ("wp:bdbEnsembl", "ensembl:ENSG00000136244"),
        ("wp:bdbHgncSymbol", "hgnc.symbol:IL6"),
    }
    assert found.told == []


@pytest.mark.parametrize(
    ("written", "node", "identifier", "source", "predicate", "other"),
    [
        ("wikidata:Q42", "wikidata/Q42", "Q42", "Wikidata", "wp:bdbWikidata", "wikidata:Q42"),
        ("pubchem.compound:5793", "pubchem.compound/5793", "5793", "PubChem-compound", "wp:bdbPubChem",
         "pubchem.compound:5793"),
        ("chebi:16393", "chebi/CHEBI:16393", "CHEBI:16393", "ChEBI", "wp:bdbChEBI", "chebi:16393"),
        ("chebi:CHEBI:16393 ", "chebi/CHEBI:16393", "CHEBI:16393", "ChEBI", "wp:bdbChEBI", "chebi:16393"),
        ("hmdb:HMDB00042", "hmdb/HMDB0000042", "HMDB0000042", "HMDB", "wp:bdbHmdb", "hmdb:HMDB0000042"),
        ("lipidmaps:LMSP02", "lipidmaps/LMSP02", "LMSP02", "LIPID MAPS", "wp:bdbLipidMaps", "lipidmaps:LMSP02"),
        ("chemspider:937", "chemspider/937", "937", "Chemspider", "wp:bdbChemspider", "chemspider:937"),
    ],
)  # fmt: skip
def test_a_node_is_what_identifiers_org_calls_it(
    written: str, node: str, identifier: str, source: str, predicate: str, other: str, tmp_path: Path
) -> None:
    found = _row(tmp_path, "x", "Metabolite", written)
    (name,) = found.subjects("rdf:type", "wp:DataNode")
    full = {"chebi/CHEBI:16393": "chebi:16393", "hmdb/HMDB0000042": "hmdb:HMDB0000042",
            "lipidmaps/LMSP02": "lipidmaps:LMSP02", "chemspider/937": "chemspider:937"}  # fmt: skip
    assert name == full.get(node, f"https://identifiers.org/{node}")
    assert found.objects(name, "dcterms:identifier") == {f'"{identifier}"'}
    assert found.objects(name, "dc:source") == {f'"{source}"'}
    assert found.objects(name, "dc:identifier") == {name}
    assert found.objects(name, predicate) == {other}
    assert found.told == []


@pytest.mark.parametrize(
    ("written", "node"),
    [
        ("eccode:1.1.1.1", "ec-code/1.1.1.1"),
        ("flybase:FBgn0011293", "fb/FBgn0011293"),
        ("wormbase:WBGene00000001", "wb/WBGene00000001"),
        ("omim:176930", "mim/176930"),
        ("hgnc.symbol:HGNC:11000", "hgnc/11000"),
        ("myco.tuber:Rv0064", "myco.tuber/Rv0064"),
    ],
)
def test_synonyms_of_a_prefix_are_the_same_node(written: str, node: str, tmp_path: Path) -> None:
    row = ("x", "Protein", written, "", "", "ncbigene:2147")
    found = _row(tmp_path, *row, organisms=("Homo fictus",))
    assert found.subjects("rdf:type", "wp:DataNode") == {f"https://identifiers.org/{node}"}
    assert found.objects(f"https://identifiers.org/{node}", "wp:bdbEntrezGene") == {"ncbigene:2147"}
    assert found.told == []


@pytest.mark.parametrize(
    ("written", "identifier", "source"),
    [
        (":BnaC01g16370D", "BnaC01g16370D", None),
        ("BnaC01g16370D", "BnaC01g16370D", None),
        (":abc", "abc", None),
        ("zzz:2147", "zzz:2147", None),
        ("chebi:XXL-VLDL-C", "XXL-VLDL-C", "ChEBI"),
        ("uniprot:DL_DROME", "DL_DROME", "UniProtKB"),
        ("ncbigene:0", "0", "Entrez Gene"),
    ],
)
def test_a_bad_identifier_hides_nothing_of_its_row(
    written: str, identifier: str, source: str | None, tmp_path: Path
) -> None:
    found = _row(tmp_path, "Thrombin", "Protein", written, "", "", "ncbigene:2147", "", "uniprot:P00734")
    assert found.subjects("rdf:type", "wp:DataNode") == {NODE}
    said = found.of(NODE)
    assert said >= {
        ("rdf:type", "wp:Protein"),
        ("rdfs:label", '"Thrombin"'),
        ("dcterms:isPartOf", VERSION),
        ("dcterms:identifier", f'"{identifier}"'),
        ("wp:bdbEntrezGene", "ncbigene:2147"),
        ("wp:bdbUniprot", "uniprot:P00734"),
    }
    assert found.objects(NODE, "dc:source") == ({f'"{source}"'} if source else set())
    assert not found.objects(NODE, "dc:identifier")
    assert [rule for _, rule, _ in found.told] == ["datanode-identifier"]
    assert not found.objects(VERSION, "pfocr:unidentifiedNode")
    assert found.refused == 0


@pytest.mark.parametrize(
    ("written", "severity", "says", "advises"),
    [
        (":BnaC01g16370D", "info", 'the database of the identifier "BnaC01g16370D" is not known', "Write its prefix"),
        (":abc", "warning", 'the database of the identifier "abc" is not known', "Write its prefix"),
        ("zzz:1", "warning", '"zzz:1" names no known database', "the prefix of a database"),
        ("uniprot:DL_DROME", "warning", '"DL_DROME" is no identifier of UniProtKB', "expected uniprot:"),
        ("uniprot:ENSRNOG00000006984", "warning", "was read as the identifier ENSRNOG00000006984 of Ensembl",
         "Write ensembl:ENSRNOG00000006984."),
        ("uniprot:Q9EPG0_MOUSE", "info", "was read as the identifier Q9EPG0 of UniProtKB", "Write uniprot:Q9EPG0."),
    ],
)  # fmt: skip
def test_the_advice_is_true(written: str, severity: str, says: str, advises: str, tmp_path: Path) -> None:
    (found,) = _row(tmp_path, "x", "Protein", written, organisms=("Oryza sativa japonica",)).problems[-1:]
    assert found.severity.value == severity
    assert says in found.message
    assert advises in (found.advice or "")
    assert "ncbigene:[1-9]" not in (found.advice or "")
    assert found.key == "Identifier"


@pytest.mark.parametrize(
    ("written", "gene", "source"),
    [
        (":AT1G29910-TAIR-G", "AT1G29910", "NASC Gene"),
        (":Os02g0787300", "Os02g0787300", "Gramene Rice"),
        (":LOC_Os02g43410", "LOC_Os02g43410", "Rice Ensembl Gene"),
        (":GRMZM2G092678", "GRMZM2G092678", "Gramene Maize"),
        (":BnaC01g16370D", "BnaC01g16370D", None),
    ],
)
def test_genes_of_plants_without_a_prefix_are_those_of_ensembl(
    written: str, gene: str, source: str | None, tmp_path: Path
) -> None:
    found = _row(tmp_path, "C01a", "GeneProduct", written)
    assert found.objects(NODE, "wp:bdbEnsembl") == {f"ensembl:{gene}"}
    assert found.objects(NODE, "dcterms:identifier") == {f'"{written[1:]}"'}
    assert found.objects(NODE, "dc:source") == ({f'"{source}"'} if source else set())


def test_a_row_without_an_identifier_keeps_its_label(tmp_path: Path) -> None:
    found = _row(tmp_path, " Only a label", "Metabolite")
    assert found.objects(VERSION, "pfocr:unidentifiedNode") == {'"Only a label"'}
    assert not found.subjects("rdf:type", "wp:DataNode")


def test_a_row_with_cross_references_alone_is_a_node(tmp_path: Path) -> None:
    found = _row(tmp_path, "IL6", "Protein", "", "", "", "ncbigene:3569")
    assert found.objects(NODE, "wp:bdbEntrezGene") == {"ncbigene:3569"}
    assert not found.objects(NODE, "dcterms:identifier")
    assert found.objects(VERSION, "pfocr:unidentifiedNode") == {'"IL6"'}


def test_cross_references_go_by_their_prefix_and_none_is_lost(tmp_path: Path) -> None:
    found = _row(
        tmp_path, "x", "Protein", "uniprot:P00734", "", "ncbigene:2147; hgnc.symbol:F2", "", "",
        "uniprot:UPI00000D4FAD;uniprot:P00735", "omim:176930", "chebi:CHEBI:17",
    )  # fmt: skip
    said = {(predicate, value) for predicate, value in found.of("uniprot:P00734") if ":bdb" in predicate}
    assert said == {
        ("wp:bdbEntrezGene", "ncbigene:2147"),
        ("wp:bdbHgncSymbol", "hgnc.symbol:F2"),
        ("wp:bdbUniprot", "uniprot:P00734"),
        ("wp:bdbUniprot", "uniprot:P00735"),
        ("wp:bdbChEBI", "chebi:17"),
    }
    assert found.objects("uniprot:P00734", "rdfs:seeAlso") == {
        "https://identifiers.org/uniparc/UPI00000D4FAD",
        "https://identifiers.org/mim/176930",
    }
    assert found.told == [("info", "cross-reference", 2)]


def test_older_tables_are_read(tmp_path: Path) -> None:
    row = ["IL6", "GeneProduct", "ncbigene:3569", "", "ENSG00000136244", "3569", "6018"]
    old = map_pathway(tmp_path, {"datanodes": table([row], OLD)})
    said = {
        (predicate, value) for predicate, value in old.of("ncbigene:3569") if predicate not in ("rdf:type",)
    }
    assert said >= {
        ("rdfs:label", '"IL6"'),
        ("wp:bdbEnsembl", "ensembl:ENSG00000136244"),
        ("wp:bdbEntrezGene", "ncbigene:3569"),
        ("rdfs:seeAlso", "https://identifiers.org/hgnc/6018"),
    }
    assert old.told == []


@pytest.mark.parametrize(
    ("header", "row"),
    [
        ([*columns(), ""], ["IL6", "GeneProduct", "ncbigene:3569"]),
        (["Type", "Identifier", "Label"], ["GeneProduct", "ncbigene:3569", "IL6"]),
        (["Label", "Type", "Identifier"], ["IL6", "GeneProduct", "ncbigene:3569"]),
    ],
)
def test_a_table_is_known_by_the_columns_it_needs(header: list[str], row: list[str], tmp_path: Path) -> None:
    text = (
        "\t".join(header) + "\n" + "\t".join([*row, *[""] * (16 - len(row))][: max(16, len(header))]) + "\n"
    )
    found = map_pathway(tmp_path, {"datanodes": text})
    assert found.objects("ncbigene:3569", "rdfs:label") == {'"IL6"'}
    assert found.told == []


@pytest.mark.parametrize(
    ("column", "text", "predicate", "value"),
    [
        ("PubChem", "CID5957", "wp:bdbPubChem", "pubchem.compound:5957"),
        ("PubChem", "5957", "wp:bdbPubChem", "pubchem.compound:5957"),
        ("KEGG", "cpd:C00002", "wp:bdbKeggCompound", "kegg.compound:C00002"),
        ("KEGG", "C00002", "wp:bdbKeggCompound", "kegg.compound:C00002"),
        ("Ensembl", "ensg00000136244", "wp:bdbEnsembl", "ensembl:ENSG00000136244"),
        ("HGNC", "HMDB00122", "wp:bdbHmdb", "hmdb:HMDB0000122"),
    ],
)
def test_a_column_tells_the_database(
    column: str, text: str, predicate: str, value: str, tmp_path: Path
) -> None:
    row = ["x", "Metabolite", "chebi:16393", *[text if name == column else "" for name in columns()[3:]]]
    found = map_pathway(tmp_path, {"datanodes": table([row])})
    assert value in found.objects("chebi:16393", predicate)
    assert "warning" not in {severity for severity, _, _ in found.told}


@pytest.mark.parametrize(
    ("column", "text", "says"),
    [
        ("PubChem", "adenosine", '"adenosine" is no identifier of PubChem-compound'),
        ("HGNC", "see text", '"see text" is no identifier of HGNC'),
        ("KEGG", "ATP", '"ATP" is no identifier of KEGG Compound'),
    ],
)
def test_the_advice_for_a_column_names_its_database(
    column: str, text: str, says: str, tmp_path: Path
) -> None:
    row = ["x", "Metabolite", "chebi:16393", *[text if name == column else "" for name in columns()[3:]]]
    (found,) = map_pathway(tmp_path, {"datanodes": table([row])}).problems[-1:]
    assert found.message == says
    assert "(?" not in (found.advice or "")


@pytest.mark.parametrize(
    ("column", "text"), [("UniProt", "see text"), ("HGNC", "IL-6 receptor"), ("PubChem", "C1")]
)
def test_a_text_in_a_column_is_no_cross_reference(column: str, text: str, tmp_path: Path) -> None:
    row = ["x", "Protein", "ncbigene:3569", *[text if name == column else "" for name in columns()[3:]]]
    found = map_pathway(tmp_path, {"datanodes": table([row])})
    assert found.told == [("warning", "cross-reference", 2)]
    assert {predicate for predicate, _ in found.of("ncbigene:3569") if ":bdb" in predicate} == {
        "wp:bdbEntrezGene"
    }


@pytest.mark.parametrize(
    "line",
    [
        "\tKRAS\tProtein\tncbigene:3845" + "\t" * 13,
        "KRAS\t\tProtein\tncbigene:3845" + "\t" * 13,
        "\t\tKRAS\tProtein\tncbigene:3845" + "\t" * 12,
        "\tKRAS\tProtein\tncbigene:3845" + "\t" * 12,
        "KRAS\tProtein\t\tncbigene:3845" + "\t" * 13,
        "KRAS\tProtein\tncbigene:3845" + "\t" * 20,
        "KRAS\tProtein\tncbigene:3845",
        "KRAS\tProtein \tncbigene:3845\t\t",
        "\tKRAS\tProtein\tncbigene:3845" + "\t" * 6 + "uniprot:P01116" + "\t" * 10,
    ],
)
def test_rows_are_put_right_by_their_type(line: str, tmp_path: Path) -> None:
    found = map_pathway(tmp_path, {"datanodes": "\t".join(columns()) + "\n" + line + "\n"})
    assert found.subjects("rdf:type", "wp:DataNode") == {"ncbigene:3845"}
    assert found.objects("ncbigene:3845", "rdfs:label") == {'"KRAS"'}
    assert ("rdf:type", "wp:Protein") in found.of("ncbigene:3845")
    if "P01116" in line:
        assert found.objects("ncbigene:3845", "wp:bdbUniprot") == {"uniprot:P01116"}
    assert found.refused == 0
    assert {severity for severity, _, _ in found.told} <= {"warning"}


def test_a_label_in_two_cells_is_one_again(tmp_path: Path) -> None:
    line = "beta\tcatenin\tProtein\tuniprot:P35222" + "\t" * 13
    found = map_pathway(tmp_path, {"datanodes": "\t".join(columns()) + "\n" + line + "\n"})
    assert found.objects("uniprot:P35222", "rdfs:label") == {'"beta catenin"'}


@pytest.mark.parametrize(
    ("organisms", "taught"),
    [
        (("Homo sapiens",), [("gene", "DAXX\t9606", "474873")]),
        (("Canis familiaris",), [("gene", "DAXX\t9615", "474873")]),
        (("Gallus gallus",), [("gene", "DAXX\t9031", "474873")]),
        (("Homo sapiens", "Canis familiaris"), []),
        (("Homo fictus",), []),
    ],
)
def test_nodes_teach_under_the_taxon_of_their_page(
    organisms: tuple[str, ...], taught: list[tuple[str, str, str]], tmp_path: Path
) -> None:
    row = ("DAXX", "GeneProduct", "ncbigene:474873", "", "", "ncbigene:474873", "hgnc.symbol:DAXX")
    definitions = _row(tmp_path, *row, organisms=organisms).definitions
    assert [one for one in definitions if one[0] == "gene"] == taught


@pytest.mark.parametrize(
    ("organism", "identifier", "ensembl", "is_taught"),
    [
        ("Drosophila melanogaster", "ensembl:ENSG00000142208", "", False),
        ("Drosophila melanogaster", "ncbigene:207", "ensembl:ENSG00000142208", False),
        ("Homo sapiens", "ncbigene:207", "ensembl:ENSCAFG00000003471", False),
        ("Gallus gallus", "ncbigene:207", "ensembl:ENSGALG00000006379; ensembl:ENSG00000164690", False),
        ("SARS-CoV-2", "ensembl:ENSG00000142208", "", False),
        ("Gallus gallus", "ncbigene:207", "ensembl:ENSGALG00000006379", True),
        ("Homo sapiens", "ensembl:ENSG00000142208", "ensembl:ENSG00000142208", True),
        ("Drosophila melanogaster", "ncbigene:207", "", True),
    ],
)
def test_a_gene_of_another_species_teaches_nothing(
    organism: str, identifier: str, ensembl: str, is_taught: bool, tmp_path: Path
) -> None:
    row = ("AKT1", "GeneProduct", identifier, "", ensembl, "ncbigene:207", "hgnc.symbol:AKT1")
    definitions = _row(tmp_path, *row, organisms=(organism,)).definitions
    assert [one[2] for one in definitions if one[0] == "gene"] == ["207"] * is_taught


def test_a_type_that_is_none_moves_nothing(tmp_path: Path) -> None:
    found = _row(tmp_path, "Protein", "Fish", "uniprot:P00734")
    assert found.objects("uniprot:P00734", "rdfs:label") == {'"Protein"'}
    assert found.told == [("warning", "datanode-type", 2)]
