"""YAML front matter as text: splits it from a file, reads it, and finds the line of every key.

Every scalar is the text that stands in the file: `NO`, `1e5` and `2025-12-01` are strings, as PyYAML's base
loader gives them (YAML 1.1 has its own ideas). What is plain is read by `plain_yaml`. All else is read from parser
events, so that depth, aliases and duplicate keys are checked before anything is built; so are lines, which only
findings need, once somebody asks for one.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import yaml

from rdfkit import plain_yaml
from rdfkit.errors import ArchiveError, PageError
from rdfkit.places import open_bytes

MAX_FILE_BYTES = 16 * 1024 * 1024
_FIRST_BYTES = 64 * 1024
MAX_FRONT_MATTER_BYTES = 1024 * 1024
MAX_DEPTH = 64
# Anchors and aliases have honest uses on a page, a bomb needs many.
MAX_ALIASES = 100
MAX_NODES = 200_000

# From so many on it is quicker to find the lines of all keys.
_MANY_LINES = 20
_LOADER = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
# Newer versions of libyaml refuse more than 1,000 open brackets. They look 1,024 characters of a line ahead, so where
# nearly all of these are brackets (more than ten in a row somewhere), that error hides what is over our limit.
_MANY_BRACKETS = 512
_BRACKETS = re.compile(r"[\[{]{10}")
_FENCE = re.compile(rb"---[ \t]*(?:\r\n|\n|\r|\Z)")
_OPENING_FENCE = re.compile(r"---[ \t]*(?:\r\n|\n|\r|\Z)")
_CLOSING_FENCE = re.compile(r"(?<=[\r\n])(?:---|\.\.\.)[ \t]*(?=\r|\n|\Z)")

Value = str | list["Value"] | dict[str, "Value"]
KeyPath = tuple[str | int, ...]


class Lines(Mapping[KeyPath, int]):
    """The line (from 1, in the file) of every key and list item by its path, such as `("genes", 3, "entrez")`.

    `found` are those of a text that is not plain YAML; in plain YAML each is found when somebody asks for it.
    """

    __slots__ = ("_asked", "_found", "_is_plain", "_source")

    def __init__(self, source: str, found: dict[KeyPath, int] | None = None) -> None:
        self._source = source
        self._found = found
        self._is_plain = found is None
        self._asked = 0

    def __getitem__(self, path: KeyPath) -> int:
        self._asked += 1
        if self._is_plain and self._asked < _MANY_LINES:
            line = plain_yaml.line_of(self._source, path)
            if line is None:
                raise KeyError(path)
            # The opening fence is line 1 of the file.
            return line + 1
        return self._lines()[path]

    def __iter__(self) -> Iterator[KeyPath]:
        return iter(self._lines())

    def __len__(self) -> int:
        return len(self._lines())

    def __reduce__(self) -> tuple[type[Lines], tuple[str, dict[KeyPath, int] | None]]:
        return Lines, (self._source, None if self._is_plain else self._found)

    def _lines(self) -> dict[KeyPath, int]:
        if self._found is None:
            _, self._found = _Reader(self._source, "").read()
        return self._found


@dataclass(frozen=True, slots=True)
class FrontMatter:
    """What stands between the fences.

    `fields` are the values, `lines` the lines of their keys. `closed` says whether the closing fence was there.
    """

    fields: dict[str, Value]
    lines: Mapping[KeyPath, int]
    closed: bool


def read_file(path: str | Path, shown: str) -> bytes | None:
    """The bytes of a file that begins with front matter; None when it begins otherwise.

    Raises PageError when the file cannot be read or is larger than 16 MB. Only the first bytes of a file
    without front matter are read.
    """
    try:
        with open_bytes(str(path)) as file:
            head = file.read(64)
            if not starts_with_fence(head):
                return None
            content = head + file.read(_FIRST_BYTES)
            if len(content) > _FIRST_BYTES:
                # As much as is asked for is set aside first, so it is asked for by large files only.
                content += file.read(MAX_FILE_BYTES)
            if len(content) > MAX_FILE_BYTES:
                raise PageError(
                    "is too large for a page",
                    path=shown,
                    value=_size(file, content),
                    expected="at most 16 MB",
                )
            return content
    except OSError as error:
        raise PageError(f"cannot be read: {error.strerror}", path=shown) from error
    except ArchiveError as error:
        raise PageError(error.message, path=shown, expected=error.expected) from error


def _size(file: BinaryIO, content: bytes) -> str:
    """How large a file is: only a file on this machine tells before it is read to its end."""
    try:
        return f"{os.fstat(file.fileno()).st_size} bytes"
    except OSError:
        return f"{len(content)} bytes or more"


def starts_with_fence(head: bytes) -> bool:
    """Whether bytes begin with a line of three hyphens, after a byte order mark or not (UTF-16 included)."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return head[2:].replace(b"\x00", b"").startswith(b"---")
    return _FENCE.match(head.removeprefix(b"\xef\xbb\xbf")) is not None


def read_front_matter(content: bytes, shown: str) -> FrontMatter:
    """The front matter of a file's bytes, read as text.

    Takes CRLF and a byte order mark, a missing closing fence, and body text after it. Raises PageError, with
    line and column where there are any, when the bytes are not UTF-8 (the message has the byte offset), not
    YAML, not a mapping, over 1 MB, over 64 levels deep, full of aliases, or name a key twice.
    """
    text = _decode(content, shown)
    opening = _OPENING_FENCE.match(text)
    if opening is None:
        raise PageError("has no front matter", path=shown, line=1, expected="a first line of three hyphens")
    end = _end(text, opening.end())
    source = text[opening.end() : end]
    # A character is a byte at least, and most pages are far smaller than their front matter may be.
    if len(content) > MAX_FRONT_MATTER_BYTES and len(source.encode()) > MAX_FRONT_MATTER_BYTES:
        raise PageError("has front matter that is too large", path=shown, line=1, expected="at most 1 MB")
    fields, lines = _read(source, shown)
    return FrontMatter(fields, lines, closed=end is not None)


def _end(text: str, start: int) -> int | None:
    """Where the front matter that begins there ends: at its closing fence, None when it has none."""
    # Looking for the characters of a fence first takes a twentieth of the time.
    position = start - 1
    if "\r" not in text and "\n..." not in text:
        position = text.find("\n---", position)
    found = _CLOSING_FENCE.search(text, max(position, start)) if position >= 0 else None
    return found.start() if found else None


def _read(source: str, shown: str) -> tuple[dict[str, Value], Lines]:
    """The values of a front matter, and the lines of their keys."""
    try:
        return plain_yaml.read(source), Lines(source)
    except plain_yaml.NotPlainError:
        fields, lines = _Reader(source, shown).read()
        return fields, Lines(source, lines)


def _decode(content: bytes, shown: str) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise PageError(
            f"is not UTF-8: byte {content[error.start]:#04x} at offset {error.start}",
            path=shown,
            line=line,
            expected="UTF-8 text",
        ) from error


class _Reader:
    """Builds the tree of one front matter from YAML events."""

    def __init__(self, source: str, shown: str) -> None:
        self.source = source
        self.shown = shown
        self.lines: dict[KeyPath, int] = {}
        self.anchors: dict[str, tuple[Value, int]] = {}
        self.aliases = 0
        self.nodes = 0

    def read(self) -> tuple[dict[str, Value], dict[KeyPath, int]]:
        try:
            events = self._events()
            first = next(events, None)
            value: Value = {} if first is None else self._value(first, events, (), 0)
            self._end(events)
        except yaml.MarkedYAMLError as error:
            raise self._not_yaml(error) from error
        except yaml.reader.ReaderError as error:
            raise self._not_text(error) from error
        if not isinstance(value, dict):
            raise PageError(
                "front matter is not a mapping", path=self.shown, line=2, expected="lines of key: value"
            )
        return value, self.lines

    def _events(self) -> Iterator[yaml.Event]:
        skipped = (yaml.StreamStartEvent, yaml.DocumentStartEvent)
        for event in yaml.parse(self.source, Loader=self._loader()):
            if isinstance(event, yaml.StreamEndEvent):
                return
            if not isinstance(event, skipped):
                yield event

    def _loader(self) -> type[yaml.BaseLoader]:
        """The parser in C; PyYAML's own, which is slow and has no limit, where that in C may come to its limit."""
        brackets = self.source.count("[") + self.source.count("{")
        if brackets > _MANY_BRACKETS and _BRACKETS.search(self.source):
            return yaml.BaseLoader
        return _LOADER

    def _end(self, events: Iterator[yaml.Event]) -> None:
        for event in events:
            if not isinstance(event, yaml.DocumentEndEvent):
                raise self._error("a second YAML document in the front matter", event, "one document")

    def _value(self, event: yaml.Event, events: Iterator[yaml.Event], path: KeyPath, depth: int) -> Value:
        if depth > MAX_DEPTH:
            raise self._error("is nested too deeply", event, f"at most {MAX_DEPTH} levels")
        if isinstance(event, yaml.AliasEvent):
            return self._alias(event)
        before = self.nodes
        self._count(1, event)
        value: Value
        if isinstance(event, yaml.ScalarEvent):
            value = event.value
        elif isinstance(event, yaml.SequenceStartEvent):
            value = self._sequence(events, path, depth)
        elif isinstance(event, yaml.MappingStartEvent):
            value = self._mapping(events, path, depth)
        else:
            raise self._error("has no value where one belongs", event, "a text, a list or a mapping")
        if event.anchor is not None:
            self.anchors[event.anchor] = (value, self.nodes - before)
        return value

    def _sequence(self, events: Iterator[yaml.Event], path: KeyPath, depth: int) -> list[Value]:
        items: list[Value] = []
        for event in events:
            if isinstance(event, yaml.SequenceEndEvent):
                break
            item_path = (*path, len(items))
            self.lines[item_path] = self._line(event)
            items.append(self._value(event, events, item_path, depth + 1))
        return items

    def _mapping(self, events: Iterator[yaml.Event], path: KeyPath, depth: int) -> dict[str, Value]:
        fields: dict[str, Value] = {}
        for event in events:
            if isinstance(event, yaml.MappingEndEvent):
                break
            key = self._key(event)
            if key in fields:
                first = self.lines[(*path, key)]
                raise PageError(
                    f"the key stands twice, first on line {first}",
                    path=self.shown,
                    line=self._line(event),
                    key=key,
                    expected="each key once",
                )
            key_path = (*path, key)
            self.lines[key_path] = self._line(event)
            fields[key] = self._value(next(events), events, key_path, depth + 1)
        return fields

    def _key(self, event: yaml.Event) -> str:
        if isinstance(event, yaml.ScalarEvent):
            return str(event.value)
        raise self._error("a key is not plain text", event, "key: value")

    def _alias(self, event: yaml.AliasEvent) -> Value:
        self.aliases += 1
        if event.anchor not in self.anchors:
            raise self._error(f"the alias *{event.anchor} has no anchor", event, "an anchor before its alias")
        value, nodes = self.anchors[event.anchor]
        # An alias stands for all that it repeats: that is what makes a bomb of a few lines.
        self._count(nodes, event)
        if self.aliases > MAX_ALIASES:
            raise self._error("has too many aliases", event, f"at most {MAX_ALIASES}")
        return value

    def _count(self, nodes: int, event: yaml.Event) -> None:
        self.nodes += nodes
        if self.nodes > MAX_NODES:
            raise self._error("front matter has too many values", event, f"at most {MAX_NODES}")

    def _line(self, event: yaml.Event) -> int:
        # Marks count from 0 and the opening fence is line 1 of the file.
        return event.start_mark.line + 2 if event.start_mark else 1

    def _error(self, message: str, event: yaml.Event, expected: str) -> PageError:
        column = event.start_mark.column + 1 if event.start_mark else None
        return PageError(message, path=self.shown, line=self._line(event), column=column, expected=expected)

    def _not_yaml(self, error: yaml.MarkedYAMLError) -> PageError:
        mark = error.problem_mark or error.context_mark
        return PageError(
            f"is not YAML: {error.problem or error.context}",
            path=self.shown,
            line=mark.line + 2 if mark else None,
            column=mark.column + 1 if mark else None,
            expected="YAML front matter",
        )

    def _not_text(self, error: yaml.reader.ReaderError) -> PageError:
        position = error.position if isinstance(error.position, int) else 0
        line = self.source.count("\n", 0, position) + 2
        return PageError(
            f"is not YAML: {error.reason}", path=self.shown, line=line, expected="printable text"
        )
