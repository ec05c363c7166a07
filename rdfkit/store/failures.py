"""What Oxigraph and the system say when something fails, as errors that a user can act on."""

from __future__ import annotations

import errno
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from rdfkit.errors import QueryError, StoreError
from rdfkit.sparql.query import QueryText

_SYNTAX_PLACE = re.compile(r"error at ([0-9]+):([0-9]+): ")
# Among what Oxigraph "expected" are tokens, and sentences about what is wrong. Only these help.
_SYNTAX_SENTENCE = re.compile(r"(?:expected (?:one of )?|, )((?!one of )[A-Za-z]+(?: [A-Za-z]+)+)(?=,|$)")


@contextmanager
def writing(root: Path) -> Iterator[None]:
    """Says in a StoreError why the store cannot be written."""
    try:
        yield
    except OSError as error:
        raise unwritable(root, error) from error


@contextmanager
def loading(root: Path) -> Iterator[None]:
    """As `writing`, for Oxigraph's errors alone: those with a number come from what is being loaded."""
    try:
        yield
    except OSError as error:
        if error.errno is not None:
            raise
        raise unwritable(root, error) from error


@contextmanager
def reading(root: Path | None) -> Iterator[None]:
    """Says in a StoreError why the store cannot be read. Oxigraph's word for damage is RuntimeError."""
    try:
        yield
    except (OSError, RuntimeError) as error:
        place = str(root) if root else None
        raise StoreError(f"the store cannot be read: {_reason(error)}", path=place) from error


def unwritable(root: Path, error: OSError) -> StoreError:
    """Why a store cannot be written, as an error."""
    reason = _reason(error)
    # RocksDB's errors have no number, only the words of the system.
    full = error.errno == errno.ENOSPC or os.strerror(errno.ENOSPC) in reason
    said = "the disk is full" if full else f"the store cannot be written: {reason}"
    return StoreError(f"{said}; nothing was switched, what was there before is unchanged", path=str(root))


def _reason(error: OSError | RuntimeError) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or str(error)


def syntax_error(error: SyntaxError, query: QueryText, prefixes: Mapping[str, str]) -> QueryError:
    """What is wrong with a query and where. The engine may notice it some characters too late."""
    unknown = query.undeclared(prefixes)
    if unknown is not None:
        return _query_error(
            query, f'the prefix "{unknown.prefix}:" is not declared', *unknown.place_in(query.text)
        )
    place = _SYNTAX_PLACE.match(error.msg)
    if place is None:
        return QueryError(f"not valid SPARQL: {error.msg}")
    said = "; ".join(_SYNTAX_SENTENCE.findall(error.msg)) or "the mistake is here or shortly before"
    return _query_error(query, said, int(place[1]), int(place[2]))


def _query_error(query: QueryText, said: str, line: int, column: int) -> QueryError:
    shown = query.text.split("\n")[line - 1]
    return QueryError(f"not valid SPARQL: {said}", line=line, column=column, value=shown.strip())
