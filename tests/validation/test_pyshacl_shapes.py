"""What pyshacl reads otherwise than SHACL is rewritten for it, and reports show what was written."""

from __future__ import annotations

from pathlib import Path

import pytest

import rdfkit
from rdfkit.validation.report_formats import render
from rdfkit.validation.validator import Engine

PREFIXES = (
    "@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix ex: <http://example.org/ns#> . "
    "@prefix xsd: <http://www.w3.org/2001/XMLSchema#> . @prefix owl: <http://www.w3.org/2002/07/owl#> . "
)
CASES = [
    ('sh:languageIn ( "zh-Hant" )', 'ex:a ex:p "x"@zh-Hant-TW , "z"@zh-hant .', 0),
    ('sh:languageIn ( "zh-Hant" )', 'ex:a ex:p "x"@zh-Hans , "y"@zh , "z" .', 3),
    ('sh:pattern "^\\\\p{L}+$"', 'ex:a ex:p "Köln" .', 0),
    ('sh:pattern "^\\\\p{L}+$"', 'ex:a ex:p "K1" .', 1),
    ('sh:pattern "a b" ; sh:flags "xi"', 'ex:a ex:p "AB" , "a b" .', 1),
    ("sh:uniqueLang '1'^^xsd:boolean", 'ex:a ex:p "x"@en , "y"@en .', 0),
    ("sh:uniqueLang true", 'ex:a ex:p "x"@en , "y"@en .', 1),
    ("sh:in ( '01'^^xsd:integer )", "ex:a ex:p 1 .", 1),
]


def report(folder: Path, shapes: str, data: str) -> rdfkit.Report:
    (folder / "shapes.ttl").write_text(PREFIXES + shapes, encoding="utf-8")
    (folder / "data.ttl").write_text(PREFIXES + data, encoding="utf-8")
    return rdfkit.validate(folder / "data.ttl", shapes=folder / "shapes.ttl", engine=Engine.PYSHACL)


@pytest.mark.parametrize("constraint, data, count", CASES)
def test_constraints(constraint: str, data: str, count: int, tmp_path: Path) -> None:
    shapes = f"ex:S sh:targetNode ex:a ; sh:property [ sh:path ex:p ; {constraint} ] ."
    assert len(report(tmp_path, shapes, data).results) == count


def test_ignored_properties_of_an_open_shape(tmp_path: Path) -> None:
    shapes = "ex:S sh:targetNode ex:a ; sh:ignoredProperties ( ex:p ) ; sh:nodeKind sh:IRI ."
    assert report(tmp_path, shapes, "ex:a ex:p 1 .").results == ()


def test_prefixes_of_what_is_imported(tmp_path: Path) -> None:
    shapes = (
        "ex:S sh:targetNode ex:a ; sh:sparql [ sh:prefixes ex:P ; sh:select 'SELECT $this { $this e:p 1 }' ] . "
        "ex:P owl:imports ex:Q . ex:Q sh:declare [ sh:prefix 'e' ; sh:namespace 'http://example.org/ns#' ] ."
    )
    (found,) = report(tmp_path, shapes, "ex:a ex:p 1 .").results
    assert found.rule == "http://example.org/ns#S"


def test_reports_show_what_was_written(tmp_path: Path) -> None:
    shapes = (
        "ex:S sh:targetNode ex:a ; sh:property [ sh:path ex:p ; sh:pattern '^\\\\p{L}$' ; sh:flags 'i' ] ."
    )
    found = report(tmp_path, shapes, 'ex:a ex:p "12" .')
    text = render(found, "turtle")
    assert text.count(r"^\\p{L}$") == 2
    assert 'sh:flags "i"' in text
    assert r"^\\p{L}$" in found.results[0].message
