"""Answers as tables: what tells rows apart is seen, also on a narrow terminal."""

from __future__ import annotations

import io

import pyoxigraph as ox
import pytest

from rdfkit.cli.result_table import _number, write_table
from rdfkit.sparql.results import Rows
from rdfkit.store import Store

FIGURE = "https://pfocr.wikipathways.org/figures/PMC1234__Fig"


def shown(text: str, columns: int, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("COLUMNS", str(columns))
    answer = Store.from_quads(()).query(text)
    assert isinstance(answer, Rows)
    stream = io.BytesIO()
    write_table(answer, stream)
    return stream.getvalue().decode()


@pytest.mark.parametrize("columns", [60, 80, 110, 200])
def test_the_end_of_an_iri_is_seen(columns: int, monkeypatch: pytest.MonkeyPatch) -> None:
    values = " ".join(
        f'(<{FIGURE}{n}.html> "IL-6 and Stat3 in a long title of a figure" {n})' for n in range(9)
    )
    text = shown(
        f"SELECT ?figure ?title ?n {{ VALUES (?figure ?title ?n) {{ {values} }} }}", columns, monkeypatch
    )
    assert all(f"__Fig{n}.html" in text for n in range(9))
    assert max(map(len, text.splitlines())) <= columns
    assert text.endswith("9 rows\n")


def test_one_row_and_none(monkeypatch: pytest.MonkeyPatch) -> None:
    assert shown("SELECT ?n { VALUES ?n { 1 } }", 80, monkeypatch).endswith("\n1 row\n")
    assert shown("SELECT ?n { VALUES ?n { } }", 80, monkeypatch).endswith("\n0 rows\n")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.4117647058823529, "0.4118"), (0.15, "0.15"), (7.0, "7"), (1234567.891, "1234568"), (100.0, "100"),
        (0.000000000405017, "4.050e-10"), (0.0, "0"), (float("inf"), "inf"), (-12.3456, "-12.35"),
        (1e300, "1.000e+300"),
    ],
)  # fmt: skip
def test_numbers_have_the_digits_that_a_reader_needs(value: float, text: str) -> None:
    assert _number(value) == text


def test_nothing_writes_to_the_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    text = shown('SELECT ?x { VALUES ?x { "a\\u001b[31mb [bold]c" } }', 80, monkeypatch)
    assert "\x1b" not in text
    assert "[bold]c" in text


def test_select_star_is_in_order_of_appearance() -> None:
    store = Store.from_quads(
        [ox.Quad(*[ox.NamedNode(f"http://e/{n}") for n in "spo"], ox.NamedNode("http://e/g"))]
    )
    for text, columns in (
        ("SELECT * { ?s ?p ?o }", ("s", "p", "o")),
        (
            "select  * WHERE { # ?a\n GRAPH ?g { ?s ?p '?x' } { SELECT ?o ?s { ?s ?q ?o } } BIND(1 AS ?a) }",
            ("g", "s", "p", "o", "a"),
        ),
        ("SELECT * { { SELECT * { ?z ?y ?x } } }", ("z", "y", "x")),
        ("SELECT ?o ?s { ?s ?p ?o }", ("o", "s")),
    ):
        answer = store.query(text)
        assert isinstance(answer, Rows) and answer.columns == columns
