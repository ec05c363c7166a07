"""Values of parameters as people write them."""

from __future__ import annotations

import pytest

from rdfkit.errors import ParameterError
from rdfkit.sparql.library import bind, find_query
from rdfkit.sparql.parameters import read_value


@pytest.mark.parametrize(
    ("kind", "value", "read"),
    [
        ("taxon", "9606", "NCBITaxon:9606"), ("taxon", "human", "NCBITaxon:9606"),
        ("taxon", "homo  Sapiens", "NCBITaxon:9606"), ("taxon", "NCBITaxon:10090", "NCBITaxon:10090"),
        ("taxon", "http://purl.obolibrary.org/obo/NCBITaxon_7955", "NCBITaxon:7955"),
        ("pathway", "364", "WP364"), ("pathway", "wp364", "WP364"), ("pathway", "WP364", "WP364"),
        ("pathway", "https://www.wikipathways.org/pathways/WP364.html", "WP364"),
        ("pathway", "https://identifiers.org/wikipathways/WP364", "WP364"), ("pathway", "IL-6", "IL-6"),
        ("figure", "https://pfocr.wikipathways.org/figures/PMC1__f1.html", "PMC1__f1"),
        ("figure", "PMC1__f1.2", "PMC1__f1.2"),
        ("term", "PW:0000512", "PW:0000512"), ("term", "pw_0000512", "PW:0000512"),
        ("term", "http://purl.obolibrary.org/obo/DOID_162", "DOID:162"),
        ("term", "http://example.org/mine", "http://example.org/mine"),
        ("integer", " 1,000 ", "1000"), ("integer", "-3", "-3"), ("string", " as it is ", " as it is "),
    ],
)  # fmt: skip
def test_what_is_understood(kind: str, value: str, read: str) -> None:
    assert read_value(kind, "x", value) == read


@pytest.mark.parametrize(
    ("kind", "value"), [("taxon", "unicorn"), ("integer", "abc"), ("integer", "2.5"), ("term", "cancer")]
)
def test_what_is_not_is_named(kind: str, value: str) -> None:
    with pytest.raises(ParameterError, match=f'x: "{value}" is no '):
        read_value(kind, "x", value)


def test_it_comes_into_the_query() -> None:
    text = bind(find_query("figures-with-gene"), {"gene": "IL6", "taxon": "mouse"})
    assert "<http://purl.obolibrary.org/obo/NCBITaxon_10090>" in text
    assert "PW_0000003" not in bind(find_query("pathways-by-term"), {"term": "PW_0000512"})


def test_queries_are_bound_by_name_with_plain_values() -> None:
    text = bind("figures-with-gene", gene="IL6", taxon=9606)
    assert text == bind(find_query("figures-with-gene"), {"gene": "IL6", "taxon": "9606"})
