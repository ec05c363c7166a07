"""How a report reads: worst first, like findings folded, and the same line in a pipe and on a terminal."""

from __future__ import annotations

import io

from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from rdfkit.report import Report, Result, Severity
from rdfkit.validation.text_report import FOLDED_FROM, SHOWN_OF_MANY, folded, styled, styled_whole, text


def _result(rule: str, number: int, severity: Severity = Severity.WARNING) -> Result:
    return Result(severity, rule, f"message {number}", path=f"a/{number % 3}.md", line=number + 1, key="k")


MANY = [_result("datanode-identifier", number) for number in range(1141)]
FEW = [_result("title-duplicate", number) for number in range(FOLDED_FROM)]
VIOLATIONS = [_result("row-refused", number, Severity.VIOLATION) for number in range(30)]
REPORT = Report.of([*MANY, *FEW, *VIOLATIONS, _result("text-html", 1, Severity.INFO)])


def test_like_findings_are_folded_and_all_violations_shown() -> None:
    lines = folded(REPORT).splitlines()
    assert sum("[row-refused]" in line for line in lines) == len(VIOLATIONS)
    assert sum("[datanode-identifier]" in line for line in lines) == SHOWN_OF_MANY
    assert sum("[title-duplicate]" in line for line in lines) == len(FEW)
    assert "… datanode-identifier ×1,141 in 3 files: 1,138 more like these" in lines
    assert lines[-1] == "30 violations, 1,146 warnings, 1 info in 3 files"


def test_the_worst_comes_first() -> None:
    for shown in (text(REPORT), folded(REPORT)):
        severities = [line.split(": ")[1] for line in shown.splitlines() if line.startswith("a/")]
        assert severities == sorted(severities, key=lambda name: Severity(name).rank)
        assert severities[0] == "violation"


def test_the_whole_text_folds_nothing() -> None:
    assert len(text(REPORT).splitlines()) == len(REPORT.results) + 1


def test_a_terminal_has_the_same_lines() -> None:
    assert _printed(styled(REPORT)) == folded(REPORT)
    assert _printed(styled_whole(REPORT)) == text(REPORT)
    assert "a/0.md:1: violation: k: message 0 [row-refused]" in _printed(styled(REPORT)).splitlines()


_texts = st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=30)
_results = st.builds(
    Result,
    severity=st.sampled_from(Severity),
    rule=_texts.filter(bool),
    message=_texts,
    path=st.none() | _texts,
    line=st.none() | st.integers(1, 10**6),
    key=st.none() | _texts,
    advice=st.none() | _texts,
)


@given(st.lists(_results, max_size=4).map(Report.of))
def test_terminals_get_no_markup_from_the_input(report: Report) -> None:
    assert _printed(styled(report)) == folded(report)
    assert "\x1b" not in _printed(styled(report))


def _printed(markup: str) -> str:
    out = io.StringIO()
    Console(file=out, width=10_000, soft_wrap=True).print(markup, end="", highlight=False)
    return out.getvalue()
