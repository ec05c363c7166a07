"""Folders, on this machine or elsewhere, as trees of files with sizes and times."""

from __future__ import annotations

import errno
import io
import os
import re
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any, BinaryIO, NamedTuple, TypeAlias, TypeVar

from rdfkit.sources.archive_safety import MIB
from rdfkit.sources.locations import FILE, FOLDER, OTHER

# What the libraries below fsspec raise beside OSError, ValueError and ImportError, by the module that has it.
_FOREIGN_ERRORS = {
    "aiohttp": ("ClientError",),
    "botocore.exceptions": ("BotoCoreError", "ClientError"),
    "gcsfs.retry": ("HttpError",),
    "google.auth.exceptions": ("GoogleAuthError",),
}
T = TypeVar("T")


class Found(NamedTuple):
    """An entry of a folder: its name there, and whether it is a folder itself."""

    name: str
    is_folder: bool
    size: int | None = None
    mtime_ns: int | None = None
    tag: str | None = None


class Flat:
    """A tree of which all files are known at once. Names use `/`; the root is the empty name."""

    def __init__(self, files: dict[str, Found], open_file: Callable[[str], BinaryIO]) -> None:
        self._files = files
        self._open = open_file
        self._folders: dict[str, dict[str, Found]] = {"": {}}
        for path, found in files.items():
            folder, _, name = path.rpartition("/")
            self._folder(folder)[name] = found._replace(name=name)

    def kind(self, name: str) -> str | None:
        """`FILE`, `FOLDER` or None."""
        name = name.strip("/")
        return FOLDER if name in self._folders else FILE if name in self._files else None

    def entries(self, name: str) -> Iterator[Found]:
        """What lies directly in a folder."""
        return iter(self._folders[name.strip("/")].values())

    def matches(self, pattern: str) -> Iterator[Found]:
        """The files and folders that a pattern names, each with its whole name."""
        wanted = _as_regex(pattern.strip("/"))
        for name, found in self._files.items():
            if wanted.fullmatch(name):
                yield found._replace(name=name)
        for name in self._folders:
            if name and wanted.fullmatch(name):
                yield Found(name, is_folder=True)

    def open(self, name: str) -> BinaryIO:
        """The bytes of a file. Raises OSError."""
        if name not in self._files:
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), name)
        return self._open(name)

    def _folder(self, name: str) -> dict[str, Found]:
        if name not in self._folders:
            above, _, own = name.rpartition("/")
            self._folder(above)[own] = Found(own, is_folder=True)
            self._folders[name] = {}
        return self._folders[name]


class FileSystem:
    """A file system of fsspec, with what `Flat` has, and ways to write.

    Names are its own: with the bucket, or the whole URL for HTTP.
    """

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
            found = asked(lambda: self._files.info(name))
        except FileNotFoundError:
            return None
        return {"file": FILE, "directory": FOLDER}.get(found["type"], OTHER)

    def entries(self, name: str) -> Iterator[Found]:
        above = f"{self._stripped(name)}/" if not self._is_http else f"{name.rstrip('/')}/"
        listed = asked(lambda: self._files.ls(above if self._is_http else above[:-1], detail=True))
        for info in listed:
            own = info["name"].rstrip("/").removeprefix("/" if not above[:-1] else "").removeprefix(above)
            # A page that lists a folder may name anything, and S3 has empty objects that stand for the folder.
            if own and "/" not in own and own not in (".", "..") and not (self._is_http and "?" in own):
                yield _found(own, info)

    def matches(self, pattern: str) -> Iterator[Found]:
        found = asked(lambda: self._files.glob(self._stripped(pattern), detail=True))
        return (_found(name, info) for name, info in found.items())

    def open(self, name: str) -> BinaryIO:
        # A stream: HTTP servers need not know ranges, and need not say how large a file is.
        # Any size keeps it from being asked for.
        options = {"block_size": 0, "size": 1} if self._is_http else {}
        file = asked(lambda: self._files.open(self._stripped(name), "rb", **options))
        return io.BufferedReader(_Stream(file), MIB)

    def write(self, name: str, data: bytes) -> None:
        """Writes a file. Object stores show it when all of it is there."""
        path = self._stripped(name)
        asked(lambda: self._files.makedirs(self._files._parent(path), exist_ok=True))
        asked(lambda: self._files.pipe_file(path, data))

    def remove(self, name: str) -> None:
        """Removes a file, if it is there."""
        try:
            asked(lambda: self._files.rm_file(self._stripped(name)))
        except FileNotFoundError:
            return

    def _stripped(self, name: str) -> str:
        return str(self._files._strip_protocol(name if self._is_http else f"{self._scheme}://{name}"))


# A tree of files: what is there (`kind`, `entries`, `matches`), and the bytes of a file (`open`).
Tree: TypeAlias = Flat | FileSystem


class _Stream(io.RawIOBase):
    """A file of fsspec, whose errors are OSErrors."""

    def __init__(self, file: Any) -> None:  # noqa: ANN401 - whatever fsspec opens
        self._file = file

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:  # noqa: ANN401 - any writable buffer, as RawIOBase has it
        data = asked(lambda: self._file.read(len(buffer)))
        buffer[: len(data)] = data
        return len(data)

    def close(self) -> None:
        if not self.closed:
            self._file.close()
        super().close()


def _found(name: str, info: dict[str, Any]) -> Found:
    def first(*keys: str) -> Any:  # noqa: ANN401 - each file system has its own kinds of values
        return next((info[key] for key in keys if info.get(key)), None)

    tag = first("ETag", "etag", "md5Hash", "md5", "crc32c")
    changed = _nanoseconds(first("LastModified", "mtime", "updated", "created"))
    return Found(name, info["type"] == "directory", info.get("size"), changed, tag)


def _nanoseconds(moment: object) -> int | None:
    if isinstance(moment, str):
        try:
            moment = datetime.fromisoformat(moment)
        except ValueError:
            return None
    if isinstance(moment, datetime):
        return int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() * 1e9)
    return int(moment * 1e9) if isinstance(moment, int | float) else None


def asked(ask: Callable[[], T]) -> T:
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
