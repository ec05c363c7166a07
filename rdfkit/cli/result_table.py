"""Rows as tables, each written as soon as it is full, and whether there was anything in them."""

from __future__ import annotations

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
    try:
        console = Console(file=text)
        while True:
            stream.write(_table(rows.columns, part, console).encode())
            stream.flush()
            part = list(islice(remaining, _ROWS_OF_A_TABLE))
            if not part:
                return content
    finally:
        text.detach()


def _table(columns: Sequence[str], rows: Iterable[Mapping[str, object]], console: Console) -> str:
    from rich.markup import escape
    from rich.table import Table

    table = Table(*columns)
    for row in rows:
        table.add_row(*(escape(_cell(row[column])) for column in columns))
    with console.capture() as shown:
        console.print(table)
    return shown.get()


def _cell(value: object) -> str:
    if value is None:
        return ""
    return compress(value) if isinstance(value, str) and value.startswith("http") else str(value)
