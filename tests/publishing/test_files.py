"""Files appear whole or not at all, packed when their name says so."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from rdfkit.errors import ExportError
from rdfkit.publishing.files import whole_file, write_file


@pytest.mark.parametrize("place", ["taken", "no folder/file", "file/below"])
def test_a_file_that_cannot_be_written_leaves_nothing(tmp_path: Path, place: str) -> None:
    (tmp_path / "taken").mkdir()
    (tmp_path / "file").write_bytes(b"as it was")
    with pytest.raises(ExportError, match="cannot be written"):
        write_file(b"x", tmp_path / place)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "taken"]
    assert (tmp_path / "file").read_bytes() == b"as it was"


@pytest.mark.parametrize("name", ["graph.ttl", "graph.ttl.gz"])
def test_a_failure_on_the_way_leaves_what_was_there(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"as it was")
    with pytest.raises(LookupError), whole_file(tmp_path / name) as file:
        file.write(b"half of it")
        raise LookupError
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [(name, b"as it was")]


def test_gz_is_packed_and_the_same_bytes_each_time(tmp_path: Path) -> None:
    found = set()
    for name in ("one.ttl.gz", "other.nq.GZ"):
        write_file(b"text" * 1000, tmp_path / name)
        found.add((tmp_path / name).read_bytes())
    (packed,) = found
    assert gzip.decompress(packed) == b"text" * 1000
    # No flags, so no name, and no time: RFC 1952, section 2.3.1.
    assert packed[3:8] == bytes(5)
