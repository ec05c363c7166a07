"""YAML front matter as text: splits it from a file, reads it, and finds the line of every key.

Every scalar is the text that stands in the file: `NO`, `1e5` and `2025-12-01` are strings, as PyYAML's base
loader gives them. Values are read from the events of PyYAML's parser, so that depth, aliases and duplicate keys are
checked before anything is built. Only findings need lines: they are read from the events again when one is asked for.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import yaml
from yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
)

from rdfkit.errors import ArchiveError, PageError
from rdfkit.sources.filesystems import open_bytes

MAX_FILE_BYTES = 16 * 1024 * 1024
_FIRST_BYTES = 64 * 1024
MAX_FRONT_MATTER_BYTES = 1024 * 1024
MAX_DEPTH = 64
# Anchors and aliases have honest uses on a page, a bomb needs many.
MAX_ALIASES = 100
MAX_NODES = 200_000

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

    `found` are lines that are known already; for all others the text, which is valid front matter, is read again.
    """

    __slots__ = ("_found", "_is_complete", "_source")

    def __init__(self, source: str, found: dict[KeyPath, int]) -> None:
        self._source = source
        self._found = found
        self._is_complete = False

    def __getitem__(self, path: KeyPath) -> int:
        return self._found[path] if path in self._found else self._all()[path]

    def __iter__(self) -> Iterator[KeyPath]:
        return iter(self._all())

    def __len__(self) -> int:
        return len(self._all())

    def __reduce__(self) -> tuple[type[Lines], tuple[str, dict[KeyPath, int]]]:
        return Lines, (self._source, {})

    def _all(self) -> dict[KeyPath, int]:
        if not self._is_complete:
            self._found, self._is_complete = dict(_key_lines(self._source)), True
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
    reader = _Reader(source, shown)
    return FrontMatter(reader.read(), Lines(source, reader.lines), closed=end is not None)


def _end(text: str, start: int) -> int | None:
    """Where the front matter that begins there ends: at its closing fence, None when it has none."""
    # Looking for the characters of a fence first takes a twentieth of the time.
    position = start - 1
    if "\r" not in text and "\n..." not in text:
        position = text.find("\n---", position)
    found = _CLOSING_FENCE.search(text, max(position, start)) if position >= 0 else None
    return found.start() if found else None


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


def _events(source: str) -> Callable[[], Any]:
    """What gives the next event of a text, from its first document on."""
    following: Callable[[], Any] = _loader(source)(source).get_event
    following()
    return following


def _loader(source: str) -> type[yaml.BaseLoader]:
    """The parser in C; PyYAML's own, which is slow and has no limit, where that in C may come to its limit."""
    brackets = source.count("[") + source.count("{")
    if brackets > _MANY_BRACKETS and _BRACKETS.search(source):
        return yaml.BaseLoader
    return _LOADER


def _line(event: Event) -> int:
    # Marks count from 0 and the opening fence is line 1 of the file.
    return event.start_mark.line + 2 if event.start_mark else 1


def _key_lines(source: str) -> Iterator[tuple[KeyPath, int]]:
    """The path and the line of every key and list item, in the order of the text."""
    following = _events(source)
    following()
    yield from _lines_below(following(), following, ())


def _lines_below(event: Event, following: Callable[[], Any], path: KeyPath) -> Iterator[tuple[KeyPath, int]]:
    if isinstance(event, MappingStartEvent):
        while isinstance(key := following(), ScalarEvent):
            key_path = (*path, key.value)
            yield key_path, _line(key)
            yield from _lines_below(following(), following, key_path)
    elif isinstance(event, SequenceStartEvent):
        number = 0
        while not isinstance(item := following(), SequenceEndEvent):
            item_path = (*path, number)
            yield item_path, _line(item)
            yield from _lines_below(item, following, item_path)
            number += 1


class _Reader:
    """Builds the values of one front matter from YAML events."""

    def __init__(self, source: str, shown: str) -> None:
        self.source = source
        self.shown = shown
        # Of the outermost keys only: most findings, and the identifier of each page, need no others.
        self.lines: dict[KeyPath, int] = {}
        self.anchors: dict[str, tuple[Value, int]] = {}
        self.aliases = 0
        self.nodes = 0

    def read(self) -> dict[str, Value]:
        try:
            self._next = _events(self.source)
            value = self._document()
        except yaml.MarkedYAMLError as error:
            raise self._not_yaml(error) from error
        except yaml.reader.ReaderError as error:
            raise self._not_text(error) from error
        if not isinstance(value, dict):
            raise PageError(
                "front matter is not a mapping", path=self.shown, line=2, expected="lines of key: value"
            )
        return value

    def _document(self) -> Value:
        if isinstance(self._next(), StreamEndEvent):
            return {}
        value = self._value(self._next(), 0)
        self._next()
        if isinstance(self._next(), DocumentStartEvent):
            raise self._error("a second YAML document in the front matter", self._next(), "one document")
        return value

    # Most of the time goes into these three. `type` is quicker than `isinstance`, and the parser makes no subclasses.

    def _value(self, event: NodeEvent, depth: int) -> Value:
        if depth > MAX_DEPTH:
            raise self._error("is nested too deeply", event, f"at most {MAX_DEPTH} levels")
        if type(event) is AliasEvent:
            return self._alias(event)
        before = self.nodes
        self.nodes += 1
        if self.nodes > MAX_NODES:
            raise self._too_many(event)
        value: Value
        if type(event) is ScalarEvent:
            value = event.value
        elif type(event) is SequenceStartEvent:
            value = self._sequence(depth + 1)
        else:
            value = self._mapping(depth + 1)
        if event.anchor is not None:
            self.anchors[event.anchor] = (value, self.nodes - before)
        return value

    def _sequence(self, depth: int) -> list[Value]:
        following = self._next
        items: list[Value] = []
        while type(event := following()) is not SequenceEndEvent:
            items.append(self._value(event, depth))
        return items

    def _mapping(self, depth: int) -> dict[str, Value]:
        following = self._next
        fields: dict[str, Value] = {}
        keys: list[ScalarEvent] = []
        while type(event := following()) is not MappingEndEvent:
            if type(event) is not ScalarEvent:
                raise self._error("a key is not plain text", event, "key: value")
            key = event.value
            if key in fields:
                raise self._twice(event, keys[list(fields).index(key)])
            keys.append(event)
            fields[key] = self._value(following(), depth)
        if depth == 1:
            self.lines = {(key.value,): _line(key) for key in keys}
        return fields

    def _twice(self, event: ScalarEvent, first: ScalarEvent) -> PageError:
        return PageError(
            f"the key stands twice, first on line {_line(first)}",
            path=self.shown,
            line=_line(event),
            key=event.value,
            expected="each key once",
        )

    def _alias(self, event: AliasEvent) -> Value:
        self.aliases += 1
        if event.anchor not in self.anchors:
            raise self._error(f"the alias *{event.anchor} has no anchor", event, "an anchor before its alias")
        value, nodes = self.anchors[event.anchor]
        # An alias stands for all that it repeats: that is what makes a bomb of a few lines.
        self.nodes += nodes
        if self.nodes > MAX_NODES:
            raise self._too_many(event)
        if self.aliases > MAX_ALIASES:
            raise self._error("has too many aliases", event, f"at most {MAX_ALIASES}")
        return value

    def _too_many(self, event: Event) -> PageError:
        return self._error("front matter has too many values", event, f"at most {MAX_NODES}")

    def _error(self, message: str, event: Event, expected: str) -> PageError:
        column = event.start_mark.column + 1 if event.start_mark else None
        return PageError(message, path=self.shown, line=_line(event), column=column, expected=expected)

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
