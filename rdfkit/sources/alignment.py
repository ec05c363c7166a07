"""Puts the cells of a row under the columns where they belong, when a stray tab has shifted them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from rdfkit.rdf.reading import read_curie


@dataclass(frozen=True, slots=True)
class Columns:
    """What a header says: all names, and for each the column that is read, if it is, and whether any text counts.

    `needed` is how many cells a row must have: up to the anchor, else all columns that a table needs. `anchor` is the
    index of the column that tells whether a row is shifted.
    """

    header: tuple[str, ...]
    read: tuple[tuple[str | None, bool], ...]
    needed: int
    anchor: int | None
    anchors: frozenset[str]


class Aligned(NamedTuple):
    """The cells of a row, as many as there are columns or fewer: what they lack is empty.

    `problem` says what was wrong, `expected` what should be; a row that cannot be used has no cells.
    """

    cells: list[str] | None
    problem: str | None = None
    expected: str | None = None


def aligned(written: list[str], columns: Columns) -> Aligned:
    """The cells of a row as they stand, or moved back by the cell that is an anchor."""
    width = len(columns.header)
    if len(written) == width and _is_plain(written, columns):
        return Aligned(written)
    is_long = len(written) > width
    cells = _within(written, width)
    if columns.anchor is None or _is_anchored(cells, columns):
        moved = _without_gap(cells, is_long, columns)
    else:
        moved = _realigned(cells, is_long, columns)
    if moved:
        said = "a stray tab has shifted the cells of this row; they were moved back"
        return Aligned(moved, said, f"{width} cells")
    if columns.needed <= len(cells) <= width:
        return Aligned(cells)
    if columns.anchor is not None and len(cells) > width and (short := _shortened(cells, columns)):
        return Aligned(short, "the row has too many cells; empty ones were left out", f"{width} cells")
    return Aligned(None, f"the row has {len(written)} cells", f"{width} cells, as the header has")


def _is_plain(cells: list[str], columns: Columns) -> bool:
    """Whether all of a full row stands where it should, as nearly all rows do."""
    if columns.anchor is None:
        return True
    behind = columns.anchor + 1
    return cells[columns.anchor] in columns.anchors and (behind >= len(cells) or cells[behind].strip() != "")


def _without_gap(cells: list[str], is_long: bool, columns: Columns) -> list[str] | None:
    """The cells without an empty one behind the anchor, when an identifier stands after it where none belongs."""
    if columns.anchor is None:
        return None
    gap = columns.anchor + 1
    if len(cells) <= gap + 1 or cells[gap].strip() or read_curie(cells[gap + 1]).local is None:
        return None
    is_read = gap + 1 < len(columns.read) and columns.read[gap + 1][0] is not None
    return [*cells[:gap], *cells[gap + 1 :]] if is_long or not is_read else None


def _within(cells: list[str], width: int) -> list[str]:
    """The cells without empty ones beyond the last column."""
    end = len(cells)
    while end > width and not cells[end - 1].strip():
        end -= 1
    return cells[:end]


def _is_anchored(cells: list[str], columns: Columns) -> bool:
    anchor = columns.anchor
    return anchor is not None and anchor < len(cells) and cells[anchor].strip() in columns.anchors


def _realigned(cells: list[str], is_long: bool, columns: Columns) -> list[str] | None:
    """The cells with the anchor where it belongs, without empty ones before it; None when too much stands before it.

    A row that is too long may have its label in two: those are one again. One that is too short may have lost it.
    """
    anchor, width = columns.anchor, len(columns.header)
    if anchor is None:
        return None
    for index, cell in enumerate(cells):
        if cell.strip() not in columns.anchors or (index < anchor and len(cells) >= width):
            continue
        before = [text.strip() for text in cells[:index] if text.strip()]
        if len(before) > anchor and index == anchor + 1 and is_long:
            before = [*before[: anchor - 1], " ".join(before[anchor - 1 :])]
        if len(before) <= anchor:
            return _shortened([*before, *[""] * (anchor - len(before)), *cells[index:]], columns)
    return None


def _shortened(cells: list[str], columns: Columns) -> list[str] | None:
    """The cells without as many empty ones behind the anchor as there are too many; None when they are too few.

    The first that go are those before the cell after the anchor, so that this keeps its column.
    """
    width, start = len(columns.header), 1 + (columns.anchor or 0)
    tail = cells[start:]
    while len(tail) > width - start and not tail[0].strip():
        del tail[0]
    while len(tail) > width - start:
        empty = [index for index, text in enumerate(tail) if not text.strip()]
        if not empty:
            return None
        del tail[empty[-1]]
    return [*cells[:start], *tail]
