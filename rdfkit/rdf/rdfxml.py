"""Reads RDF/XML safely: Oxigraph's parser takes a file that is cut short for a whole one and expands any entity."""

from __future__ import annotations

import io
from typing import Any, BinaryIO
from xml.parsers import expat

from rdfkit.errors import SourceError

# Entities are there to shorten IRIs. Longer ones, or ones made of others, can grow without end.
MAX_ENTITY = 1000


def checked(stream: BinaryIO, shown: str) -> BinaryIO:
    """The same bytes, checked with expat as they are read.

    Reading raises SourceError, with `shown` as the file, line and column, where the XML is not well formed or
    stops before its end, and for entities that are external, nested or longer than `MAX_ENTITY` characters.
    """
    return io.BufferedReader(_Checked(stream, shown), io.DEFAULT_BUFFER_SIZE * 8)


class _Checked(io.RawIOBase):
    def __init__(self, stream: BinaryIO, shown: str) -> None:
        self._stream, self._shown = stream, shown
        # Oxigraph reads UTF-8 only, so whatever other encoding the file claims is an error.
        self._parser = expat.ParserCreate("utf-8")
        self._parser.EntityDeclHandler = self._check_entity
        self._ended = False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:  # noqa: ANN401 - any writable buffer, as RawIOBase has it
        data = self._stream.read(len(buffer))
        if not self._ended:
            self._ended = not data
            self._parse(data)
        buffer[: len(data)] = data
        return len(data)

    def _parse(self, data: bytes) -> None:
        try:
            self._parser.Parse(data, self._ended)
        except expat.ExpatError as error:
            problem = expat.ErrorString(error.code)
            raise SourceError(
                f"is cut short: {problem}" if self._ended else f"is not XML: {problem}",
                path=self._shown,
                line=error.lineno,
                column=error.offset + 1,
                expected="a whole XML file in UTF-8",
            ) from error

    def _check_entity(
        self, name: str, _is_parameter: bool, value: str | None, _base: object, *_names: object
    ) -> None:
        if value is None or "&" in value or "%" in value or len(value) > MAX_ENTITY:
            raise SourceError(
                f'declares the entity "{name}", which is external, long or made of other entities',
                path=self._shown,
                line=self._parser.CurrentLineNumber,
                value=name,
                expected=f"entities of at most {MAX_ENTITY} plain characters",
            )
