"""Errors of shapes are told with file and line; words that SHACL does not have get a suggestion."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from rdfkit.errors import ShapesError
from rdfkit.package_data import read_toml
from rdfkit.report import Severity
from rdfkit.validation import validator
from rdfkit.validation.shapes_check import check_shapes, is_advanced
from rdfkit.validation.shapes_graph import ShapesGraph
from tests.support.paths import CASES

PREFIXES = "@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix ex: <http://example.org/ns#> . "
REFUSED = read_toml(CASES / "shapes_check" / "refused.toml")


def read(folder: Path, shapes: str) -> ShapesGraph:
    path = folder / "mine.ttl"
    path.write_text(PREFIXES + shapes)
    return ShapesGraph.read([path])


@pytest.mark.parametrize("name", REFUSED)
@pytest.mark.parametrize("engine", validator.Engine)
def test_shapes_that_are_refused(name: str, engine: validator.Engine, tmp_path: Path) -> None:
    case: dict[str, Any] = REFUSED[name]
    path = tmp_path / "mine.ttl"
    path.write_text(PREFIXES + case["shapes"])
    with pytest.raises(ShapesError) as caught:
        validator.load_shapes([path], engine)
    assert (caught.value.path, caught.value.line) == (str(path), case["line"])
    assert [words for words in case["says"] if words not in str(caught.value)] == []
    assert caught.value.exit_code == 2


def test_words_that_are_none(tmp_path: Path) -> None:
    shapes = read(tmp_path, "ex:S sh:targetClass ex:T ; sh:property [ sh:path ex:p ;\n sh:minCoutn 1 ] .")
    (found,) = check_shapes(shapes)
    assert (found.severity, found.rule, found.line) == (Severity.WARNING, "shapes-term", 2)
    assert found.advice == "did you mean sh:minCount?"


def test_a_word_that_is_none_needs_no_other_engine(tmp_path: Path) -> None:
    read(tmp_path, "ex:S a sh:NodeShape ; sh:targetClass ex:T ; sh:propertyy ex:P .")
    loaded = validator.load_shapes([tmp_path / "mine.ttl"])
    assert loaded.compiled is not None
    assert [note.rule for note in loaded.notes()] == ["shapes-term"]


def test_shapes_that_are_right_say_nothing() -> None:
    assert check_shapes(validator.load_shapes().graph) == []
    assert not is_advanced(validator.load_shapes().graph)


def test_shapes_that_share_an_inner_shape_lead_not_back(tmp_path: Path) -> None:
    shapes = "ex:S sh:targetClass ex:T ; sh:and ( ex:A ex:B ) . ex:A sh:node ex:C . ex:B sh:node ex:C ."
    assert check_shapes(read(tmp_path, shapes)) == []
