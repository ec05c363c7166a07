"""Repairs of a companion table: its rows that a stray tab has shifted, and its identifiers. Lines are kept as bytes."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from rdfkit.package_data import beside, read_toml
from rdfkit.rdf.databases import database_named
from rdfkit.sources.alignment import Columns, aligned
from rdfkit.sources.tables import known_columns, table_kinds
from rdfkit.validation.fixes.identifiers import mended
from rdfkit.validation.fixes.repairs import Chosen, Repair

SHIFTED = "row-shifted"
REFERENCE = "reference-identifier"
_MARK = "\ufeff"
_SHOWN = 120


def cell_rules() -> frozenset[str]:
    """The rules of findings that are repaired in tables."""
    kinds = (rules for name, rules in identifier_columns().items() if name in table_kinds())
    return frozenset({SHIFTED, REFERENCE}.union(*kinds))


@cache
def identifier_columns() -> Mapping[str, Mapping[str, Any]]:
    """What `identifiers.toml` says."""
    return read_toml(beside(__file__, "identifiers.toml"))


def fix_table(content: bytes, kind: str, chosen: Chosen) -> tuple[bytes, list[Repair]]:
    """The bytes of a table of this kind with the repairs of the chosen rules, and what these are.

    What is no table of its kind, no UTF-8, or quoted over several lines stays as it is.
    """
    lines = content.split(b"\n")
    columns = _columns(lines[0], kind)
    repairs: list[Repair] = []
    if columns is None:
        return content, repairs
    for number, line in enumerate(lines[1:], start=2):
        text = _text(line)
        written = _written_cells(text) if text else None
        if text and written is not None:
            found = _Row(written, kind, columns, number)
            if found.fix(chosen):
                repairs.extend(found.repairs)
                ending = text[len(text.rstrip("\r")) :]
                lines[number - 1] = ("\t".join(found.written) + ending).encode()
    return b"\n".join(lines), repairs


class _Row:
    """The cells of one line as they are written, quotes included, which its repairs change."""

    def __init__(self, written: list[tuple[str, str]], kind: str, columns: Columns, number: int) -> None:
        self.repairs: list[Repair] = []
        self.written = [raw for raw, _ in written]
        self._cells = [cell for _, cell in written]
        self._kind = kind
        self._columns = columns
        self._number = number

    def fix(self, chosen: Chosen) -> bool:
        """Whether something was repaired. Cells of a shifted row have their columns only once it is put right."""
        found = aligned(self._cells, self._columns)
        if found.cells is None or (found.problem and not (chosen(SHIFTED) and self._move(found.cells))):
            return False
        self._mend(chosen)
        return bool(self.repairs)

    def _move(self, cells: list[str]) -> bool:
        """Puts the cells where they belong, if that moves them and changes none."""
        cells = cells + [""] * (len(self._columns.header) - len(cells))
        again = aligned(cells, self._columns)
        if _said(cells) != _said(self._cells) or again.problem or again.cells != cells:
            return False
        moved = _moved(self.written, self._cells, cells)
        before, after = "\t".join(self.written), "\t".join(moved)
        self.repairs.append(Repair(SHIFTED, self._number, None, before[:_SHOWN], after[:_SHOWN]))
        self.written, self._cells = moved, cells
        return True

    def _mend(self, chosen: Chosen) -> None:
        for rule, column, prefixes in _identifiers(self._kind):
            index = self._columns.header.index(column) if column in self._columns.header else len(self._cells)
            if not chosen(rule) or index >= len(self._cells) or self.written[index] != self._cells[index]:
                continue
            if rule == REFERENCE:
                prefixes = self._named_database()
            before = self._cells[index]
            after = _mended_cell(before, prefixes)
            if after != before:
                self.repairs.append(Repair(rule, self._number, column, before, after))
                self.written[index] = self._cells[index] = after

    def _named_database(self) -> list[str]:
        cells = dict(zip(self._columns.header, self._cells, strict=False))
        known = database_named(cells.get("Database", ""))
        return [known.prefix] if known else []


def _identifiers(kind: str) -> Iterator[tuple[str, str, list[str]]]:
    if kind == "bibliography":
        yield REFERENCE, "ID", []
    for rule, columns in identifier_columns().get(kind, {}).items():
        for column, prefixes in columns.items():
            yield rule, column, prefixes


def _mended_cell(cell: str, prefixes: list[str]) -> str:
    """A cell with its identifiers mended, which semicolons part; blanks behind these belong to nothing."""
    parts = cell.split(";")
    if len(parts) == 1:
        return mended(cell, prefixes) or cell
    return ";".join(
        part.replace(bare, mended(bare, prefixes) or bare) if (bare := part.strip()) else part
        for part in parts
    )


def _moved(written: list[str], before: list[str], after: list[str]) -> list[str]:
    """The cells in their new places as they were written; of empty ones those next to the text behind them."""
    texts: list[list[str]] = [[]]
    for raw, cell in zip(written, before, strict=True):
        texts[-1].append(raw)
        if cell.strip():
            texts.append([])
    moved: list[str] = []
    gap = 0
    for cell in after:
        gap += 1
        if cell.strip():
            told = texts.pop(0)
            moved += [""] * (gap - len(told)) + told[-gap:]
            gap = 0
    rest = texts.pop(0)
    return moved + (rest + [""] * gap)[:gap]


def _said(cells: list[str]) -> list[str]:
    return [text for cell in cells if (text := cell.strip())]


def _columns(header: bytes, kind: str) -> Columns | None:
    """What the header says; None when the file is no table of its kind."""
    text = _text(header)
    names = [cell.strip() for _, cell in _written_cells(text.removeprefix(_MARK)) or ()] if text else []
    named = [name for name in names if name]
    is_table = set(table_kinds()[kind].needed) <= set(named) and len(set(named)) == len(named)
    return known_columns(tuple(names), kind) if is_table else None


def _text(line: bytes) -> str | None:
    """The text of a line with its carriage return; None when it is none."""
    try:
        return None if b"\0" in line else line.decode()
    except UnicodeDecodeError:
        return None


def _written_cells(line: str) -> list[tuple[str, str]] | None:
    """The cells of a line, each as it is written and as it is read; None when that cannot be told cell by cell."""
    written = line.rstrip("\r").split("\t")
    if '"' not in line:
        return [(cell, cell) for cell in written]
    try:
        read = next(csv.reader([line.rstrip("\r")], delimiter="\t", strict=True))
    except csv.Error:
        read = written
    pairs = list(zip(written, read, strict=False))
    is_told = len(written) == len(read) and all(raw == cell or raw.startswith('"') for raw, cell in pairs)
    return pairs if is_told and line.count('"') % 2 == 0 else None
