"""Changes to the text of a query: where they are made, and how they are told."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Repair:
    """One change that was made: `name` for programs, `sentence` for people."""

    name: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Repaired:
    """A query after repair, and what was done to it, in the order in which it was done."""

    text: str
    repairs: tuple[Repair, ...]


@dataclass(frozen=True, slots=True, order=True)
class Edit:
    """`text` in place of the characters from `start` to `end`."""

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Found:
    """What a repair would change, and how it says so."""

    edits: list[Edit]
    sentence: str


def fresh_name(name: str, taken: set[str]) -> str:
    """The name, with as many `_` after it as make it differ from all that are `taken`, to which it is added."""
    while name in taken:
        name += "_"
    taken.add(name)
    return name


def edited(text: str, edits: Iterable[Edit]) -> str:
    """The text with these changes, none of which overlaps another."""
    parts, position = [], 0
    for edit in sorted(edits):
        parts += [text[position : edit.start], edit.text]
        position = edit.end
    return "".join([*parts, text[position:]])
