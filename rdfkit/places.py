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
import io
import os
import re
import secrets
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple, TypeVar
from urllib.parse import unquote, urlsplit

from rdfkit import archives
from rdfkit.archives import Archive
from rdfkit.checkouts import Checkout
from rdfkit.errors import RdfkitError, SourceError

SKIPPED_FOLDERS = frozenset({"node_modules", "_site"})

FILE = "file"
FOLDER = "folder"
OTHER = "other"

_URL = re.compile(r"[a-z][a-z0-9+.-]*:(?://|:[a-z][a-z0-9+.-]*://)")
_IN_ARCHIVE = re.compile(r"(?:zip|tar)://(.*?)::(.*)", re.DOTALL)
_IN_GIT = re.compile(r"git://(?:([^:]*):)?(?:([^@]*)@)?(.*)", re.DOTALL)
_PATTERN = re.compile(r"[*?\[]")
_COPY_STEP = 1 << 20
_HASH_STEP = 1 << 16
_IN_MEMORY = 64 << 20
# Archives and repositories that stay open in one thread.
_MAX_OPEN = 8
# What the libraries below fsspec raise beside OSError, ValueError and ImportError, by the module that has it.
_FOREIGN_ERRORS = {
    "aiohttp": ("ClientError",),
    "botocore.exceptions": ("BotoCoreError", "ClientError"),
    "gcsfs.retry": ("HttpError",),
    "google.auth.exceptions": ("GoogleAuthError",),
}

_T = TypeVar("_T")


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


def is_remote(path: str) -> bool:
    """Whether a path is a URL, or lies in an archive or a commit: whatever `os` cannot open."""
    # Nearly all paths are local, and this is asked of each.
    return "://" in path and _URL.match(path) is not None


def normal(place: str | Path) -> str:
    """A place as text: a local path without needless parts, a `file:` URL as a local path, any other URL unchanged."""
    text = str(place)
    if text.startswith("file://"):
        return unquote(urlsplit(text).path)
    return text if is_remote(text) else str(Path(text))


def kind_of(place: str) -> str | None:
    """`FILE`, `FOLDER` (also for an archive), `OTHER` (a device, say), or None when nothing is there.

    Raises SourceError when nobody can say, ArchiveError when an archive cannot be read.
    """
    if is_remote(place):
        kind = FOLDER if _PATTERN.search(_inner(place)) else _remote_kind(place)
    else:
        path = Path(place)
        kind = FOLDER if path.is_dir() else FILE if path.is_file() else OTHER if path.exists() else None
    return FOLDER if kind == FILE and _is_archive(place) else kind


def _remote_kind(place: str) -> str | None:
    tree = _tree(place)
    try:
        return tree.kind(_inner(place))
    except OSError as error:
        raise _unreadable(place, error) from error


def list_files(place: str, suffixes: frozenset[str]) -> Iterator[Listed]:
    """The files of a folder and its subfolders with one of the suffixes (in lower case, with their dot).

    Files of a folder come before those of its subfolders, each sorted by name. Hidden files and folders,
    `node_modules` and `_site` are left out. A URL with `*`, `?` or `[` names what it matches. Of a local folder no
    more is held than the names in it. Raises SourceError when a folder cannot be listed, ArchiveError when an archive
    cannot be read.
    """
    if _is_archive(place) and kind_of(place) == FOLDER and not Path(place).is_dir():
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
        return open(path, "rb")  # noqa: PTH123 - the caller closes it; Path costs as much as opening
    try:
        return _tree(path).open(_inner(path))
    except SourceError as error:
        raise OSError(errno.EIO, error.message) from error


def write_bytes(path: str, data: bytes) -> None:
    """Writes a file as a whole: whoever reads it sees nothing of it, or all. Folders are made. Raises OSError."""
    if is_remote(path):
        tree = _tree(path)
        if not isinstance(tree, _FileSystem):
            raise OSError(errno.EROFS, "archives and commits are not written to")
        tree.write(_inner(path), data)
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
    if isinstance(tree, _FileSystem):
        tree.remove(_inner(path))


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
    found = _IN_GIT.fullmatch(path)
    return None if found is None else _checkout(found).commit


def folder_of(path: str) -> str:
    """The folder that a file or folder lies in, itself a place."""
    return _with_inner(path, _inner(path).rpartition("/")[0]) if is_remote(path) else os.path.dirname(path)  # noqa: PTH120


def name_of(path: str) -> str:
    """The name of a file within its folder."""
    if not is_remote(path):
        return os.path.basename(path)  # noqa: PTH119 - as above
    if path.startswith(("http://", "https://")):
        return unquote(urlsplit(path).path).rpartition("/")[2]
    return _inner(path).rpartition("/")[2]


def join(folder: str, name: str) -> str:
    """What has that name in a folder, itself a place."""
    inner = _inner(folder) if is_remote(folder) else folder
    joined = f"{inner.rstrip('/')}/{name}" if inner.rstrip("/") else f"/{name}" if inner else name
    return _with_inner(folder, joined) if is_remote(folder) else joined


# --- this machine ---


def _list_local(folder: str, prefix: str, relative: str, suffixes: frozenset[str]) -> Iterator[Listed]:
    files: list[str] = []
    folders: list[str] = []
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                name = entry.name
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
            found = os.stat(path)  # noqa: PTH116 - a Path costs more than the call
        except OSError:
            # Whoever opens it is told why.
            yield Listed(path, relative + name, None, None, None)
        else:
            yield Listed(path, relative + name, found.st_size, found.st_mtime_ns, None)
    for name in folders:
        yield from _list_local(prefix + name, f"{prefix}{name}/", f"{relative}{name}/", suffixes)


# --- folders that are not on this machine ---


class _Found(NamedTuple):
    """An entry of a folder: its name there, and whether it is a folder itself."""

    name: str
    is_folder: bool
    size: int | None = None
    mtime_ns: int | None = None
    tag: str | None = None


class _Tree:
    """A tree of files. Names use `/`; the root is the empty name."""

    def kind(self, name: str) -> str | None:
        """`FILE`, `FOLDER` or None."""
        raise NotImplementedError

    def entries(self, name: str) -> Iterator[_Found]:
        """What lies directly in a folder."""
        raise NotImplementedError

    def matches(self, pattern: str) -> Iterator[_Found]:
        """The files and folders that a pattern names, each with its whole name."""
        raise NotImplementedError

    def open(self, name: str) -> BinaryIO:
        """The bytes of a file."""
        raise NotImplementedError


class _Flat(_Tree):
    """A tree of which all files are known at once."""

    def __init__(self, files: dict[str, _Found], open_file: Callable[[str], BinaryIO]) -> None:
        self._files = files
        self._open = open_file
        self._folders: dict[str, dict[str, _Found]] = {"": {}}
        for path, found in files.items():
            folder, _, name = path.rpartition("/")
            self._folder(folder)[name] = found._replace(name=name)

    def kind(self, name: str) -> str | None:
        name = name.strip("/")
        return FOLDER if name in self._folders else FILE if name in self._files else None

    def entries(self, name: str) -> Iterator[_Found]:
        return iter(self._folders[name.strip("/")].values())

    def matches(self, pattern: str) -> Iterator[_Found]:
        wanted = _as_regex(pattern.strip("/"))
        for name, found in self._files.items():
            if wanted.fullmatch(name):
                yield found._replace(name=name)
        for name in self._folders:
            if name and wanted.fullmatch(name):
                yield _Found(name, is_folder=True)

    def open(self, name: str) -> BinaryIO:
        if name not in self._files:
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), name)
        return self._open(name)

    def _folder(self, name: str) -> dict[str, _Found]:
        if name not in self._folders:
            above, _, own = name.rpartition("/")
            self._folder(above)[own] = _Found(own, is_folder=True)
            self._folders[name] = {}
        return self._folders[name]


class _FileSystem(_Tree):
    """A file system of fsspec. Names are its own: with the bucket, or the whole URL for HTTP."""

    def __init__(self, scheme: str) -> None:
        import fsspec

        self._scheme = scheme
        self._is_http = scheme in ("http", "https")
        # A listing that is kept would hide what has changed since.
        self._files = fsspec.filesystem(scheme, use_listings_cache=False)

    def kind(self, name: str) -> str | None:
        if self._is_http:
            # HTTP has no folders. Where a server shows one, its address ends with a slash.
            return FOLDER if name.endswith("/") else FILE
        name = self._stripped(name)
        try:
            found = _asked(lambda: self._files.info(name))
        except FileNotFoundError:
            return None
        return {"file": FILE, "directory": FOLDER}.get(found["type"], OTHER)

    def entries(self, name: str) -> Iterator[_Found]:
        above = f"{self._stripped(name)}/" if not self._is_http else f"{name.rstrip('/')}/"
        listed = _asked(lambda: self._files.ls(above if self._is_http else above[:-1], detail=True))
        for info in listed:
            own = info["name"].rstrip("/").removeprefix("/" if not above[:-1] else "").removeprefix(above)
            # A page that lists a folder may name anything, and S3 has empty objects that stand for the folder.
            if own and "/" not in own and own not in (".", "..") and not (self._is_http and "?" in own):
                yield _found(own, info)

    def matches(self, pattern: str) -> Iterator[_Found]:
        found = _asked(lambda: self._files.glob(self._stripped(pattern), detail=True))
        return (_found(name, info) for name, info in found.items())

    def open(self, name: str) -> BinaryIO:
        # A stream: HTTP servers need not know ranges, and need not say how large a file is.
        # Any size keeps it from being asked for.
        options = {"block_size": 0, "size": 1} if self._is_http else {}
        file = _asked(lambda: self._files.open(self._stripped(name), "rb", **options))
        return io.BufferedReader(_Stream(file), _COPY_STEP)

    def write(self, name: str, data: bytes) -> None:
        """Writes a file. Object stores show it when all of it is there."""
        path = self._stripped(name)
        _asked(lambda: self._files.makedirs(self._files._parent(path), exist_ok=True))
        _asked(lambda: self._files.pipe_file(path, data))

    def remove(self, name: str) -> None:
        """Removes a file, if it is there."""
        try:
            _asked(lambda: self._files.rm_file(self._stripped(name)))
        except FileNotFoundError:
            return

    def _stripped(self, name: str) -> str:
        return str(self._files._strip_protocol(name if self._is_http else f"{self._scheme}://{name}"))


class _Stream(io.RawIOBase):
    """A file of fsspec, whose errors are OSErrors."""

    def __init__(self, file: Any) -> None:  # noqa: ANN401 - whatever fsspec opens
        self._file = file

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:  # noqa: ANN401 - any writable buffer, as RawIOBase has it
        data = _asked(lambda: self._file.read(len(buffer)))
        buffer[: len(data)] = data
        return len(data)

    def close(self) -> None:
        if not self.closed:
            self._file.close()
        super().close()


def _found(name: str, info: dict[str, Any]) -> _Found:
    def first(*keys: str) -> Any:  # noqa: ANN401 - each file system has its own kinds of values
        return next((info[key] for key in keys if info.get(key)), None)

    tag = first("ETag", "etag", "md5Hash", "md5", "crc32c")
    changed = _nanoseconds(first("LastModified", "mtime", "updated", "created"))
    return _Found(name, info["type"] == "directory", info.get("size"), changed, tag)


def _nanoseconds(moment: object) -> int | None:
    if isinstance(moment, str):
        try:
            moment = datetime.fromisoformat(moment)
        except ValueError:
            return None
    if isinstance(moment, datetime):
        return int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() * 1e9)
    return int(moment * 1e9) if isinstance(moment, int | float) else None


def _asked(ask: Callable[[], _T]) -> _T:
    """What a file system of fsspec answers; whatever its library raises becomes an OSError with a text."""
    foreign = tuple(
        getattr(sys.modules[module], name)
        for module, names in _FOREIGN_ERRORS.items()
        if module in sys.modules
        for name in names
    )
    try:
        return ask()
    except FileNotFoundError as error:
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT)) from error
    except (OSError, ValueError, ImportError, *foreign) as error:
        said = (isinstance(error, OSError) and error.strerror) or str(error) or type(error).__name__
        raise OSError(getattr(error, "errno", None) or errno.EIO, said) from error


# --- which tree a place is in ---


class _Opened(threading.local):
    """The trees that a thread has open, by what they are: streams of one archive must not be read by two threads.

    `process` is the process that opened them: after a fork the child would move its parent's place in a file.
    """

    def __init__(self) -> None:
        self.process = os.getpid()
        self.trees: dict[object, Any] = {}

    def get(self, key: object, make: Callable[[], _T]) -> _T:
        """The tree under a key, made when it is not open."""
        if self.process != os.getpid():
            self.trees, self.process = {}, os.getpid()
        if key not in self.trees:
            while len(self.trees) >= _MAX_OPEN:
                del self.trees[next(iter(self.trees))]
            self.trees[key] = make()
        found: _T = self.trees[key]
        return found

    def forget(self, key: object) -> None:
        """Lets a tree be made anew."""
        self.trees.pop(key, None)


_opened = _Opened()


def _tree(place: str) -> _Tree:
    """The tree that a URL leads into. Raises SourceError when there is none."""
    try:
        if found := _IN_ARCHIVE.fullmatch(place):
            outer = found[2]
            return _opened.get(("archive", outer, _stamp(outer)), lambda: _archive(outer))
        if found := _IN_GIT.fullmatch(place):
            checkout = _checkout(found)
            return _opened.get(("git", found[1], checkout.commit), lambda: _committed(checkout))
        scheme = place.partition(":")[0]
        return _opened.get(("fsspec", scheme), lambda: _asked(lambda: _FileSystem(scheme)))
    except OSError as error:
        raise _unreadable(place, error) from error


def _stamp(outer: str) -> tuple[int, int] | None:
    """What changes when an archive on this machine does."""
    if is_remote(outer):
        return None
    found = Path(outer).stat()
    return found.st_size, found.st_mtime_ns


def _archive(outer: str) -> _Tree:
    if is_remote(outer):
        # Members are read in any order, which is a request each; the whole is one.
        file: Any = tempfile.SpooledTemporaryFile(_IN_MEMORY)  # noqa: SIM115 - lives as long as the tree
        with open_bytes(outer) as stream:
            _copy(stream, file, outer)
    else:
        file = open_bytes(outer)
    archive = Archive(file, outer)
    files = archive.entries.items()
    return _Flat(
        {name: _Found("", False, one.size, one.mtime_ns, one.tag) for name, one in files}, archive.open
    )


def _copy(stream: BinaryIO, file: Any, outer: str) -> None:  # noqa: ANN401 - a spooled file is no IO to mypy
    size = 0
    while chunk := stream.read(_COPY_STEP):
        size += len(chunk)
        if size > archives.MAX_SIZE:
            raise SourceError(
                "is too large for an archive", path=outer, expected=f"at most {archives.MAX_SIZE} bytes"
            )
        file.write(chunk)


def _checkout(place: re.Match[str]) -> Checkout:
    """The commit that a match of `_IN_GIT` names; that of HEAD, in the folder where we are, when it does not say."""
    repository, ref = place[1] or ".", place[2] or "HEAD"
    try:
        return _opened.get(("ref", place[1], place[2]), lambda: Checkout(repository, ref))
    except OSError as error:
        raise _unreadable(f"git://{repository}:{ref}@", error) from error


def _committed(checkout: Checkout) -> _Tree:
    blobs = checkout.blobs().items()
    return _Flat({name: _Found("", False, blob.size, tag=blob.sha) for name, blob in blobs}, checkout.open)


def _list_tree(place: str, suffixes: frozenset[str]) -> Iterator[Listed]:
    if found := _IN_ARCHIVE.fullmatch(place):
        # A list is as new as can be had, though reading what it lists goes on with what was opened for it.
        _opened.forget(("archive", found[2], None))
    elif found := _IN_GIT.fullmatch(place):
        _opened.forget(("ref", found[1], found[2]))
        # The branch may move on while its files are read, the commit does not.
        place = f"git://{found[1] or '.'}:{_checkout(found).commit}@{found[3]}"
    inner = _inner(place)
    try:
        tree = _tree(place)
        if _PATTERN.search(inner):
            yield from _list_matches(tree, place, inner, suffixes)
        else:
            yield from _list_entries(tree, place, inner, "", suffixes)
    except OSError as error:
        raise _unreadable(place, error) from error


def _list_entries(
    tree: _Tree, place: str, folder: str, relative: str, suffixes: frozenset[str]
) -> Iterator[Listed]:
    found = sorted(entry for entry in tree.entries(folder) if not _is_skipped(entry))
    prefix = f"{folder.rstrip('/')}/" if folder.strip("/") else ""
    for entry in found:
        if not entry.is_folder and _suffix(entry.name) in suffixes:
            path = _with_inner(place, prefix + entry.name)
            yield Listed(path, relative + entry.name, entry.size, entry.mtime_ns, entry.tag)
    for entry in found:
        if entry.is_folder:
            yield from _list_entries(tree, place, prefix + entry.name, f"{relative}{entry.name}/", suffixes)


def _list_matches(tree: _Tree, place: str, pattern: str, suffixes: frozenset[str]) -> Iterator[Listed]:
    # Paths inside the site begin where the pattern does.
    above = pattern[: _PATTERN.search(pattern).start()].rpartition("/")[0]  # type: ignore[union-attr]
    base = len(above) + 1 if above else 0
    for entry in sorted(tree.matches(pattern)):
        relative = entry.name.strip("/")[base:]
        if _is_skipped(_Found(relative.rpartition("/")[2], entry.is_folder)):
            continue
        if entry.is_folder:
            yield from _list_entries(tree, place, entry.name, f"{relative}/", suffixes)
        elif _suffix(entry.name) in suffixes:
            yield Listed(_with_inner(place, entry.name), relative, entry.size, entry.mtime_ns, entry.tag)


def _is_skipped(entry: _Found) -> bool:
    return entry.name.startswith(".") or (entry.is_folder and entry.name in SKIPPED_FOLDERS)


def _suffix(name: str) -> str:
    return name[name.rfind(".") :].lower()


def _inner(place: str) -> str:
    """The part of a URL that names something in its tree."""
    if found := _IN_ARCHIVE.fullmatch(place):
        return found[1]
    if found := _IN_GIT.fullmatch(place):
        return found[3]
    return place if place.startswith(("http://", "https://")) else place.partition("://")[2]


def _with_inner(place: str, inner: str) -> str:
    """The URL of something else in the same tree."""
    if found := _IN_ARCHIVE.fullmatch(place):
        return f"{place[:6]}{inner}::{found[2]}"
    if place.startswith("git://"):
        return place.removesuffix(_inner(place)) + inner
    return inner if place.startswith(("http://", "https://")) else f"{place.partition(':')[0]}://{inner}"


def _is_archive(place: str) -> bool:
    """Whether a place, if it is a file, is an archive by its name: not by that of the archive that it lies in."""
    return archives.is_archive(Path(name_of(place)))


def _as_regex(pattern: str) -> re.Pattern[str]:
    """A pattern of names: `*` and `?` stand for anything but a slash, `**` for anything, `[...]` for one character."""
    parts = re.split(r"(\*\*/?|\*|\?|\[[^]]+\])", pattern)
    known = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    return re.compile(
        "".join(
            known.get(part) or (part.replace("[!", "[^") if part.startswith("[") else re.escape(part))
            for part in parts
        ),
        re.DOTALL,
    )


def _unreadable(place: str, error: OSError) -> RdfkitError:
    return SourceError(f"cannot be read: {error.strerror or error}", path=place)
