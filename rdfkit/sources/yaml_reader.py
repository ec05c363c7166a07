"""YAML as text: its values, and the line of every key.

Every scalar is the text that stands in the file: `NO`, `1e5` and `2025-12-01` are strings, as PyYAML's base
loader gives them. Values are read from the events of PyYAML's parser, so that depth, aliases and duplicate keys are
checked before anything is built. Only findings need lines: most are noted while the values are read, and for the others
the events are read again.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

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

from rdfkit.errors import PageError

MAX_DEPTH = 64
# Anchors and aliases have honest uses on a page, a bomb needs many.
MAX_ALIASES = 100
MAX_NODES = 200_000
# The key whose mappings are merged into the one that it stands in: https://yaml.org/type/merge.html
MERGE = "<<"
# Line breaks of YAML 1.1, which are characters like any other in YAML 1.2 and for every editor. While PyYAML reads a
# text with one of them, noncharacters stand in their place.
OLD_BREAKS = {0x85: "\ufdd0", 0x2028: "\ufdd1", 0x2029: "\ufdd2"}

_LOADER = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
# Newer versions of libyaml refuse more than 1,000 open brackets. They look 1,024 characters of a line ahead, so where
# nearly all of these are brackets (more than ten in a row somewhere), that error hides what is over our limit.
_MANY_BRACKETS = 512
_BRACKETS = re.compile(r"[\[{]{10}")

Value = str | list["Value"] | dict[str, "Value"]
KeyPath = tuple[str | int, ...]


class Lines(Mapping[KeyPath, int]):
    """The line (from 1, in the file) of every key and list item by its path, such as `("genes", 3, "entrez")`.

    `outer` has the outermost keys and those of the mappings right below them; for all others the text, which is
    valid, is read again.
    """

    __slots__ = ("_outer", "_read", "_source")

    def __init__(self, source: str, outer: dict[KeyPath, int]) -> None:
        self._source = source
        self._outer = outer
        self._read: dict[KeyPath, int] | None = None

    def __getitem__(self, path: KeyPath) -> int:
        is_outer = len(path) == 1 or (len(path) == 2 and isinstance(path[1], str))
        return self._outer[path] if is_outer else self._all()[path]

    def __iter__(self) -> Iterator[KeyPath]:
        return iter(self._all())

    def __len__(self) -> int:
        return len(self._all())

    def __reduce__(self) -> tuple[type[Lines], tuple[str, dict[KeyPath, int]]]:
        return Lines, (self._source, self._outer)

    def _all(self) -> dict[KeyPath, int]:
        if self._read is None:
            self._read = dict(_key_lines(self._source))
        return self._read


def read_yaml(source: str, shown: str) -> tuple[dict[str, Value], Lines]:
    """The values of front matter, and the lines of its keys in a file that has one line before it.

    Raises PageError, with line and column where there are any, when it is not YAML, not a mapping, over 64 levels deep,
    full of aliases, or names a key twice.
    """
    has_breaks = any(chr(code) in source for code in OLD_BREAKS)
    if has_breaks:
        source = source.translate(OLD_BREAKS)
    reader = _Reader(source, shown)
    fields = reader.read()
    if has_breaks:
        fields = {_with_breaks(key): _restored(value) for key, value in fields.items()}
    return fields, Lines(source, reader.lines)


def _restored(value: Value) -> Value:
    """A value with the line breaks of YAML 1.1 that it had before it was read."""
    if isinstance(value, str):
        return _with_breaks(value)
    if isinstance(value, list):
        return [_restored(item) for item in value]
    return {_with_breaks(key): _restored(item) for key, item in value.items()}


def _with_breaks(text: str) -> str:
    for code, character in OLD_BREAKS.items():
        text = text.replace(character, chr(code))
    return text


def events(source: str) -> Callable[[], Any]:
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
    following = events(source)
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
        # Of the outermost keys and those right below them: most findings need no others.
        self.lines: dict[KeyPath, int] = {}
        self.outermost = ""
        self.anchors: dict[str, tuple[Value, int]] = {}
        self.aliases = 0
        self.nodes = 0

    def read(self) -> dict[str, Value]:
        try:
            self._next = events(self.source)
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
        merged: list[tuple[ScalarEvent, dict[str, Value]]] = []
        while type(event := following()) is not MappingEndEvent:
            if type(event) is not ScalarEvent:
                raise self._error("a key is not plain text", event, "key: value")
            key = event.value
            if depth == 1:
                self.outermost = key
            if key == MERGE and event.implicit[0]:
                merged += self._merged(event, self._value(following(), depth))
                continue
            if key in fields:
                raise self._twice(event, keys[list(fields).index(key)])
            keys.append(event)
            fields[key] = self._value(following(), depth)
        if depth <= 2:
            above = () if depth == 1 else (self.outermost,)
            self.lines.update(((*above, key.value), _line(key)) for key in keys)
            for event, other in merged:
                for key in other:
                    self.lines.setdefault((*above, key), _line(event))
        # What stands in the mapping itself goes first, then what comes first.
        for _, other in merged:
            fields = other | fields
        return fields

    def _merged(self, event: ScalarEvent, value: Value) -> Iterator[tuple[ScalarEvent, dict[str, Value]]]:
        """The mappings under a merge key, in the order in which one goes before the next."""
        for other in value if isinstance(value, list) else [value]:
            if not isinstance(other, dict):
                raise self._error(
                    "what is merged is no mapping", event, "<<: a mapping or a list of mappings"
                )
            yield event, other

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
