"""Pictures as SVG text that reads without scripts: bars by year, bars by rank, and a heat map.

They are coloured by the classes of the style sheet and hold no style of their own, which the server's
Content-Security-Policy would refuse. All texts are escaped here.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from html import escape

from markupsafe import Markup

# Bars are drawn for a phone and made larger on wider screens.
_WIDTH = 420
_CELL = 16
_LABEL = 290
_HEAD = 84
_LONGEST = 34
# https://www.w3.org/TR/xml/#charsets
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: what it is called, the path of its page, and how long it is."""

    label: str
    page: str
    value: int


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a heat map, such as a gene: what is in it and the path of its page."""

    key: str
    label: str
    page: str


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a heat map, such as a figure: what it is called, the keys of the columns that it has, and how many it
    has in all, beyond those that are drawn; and what it can be sorted by. `note` is short and never cut.
    """

    label: str
    note: str
    page: str
    columns: Collection[str]
    total: int
    sort: Mapping[str, float]


def years(counts: Mapping[int, int], what: str) -> Markup:
    """Bars for the number of things of each year, with the years between. Empty text for no years."""
    if not counts:
        return Markup("")
    first, last = min(counts), max(counts)
    span = range(first, last + 1)
    width, height, step = _WIDTH, 130, _WIDTH / max(len(span), 12)
    most = max(counts.values())
    parts = []
    for place, year in enumerate(span):
        value = counts.get(year, 0)
        tall = round(value / most * (height - 24), 1)
        parts.append(
            _tag("g", {"class": "bar"}, _tag("title", {}, _text(f"{year}: {value}")),
                 _rect(place * step + 1, 0, step - 2, height, "target"),
                 _rect(place * step + 1, height - tall, step - 2, tall, "mark"))
        )  # fmt: skip
    every = max(1, -(-len(span) // 7))
    for place in range(0, len(span), every):
        parts.append(_words(f"{place * step + step / 2:.1f}", height + 16, "tick", str(span[place])))
    parts.append(_words("0", 12, "scale", f"{most:,}"))
    name = f"{what} by year, {first} to {last}: {sum(counts.values()):,} in all, at most {most:,} in a year"
    box = f"-14 0 {width + 28} {height + 22}"
    return _svg({"viewBox": box, "role": "img", "aria-label": name, "class": "plot years"}, parts)


def ranks(bars: Sequence[Bar], what: str) -> Markup:
    """Bars one below the other, each a link. Empty text for none."""
    if not bars:
        return Markup("")
    most = max(bar.value for bar in bars) or 1
    parts = []
    for place, bar in enumerate(bars):
        y = place * 22
        wide = max(1.0, round(bar.value / most * (_WIDTH - 140), 1))
        parts.append(
            _link(bar.page, f"{bar.label}: {bar.value:,}",
                  _rect(0, y, _WIDTH, 20, "target"),
                  _words("86", y + 15, "name", _short(bar.label, 12)),
                  _rect(92, y + 3, wide, 14, "mark"),
                  _words(f"{wide + 97:g}", y + 15, "value", f"{bar.value:,}"))
        )  # fmt: skip
    box = f"0 0 {_WIDTH} {len(bars) * 22}"
    return _svg({"viewBox": box, "role": "group", "aria-label": what, "class": "plot ranks"}, parts)


def heat_map(rows: Sequence[Row], columns: Sequence[Column], what: str) -> Markup:
    """A cell for each row that has a column. Rows and columns are links; `site.js` sorts and highlights them."""
    if not rows or not columns:
        return Markup("")
    width, height = _LABEL + len(columns) * _CELL + 40, _HEAD + len(rows) * _CELL + 4
    parts = [_column(place, column, len(rows)) for place, column in enumerate(columns)]
    parts += [_row(place, row, columns) for place, row in enumerate(rows)]
    attributes = {
        "viewBox": f"0 0 {width} {height}", "width": str(width), "height": str(height), "role": "group",
        "aria-label": what, "class": "plot heat-map", "data-top": str(_HEAD), "data-cell": str(_CELL),
    }  # fmt: skip
    return _svg(attributes, parts)


def _column(place: int, column: Column, rows: int) -> Markup:
    x = _LABEL + place * _CELL
    turned = {"transform": f"translate({x + 12} {_HEAD - 6}) rotate(-60)", "class": "column-label"}
    band = _rect(x, _HEAD, _CELL, rows * _CELL, "band")
    name = _link(column.page, column.label, _tag("text", turned, _text(_short(column.label, 12))))
    return _tag("g", {"class": "column", "data-column": str(place)}, band, name)


def _row(place: int, row: Row, columns: Sequence[Column]) -> Markup:
    y = _HEAD + place * _CELL
    cells = [
        _tag("rect", {**_box(_LABEL + number * _CELL + 1, 1, _CELL - 2, _CELL - 2), "rx": "2", "class": "cell",
                      "data-column": str(number)},
             _tag("title", {}, _text(f"{column.label} in {row.label}")))
        for number, column in enumerate(columns)
        if column.key in row.columns
    ]  # fmt: skip
    label = f"{_short(row.label, _LONGEST)} {row.note}".rstrip()
    name = _words(str(_LABEL - 8), 12, "row-label", label)
    total = _words(str(_LABEL + len(columns) * _CELL + 8), 12, "value", str(row.total))
    sort = {f"data-{key}": f"{value:.6g}" for key, value in row.sort.items()}
    held = " ".join(str(number) for number, column in enumerate(columns) if column.key in row.columns)
    return _tag(
        "g",
        {"class": "row", "transform": f"translate(0 {y})", "data-columns": held, **sort},
        _rect(0, 0, _LABEL + len(columns) * _CELL + 40, _CELL, "band"),
        _link(row.page, f"{row.label} {row.note}".rstrip() + f": {row.total}", name),
        *cells,
        total,
    )


def _svg(attributes: Mapping[str, str], parts: Sequence[Markup]) -> Markup:
    return _tag("svg", {"xmlns": "http://www.w3.org/2000/svg", **attributes}, *parts)


def _link(page: str, title: str, *parts: Markup) -> Markup:
    return _tag("a", {"href": page, "aria-label": title}, _tag("title", {}, _text(title)), *parts)


def _words(x: str, y: int, name: str, text: str) -> Markup:
    return _tag("text", {"x": x, "y": str(y), "class": name}, _text(text))


def _rect(x: float, y: float, width: float, height: float, name: str) -> Markup:
    return _tag("rect", {**_box(x, y, width, height), "class": name})


def _box(x: float, y: float, width: float, height: float) -> dict[str, str]:
    return {"x": f"{x:g}", "y": f"{y:g}", "width": f"{width:g}", "height": f"{height:g}"}


def _tag(name: str, attributes: Mapping[str, str], *parts: Markup) -> Markup:
    shown = "".join(f' {key}="{escape(_allowed(value))}"' for key, value in attributes.items())
    return Markup(f"<{name}{shown}>{''.join(parts)}</{name}>")  # noqa: S704 - attributes and texts are escaped


def _text(text: str) -> Markup:
    return Markup(escape(_allowed(text)))  # noqa: S704 - escaped


def _allowed(text: str) -> str:
    """The text without the characters that XML does not allow."""
    return _NOT_XML.sub("", text)


def _short(text: str, length: int) -> str:
    return text if len(text) <= length else text[: length - 1].rstrip() + "…"
