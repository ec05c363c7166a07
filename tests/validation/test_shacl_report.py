"""The report in Turtle is SHACL's."""

from __future__ import annotations

from pathlib import Path

import pytest
import rdflib
from rdflib.namespace import RDF, SH

import rdfkit
from rdfkit.validation.report_formats import render

EX = rdflib.Namespace("http://example.org/ns#")
PREFIXES = "@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix ex: <http://example.org/ns#> . "


def report_text(folder: Path, shapes: str, data: str) -> str:
    (folder / "shapes.ttl").write_text(PREFIXES + shapes)
    (folder / "data.ttl").write_text(PREFIXES + data)
    return render(rdfkit.validate([folder / "data.ttl"], shapes=[folder / "shapes.ttl"]), "turtle")


def report(folder: Path, shapes: str, data: str) -> rdflib.Graph:
    return rdflib.Graph().parse(data=report_text(folder, shapes, data), format="turtle")


def values(graph: rdflib.Graph, predicate: rdflib.URIRef) -> set[rdflib.term.Node]:
    return set(graph.objects(None, predicate))


def test_a_warning_does_not_conform(tmp_path: Path) -> None:
    shapes = (
        "ex:S sh:targetNode ex:a ; sh:property ex:Q . ex:Q sh:path ex:q ; sh:minCount 1 ; "
        'sh:severity sh:Warning ; sh:message "q fehlt"@de , "q is wanted"@en .'
    )
    found = report(tmp_path, shapes, "ex:a ex:p 1 .")
    assert values(found, SH.conforms) == {rdflib.Literal(False)}
    assert values(found, SH.sourceShape) == {EX.Q}
    assert values(found, SH.resultSeverity) == {SH.Warning}
    assert values(found, SH.resultMessage) == {
        rdflib.Literal("q fehlt", lang="de"),
        rdflib.Literal("q is wanted", lang="en"),
    }


def test_notes_on_the_check_are_no_results(tmp_path: Path) -> None:
    found = report(tmp_path, "ex:S sh:targetNode ex:a ; sh:nodeKind sh:IRI .", "ex:a ex:p 1 .")
    assert values(found, SH.conforms) == {rdflib.Literal(True)}
    assert values(found, SH.result) == set()


def test_focus_nodes_of_every_kind(tmp_path: Path) -> None:
    shapes = 'ex:S sh:targetObjectsOf ex:p ; sh:message "use an IRI" ; sh:nodeKind sh:IRI .'
    data = 'ex:a ex:p "http://example.org/ns#b" , "see: this"@en , 5 , [ ex:q 1 ] , ex:ok .'
    found = report(tmp_path, shapes, data)
    foci = values(found, SH.focusNode)
    assert {one for one in foci if isinstance(one, rdflib.Literal)} == {
        rdflib.Literal("http://example.org/ns#b"),
        rdflib.Literal("see: this", lang="en"),
        rdflib.Literal(5),
    }
    assert sum(isinstance(one, rdflib.BNode) for one in foci) == 1
    assert len(foci) == 4
    assert values(found, SH.sourceShape) == {EX.S}
    assert values(found, SH.resultMessage) == {rdflib.Literal("use an IRI")}


def test_a_severity_and_a_path_of_ones_own(tmp_path: Path) -> None:
    shapes = "ex:S sh:targetNode ex:a ; sh:property [ sh:path ( ex:q ex:r ) ; sh:minCount 1 ; sh:severity ex:Bad ] ."
    found = report(tmp_path, shapes, "ex:a ex:p 1 .")
    (path,) = values(found, SH.resultPath)
    assert list(rdflib.collection.Collection(found, path)) == [EX.q, EX.r]
    assert values(found, SH.resultSeverity) == {EX.Bad}
    (shape,) = values(found, SH.sourceShape)
    assert found.value(shape, SH.minCount) == rdflib.Literal(1)


@pytest.mark.parametrize("path", ["ex:q", "( ex:q ex:r )"], ids=["own engine", "pyshacl"])
def test_two_reports_stay_two(path: str, tmp_path: Path) -> None:
    shapes = f"ex:S a sh:NodeShape ; sh:targetClass ex:T ; sh:property [ sh:path {path} ; sh:minCount 1 ] ."
    both = rdflib.Graph()
    for node in ("ex:a", "ex:b"):
        text = report_text(tmp_path, shapes, f"{node} a ex:T .")
        both.parse(data=text, format="turtle")
        assert text == report_text(tmp_path, shapes, f"{node} a ex:T .")
    reports = list(both.subjects(RDF.type, SH.ValidationReport))
    assert [len(list(both.objects(one, SH.result))) for one in reports] == [1, 1]
    assert not [one for one in both.all_nodes() if str(one).startswith("urn:")]
