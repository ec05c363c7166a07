"""Identifiers as people write them."""

from __future__ import annotations

import pytest

from rdfkit.errors import IdentifierError
from rdfkit.rdf.databases import databases
from rdfkit.rdf.identifiers import curie, expand, parse_curie
from rdfkit.rdf.reading import read_curie, read_locus
from tests.support.paths import CASES

_CASES = [
    tuple(line.split("\t"))
    for line in (CASES / "identifiers" / "readings.tsv").read_text(encoding="utf-8").splitlines()[1:]
]


@pytest.mark.parametrize(("written", "node", "told"), _CASES)
def test_what_was_written_is_read_for_what_it_is(written: str, node: str, told: str) -> None:
    read = read_curie(written)
    assert (expand(read.node) if read.local else "") == node
    assert (read.is_other, read.is_cut) == (told == "other", told == "cut")


@pytest.mark.parametrize(
    ("written", "reference", "identifier", "name"),
    [
        ("wikidata:Q42", "http://www.wikidata.org/entity/Q42", "Q42", "Wikidata"),
        ("pubchem.compound:5793", "http://rdf.ncbi.nlm.nih.gov/pubchem/compound/CID5793", "5793", "PubChem-compound"),
        ("chebi:16393", "https://identifiers.org/chebi/CHEBI:16393", "CHEBI:16393", "ChEBI"),
        ("eccode:1.1.1.1", "https://identifiers.org/ec-code/1.1.1.1", "1.1.1.1", "Enzyme Nomenclature"),
        ("slm:000048885", "https://identifiers.org/slm/SLM:000048885", "SLM:000048885", "SwissLipids"),
    ],
)  # fmt: skip
def test_how_others_refer_to_it(written: str, reference: str, identifier: str, name: str) -> None:
    read = read_curie(written)
    assert read.database is not None
    assert (expand(read.reference), read.identifier, read.database.name) == (reference, identifier, name)


@pytest.mark.parametrize(
    ("written", "name", "kept"),
    [
        ("uniprot:DL_DROME", "UniProtKB", "DL_DROME"),
        (":BnaC01g16370D", None, "BnaC01g16370D"),
        ("BnaC01g16370D", None, "BnaC01g16370D"),
        ("zzz:6774", None, "zzz:6774"),
    ],
)
def test_what_is_none_keeps_its_text(written: str, name: str | None, kept: str) -> None:
    read = read_curie(written)
    assert read.local is None
    assert (read.database.name if read.database else None, read.written) == (name, kept)
    with pytest.raises(ValueError, match="no identifier"):
        _ = read.node


@pytest.mark.parametrize(
    ("prefix", "written", "iri"),
    [
        ("pubmed", "27252646.", "https://identifiers.org/pubmed/27252646"),
        ("pubmed", "PMID:27252646", "https://identifiers.org/pubmed/27252646"),
        ("pubmed", "PMID: 27252646", "https://identifiers.org/pubmed/27252646"),
        ("pubmed", "https://pubmed.ncbi.nlm.nih.gov/27252646/", "https://identifiers.org/pubmed/27252646"),
        ("pubmed", "http://www.ncbi.nlm.nih.gov/pubmed/27252646?dopt=x", "https://identifiers.org/pubmed/27252646"),
        ("doi", "doi.org/10.1016/j.biomag.2013.01.007", "https://doi.org/10.1016/j.biomag.2013.01.007"),
        ("doi", "https://doi.org/10.1016/j.x", "https://doi.org/10.1016/j.x"),
        ("doi", "http://dx.doi.org/10.1016/j.x", "https://doi.org/10.1016/j.x"),
        ("doi", "doi:10.1016/J.X", "https://doi.org/10.1016/j.x"),
        ("doi", "DOI 10.1016/j.x.", "https://doi.org/10.1016/j.x"),
        ("orcid", "https://orcid.org/0000-0001-5706-2163", "https://orcid.org/0000-0001-5706-2163"),
        ("orcid", "orcid.org/0000-0001-5706-216x", "https://orcid.org/0000-0001-5706-216X"),
        ("NCBITaxon", " 9606", "http://purl.obolibrary.org/obo/NCBITaxon_9606"),
        ("pmc", "https://www.ncbi.nlm.nih.gov/pmc/articles/PMC198534/", "https://identifiers.org/pmc/PMC198534"),
        ("wikidata", "https://www.wikidata.org/wiki/Q42", "http://www.wikidata.org/entity/Q42"),
    ],
)  # fmt: skip
def test_in_any_field_it_is_read_alike(prefix: str, written: str, iri: str) -> None:
    assert expand(curie(prefix, written)) == iri


def test_a_curie_may_have_its_prefix_twice_or_be_an_address() -> None:
    both = {"chebi": "chebi", "doid": "DOID"}
    assert parse_curie("chebi:CHEBI:17634", both) == "chebi:17634"
    assert parse_curie(" CHEBI:17634 ", both) == "chebi:17634"
    assert parse_curie("http://purl.obolibrary.org/obo/DOID_1826", both) == "DOID:1826"
    with pytest.raises(IdentifierError):
        parse_curie("http://purl.obolibrary.org/obo/GO_0006915", both)


@pytest.mark.parametrize(
    ("written", "name", "source"),
    [
        ("AT1G29910-TAIR-G", "AT1G29910", "NASC Gene"),
        ("AT2G20610", "AT2G20610", "TAIR gene name"),
        ("Os02g0787300", "Os02g0787300", "Gramene Rice"),
        ("LOC_Os02g43410", "LOC_Os02g43410", "Rice Ensembl Gene"),
        ("GRMZM2G092678", "GRMZM2G092678", "Gramene Maize"),
        ("BnaC01g16370D", "BnaC01g16370D", None),
        ("at2g20610", "AT2G20610", "TAIR gene name"),
        ("At2g20610.1", "AT2G20610", "TAIR gene name"),
        ("Potri.001G000100", "Potri.001G000100", None),
        ("Sobic.003G123456.1", "Sobic.003G123456", None),
        ("Vitvi01g00123", "Vitvi01g00123", None),
    ],
)
def test_names_of_plant_genes(written: str, name: str, source: str | None) -> None:
    found = read_locus(written)
    assert found is not None
    assert (found.name, found.source) == (name, source)
    assert expand(curie("ensembl", found.name)).endswith(f"/ensembl/{name}")


@pytest.mark.parametrize(
    "text", ["IL6", "IGMT5", "C00022", "P00734", "ENSG00000175899", "Osteocalcin", "Atg1"]
)
def test_other_texts_are_no_plant_genes(text: str) -> None:
    assert read_locus(text) is None


@pytest.mark.parametrize(
    "text", ["Toll-like receptor", "NF-kB complex", "beta-catenin", "miR-16-5p", "unknown", "see text", "?"]
)
@pytest.mark.parametrize(
    "prefix",
    ["ensembl", "uniprot", "ncbigene", "chebi", "hmdb", "reactome", "wb", "sgd", "refseq", "go", "interpro"],
)
def test_words_are_no_identifiers(prefix: str, text: str) -> None:
    assert prefix in databases()
    assert read_curie(f"{prefix}:{text}").local is None
