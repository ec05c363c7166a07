"""An empty answer is explained: which term the data has not, and what it has instead."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from typing import Any

import pytest
from conftest import CASES
from hypothesis import given
from hypothesis import strategies as st

import rdfkit
from rdfkit.asking import any_content
from rdfkit.store import Store

EMPTY = tomllib.loads((CASES / "absence.toml").read_text())["case"]


@pytest.mark.parametrize("case", EMPTY, ids=lambda case: case["query"])
def test_the_hint_names_the_term(case: dict[str, str], seed_store: Store) -> None:
    hints = {hint.term: hint for hint in rdfkit.explain_empty(case["query"], seed_store)}
    hint = hints[case["term"]]
    assert case.get("says", "") in hint.sentence
    assert hint.instead == case.get("instead")


@pytest.mark.parametrize(
    "part",
    [
        "OPTIONAL { ?x a wp:Interaction }",
        "MINUS { ?x a wp:Interaction }",
        "FILTER NOT EXISTS { ?x a wp:Interaction }",
        "{ ?x a wp:Interaction } UNION { ?x a doco:Figure }",
        "FILTER(?x != wp:Interaction)",
    ],
)
def test_what_need_not_be_there_is_no_reason(part: str, seed_store: Store) -> None:
    text = f"SELECT * {{ ?x dcterms:identifier 'PMC198534__JCI0319974.f1' . {part} ?x a wp:Pathway }}"
    hints = rdfkit.explain_empty(text, seed_store)
    assert hints
    assert all("Interaction" not in hint.term for hint in hints)


@pytest.mark.parametrize("format", ["csv", "tsv", "json", "xml", "table"])
@pytest.mark.parametrize("query", [EMPTY[0]["query"], EMPTY[9]["query"], EMPTY[10]["query"]])
def test_the_command_line_tells_it_on_stderr(format: str, query: str, seed_store: Store) -> None:
    done = _query(seed_store, query, "--format", format)
    assert done.stderr.startswith("empty: ")
    assert done.returncode == 0


def test_graphs_without_triples_are_told_of(seed_store: Store) -> None:
    for format in ("turtle", "ntriples", "jsonld"):
        assert "empty: wp:bdbRhea" in _query(seed_store, EMPTY[11]["query"], "--format", format).stderr


def test_answers_that_hold_something_are_not(seed_store: Store) -> None:
    for query in (
        "SELECT (COUNT(*) AS ?n) { ?x a doco:Figure }",
        "ASK { ?x a doco:Figure }",
        "CONSTRUCT { ?x a doco:Figure } WHERE { ?x a doco:Figure }",
        "SELECT ?x { ?x a doco:Figure }",
    ):
        assert _query(seed_store, query).stderr == ""


@given(st.lists(st.lists(st.sampled_from(["", "0", 0, None, "1", "x"]), min_size=1, max_size=3), max_size=3))
def test_only_one_row_of_nothing_is_nothing(rows: list[list[Any]]) -> None:
    nothing = not rows or (len(rows) == 1 and all(cell in ("", "0", 0, None) for cell in rows[0]))
    assert any_content(rows) is not nothing


@given(st.text(max_size=40))
def test_any_text_can_be_asked_about(text: str) -> None:
    with Store.from_quads([]) as store:
        rdfkit.explain_empty(text, store)


def _query(store: Store, text: str, *options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "rdfkit", "query", text, "--store", str(store.path), *options]
    return subprocess.run(command, capture_output=True, text=True)
