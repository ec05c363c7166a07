"""Reads the fields of one page: drops what is missing, and notes what has the wrong form."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rdfkit import kinds
from rdfkit.contexts import terms
from rdfkit.front_matter import KeyPath, Value
from rdfkit.identifiers import is_missing
from rdfkit.report import Result, Severity

if TYPE_CHECKING:
    from rdfkit.pages import Page


# The key of the block that every kind of page may carry.
BLOCK = "schema-jsonld"


@dataclass(frozen=True, slots=True)
class Row:
    """One mapping of a list such as `genes`: its texts without missing ones, and where it stands."""

    texts: dict[str, str]
    key_path: KeyPath

    def get(self, key: str) -> str | None:
        """The text under a key, None when it is missing."""
        return self.texts.get(key)


class Fields:
    """The fields of a page, read with care. What is wrong with them collects in `problems`."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.problems: list[Result] = []
        if not page.closed:
            self.note(
                "page-fence",
                "the closing line of three hyphens is missing",
                advice="Write --- after the last key.",
            )

    def text(self, key: str) -> str | None:
        """The text under a key; None when it is missing or no text."""
        value = self.page.fields.get(key)
        if isinstance(value, str):
            return None if is_missing(value) else value
        if value:
            self._wrong_form(value, "a text", (key,))
        return None

    def texts(self, key: str) -> list[str]:
        """The texts under a key that holds one text or a list of texts, without missing ones."""
        value = self.page.fields.get(key, "")
        items: list[Value] = value if isinstance(value, list) else [value]
        return list(self._only_texts(items, (key,), isinstance(value, list)))

    def rows(self, key: str) -> list[Row]:
        """The mappings under a key that holds a list of mappings."""
        value = self.page.fields.get(key, [])
        if isinstance(value, str) and is_missing(value):
            return []
        if not isinstance(value, list):
            self._wrong_form(value, "a list of mappings", (key,))
            return []
        rows = (self._row(item, (key, index)) for index, item in enumerate(value))
        return [row for row in rows if row is not None]

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
                path=self.page.path,
                line=self.page.line(*key_path),
                key=shown_key(key_path),
                value=value,
                advice=advice,
            )
        )

    def note_unmapped_keys(self) -> None:
        """Warns of every key of the page that neither the context nor the list of ignored keys names."""
        kind = kinds.kind(self.page.kind)
        mapped = terms(kind.name) | set(kind.keys.values()) | kind.rows.keys()
        for key in self.page.fields:
            if key not in mapped and key not in kind.ignored and key != BLOCK:
                self._unmapped(key)

    def _only_texts(self, items: list[Value], key_path: KeyPath, is_list: bool) -> Iterator[str]:
        for index, item in enumerate(items):
            if not isinstance(item, str):
                self._wrong_form(item, "a text", (*key_path, index) if is_list else key_path)
            elif not is_missing(item):
                yield item

    def _row(self, value: Value, key_path: tuple[str, int]) -> Row | None:
        if not isinstance(value, dict):
            self._wrong_form(value, "a mapping", key_path)
            return None
        kind = kinds.kind(self.page.kind)
        columns = kind.rows[key_path[0]]
        texts: dict[str, str] = {}
        for key, item in value.items():
            if key not in columns:
                self._unmapped(*key_path, key)
            elif not isinstance(item, str):
                self._wrong_form(item, "a text", (*key_path, key))
            elif not is_missing(item) or (key in kind.verbatim and item):
                texts[key] = item
        return Row(texts, key_path)

    def _unmapped(self, *key_path: str | int) -> None:
        self.note(
            "key-unmapped",
            "no context maps this key and no list of ignored keys names it, so it is not in the graph",
            *key_path,
            advice="Add it to the context or to the list of ignored keys of this kind of page.",
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


def shown_key(key_path: KeyPath) -> str | None:
    """A key path as people read it: `genes[3].entrez`; None for the whole page."""
    shown = ""
    for part in key_path:
        shown += f"[{part}]" if isinstance(part, int) else f".{part}" if shown else part
    return shown or None
