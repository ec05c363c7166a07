"""RDF to check comes from files, folders, standard input and graphs in memory, and how much was checked is told."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pyoxigraph as ox
import pytest
import rdflib

import rdfkit
from rdfkit.errors import ExportError, SourceError
from rdfkit.report import Report, Severity
from rdfkit.validation.report_formats import render

EX = "http://example.org/ns#"
PREFIXES = (
    "@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix ex: <http://example.org/ns#> . "
    "@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> . @prefix owl: <http://www.w3.org/2002/07/owl#> . "
)
SHAPES = "ex:S a sh:NodeShape ; sh:targetClass ex:T ; sh:property [ sh:path ex:p ; sh:minCount 1 ] ."
DATA = "ex:a a ex:T . ex:b a ex:T ; ex:p 1 ."


@pytest.fixture
def shapes(tmp_path: Path) -> Path:
    return written(tmp_path, "shapes.ttl", SHAPES)


def written(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(PREFIXES + text)
    return path


def foci(report: Report) -> list[str | None]:
    return [result.focus for result in report.results]


def rdflib_graph(folder: Path) -> rdflib.Graph:
    return rdflib.Graph().parse(data=PREFIXES + DATA, format="turtle")


def rdflib_dataset(folder: Path) -> rdflib.Dataset:
    found = rdflib.Dataset()
    found.graph(rdflib.URIRef("urn:g")).parse(data=PREFIXES + DATA, format="turtle")
    return found


def store(folder: Path) -> ox.Store:
    found = ox.Store()
    found.load(PREFIXES + DATA, ox.RdfFormat.TURTLE)
    return found


def dataset(folder: Path) -> ox.Dataset:
    return ox.Dataset(store(folder))


def path(folder: Path) -> Path:
    return written(folder, "data.ttl", DATA)


def text(folder: Path) -> str:
    return str(path(folder))


def folder_of_rdf(folder: Path) -> Path:
    return written(folder, "rdf/inner/data.ttl", DATA).parent.parent


@pytest.mark.parametrize(
    "make",
    [rdflib_graph, rdflib_dataset, store, dataset, path, text, folder_of_rdf],
    ids=lambda f: f.__name__,
)
@pytest.mark.filterwarnings("ignore:Dataset.contexts")
def test_where_data_come_from(make: Callable[[Path], Any], tmp_path: Path, shapes: Path) -> None:
    data = make(tmp_path)
    assert foci(rdfkit.validate([data], shapes=[shapes])) == [f"{EX}a"]
    assert foci(rdfkit.validate(data, shapes=shapes)) == [f"{EX}a"]


def test_standard_input(monkeypatch: pytest.MonkeyPatch, shapes: Path) -> None:
    def given() -> None:
        monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=io.BytesIO((PREFIXES + DATA).encode())))

    given()
    assert foci(rdfkit.validate("-", shapes=shapes, input_format="turtle")) == [f"{EX}a"]
    given()
    with pytest.raises(SourceError, match="--input-format"):
        rdfkit.validate("-", shapes=shapes)


def test_any_suffix(tmp_path: Path, shapes: Path) -> None:
    data = written(tmp_path, "data.txt", DATA)
    assert foci(rdfkit.validate(data, shapes=shapes, input_format="turtle")) == [f"{EX}a"]
    with pytest.raises(ExportError, match="no RDF format"):
        rdfkit.validate(data, shapes=shapes, input_format="word")


def test_graphs_in_memory_are_checked_together(tmp_path: Path, shapes: Path) -> None:
    more = rdflib.Graph().parse(data=PREFIXES + "ex:a ex:p 1 .", format="turtle")
    assert foci(rdfkit.validate([rdflib_graph(tmp_path), more], shapes=shapes)) == []


def test_what_is_no_data(shapes: Path) -> None:
    with pytest.raises(SourceError, match="cannot be checked"):
        rdfkit.validate([5], shapes=shapes)  # type: ignore[list-item]


def test_shapes_come_from_the_path_that_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written(tmp_path, "ghost.ttl", SHAPES)
    data = written(tmp_path, "inner/data.ttl", DATA)
    monkeypatch.chdir(data.parent)
    with pytest.raises(rdfkit.RdfkitError, match=r"^ghost\.ttl: cannot be read as RDF: .*No such file"):
        rdfkit.validate("data.ttl", shapes="ghost.ttl")


def test_contexts_of_shapes_are_not_fetched(tmp_path: Path) -> None:
    (tmp_path / "shapes.jsonld").write_text('{"@context": "http://localhost:9/c", "@id": "urn:s"}')
    with pytest.raises(rdfkit.RdfkitError, match="cannot be read as RDF"):
        rdfkit.validate(path(tmp_path), shapes=tmp_path / "shapes.jsonld")


def test_nothing_was_checked(tmp_path: Path) -> None:
    shapes = written(tmp_path, "other.ttl", SHAPES.replace("ex:T", "ex:TT"))
    report = rdfkit.validate(path(tmp_path), shapes=shapes)
    assert [(one.rule, one.severity) for one in report.results] == [("nothing-checked", Severity.WARNING)]
    assert (report.shapes, report.focus_nodes) == (1, 0)
    assert "nothing-checked" in [one.rule for one in rdfkit.validate(path(tmp_path)).results]


@pytest.mark.parametrize("more", ["", "ex:S sh:targetNode ex:c . "], ids=["own engine", "pyshacl"])
def test_how_much_was_checked(more: str, tmp_path: Path) -> None:
    shapes = written(tmp_path, "mine.ttl", SHAPES + more)
    report = rdfkit.validate(path(tmp_path), shapes=shapes)
    assert (report.shapes, report.focus_nodes) == (1, 3 if more else 2)
    assert f"1 shape with targets, {3 if more else 2} focus nodes" in render(report, "text").splitlines()[-1]


@pytest.mark.parametrize(
    "constraint, count",
    [("sh:path ex:p ; sh:uniqueLang true", 2), ("sh:path ex:lo ; sh:lessThan ex:hi", 4)],
)
def test_results_that_look_alike_are_all_told(constraint: str, count: int, tmp_path: Path) -> None:
    shapes = written(tmp_path, "mine.ttl", f"ex:S sh:targetNode ex:a ; sh:property [ {constraint} ] .")
    data = written(
        tmp_path, "data.ttl", 'ex:a ex:p "b"@en , "c"@en , "x"@de , "y"@de ; ex:lo 5, 6 ; ex:hi 3, 4 .'
    )
    report = rdfkit.validate(data, shapes=shapes)
    assert report.count()[Severity.VIOLATION] == count
    assert len(set(render(report, "sarif").split("rdfkit/v1")[1:])) >= count


@pytest.mark.parametrize("inference", ["rdfs", "owlrl"])
def test_literals_are_read_as_before_after_inference(inference: str, tmp_path: Path, shapes: Path) -> None:
    def ill_typed() -> list[str]:
        names = ("gYear", "gYearMonth", "gDay", "date", "integer", "duration")
        return [name for name in names if rdflib.Literal("true", datatype=rdflib.XSD[name]).ill_typed]

    before = ill_typed()
    rdfkit.validate(rdflib_graph(tmp_path), shapes=shapes, inference=inference)
    assert ill_typed() == before


def test_inference(tmp_path: Path, shapes: Path) -> None:
    data = written(tmp_path, "data.ttl", "ex:q rdfs:domain ex:T . ex:a ex:q 1 . ex:r owl:inverseOf ex:q .")
    assert "nothing-checked" in [one.rule for one in rdfkit.validate(data, shapes=shapes).results]
    for inference in ("rdfs", "owlrl"):
        assert foci(rdfkit.validate(data, shapes=shapes, inference=inference)) == [f"{EX}a"]


def test_an_ontology_beside_the_data(tmp_path: Path, shapes: Path) -> None:
    data = written(tmp_path, "data.ttl", "ex:a a ex:Sub .")
    ontology = written(tmp_path, "ontology.ttl", "ex:Sub rdfs:subClassOf ex:T .")
    assert foci(rdfkit.validate(data, shapes=shapes, ontology=[ontology])) == [f"{EX}a"]


def test_some_nodes_only(tmp_path: Path, shapes: Path) -> None:
    data = written(tmp_path, "data.ttl", "ex:a a ex:T . ex:c a ex:T .")
    assert foci(rdfkit.validate(data, shapes=shapes, focus=[f"{EX}c"])) == [f"{EX}c"]
    (found,) = rdfkit.validate(data, shapes=shapes, focus=[f"{EX}none"]).results
    assert (found.rule, "among the nodes asked for" in found.message) == ("nothing-checked", True)


def test_nodes_without_names_are_told_the_same_on_every_run(tmp_path: Path, shapes: Path) -> None:
    data = written(tmp_path, "data.ttl", "[] a ex:T . _:mine a ex:T . [] a ex:T .")
    other = written(tmp_path, "other.ttl", "_:mine a ex:T .")
    found = [rdfkit.validate([data, other], shapes=shapes) for _ in range(2)]
    assert found[0] == found[1]
    assert sorted(map(str, foci(found[0]))) == ["_:mine", "_:mine-2", "_:node1", "_:node3"]
