"""Front matter: tells it from the rest of a file, and reads it."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from rdfkit.errors import ArchiveError, PageError
from rdfkit.sources.filesystems import open_bytes
from rdfkit.sources.yaml_reader import KeyPath, Value, read_yaml

MAX_FILE_BYTES = 16 * 1024 * 1024
MAX_FRONT_MATTER_BYTES = 1024 * 1024
_FIRST_BYTES = 64 * 1024
_FENCE = re.compile(rb"---[ \t]*(?:\r\n|\n|\r|\Z)")
_OPENING_FENCE = re.compile(r"---[ \t]*(?:\r\n|\n|\r|\Z)")
_CLOSING_FENCE = re.compile(r"(?<=[\r\n])(?:---|\.\.\.)[ \t]*(?=\r|\n|\Z)")


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
                size = _size(file, content)
                raise PageError("is too large for a page", path=shown, value=size, expected="at most 16 MB")
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
    bounds = bounds_in(text)
    if bounds is None:
        raise PageError("has no front matter", path=shown, line=1, expected="a first line of three hyphens")
    start, end = bounds
    source = text[start:end]
    # A character is a byte at least, and most pages are far smaller than their front matter may be.
    if len(content) > MAX_FRONT_MATTER_BYTES and len(source.encode()) > MAX_FRONT_MATTER_BYTES:
        raise PageError("has front matter that is too large", path=shown, line=1, expected="at most 1 MB")
    fields, lines = read_yaml(source, shown)
    return FrontMatter(fields, lines, closed=end is not None)


def bounds_in(text: str) -> tuple[int, int | None] | None:
    """Where front matter begins and ends in a text without byte order mark, between its fences.

    None where there is none; the end is None when nothing closes it.
    """
    opening = _OPENING_FENCE.match(text)
    return (opening.end(), _end(text, opening.end())) if opening else None


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
