"""What is refused of an archive: too large, too many files, names that lead out of it, damage."""

from __future__ import annotations

import re
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from rdfkit.errors import ArchiveError

MIB = 1 << 20
_GIB = 1 << 30
# NCBI's gene_info of all species, the largest file that rdfkit is made for, is about 8 GB.
MAX_SIZE = 16 * _GIB
# Tables and N-Quads shrink to a tenth or, when every line repeats an IRI, to a fiftieth. Deflate ends at 1032.
MAX_RATIO = 200
# Below this size a high ratio does no harm, and a short file of equal lines is no bomb.
RATIO_MATTERS_FROM = 16 * MIB
# The whole of PFOCR, a file per figure, is about 100,000.
MAX_MEMBERS = 500_000
# How much is unpacked before the limits are looked at again.
STEP = MIB
_DRIVE = re.compile(r"[A-Za-z]:")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
# What zipfile and tarfile raise for damaged headers, beside their own errors.
DAMAGE = (
    zipfile.BadZipFile,
    tarfile.TarError,
    zlib.error,
    struct.error,
    EOFError,
    NotImplementedError,
    OverflowError,
    ValueError,
)


@dataclass(frozen=True, slots=True)
class Limits:
    """How far unpacking goes.

    `size` bounds one unpacked file and all members of an archive together, in bytes. `ratio` bounds unpacked
    to packed bytes, once there are `ratio_from` unpacked bytes. `members` bounds the files of an archive.
    """

    size: int = MAX_SIZE
    ratio: int = MAX_RATIO
    ratio_from: int = RATIO_MATTERS_FROM
    members: int = MAX_MEMBERS


LIMITS = Limits()


@dataclass(frozen=True, slots=True)
class Entry:
    """What an archive says of one file.

    `size` and `packed` count bytes, `mtime_ns` is when the file was last changed, `tag` changes with its content:
    a tar has the one, a zip the other.
    """

    name: str
    size: int
    packed: int | None
    mtime_ns: int | None
    tag: str | None
    open: Callable[[], IO[bytes]]


def checked(entries: Iterator[Entry], packed: int, path: Path | str, limits: Limits) -> dict[str, Entry]:
    """The files of an archive by name, sorted. Raises ArchiveError when one of them, or all together, are not safe."""
    found: dict[str, Entry] = {}
    total = 0
    for entry in entries:
        name = safe_name(entry.name, path)
        if name in found:
            raise refused(path, entry.name, "is there twice", "each name once")
        if len(found) == limits.members:
            raise refused(
                path, entry.name, f"is one of more than {limits.members} members", f"at most {limits.members}"
            )
        total += entry.size
        # A zip can let its members share bytes, so the sum counts too, against the whole archive.
        check_growth(entry.size, packed if entry.packed is None else entry.packed, path, entry.name, limits)
        check_growth(total, packed, path, entry.name, limits)
        found[name] = entry
    return dict(sorted(found.items()))


def safe_name(name: str, path: Path | str) -> str:
    """The name without `.` and empty parts. Raises ArchiveError for a name that leads out of the archive."""
    parts = name.split("/")
    if name.startswith("/"):
        raise refused(path, name, "is an absolute path", "relative paths")
    if _DRIVE.match(name):
        raise refused(path, name, "is a path with a drive", "relative paths")
    if "\\" in name:
        raise refused(path, name, "has a backslash in its name", "paths with /")
    if ".." in parts:
        raise refused(path, name, "leads out of its folder with ..", "paths without ..")
    if _CONTROL.search(name):
        raise refused(path, name, "has a control character in its name", "printable names")
    plain = "/".join(part for part in parts if part not in ("", "."))
    if not plain and not name.endswith(("/", ".")):
        raise refused(path, name, "has no name", "named members")
    return plain


def check_growth(size: int, packed: int, path: Path | str, name: str | None, limits: Limits) -> None:
    """Raises ArchiveError when so many unpacked bytes of so many packed ones are beyond the limits."""
    if size > limits.size:
        message, expected = f"unpacks to more than {limits.size} bytes", f"at most {limits.size} bytes"
    elif size > limits.ratio_from and size > limits.ratio * packed:
        message = f"unpacks to more than {limits.ratio} times its size, as bombs do"
        expected = f"at most {limits.ratio} times"
    else:
        return
    raise ArchiveError(message, path=str(path), key=name, value=str(size), expected=expected)


def refused(path: Path | str, name: str, message: str, expected: str) -> ArchiveError:
    """What to raise for a member that is not safe."""
    # The name is shown with its control characters escaped: it comes from a stranger and goes to a terminal.
    shown = _CONTROL.sub(lambda match: f"\\x{ord(match.group()):02x}", name)
    return ArchiveError(message, path=str(path), key=shown, value=name, expected=expected)


def damaged(path: Path | str, error: Exception, name: str | None = None) -> ArchiveError:
    """What to raise for an archive, or a member of it, that cannot be read to its end."""
    reason = str(error) or "it stops in the middle"
    return ArchiveError(f"is damaged: {reason}", path=str(path), key=name, expected="a whole file")
