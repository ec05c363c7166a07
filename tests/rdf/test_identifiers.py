"""CURIEs, IRIs, patterns, percent-encoding, missing values."""

from __future__ import annotations

from urllib.parse import unquote

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rdfkit.errors import IdentifierError
from rdfkit.rdf.identifiers import compress, converter, curie, expand, is_missing, parse_curie, prefix_map
from rdfkit.rdf.iris import encode_address, is_iri, percent_encode
from rdfkit.sources.cleaning import is_missing_name


@pytest.mark.parametrize(
    ("prefix", "local", "iri"),
    [
        ("PW", "0000516", "http://purl.obolibrary.org/obo/PW_0000516"),
        ("ncbigene", "5601", "https://identifiers.org/ncbigene/5601"),
        ("chebi", "17634", "https://identifiers.org/chebi/CHEBI:17634"),
        ("pubchem.compound", "5793", "http://rdf.ncbi.nlm.nih.gov/pubchem/compound/CID5793"),
        ("wikipathways", "WP364_r142066", "https://identifiers.org/wikipathways/WP364_r142066"),
        ("cur", "CPTAC", "http://vocabularies.wikipathways.org/wp#Curation:CPTAC"),
        ("doi", "10.1016/j.tiv.2016.03.009", "https://doi.org/10.1016/j.tiv.2016.03.009"),
        (
            "doi",
            "10.1002/(SICI)1(1)15:2<1::AID-X>3.0.CO;2-2",
            "https://doi.org/10.1002/(sici)1(1)15:2%3C1::aid-x%3E3.0.co;2-2",
        ),
        ("user", "Christine Chichester", "http://rdf.wikipathways.org/User/Christine%20Chichester"),
        ("user", "%(^", "http://rdf.wikipathways.org/User/%25(%5E"),
        ("mesh", "C000657245", "http://id.nlm.nih.gov/mesh/C000657245"),
    ],
)
def test_identifiers_become_iris(prefix: str, local: str, iri: str) -> None:
    assert expand(curie(prefix, local)) == iri


@pytest.mark.parametrize(
    ("prefix", "local"),
    [
        ("PW", "516"),
        ("ncbigene", "12x"),
        ("ncbigene", "0"),
        ("ncbigene", "NA"),
        ("pmc", "PMC12x"),
        ("pmc", "12"),
        ("doi", "doi.org/10.1"),
        ("wikipathways", "WPx"),
        ("user", ""),
        ("mesh", "D1"),
        ("ncbigene", "1\n2"),
        ("ncbigene", "१"),
    ],
)
def test_what_does_not_fit_is_refused(prefix: str, local: str) -> None:
    with pytest.raises(IdentifierError) as caught:
        curie(prefix, local)
    assert caught.value.value == local
    assert caught.value.expected


def test_curies_of_pages() -> None:
    assert parse_curie("mesh:D001920", {"mesh": "mesh"}) == "mesh:D001920"
    assert parse_curie("pw:0000516", {"pw": "PW"}) == "PW:0000516"
    for text in ("D001920", "chebi:1", "mesh:", ":D001920", "mesh:D 1"):
        with pytest.raises(IdentifierError):
            parse_curie(text, {"mesh": "mesh"})


def test_missing_values() -> None:
    assert all(map(is_missing, ["", " ", "~", "null", "NA", ".na.character"]))
    assert not any(map(is_missing, ["NO", "na", "0", "Unknown", "."]))
    assert is_missing_name("Unknown")


def test_addresses_keep_what_is_already_an_address() -> None:
    assert encode_address("index.php?title=A%20b c#d") == "index.php?title=A%20b%20c#d"


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"])))
def test_encoded_text_is_part_of_an_iri_and_decodes_to_itself(text: str) -> None:
    encoded = percent_encode(text)
    iri = f"http://example.org/{encoded}"
    assert is_iri(iri)
    assert (
        next(iter(ox.parse(f"<{iri}> <{iri}> <{iri}> .".encode(), ox.RdfFormat.N_TRIPLES))).subject.value
        == iri
    )
    assert unquote(encoded) == text


@pytest.mark.parametrize("prefix", prefix_map())
def test_every_prefix_expands_and_compresses(prefix: str) -> None:
    assert compress(expand(f"{prefix}:0000001")) == f"{prefix}:0000001"


def test_the_prefix_map_is_that_of_the_converter() -> None:
    assert prefix_map() == dict(converter().bimap)
    assert list(prefix_map()) == sorted(prefix_map())


@pytest.mark.parametrize(
    "text", ["A:\x7f", "http://x.org/\x80", "http://x.org/%zz", "http://x.org/a b", "x", "http://x.org/[a]"]
)
def test_what_an_n_quads_parser_refuses_is_no_iri(text: str) -> None:
    assert not is_iri(text)
    with pytest.raises(SyntaxError):
        list(ox.parse(f"<{text}> <{text}> <{text}> .", ox.RdfFormat.N_QUADS))
