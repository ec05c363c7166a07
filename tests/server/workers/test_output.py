"""What a worker writes: rows counted rightly however they come, and frames that can be put together again."""

from __future__ import annotations

import gzip
import io
import json

import pyoxigraph as ox
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from rdfkit.errors import AnswerTooLargeError
from rdfkit.server.workers.output import Output, RowCounter
from rdfkit.server.workers.wire import FrameKind, decode, read_frame
from tests.support.examples import share_of_examples

FORMATS = {
    "json": ox.QueryResultsFormat.JSON,
    "xml": ox.QueryResultsFormat.XML,
    "csv": ox.QueryResultsFormat.CSV,
    "tsv": ox.QueryResultsFormat.TSV,
}
# What could be taken for the beginning or the end of a row.
ODD = [
    '"',
    '""',
    ",",
    "\n",
    "\r\n",
    "\r",
    "\t",
    "<result>",
    "</result>",
    '{"a":{"type":',
    "&lt;result>",
    "\\",
    "é",
    "😀",
]
texts = (
    st.lists(st.sampled_from(ODD) | st.text(max_size=4), max_size=4)
    .map("".join)
    .filter(lambda text: "\0" not in text)
)
literals = texts.map(ox.Literal)
terms = st.one_of(
    literals,
    texts.map(lambda text: ox.Literal(text, language="en")),
    st.integers(-5, 5).map(ox.Literal),
    st.just(ox.NamedNode("http://example.org/result")),
    literals.map(lambda literal: ox.Triple(ox.NamedNode("http://e/s"), ox.NamedNode("http://e/p"), literal)),
)
columns = st.lists(
    st.sampled_from(["a", "b", "type", "value", "ä", "_1"]), min_size=1, max_size=3, unique=True
)


@st.composite
def results(draw):
    """Columns, and rows of terms or None under them."""
    names = draw(columns)
    row = st.tuples(*[st.none() | terms for _ in names])
    return names, draw(st.lists(row, max_size=6))


class Parts(io.RawIOBase):
    """A file that remembers what is written."""

    def __init__(self) -> None:
        self.data = b""

    def write(self, data: bytes) -> int:
        self.data += bytes(data)
        return len(data)


def document(names: list[str], rows: list[tuple], format: str) -> bytes:
    """A result document as Oxigraph writes it."""
    given = [dict(zip(names, row, strict=True)) for row in rows]
    query = "SELECT * { VALUES (" + " ".join(f"?{name}" for name in names) + ") {"
    query += "".join("(" + " ".join(_term(row[name]) for name in names) + ")" for row in given) + "} }"
    solutions = ox.Store().query(query)
    assert isinstance(solutions, ox.QuerySolutions)
    parts = Parts()
    solutions.serialize(parts, FORMATS[format])
    return parts.data


def _term(term: object) -> str:
    if term is None:
        return "UNDEF"
    return (
        f"<<( {term.subject} {term.predicate} {term.object} )>>" if isinstance(term, ox.Triple) else str(term)
    )


def every(step: int) -> list[int]:
    """Places to cut a document into parts of equal size."""
    return list(range(0, 2000, step))


@pytest.mark.parametrize("format", FORMATS)
@given(result=results(), cuts=st.lists(st.integers(0, 400), max_size=12) | st.integers(1, 9).map(every))
def test_rows_are_counted_however_the_document_comes(format, result, cuts):
    names, rows = result
    data = document(names, rows, format)
    counter = RowCounter(format, names)
    start = 0
    for cut in [*sorted(cuts), len(data)]:
        counter.add(data[start:cut])
        start = max(start, cut)  # a cut beyond the end takes nothing
    # A row of JSON without any value is `{}`, which is not counted.
    counted = [row for row in rows if any(term is not None for term in row)] if format == "json" else rows
    assert counter.rows == len(counted)


def test_ask_and_graphs_have_no_rows():
    counter = RowCounter("json", ())
    counter.add(b'{"head":{},"boolean":true}')
    assert counter.rows == 0
    assert RowCounter("csv", ("a",)).rows == 0


def frames_of(stream: io.BytesIO) -> list[tuple[FrameKind, bytes]]:
    stream.seek(0)
    found = []
    while (one := read_frame(stream)) is not None:
        found.append(one)
    return found


def unpacked(encoding: str | None, data: bytes) -> bytes:
    if encoding == "gzip":
        return gzip.decompress(data)
    if encoding == "zstd":
        return zstandard.ZstdDecompressor().decompressobj().decompress(data)
    return data


@share_of_examples(0.5)
@given(
    parts=st.lists(st.binary(max_size=50) | st.integers(0, 2_500_000).map(bytes), max_size=6),
    encoding=st.sampled_from([None, "gzip", "zstd"]),
)
def test_frames_put_together_are_what_was_written(parts, encoding):
    stream = io.BytesIO()
    output = Output(stream, encoding=encoding, max_rows=10, max_bytes=10**9)
    output.begin("text/csv")
    for part in parts:
        assert output.write(part) == len(part)
    output.finish()
    (head_kind, head), *chunks, (end_kind, end) = frames_of(stream)
    said = decode(head)
    assert (head_kind, end_kind) == (FrameKind.HEAD, FrameKind.END)
    assert {kind for kind, _ in chunks} == {FrameKind.CHUNK}
    # Who reads a whole answer reads one part; no part keeps the reader long.
    assert not said["whole"] or len(chunks) == 1
    assert max(len(body) for _, body in chunks) <= 1 << 20
    written = b"".join(parts)
    assert unpacked(said["encoding"], b"".join(body for _, body in chunks)) == written
    assert decode(end) == {"rows": 0, "bytes": len(written)}


def test_a_small_answer_is_not_compressed():
    stream = io.BytesIO()
    output = Output(stream, encoding="gzip", max_rows=1, max_bytes=10**6)
    output.begin("text/csv")
    output.write(b"a" * 1000)
    output.finish()
    assert decode(frames_of(stream)[0][1])["encoding"] is None


@pytest.mark.parametrize("format", FORMATS)
def test_as_many_rows_as_allowed_and_one_more(format):
    def write(count: int) -> None:
        stream = io.BytesIO()
        output = Output(stream, encoding=None, max_rows=5, max_bytes=10**6)
        output.begin("text/csv", counter=RowCounter(format, ["a"]))
        data = document(["a"], [(ox.Literal(number),) for number in range(count)], format)
        for position in range(len(data)):
            output.write(data[position : position + 1])
        output.finish()

    write(5)
    with pytest.raises(AnswerTooLargeError) as raised:
        write(6)
    assert raised.value.key == "max_rows"


def test_as_many_bytes_and_triples_as_allowed_and_one_more():
    output = Output(io.BytesIO(), encoding=None, max_rows=3, max_bytes=10)
    output.begin("text/turtle")
    for _ in range(3):
        output.count_row()
    output.write(b"0123456789")
    with pytest.raises(AnswerTooLargeError, match="bytes"):
        output.write(b"!")
    with pytest.raises(AnswerTooLargeError, match="rows"):
        output.count_row()


def test_nothing_is_sent_before_an_answer_is_worth_it_so_that_an_error_has_its_own_status():
    stream = io.BytesIO()
    output = Output(stream, encoding=None, max_rows=1, max_bytes=10**6)
    output.begin("application/json", {"X": json.dumps("é")})
    output.write(b"a" * 65_535)
    assert stream.getvalue() == b""
    assert not output.has_begun
    output.write(b"a")
    assert output.has_begun
    assert decode(frames_of(stream)[0][1])["whole"] is False
