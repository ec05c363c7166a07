"""Queries in Virtuoso's looser dialect run as they are, and the standard is never touched."""

from __future__ import annotations

import subprocess
import sys
import tomllib

import pytest
from conftest import CASES
from hypothesis import given
from hypothesis import strategies as st

from rdfkit.dialect import Repaired, repair
from rdfkit.errors import QueryError
from rdfkit.identifiers import prefix_map
from rdfkit.queries import bind, library, read_query
from rdfkit.store import Store

FOLDER = CASES / "dialect"
EXPECTED = tomllib.loads((FOLDER / "expected.toml").read_text())
# What queries are made of, so that random texts come near to them.
PIECES = st.sampled_from(
    """
    SELECT;select distinct;count(;(count(?x) as ?n);as ?n;?x;?y;*;(;);{;};WHERE;FROM <http://x/>;GROUP BY
    ORDER BY;fn:substring(;'a';\"\"\";# comment;<;DEFINE;:;,
    """.replace("\n", ";").split(";")
)


@pytest.mark.parametrize("case", sorted(EXPECTED))
def test_a_query_runs_as_it_is(case: str, seed_store: Store) -> None:
    answer = seed_store.query(bind(read_query(FOLDER / f"{case}.rq"), {}))
    assert [one.name for one in answer.repairs] == EXPECTED[case]["repairs"]
    assert [list(row.values()) for row in answer] == EXPECTED[case]["rows"]


def test_every_query_has_an_expectation() -> None:
    assert {path.stem for path in FOLDER.glob("*.rq")} == EXPECTED.keys()


def test_a_parameter_is_bound_before_the_repair(seed_store: Store) -> None:
    query = read_query(FOLDER / "parameter.rq")
    assert query.description == "How many figures mention a gene, by the symbol of the gene."
    (row,) = seed_store.query(bind(query, {"symbol": "no such gene"})).fetch() or [None]
    assert row is None


def test_strict_refuses_the_dialect_with_the_place_in_the_text(seed_store: Store) -> None:
    with pytest.raises(QueryError, match="not valid SPARQL") as caught:
        seed_store.query("SELECT count(?s) as ?n\nWHERE { ?s ?p ?o }", strict=True)
    assert caught.value.line == 1


def test_what_stays_wrong_is_told_of_the_text_as_it_was(seed_store: Store) -> None:
    with pytest.raises(QueryError) as caught:
        seed_store.query("SELECT count(?s) as ?n WHERE { ?s nope:p ?o }")
    assert 'the prefix "nope:" is not declared' in str(caught.value)
    assert caught.value.value == "SELECT count(?s) as ?n WHERE { ?s nope:p ?o }"


def test_the_command_line_says_what_was_repaired(seed_store: Store) -> None:
    def run(*options: str) -> subprocess.CompletedProcess[str]:
        query = str(FOLDER / "parameter.rq")
        command = [sys.executable, "-m", "rdfkit", "query", query, "--param", "symbol=STAT3"]
        return subprocess.run(
            [*command, "--store", str(seed_store.path), *options], capture_output=True, text=True
        )

    told = run()
    assert told.stdout == "gene,figures\nhttps://identifiers.org/ncbigene/6774,4\n"
    assert [line.split(":")[:2] for line in told.stderr.splitlines()] == [
        ["repaired", " projection-parentheses"],
        ["repaired", " implied-group-by"],
    ]
    assert run("-q").stderr == ""
    assert run("--strict").returncode == 2


@pytest.mark.parametrize("name", sorted(library()))
def test_the_library_needs_no_repair(name: str, seed_store: Store) -> None:
    text = bind(library()[name], dict.fromkeys(_without_default(name), "x"))
    assert seed_store.query(text, strict=True).repairs == ()


@given(st.lists(PIECES | st.text(max_size=3), max_size=12).map(" ".join))
def test_any_text_can_be_repaired_and_only_once(text: str) -> None:
    repaired = repair(text, prefix_map())
    assert repair(repaired.text, prefix_map()) == Repaired(repaired.text, ())


@given(st.lists(PIECES | st.text(max_size=3), max_size=12).map(" ".join))
def test_without_a_repair_the_text_is_as_it_was(text: str) -> None:
    repaired = repair(text, prefix_map())
    assert bool(repaired.repairs) or repaired.text == text


def _without_default(name: str) -> list[str]:
    return [parameter.name for parameter in library()[name].parameters if parameter.default is None]
