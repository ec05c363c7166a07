"""Files that are written whole or not at all, and what stands in their place when it is no file.

A regular file, or none yet, is written aside and renamed. A device, a pipe or a terminal is opened and written to, for
a rename would replace it. A symbolic link is followed. `-` is standard output.
"""

from __future__ import annotations

import errno
import gzip
import os
import re
import shutil
import stat
import sys
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, cast

from rdfkit.errors import ExportError

# Level 9 takes three times as long for files that are hardly smaller.
LEVEL = 6
STDOUT = Path("-")
# Names of what this process has open: opened by name a file would be cut to nothing, and not be written on.
_OPEN = re.compile(r"/(?:dev|proc/self)/fd/(\d+)|/dev/(stdin|stdout|stderr)")
_NUMBERS = {"stdin": 0, "stdout": 1, "stderr": 2}
# The files that are being written, for who ends the process before they are whole.
_unfinished: set[Path] = set()


@contextmanager
def whole_file(path: Path) -> Iterator[BinaryIO]:
    """A file that appears when all is written, and not at all when writing fails; see above for what is no file.

    If its name ends in `.gz` it is gzipped, without a name or a time, so that the same content gives the same bytes
    (RFC 1952). Raises ExportError when it cannot be written, BrokenPipeError when the reader of a pipe has gone.
    """
    try:
        with ExitStack() as opened:
            file = opened.enter_context(_in_place(path) if is_stream(path) else _aside(path))
            if path.suffix.lower() == ".gz":
                packed = gzip.GzipFile(filename="", mode="wb", compresslevel=LEVEL, fileobj=file, mtime=0)
                file = cast("BinaryIO", opened.enter_context(packed))
            yield file
    except BrokenPipeError:
        raise
    except OSError as error:
        # Oxigraph's failures have no number, and are no matter of this file.
        if error.errno is None:
            raise
        raise _cannot(error, path) from error


def write_file(data: bytes, path: Path) -> None:
    """Writes a file as `whole_file` does. Raises what that raises."""
    with whole_file(path) as file:
        file.write(data)


def is_stream(path: Path) -> bool:
    """Whether a path is standard output, or anything that is there and neither file nor folder."""
    if path == STDOUT or _OPEN.fullmatch(str(path)):
        return True
    try:
        mode = path.stat().st_mode
    except (OSError, ValueError):
        return False
    return not stat.S_ISREG(mode) and not stat.S_ISDIR(mode)


def try_place(path: Path, sources: Iterable[str | Path] = ()) -> None:
    """Tries whether a file can be written, before any work is done for it; leaves all as it is.

    Raises ExportError when it cannot, and when it is one of the `sources` of the work.
    """
    if is_stream(path):
        # Opened, a pipe would tell its reader that this was all.
        if path != STDOUT and path.exists() and not os.access(path, os.W_OK):
            raise ExportError("cannot be written: no permission", path=str(path))
        return
    if any(_is_same(path, source) for source in sources):
        raise ExportError("is a source, and would be overwritten", path=str(path), expected="another file")
    try:
        file, name = _partial(_target(path))
        os.close(file)
        _discard(name)
    except OSError as error:
        raise _cannot(error, path) from error


def discard_unfinished() -> None:
    """Removes what has been begun and not finished, for who ends the process at once."""
    for name in tuple(_unfinished):
        _discard(name)


@contextmanager
def _in_place(path: Path) -> Iterator[BinaryIO]:
    """What stands at a path, open for writing."""
    if path == STDOUT:
        sys.stdout.flush()
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    found = _OPEN.fullmatch(str(path))
    if found is None:
        with path.open("wb") as file:
            yield file
        return
    number = int(found[1]) if found[1] else _NUMBERS[found[2]]
    sys.stdout.flush()
    with os.fdopen(os.dup(number), "wb") as file:
        yield file


@contextmanager
def _aside(path: Path) -> Iterator[BinaryIO]:
    """A file beside the one that is meant, which takes its place at the end."""
    target = _target(path)
    number, name = _partial(target)
    try:
        with os.fdopen(number, "wb") as file:
            yield file
        name.replace(target)
    finally:
        _discard(name)


def _target(path: Path) -> Path:
    """The file that a path means. Raises OSError when it is none that could be written."""
    target = Path(os.path.realpath(path))
    if target.is_symlink():
        raise OSError(errno.ELOOP, "the symbolic link leads to itself")
    if target.is_dir():
        raise IsADirectoryError(errno.EISDIR, "Is a directory")
    if target.exists() and not os.access(target, os.W_OK):
        raise PermissionError(errno.EACCES, "Permission denied")
    return target


def _partial(target: Path) -> tuple[int, Path]:
    """A new file beside another, open, with the rights of that other, or those of any new file."""
    number, made = tempfile.mkstemp(prefix=".rdfkit-", suffix=".partial", dir=target.parent)
    name = Path(made)
    _unfinished.add(name)
    if target.exists():
        with suppress(OSError):
            shutil.copymode(target, name)
            shutil.chown(name, target.stat().st_uid, target.stat().st_gid)
    else:
        mask = os.umask(0)
        os.umask(mask)
        name.chmod(0o666 & ~mask)
    return number, name


def _discard(name: Path) -> None:
    with suppress(OSError):
        name.unlink()
    _unfinished.discard(name)


def _is_same(path: Path, source: str | Path) -> bool:
    try:
        return Path(source).is_file() and Path(source).samefile(path)
    except (OSError, ValueError):
        return False


def _cannot(error: OSError, path: Path) -> ExportError:
    place = "standard output" if path == STDOUT else str(path)
    return ExportError(f"cannot be written: {error.strerror}", path=place)
