"""Where the values of front matter stand in its text, for those who change one and leave all else as it is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from yaml.events import (
    AliasEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from rdfkit.sources.yaml_reader import MERGE, OLD_BREAKS, KeyPath, events


@dataclass(frozen=True, slots=True)
class Place:
    """Where a text stands in a source: from `start` to `end` (characters), of which line (from 0) and column.

    `style` is its quote, `|` or `>` of a block, or empty.
    """

    start: int
    end: int
    line: int
    column: int
    style: str
    value: str


@dataclass(frozen=True, slots=True)
class Places:
    """The places of the texts and keys of one source, by key path.

    What has an anchor, or stands under an alias or a merge key, has no place: a change there would change more than one
    value. `flows` are the paths of mappings in braces.
    """

    values: Mapping[KeyPath, Place]
    keys: Mapping[KeyPath, Place]
    flows: frozenset[KeyPath]


def places(source: str) -> Places:
    """The places in the YAML of a front matter that was read without an error."""
    finder = _Finder(events(source.translate(OLD_BREAKS)))
    finder.following()
    finder.find(finder.following(), (), told=True)
    return Places(finder.values, finder.keys, frozenset(finder.flows))


class _Finder:
    """Follows the events of one source."""

    def __init__(self, following: Callable[[], Any]) -> None:
        self.following = following
        self.values: dict[KeyPath, Place] = {}
        self.keys: dict[KeyPath, Place] = {}
        self.flows: set[KeyPath] = set()

    def find(self, event: Event, path: KeyPath, *, told: bool) -> None:
        """Notes what stands in the node that begins with an event, or only passes over it."""
        told = told and getattr(event, "anchor", None) is None
        if isinstance(event, MappingStartEvent):
            self._mapping(event, path, told=told)
        elif isinstance(event, SequenceStartEvent):
            number = 0
            while not isinstance(item := self.following(), SequenceEndEvent):
                self.find(item, (*path, number), told=told)
                number += 1
        elif isinstance(event, ScalarEvent) and told:
            self.values[path] = _place(event)

    def _mapping(self, event: MappingStartEvent, path: KeyPath, *, told: bool) -> None:
        if told and event.flow_style:
            self.flows.add(path)
        while not isinstance(key := self.following(), MappingEndEvent):
            is_plain = isinstance(key, ScalarEvent) and key.anchor is None and key.value != MERGE
            below = (*path, key.value) if isinstance(key, ScalarEvent) else path
            if told and is_plain:
                self.keys[below] = _place(key)
            if not isinstance(key, ScalarEvent | AliasEvent):
                self.find(key, below, told=False)
            self.find(self.following(), below, told=told and is_plain)


def _place(event: Any) -> Place:  # noqa: ANN401 - a ScalarEvent, which has both marks
    start, end = event.start_mark, event.end_mark
    return Place(start.index, end.index, start.line, start.column, event.style or "", event.value)
