"""Companion tables: finds them by name, and reads their rows one by one.

A table belongs to a page by its name, `ID-KIND.tsv`. It lies in the folder `_data` beside the page's folder, in
a folder of sources, or in a folder that the user names. Rows stream: a table is never held whole. What each kind
of table has for columns stands in `kinds/tables.toml`.
"""

from __future__ import annotations

import csv
import hashlib
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO

from rdfkit import resources
from rdfkit.errors import SourceError, TableError
from rdfkit.identifiers import is_missing
from rdfkit.sources import walk

FOLDER = "_data"
# The csv module takes no longer cell, and no honest row is as long.
MAX_ROW_BYTES = 128 * 1024
_SHOWN_HEADER = 200


@dataclass(frozen=True, slots=True)
class TableKind:
    """What `kinds/tables.toml` says of a kind of table.

    `page_kind` is the kind of page that has such a table. `columns` are read, `ignored` ones are left out for the
    reason given; a header must have all of `columns`.
    `anchor` is a column with a closed set of `anchors`, by which a row that a stray tab has shifted is put right.
    `verbatim` names columns whose text counts whatever it is. `keys` says which column a term of the page's
    context comes from, where the two have different names.
    """

    name: str
    page_kind: str
    columns: tuple[str, ...]
    ignored: Mapping[str, str]
    anchor: str | None
    anchors: frozenset[str]
    verbatim: frozenset[str]
    keys: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class TableFile:
    """A table on disk: of which page and which kind, where it is, and how the user would type that.

    `relative` is the path inside the site. `expected` says that a page for it must be among the sources.
    """

    page_id: str
    kind: str
    path: Path
    shown: str
    relative: PurePosixPath
    expected: bool = field(default=True)


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
    with (resources.kinds_folder() / "tables.toml").open("rb") as file:
        return {name: _table_kind(name, spec) for name, spec in tomllib.load(file).items()}


def find_tables(places: Iterable[Path], pages: Iterable[Path], folders: Iterable[Path]) -> list[TableFile]:
    """The tables of sources, each file once.

    `places` are what the user named as sources, `pages` the page files found there, `folders` the folders of tables
    that the user named. Tables in folders must have a page; those in the `_data` beside a single page may belong
    to others. Raises SourceError when a folder does not exist or cannot be listed.
    """
    found: dict[Path, TableFile] = {}
    for folder in folders:
        if not folder.is_dir():
            raise SourceError("is no folder of tables", path=str(folder), expected="a folder of .tsv files")
    for folder in [*(place for place in places if place.is_dir()), *folders]:
        for path in walk(folder, frozenset({".tsv"})):
            _add(path, path.relative_to(folder), found, expected=True)
    for folder in dict.fromkeys(page.parent.parent / FOLDER for page in pages):
        if folder.is_dir():
            for path in sorted(folder.glob("*.tsv")):
                _add(path, Path(FOLDER) / path.name, found, expected=False)
    return list(found.values())


def read_rows(table: TableFile) -> Iterator[TableRow]:
    """The rows of a table in order, good and bad; empty lines are passed over.

    Raises TableError when the file cannot be read or its header lacks a column.
    """
    kind = table_kinds()[table.kind]
    try:
        with table.path.open("rb") as file:
            lines = _lines(file)
            header = _header(next(lines, None), table, kind)
            for line in lines:
                yield line if isinstance(line, TableRow) else _fitted(line, header, kind)
    except OSError as error:
        raise TableError(f"cannot be read: {error.strerror}", path=table.shown) from error


def read_header(table: TableFile) -> tuple[str, ...]:
    """The names of a table's columns. Raises TableError when the file cannot be read or a column is missing."""
    try:
        with table.path.open("rb") as file:
            return _header(next(_lines(file), None), table, table_kinds()[table.kind])
    except OSError as error:
        raise TableError(f"cannot be read: {error.strerror}", path=table.shown) from error


def count_rows(table: TableFile) -> int:
    """How many rows a table has, good or bad, whatever its header says; 0 when it cannot be read."""
    return count_file_rows(str(table.path))


def count_file_rows(path: str) -> int:
    """`count_rows` of the table in a file."""
    try:
        with Path(path).open("rb") as file:
            return max(0, sum(1 for _ in _lines(file)) - 1)
    except OSError:
        # Whoever reads the rows is told why.
        return 0


def file_sha256(path: Path) -> str | None:
    """The hash of a file's bytes in hex; None when it cannot be read, of which its reader is told."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return None


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
        ignored=spec.get("ignored", {}),
        anchor=spec.get("anchor"),
        anchors=frozenset(spec.get("anchors", ())),
        verbatim=frozenset(spec.get("verbatim", ())),
        keys=spec.get("keys", {}),
    )


def _add(path: Path, relative: Path, found: dict[Path, TableFile], *, expected: bool) -> None:
    page_id, dash, kind = path.stem.rpartition("-")
    if dash and page_id and kind in table_kinds():
        place = PurePosixPath(relative.as_posix())
        found.setdefault(path.resolve(), TableFile(page_id, kind, path, path.as_posix(), place, expected))


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
            yield _line(number, text.removeprefix(b"\xef\xbb\xbf") if number == 1 else text)


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


def _header(line: _Line | TableRow | None, table: TableFile, kind: TableKind) -> tuple[str, ...]:
    header = tuple(cell.strip() for cell in line.cells) if isinstance(line, _Line) else ()
    missing = [column for column in kind.columns if column not in header]
    if not missing and len(set(header)) == len(header):
        return header
    said = f"lacks {', '.join(missing)}" if missing else "names a column twice"
    raise TableError(
        f"is no table of {kind.name}: "
        + (line.problem if isinstance(line, TableRow) and line.problem else f"its header {said}"),
        path=table.shown,
        line=1,
        value="\t".join(header)[:_SHOWN_HEADER] or None,
        expected=f"columns {', '.join(kind.columns)}",
    )


def _fitted(line: _Line, header: tuple[str, ...], kind: TableKind) -> TableRow:
    """The row of a line, put right when a stray tab has shifted its cells."""
    if _fits(line.cells, header, kind):
        return TableRow(line.number, _texts(line.cells, header, kind))
    for index in range(header.index(kind.anchor) + 1 if kind.anchor else 0):
        moved = _moved_back(line.cells, index, len(header))
        if _fits(moved, header, kind):
            said = "a stray tab has shifted the cells of this row; they were moved back"
            return TableRow(line.number, _texts(moved, header, kind), said, f"{len(header)} cells")
    if len(line.cells) == len(header):
        return TableRow(line.number, _texts(line.cells, header, kind))
    said = f"the row has {len(line.cells)} cells"
    return TableRow(line.number, None, said, f"{len(header)} cells, as the header has")


def _moved_back(cells: list[str], index: int, width: int) -> list[str]:
    """The cells without the empty one at an index: what a tab too many makes. Lost cells at the end were empty."""
    if index >= len(cells) or cells[index]:
        return []
    moved = [*cells[:index], *cells[index + 1 :]]
    return moved + [""] * (width - len(moved))


def _fits(cells: list[str], header: tuple[str, ...], kind: TableKind) -> bool:
    if len(cells) != len(header):
        return False
    return kind.anchor is None or cells[header.index(kind.anchor)] in kind.anchors


def _texts(cells: list[str], header: tuple[str, ...], kind: TableKind) -> dict[str, str]:
    return {
        column: cell
        for column, cell in zip(header, cells, strict=True)
        if cell and column in kind.columns and (column in kind.verbatim or not is_missing(cell))
    }
