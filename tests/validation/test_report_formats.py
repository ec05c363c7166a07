"""How reports look, and that no text in them breaks a form."""

from __future__ import annotations

import json
import shutil
import subprocess
import tarfile
from pathlib import Path

import jsonschema
import pyoxigraph as ox
import pytest
import rdflib
from hypothesis import given
from hypothesis import strategies as st

from rdfkit.errors import ExportError
from rdfkit.report import Report, Result, Severity
from rdfkit.validation.report_formats import RENDERINGS, render
from tests.support.paths import CASES

ORGANISM = Result(
    severity=Severity.WARNING,
    rule="FigureShape-organism",
    message='"NA" is not the name of an organism',
    path="seeds/X.md",
    line=4,
    key="organisms",
    value="NA",
    advice="Write the Latin name, such as Homo sapiens.",
    focus="https://pfocr.wikipathways.org/figures/X.html",
    property_path="http://vocabularies.wikipathways.org/wp#organismName",
    component="http://www.w3.org/ns/shacl#MinCountConstraintComponent",
)
UNREADABLE = Result(
    severity=Severity.VIOLATION,
    rule="page-unreadable",
    message="is not YAML: 100%, bad",
    path="a b/Y,1:2.md",
    line=7,
)
NO_FILE = Result(
    severity=Severity.INFO, rule="S-x", message="missing: expected x", focus="urn:x", value_term='"v"'
)
REPORT = Report.of([ORGANISM, UNREADABLE, NO_FILE])
CASE_FOLDER = CASES / "renderings"


@pytest.mark.parametrize("format", RENDERINGS)
def test_each_form_is_as_its_case_shows(format: str) -> None:
    assert render(REPORT, format) == (CASE_FOLDER / f"report.{format}").read_text(encoding="utf-8")


@pytest.mark.parametrize("format", RENDERINGS)
def test_an_empty_report(format: str) -> None:
    assert render(Report.of([]), format) == (CASE_FOLDER / f"empty.{format}").read_text(encoding="utf-8")


def test_the_line_that_editors_jump_to() -> None:
    line = 'seeds/X.md:4: warning: organisms: "NA" is not the name of an organism [FigureShape-organism]'
    assert line in render(REPORT, "text").splitlines()


def test_an_unknown_form_is_named() -> None:
    with pytest.raises(ExportError, match='"yaml" is no form of a report'):
        render(REPORT, "yaml")


def test_the_report_graph_is_shacl() -> None:
    graph = rdflib.Graph().parse(data=render(REPORT, "turtle"), format="turtle")
    sh = rdflib.SH
    (report,) = graph.subjects(rdflib.RDF.type, sh.ValidationReport)
    results = list(graph.objects(report, sh.result))
    assert graph.value(report, sh.conforms) == rdflib.Literal(False)
    assert len(results) == 3
    for result in results:
        for needed in (sh.focusNode, sh.resultSeverity, sh.sourceShape, sh.resultMessage):
            assert graph.value(result, needed) is not None


def test_fingerprints_do_not_depend_on_the_line() -> None:
    def fingerprints(report: Report) -> list[dict[str, str]]:
        return [r["partialFingerprints"] for r in json.loads(render(report, "sarif"))["runs"][0]["results"]]

    moved = Report.of([Result(**{**_fields(ORGANISM), "line": 40})])
    assert fingerprints(Report.of([ORGANISM])) == fingerprints(moved)


@pytest.mark.peers
def test_sarif_is_valid_by_the_official_schema(tmp_path: Path) -> None:
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip("npm, from which the schema comes, is not installed")
    package = "@microsoft/jest-sarif@1.0.0-beta.0"
    subprocess.run([npm, "pack", package, "--silent"], cwd=tmp_path, check=True, capture_output=True)
    with tarfile.open(next(tmp_path.glob("*.tgz"))) as packed:
        file = packed.extractfile("package/lib/schemas/sarif-2.1.0-rtm.5.json")
        assert file is not None
        validator = jsonschema.Draft4Validator(json.load(file))
    for report in (REPORT, Report.of([])):
        assert [error.message for error in validator.iter_errors(json.loads(render(report, "sarif")))] == []


def test_equal_results_have_fingerprints_of_their_own() -> None:
    twice = Report.of_all([ORGANISM, ORGANISM])
    results = json.loads(render(twice, "sarif"))["runs"][0]["results"]
    assert len({result["partialFingerprints"]["rdfkit/v1"] for result in results}) == 2


def _fields(result: Result) -> dict[str, object]:
    return {name: getattr(result, name) for name in Result.__slots__}


_texts = st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=30)
_optional = st.none() | _texts
_results = st.builds(
    Result,
    severity=st.sampled_from(Severity),
    rule=_texts.filter(bool),
    message=_texts,
    path=_optional,
    line=st.none() | st.integers(1, 10**6),
    key=_optional,
    value=_optional,
    advice=_optional,
    focus=_optional,
    property_path=_optional,
    component=_optional,
    value_term=_optional,
)
_reports = st.lists(_results, max_size=4).map(Report.of)


@given(_reports)
def test_no_text_breaks_a_line(report: Report) -> None:
    lines = render(report, "text").split("\n")
    assert len(lines) == 2 + sum(1 + bool(result.advice) for result in report.results)
    assert not any(ord(character) < 0x20 for line in lines for character in line)
    commands = render(report, "github").splitlines(keepends=False)
    assert render(report, "github").count("\n") == len(report.results)
    assert all(command.startswith("::") for command in commands[:1])


@given(_reports)
def test_programs_read_back_what_was_written(report: Report) -> None:
    found = json.loads(render(report, "json"))
    assert [Result(**{**r, "severity": Severity(r["severity"])}) for r in found["results"]] == list(
        report.results
    )
    results = json.loads(render(report, "sarif"))["runs"][0]["results"]
    assert [result["ruleId"] for result in results] == [result.rule for result in report.results]
    assert list(ox.parse(render(report, "turtle"), ox.RdfFormat.TURTLE))
