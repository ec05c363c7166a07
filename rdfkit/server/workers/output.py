"""Where a worker writes an answer: counted, compressed, and sent in frames."""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from typing import BinaryIO, Protocol

from rdfkit.errors import AnswerTooLargeError
from rdfkit.server.workers.wire import FrameKind, frame, json_frame

# Up to this size an answer is held back, so that an error can still have its own status.
_HELD = 65_536
# An engine may write 100 MB at once. The server's process takes them in smaller parts, so as not to be kept by one.
_LARGEST_PART = 1 << 20
# What is smaller does not gain by compression.
_WORTH_COMPRESSING = 1024


class _Compressor(Protocol):
    def compress(self, data: bytes, /) -> bytes: ...
    def flush(self) -> bytes: ...


class RowCounter:
    """Counts the rows in a SPARQL result document while it is written, by what the standards let stand only between
    rows: Oxigraph writes the rows and does not tell their number. Rows of JSON without any value are not counted.
    """

    def __init__(self, format: str, columns: Sequence[str]) -> None:
        self._csv = format == "csv"
        self._quoted = False
        # The header line of CSV and TSV is no row.
        self._rows = -1 if format in ("csv", "tsv") else 0
        self._marks = {
            "xml": (b"<result>",),
            "tsv": (b"\n",),
            "json": tuple(f'{{"{column}":{{"type":'.encode() for column in columns),
        }.get(format, ())
        self._tails = dict.fromkeys(self._marks, b"")

    @property
    def rows(self) -> int:
        """The rows so far."""
        return max(self._rows, 0)

    def add(self, data: bytes) -> None:
        """Counts in the next part of the document."""
        if self._csv:
            self._add_csv(data)
        for mark in self._marks:
            text = self._tails[mark] + data
            self._rows += text.count(mark)
            self._tails[mark] = text[max(len(text) - len(mark) + 1, 0) :]

    def _add_csv(self, data: bytes) -> None:
        # Between quotes a line break belongs to the value. A doubled quote closes and opens again.
        for number, part in enumerate(data.split(b'"')):
            self._quoted ^= number > 0
            if not self._quoted:
                self._rows += part.count(b"\n")


class Output:
    """A binary file for one answer. `begin` says what it is; `finish` sends the rest.

    Nothing is sent before 64 KiB are there or the answer ends. Writing raises AnswerTooLargeError beyond the limits.
    """

    def __init__(self, stream: BinaryIO, *, encoding: str | None, max_rows: int, max_bytes: int) -> None:
        self._stream = stream
        self._encoding = encoding
        self.max_rows, self._max_bytes = max_rows, max_bytes
        self._head: dict[str, object] = {}
        self._counter: RowCounter | None = None
        self._held: list[bytes] = []
        self._held_bytes = 0
        self._compressor: _Compressor | None = None
        self._rows = 0
        self.bytes = 0
        self.has_begun = False

    @property
    def rows(self) -> int:
        """The rows or triples so far."""
        return self._counter.rows if self._counter else self._rows

    def begin(
        self, media_type: str, headers: Mapping[str, str] | None = None, counter: RowCounter | None = None
    ) -> None:
        """Says what the answer is, before anything is written."""
        self._head = {"media_type": media_type, "headers": dict(headers or {})}
        self._counter = counter

    def count_row(self) -> None:
        """Counts a row or triple that is about to be written."""
        self._rows += 1
        self._check()

    def write(self, data: bytes) -> int:
        """Takes the next part of the answer."""
        self.bytes += len(data)
        if self._counter is not None:
            self._counter.add(data)
        self._check()
        self._held.append(data)
        self._held_bytes += len(data)
        if self._held_bytes >= _HELD:
            self._send()
        return len(data)

    def flush(self) -> None:
        """Does nothing: an answer is sent in parts of a good size."""

    def finish(self) -> None:
        """Sends what is left, and that this was all."""
        rest = self._take()
        if not self.has_begun and len(rest) < _WORTH_COMPRESSING:
            self._encoding = None
        parts = [] if self.has_begun else [self._begin(whole=True)]
        if self._compressor is not None:
            rest = self._compressor.compress(rest) + self._compressor.flush()
        parts += [_chunks(rest), json_frame(FrameKind.END, {"rows": self.rows, "bytes": self.bytes})]
        self._stream.write(b"".join(parts))
        self._stream.flush()

    def _check(self) -> None:
        if self.rows > self.max_rows:
            raise AnswerTooLargeError(
                "the answer has too many rows", key="max_rows", expected=f"{self.max_rows} rows at most"
            )
        if self.bytes > self._max_bytes:
            raise AnswerTooLargeError(
                "the answer has too many bytes", key="max_bytes", expected=f"{self._max_bytes} bytes at most"
            )

    def _take(self) -> bytes:
        data = b"".join(self._held)
        self._held, self._held_bytes = [], 0
        return data

    def _begin(self, *, whole: bool) -> bytes:
        self.has_begun = True
        self._compressor = _compressor(self._encoding)
        return json_frame(FrameKind.HEAD, {**self._head, "encoding": self._encoding, "whole": whole})

    def _send(self) -> None:
        head = b"" if self.has_begun else self._begin(whole=False)
        data = self._take()
        if self._compressor is not None:
            data = self._compressor.compress(data)
        self._stream.write(head + _chunks(data))
        self._stream.flush()


def _chunks(data: bytes) -> bytes:
    """A part of an answer as frames of moderate size, at least one."""
    starts = range(0, max(len(data), 1), _LARGEST_PART)
    return b"".join(frame(FrameKind.CHUNK, data[start : start + _LARGEST_PART]) for start in starts)


def _compressor(encoding: str | None) -> _Compressor | None:
    if encoding == "gzip":
        # 16 more than the largest window makes it the format of gzip.
        return zlib.compressobj(5, zlib.DEFLATED, 16 + zlib.MAX_WBITS)
    if encoding == "zstd":
        import zstandard

        return zstandard.ZstdCompressor(level=3).compressobj()
    return None
