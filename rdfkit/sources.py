"""Finds the source files that the user means: single files, and folders searched to the bottom."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from rdfkit.errors import SourceError

PAGE_SUFFIXES = frozenset({".md", ".markdown", ".yml", ".yaml", ".txt"})
SKIPPED_FOLDERS = frozenset({"node_modules", "_site"})


@dataclass(frozen=True, slots=True)
class SourceFile:
    """One file that may hold a page.

    `path` is where it is, `shown` the same as the user would type it, `relative` the path inside the site
    (the folder that the user named, or the file's own folder). `named` says that the user named the file
    itself, so that it must be a page.
    """

    path: Path
    shown: str
    relative: PurePosixPath
    named: bool


def find_sources(places: Iterable[str | Path]) -> list[SourceFile]:
    """The files of all places, each once, sorted within each place by path.

    A folder gives its files with a page suffix, without hidden folders, `node_modules` and `_site`.
    Raises SourceError when a place does not exist, is neither file nor folder, or cannot be listed.
    """
    found: dict[Path, SourceFile] = {}
    for place in places:
        for source in _sources_of(Path(place)):
            found.setdefault(source.path.resolve(), source)
    return list(found.values())


def walk(folder: Path, suffixes: frozenset[str]) -> Iterator[Path]:
    """The files of a folder and its subfolders with one of the suffixes, sorted, without hidden and skipped folders.

    Raises SourceError when a folder cannot be listed.
    """
    for top, folders, files in os.walk(folder, onerror=_refuse):
        folders[:] = sorted(name for name in folders if not _is_skipped(name))
        for name in sorted(files):
            if Path(name).suffix.lower() in suffixes and not name.startswith("."):
                yield Path(top) / name


def _sources_of(place: Path) -> Iterator[SourceFile]:
    if place.is_dir():
        for path in walk(place, PAGE_SUFFIXES):
            relative = path.relative_to(place)
            yield SourceFile(path, path.as_posix(), PurePosixPath(relative.as_posix()), named=False)
    elif place.is_file():
        yield SourceFile(place, place.as_posix(), PurePosixPath(place.name), named=True)
    elif place.exists():
        raise SourceError(
            "is neither a file nor a folder", path=str(place), expected="pages, or a folder of pages"
        )
    else:
        raise SourceError("no such file or folder", path=str(place), expected="pages, or a folder of pages")


def _is_skipped(name: str) -> bool:
    return name.startswith(".") or name in SKIPPED_FOLDERS


def _refuse(error: OSError) -> None:
    raise SourceError(f"cannot be listed: {error.strerror}", path=str(error.filename)) from error
