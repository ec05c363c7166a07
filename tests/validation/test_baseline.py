"""What is new against a report of before, wherever lines have moved."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from rdfkit.errors import SourceError
from rdfkit.report import Report, Result, Severity
from rdfkit.validation.baseline import new_since, read_baseline
from rdfkit.validation.report_formats import render

OLD = Result(
    Severity.VIOLATION,
    "datanode-identifier",
    "no identifier",
    path="site/WP1-datanodes.tsv",
    line=12,
    value="x:1",
    focus="https://identifiers.org/wikipathways/WP1_r12#node-12",
)
SHIFTED = Result(Severity.WARNING, "row-shifted", "shifted", path="site/WP1-datanodes.tsv", line=3)


def _baseline(folder: Path, *results: Result) -> Path:
    file = folder / "baseline.json"
    file.write_text(render(Report.of(results), "json"), encoding="utf-8")
    return file


@pytest.mark.parametrize(
    "same",
    [
        replace(OLD, line=40),
        replace(OLD, focus="https://identifiers.org/wikipathways/WP1_r13#node-40"),
        replace(OLD, message="said otherwise", advice="Do."),
        replace(OLD, path="./site/WP1-datanodes.tsv"),
        replace(OLD, path=str(Path("site/WP1-datanodes.tsv").resolve())),
        replace(OLD, severity=Severity.INFO),
    ],
)
def test_the_same_finding_is_not_new(same: Result, tmp_path: Path) -> None:
    assert new_since(Report.of([same]), read_baseline(_baseline(tmp_path, OLD))).results == ()


@pytest.mark.parametrize(
    "other",
    [
        replace(OLD, path="site/WP2-datanodes.tsv"),
        replace(OLD, rule="cross-reference"),
        replace(OLD, value="x:2"),
        replace(OLD, focus="https://identifiers.org/wikipathways/WP2_r12#node-12"),
    ],
)
def test_another_finding_is_new(other: Result, tmp_path: Path) -> None:
    assert new_since(Report.of([OLD, other]), read_baseline(_baseline(tmp_path, OLD))).results == (other,)


def test_of_more_equal_findings_the_last_is_new(tmp_path: Path) -> None:
    file = _baseline(tmp_path, SHIFTED, replace(SHIFTED, line=5))
    now = Report.of([replace(SHIFTED, line=line) for line in (4, 6, 8)])
    assert [result.line for result in new_since(now, read_baseline(file)).results] == [8]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        '{"results": [1]}',
        '{"results": [{"rule": "x"}]}',
        '{"results": [{"rule": "x", "severity": "warning", "message": "m", "path": 1}]}',
    ],
)
def test_what_is_no_report_is_told(text: str, tmp_path: Path) -> None:
    file = tmp_path / "b.json"
    file.write_text(text)
    with pytest.raises(SourceError, match="no report of rdfkit"):
        read_baseline(file)


def test_a_baseline_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="--format json"):
        read_baseline(tmp_path / "none.json")
