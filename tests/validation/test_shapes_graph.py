"""Shapes are read by Oxigraph, from what is named and nowhere else."""

from __future__ import annotations

from pathlib import Path

import pytest

from rdfkit.errors import ShapesError
from rdfkit.validation.shapes_graph import ShapesGraph

TEXT = """@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix ex: <http://example.org/ns#> .
ex:S sh:targetClass ex:T ;
  sh:property [ sh:path ex:p ;
    sh:pattern "^\\\\d+$" ] .
"""


@pytest.mark.parametrize("name", ["mine.ttl", "mine.txt", "mine", "mine.shacl"])
def test_turtle_is_what_a_name_does_not_tell(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text(TEXT)
    assert len(ShapesGraph.read([tmp_path / name]).triples) == 4


def test_blank_nodes_have_the_same_labels_on_every_run(tmp_path: Path) -> None:
    for name in ("a.ttl", "b.ttl"):
        (tmp_path / name).write_text(TEXT)
    paths = [tmp_path / "a.ttl", tmp_path / "b.ttl"]
    first, second = (ShapesGraph.read(paths) for _ in range(2))
    assert first.triples == second.triples
    assert {one for one in first.statements if one.startswith("_")} == {"_:shape1", "_:shape2"}


def test_the_place_of_a_value_and_of_a_shape(tmp_path: Path) -> None:
    path = tmp_path / "mine.ttl"
    path.write_text(TEXT)
    graph = ShapesGraph.read([path])
    assert graph.place("_:shape1", '"^\\\\d+$"') == (str(path), 4)
    assert graph.place("<http://example.org/ns#S>") == (str(path), 2)
    assert graph.place("_:shape1") == (str(path), None)
    assert graph.place("_:none") == (str(path), None)


@pytest.mark.parametrize(
    "target", ["targetNode ex:a", "targetObjectsOf ex:p", "targetSubjectsOf ex:p", "targetClass ex:T"]
)
def test_a_target_alone_makes_a_shape(target: str, tmp_path: Path) -> None:
    path = tmp_path / "mine.ttl"
    path.write_text(TEXT.partition("ex:S")[0] + f"ex:S sh:{target} .")
    assert ShapesGraph.read([path]).triples


def test_errors_have_file_and_line(tmp_path: Path) -> None:
    path = tmp_path / "mine.ttl"
    path.write_text(TEXT + "nonsense")
    with pytest.raises(ShapesError) as caught:
        ShapesGraph.read([path])
    assert (caught.value.path, caught.value.line) == (str(path), 5)
