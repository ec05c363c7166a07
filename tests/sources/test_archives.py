"""Compressed files and archives, good ones and malicious ones, made here byte by byte."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import stat
import tarfile
import zipfile
from contextlib import nullcontext
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rdfkit.errors import ArchiveError
from rdfkit.sources.archive_safety import Limits
from rdfkit.sources.archives import is_archive, members, open_bytes

MIB = 1 << 20
SMALL = Limits(size=4 * MIB, ratio=20, ratio_from=MIB, members=3)
# Deflate does nothing for these bytes.
DENSE = bytes((i * i * 31 + i // 7 * 17 + i**3 // 1009) % 256 for i in range(5000))


def make_zip(path: Path, *entries: tuple[zipfile.ZipInfo | str, bytes], method: int = 8) -> Path:
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, data in entries:
            archive.writestr(name, data, method)
    return path


def make_tar(path: Path, *entries: tuple[tarfile.TarInfo | str, bytes], mode: str = "w") -> Path:
    with tarfile.open(path, mode) as archive:
        for entry, data in entries:
            info = tarfile.TarInfo(entry) if isinstance(entry, str) else entry
            if info.type == tarfile.REGTYPE:
                info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return path


def read_all(path: Path, limits: Limits = SMALL) -> list[tuple[str, bytes]]:
    return [(name, stream.read()) for name, stream in members(path, limits)]


def refusal(path: Path, limits: Limits = SMALL) -> ArchiveError:
    """The error of an archive that must be refused before it gives anything."""
    given = []
    with pytest.raises(ArchiveError) as caught:
        given.extend(members(path, limits))
    assert given == []
    assert (caught.value.path, caught.value.exit_code) == (str(path), 3)
    return caught.value


# --- single files ---


@pytest.mark.parametrize("data", [b"", b"x", b"a\tb\n" * 1000, DENSE])
def test_plain_and_gzipped_bytes_are_the_same(data: bytes, tmp_path: Path) -> None:
    (tmp_path / "plain").write_bytes(data)
    (tmp_path / "zipped").write_bytes(gzip.compress(data, mtime=0))
    (tmp_path / "twice.gz").write_bytes(gzip.compress(data[:10], mtime=0) + gzip.compress(data[10:], mtime=0))
    for name in ("plain", "zipped", "twice.gz"):
        with open_bytes(tmp_path / name) as stream:
            assert stream.read() == data


def test_lines_and_peeks_work_on_gzip(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(gzip.compress(b"one\ntwo\nthree", mtime=0))
    with open_bytes(tmp_path / "x") as stream:
        assert stream.readline() == b"one\n"
        assert list(stream) == [b"two\n", b"three"]


@pytest.mark.parametrize("end", [3, 12, 40, -9, -1])
def test_a_gzip_cut_anywhere_is_damaged(end: int, tmp_path: Path) -> None:
    path = tmp_path / "x.gz"
    path.write_bytes(gzip.compress(DENSE, mtime=0)[:end])
    with pytest.raises(ArchiveError, match="is damaged") as caught, open_bytes(path) as stream:
        stream.read()
    assert caught.value.path == str(path)


def test_a_gzip_with_a_flipped_bit_is_damaged(tmp_path: Path) -> None:
    data = bytearray(gzip.compress(DENSE, mtime=0))
    data[len(data) // 2] ^= 1
    (tmp_path / "x.gz").write_bytes(data)
    with pytest.raises(ArchiveError, match="is damaged"), open_bytes(tmp_path / "x.gz") as stream:
        stream.read()


def test_a_bomb_stops_long_before_its_end(tmp_path: Path) -> None:
    path = tmp_path / "bomb.gz"
    path.write_bytes(gzip.compress(bytes(64 * MIB), 9, mtime=0))
    read = 0
    with pytest.raises(ArchiveError, match="more than 20 times") as caught, open_bytes(path, SMALL) as stream:
        while data := stream.read(1000):
            read += len(data)
    assert read <= 3 * MIB
    assert caught.value.value is not None


def test_even_a_single_read_does_not_hold_a_bomb(tmp_path: Path) -> None:
    path = tmp_path / "bomb.gz"
    path.write_bytes(gzip.compress(bytes(64 * MIB), 9, mtime=0))
    with pytest.raises(ArchiveError) as caught, open_bytes(path, SMALL) as stream:
        stream.read()
    assert int(caught.value.value or 0) <= 3 * MIB


def test_the_size_counts_without_a_ratio(tmp_path: Path) -> None:
    path = tmp_path / "large.gz"
    path.write_bytes(gzip.compress(DENSE, mtime=0))
    limits = Limits(size=4999)
    with pytest.raises(ArchiveError, match="more than 4999 bytes"), open_bytes(path, limits) as stream:
        stream.read()
    with open_bytes(path, Limits(size=5000)) as stream:
        assert stream.read() == DENSE


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (bz2.compress(b"x" * 100), "bzip2"),
        (lzma.compress(b"x" * 100), "xz"),
        (b"\x28\xb5\x2f\xfd\x00\x00", "zstd"),
        (b"PK\x03\x04rest", "zip archive"),
        (gzip.compress(gzip.compress(b"x" * 100, mtime=0), mtime=0), "twice"),
        (gzip.compress(bz2.compress(b"x" * 100), mtime=0), "bzip2"),
    ],
)
def test_other_packings_are_named(data: bytes, words: str, tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(data)
    with pytest.raises(ArchiveError, match=words) as caught, open_bytes(tmp_path / "x"):
        pass
    assert caught.value.expected is not None


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError), open_bytes(tmp_path / "gone"):
        pass
    with pytest.raises(FileNotFoundError):
        list(members(tmp_path / "gone.zip"))


# --- archives ---

GOOD = [("b/2.ttl", b"two"), ("a.ttl", b""), ("b/1.ttl", DENSE)]


def good_archives(folder: Path) -> list[Path]:
    return [
        make_zip(folder / "x.zip", *GOOD),
        make_zip(folder / "stored.zip", *GOOD, method=0),
        make_tar(folder / "x.tar", *GOOD),
        make_tar(folder / "x.tar.gz", *GOOD, mode="w:gz"),
        make_tar(folder / "dots.tgz", *((f"./{name}", data) for name, data in GOOD), mode="w:gz"),
    ]


def test_members_come_sorted_by_name(tmp_path: Path) -> None:
    for path in good_archives(tmp_path):
        assert read_all(path) == [("a.ttl", b""), ("b/1.ttl", DENSE), ("b/2.ttl", b"two")], path.name


def test_archives_are_told_by_their_names(tmp_path: Path) -> None:
    assert all(is_archive(path) for path in good_archives(tmp_path))
    assert not any(is_archive(Path(name)) for name in ("x.ttl", "x.ttl.gz", "zip", "x.zip.md"))


def test_folders_are_no_members(tmp_path: Path) -> None:
    folder = tarfile.TarInfo("wp")
    folder.type = tarfile.DIRTYPE
    assert read_all(make_tar(tmp_path / "x.tar", (folder, b""), ("wp/a", b"1"))) == [("wp/a", b"1")]
    assert read_all(make_zip(tmp_path / "x.zip", ("wp/", b""), ("wp/a", b"1"))) == [("wp/a", b"1")]


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("/etc/passwd", "absolute path"),
        ("../up.ttl", r"\.\."),
        ("a/../../up.ttl", r"\.\."),
        ("a/..", r"\.\."),
        ("C:/x.ttl", "drive"),
        ("c:x.ttl", "drive"),
        ("..\\up.ttl", "backslash"),
        ("\\\\host\\share", "backslash"),
        ("a\nb.ttl", "control character"),
        ("a\x1b[2Jb.ttl", "control character"),
    ],
)
def test_names_that_lead_elsewhere(name: str, words: str, tmp_path: Path) -> None:
    first = ("fine.ttl", b"1")
    for path in (
        make_zip(tmp_path / "x.zip", first, (name, b"2")),
        make_tar(tmp_path / "x.tar", first, (name, b"2")),
        make_tar(tmp_path / "x.tar.gz", first, (name, b"2"), mode="w:gz"),
    ):
        error = refusal(path)
        assert error.value == name
        assert not set(error.key or "") & set("\n\x1b")
        with pytest.raises(ArchiveError, match=words):
            read_all(path)


def test_a_folder_that_leads_elsewhere(tmp_path: Path) -> None:
    folder = tarfile.TarInfo("../out")
    folder.type = tarfile.DIRTYPE
    assert ".." in refusal(make_tar(tmp_path / "x.tar", (folder, b""))).message
    assert ".." in refusal(make_zip(tmp_path / "x.zip", ("../out/", b""))).message


def test_a_name_with_a_nul(tmp_path: Path) -> None:
    path = make_zip(tmp_path / "x.zip", ("abc.ttl", b"1"))
    path.write_bytes(path.read_bytes().replace(b"abc.ttl", b"a\x00c.ttl"))
    assert "control character" in refusal(path).message


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        (tarfile.SYMTYPE, "symbolic link to /etc/passwd"),
        (tarfile.LNKTYPE, "hard link to /etc/passwd"),
        (tarfile.CHRTYPE, "device"),
        (tarfile.BLKTYPE, "device"),
        (tarfile.FIFOTYPE, "pipe"),
    ],
)
def test_what_is_no_file_in_a_tar(kind: bytes, words: str, tmp_path: Path) -> None:
    info = tarfile.TarInfo("a.ttl")
    info.type, info.linkname = kind, "/etc/passwd" if "link" in words else ""
    for name, mode in (("x.tar", "w"), ("x.tgz", "w:gz")):
        error = refusal(make_tar(tmp_path / name, ("fine", b"1"), (info, b""), mode=mode))
        assert words in error.message
        assert error.key == "a.ttl"


def test_a_sparse_file_in_a_tar(tmp_path: Path) -> None:
    info = tarfile.TarInfo("a.ttl")
    # PAX headers of GNU tar: a file of 1 TB of which nothing is stored.
    info.pax_headers = {"GNU.sparse.map": "0,0", "GNU.sparse.size": str(10**12)}
    path = tmp_path / "x.tar"
    with tarfile.open(path, "w", format=tarfile.PAX_FORMAT) as archive:
        archive.addfile(info, io.BytesIO(b""))
    assert refusal(path).key == "a.ttl"


@pytest.mark.parametrize(
    ("mode", "words"),
    [(stat.S_IFLNK, "symbolic link"), (stat.S_IFCHR, "no regular file"), (stat.S_IFIFO, "no regular file")],
)
def test_what_is_no_file_in_a_zip(mode: int, words: str, tmp_path: Path) -> None:
    info = zipfile.ZipInfo("a.ttl")
    info.create_system, info.external_attr = 3, (mode | 0o777) << 16
    assert words in refusal(make_zip(tmp_path / "x.zip", (info, b"/etc/passwd"))).message


@pytest.mark.parametrize("other", ["a.ttl", "./a.ttl", ".//a.ttl"])
def test_names_that_occur_twice(other: str, tmp_path: Path) -> None:
    tar = make_tar(tmp_path / "x.tar", ("a.ttl", b"1"), (other, b"2"))
    with pytest.warns(UserWarning) if other == "a.ttl" else nullcontext():
        zipped = make_zip(tmp_path / "x.zip", ("a.ttl", b"1"), (other, b"2"))
    for path in (tar, zipped):
        assert "twice" in refusal(path).message


def test_an_encrypted_member(tmp_path: Path) -> None:
    path = make_zip(tmp_path / "x.zip", ("a.ttl", b"1"))
    data = bytearray(path.read_bytes())
    # General purpose flag, bit 0, in the local and in the central header (APPNOTE 4.3.7 and 4.3.12).
    data[6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(data)
    assert "encrypted" in refusal(path).message


def test_a_method_that_is_not_deflate(tmp_path: Path) -> None:
    path = make_zip(tmp_path / "x.zip", ("a.ttl", b"1"), method=zipfile.ZIP_LZMA)
    assert "method 14" in refusal(path).message


def test_bombs_by_ratio(tmp_path: Path) -> None:
    zeros = bytes(2 * MIB)
    for path in (
        make_zip(tmp_path / "x.zip", ("fine", b"1"), ("zeros", zeros)),
        make_tar(tmp_path / "x.tar.gz", ("fine", b"1"), ("zeros", zeros), mode="w:gz"),
    ):
        assert "more than 20 times" in refusal(path).message


def test_bombs_by_sum(tmp_path: Path) -> None:
    part = DENSE * 100
    path = make_zip(tmp_path / "x.zip", ("a", part), ("b", part), ("c", part), method=0)
    assert len(read_all(path, Limits(size=3 * len(part)))) == 3
    assert refusal(path, Limits(size=3 * len(part) - 1)).key == "c"


def test_members_that_share_their_bytes(tmp_path: Path) -> None:
    """A zip whose directory names the same bytes again and again is small on disk, whatever each ratio is."""
    path = make_zip(tmp_path / "x.zip", ("a", DENSE * 40), method=0)
    data = path.read_bytes()
    start, end = data.index(b"PK\x01\x02"), data.index(b"PK\x05\x06")
    entry = bytearray(data[start:end])
    entries = b""
    for number in range(60):
        entry[46:47] = bytes([ord("A") + number])
        entries += bytes(entry)
    tail = bytearray(data[end:])
    tail[8:12] = (60).to_bytes(2, "little") * 2
    tail[12:16] = len(entries).to_bytes(4, "little")
    path.write_bytes(data[:start] + entries.replace(b"\\", b"_") + bytes(tail))
    limits = Limits(ratio=20, ratio_from=MIB)
    assert "more than 20 times" in refusal(path, limits).message


def test_a_zip_that_understates_a_size_is_damaged(tmp_path: Path) -> None:
    path = make_zip(tmp_path / "x.zip", ("a", DENSE))
    data = bytearray(path.read_bytes())
    at = data.index(b"PK\x01\x02") + 24
    data[at : at + 4] = (10).to_bytes(4, "little")
    path.write_bytes(data)
    with pytest.raises(ArchiveError, match="damaged"):
        read_all(path)


def test_too_many_members(tmp_path: Path) -> None:
    path = make_tar(tmp_path / "x.tar", *((str(number), b"") for number in range(4)))
    assert "more than 3 members" in refusal(path).message


def test_a_header_that_claims_to_be_huge(tmp_path: Path) -> None:
    info = tarfile.TarInfo("name")
    info.type, info.size = tarfile.XHDTYPE, 100 * MIB
    path = tmp_path / "x.tar"
    path.write_bytes(info.tobuf() + bytes(2048))
    with pytest.raises(ArchiveError, match="header of"):
        read_all(path)


def test_archives_in_archives_stay_closed(tmp_path: Path) -> None:
    """A bomb inside a member is bytes like any other: nothing unpacks it."""
    bomb = gzip.compress(bytes(8 * MIB), 9, mtime=0)
    path = make_zip(tmp_path / "x.zip", ("bomb.ttl.gz", bomb))
    assert read_all(path) == [("bomb.ttl.gz", bomb)]


@pytest.mark.parametrize(
    "data", [b"", b"<html></html>", b"PK\x03\x04", b"PK\x05\x06", gzip.compress(b"no tar", mtime=0)]
)
def test_what_is_no_archive(data: bytes, tmp_path: Path) -> None:
    path = tmp_path / "x.zip"
    path.write_bytes(data)
    assert refusal(path).expected is not None


@pytest.mark.parametrize("name", ["x.zip", "stored.zip", "x.tar", "x.tar.gz", "dots.tgz"])
def test_a_cut_archive_is_damaged_wherever_it_is_cut(name: str, tmp_path: Path) -> None:
    path = next(path for path in good_archives(tmp_path) if path.name == name)
    data = path.read_bytes()
    # The second zero block and the padding of a tar may be missing.
    useful = len(data) if path.suffix != ".tar" else 512 * 5 + 5120
    for end in {1, 100, 512, 700, useful // 2, 512 * 4, useful - 1}:
        path.write_bytes(data[:end])
        with pytest.raises(ArchiveError):
            read_all(path)


def test_a_tar_with_a_broken_header_in_the_middle(tmp_path: Path) -> None:
    path = make_tar(tmp_path / "x.tar", ("a", b"1"), ("b", b"2"), ("c", b"3"))
    data = bytearray(path.read_bytes())
    data[1024 + 150] ^= 0xFF
    path.write_bytes(data)
    with pytest.raises(ArchiveError, match="damaged"):
        read_all(path)


@given(st.data())
def test_no_bytes_raise_anything_else(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    folder = tmp_path_factory.mktemp("fuzz")
    path = data.draw(st.sampled_from(good_archives(folder)))
    content = bytearray(path.read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    path.write_bytes(content)
    try:
        read_all(path, Limits())
    except ArchiveError as error:
        assert error.path == str(path)
