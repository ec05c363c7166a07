"""Plots are well-formed SVG whatever the texts, and show the numbers that they were given."""

from __future__ import annotations

import xml.etree.ElementTree as ET

from hypothesis import given
from hypothesis import strategies as st

from rdfkit.server.views import plots

SVG = "{http://www.w3.org/2000/svg}"
TEXTS = st.text(max_size=60)


def _read(text: str) -> ET.Element:
    return ET.fromstring(text)  # noqa: S314 - our own output


def _of_class(root: ET.Element, name: str) -> list[ET.Element]:
    return [one for one in root.iter() if one.get("class") == name]


@given(st.dictionaries(st.integers(1950, 2030), st.integers(0, 10**6), min_size=1), TEXTS)
def test_years_have_a_bar_each_as_tall_as_their_share(counts: dict[int, int], what: str) -> None:
    root = _read(plots.years({**counts, 2000: 1}, what))
    bars = _of_class(root, "bar")
    titles = [bar.findtext(f"{SVG}title") for bar in bars]
    years = range(min([*counts, 2000]), max([*counts, 2000]) + 1)
    assert titles == [f"{year}: {({**counts, 2000: 1}).get(year, 0)}" for year in years]
    tall = [float(mark.get("height", "")) for mark in _of_class(root, "mark")]
    values = [({**counts, 2000: 1}).get(year, 0) for year in years]
    assert [value for _, value in sorted(zip(tall, values, strict=True))] == sorted(values)


@given(st.lists(st.builds(plots.Bar, TEXTS, TEXTS, st.integers(0, 10**6)), min_size=1, max_size=20), TEXTS)
def test_ranks_are_links_with_their_numbers(bars: list[plots.Bar], what: str) -> None:
    root = _read(plots.ranks(bars, what))
    assert len(list(root.iter(f"{SVG}a"))) == len(bars)
    assert [one.text for one in _of_class(root, "value")] == [f"{bar.value:,}" for bar in bars]


KEYS = st.sampled_from(["a", "b", "c", "d"])
ROWS = st.builds(
    plots.Row, TEXTS, TEXTS, TEXTS, st.frozensets(KEYS), st.integers(0, 99), st.just({"shared": 1.0})
)


@given(
    st.lists(ROWS, min_size=1, max_size=9),
    st.lists(
        st.builds(plots.Column, KEYS, TEXTS, TEXTS), min_size=1, max_size=4, unique_by=lambda one: one.key
    ),
    TEXTS,
)
def test_a_heat_map_has_a_cell_where_a_row_has_a_column(
    rows: list[plots.Row], columns: list[plots.Column], what: str
) -> None:
    root = _read(plots.heat_map(rows, columns, what))
    drawn = _of_class(root, "row")
    assert len(drawn) == len(rows)
    for row, one in zip(rows, drawn, strict=True):
        cells = [columns[int(cell.get("data-column", ""))].key for cell in _of_class(one, "cell")]
        assert set(cells) == row.columns & {column.key for column in columns}
        assert one.get("data-columns", "").split() == [
            cell.get("data-column") for cell in _of_class(one, "cell")
        ]
    assert not any(one.get("style") for one in root.iter())


def test_nothing_gives_no_picture() -> None:
    assert plots.years({}, "x") == plots.ranks([], "x") == plots.heat_map([], [], "x") == ""
