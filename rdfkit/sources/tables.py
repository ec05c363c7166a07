"""Companion tables: finds them by name, and reads their rows one by one.

A table belongs to a page by its name, `ID-KIND.tsv`. It lies in the folder `_data` beside the page's folder, in
a folder of sources, or in a folder that the user names. Rows stream: a table is never held whole. What each kind
of table has for columns stands in `tables.toml`.
"""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any, BinaryIO, TypeGuard

from rdfkit.errors import ArchiveError, TableError
from rdfkit.package_data import beside, read_toml
from rdfkit.rdf.identifiers import missing_values, missing_word_values
from rdfkit.sources.alignment import Columns, aligned
from rdfkit.sources.byte_order_marks import Rejoined
from rdfkit.sources.filesystems import Listed, kind_of, list_files, open_bytes
from rdfkit.sources.locations import FOLDER

DATA_FOLDER = "_data"
TABLE_SUFFIXES = frozenset({".tsv"})
# The csv module takes no longer cell, and no honest row is as long.
MAX_ROW_BYTES = 128 * 1024
# A quote that is not closed within so many lines is text.
_MAX_CELL_LINES = 20
_SHOWN_HEADER = 200


@dataclass(frozen=True, slots=True)
class TableKind:
    """What `tables.toml` says of a kind of table.

    `page_kind` is the kind of page that has such a table. `columns` are read, `ignored` ones are left out for the
    reason given; a header must have the `needed` ones of `columns`, and one that it lacks is missing in each row.
    `anchor` is a column with a closed set of `anchors`, by which a row that a stray tab has shifted is put right.
    `verbatim` names columns in which NA is a word. `keys` says which column a term of the page's
    context comes from, where the two have different names.
    """

    name: str
    page_kind: str
    columns: tuple[str, ...]
    needed: tuple[str, ...]
    ignored: Mapping[str, str]
    anchor: str | None
    anchors: frozenset[str]
    verbatim: frozenset[str]
    keys: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class TableFile:
    """A table on disk: of which kind, where it is, and how the user would type that.

    `expected` says that a page for it must be among the sources.
    """

    kind: str
    path: str
    shown: str
    expected: bool = True


@dataclass(frozen=True, slots=True)
class TableRow:
    """One row: its line in the file (from 1), and its texts by column without missing ones.

    `problem` says what is wrong; a row that cannot be used has no texts.
    """

    line: int
    texts: Mapping[str, str] | None
    problem: str | None = None
    expected: str | None = None


@cache
def table_kinds() -> Mapping[str, TableKind]:
    """The kinds of tables by name."""
    table = read_toml(beside(__file__, "tables.toml"))
    return {name: _table_kind(name, spec) for name, spec in table.items()}


def read_rows(table: TableFile) -> Iterator[TableRow]:
    """The rows of `read_table` alone, with the same errors."""
    return read_table(table)[1]


def read_table(table: TableFile) -> tuple[tuple[str, ...], Iterator[TableRow]]:
    """The names of a table's columns, and its rows in order, good and bad; empty lines are passed over.

    Raises TableError when the file cannot be read, at once or among the rows, or when a column is missing.
    """
    with _told(table):
        lines = _file_lines(table.path)
        columns = _columns(next(lines, None), table)
    return columns.header, _rows(lines, columns, table)


def count_rows(table: TableFile) -> int:
    """How many rows a table has, good or bad, whatever its header says; 0 when it cannot be read."""
    return count_file_rows(table.path)


def count_file_rows(path: str) -> int:
    """`count_rows` of the table in a file."""
    try:
        return max(0, sum(1 for _ in _file_lines(path)) - 1)
    except (OSError, ArchiveError):
        # Whoever reads the rows is told why.
        return 0


@dataclass(frozen=True, slots=True)
class _Line:
    """The cells of a line as they stand, and its number."""

    number: int
    cells: list[str]


def _table_kind(name: str, spec: Mapping[str, Any]) -> TableKind:
    return TableKind(
        name=name,
        page_kind=spec["page_kind"],
        columns=tuple(spec["columns"]),
        needed=tuple(spec["needed"]),
        ignored=spec.get("ignored", {}),
        anchor=spec.get("anchor"),
        anchors=frozenset(spec.get("anchors", ())),
        verbatim=frozenset(spec.get("verbatim", ())),
        keys=spec.get("keys", {}),
    )


def tables_beside(folder: str) -> Iterator[Listed]:
    """The tables directly in a folder that nobody named. None where there is no such folder; HTTP has no folders."""
    if folder.startswith(("http://", "https://")) or kind_of(folder) != FOLDER:
        return
    yield from (file for file in list_files(folder, TABLE_SUFFIXES) if "/" not in file.relative)


@contextmanager
def _told(table: TableFile) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise TableError(f"cannot be read: {error.strerror}", path=table.shown) from error
    except ArchiveError as error:
        raise TableError(error.message, path=table.shown, expected=error.expected) from error


def _file_lines(path: str) -> Iterator[_Line | TableRow]:
    """The lines of a file, as `_lines`. Of most tables all is read at once, of none more than a row's length."""
    with open_bytes(path) as file:
        start = file.read(MAX_ROW_BYTES)
        if len(start) == MAX_ROW_BYTES:
            yield from _joined(_lines(io.BufferedReader(Rejoined(start, file))))
            return
    small = _small(start)
    yield from small if small is not None else _joined(_lines(io.BytesIO(start)))


def _small(content: bytes) -> Iterator[_Line] | None:
    """The lines of a table that has nothing odd in it: no byte order mark, NUL or quotes, all UTF-8. Else None."""
    if b'"' in content or b"\0" in content or content.startswith(codecs.BOM_UTF8):
        return None
    try:
        lines = enumerate(content.decode().split("\n"), 1)
    except UnicodeDecodeError:
        return None
    return (_Line(number, line.split("\t")) for number, whole in lines if (line := whole.rstrip("\r")))


def _lines(file: BinaryIO) -> Iterator[_Line | TableRow]:
    """The lines of a table that are not empty; those that are no text come as rows without texts."""
    number = 0
    while line := file.readline(MAX_ROW_BYTES):
        number += 1
        whole = line.endswith(b"\n") or len(line) < MAX_ROW_BYTES
        if not whole:
            _skip_line(file)
            yield TableRow(number, None, "the row is too long", f"at most {MAX_ROW_BYTES} bytes")
        elif text := line.rstrip(b"\r\n"):
            yield _line(number, text.removeprefix(codecs.BOM_UTF8) if number == 1 else text)


def _joined(lines: Iterator[_Line | TableRow]) -> Iterator[_Line | TableRow]:
    """The lines, with a quoted cell that goes over several in one. A quote that nothing closes is text."""
    held: list[_Line] = []
    for line in lines:
        if held and isinstance(line, _Line) and _is_odd(line.cells[0]) and line.cells[0].endswith('"'):
            texts = [held[0].cells[-1][1:], *(one.cells[0] for one in held[1:]), line.cells[0][:-1]]
            cell = "\n".join(texts).replace('""', '"')
            line = _Line(held[0].number, [*held[0].cells[:-1], cell, *line.cells[1:]])
            held = []
        elif held and len(held) < _MAX_CELL_LINES and _is_within(line):
            held.append(line)
            continue
        yield from held
        held = []
        if isinstance(line, _Line) and line.cells[-1].startswith('"') and _is_odd(line.cells[-1]):
            held = [line]
        else:
            yield line
    yield from held


def _is_within(line: _Line | TableRow) -> TypeGuard[_Line]:
    """Whether a line may be the middle of a quoted cell."""
    return isinstance(line, _Line) and len(line.cells) == 1 and not _is_odd(line.cells[0])


def _is_odd(cell: str) -> bool:
    return cell.count('"') % 2 == 1


def _skip_line(file: BinaryIO) -> None:
    while line := file.readline(MAX_ROW_BYTES):
        if line.endswith(b"\n"):
            return


def _line(number: int, line: bytes) -> _Line | TableRow:
    if b"\x00" in line:
        return TableRow(number, None, "the row has a NUL character", "text")
    try:
        return _Line(number, _cells(line.decode()))
    except UnicodeDecodeError as error:
        said = f"the row is not UTF-8: byte {line[error.start]:#04x} at offset {error.start}"
        return TableRow(number, None, said, "UTF-8 text")


def _cells(line: str) -> list[str]:
    if '"' not in line:
        return line.split("\t")
    try:
        return next(csv.reader([line], delimiter="\t", strict=True))
    except csv.Error:
        # Quotes that belong to the text, as in 5"-end.
        return line.split("\t")


def _columns(line: _Line | TableRow | None, table: TableFile) -> Columns:
    header = tuple(cell.strip() for cell in line.cells) if isinstance(line, _Line) else ()
    kind = table_kinds()[table.kind]
    missing = [column for column in kind.needed if column not in header]
    named = [column for column in header if column]
    if not missing and len(set(named)) == len(named):
        return known_columns(header, table.kind)
    said = f"lacks {', '.join(missing)}" if missing else "names a column twice"
    raise TableError(
        f"is no table of {kind.name}: "
        + (line.problem if isinstance(line, TableRow) and line.problem else f"its header {said}"),
        path=table.shown,
        line=1,
        value="\t".join(header)[:_SHOWN_HEADER] or None,
        expected=f"columns {', '.join(kind.needed)}, and those of {', '.join(kind.columns)} that there are",
    )


@lru_cache(maxsize=256)
def known_columns(header: tuple[str, ...], kind_name: str) -> Columns:
    """What a header says that has what a table of this kind needs, each name once."""
    kind = table_kinds()[kind_name]
    read = tuple((column if column in kind.columns else None, column in kind.verbatim) for column in header)
    anchor = header.index(kind.anchor) if kind.anchor else None
    needed = 1 + (max(map(header.index, kind.needed)) if anchor is None else anchor)
    return Columns(header, read, needed, anchor, kind.anchors)


def _rows(lines: Iterator[_Line | TableRow], columns: Columns, table: TableFile) -> Iterator[TableRow]:
    with _told(table):
        for line in lines:
            yield line if isinstance(line, TableRow) else _fitted(line, columns)


def _fitted(line: _Line, columns: Columns) -> TableRow:
    """The row of a line, put right when a stray tab has shifted its cells."""
    found = aligned(line.cells, columns)
    texts = _texts(found.cells, columns) if found.cells is not None else None
    return TableRow(line.number, texts, found.problem, found.expected)


def _texts(cells: list[str], columns: Columns) -> dict[str, str]:
    missing, missing_words = missing_values(), missing_word_values()
    return {
        column: cell if verbatim else text
        for (column, verbatim), cell in zip(columns.read, cells, strict=False)
        # Most cells are empty.
        if cell and column is not None
        if (text := cell.strip()) not in (missing_words if verbatim else missing)
    }
