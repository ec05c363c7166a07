"""Regular expressions of XPath mean what XPath says."""

from __future__ import annotations

import re
from typing import Any

import pytest

from rdfkit.package_data import read_toml
from rdfkit.validation.shacl.patterns import translated
from tests.support.paths import CASES

PATTERNS = read_toml(CASES / "patterns" / "patterns.toml")


@pytest.mark.parametrize(
    "case", PATTERNS["pattern"], ids=lambda case: case["pattern"] + case.get("flags", "")
)
def test_what_a_pattern_matches(case: dict[str, Any]) -> None:
    pattern = re.compile(translated(case["pattern"], case.get("flags", "")))
    assert [text for text in case["matches"] if not pattern.search(text)] == []
    assert [text for text in case["others"] if pattern.search(text)] == []


@pytest.mark.parametrize("case", PATTERNS["wrong"], ids=lambda case: case["pattern"] + case.get("flags", ""))
def test_what_is_no_pattern(case: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"."):
        translated(case["pattern"], case.get("flags", ""))
