"""Findings and refusals as a report needs them."""

from __future__ import annotations

from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rdfkit.pipeline.state.database import Database
from rdfkit.pipeline.state.findings import (
    add_findings,
    add_refusals,
    await_unsettled,
    count_findings,
    findings,
    refusals,
    replace_findings_about,
    replace_strays,
    row_accounts,
    unsettle,
)
from rdfkit.pipeline.state.model import PageState, UsedTable
from rdfkit.report import Result, Severity
from tests.support.state_pages import add, finding, used, waiting

_texts = st.none() | st.text(max_size=4)
_results = st.builds(
    Result,
    severity=st.sampled_from(Severity),
    rule=st.text(max_size=3),
    message=st.text(max_size=4),
    path=_texts,
    line=st.none() | st.integers(0, 9),
    **dict.fromkeys(("key", "value", "advice", "focus", "property_path", "component", "value_term"), _texts),
)


@given(st.lists(_results, max_size=5))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_findings_are_given_back_each_once(database: Database, results: list[Result]) -> None:
    database.run("DELETE FROM finding")
    add_findings(database, 1, [*results, *results])
    found = list(findings(database))
    assert len(found) == len(set(results))
    assert set(found) == set(results)
    for severity, number in count_findings(database).items():
        assert number == sum(one.severity is severity for one in found)


def test_reasons_are_told_by_file_each_once(database: Database) -> None:
    add_refusals(database, 1, [("b", "is old"), ("a", "is new"), ("b", "is bad"), ("b", "is old")])
    assert refusals(database) == {"a": ("is new",), "b": ("is old", "is bad")}


def test_findings_about_nodes_replace_those_of_used_pages_only(database: Database) -> None:
    a, _ = add(
        database,
        [
            used("a", "g", findings=(finding("a", focus="urn:n"), finding("a", focus="urn:m"))),
            used("b", "h", state=PageState.INVALID, findings=(finding("b", focus="urn:n"),)),
        ],
    )
    replace_findings_about(database, ["urn:n"], [(a, finding("a", "is new", focus="urn:n"))])
    told = {(one.path, one.focus, one.message) for one in findings(database)}
    assert told == {("a", "urn:m", "is wrong"), ("b", "urn:n", "is wrong"), ("a", "urn:n", "is new")}


def test_an_unsettled_page_refuses_its_rows_and_is_tried_again(database: Database) -> None:
    (page,) = add(database, [used("a", "g", tables=(UsedTable("genes", "1.tsv", None, 5, 1),))])
    assert row_accounts(database) == {"genes": (5, 1)}
    unsettle(database, page, [("a", "two pages disagree")])
    assert row_accounts(database) == {"genes": (5, 5)}
    assert refusals(database) == {"a": ("two pages disagree",)}
    await_unsettled(database)
    assert waiting(database) == ["a"]


def test_strays_take_the_place_of_those_before(database: Database, tmp_path: Path) -> None:
    stray = tmp_path / "f-genes.tsv"
    stray.write_text("a\tb\n1\t2\n3\t4\n")
    for message in ("has no page", "is a second table"):
        replace_strays(database, [("genes", finding(str(stray), message))])
    assert row_accounts(database) == {"genes": (2, 2)}
    assert refusals(database) == {str(stray): ("is a second table",)}
    assert [one.message for one in findings(database)] == ["is a second table"]
