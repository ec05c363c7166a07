"""RDF terms written as in N-Triples: what they are, their text, and how their values compare.

What counts as an ill-typed literal and how values of different datatypes compare is as rdflib has it, since
pyshacl asks rdflib. The common forms of numbers, dates and booleans are recognised here; for all others
rdflib is loaded and asked.
"""

from __future__ import annotations

import logging
import re
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

import pyoxigraph as ox

if TYPE_CHECKING:
    import rdflib

XSD = "http://www.w3.org/2001/XMLSchema#"
LANG_STRING = "http://www.w3.org/1999/02/22-rdf-syntax-ns#langString"

_ESCAPE = re.compile(r"\\(u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8}|.)", re.DOTALL)
_ESCAPED = {"t": "\t", "b": "\b", "n": "\n", "r": "\r", "f": "\f"}

# Forms that rdflib takes, as XML Schema does. What does not fit is not thereby wrong: rdflib is asked.
_INTEGER = re.compile(r"[+-]?[0-9]+")
_DECIMAL = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?")
_DOUBLE = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")

# What rdflib has no values for, and so takes in any form.
_FREE = ("gYear", "gYearMonth", "gMonth", "gMonthDay", "gDay", "string", "anyURI")

Number = int | float | Decimal


@dataclass(frozen=True, slots=True)
class Literal:
    """A literal: its text, and its language or datatype. `datatype` is None for strings with and without language."""

    text: str
    datatype: str | None = None
    language: str | None = None


def is_iri(term: str) -> bool:
    """Whether a term is an IRI."""
    return term[0] == "<"


def is_blank(term: str) -> bool:
    """Whether a term is a blank node."""
    return term[0] == "_"


def is_literal(term: str) -> bool:
    """Whether a term is a literal."""
    return term[0] == '"'


def literal(term: str) -> Literal:
    """A literal in its parts."""
    end = term.rindex('"')
    text, tail = term[1:end], term[end + 1 :]
    if "\\" in text:
        text = _ESCAPE.sub(_unescaped, text)
    if tail.startswith("@"):
        return Literal(text, language=tail[1:])
    datatype = tail[3:-1] or None
    return Literal(text, None if datatype == XSD + "string" else datatype)


def text(term: str) -> str:
    """The IRI, the text of a literal, or the label of a blank node."""
    if term[0] == '"':
        return literal(term).text
    return term[1:-1] if term[0] == "<" else term[2:]


def sh(word: str) -> str:
    """A word of SHACL."""
    return f"<http://www.w3.org/ns/shacl#{word}>"


def shown(term: str) -> str:
    """An IRI without its brackets; any other term as it is."""
    return term[1:-1] if term[0] == "<" else term


def quoted(text: str) -> str:
    """A plain literal of a text."""
    return str(ox.Literal(text))


def for_people(messages: Sequence[str]) -> str | None:
    """The text of one of several literals: without language, else in English, else of the first language.

    None for none.
    """
    found = [literal(one) for one in messages if is_literal(one)]
    order = {"": 0, "en": 1}

    def rank(one: Literal) -> tuple[int, str, str]:
        language = (one.language or "").lower()
        return order.get(language, 2), language, one.text

    best = min(found, key=rank, default=None)
    return best.text if best is not None else None


def node(term: str) -> ox.NamedNode | ox.Literal | None:
    """A term as Oxigraph has it; None for a blank node."""
    if term[0] == "_":
        return None
    if term[0] == "<":
        return ox.NamedNode(term[1:-1])
    found = literal(term)
    if found.language is not None:
        return ox.Literal(found.text, language=found.language)
    return ox.Literal(found.text, datatype=ox.NamedNode(found.datatype) if found.datatype else None)


def has_datatype(term: str, wanted: str) -> bool:
    """Whether a term is a literal of a datatype, and not an ill-typed one (sh:datatype)."""
    if term[0] != '"':
        return False
    found = literal(term)
    if found.datatype != wanted or wanted == LANG_STRING:
        return _has_general_datatype(found, wanted)
    return _is_common_form(found) or _is_well_typed(found)


def _has_general_datatype(found: Literal, wanted: str) -> bool:
    if wanted == "http://www.w3.org/2000/01/rdf-schema#Literal":
        return True
    if wanted == "http://www.w3.org/2000/01/rdf-schema#Datatype":
        return found.datatype is not None
    if wanted == LANG_STRING:
        return found.language is not None
    return wanted == XSD + "string" and found.datatype is None and found.language is None


def _is_common_form(found: Literal) -> bool:
    name = (found.datatype or "").removeprefix(XSD)
    if name == "date" and _DATE.fullmatch(found.text):
        return _is_day(found.text)
    if name == "boolean" and found.text in ("true", "false"):
        return True
    return name in _FREE or _number(found) is not None


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _is_well_typed(found: Literal) -> bool:
    """As pyshacl decides: not ill-typed, and of the right Python type for the datatypes that SPARQL names."""
    import datetime

    read = rdflib_literal(found)
    if read.ill_typed:
        return False
    kinds = {
        "integer": int,
        "float": float,
        "decimal": Decimal,
        "boolean": bool,
        "date": datetime.date,
        "time": datetime.time,
        "dateTime": datetime.datetime,
    }
    kind = kinds.get(str(read.datatype).removeprefix(XSD), object)
    return isinstance(read.value, kind)


def compare(one: str, other: str) -> int | None:
    """Below, at or above 0 as the value of one term is less than, equal to or greater than another; None if neither.

    Only literals compare, and strings only with strings.
    """
    if one[0] != '"' or other[0] != '"':
        return None
    first, second = literal(one), literal(other)
    left, right = _number(first), _number(second)
    if left is not None and right is not None:
        return (left > right) - (left < right)
    return _compare_as_rdflib(rdflib_literal(first), rdflib_literal(second))


def _compare_as_rdflib(first: rdflib.Literal, second: rdflib.Literal) -> int | None:
    from datetime import datetime, time

    if isinstance(first.value, str) != isinstance(second.value, str):
        return None
    try:
        if first.eq(second):
            return 0
        # rdflib puts times without a zone in some order to those with one; they do not compare.
        timed = isinstance(first.value, datetime | time)
        return 1 if (first.value > second.value if timed else first > second) else -1
    except (TypeError, NotImplementedError, ArithmeticError):
        # The last is NaN beside a decimal, at which pyshacl stops.
        return None


def _number(found: Literal) -> Number | None:
    """The value of a literal of the usual numeric datatypes in a usual form."""
    name = (found.datatype or "").removeprefix(XSD)
    if name == "integer" and _INTEGER.fullmatch(found.text):
        return int(found.text)
    if name == "decimal" and _DECIMAL.fullmatch(found.text):
        return Decimal(found.text)
    if name in ("double", "float") and _DOUBLE.fullmatch(found.text):
        return float(found.text)
    return None


def rdflib_literal(found: Literal) -> rdflib.Literal:
    """A literal as rdflib has it, with the text as it stands."""
    import rdflib

    if found.language is not None:
        return rdflib.Literal(found.text, lang=found.language)
    if found.datatype is None:
        return rdflib.Literal(found.text)
    with _silence():
        return rdflib.Literal(found.text, datatype=rdflib.URIRef(found.datatype), normalize=False)


@contextmanager
def _silence() -> Iterator[None]:
    """Keeps rdflib from logging what is ill-typed, with a traceback: a result will say it."""
    log = logging.getLogger("rdflib.term")
    before, log.disabled = log.disabled, True
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "Parsing weird boolean")
            yield
    finally:
        log.disabled = before


def _unescaped(match: re.Match[str]) -> str:
    found = match[1]
    if len(found) > 1:
        return chr(int(found[1:], 16))
    return _ESCAPED.get(found, found)
