"""Where values stand: the text between their places reads as they do."""

from __future__ import annotations

from typing import Any

import yaml
from hypothesis import given
from hypothesis import strategies as st

from rdfkit.sources.yaml_places import places

SOURCE = """a: 'it''s' # no value
𝛼: [x, "y z"]
n:
- k:   plain
    folded
  e:
- |
  block
"""


def test_each_value_and_key_has_its_place() -> None:
    found = places(SOURCE)
    shown = {path: SOURCE[place.start : place.end] for path, place in found.values.items()}
    assert shown[("a",)] == "'it''s'"
    assert shown[("𝛼", 0)] == "x"
    assert shown[("𝛼", 1)] == '"y z"'
    assert shown[("n", 0, "k")] == "plain\n    folded"
    assert shown[("n", 0, "e")] == ""
    assert found.values[("n", 1)].style == "|"
    assert SOURCE[slice(found.keys[("𝛼",)].start, found.keys[("𝛼",)].end)] == "𝛼"
    assert found.keys[("n", 0, "k")].column == 2


def test_what_stands_for_several_values_has_no_place() -> None:
    found = places("a: &x one\nb: *x\nc: &m {k: v}\nd:\n  <<: *m\n  e: own\nf: {g: h}\n")
    assert set(found.values) == {("d", "e"), ("f", "g")}
    assert found.flows == {("f",)}


_texts = st.text(alphabet=st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=8)
_values = st.recursive(
    _texts, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_texts, inner, max_size=3)
)


@given(
    st.dictionaries(_texts.filter(lambda key: key != "<<"), _values, min_size=1, max_size=3),
    st.sampled_from([None, "'", '"']),
)
def test_places_read_as_the_values(fields: dict[str, Any], style: str | None) -> None:
    source = yaml.safe_dump(fields, default_style=style, allow_unicode=True, width=1000)
    for path, place in places(source).values.items():
        assert yaml.load(source[place.start : place.end], yaml.BaseLoader) in (place.value, None)
        value: Any = yaml.load(source, yaml.BaseLoader)
        for part in path:
            value = value[part]
        assert value == place.value
