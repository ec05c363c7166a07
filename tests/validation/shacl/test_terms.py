"""Terms as in N-Triples: read as Oxigraph writes them, typed and compared as rdflib has it."""

from __future__ import annotations

import subprocess
import sys
import warnings

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rdfkit.validation.shacl import terms

XSD = "http://www.w3.org/2001/XMLSchema#"
_NAMES = ("integer", "decimal", "double", "boolean", "date", "gYear", "gMonthDay", "anyURI", "byte")
DATATYPES = [f"{XSD}{name}" for name in _NAMES]
NUMBERS = st.from_regex(r"[+-]?[0-9]{1,3}(\.[0-9]{1,3})?([eE][+-]?[0-9]{1,2})?", fullmatch=True)
DATES = st.from_regex(r"[0-9]{4}-[01][0-9]-[0-3][0-9](Z|[+-]0[0-9]:00)?", fullmatch=True)
FORMS = st.one_of(
    NUMBERS, DATES, st.sampled_from(["true", "false", "1", "0", "TRUE", "INF", ""]), st.text(max_size=4)
)


@given(st.text())
def test_literals_are_read_as_oxigraph_writes_them(text: str) -> None:
    for literal in (
        ox.Literal(text),
        ox.Literal(text, language="en-gb"),
        ox.Literal(text, datatype=ox.NamedNode("x:y")),
    ):
        found = terms.literal(str(literal))
        assert (found.text, found.language) == (literal.value, literal.language)
        assert (found.datatype or XSD + "string") == literal.datatype.value or literal.language
        assert terms.node(str(literal)) == literal


@given(FORMS, st.sampled_from(DATATYPES))
def test_datatypes_are_checked_as_rdflib_reads_them(text: str, datatype: str) -> None:
    literal = terms.literal(str(ox.Literal(text, datatype=ox.NamedNode(datatype))))
    if terms._is_common_form(literal):
        assert terms._is_well_typed(literal)


@pytest.mark.parametrize("name", ["decimal", "boolean", "date"])
def test_what_is_ill_typed_is_not_logged(name: str, caplog: pytest.LogCaptureFixture) -> None:
    with warnings.catch_warnings(action="error"):
        assert not terms.has_datatype(f'"x"^^<{XSD}{name}>', f"{XSD}{name}")
    assert not caplog.records


def test_ordinary_literals_need_no_rdflib() -> None:
    ordinary = {"gYear": "2003", "decimal": "0.87", "integer": "3", "date": "2025-12-01", "double": "1e-5"}
    asked = [(f'"{text}"^^<{XSD}{name}>', XSD + name) for name, text in ordinary.items()]
    code = (
        "import sys; from rdfkit.validation.shacl.terms import has_datatype; "
        f"print(all(has_datatype(*each) for each in {asked!r}), 'rdflib' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "True False\n"


@given(FORMS, FORMS, st.sampled_from(DATATYPES), st.sampled_from(DATATYPES))
def test_values_compare_as_in_rdflib(one: str, other: str, of_one: str, of_other: str) -> None:
    first, second = (
        ox.Literal(text, datatype=ox.NamedNode(kind)) for text, kind in ((one, of_one), (other, of_other))
    )
    expected = terms._compare_as_rdflib(
        *(terms.rdflib_literal(terms.literal(str(each))) for each in (first, second))
    )
    assert terms.compare(str(first), str(second)) == expected
