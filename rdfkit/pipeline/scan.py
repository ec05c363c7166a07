"""Scans sources: which source files and companion tables there are, and which differ from what is known of them.

A file in a git checkout is compared by git. Any other has changed when its size or time has and its hash, too.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import PurePosixPath
from typing import TypeVar

from rdfkit.errors import SourceError
from rdfkit.pipeline.state import files
from rdfkit.pipeline.state.database import Database
from rdfkit.pipeline.state.model import Companion, File, Known
from rdfkit.pipeline.state.pages import await_named, await_paths
from rdfkit.sources import filesystems, locations
from rdfkit.sources.commits import Commits
from rdfkit.sources.discovery import Distinct, sources_of
from rdfkit.sources.sites import site_of
from rdfkit.sources.tables import DATA_FOLDER, TABLE_SUFFIXES, table_kinds, tables_beside

_ROWS = 5000
_T = TypeVar("_T")
# A file that was changed as it was read may be changed again without a new time.
_RACY_NANOSECONDS = 2_000_000_000


def scan(sources: Iterable[str], tables: Iterable[str], database: Database) -> bool:
    """Brings the files in a database up to date; pages that are new or changed, or whose tables are, then wait.

    `sources` are files and folders of pages, `tables` folders of companion tables beside those of the sources. Gives
    whether a graph or table may belong to another page than before, because files are gone or tables have changed.
    Raises SourceError when a place does not exist, is neither file nor folder, or cannot be listed.
    """
    named, commits, seen = list(sources), Commits(), Distinct()
    folders: dict[str, str] = {}
    found = _noting_folders(_source_files(named, seen, commits), folders)
    # All or nothing: a table that is noted without its page waiting would look unchanged to the next scan.
    with database.transaction():
        are_files_gone = _scan_pages(found, database, commits)
        _scan_sites(database, folders)
        beside = _companions(named, list(tables), seen, dict.fromkeys(folders.values()), commits)
        return _scan_companions(beside, database, commits) or are_files_gone


def _noting_folders(found: Iterator[File], folders: dict[str, str]) -> Iterator[File]:
    """The same files; notes their folders, each with that in which tables may lie beside them."""
    last = ""
    for file in found:
        # Not yet the folder, where the file is in an archive.
        start = file.path[: -len(file.relative.rpartition("/")[2])]
        if start != last:
            last = start
            folder = locations.folder_of(file.path)
            folders.setdefault(folder, locations.join(locations.folder_of(folder), DATA_FOLDER))
        yield file


def position(place: str, relative: str) -> str:
    """What sorts files as they are listed: places in order, in each folder its files before its folders."""
    *folders, name = relative.split("/")
    return place + "".join(f"\x02{folder}" for folder in folders) + f"\x01{name}"


def _scan_pages(found: Iterator[File], database: Database, commits: Commits) -> bool:
    """Whether files are gone."""
    known = files.known_files(database)
    for some in _chunks(found):
        new, same = _compared(some, known, commits)
        files.add_files(database, new)
        files.note_files(database, same)
    files.lose_files(database, known)
    return bool(known)


def _scan_sites(database: Database, folders: Iterable[str]) -> None:
    """Has the pages of folders wait that belong to another site than before, by what lies beside them."""
    before = json.loads(database.setting("sites") or "{}")
    now = {folder: site_of(locations.join(folder, "page.md")) for folder in folders}
    changed = {folder for folder, site in now.items() if before.get(folder, site) != site}
    if changed:
        await_paths(database, lambda path: locations.folder_of(path) in changed)
    database.set("sites", json.dumps(now))


def _scan_companions(found: Iterator[Companion], database: Database, commits: Commits) -> bool:
    """Whether the tables of a page are others than before, or have changed."""
    known = files.known_companions(database)
    owners = files.companion_owners(database) if known else {}
    changed: set[tuple[str, str]] = set()
    for some in _chunks(found):
        new, same = _compared([one.file for one in some], known, commits)
        by_path = {one.file.path: one for one in some}
        files.add_companions(database, (replace(by_path[file.path], file=file) for file in new))
        files.note_companions(database, (replace(by_path[file.path], file=file) for file in same))
        changed.update((by_path[file.path].page_kind, by_path[file.path].page_name) for file in new)
    changed.update(owners[path] for path in known)
    files.lose_companions(database, known)
    await_named(database, changed)
    return bool(changed)


def _compared(
    found: Iterable[File], known: dict[str, Known], commits: Commits
) -> tuple[list[File], list[File]]:
    """The files that are new or changed, and those of which only place, time or version are. Takes all from `known`."""
    new, same = [], []
    for file in found:
        before = known.pop(file.path, None)
        if before is None:
            new.append(file)
        elif _is_untouched(file, before):
            continue
        elif _is_same(file, before, commits):
            same.append(file)
        else:
            new.append(file)
    return new, same


def _is_untouched(file: File, before: Known) -> bool:
    same_place = (file.version, file.position) == (before.version, before.position)
    return same_place and file.modified is not None and (file.size, file.modified) == before[:2]


def _is_same(file: File, before: Known, commits: Commits) -> bool:
    if before.version is not None and file.version is not None and not locations.is_remote(file.path):
        return before.version == file.version or not commits.differ(file.path, before.version, file.version)
    if file.size != before.size or before.sha256 is None:
        return False
    same_time = file.modified is not None and file.modified == before.modified
    return same_time or filesystems.file_sha256(file.path) == before.sha256


def _source_files(named: Iterable[str], seen: Distinct, commits: Commits) -> Iterator[File]:
    for number, place in enumerate(named):
        for source in sources_of(place):
            if seen.add(source.path):
                found = filesystems.Listed(
                    source.path, source.relative, source.size, source.mtime_ns, source.tag
                )
                file = _file(found, f"{number:06}", commits)
                yield file._replace(named=True) if source.named else file


def _companions(
    named: list[str], tables: list[str], seen: Distinct, page_folders: Iterable[str], commits: Commits
) -> Iterator[Companion]:
    """The tables in the folders named, which must have a page, and those beside pages, which may belong to others."""
    for folder in tables:
        if filesystems.kind_of(folder) != locations.FOLDER:
            raise SourceError("is no folder of tables", path=folder, expected="a folder of .tsv files")
    searched = [place for place in named if filesystems.kind_of(place) == locations.FOLDER]
    for number, folder in enumerate([*searched, *tables]):
        for one in filesystems.list_files(folder, TABLE_SUFFIXES):
            if seen.add(one.path):
                yield from _companion(_file(one, f"{number:06}", commits), expected=True)
    for number, folder in enumerate(page_folders):
        for one in tables_beside(folder):
            if seen.add(one.path):
                inside = one._replace(relative=f"{DATA_FOLDER}/{one.relative}")
                yield from _companion(_file(inside, f"beside {number:06}", commits), expected=False)


def _companion(file: File, *, expected: bool) -> Iterator[Companion]:
    page_name, dash, kind = PurePosixPath(file.relative).stem.rpartition("-")
    found = table_kinds().get(kind)
    if dash and page_name and found is not None:
        yield Companion(file, found.page_kind, page_name, kind, expected)


def _file(one: filesystems.Listed, place: str, commits: Commits) -> File:
    modified = one.mtime_ns
    if modified is not None and time.time_ns() - modified < _RACY_NANOSECONDS:
        modified = None
    size = one.size if one.size is not None else -1
    return File(one.path, position(place, one.relative), one.relative, size, modified, commits.of(one.path))


def _chunks(found: Iterator[_T]) -> Iterator[list[_T]]:
    some: list[_T] = []
    for one in found:
        some.append(one)
        if len(some) == _ROWS:
            yield some
            some = []
    yield some
