"""Opens compressed files and archives: the one place where rdfkit unpacks anything.

An archive is not trusted. Nothing is unpacked under a name that it chooses: members are read as streams, so
a path in an archive leads nowhere. Links, odd names and bombs are refused all the same, since what holds them
is not a set of data files.
"""

from __future__ import annotations

import gzip
import io
import shutil
import stat
import tarfile
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import IO, Any, BinaryIO

from rdfkit.errors import ArchiveError
from rdfkit.sources.archive_safety import (
    DAMAGE,
    LIMITS,
    MIB,
    STEP,
    Entry,
    Limits,
    check_growth,
    checked,
    damaged,
    refused,
    safe_name,
)

# An unpacked tar up to this size stays in memory.
IN_MEMORY = 64 * MIB

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
_ENCRYPTED = 0x1
_UNIX = 3
_BLOCK = 512


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
    with path.open("rb") as file, closing(Archive(file, path, limits)) as archive:
        for name in archive.entries:
            with archive.open(name) as stream:
                yield name, stream


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
        except DAMAGE as error:
            raise damaged(self._path, error, entry.name) from error
        return io.BufferedReader(_Member(stream, self._path, entry.name))

    def close(self) -> None:
        """Lets go of what opening it took; the file itself stays open."""
        self._held.close()

    def _entries(self, file: IO[bytes], limits: Limits) -> dict[str, Entry]:
        packed = file.seek(0, io.SEEK_END)
        file.seek(0)
        head = file.read(8)
        file.seek(0)
        if head.startswith(_ZIP):
            entries = self._zip_entries(file)
        elif head.startswith(_GZIP):
            unpacked = self._held.enter_context(tempfile.SpooledTemporaryFile(IN_MEMORY))  # noqa: SIM115
            # Members are given by name, so the tar must be sought in, which gzip cannot do.
            shutil.copyfileobj(_Gunzipped(file, self._path, limits), unpacked, STEP)
            unpacked.seek(0)
            entries = self._tar_entries(unpacked)
        else:
            _refuse_other_packing(head, self._path, "zip, tar or tar.gz")
            entries = self._tar_entries(file)
        return checked(entries, packed, self._path, limits)

    def _zip_entries(self, file: IO[bytes]) -> Iterator[Entry]:
        path = self._path
        try:
            archive = self._held.enter_context(zipfile.ZipFile(file))
        except DAMAGE as error:
            raise damaged(path, error) from error
        return (
            _zip_entry(archive, info, path) for info in archive.infolist() if not _is_zip_folder(info, path)
        )

    def _tar_entries(self, file: IO[bytes]) -> Iterator[Entry]:
        try:
            archive = self._held.enter_context(tarfile.open(fileobj=_Steps(file), mode="r:"))  # noqa: SIM115
        except DAMAGE as error:
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
        view = memoryview(buffer)[:STEP]
        try:
            count = self._gzip.readinto(view)
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            raise damaged(self._path, error) from error
        self._size += count
        check_growth(self._size, self._file.tell(), self._path, None, self._limits)
        return count


class _Member(io.RawIOBase):
    """The bytes of one member; damage that shows on reading is an ArchiveError."""

    def __init__(self, stream: IO[bytes], path: Path | str, name: str) -> None:
        self._stream, self._path, self._name = stream, path, name

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:  # noqa: ANN401 - any writable buffer, as RawIOBase has it
        try:
            data = self._stream.read(min(len(buffer), STEP))
        except DAMAGE as error:
            raise damaged(self._path, error, self._name) from error
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
        if size > STEP:
            raise tarfile.ReadError(f"a header of {size} bytes")
        return self._file.read(size)

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        return self._file.tell()


# --- zip ---


def _is_zip_folder(info: zipfile.ZipInfo, path: Path | str) -> bool:
    safe_name(info.orig_filename, path)
    return info.is_dir()


def _zip_entry(archive: zipfile.ZipFile, info: zipfile.ZipInfo, path: Path | str) -> Entry:
    # ZipInfo.filename ends at a NUL byte; `orig_filename` is what stands in the archive.
    name = info.orig_filename
    kind = stat.S_IFMT(info.external_attr >> 16) if info.create_system == _UNIX else 0
    if kind not in (0, stat.S_IFREG):
        what = "a symbolic link" if kind == stat.S_IFLNK else "no regular file"
        raise refused(path, name, f"is {what}", "regular files only")
    if info.flag_bits & _ENCRYPTED:
        raise refused(path, name, "is encrypted", "members without a password")
    if info.header_offset < 0:
        raise refused(path, name, "is damaged: it starts before the archive", "a whole file")
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise refused(path, name, f"is packed by method {info.compress_type}", "stored or deflated members")
    tag = f"crc32:{info.CRC:08x}"
    return Entry(name, info.file_size, info.compress_size, None, tag, lambda: archive.open(info))


# --- tar ---


def _tar_entries(archive: tarfile.TarFile, file: IO[bytes], path: Path | str) -> Iterator[Entry]:
    try:
        for info in archive:
            safe_name(info.name, path)
            if not info.isdir():
                yield _tar_entry(archive, info, path)
    except DAMAGE as error:
        raise damaged(path, error) from error
    # tarfile takes a broken header for the end. The real end is a block of zeros (POSIX.1-2001, pax).
    file.seek(archive.offset)
    if file.read(_BLOCK) != bytes(_BLOCK):
        raise damaged(path, EOFError("it stops without the end mark of a tar"))


def _tar_entry(archive: tarfile.TarFile, info: tarfile.TarInfo, path: Path | str) -> Entry:
    if info.issym() or info.islnk():
        what = "a symbolic link" if info.issym() else "a hard link"
        raise refused(path, info.name, f"is {what} to {info.linkname}", "regular files only")
    if not info.isreg() or info.issparse():
        what = "a sparse file" if info.issparse() else "a device, a pipe or something unknown"
        raise refused(path, info.name, f"is {what}", "regular files only")
    changed = int(info.mtime * 1_000_000_000)
    return Entry(info.name, info.size, None, changed, None, lambda: _extracted(archive, info))


def _extracted(archive: tarfile.TarFile, info: tarfile.TarInfo) -> IO[bytes]:
    stream = archive.extractfile(info)
    if stream is None:
        raise tarfile.ReadError("a member without content")
    return stream


# --- what holds for both ---


def _refuse_other_packing(head: bytes, path: Path | str, expected: str) -> None:
    for magic, what in _OTHER_PACKINGS.items():
        if head.startswith(magic):
            raise ArchiveError(f"is {what}", path=str(path), expected=expected)
