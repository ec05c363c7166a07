"""Which query an argument means, and how an answer is written."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, cast

import pyoxigraph as ox

from rdfkit.cli.result_table import Content, content_of, write_table
from rdfkit.errors import QueryError
from rdfkit.publishing.files import STDOUT, whole_file
from rdfkit.rdf.formats import of_name
from rdfkit.rdf.quads import sorted_quads
from rdfkit.rdf.serializer import serialize
from rdfkit.sparql import library
from rdfkit.sparql.syntax_errors import excerpt

if TYPE_CHECKING:
    from rdfkit.sparql.dialect.edits import Repair
    from rdfkit.sparql.query import QueryText
    from rdfkit.sparql.results import Graph, Rows, Truth
    from rdfkit.store import StoreProtocol

_TERM_OF_NAME = "SELECT DISTINCT ?term { ?term rdfs:label ?label . [] wp:ontologyTag|rdfs:subClassOf ?term"
_TABLE_FORMATS = ("table", "csv", "tsv", "json", "xml")
_EXTENSIONS = {"tsv": "tsv", "json": "srj", "xml": "srx"}
# An empty answer is smaller than this in every format.
_HEAD = 4096
_GRAPH_FORMATS = ("turtle", "ntriples", "jsonld", "rdfxml", "trig", "nquads")


def find(text: str, read_stdin: Callable[[], str]) -> library.LibraryQuery:
    """The query that an argument means: `-` is stdin, a path ends in `.rq` or `.sparql`, white space or a brace makes
    it SPARQL, anything else is a name of the library.

    Raises QueryError when no such name or file exists.
    """
    if text == "-":
        return library.parse_query(read_stdin(), "stdin")
    if text.endswith((".rq", ".sparql")):
        return library.read_query(Path(text))
    if any(character.isspace() or character == "{" for character in text.strip()):
        return library.parse_query(text, "query")
    return library.find_query(text)


def names_terms(query: library.LibraryQuery, values: Mapping[str, str]) -> list[str]:
    """The parameters that are given the name of a term, and not its identifier or IRI."""
    given = (one.name for one in query.parameters if one.type == "term" and one.name in values)
    return [name for name in given if ":" not in values[name] and not values[name][-4:].isdigit()]


def with_terms(
    query: library.LibraryQuery, values: Mapping[str, str], store: StoreProtocol
) -> dict[str, str]:
    """The values of parameters, with the terms that the store knows by name as their IRIs."""
    found = dict(values)
    for parameter in names_terms(query, values):
        name = ox.Literal(values[parameter].strip().lower())
        rows: Any = store.query(f"{_TERM_OF_NAME} FILTER(LCASE(STR(?label)) = {name}) }} ORDER BY ?term")
        found[parameter] = next((str(row["term"]) for row in rows), values[parameter])
    return found


@contextmanager
def errors_of(query: library.LibraryQuery, bound: QueryText) -> Iterator[None]:
    """Has errors about a query say in which file it is, with the line below them and a mark at the place."""
    try:
        yield
    except QueryError as error:
        if error.line is not None:
            error.path = error.path or query.path
            if error.expected is not None:
                error.message, error.expected = f"{error.message} (expected {error.expected})", None
            error.message += "\n" + excerpt(bound.text, error.line, error.column or 1).rstrip("\n")
        raise


@contextmanager
def output_stream(path: Path | None) -> Iterator[BinaryIO]:
    """Standard output, or a `whole_file`. Raises ExportError when it cannot be written."""
    with whole_file(path or STDOUT) as file:
        yield file


def default_format(answer: Rows | Truth | Graph, stream: BinaryIO) -> str:
    """The format when the user named none: Turtle for graphs; a table on a terminal, else CSV."""
    from rdfkit.sparql.results import Graph

    if isinstance(answer, Graph):
        return "turtle"
    return "table" if stream.isatty() else "csv"


def write_answer(answer: Rows | Truth | Graph, format: str, stream: BinaryIO) -> Content:
    """Writes an answer and says what it held.

    Raises QueryError when the format does not fit the kind of answer.
    """
    from rdfkit.sparql.results import Graph, Rows, Truth

    allowed = _GRAPH_FORMATS if isinstance(answer, Graph) else _TABLE_FORMATS
    if format not in allowed:
        raise QueryError(
            f"this answer cannot be written as {format}", value=format, expected=", ".join(allowed)
        )
    watched = _Watched(stream)
    if isinstance(answer, Truth) and format in ("table", "csv", "tsv"):
        stream.write(b"true\n" if answer else b"false\n")
    elif isinstance(answer, Rows) and format == "table":
        return write_table(answer, stream)
    elif isinstance(answer, Graph) and format == "turtle":
        data = turtle(answer)
        stream.write(data)
        return Content.SOMETHING if data.strip() else Content.NOTHING
    else:
        answer.serialize(cast("BinaryIO", watched), format)
    if isinstance(answer, Truth):
        return Content.SOMETHING if answer else Content.NOTHING
    return watched.content(format)


def turtle(triples: Iterable[ox.Triple]) -> bytes:
    """Triples as Turtle, sorted."""
    found = sorted_quads(ox.Quad(triple.subject, triple.predicate, triple.object) for triple in triples)
    return serialize(found, of_name("turtle"))


class _Watched:
    """An output that remembers its first bytes, to tell whether an answer that has been written was empty."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._head = b""

    def write(self, data: bytes) -> int:
        if len(self._head) <= _HEAD:
            self._head += data[: _HEAD + 1]
        return self._stream.write(data)

    def flush(self) -> None:
        self._stream.flush()

    def content(self, format: str) -> Content:
        """What there was beside a header."""
        if len(self._head) > _HEAD:
            return Content.SOMETHING
        if format in _GRAPH_FORMATS:
            empty = self._head.strip() in (b"", b"[]", b"{}") or (
                format == "rdfxml" and b"<rdf:Description" not in self._head
            )
            return Content.NOTHING if empty else Content.SOMETHING
        if format == "csv":
            # Only the values count, and none that matters here has a comma in it.
            rows = [line.split(b",") for line in self._head.splitlines()[1:]]
            return content_of([cell.decode() for cell in row] for row in rows)
        found = ox.parse_query_results(self._head, ox.QueryResultsFormat.from_extension(_EXTENSIONS[format]))
        solutions = found if isinstance(found, ox.QuerySolutions) else ()
        return content_of([getattr(term, "value", "") for term in row] for row in solutions)


def remarks(repairs: Iterable[Repair], content: Content, query: QueryText, store: StoreProtocol) -> str:
    """What is said beside an answer, a line each: how the query was repaired, and why nothing was found.

    A row of zeros tells of nothing only where the query counts.
    """
    lines = [f"repaired: {one.name}: {one.sentence}" for one in repairs]
    if content is Content.NOTHING or (content is Content.ZEROS and query.has_aggregates):
        from rdfkit.store.explain import explain_empty

        lines += [f"empty: {hint}" for hint in explain_empty(query, store)]
    return "".join(f"{line}\n" for line in lines)


def exit_status(answer: Rows | Truth | Graph) -> int:
    """0 when an ASK is true, 1 when it is false. Raises QueryError for an answer of another kind."""
    from rdfkit.sparql.results import Truth

    if not isinstance(answer, Truth):
        raise QueryError("--exit-status is for ASK queries", expected="ASK { … }")
    return 0 if answer else 1
