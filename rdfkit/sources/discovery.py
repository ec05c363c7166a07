"""Finds the source files that the user means: single files, and folders searched to the bottom, wherever they lie."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass

from rdfkit.errors import SourceError
from rdfkit.sources.filesystems import kind_of, list_files
from rdfkit.sources.locations import FILE, FOLDER, is_remote, name_of, on_disk

PAGE_SUFFIXES = frozenset({".md", ".markdown", ".yml", ".yaml", ".txt"})


@dataclass(frozen=True, slots=True)
class SourceFile:
    """One file that may hold a page.

    `path` opens it (`filesystems.open_bytes`), `shown` is the same as the user would type it, `relative` the path
    inside the site (the folder that the user named, or the file's own folder). `named` says that the user named the
    file itself, so that it must be a page. `size`, `mtime_ns` and `tag` are those of `filesystems.Listed`.
    """

    path: str
    shown: str
    relative: str
    named: bool
    size: int | None = None
    mtime_ns: int | None = None
    tag: str | None = None


class Distinct:
    """The files that were seen, by where they really are: links do not make a file two."""

    def __init__(self) -> None:
        self._seen: set[str] = set()
        self._folders: dict[str, str] = {}

    def add(self, path: str) -> bool:
        """Whether the file at a path is new."""
        real = path if is_remote(path) else self._real(on_disk(path))
        if real in self._seen:
            return False
        self._seen.add(real)
        return True

    def _real(self, path: str) -> str:
        # Most files of a folder are no links: then the folder is followed once for all.
        if os.path.islink(path):  # noqa: PTH114 - a Path costs more than the call
            return os.path.realpath(path)
        folder, name = os.path.split(path)
        real = self._folders.get(folder)
        if real is None:
            real = self._folders[folder] = os.path.realpath(folder)
        return f"{real}/{name}"


def sources_of(place: str) -> Iterator[SourceFile]:
    """The files of one place, sorted by path.

    A folder gives its files with a page suffix, without hidden folders, `node_modules` and `_site`.
    Raises SourceError when the place does not exist, is neither file nor folder, or cannot be listed.
    """
    kind = kind_of(place)
    if kind == FOLDER:
        for file in list_files(place, PAGE_SUFFIXES):
            shown = _shown(file.path)
            yield SourceFile(file.path, shown, file.relative, False, file.size, file.mtime_ns, file.tag)
    elif kind == FILE:
        yield SourceFile(place, _shown(place), name_of(place), named=True)
    else:
        message = "no such file or folder" if kind is None else "is neither a file nor a folder"
        raise SourceError(message, path=place, expected="pages, or a folder of pages")


def _shown(path: str) -> str:
    return path if os.sep == "/" or is_remote(path) else path.replace(os.sep, "/")
