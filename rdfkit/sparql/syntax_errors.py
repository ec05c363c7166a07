"""What is wrong with a text that is not SPARQL, and where, as an error that a user can act on."""

from __future__ import annotations

import re
from collections.abc import Mapping

from rdfkit.errors import QueryError
from rdfkit.sparql.query import QueryText
from rdfkit.sparql.tokens import undeclared_name

_PLACE = re.compile(r"error at ([0-9]+):([0-9]+): ")
# Among what Oxigraph "expected" are tokens, and sentences about what is wrong. Only these help.
_SENTENCE = re.compile(r"(?:expected (?:one of )?|, )((?!one of )[A-Za-z]+(?: [A-Za-z]+)+)(?=,|$)")
_NEAR_HERE = "the mistake is here or shortly before"


def place_of(error: SyntaxError) -> tuple[int, int] | None:
    """Line and column, from 1, at which Oxigraph noticed an error; None where it says none."""
    place = _PLACE.match(error.msg)
    return (int(place[1]), int(place[2])) if place else None


def invalid(text: str, place: tuple[int, int] | None, said: str = _NEAR_HERE) -> QueryError:
    """The error for a text that is not SPARQL at some line and column, if they are known."""
    line, column = place or (None, None)
    shown = text.split("\n")[line - 1].strip() if line else None
    return QueryError(f"not valid SPARQL: {said}", line=line, column=column, value=shown)


def syntax_error(error: SyntaxError, query: QueryText, prefixes: Mapping[str, str]) -> QueryError:
    """Oxigraph's error about a query, for its user. Oxigraph may notice a mistake some characters too late."""
    unknown = undeclared_name(query.significant, prefixes)
    if unknown is not None:
        said = f'the prefix "{unknown.prefix}:" is not declared'
        return invalid(query.text, unknown.place_in(query.text), said)
    place = place_of(error)
    said = error.msg if place is None else "; ".join(_SENTENCE.findall(error.msg)) or _NEAR_HERE
    return invalid(query.text, place, said)
