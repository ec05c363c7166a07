"""What an organism page becomes and teaches, however its taxon is written."""

from __future__ import annotations

from pathlib import Path

import pytest

from rdfkit.mapping import dispatch
from rdfkit.mapping.lookups import Site
from rdfkit.mapping.recognition import read_page
from rdfkit.sources.discovery import SourceFile
from tests.support.told import told_by

WRITTEN = [
    "7159",
    "NCBITaxon:7159",
    '"7159 "',
    "ncbitaxon:7159",
    "https://www.ncbi.nlm.nih.gov/taxonomy/7159",
]


@pytest.mark.parametrize("written", WRITTEN)
def test_the_identifier_is_the_number(written: str, tmp_path: Path) -> None:
    told = told_by(f"latin: Aedes aegypti\nncbi: {written}\n", "Aedes-aegypti.md", folder=tmp_path)
    assert told.values("NCBITaxon:7159", "dcterms:identifier") == ["7159"]


@pytest.mark.parametrize("written", WRITTEN)
def test_the_name_is_taught(written: str, tmp_path: Path) -> None:
    path = tmp_path / "Aedes-aegypti.md"
    path.write_text(f"---\nlatin: Aedes aegypti\nncbi: {written}\n---\n", encoding="utf-8")
    page = read_page(SourceFile(str(path), str(path), "_organisms/Aedes-aegypti.md", True))
    assert page is not None
    site = Site({})
    dispatch.define(page, site)
    assert list(site.definitions) == [("taxon", "aedes aegypti", "7159")]
