"""What is wrong with a text that is not SPARQL, and where, as an error that a user can act on."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping

from rdfkit.errors import QueryError
from rdfkit.sparql.query import QueryText
from rdfkit.sparql.tokens import Token, TokenKind, undeclared_name

_PLACE = re.compile(r"error at ([0-9]+):([0-9]+): ")
# Among what Oxigraph "expected" are tokens, and sentences about what is wrong. Only these help.
_SENTENCE = re.compile(r"(?:expected (?:one of )?|, )((?!one of )[A-Za-z]+(?: [A-Za-z]+)+)(?=,|$)")
_NEAR_HERE = "the mistake is here or shortly before"
_PAIRS = {")": "(", "}": "{", "]": "["}
# https://www.w3.org/TR/sparql11-query/#grammar, with the updates, and LATERAL, which Oxigraph knows.
_UPDATES = ["INSERT", "DELETE", "LOAD", "CLEAR", "CREATE", "DROP", "COPY", "MOVE", "ADD", "WITH"]
_KEYWORDS = frozenset(
    """
    a true false BASE PREFIX SELECT DISTINCT REDUCED AS CONSTRUCT WHERE DESCRIBE ASK FROM NAMED GROUP BY HAVING
    ORDER ASC DESC LIMIT OFFSET VALUES UNDEF SILENT INTO TO DEFAULT ALL DATA USING OPTIONAL GRAPH SERVICE BIND
    UNION MINUS FILTER NOT IN EXISTS LATERAL COUNT SUM MIN MAX AVG SAMPLE GROUP_CONCAT SEPARATOR STR LANG
    LANGMATCHES DATATYPE BOUND IRI URI BNODE RAND ABS CEIL FLOOR ROUND CONCAT STRLEN UCASE LCASE ENCODE_FOR_URI
    CONTAINS STRSTARTS STRENDS STRBEFORE STRAFTER YEAR MONTH DAY HOURS MINUTES SECONDS TIMEZONE TZ NOW UUID
    STRUUID MD5 SHA1 SHA256 SHA384 SHA512 COALESCE IF STRLANG STRDT SAMETERM ISIRI ISURI ISBLANK ISLITERAL
    ISNUMERIC REGEX SUBSTR REPLACE TRIPLE SUBJECT PREDICATE OBJECT ISTRIPLE ADJUST STRLANGDIR LANGDIR HASLANG
    HASLANGDIR VERSION
    """.split()  # noqa: SIM905 - a hundred lines otherwise
).union(_UPDATES)


def place_of(error: SyntaxError) -> tuple[int, int] | None:
    """Line and column, from 1, at which Oxigraph noticed an error; None where it says none."""
    place = _PLACE.match(error.msg)
    return (int(place[1]), int(place[2])) if place else None


def invalid(
    text: str, place: tuple[int, int] | None, said: str = _NEAR_HERE, expected: str | None = None
) -> QueryError:
    """The error for a text that is not SPARQL at some line and column, if they are known."""
    line, column = place or (None, None)
    shown = text.split("\n")[line - 1].strip() if line else None
    return QueryError(f"not valid SPARQL: {said}", line=line, column=column, value=shown, expected=expected)


def syntax_error(
    error: SyntaxError, query: QueryText, prefixes: Mapping[str, str], *, is_update: bool = False
) -> QueryError:
    """Oxigraph's error about a query, for its user. Oxigraph may notice a mistake some characters too late."""
    unknown = undeclared_name(query.significant, prefixes)
    if unknown is not None:
        said = f'the prefix "{unknown.prefix}:" is not declared'
        near = difflib.get_close_matches(unknown.prefix, prefixes, n=1)
        return invalid(query.text, unknown.place_in(query.text), said, f"{near[0]}:" if near else None)
    place = place_of(error)
    if place is None:
        return invalid(query.text, None, error.msg)
    if not is_update and _begins_update(query):
        return invalid(
            query.text, place, "this is an update, and only queries are asked here", "SELECT, ASK, …"
        )
    sentences = "; ".join(_SENTENCE.findall(error.msg))
    return (
        _unknown_word(query)
        or _wrong_bracket(query, place)
        or invalid(query.text, place, sentences or _NEAR_HERE)
    )


def excerpt(text: str, line: int, column: int) -> str:
    """The line of a text that an error is about, and below it a mark at the column."""
    shown = text.split("\n")[line - 1].rstrip("\r") if line <= text.count("\n") + 1 else ""
    before = "".join("\t" if sign == "\t" else " " for sign in shown[: column - 1])
    return f"  {shown}\n  {before}^\n"


def _begins_update(query: QueryText) -> bool:
    words = (token.text.upper() for token in query.significant if token.kind is TokenKind.WORD)
    return next((word for word in words if word not in ("BASE", "PREFIX")), "") in _UPDATES


def _unknown_word(query: QueryText) -> QueryError | None:
    """The error for a word that SPARQL does not know, if there is one."""
    for token in query.significant:
        if (
            token.kind is TokenKind.WORD
            and token.text not in _KEYWORDS
            and token.text.upper() not in _KEYWORDS
        ):
            near = difflib.get_close_matches(token.text.upper(), _KEYWORDS, n=1, cutoff=0.7)
            said = f'"{token.text}" is no word of SPARQL' + (f"; did you mean {near[0]}?" if near else "")
            return invalid(query.text, token.place_in(query.text), said)
    return None


def _wrong_bracket(query: QueryText, noticed: tuple[int, int]) -> QueryError | None:
    """The error for a bracket that is closed by another, or by none."""
    opened: list[Token] = []
    for token in query.significant:
        if token.kind is not TokenKind.MARK:
            continue
        if token.text in _PAIRS.values():
            opened.append(token)
        elif token.text in _PAIRS:
            if not opened:
                place = token.place_in(query.text)
                return invalid(query.text, place, f"nothing is open that this {token.text} could close")
            last = opened.pop()
            if last.text != _PAIRS[token.text]:
                return invalid(query.text, token.place_in(query.text), _unclosed(last, query))
    return invalid(query.text, noticed, _unclosed(opened[-1], query)) if opened else None


def _unclosed(token: Token, query: QueryText) -> str:
    line, column = token.place_in(query.text)
    return f"the {token.text} of line {line}, column {column} is not closed"
