"""Validating pages and RDF files."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import CASES, SEEDS

import rdfkit
from rdfkit.errors import ShapesError, SourceError
from rdfkit.export import export_sources

MINE = """
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix ex: <http://example.org/> .
ex:S a sh:NodeShape ; sh:targetClass <http://purl.org/spar/doco/Figure> ; sh:property ex:S-none .
ex:S-none sh:path ex:none ; sh:minCount 1 ; sh:message "Say none." .
"""


def test_the_built_graph_conforms_but_for_the_known_warnings(tmp_path: Path) -> None:
    file = tmp_path / "seeds.ttl"
    file.write_bytes(export_sources([SEEDS], "turtle"))
    report = rdfkit.validate([file])
    assert report.conforms
    assert sorted(result.rule for result in report.results) == [
        *["DatasetShape-name"] * 4,
        "FigureShape-organism",
    ]
    assert {result.path for result in report.results} == {str(file)}


def test_rdf_files_are_named_with_the_focus_node() -> None:
    case = CASES / "shapes" / "ArticleShape"
    fail = sorted(case.glob("fail-*.ttl"))[0]
    (first, *_) = rdfkit.validate([fail]).results
    assert first.path == str(fail)
    assert first.focus is not None


def test_shapes_of_the_user(tmp_path: Path) -> None:
    shapes = tmp_path / "mine.ttl"
    shapes.write_text(MINE)
    report = rdfkit.validate([SEEDS], shapes=[shapes])
    assert [result.rule for result in report.results if result.rule.startswith("S")] == ["S-none"] * 4
    assert not report.conforms
    assert {result.advice for result in report.results if result.rule == "S-none"} == {"Say none."}


@pytest.mark.parametrize("text", ["", "no turtle", "<a:b> <a:c> <a:d> ."])
def test_shapes_that_are_none(text: str, tmp_path: Path) -> None:
    shapes = tmp_path / "mine.ttl"
    shapes.write_text(text)
    with pytest.raises(ShapesError) as caught:
        rdfkit.validate([SEEDS], shapes=[shapes])
    assert "mine.ttl" in str(caught.value)


def test_rdf_that_is_none(tmp_path: Path) -> None:
    file = tmp_path / "x.ttl"
    file.write_text("<a:b> <a:c> <a:d> .\n<a:b> oops\n")
    with pytest.raises(SourceError) as caught:
        rdfkit.validate([file])
    assert (caught.value.path, caught.value.line, caught.value.exit_code) == (str(file), 2, 3)


def test_pages_and_rdf_together(tmp_path: Path) -> None:
    file = tmp_path / "x.nq"
    file.write_bytes(export_sources([SEEDS], "nquads"))
    report = rdfkit.validate([file, SEEDS])
    assert len(report.results) == 10
