"""Reads the fields of one page: drops what is missing, and notes what has the wrong form."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from difflib import get_close_matches
from functools import cache
from types import MappingProxyType
from typing import NamedTuple

from rdfkit.errors import TableError
from rdfkit.mapping import registry
from rdfkit.mapping.document import Tally
from rdfkit.mapping.prose import prose_problems
from rdfkit.rdf.identifiers import is_missing, is_missing_word
from rdfkit.report import Result, Severity
from rdfkit.sources.cleaning import may_hold_email, without_email
from rdfkit.sources.page import Page
from rdfkit.sources.prose import may_be_odd
from rdfkit.sources.tables import TableFile, TableRow, count_rows, read_table, table_kinds
from rdfkit.sources.yaml_reader import KeyPath, Value

# How many bad rows of one table are told one by one.
_TOLD_ROWS = 100
# How much alike a key and one that is known have to be for the one to be taken for a slip of the other.
_ALIKE = 0.8


class Row(NamedTuple):
    """One mapping of a list, or one row of a table: its texts without missing ones, and where it stands.

    `lists` has the texts of the keys that hold lists.
    """

    texts: Mapping[str, str]
    key_path: KeyPath
    lists: Mapping[str, list[str]] = MappingProxyType({})

    def get(self, key: str) -> str | None:
        """The text under a key, None when it is missing."""
        return self.texts.get(key)


class Fields:
    """The fields of a page, read with care. What is wrong with them collects in `problems`."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.problems: list[Result] = []
        self.tallies: dict[str, Tally] = {}
        if not page.closed:
            self.note(
                "page-fence",
                "the closing line of three hyphens is missing",
                advice="Write --- after the last key.",
            )

    def text(self, key: str) -> str | None:
        """The text under a key, or the one of a list; None when it is missing or no text."""
        value = self.page.fields.get(key)
        if isinstance(value, list) and len(value) == 1:
            value = value[0]
        if isinstance(value, str):
            return None if is_missing(value) else self._read(value, (key,), is_bare=True)
        if value:
            self._wrong_form(value, "a text", (key,))
        return None

    def texts(self, key: str) -> list[str]:
        """The texts under a key that holds one text or a list of texts, without missing ones."""
        value = self.page.fields.get(key, "")
        items: list[Value] = value if isinstance(value, list) else [value]
        return list(self._only_texts(items, (key,), isinstance(value, list)))

    def rows(self, key: str) -> list[Row]:
        """The mappings under a key that holds a list of mappings, or one of them."""
        value = self.page.fields.get(key, [])
        if isinstance(value, str) and is_missing(value):
            return []
        if isinstance(value, dict):
            row = self._row(value, (key,))
            return [] if row is None else [row]
        if not isinstance(value, list):
            self._wrong_form(value, "a list of mappings", (key,))
            return []
        rows = (self._row(item, (key, index)) for index, item in enumerate(value))
        return [row for row in rows if row is not None]

    def table(self, name: str) -> Iterator[Row]:
        """The rows of a companion table that can be used, in order. The others are noted and counted.

        There is none when the page has no such table, or one that cannot be read.
        """
        table = self.page.tables.get(name)
        if table is None:
            return
        tally = self.tallies.setdefault(name, Tally())
        try:
            header, rows = read_table(table)
            self._note_unmapped_columns(table, header)
            for row in rows:
                tally.found += 1
                if row.problem is not None:
                    self._note_row(name, row, tally)
                if row.texts is not None:
                    place: KeyPath = (name, row.line)
                    texts, whole = row.texts, "\n".join(row.texts.values())
                    # Of nearly all rows no text needs a closer look.
                    if may_hold_email(whole) or may_be_odd(whole):
                        texts = {key: self._read(text, (*place, key)) for key, text in texts.items()}
                    yield Row(texts, place)
        except TableError as error:
            tally.found = tally.refused = count_rows(table)
            self.problems.append(Result.from_error("table-unreadable", error))

    def refuse_row(self, row: Row, message: str, advice: str) -> None:
        """Says that a row of a table cannot be used after all."""
        name, line = str(row.key_path[0]), int(row.key_path[1])
        self._note_row(name, TableRow(line, None, message, advice), self.tallies[name])

    def note_superseded(self, key: str) -> None:
        """Says that the rows under a key are not read because a table of that name goes before them."""
        self.problems.append(
            Result(
                severity=Severity.INFO,
                rule="rows-superseded",
                message=f"these rows are not read: {self.page.tables[key].shown} goes before them",
                path=self.page.path,
                line=self.page.lines.get((key,)),
                key=key,
            )
        )

    def note(
        self,
        rule: str,
        message: str,
        *key_path: str | int,
        severity: Severity = Severity.WARNING,
        value: str | None = None,
        advice: str | None = None,
    ) -> None:
        """Adds a problem at the place of a key."""
        self.problems.append(
            Result(
                severity=severity,
                rule=rule,
                message=message,
                path=self.page.file(*key_path),
                line=self.page.line(*key_path),
                key=self.page.shown_key(*key_path),
                value=value,
                advice=advice,
            )
        )

    def note_for_site(self, rule: str, message: str, key: str, *, value: str, advice: str) -> None:
        """Adds a problem that pages of a site have all alike: without a place, so that all of them tell one."""
        self.problems.append(Result(Severity.WARNING, rule, message, key=key, value=value, advice=advice))

    def note_unmapped_keys(self) -> None:
        """Warns of every key of the page that neither the context nor the list of ignored keys names."""
        named = registry.named_keys(self.page.kind)
        for key in self.page.fields:
            if key not in named:
                self._unmapped(_known_keys(self.page.kind), key)

    def scrubbed(self, value: Value, key_path: KeyPath) -> Value:
        """A value at any depth without the e-mail addresses in its texts."""
        if isinstance(value, dict):
            return {
                key: inner
                if isinstance(inner, str) and not may_hold_email(inner)
                else self.scrubbed(inner, (*key_path, key))
                for key, inner in value.items()
            }
        if isinstance(value, list):
            return [
                inner
                if isinstance(inner, str) and not may_hold_email(inner)
                else self.scrubbed(inner, (*key_path, index))
                for index, inner in enumerate(value)
            ]
        return self._without_email(value, key_path)

    def _read(self, text: str, key_path: KeyPath, is_bare: bool = False) -> str:
        """A text as it goes into the graph. Says what is wrong with it if it is one for people.

        Outer blanks are no part of titles, nor of what `is_bare` and not for people: names, numbers, dates.
        """
        if may_be_odd(text) or text != text.strip():
            kind = registry.kind(self.page.kind)
            name = ".".join(part for part in key_path if isinstance(part, str))
            is_title = name in kind.titles
            if name in kind.prose:
                for rule, severity, message, value, advice in prose_problems(text, is_title):
                    self.note(rule, message, *key_path, severity=severity, value=value, advice=advice)
            text = text.strip() if is_title or (is_bare and name not in kind.prose) else text
        return self._without_email(text, key_path)

    def _without_email(self, text: str, key_path: KeyPath) -> str:
        if not may_hold_email(text):
            return text
        cleaned = without_email(text)
        if cleaned != text:
            self.note(
                "email-address",
                "an e-mail address stands here; it stays out of the graph",
                *key_path,
                severity=Severity.INFO,
                advice="Take it out of the page.",
            )
        return cleaned

    def _note_unmapped_columns(self, table: TableFile, header: tuple[str, ...]) -> None:
        kind = table_kinds()[table.kind]
        for column in header:
            if column and column not in (*kind.columns, *kind.ignored):
                self._unmapped(kind.columns, table.kind, 1, column)

    def _note_row(self, name: str, row: TableRow, tally: Tally) -> None:
        refused = row.texts is None
        tally.refused += refused
        if tally.refused <= _TOLD_ROWS or not refused:
            self.note(
                "row-refused" if refused else "row-shifted",
                row.problem or "",
                name,
                row.line,
                severity=Severity.VIOLATION if refused else Severity.WARNING,
                advice=f"expected {row.expected}",
            )
        elif tally.refused == _TOLD_ROWS + 1:
            self.note(
                "row-refused",
                "more rows like those above cannot be used; only the first hundred are told",
                name,
                row.line,
                severity=Severity.VIOLATION,
            )

    def _only_texts(self, items: list[Value], key_path: KeyPath, is_list: bool) -> Iterator[str]:
        for index, item in enumerate(items):
            if not isinstance(item, str):
                self._wrong_form(item, "a text", (*key_path, index) if is_list else key_path)
            elif not is_missing(item):
                yield self._read(item, (*key_path, index) if is_list else key_path, is_bare=True)

    def _row(self, value: Value, key_path: KeyPath) -> Row | None:
        if not isinstance(value, dict):
            self._wrong_form(value, "a mapping", key_path)
            return None
        kind = registry.kind(self.page.kind)
        key = str(key_path[0])
        columns, list_columns = kind.rows[key], kind.lists.get(key, ())
        texts: dict[str, str] = {}
        lists: dict[str, list[str]] = {}
        for key, item in value.items():
            if key not in columns:
                self._unmapped(columns, *key_path, key)
            elif key in list_columns:
                items: list[Value] = item if isinstance(item, list) else [item]
                lists[key] = list(self._only_texts(items, (*key_path, key), isinstance(item, list)))
            elif not isinstance(item, str):
                self._wrong_form(item, "a text", (*key_path, key))
            elif not (is_missing_word(item) if key in kind.verbatim else is_missing(item)):
                texts[key] = self._read(item, (*key_path, key))
        return Row(texts, key_path, lists)

    def _unmapped(self, known: Collection[str], *key_path: str | int) -> None:
        meant = get_close_matches(str(key_path[-1]), known, 1, _ALIKE)
        self.note(
            "key-unmapped",
            "no context maps this key and no list of ignored keys names it, so it is not in the graph",
            *key_path,
            advice=f"Did you mean {meant[0]}?"
            if meant
            else "Add it to the context or to the list of ignored keys of this kind of page.",
        )

    def _wrong_form(self, value: Value, expected: str, key_path: KeyPath) -> None:
        found = {str: "a text", list: "a list", dict: "a mapping"}[type(value)]
        self.note(
            "key-form",
            f"{found} where {expected} belongs",
            *key_path,
            severity=Severity.VIOLATION,
            value=value if isinstance(value, str) else None,
            advice=f"Write {expected}.",
        )


@cache
def _known_keys(kind_name: str) -> tuple[str, ...]:
    """The keys that pages of a kind may have, without the terms that only the context knows."""
    kind = registry.kind(kind_name)
    renamed = (term for term, key in kind.keys.items() if term != key)
    return tuple(sorted(registry.named_keys(kind_name).difference(renamed)))
