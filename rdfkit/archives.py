"""Opens compressed files and archives: the one place where rdfkit unpacks anything.

An archive is not trusted. Nothing is unpacked under a name that it chooses: members are read as streams, so
a path in an archive leads nowhere. Links, odd names and bombs are refused all the same, since what holds them
is not a set of data files.
"""

from __future__ import annotations

import gzip
import io
import re
import shutil
import stat
import struct
import tarfile
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, BinaryIO, Self

from rdfkit.errors import ArchiveError

_MIB = 1 << 20
_GIB = 1 << 30

# NCBI's gene_info of all species, the largest file that rdfkit is made for, is about 8 GB.
MAX_SIZE = 16 * _GIB
# Tables and N-Quads shrink to a tenth or, when every line repeats an IRI, to a fiftieth. Deflate ends at 1032.
MAX_RATIO = 200
# Below this size a high ratio does no harm, and a short file of equal lines is no bomb.
RATIO_MATTERS_FROM = 16 * _MIB
# The whole of PFOCR, a file per figure, is about 100,000.
MAX_MEMBERS = 500_000

# How much is unpacked before the limits are looked at again.
_STEP = _MIB
# An unpacked tar up to this size stays in memory.
_IN_MEMORY = 64 * _MIB

_GZIP = b"\x1f\x8b"
_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_OTHER_PACKINGS = {
    _ZIP[0]: "a zip archive",
    _ZIP[1]: "an empty zip archive",
    b"BZh": "packed with bzip2",
    b"\xfd7zXZ\x00": "packed with xz",
    b"\x28\xb5\x2f\xfd": "packed with zstd",
}
_ARCHIVE_SUFFIXES = (".zip", ".tar", ".tar.gz", ".tgz")
_DRIVE = re.compile(r"[A-Za-z]:")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_ENCRYPTED = 0x1
_UNIX = 3
_BLOCK = 512
# What zipfile and tarfile raise for damaged headers, beside their own errors.
_DAMAGE = (
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


def is_archive(path: Path) -> bool:
    """Whether the name of a file is that of an archive which `members` reads: zip, tar, tar.gz, tgz."""
    return path.name.lower().endswith(_ARCHIVE_SUFFIXES)


@contextmanager
def open_bytes(path: Path, limits: Limits = LIMITS) -> Iterator[BinaryIO]:
    """A buffered stream of the bytes of a file, unpacked when it is gzip (RFC 1952, told by its first bytes).

    Raises OSError when the file cannot be opened; ArchiveError, on opening or on reading, when it is damaged or
    cut short, unpacks to more than the limits allow, is packed twice or in another way.
    """
    with path.open("rb") as file:
        head = file.peek(8)
        if not head.startswith(_GZIP):
            _refuse_other_packing(head, path, "plain or gzip")
            yield file
            return
        with io.BufferedReader(_Gunzipped(file, path, limits)) as stream:
            inner = stream.peek(8)
            if inner.startswith(_GZIP):
                raise ArchiveError("is packed twice", path=str(path), expected="one layer of gzip")
            _refuse_other_packing(inner, path, "one plain file inside the gzip")
            yield stream


def members(path: Path, limits: Limits = LIMITS) -> Iterator[tuple[str, BinaryIO]]:
    """The files in a zip, tar or tar.gz (told by its first bytes), sorted by name, each with its bytes.

    Names use `/` and have no `.` or empty parts. A stream can be read until the next member is asked for. All
    members are checked before the first one is given. Raises OSError when the file cannot be opened;
    ArchiveError for damage, absolute paths, `..`, backslashes, links, devices, encryption, names that occur
    twice, and whatever goes beyond the limits.
    """
    with path.open("rb") as file, Archive(file, path, limits) as archive:
        for name in archive.entries:
            with archive.open(name) as stream:
                yield name, stream


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


class Archive:
    """A zip, tar or tar.gz (told by its first bytes) whose members can be read in any order.

    `entries` are its files by name, sorted, all checked as `members` says. Raises ArchiveError as `members` does.
    """

    def __init__(self, file: IO[bytes], path: Path | str, limits: Limits = LIMITS) -> None:
        self._path = path
        self._held = ExitStack()
        try:
            self.entries = self._entries(file, limits)
        except BaseException:
            self._held.close()
            raise

    def open(self, name: str) -> BinaryIO:
        """A buffered stream of the bytes of one member. Raises KeyError when there is no such member."""
        entry = self.entries[name]
        try:
            stream = entry.open()
        except _DAMAGE as error:
            raise _damaged(self._path, error, entry.name) from error
        return io.BufferedReader(_Member(stream, self._path, entry.name))

    def close(self) -> None:
        """Lets go of what opening it took; the file itself stays open."""
        self._held.close()

    def __enter__(self) -> Self:
        """The archive itself."""
        return self

    def __exit__(self, *error: object) -> None:
        """Closes the archive."""
        self.close()

    def _entries(self, file: IO[bytes], limits: Limits) -> dict[str, Entry]:
        packed = file.seek(0, io.SEEK_END)
        file.seek(0)
        head = file.read(8)
        file.seek(0)
        if head.startswith(_ZIP):
            entries = self._zip_entries(file)
        elif head.startswith(_GZIP):
            unpacked = self._held.enter_context(tempfile.SpooledTemporaryFile(_IN_MEMORY))  # noqa: SIM115
            # Members are given by name, so the tar must be sought in, which gzip cannot do.
            shutil.copyfileobj(_Gunzipped(file, self._path, limits), unpacked, _STEP)
            unpacked.seek(0)
            entries = self._tar_entries(unpacked)
        else:
            _refuse_other_packing(head, self._path, "zip, tar or tar.gz")
            entries = self._tar_entries(file)
        return _checked(entries, packed, self._path, limits)

    def _zip_entries(self, file: IO[bytes]) -> Iterator[Entry]:
        path = self._path
        try:
            archive = self._held.enter_context(zipfile.ZipFile(file))
        except _DAMAGE as error:
            raise _damaged(path, error) from error
        return (
            _zip_entry(archive, info, path) for info in archive.infolist() if not _is_zip_folder(info, path)
        )

    def _tar_entries(self, file: IO[bytes]) -> Iterator[Entry]:
        try:
            archive = self._held.enter_context(tarfile.open(fileobj=_Steps(file), mode="r:"))  # noqa: SIM115
        except _DAMAGE as error:
            raise ArchiveError(
                f"is no archive that can be read: {error}",
                path=str(self._path),
                expected="zip, tar or tar.gz",
            ) from error
        return _tar_entries(archive, file, self._path)


class _Gunzipped(io.RawIOBase):
    """The unpacked bytes of a gzip file, as far as the limits go."""

    def __init__(self, file: IO[bytes], path: Path | str, limits: Limits) -> None:
        self._file, self._path, self._limits = file, path, limits
        self._gzip = gzip.GzipFile(fileobj=file)
        self._size = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:  # noqa: ANN401 - any writable buffer, as RawIOBase has it
        view = memoryview(buffer)[:_STEP]
        try:
            count = self._gzip.readinto(view)
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            raise _damaged(self._path, error) from error
        self._size += count
        _check_growth(self._size, self._file.tell(), self._path, None, self._limits)
        return count


class _Member(io.RawIOBase):
    """The bytes of one member; damage that shows on reading is an ArchiveError."""

    def __init__(self, stream: IO[bytes], path: Path | str, name: str) -> None:
        self._stream, self._path, self._name = stream, path, name

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:  # noqa: ANN401 - any writable buffer, as RawIOBase has it
        try:
            data = self._stream.read(min(len(buffer), _STEP))
        except _DAMAGE as error:
            raise _damaged(self._path, error, self._name) from error
        buffer[: len(data)] = data
        return len(data)

    def close(self) -> None:
        self._stream.close()
        super().close()


class _Steps(io.RawIOBase):
    """A tar that gives no more than a step at once: tarfile reads a header whole, however long it claims to be."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file

    def read(self, size: int = -1) -> bytes:
        if size > _STEP:
            raise tarfile.ReadError(f"a header of {size} bytes")
        return self._file.read(size)

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        return self._file.tell()


# --- zip ---


def _is_zip_folder(info: zipfile.ZipInfo, path: Path | str) -> bool:
    _safe_name(info.orig_filename, path)
    return info.is_dir()


def _zip_entry(archive: zipfile.ZipFile, info: zipfile.ZipInfo, path: Path | str) -> Entry:
    # ZipInfo.filename ends at a NUL byte; `orig_filename` is what stands in the archive.
    name = info.orig_filename
    kind = stat.S_IFMT(info.external_attr >> 16) if info.create_system == _UNIX else 0
    if kind not in (0, stat.S_IFREG):
        what = "a symbolic link" if kind == stat.S_IFLNK else "no regular file"
        raise _refused(path, name, f"is {what}", "regular files only")
    if info.flag_bits & _ENCRYPTED:
        raise _refused(path, name, "is encrypted", "members without a password")
    if info.header_offset < 0:
        raise _refused(path, name, "is damaged: it starts before the archive", "a whole file")
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise _refused(path, name, f"is packed by method {info.compress_type}", "stored or deflated members")
    tag = f"crc32:{info.CRC:08x}"
    return Entry(name, info.file_size, info.compress_size, None, tag, lambda: archive.open(info))


# --- tar ---


def _tar_entries(archive: tarfile.TarFile, file: IO[bytes], path: Path | str) -> Iterator[Entry]:
    try:
        for info in archive:
            _safe_name(info.name, path)
            if not info.isdir():
                yield _tar_entry(archive, info, path)
    except _DAMAGE as error:
        raise _damaged(path, error) from error
    # tarfile takes a broken header for the end. The real end is a block of zeros (POSIX.1-2001, pax).
    file.seek(archive.offset)
    if file.read(_BLOCK) != bytes(_BLOCK):
        raise ArchiveError(
            "is damaged: it stops without the end mark of a tar", path=str(path), expected="a whole file"
        )


def _tar_entry(archive: tarfile.TarFile, info: tarfile.TarInfo, path: Path | str) -> Entry:
    if info.issym() or info.islnk():
        what = "a symbolic link" if info.issym() else "a hard link"
        raise _refused(path, info.name, f"is {what} to {info.linkname}", "regular files only")
    if not info.isreg() or info.issparse():
        what = "a sparse file" if info.issparse() else "a device, a pipe or something unknown"
        raise _refused(path, info.name, f"is {what}", "regular files only")
    changed = int(info.mtime * 1_000_000_000)
    return Entry(info.name, info.size, None, changed, None, lambda: _extracted(archive, info))


def _extracted(archive: tarfile.TarFile, info: tarfile.TarInfo) -> IO[bytes]:
    stream = archive.extractfile(info)
    if stream is None:
        raise tarfile.ReadError("a member without content")
    return stream


# --- what holds for both ---


def _checked(entries: Iterator[Entry], packed: int, path: Path | str, limits: Limits) -> dict[str, Entry]:
    found: dict[str, Entry] = {}
    total = 0
    for entry in entries:
        name = _safe_name(entry.name, path)
        if name in found:
            raise _refused(path, entry.name, "is there twice", "each name once")
        if len(found) == limits.members:
            raise _refused(
                path, entry.name, f"is one of more than {limits.members} members", f"at most {limits.members}"
            )
        total += entry.size
        # A zip can let its members share bytes, so the sum counts too, against the whole archive.
        _check_growth(entry.size, packed if entry.packed is None else entry.packed, path, entry.name, limits)
        _check_growth(total, packed, path, entry.name, limits)
        found[name] = entry
    return dict(sorted(found.items()))


def _safe_name(name: str, path: Path | str) -> str:
    """The name without `.` and empty parts. Raises ArchiveError for a name that leads out of the archive."""
    parts = name.split("/")
    if name.startswith("/"):
        raise _refused(path, name, "is an absolute path", "relative paths")
    if _DRIVE.match(name):
        raise _refused(path, name, "is a path with a drive", "relative paths")
    if "\\" in name:
        raise _refused(path, name, "has a backslash in its name", "paths with /")
    if ".." in parts:
        raise _refused(path, name, "leads out of its folder with ..", "paths without ..")
    if _CONTROL.search(name):
        raise _refused(path, name, "has a control character in its name", "printable names")
    plain = "/".join(part for part in parts if part not in ("", "."))
    if not plain and not name.endswith(("/", ".")):
        raise _refused(path, name, "has no name", "named members")
    return plain


def _check_growth(size: int, packed: int, path: Path | str, name: str | None, limits: Limits) -> None:
    """Raises ArchiveError when so many unpacked bytes of so many packed ones are beyond the limits."""
    if size > limits.size:
        message, expected = f"unpacks to more than {limits.size} bytes", f"at most {limits.size} bytes"
    elif size > limits.ratio_from and size > limits.ratio * packed:
        message = f"unpacks to more than {limits.ratio} times its size, as bombs do"
        expected = f"at most {limits.ratio} times"
    else:
        return
    raise ArchiveError(message, path=str(path), key=name, value=str(size), expected=expected)


def _refuse_other_packing(head: bytes, path: Path | str, expected: str) -> None:
    for magic, what in _OTHER_PACKINGS.items():
        if head.startswith(magic):
            raise ArchiveError(f"is {what}", path=str(path), expected=expected)


def _refused(path: Path | str, name: str, message: str, expected: str) -> ArchiveError:
    # The name is shown with its control characters escaped: it comes from a stranger and goes to a terminal.
    shown = _CONTROL.sub(lambda match: f"\\x{ord(match.group()):02x}", name)
    return ArchiveError(message, path=str(path), key=shown, value=name, expected=expected)


def _damaged(path: Path | str, error: Exception, name: str | None = None) -> ArchiveError:
    reason = str(error) or "it stops in the middle"
    return ArchiveError(f"is damaged: {reason}", path=str(path), key=name, expected="a whole file")
