"""Byte order marks: what some editors put before a text in UTF-8, and most parsers of RDF refuse."""

from __future__ import annotations

import codecs
import io
from typing import Any, BinaryIO


def without_mark(stream: BinaryIO) -> BinaryIO:
    """The same bytes without a byte order mark of UTF-8 before them."""
    head = stream.read(len(codecs.BOM_UTF8))
    return io.BufferedReader(Rejoined(head.removeprefix(codecs.BOM_UTF8), stream), 1 << 16)


class Rejoined(io.RawIOBase):
    """Bytes that have been read of a stream, and the rest of it."""

    def __init__(self, head: bytes, stream: BinaryIO) -> None:
        self._head, self._stream = io.BytesIO(head), stream

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:  # noqa: ANN401 - any writable buffer, as RawIOBase has it
        data = self._head.read(len(buffer)) or self._stream.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)
