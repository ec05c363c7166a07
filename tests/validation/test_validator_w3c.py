"""The W3C's test suite of SHACL, through the report in Turtle. What fails is named with its reason."""

from __future__ import annotations

from functools import cache

import pytest

from rdfkit.errors import ShapesError
from rdfkit.package_data import read_toml
from rdfkit.pipeline.validate import validate
from rdfkit.validation.report_formats import render
from rdfkit.validation.validator import Engine
from tests.support import w3c_shacl
from tests.support.paths import CASES
from tests.support.w3c_shacl import SUITE, W3cCase

pytestmark = [
    pytest.mark.skipif(not SUITE.is_dir(), reason="the suite of the W3C is not beside this checkout"),
    pytest.mark.filterwarnings("ignore"),
]
REASONS = read_toml(CASES / "w3c_shacl" / "failing.toml")["failing"]


@cache
def all_cases() -> dict[str, W3cCase]:
    return {case.name: case for part in ("core", "sparql") for case in w3c_shacl.cases(part)}


def passes(case: W3cCase, engine: Engine = Engine.RDFKIT) -> bool:
    """Whether the report on a case is the one that is expected."""
    try:
        found = validate([case.data], shapes=[case.shapes], engine=engine)
    except ShapesError:
        return case.report is None
    return case.report is not None and w3c_shacl.same(
        w3c_shacl.report_of(render(found, "turtle")), case.report
    )


@pytest.mark.parametrize("name", sorted(all_cases()) if SUITE.is_dir() else [])
def test_w3c(name: str) -> None:
    """A case that is said to fail has to, so that the list of these is right."""
    assert passes(all_cases()[name]) == (name not in REASONS)


def test_number_of_cases() -> None:
    parts = [name.partition("/")[0] for name in all_cases()]
    assert (parts.count("core"), parts.count("sparql")) == (98, 23)
    assert set(REASONS) <= set(all_cases())
