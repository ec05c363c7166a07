"""Byte order marks before RDF."""

from __future__ import annotations

import gzip
import io
import zipfile
from pathlib import Path

import pytest

from rdfkit.sources.byte_order_marks import without_mark
from rdfkit.sources.rdf_files import read_rdf

MARK = b"\xef\xbb\xbf"
TURTLE = b"<http://x/a> <http://x/b> <http://x/c> .\n"


@pytest.mark.parametrize("content", [b"", b"a", b"ab", b"abc", b"\xef\xbb", b"x" * 300_000])
def test_all_else_stays(content: bytes) -> None:
    assert without_mark(io.BytesIO(content)).read() == content
    assert without_mark(io.BytesIO(MARK + content)).read() == content
    assert b"".join(without_mark(io.BytesIO(MARK + content))) == content


@pytest.mark.parametrize("name", ["a.ttl", "a.nt", "a.ttl.gz", "a.zip"])
def test_rdf_with_a_mark_is_read(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    if name.endswith(".zip"):
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("a.ttl", MARK + TURTLE)
    else:
        path.write_bytes(gzip.compress(MARK + TURTLE) if name.endswith(".gz") else MARK + TURTLE)
    (quad,) = read_rdf(path)
    assert quad.subject.value == "http://x/a"
