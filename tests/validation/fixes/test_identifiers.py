"""Identifiers lose what strayed into them, and nothing is guessed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rdfkit.rdf.reading import read_curie
from rdfkit.validation.fixes.identifiers import mended

CURIES = [
    ("ncbigene:5604 ", "ncbigene:5604"),
    (" ncbigene : 5604", "ncbigene:5604"),
    ("ncbigene:5604.", "ncbigene:5604"),
    ("ncbigene:ncbigene:5604", "ncbigene:5604"),
    ("hgnc.symbol:HGNC:11000", "hgnc:11000"),
    ("CHEBI:CHEBI:16393", "CHEBI:16393"),
    ("chebi:CHEBI:CHEBI:16393", "chebi:CHEBI:16393"),
    ("eccode:2.7.1.-.", "eccode:2.7.1.-"),
    ("ensembl:ENSG00000136238-", "ensembl:ENSG00000136238"),
    ("PW:PW:0000512", "PW:0000512"),
    ("ncbigene:5604\u200b", "ncbigene:5604"),
]
# Right as they are, or nobody can tell: another database, digits that lack, no prefix.
KEPT = [
    "chebi:CHEBI:16393", "CHEBI:16393", "chebi:16393", "uniprot:UPI00000D4FAD", "ncbigene:0", "hmdb:HMDB00243", "5604",
    "NA", "", "ensembl:AT1G29910", "ncbigene:ENSG00000136238",
]  # fmt: skip
LOCALS = [
    ("27252646.", ["pubmed"], "27252646"),
    (" PMC12", ["pmc", "doi"], "PMC12"),
    ("10.1000/Abc.", ["pmc", "doi"], "10.1000/Abc"),
    ("mesh:D019821 ", ["mesh"], "mesh:D019821"),
    ("WP12 ", ["wikipathways"], "WP12"),
]


@pytest.mark.parametrize(("text", "expected"), CURIES)
def test_a_curie_loses_what_strayed_into_it(text: str, expected: str) -> None:
    assert mended(text) == expected


@pytest.mark.parametrize("text", KEPT)
def test_what_is_right_or_not_certain_stays(text: str) -> None:
    assert mended(text) is None


def test_an_identifier_of_another_database_stays() -> None:
    assert mended("PW:PW:0000512", ["pmc"]) is None
    assert mended("chebi:17634.", ["mesh"]) is None


@pytest.mark.parametrize(("text", "prefixes", "expected"), LOCALS)
def test_an_identifier_without_its_prefix(text: str, prefixes: list[str], expected: str) -> None:
    assert mended(text, prefixes) == expected
    assert mended(expected, prefixes) is None


_parts = st.sampled_from(
    ["ncbigene", "CHEBI", "ensembl", "ENSG00000136238", "5604", ":", ":", " ", ".", "-", ";", "HGNC", "0"]
)


@given(st.lists(_parts, max_size=7).map("".join))
def test_what_is_mended_means_the_same_and_is_mended_once(text: str) -> None:
    found = mended(text)
    if found is not None:
        assert read_curie(found)[:2] == read_curie(text)[:2]
        assert not read_curie(found).is_repaired
        assert len(found) <= len(text)
        assert mended(found) is None
