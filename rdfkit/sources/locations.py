"""Where sources lie, as texts: local paths, URLs, files within archives and commits."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import unquote, urlsplit

from rdfkit.sources import archives

FILE = "file"
FOLDER = "folder"
OTHER = "other"
_URL = re.compile(r"[a-z][a-z0-9+.-]*:(?://|:[a-z][a-z0-9+.-]*://)")
# What Python makes of bytes in names that are no UTF-8.
_ODD = re.compile("[\udc80-\udcff]")
_HTTP = ("http://", "https://")
IN_ARCHIVE = re.compile(r"(?:zip|tar)://(.*?)::(.*)", re.DOTALL)
IN_GIT = re.compile(r"git://(?:([^:]*):)?(?:([^@]*)@)?(.*)", re.DOTALL)


def is_remote(path: str) -> bool:
    """Whether a path is a URL, or lies in an archive or a commit: whatever `os` cannot open."""
    # Nearly all paths are local, and this is asked of each.
    return "://" in path and _URL.match(path) is not None


def normal(place: str | Path) -> str:
    """A place as text: a local path without needless parts, a `file:` URL as a local path, any other URL unchanged."""
    text = str(place)
    if text.startswith("file://"):
        return unquote(urlsplit(text).path)
    return text if is_remote(text) else as_text(str(Path(text)))


def all_normal(places: str | Path | Iterable[str | Path]) -> tuple[str, ...]:
    """Places as texts, as `normal` gives each; one alone is one place, and no list of letters."""
    return tuple(map(normal, [places] if isinstance(places, str | Path) else places))


def as_text(path: str) -> str:
    """A path of this machine as text that can be written anywhere: bytes that are no UTF-8 become `\\xe4`."""
    if path.isascii() or _ODD.search(path) is None:
        return path
    return os.fsencode(path).decode("utf-8", "backslashreplace")


def on_disk(path: str) -> str:
    """The path that `as_text` was given, as Python's own functions take it."""
    if "\\x" not in path or os.sep == "\\" or os.path.lexists(path):
        return path
    data = re.sub(rb"\\x([89a-f][0-9a-f])", lambda found: bytes([int(found[1], 16)]), path.encode())
    return os.fsdecode(data)


def folder_of(path: str) -> str:
    """The folder that a file or folder lies in, itself a place."""
    return with_inner(path, inner_path(path).rpartition("/")[0]) if is_remote(path) else os.path.dirname(path)  # noqa: PTH120


def name_of(path: str) -> str:
    """The name of a file within its folder."""
    if not is_remote(path):
        return os.path.basename(path)  # noqa: PTH119 - as above
    if path.startswith(_HTTP):
        return unquote(urlsplit(path).path).rpartition("/")[2]
    return inner_path(path).rpartition("/")[2]


def join(folder: str, name: str) -> str:
    """What has that name in a folder, itself a place."""
    inner = inner_path(folder) if is_remote(folder) else folder
    joined = f"{inner.rstrip('/')}/{name}" if inner.rstrip("/") else f"/{name}" if inner else name
    return with_inner(folder, joined) if is_remote(folder) else joined


def suffix(name: str) -> str:
    """What follows the last dot of a name, with the dot, in small letters."""
    return name[name.rfind(".") :].lower()


def inner_path(place: str) -> str:
    """The part of a URL that names something in its tree."""
    if found := IN_ARCHIVE.fullmatch(place):
        return found[1]
    if found := IN_GIT.fullmatch(place):
        return found[3]
    return place if place.startswith(_HTTP) else place.partition("://")[2]


def with_inner(place: str, inner: str) -> str:
    """The URL of something else in the same tree."""
    if found := IN_ARCHIVE.fullmatch(place):
        return f"{place[:6]}{inner}::{found[2]}"
    if place.startswith("git://"):
        return place.removesuffix(inner_path(place)) + inner
    return inner if place.startswith(_HTTP) else f"{place.partition(':')[0]}://{inner}"


def is_archive(place: str) -> bool:
    """Whether a place, if it is a file, is an archive by its name: not by that of the archive that it lies in."""
    return archives.is_archive(Path(name_of(place)))
