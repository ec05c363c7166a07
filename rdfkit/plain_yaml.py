"""Reads the YAML that programs write as they write it: block mappings and lists of plain and quoted texts.

Most pages hold nothing else, and a reader that knows no more is several times faster than a YAML parser. It splits
the text at the indentation of each level, so that nearly all of its work is done by `str` methods. What it does not
know (anchors, tags, block scalars, comments, escapes, tabs, odd indentation, a key that stands twice) it refuses, and
so it does with anything that is no YAML: the parser has the last word on those.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rdfkit.errors import RdfkitError

if TYPE_CHECKING:
    from rdfkit.front_matter import Value

# Far below the limits of front matter on size, depth and number of values, so that none has to be counted here.
MAX_CHARACTERS = 256 * 1024
MAX_INDENT = 24

# Control characters and noncharacters, which YAML forbids; tabs, line ends other than \n and byte order marks, which
# have rules of their own.
_CONTROL = bytes(sorted({*range(0x20), 0x7F} - {0x0A}))
_NO_CONTROL = bytes(byte for byte in range(256) if byte not in _CONTROL)
_C1 = re.compile(rb"\xc2[\x80-\x9f]")
_KEY = re.compile(r"[A-Za-z0-9_][\w@./+()-]*(?: [\w@./+()-]+)*", re.ASCII)
_QUOTED_KEY = re.compile(r"'[^'\n]+'|\"[^\"\\\n]+\"")
_MAX_KEY = 128
# Keys met before, as they are written and as they are read.
_KEYS: dict[str, str] = {}
_MAX_KEYS = 4096
# A colon that would make a key of what stands before it.
_KEY_COLON = re.compile(r":(?=[ \n]|\Z)")
# What no plain text begins with; the empty text too.
_INDICATORS = frozenset([*"-?:,[]{}#&*!|>'\"%@` \n", ""])
_FLOW_TEXT = r"(?:'[^'\n]*'|\"[^\"\\\n]*\"|[A-Za-z0-9_](?:[\w.-]| (?=\w))*)"
_FLOW_LIST = re.compile(rf"\[{_FLOW_TEXT}(?:, *{_FLOW_TEXT})*\]", re.ASCII)
_FLOW_ITEM = re.compile(_FLOW_TEXT, re.ASCII)

_EMPTY: dict[str, type[str] | type[list[Value]] | type[dict[str, Value]]] = {"": str, "[]": list, "{}": dict}

# By indentation: line ends before a list item, before a key, in an even text, and before a line too far left for one.
_LEVELS = ["\n" + " " * indent for indent in range(MAX_INDENT + 1)]
_ITEM_BREAKS = [level + "- " for level in _LEVELS]
_ENTRY_BREAKS = [re.compile(level + r"(?![ \n-])") for level in _LEVELS]
_EVEN_BREAKS = [level + "  " for level in _LEVELS]
_SHALLOW_LINES = [re.compile(rf"\n(?!\n| {{{indent + 1}}})") for indent in range(MAX_INDENT + 1)]
_LINE_ENDS = re.compile(r"\n+ *")


class NotPlainError(RdfkitError):
    """A text is not of the plain part of YAML that this module reads."""


def read(source: str) -> dict[str, Value]:
    """The mapping in a YAML text, every scalar as PyYAML's base loader gives it.

    Raises NotPlainError for what is not plain, whether it is YAML or not.
    """
    if len(source) > MAX_CHARACTERS or ("#" in source and " #" in source):
        raise NotPlainError("is not plain")
    text = source.replace("\r\n", "\n") if "\r" in source else source
    _check_characters(text)
    if " \n" in text:
        # Spaces at the end of a line are part of no text, since texts with escapes are refused.
        text = "\n".join([line.rstrip(" ") for line in text.split("\n")])
    text = text.strip("\n").rstrip(" \n")
    return _mapping(text, 0) if text else {}


def _check_characters(text: str) -> None:
    content = text.encode()
    if content.translate(None, _NO_CONTROL):
        raise NotPlainError("has control characters")
    if len(content) > len(text) and (
        "\u2028" in text
        or "\u2029" in text
        or "\ufeff" in text
        or "\ufffe" in text
        or "\uffff" in text
        or _C1.search(content)
    ):
        raise NotPlainError("has characters that are not printable")


def _mapping(text: str, indent: int) -> dict[str, Value]:
    """The mapping in a text whose keys stand at that indentation; the first line is without it."""
    if indent > MAX_INDENT:
        raise NotPlainError("is indented far")
    entries = _ENTRY_BREAKS[indent].split(text)
    fields: dict[str, Value] = {}
    for entry in entries:
        name, colon, value = entry.partition(": ")
        key = _KEYS.get(name)
        if key is None:
            key, met = _entry(entry, indent)
            fields[key] = met
        elif value[:1] not in _INDICATORS and ":" not in value and "\n" not in value:
            fields[key] = value
        elif value[:1] == "'" and value.find("'", 1) == len(value) - 1 and "\n" not in value:
            fields[key] = value[1:-1]
        elif not colon:
            raise NotPlainError("has no colon")
        else:
            fields[key] = _scalar(value, indent)
    if len(fields) != len(entries):
        raise NotPlainError("has a key twice")
    return fields


def _entry(entry: str, indent: int) -> tuple[str, Value]:
    """A key that was not met before, or that has its value on the lines below, and the value."""
    name, colon, rest = entry.partition(":")
    key = _key(name)
    if rest[:1] == " ":
        _remember(name, key)
        return key, _scalar(rest[1:], indent)
    if colon and rest[:1] in "\n":
        return key, _nested(rest, indent)
    raise NotPlainError("has no colon after a key")


def _key(name: str) -> str:
    if len(name) <= _MAX_KEY:
        if _KEY.fullmatch(name):
            return name
        if _QUOTED_KEY.fullmatch(name):
            return name[1:-1]
    raise NotPlainError("has an odd key")


def _remember(name: str, key: str) -> None:
    if len(_KEYS) < _MAX_KEYS:
        _KEYS[name] = key


def _nested(text: str, indent: int) -> Value:
    """What stands on the lines below a key at that indentation."""
    block = text.lstrip("\n")
    if not block:
        return ""
    body = block.lstrip(" ")
    deeper = len(block) - len(body)
    if body.startswith("- ") and deeper >= indent:
        return _sequence(body, deeper)
    if deeper <= indent:
        raise NotPlainError("is indented too little")
    return _mapping(body, deeper)


def _sequence(text: str, indent: int) -> list[Value]:
    """The list in a text whose hyphens stand at that indentation; the first line is without it."""
    if indent > MAX_INDENT:
        raise NotPlainError("is indented far")
    return [
        item if ":" not in item and "\n" not in item and item[:1] not in _INDICATORS else _item(item, indent)
        for item in text[2:].split(_ITEM_BREAKS[indent])
    ]


def _item(item: str, indent: int) -> Value:
    name, colon, rest = item.partition(":")
    if colon and rest[:1] in " \n" and (name[:1] not in "'\"" or _QUOTED_KEY.fullmatch(name)):
        return _mapping(item, indent + 2)
    return _scalar(item, indent)


def _scalar(text: str, indent: int) -> Value:
    """The value of a text that follows a key or a hyphen at that indentation."""
    text = text.lstrip(" ").rstrip("\n")
    first = text[:1]
    if first not in _INDICATORS:
        if ":" in text and _KEY_COLON.search(text):
            raise NotPlainError("has a colon in a plain text")
        return _folded(text, indent)
    if first == "'":
        return _folded(_single_quoted(text), indent)
    if first == '"':
        return _folded(_double_quoted(text), indent)
    if text in _EMPTY:
        return _EMPTY[text]()
    if _FLOW_LIST.fullmatch(text):
        return [item[1:-1] if item[0] in "'\"" else item for item in _FLOW_ITEM.findall(text)]
    raise NotPlainError("has a value that begins with an indicator")


def _single_quoted(text: str) -> str:
    inner = text[1:-1]
    if len(text) < 2 or text[-1] != "'" or "'" in inner.replace("''", ""):
        raise NotPlainError("has an odd quote")
    return inner.replace("''", "'")


def _double_quoted(text: str) -> str:
    inner = text[1:-1]
    if len(text) < 2 or text[-1] != '"' or '"' in inner or "\\" in inner:
        raise NotPlainError("has an odd quote, or an escape")
    return inner


def _folded(text: str, indent: int) -> str:
    """A text over several lines as one: a line end is a space, and each empty line after it a line end."""
    if "\n" not in text:
        return text
    even = _EVEN_BREAKS[indent]
    folded = text.replace(even, " ")
    if "\n" not in folded and even + " " not in text:
        return folded
    if _SHALLOW_LINES[indent].search(text):
        raise NotPlainError("has a text that is indented too little")
    if "\n\n" in text:
        return _LINE_ENDS.sub(lambda found: "\n" * (found[0].count("\n") - 1) or " ", text)
    return _LINE_ENDS.sub(" ", text)


def line_of(source: str, path: tuple[str | int, ...]) -> int | None:
    """The line (from 1, in the text) of a key or list item of a text that `read` takes; None when there is none."""
    begin = 0 if source.startswith(f"{path[0]}:") else source.find(f"\n{path[0]}:") + 1
    if begin == 0 and not source.startswith(f"{path[0]}:"):
        # The key may stand in quotes.
        return _line_in(source.split("\n"), path)
    # Nothing but a key stands at the left edge, so what belongs to it ends at the next.
    following = _ENTRY_BREAKS[0].search(source, begin)
    lines = source[begin : following.start() if following else len(source)].split("\n")
    found = _line_in(lines, path)
    return None if found is None else found + source.count("\n", 0, begin)


def _line_in(lines: list[str], path: tuple[str | int, ...]) -> int | None:
    found, start, end, indent = 0, 0, len(lines), 0
    for part in path:
        starts = [
            at for at in range(start, end) if _stands_at(lines[at], indent, is_item=isinstance(part, int))
        ]
        if isinstance(part, int):
            if not starts:
                # The list may stand in brackets behind its key.
                items = _FLOW_ITEM.findall(lines[found - 1].partition("[")[2]) if found else []
                return found if part < len(items) else None
            if part >= len(starts):
                return None
            number = part
        else:
            names = (part, f"'{part}'", f'"{part}"')
            number = next((n for n, at in enumerate(starts) if _name(lines[at], indent) in names), -1)
            if number < 0:
                return None
        found = starts[number] + 1
        end = starts[number + 1] if number + 1 < len(starts) else end
        if isinstance(part, int):
            # What follows the hyphen may be the first key of a mapping.
            start, indent = starts[part], indent + 2
            lines[start] = " " * indent + lines[start][indent:]
        else:
            start = found
            below = next((line for line in lines[start:end] if line.strip(" \r")), "")
            indent = len(below) - len(below.lstrip(" "))
    return found


def _stands_at(line: str, indent: int, *, is_item: bool) -> bool:
    """Whether a key, or a list item, begins on a line at that indentation."""
    body = line[indent:]
    return (
        not line[:indent].strip(" ")
        and body[:1] not in ("", " ", "\r")
        and (body[:2] == "- " or body.rstrip() == "-") == is_item
    )


def _name(line: str, indent: int) -> str:
    """The key on a line, as it is written."""
    body = line[indent:]
    found = _QUOTED_KEY.match(body)
    return found[0] if found else body.partition(":")[0].rstrip()
