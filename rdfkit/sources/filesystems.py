"""Where files lie: on this machine, or anywhere that a URL of fsspec names. Lists them, and opens them for reading.

A place is a path of this machine or a URL. Archives and git repositories are folders:

    site.zip, site.tar.gz             an archive, whole
    zip://_figures::site.zip          a folder or file in it (`tar://` likewise); what follows `::` is a place again
    git://checkout:main@_figures      a folder or file in a commit of a local repository
    s3://bucket/site, memory://site   what fsspec has a file system for; https://host/page.md, too

Archives go through `archives`, which trusts none, and git repositories through git itself, so that neither needs a
library. fsspec is imported for the other URLs only. Nothing is fetched unless a place names it.
"""

from __future__ import annotations

import errno
import hashlib
import os
import re
import secrets
import tempfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

from rdfkit.errors import RdfkitError, SourceError
from rdfkit.sources import archive_safety
from rdfkit.sources.archives import IN_MEMORY, Archive
from rdfkit.sources.git import Checkout
from rdfkit.sources.locations import (
    FILE,
    FOLDER,
    IN_ARCHIVE,
    IN_GIT,
    OTHER,
    as_text,
    inner_path,
    is_archive,
    is_remote,
    on_disk,
    suffix,
    with_inner,
)
from rdfkit.sources.trees import FileSystem, Flat, Found, T, Tree, asked

SKIPPED_FOLDERS = frozenset({"node_modules", "_site"})

_PATTERN = re.compile(r"[*?\[]")
_HASH_STEP = 1 << 16
# Archives and repositories that stay open in one thread.
_MAX_OPEN = 8


class Listed(NamedTuple):
    """One file of a place.

    `path` opens it, `relative` is its path inside the place. `size` counts bytes, `mtime_ns` is when it was last
    changed, `tag` a text that changes with the content (ETag, CRC, blob of git): each None where nobody says.
    """

    path: str
    relative: str
    size: int | None
    mtime_ns: int | None
    tag: str | None


def kind_of(place: str) -> str | None:
    """`FILE`, `FOLDER` (also for an archive), `OTHER` (a device, say), or None when nothing is there.

    Raises SourceError when nobody can say, ArchiveError when an archive cannot be read.
    """
    if is_remote(place):
        kind = FOLDER if _PATTERN.search(inner_path(place)) else _remote_kind(place)
    else:
        path = Path(on_disk(place))
        kind = FOLDER if path.is_dir() else FILE if path.is_file() else OTHER if path.exists() else None
    return FOLDER if kind == FILE and is_archive(place) else kind


def _remote_kind(place: str) -> str | None:
    tree = _tree(place)
    try:
        return tree.kind(inner_path(place))
    except OSError as error:
        raise _unreadable(place, error) from error


def list_files(place: str, suffixes: frozenset[str]) -> Iterator[Listed]:
    """The files of a folder and its subfolders with one of the suffixes (in lower case, with their dot).

    Files of a folder come before those of its subfolders, each sorted by name. Hidden files and folders,
    `node_modules` and `_site` are left out. A URL with `*`, `?` or `[` names what it matches. Of a local folder no
    more is held than the names in it. Raises SourceError when a folder cannot be listed, ArchiveError when an archive
    cannot be read.
    """
    if is_archive(place) and kind_of(place) == FOLDER and not Path(place).is_dir():
        yield from _list_tree(f"{'zip' if place.lower().endswith('.zip') else 'tar'}://::{place}", suffixes)
    elif is_remote(place):
        yield from _list_tree(place, suffixes)
    else:
        prefix = "" if place == "." else place if place.endswith("/") else f"{place}/"
        yield from _list_local(place, prefix, "", suffixes)


def open_bytes(path: str) -> BinaryIO:
    """A buffered stream of the bytes of a file. Raises OSError (with `strerror`), also when a network fails.

    Reading raises OSError too, and ArchiveError when an archive is damaged.
    """
    if not is_remote(path):
        return open(on_disk(path), "rb")  # noqa: PTH123 - the caller closes it; Path costs as much as opening
    try:
        return _tree(path).open(inner_path(path))
    except SourceError as error:
        raise OSError(errno.EIO, error.message) from error


def write_bytes(path: str, data: bytes) -> None:
    """Writes a file as a whole: whoever reads it sees nothing of it, or all. Folders are made. Raises OSError."""
    if is_remote(path):
        tree = _tree(path)
        if not isinstance(tree, FileSystem):
            raise OSError(errno.EROFS, "archives and commits are not written to")
        tree.write(inner_path(path), data)
        return
    target = Path(path)
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_name(f".{target.name}.{secrets.token_hex(4)}")
    try:
        partial.write_bytes(data)
        partial.replace(target)
    finally:
        partial.unlink(missing_ok=True)


def remove(path: str) -> None:
    """Removes a file that `write_bytes` wrote, if it is there. Raises OSError."""
    if not is_remote(path):
        Path(path).unlink(missing_ok=True)
        return
    tree = _tree(path)
    if isinstance(tree, FileSystem):
        tree.remove(inner_path(path))


def file_sha256(path: str) -> str | None:
    """The hash of a file's bytes in hex; None when it cannot be read, of which its reader is told."""
    try:
        with open_bytes(path) as file:
            found = hashlib.sha256()
            # Most files are small, and a step costs less than the buffer that `hashlib.file_digest` sets aside.
            while step := file.read(_HASH_STEP):
                found.update(step)
            return found.hexdigest()
    except OSError:
        return None


def commit_of(path: str) -> str | None:
    """The commit that a path in a git repository names, as its hash in hex; None for other places."""
    found = IN_GIT.fullmatch(path)
    return None if found is None else _checkout(found).commit


# --- this machine ---


def _list_local(folder: str, prefix: str, relative: str, suffixes: frozenset[str]) -> Iterator[Listed]:
    files: list[str] = []
    folders: list[str] = []
    try:
        with os.scandir(on_disk(folder)) as entries:
            for entry in entries:
                name = as_text(entry.name)
                if name[0] == ".":
                    continue
                if entry.is_dir():
                    # As links may lead round in circles, none is followed to a folder.
                    if name not in SKIPPED_FOLDERS and not entry.is_symlink():
                        folders.append(name)
                elif name[name.rfind(".") :].lower() in suffixes:
                    files.append(name)
    except OSError as error:
        raise SourceError(f"cannot be listed: {error.strerror}", path=str(error.filename)) from error
    files.sort()
    folders.sort()
    for name in files:
        path = prefix + name
        try:
            found = os.stat(on_disk(path))  # noqa: PTH116 - a Path costs more than the call
        except OSError:
            # Whoever opens it is told why.
            yield Listed(path, relative + name, None, None, None)
        else:
            yield Listed(path, relative + name, found.st_size, found.st_mtime_ns, None)
    for name in folders:
        yield from _list_local(prefix + name, f"{prefix}{name}/", f"{relative}{name}/", suffixes)


# --- folders that are not on this machine: which tree a place is in ---


class _Opened(threading.local):
    """The trees that a thread has open, by what they are: streams of one archive must not be read by two threads.

    `process` is the process that opened them: after a fork the child would move its parent's place in a file.
    """

    def __init__(self) -> None:
        self.process = os.getpid()
        self.trees: dict[object, Any] = {}

    def get(self, key: object, make: Callable[[], T]) -> T:
        """The tree under a key, made when it is not open."""
        if self.process != os.getpid():
            self.trees, self.process = {}, os.getpid()
        if key not in self.trees:
            while len(self.trees) >= _MAX_OPEN:
                del self.trees[next(iter(self.trees))]
            self.trees[key] = make()
        found: T = self.trees[key]
        return found

    def forget(self, key: object) -> None:
        """Lets a tree be made anew."""
        self.trees.pop(key, None)


_opened = _Opened()


def _tree(place: str) -> Tree:
    """The tree that a URL leads into. Raises SourceError when there is none."""
    try:
        if found := IN_ARCHIVE.fullmatch(place):
            outer = found[2]
            return _opened.get(("archive", outer, _stamp(outer)), lambda: _archive(outer))
        if found := IN_GIT.fullmatch(place):
            checkout = _checkout(found)
            return _opened.get(("git", found[1], checkout.commit), lambda: _committed(checkout))
        scheme = place.partition(":")[0]
        return _opened.get(("fsspec", scheme), lambda: asked(lambda: FileSystem(scheme)))
    except OSError as error:
        raise _unreadable(place, error) from error


def _stamp(outer: str) -> tuple[int, int] | None:
    """What changes when an archive on this machine does."""
    if is_remote(outer):
        return None
    found = Path(outer).stat()
    return found.st_size, found.st_mtime_ns


def _archive(outer: str) -> Tree:
    if is_remote(outer):
        # Members are read in any order, which is a request each; the whole is one.
        file: Any = tempfile.SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115 - lives as long as the tree
        with open_bytes(outer) as stream:
            _copy(stream, file, outer)
    else:
        file = open_bytes(outer)
    archive = Archive(file, outer)
    files = archive.entries.items()
    return Flat(
        {name: Found("", False, one.size, one.mtime_ns, one.tag) for name, one in files}, archive.open
    )


def _copy(stream: BinaryIO, file: Any, outer: str) -> None:  # noqa: ANN401 - a spooled file is no IO to mypy
    size = 0
    while chunk := stream.read(archive_safety.STEP):
        size += len(chunk)
        if size > archive_safety.MAX_SIZE:
            expected = f"at most {archive_safety.MAX_SIZE} bytes"
            raise SourceError("is too large for an archive", path=outer, expected=expected)
        file.write(chunk)


def _checkout(place: re.Match[str]) -> Checkout:
    """The commit that a match of `IN_GIT` names; that of HEAD, in the folder where we are, when it does not say."""
    repository, ref = place[1] or ".", place[2] or "HEAD"
    try:
        return _opened.get(("ref", place[1], place[2]), lambda: Checkout(repository, ref))
    except OSError as error:
        raise _unreadable(f"git://{repository}:{ref}@", error) from error


def _committed(checkout: Checkout) -> Tree:
    blobs = checkout.blobs().items()
    return Flat({name: Found("", False, blob.size, tag=blob.sha) for name, blob in blobs}, checkout.open)


def _list_tree(place: str, suffixes: frozenset[str]) -> Iterator[Listed]:
    if found := IN_ARCHIVE.fullmatch(place):
        # A list is as new as can be had, though reading what it lists goes on with what was opened for it.
        _opened.forget(("archive", found[2], None))
    elif found := IN_GIT.fullmatch(place):
        _opened.forget(("ref", found[1], found[2]))
        # The branch may move on while its files are read, the commit does not.
        place = f"git://{found[1] or '.'}:{_checkout(found).commit}@{found[3]}"
    inner = inner_path(place)
    try:
        tree = _tree(place)
        if _PATTERN.search(inner):
            yield from _list_matches(tree, place, inner, suffixes)
        else:
            yield from _list_entries(tree, place, inner, "", suffixes)
    except OSError as error:
        raise _unreadable(place, error) from error


def _list_entries(
    tree: Tree, place: str, folder: str, relative: str, suffixes: frozenset[str]
) -> Iterator[Listed]:
    found = sorted(entry for entry in tree.entries(folder) if not _is_skipped(entry))
    prefix = f"{folder.rstrip('/')}/" if folder.strip("/") else ""
    for entry in found:
        if not entry.is_folder and suffix(entry.name) in suffixes:
            path = with_inner(place, prefix + entry.name)
            yield Listed(path, relative + entry.name, entry.size, entry.mtime_ns, entry.tag)
    for entry in found:
        if entry.is_folder:
            yield from _list_entries(tree, place, prefix + entry.name, f"{relative}{entry.name}/", suffixes)


def _list_matches(tree: Tree, place: str, pattern: str, suffixes: frozenset[str]) -> Iterator[Listed]:
    # Paths inside the site begin where the pattern does.
    above = pattern[: _PATTERN.search(pattern).start()].rpartition("/")[0]  # type: ignore[union-attr]
    base = len(above) + 1 if above else 0
    for entry in sorted(tree.matches(pattern)):
        relative = entry.name.strip("/")[base:]
        if _is_skipped(Found(relative.rpartition("/")[2], entry.is_folder)):
            continue
        if entry.is_folder:
            yield from _list_entries(tree, place, entry.name, f"{relative}/", suffixes)
        elif suffix(entry.name) in suffixes:
            yield Listed(with_inner(place, entry.name), relative, entry.size, entry.mtime_ns, entry.tag)


def _is_skipped(entry: Found) -> bool:
    return entry.name.startswith(".") or (entry.is_folder and entry.name in SKIPPED_FOLDERS)


def _unreadable(place: str, error: OSError) -> RdfkitError:
    return SourceError(f"cannot be read: {error.strerror or error}", path=place)
