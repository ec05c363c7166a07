"""What a query gives: `Rows` for SELECT, `Truth` for ASK, `Graph` for CONSTRUCT and DESCRIBE.

Answers stream: rows and triples are computed while they are read, and need the store that gave them to stay open until
then. What was read is kept, up to `kept.MOST_KEPT` rows, so that it can be read again. An answer that other endpoints
had a part in has a `ledger`. `plain` says how an RDF term becomes a Python value.
"""

from __future__ import annotations

import datetime
import math
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, BinaryIO, Protocol, TypeAlias

import pyoxigraph as ox

from rdfkit.errors import QueryError
from rdfkit.rdf.formats import of_name
from rdfkit.rdf.terms import Term, rdflib_triple
from rdfkit.sparql.dialect.edits import Repair
from rdfkit.sparql.kept import Kept

if TYPE_CHECKING:
    import pandas
    import rdflib

Plain: TypeAlias = str | int | float | bool | datetime.date | None

_XSD = "http://www.w3.org/2001/XMLSchema#"
_INTEGERS = (
    "integer", "long", "int", "short", "byte", "nonNegativeInteger", "positiveInteger", "nonPositiveInteger",
    "negativeInteger", "unsignedLong", "unsignedInt", "unsignedShort", "unsignedByte",
)  # fmt: skip
_INTEGER = re.compile(r"[+-]?[0-9]+")
_DECIMAL = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)")
_DOUBLE = re.compile(r"[+-]?(?:(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?|INF)|NaN")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_DATE_TIME = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]+)?(?:Z|[+-][0-9]{2}:[0-9]{2})?"
)
_YEAR = re.compile(r"-?[0-9]{4,}")
_RESULT_FORMATS = {
    "csv": ox.QueryResultsFormat.CSV,
    "tsv": ox.QueryResultsFormat.TSV,
    "json": ox.QueryResultsFormat.JSON,
    "xml": ox.QueryResultsFormat.XML,
}
_INT64 = range(-(2**63), 2**63)


class Part(Protocol):
    """What one other endpoint had to do with an answer: `rdfkit.endpoints.ledger.Entry`."""

    @property
    def reasons(self) -> Sequence[str]:
        """Why it may not have given all."""

    @property
    def silenced(self) -> Sequence[str]:
        """Its failures that the query passes over."""


class Account(Protocol):
    """What other endpoints had to do with an answer: `rdfkit.endpoints.ledger.Ledger`."""

    def __iter__(self) -> Iterator[Part]:
        """What each of them had to do with it."""

    @property
    def is_complete(self) -> bool:
        """Whether none of them is known to have given less than all."""

    def to_json(self) -> dict[str, Any]:
        """The account as a JSON object."""

    def render(self) -> str:
        """The account for people."""


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """The answer to SELECT: rows under named columns, in the order of the query.

    Iterating gives one dict of plain values per row (see `plain`), each time from the first row on. Reading raises
    QueryError when the query fails on the way, and when rows that were read are gone: of an answer with more than
    `kept.MOST_KEPT` rows, and of one that `serialize` has written.
    """

    columns: tuple[str, ...]
    _solutions: Kept[ox.QuerySolution] = field(repr=False)
    _store: object = field(repr=False)
    repairs: tuple[Repair, ...] = ()
    ledger: Account | None = None

    def __iter__(self) -> Iterator[dict[str, Plain]]:
        """The rows as plain values."""
        for solution in _guarded(self._solutions):
            yield {column: plain(term) for column, term in zip(self.columns, solution, strict=True)}

    def fetch(self) -> list[dict[str, Plain]]:
        """All rows as plain values."""
        return list(self)

    def terms(self) -> Iterator[dict[str, Term | None]]:
        """The rows as RDF terms with their datatypes and languages."""
        for solution in _guarded(self._solutions):
            yield dict(zip(self.columns, solution, strict=True))

    def to_pandas(self) -> pandas.DataFrame:
        """The rows as a pandas table. Integer columns with gaps are `Int64`, so that 5601 stays 5601.

        Raises QueryError when pandas is not installed.
        """
        try:
            import pandas
        except ImportError as error:
            raise QueryError("a pandas table needs pandas: pip install 'rdfkit[pandas]'") from error
        rows = self.fetch()
        columns = {column: [row[column] for row in rows] for column in self.columns}
        gapped = [column for column, values in columns.items() if _integers_with_gaps(values)]
        return pandas.DataFrame(columns).astype(dict.fromkeys(gapped, "Int64"))

    def serialize(self, output: BinaryIO, format: str) -> None:
        """Writes the rows while they are computed, in a W3C result format: `csv`, `tsv`, `json` or `xml`.

        Raises QueryError for any other format, and when rows were read already. What `output.write` raises comes
        through as it is.
        """
        chosen = _result_format(format)
        solutions: Any = self._solutions.take()
        with _Failures():
            solutions.serialize(output, chosen)


@dataclass(frozen=True, slots=True, eq=False)
class Truth:
    """The answer to ASK: `bool(answer)`."""

    _boolean: ox.QueryBoolean
    repairs: tuple[Repair, ...] = ()
    ledger: Account | None = None

    def __bool__(self) -> bool:
        return bool(self._boolean)

    def serialize(self, output: BinaryIO, format: str) -> None:
        """Writes the answer as `json` or `xml` (W3C formats); `csv` and `tsv` give `true` or `false`.

        Raises QueryError for any other format.
        """
        self._boolean.serialize(output, _result_format(format))


@dataclass(frozen=True, slots=True, eq=False)
class Graph:
    """The answer to CONSTRUCT or DESCRIBE: triples, which can be read again as `Rows` can.

    Reading raises QueryError as that of `Rows` does.
    """

    _triples: Kept[ox.Triple] = field(repr=False)
    _store: object = field(repr=False)
    repairs: tuple[Repair, ...] = ()
    ledger: Account | None = None

    def __iter__(self) -> Iterator[ox.Triple]:
        """The triples."""
        return _guarded(self._triples)

    def serialize(self, output: BinaryIO, format: str) -> None:
        """Writes the triples while they are computed, in a format of `rdfkit.rdf.formats`, with IRIs in full.

        Raises ExportError for any other format, QueryError when triples were read already. What `output.write` raises
        comes through as it is.
        """
        chosen = of_name(format).rdf
        triples: Any = self._triples.take()
        with _Failures():
            triples.serialize(output, chosen)

    def to_rdflib(self) -> rdflib.Graph:
        """The triples as an rdflib graph."""
        import rdflib

        graph = rdflib.Graph()
        for triple in self:
            graph.add(rdflib_triple(triple))
        return graph


Answer: TypeAlias = Rows | Truth | Graph


def answer(
    result: ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples,
    store: object,
    repairs: tuple[Repair, ...] = (),
) -> Answer:
    """What Oxigraph gave for a query as an answer of the kind that fits. The answer keeps `store` alive.

    `repairs` is what had to be done to the query first.
    """
    if isinstance(result, ox.QuerySolutions):
        return Rows(tuple(variable.value for variable in result.variables), Kept(result), store, repairs)
    return (
        Truth(result, repairs) if isinstance(result, ox.QueryBoolean) else Graph(Kept(result), store, repairs)
    )


def plain(term: Term | None) -> Plain:
    """An RDF term as a plain Python value; unbound is None.

    IRIs and texts with or without language are `str`; a blank node is `_:` and its label. By XSD datatype:
    the integers and gYear are `int`, double, float and decimal are `float`, boolean is `bool`, date is
    `datetime.date`, dateTime is `datetime.datetime` (to the microsecond). Every other datatype, and what
    Python's type cannot hold (an ill-typed text, a date with a time zone), is the text as it stands.
    `Rows.terms` has the terms themselves.

    Decimals are floats because that is what numpy, pandas and plain arithmetic work with: SPARQL makes
    decimals of every average and quotient of integers.
    """
    if isinstance(term, ox.Literal):
        read = _READ.get(term.datatype.value)
        return term.value if read is None else read(term.value)
    if term is None or isinstance(term, ox.NamedNode):
        return term.value if term is not None else None
    return str(term)


def _result_format(name: str) -> ox.QueryResultsFormat:
    found = _RESULT_FORMATS.get(name)
    if found is None:
        raise QueryError(f'"{name}" is no format for rows', value=name, expected=", ".join(_RESULT_FORMATS))
    return found


class _Failures:
    """A place where what Oxigraph raises becomes a QueryError.

    Its own failures are OSErrors without a number; those with one come from the output.
    """

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, RuntimeError) or (isinstance(error, OSError) and error.errno is None):
            raise QueryError(f"the query failed: {error}") from error


def _guarded(results: Any) -> Iterator[Any]:  # noqa: ANN401 - Oxigraph's iterators have no element type
    with _Failures():
        yield from results


def _integers_with_gaps(values: list[Plain]) -> bool:
    """Whether pandas would turn these integers into floats, for want of an integer that is missing."""
    found = [value for value in values if value is not None]
    return 0 < len(found) < len(values) and all(type(value) is int and value in _INT64 for value in found)


def _integer(text: str) -> int | str:
    try:
        return int(text) if _INTEGER.fullmatch(text) else text
    except ValueError:  # more digits than Python reads
        return text


def _decimal(text: str) -> float | str:
    number = float(text) if _DECIMAL.fullmatch(text) else math.inf
    return number if math.isfinite(number) else text


def _double(text: str) -> float | str:
    return float(text) if _DOUBLE.fullmatch(text) else text


def _boolean(text: str) -> bool | str:
    return {"true": True, "1": True, "false": False, "0": False}.get(text, text)


def _date(text: str) -> datetime.date | str:
    try:
        return datetime.date.fromisoformat(text) if _DATE.fullmatch(text) else text
    except ValueError:  # the 30th of February, the year 0
        return text


def _date_time(text: str) -> datetime.datetime | str:
    try:
        return datetime.datetime.fromisoformat(text) if _DATE_TIME.fullmatch(text) else text
    except ValueError:  # as for dates, and 24:00:00
        return text


def _year(text: str) -> int | str:
    return _integer(text) if _YEAR.fullmatch(text) else text


_READ: dict[str, Callable[[str], Plain]] = {
    **{_XSD + name: _integer for name in _INTEGERS},
    _XSD + "decimal": _decimal,
    _XSD + "double": _double,
    _XSD + "float": _double,
    _XSD + "boolean": _boolean,
    _XSD + "date": _date,
    _XSD + "dateTime": _date_time,
    _XSD + "dateTimeStamp": _date_time,
    _XSD + "gYear": _year,
}
