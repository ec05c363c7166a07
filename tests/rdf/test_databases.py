"""The table of identifier databases: whole, and as its script makes it."""

from __future__ import annotations

import re
import sys
from importlib.metadata import PackageNotFoundError, version
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import pytest

from rdfkit.rdf.databases import database, database_named, databases, prefixes
from rdfkit.rdf.prefixes import prefix_map
from tests.support.paths import PROJECT, SAMPLES

TABLE = PROJECT / "rdfkit" / "rdf" / "data" / "databases.tsv"
SCRIPT = PROJECT / "scripts" / "identifier_databases.py"
# Prefixes of the prefix map under which stand the terms of vocabularies, and no identifiers of pages.
VOCABULARIES = {
    "cito", "dc", "dcat", "dcterms", "doco", "fabio", "foaf", "gpml", "oa", "obo", "owl", "pav", "prov", "rdf", "rdfs",
    "schema", "sd", "sh", "skos", "spdx", "vcard", "void", "void-ext", "wp", "wpq", "xsd",
}  # fmt: skip


def test_every_prefix_has_a_pattern() -> None:
    vocabularies = {name for name in prefix_map() if name in VOCABULARIES}
    assert prefixes().keys() >= prefix_map().keys() - vocabularies
    assert all(found.pattern.pattern for found in prefixes().values())
    assert not any(found.pattern.fullmatch("") for found in prefixes().values())


def test_every_database_has_a_name_and_a_place() -> None:
    assert len(databases()) > 140
    for found in databases().values():
        assert found.name
        assert re.fullmatch(r"[a-z0-9.-]+/([A-Za-z]+:)?", found.path)


def test_a_name_means_one_database() -> None:
    synonyms = [name for found in databases().values() for name in found.synonyms]
    assert len(set(synonyms)) == len(synonyms)
    assert not set(synonyms) & databases().keys()


@pytest.mark.parametrize(
    ("written", "prefix"),
    [
        ("omim", "mim"), ("eccode", "ec-code"), ("flybase", "fb"), ("WormBase", "wb"), ("NCBIGene", "ncbigene"),
        ("CHEBI", "chebi"), ("ncbi.gene", "ncbigene"), ("swisslipids", "slm"), ("PMID", "pubmed"),
        ("unipathway", "upa"),
    ],
)  # fmt: skip
def test_synonyms(written: str, prefix: str) -> None:
    found = database(written)
    assert found is not None
    assert found.prefix == prefix


@pytest.mark.parametrize(
    ("prefix", "name"),
    [
        ("uniprot", "UniProtKB"), ("pubchem.compound", "PubChem-compound"), ("chemspider", "Chemspider"),
        ("go", "GeneOntology"), ("ena.embl", "EMBL"), ("complexportal", "Complex Portal"), ("ncbigene", "Entrez Gene"),
        ("mirbase.mature", "miRBase mature sequence"), ("pubchem.substance", "PubChem-substance"), ("pubmed", "PubMed"),
    ],
)  # fmt: skip
def test_names_are_those_of_bridgedb(prefix: str, name: str) -> None:
    assert prefixes()[prefix].name == name
    assert database_named(name.upper()) is prefixes()[prefix]


@pytest.mark.parametrize("name", ["", "Foo", "URL"])
def test_other_names_are_of_no_database(name: str) -> None:
    assert database_named(name) is None
    assert database(name) is None


def _recorded() -> re.Match[str]:
    first = TABLE.read_text(encoding="utf-8").splitlines()[0]
    found = re.search(r"bioregistry (\S+) and BridgeDb's datasources\.tsv, SHA-256 ([0-9a-f]{64})\.", first)
    assert found, "the table records what it was made from"
    return found


def test_the_table_is_what_the_script_makes(tmp_path: Path) -> None:
    """Where its sources are, and Bioregistry is the one that it was made from."""
    datasources = SAMPLES / "datasources.tsv"
    try:
        installed = version("bioregistry")
    except PackageNotFoundError:
        pytest.skip("the package bioregistry is not installed")
    if not datasources.exists():
        pytest.skip("BridgeDb's datasources.tsv is not beside this checkout")
    if installed != _recorded()[1]:
        pytest.skip(f"the table was made from bioregistry {_recorded()[1]}, and {installed} is installed")
    spec = spec_from_file_location("identifier_databases", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    script = module_from_spec(spec)
    sys.modules[spec.name] = script
    spec.loader.exec_module(script)
    assert script.table(datasources) == TABLE.read_text(encoding="utf-8")
