"""Rows as tables, each written as soon as it is full, and whether there was anything in them."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from itertools import islice
from typing import TYPE_CHECKING, BinaryIO

from rdfkit.rdf.identifiers import compress

if TYPE_CHECKING:
    from rich.console import Console

    from rdfkit.sparql.results import Rows

# Two rows are not an empty answer, whatever is in them.
_ENOUGH = 2
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]")


# A longer answer is several tables, so that the first rows are there at once.
_ROWS_OF_A_TABLE = 500


class Content(StrEnum):
    """What an answer held: `NOTHING` is no row, no triple or a no, `ZEROS` one row of zeros and gaps alone."""

    SOMETHING = "something"
    ZEROS = "zeros"
    NOTHING = "nothing"


def content_of(rows: Iterable[Sequence[object]]) -> Content:
    """What rows hold."""
    found = list(islice(rows, 2))
    if len(found) == 1 and all(str(cell) in ("", "0", "None") for cell in found[0]):
        return Content.ZEROS
    return Content.SOMETHING if found else Content.NOTHING


def write_table(rows: Rows, stream: BinaryIO) -> Content:
    """Writes rows as tables, each as soon as it is full."""
    from io import TextIOWrapper

    from rich.console import Console

    remaining = iter(rows)
    part = list(islice(remaining, _ROWS_OF_A_TABLE))
    content = content_of(list(row.values()) for row in part[:_ENOUGH])
    # Only to tell whether this is a terminal, and how wide: rich would end the program when a pipe is closed.
    text = TextIOWrapper(stream, encoding="utf-8")
    number = 0
    try:
        console = Console(file=text)
        while True:
            number += len(part)
            stream.write(_table(rows.columns, part, console).encode())
            stream.flush()
            part = list(islice(remaining, _ROWS_OF_A_TABLE))
            if not part:
                stream.write(f"{number:,} row{'' if number == 1 else 's'}\n".encode())
                return content
    finally:
        text.detach()


def _table(columns: Sequence[str], rows: Iterable[Mapping[str, object]], console: Console) -> str:
    from rich.style import Style
    from rich.table import Table
    from rich.text import Text

    values = [[row[column] for column in columns] for row in rows]
    shown = [[_cell(value) for value in row] for row in values]
    widths = _widths(columns, shown, console.width)
    table = Table()
    for column, width in zip(columns, widths, strict=True):
        table.add_column(Text(column), width=width, overflow="fold")
    for row, cells in zip(values, shown, strict=True):
        table.add_row(
            *(
                Text(_cut(cell, width), Style(link=str(value)) if _is_iri(value) else "")
                if _is_iri(value)
                else Text(cell)
                for value, cell, width in zip(row, cells, widths, strict=True)
            )
        )
    with console.capture() as captured:
        console.print(table)
    return captured.get()


def _widths(columns: Sequence[str], cells: Sequence[Sequence[str]], width: int) -> list[int]:
    """The widths of columns: what they need, and where that is too much what is left by the narrow ones."""
    from rich.cells import cell_len

    needed = [
        max([cell_len(column), *(cell_len(line) for row in cells for line in row[number].splitlines())])
        for number, column in enumerate(columns)
    ]
    # Each column has a line and two blanks, and there is one more line.
    room, waiting = width - 3 * len(columns) - 1, len(columns)
    found = list(needed)
    for number in sorted(range(len(columns)), key=needed.__getitem__):
        found[number] = max(1, min(needed[number], room // waiting))
        room, waiting = room - found[number], waiting - 1
    return found


def _cut(text: str, width: int) -> str:
    """The end of a text that is too long: what tells one IRI from another stands there."""
    return text if len(text) <= width else f"…{text[len(text) - width + 1 :]}" if width > 1 else "…"


def _is_iri(value: object) -> bool:
    return isinstance(value, str) and value.startswith(("http://", "https://")) and " " not in value


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return _number(value)
    return compress(str(value)) if _is_iri(value) else _visible(str(value))


def _number(value: float) -> str:
    """A number with as many digits as a reader needs: four, and all before the point."""
    if not math.isfinite(value) or value == 0:
        return f"{value:g}"
    size = math.floor(math.log10(abs(value)))
    if not -4 <= size < 15:
        return f"{value:.3e}"
    fixed = f"{value:.{max(0, 3 - size)}f}"
    return fixed.rstrip("0").rstrip(".") if "." in fixed else fixed


def _visible(text: str) -> str:
    """A text in which nothing writes to the terminal but letters."""
    return _CONTROL.sub(lambda found: repr(found[0])[1:-1], text)
