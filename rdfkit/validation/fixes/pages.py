"""Writes the changes of front matter into the text of a page: each in the quotes that stood there, and nothing else."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

import yaml

from rdfkit.errors import PageError
from rdfkit.sources.front_matter import bounds_in
from rdfkit.sources.page import Page
from rdfkit.sources.yaml_places import Place, Places, places
from rdfkit.sources.yaml_reader import Value, read_yaml
from rdfkit.validation.fixes.page_rules import PAGE_RULES, Change, schema_keys
from rdfkit.validation.fixes.repairs import Chosen, Repair

_MARK = "\ufeff"
_LINE_END = re.compile(r"\r\n|\n|\r")
_FLOW_SIGNS = frozenset("[]{},")
# A new key stands behind one of these, which each block has.
_BEFORE_NEW = ("@type", "@id", "@context")


class _Edit(NamedTuple):
    """What is written in place of the characters from `start` to `end`."""

    start: int
    end: int
    text: str


class _Planned(NamedTuple):
    rule: str
    change: Change
    edit: _Edit


def fix_page(content: bytes, page: Page, chosen: Chosen) -> tuple[bytes, list[Repair]]:
    """The bytes of a page with the repairs of the chosen rules, and what these are.

    A change that cannot be written where it belongs is not made: under an anchor, in a block of text. Neither is one
    with which the new text did not read as the old one with that change.
    """
    whole = content.decode("utf-8")
    mark = _MARK if whole.startswith(_MARK) else ""
    text = whole.removeprefix(mark)
    bounds = bounds_in(text)
    if bounds is None:
        return content, []
    start, end = bounds
    source = text[start:end]
    found = places(source)
    planned = [
        _Planned(rule, change, edit)
        for rule, change in _changes(page, found, chosen)
        if (edit := _edit(source, found, change)) is not None
    ]
    if not _reads_well(source, page, planned):
        planned = [one for one in planned if _reads_well(source, page, [one])]
    if not planned or not _reads_well(source, page, planned):
        return content, []
    rest = text[end:] if end is not None else ""
    repairs = [_repair(page, one.rule, one.change) for one in planned]
    return (mark + text[:start] + _edited(source, planned) + rest).encode("utf-8"), repairs


def _changes(page: Page, found: Places, chosen: Chosen) -> Iterator[tuple[str, Change]]:
    texts = {path: place.value for path, place in found.values.items()}
    for rule, changes in PAGE_RULES.items():
        if chosen(rule):
            yield from ((rule, change) for change in changes(page, texts))
    if chosen("schema-namespace"):
        yield from (("schema-namespace", change) for change in schema_keys(page, found.keys))


def _edit(source: str, found: Places, change: Change) -> _Edit | None:
    """Where and how a change is written; None where it cannot be."""
    if change.is_new:
        return _new_key(source, found, change)
    place = (found.keys if change.is_key else found.values).get(change.path)
    if place is None or place.style in ("|", ">"):
        return None
    written = _written(change.text, place.style)
    # A key without a value ends at its colon.
    gap = " " if place.start == place.end and source[: place.start].endswith(":") else ""
    return _Edit(place.start, place.end, gap + written)


def _new_key(source: str, found: Places, change: Change) -> _Edit | None:
    """A line for a reference under a new key, behind one of those lines that every block has."""
    above, name = change.path[:-1], str(change.path[-1])
    for known in _BEFORE_NEW:
        key, value = found.keys.get((*above, known)), found.values.get((*above, known))
        if key is None or value is None or above in found.flows or not _is_one_line(source, value):
            continue
        line_end = _LINE_END.search(source, value.end)
        at, ending = (line_end.end(), line_end[0]) if line_end else (len(source), "\n")
        before = "" if line_end else ending
        indent = " " * key.column
        lines = f"{indent}{name}:{ending}{indent}  '@id': {_written(change.text, '')}{ending}"
        return _Edit(at, at, before + lines)
    return None


def _is_one_line(source: str, value: Place) -> bool:
    return value.style not in ("|", ">") and not _LINE_END.search(source, value.start, value.end)


def _written(text: str, style: str) -> str:
    """A text in YAML in these quotes; where it needs some and has none, in single ones."""
    if style == '"' or not text.isprintable():
        return json.dumps(text, ensure_ascii=False)
    if style == "'" or not _is_plain(text):
        return "'" + text.replace("'", "''") + "'"
    return text


def _is_plain(text: str) -> bool:
    """Whether every reader of YAML takes a text for itself without quotes, also in brackets."""
    if _FLOW_SIGNS & set(text):
        return False
    try:
        return bool(yaml.safe_load(f"k: {text}") == {"k": text})
    except yaml.YAMLError:
        return False


def _edited(source: str, planned: list[_Planned]) -> str:
    for edit in sorted((one.edit for one in planned), reverse=True):
        source = source[: edit.start] + edit.text + source[edit.end :]
    return source


def _reads_well(source: str, page: Page, planned: list[_Planned]) -> bool:
    """Whether a text with its edits reads as the page with their changes, and nothing else."""
    wanted: dict[str, Value] = copy.deepcopy(page.fields)
    for change in sorted((one.change for one in planned), key=lambda one: len(one.path), reverse=True):
        _change(wanted, change)
    try:
        return read_yaml(_edited(source, planned), page.path)[0] == wanted
    except PageError:
        return False


def _change(fields: Any, change: Change) -> None:  # noqa: ANN401 - mappings and lists of any depth
    *above, last = change.path
    for part in above:
        fields = fields[part]
    if change.is_key:
        fields[change.text] = fields.pop(last)
    else:
        fields[last] = {"@id": change.text} if change.is_new else change.text


def _repair(page: Page, rule: str, change: Change) -> Repair:
    value: Any = page.fields
    for part in change.path if not change.is_new else ():
        value = value[part]
    before = str(change.path[-1]) if change.is_key else "" if change.is_new else str(value)
    return Repair(rule, page.line(*change.path), page.shown_key(*change.path), before, change.text)
