"""What findings on shapes of the user say: what the shape wants, in its words and prefixes."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

import rdfkit
from rdfkit.validation.validator import Engine
from tests.support.paths import CASES

PREFIXES = """@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix mine: <http://example.org/mine/> .
@prefix foaf: <http://xmlns.com/foaf/0.1/> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""
SHAPES = (
    PREFIXES
    + """mine:S a sh:NodeShape ; sh:targetSubjectsOf foaf:name ; sh:property {property} .
mine:S-name sh:path foaf:name ; {constraint} .
mine:Other a sh:NodeShape ; sh:property [ sh:path mine:p ; sh:minCount 1 ] .
"""
)
WORDS = tomllib.loads((CASES / "shape_words" / "wanted.toml").read_text(encoding="utf-8"))


def _messages(
    folder: Path, constraint: str, value: str, engine: Engine = Engine.RDFKIT
) -> list[tuple[str, str | None]]:
    (folder / "shapes.ttl").write_text(SHAPES.format(property="mine:S-name", constraint=constraint))
    (folder / "data.ttl").write_text(f"{PREFIXES}mine:a foaf:name {value} .")
    report = rdfkit.validate([folder / "data.ttl"], shapes=[folder / "shapes.ttl"], engine=engine)
    return [(result.message, result.advice) for result in report.results if result.focus is not None]


@pytest.mark.parametrize("engine", Engine)
@pytest.mark.parametrize("name", [name for name, case in WORDS.items() if "says" in case])
def test_the_message_says_what_the_shape_wants(name: str, engine: Engine, tmp_path: Path) -> None:
    case = WORDS[name]
    ((message, _),) = _messages(tmp_path, case["shape"], case["value"], engine)
    assert message.partition(": ")[2] == case["says"]


def test_the_words_of_the_shape_itself_are_the_advice(tmp_path: Path) -> None:
    found = _messages(tmp_path, 'sh:minCount 2 ; sh:message "Write two."', '"x"')
    assert found == [("mine:a: missing: expected at least 2 values", "Write two.")]
    assert _messages(tmp_path, "sh:minCount 2", '"x"')[0][1] is None


def test_where_two_shapes_fit_nothing_wrong_is_said(tmp_path: Path) -> None:
    twice = ("[ sh:path foaf:name ; sh:minCount 2 ]", "[ sh:path foaf:name ; sh:minCount 3 ]")
    constraint = f"sh:minCount 0 . mine:S sh:property {', '.join(twice)}"
    messages = {message for message, _ in _messages(tmp_path, constraint, '"x"')}
    assert all("expected" in message and "at least 0" not in message for message in messages)


def test_shapes_of_ours_keep_their_words() -> None:
    shapes = sorted(Path("shapes").resolve().glob("*.ttl"))
    seeds = Path("seeds").resolve()
    assert rdfkit.validate([seeds], shapes=shapes) == rdfkit.validate([seeds])
