"""`rdfkit validate` on RDF: its options, and what makes it fail."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.support.command_line import Done, run_command

PREFIXES = (
    "@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix ex: <http://example.org/ns#> . "
    "@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> . @prefix schema: <http://schema.org/> . "
)
SHAPES = "ex:S a sh:NodeShape ; sh:targetClass ex:T ; sh:property [ sh:path ex:p ; sh:minCount 1 {} ] ."


def run(folder: Path, data: str, *options: str, shapes: str = SHAPES.format("")) -> Done:
    (folder / "data.ttl").write_text(PREFIXES + data)
    (folder / "shapes.ttl").write_text(PREFIXES + shapes)
    return run_command("validate", "data.ttl", "--shapes", "shapes.ttl", "-q", *options, folder=folder)


@pytest.mark.parametrize("severity, worst", [("Violation", 0), ("Warning", 1), ("Info", 2)])
def test_what_fails(severity: str, worst: int, tmp_path: Path) -> None:
    shapes = SHAPES.format(f"; sh:severity sh:{severity}")
    codes = [
        run(tmp_path, "ex:a a ex:T .", "--fail-on", level, shapes=shapes).returncode
        for level in ("violation", "warning", "info", "never")
    ]
    assert codes == [int(worst <= level) for level in range(3)] + [0]


def test_that_another_engine_checked_is_no_failure(tmp_path: Path) -> None:
    done = run(tmp_path, "ex:a ex:p 1 .", "--fail-on", "info", shapes="ex:S sh:targetNode ex:a .")
    assert (done.returncode, "shapes-engine" in done.stdout) == (0, True)


def test_that_nothing_was_checked_is_a_warning(tmp_path: Path) -> None:
    done = run(tmp_path, "ex:a a ex:TT .", "--fail-on", "warning")
    assert done.returncode == 1
    assert "no node was checked: no shape has a target in this data [nothing-checked]" in done.stdout
    assert "1 shape with targets, 0 focus nodes" in done.stdout


def test_nodes_ontologies_and_inference(tmp_path: Path) -> None:
    data = "schema:a a ex:Sub . schema:b ex:q 1 ."
    (tmp_path / "onto.ttl").write_text(PREFIXES + "ex:Sub rdfs:subClassOf ex:T . ex:q rdfs:domain ex:T .")
    plain = run(tmp_path, data, "--ontology-graph", "onto.ttl", "--format", "json")
    assert [one["focus"] for one in json.loads(plain.stdout)["results"]] == ["http://schema.org/a"]
    options = (
        "--ontology-graph",
        "onto.ttl",
        "--inference",
        "rdfs",
        "--focus",
        "schema:b",
        "--format",
        "json",
    )
    done = json.loads(run(tmp_path, data, *options).stdout)
    assert [one["focus"] for one in done["results"]] == ["http://schema.org/b"]
    assert (done["shapes"], done["focusNodes"]) == (1, 1)
    assert run(tmp_path, data, "--focus", "no node").returncode == 2


def test_standard_input_and_any_suffix(tmp_path: Path) -> None:
    (tmp_path / "shapes.ttl").write_text(PREFIXES + SHAPES.format(""))
    (tmp_path / "data.txt").write_text(PREFIXES + "ex:a a ex:T .")
    options = ("--shapes", "shapes.ttl", "-q", "--input-format", "turtle")
    done = run_command("validate", "-", *options, folder=tmp_path, stdin=PREFIXES + "ex:a a ex:T .")
    assert (done.returncode, done.stdout.startswith("stdin: violation: ")) == (1, True)
    done = run_command("validate", "data.txt", *options, folder=tmp_path)
    assert (done.returncode, done.stdout.startswith("data.txt: violation: ")) == (1, True)


@pytest.mark.parametrize(
    "shapes",
    [
        'ex:S sh:targetClass ex:T ; sh:property [ sh:path ex:p ; sh:pattern "[a" ] .',
        'ex:S sh:targetClass ex:T ; sh:sparql [ sh:select "SELECT" ] .',
        "ex:S sh:targetClass ex:T ; sh:node ex:S .",
        "ex:S sh:targetClass ex:T ; sh:minCount 1 .",
        "ex:S sh:targetClass ex:T ; sh:property [ sh:path ex:p ; sh:minCount 'x' ] .",
        "ex:S sh:targetClass ex:T ; sh:property [ sh:path ex:p ; sh:in 5 ] .",
        "ex:S sh:targetClass ex:T ; sh:property [ sh:path 5 ; sh:minCount 1 ] .",
        "ex:S sh:targetClass ex:T ; sh:property 5 .",
        "ex:S sh:targetClass ex:T ; sh:or ex:nothing .",
        "ex:S sh:targetClass ex:T ; sh:closed 'perhaps' .",
        "ex:S sh:targetClass ex:T ; sh:property [ sh:path [ sh:inversePath 5 ] ; sh:minCount 1 ] .",
        "ex:S a sh:NodeShape",
        "",
    ],
)
def test_shapes_that_are_wrong_are_refused(shapes: str, tmp_path: Path) -> None:
    done = run(tmp_path, "ex:a a ex:T ; ex:p 'x' .", shapes=shapes)
    assert done.returncode == 2
    assert done.stderr.startswith("rdfkit: shapes.ttl:")
    assert "Traceback" not in done.stderr
