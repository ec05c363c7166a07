"""The pages of the query library: all by category, and one with its form and its answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any

import pyoxigraph as ox

from rdfkit.endpoints.registry import Endpoint, endpoints, find_endpoint
from rdfkit.errors import NotFoundError, QueryError, QueryRefusedError
from rdfkit.server.views.rendering import Link, Rendered, Source, address, html, links, probability
from rdfkit.sparql.library import LibraryQuery, Parameter, bind, library
from rdfkit.sparql.results import Answer, Graph, Rows, Truth

_YASGUI = Path(__file__).parents[1] / "assets" / "vendor" / "yasgui.min.js"
# No more rows are shown. The downloads have them all.
ROWS = 500
_DOWNLOADS = {"csv": "CSV", "tsv": "TSV", "json": "JSON", "xml": "XML"}
_LONGEST_NUMBER = 9
_GRAPH_DOWNLOADS = {"turtle": "Turtle", "ntriples": "N-Triples", "jsonld": "JSON-LD", "rdfxml": "RDF/XML"}
_NUMBERS = ("integer", "decimal", "double", "float", "int", "long", "gYear")


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of an answer: a link, or a text, which may be a number."""

    link: Link | None
    text: str
    is_number: bool


@dataclass(frozen=True, slots=True)
class Field:
    """A parameter as a field of the form, with the value that it has now."""

    parameter: Parameter
    name: str
    value: str


def index(source: Source, parameters: Mapping[str, str]) -> Rendered:
    """All queries, by category."""
    categories: dict[str, list[LibraryQuery]] = {}
    for query in all_queries().values():
        categories.setdefault(query.category, []).append(query)
    return html("queries.html", categories=sorted(categories.items()), total=len(all_queries()))


def query(source: Source, parameters: Mapping[str, str]) -> Rendered:
    """One query with its form. With `run` among the parameters also its answer, or what is wrong with them.

    Raises NotFoundError for no query.
    """
    found = all_queries().get(parameters.get("name", ""))
    if found is None:
        raise NotFoundError("no query has this name", value=parameters.get("name"))
    names = {one.name: field_name(one) for one in found.parameters}
    given = {name: parameters[field].strip() for name, field in names.items() if field in parameters}
    fields = [Field(one, names[one.name], given.get(one.name, one.default or "")) for one in found.parameters]
    text, error, answer = bind(found, {}), None, None
    may_run = _may_ask(source, found)
    try:
        text = bind(found, given)
        answer = _answer(source, text) if "run" in parameters and may_run else None
    except QueryError as wrong:  # a value that does not fit, or a query that fails
        error = wrong
    return html(
        "query.html",
        query=found,
        fields=fields,
        text=text,
        error=error,
        answer=answer,
        asks=[_endpoint(source, iri) for iri in found.endpoints],
        may_run=may_run,
        editor=address("/editor", query=text),
        downloads=_downloads(text, _DOWNLOADS) if may_run else [],
        most=ROWS,
    )


def asked(source: Source, text: str, answer: Answer) -> Rendered:
    """The answer to a query as a page: what a browser gets that opens a link to the endpoint. Raises QueryError."""
    return html(
        "asked.html",
        text=text,
        repairs=[repair.sentence for repair in answer.repairs],
        answer=None if isinstance(answer, Graph) else _shown(source, answer),
        editor=address("/editor", query=text),
        downloads=_downloads(text, _GRAPH_DOWNLOADS if isinstance(answer, Graph) else _DOWNLOADS),
        most=ROWS,
    )


def editor(source: Source, parameters: Mapping[str, str]) -> Rendered:
    """The SPARQL editor, with the text of `query` if there is one; a plain form when it was built without YASGUI."""
    return html("editor.html", query=parameters.get("query", ""), has_yasgui=_YASGUI.is_file())


@cache
def all_queries() -> Mapping[str, LibraryQuery]:
    """The queries of the package."""
    return library()


def field_name(parameter: Parameter) -> str:
    """The name of a parameter's field: its own, set apart from those that the page itself has."""
    return f"{parameter.name}_" if parameter.name in ("name", "run") else parameter.name


def _downloads(text: str, formats: Mapping[str, str]) -> list[tuple[str, str]]:
    """The answer to a query as files: what each is called, and where it is."""
    return [(label, address("/sparql", query=text, format=name)) for name, label in formats.items()]


def _may_ask(source: Source, query: LibraryQuery) -> bool:
    """Whether the endpoints of a query may be asked; always, when it has none."""
    if source.network is None:
        return not query.is_federated
    try:
        for iri in query.endpoints:
            source.network.find(iri)
    except QueryRefusedError:
        return False
    return True


def _endpoint(source: Source, iri: str) -> Endpoint:
    return find_endpoint(iri, source.network.known() if source.network is not None else endpoints())


def _answer(source: Source, text: str) -> dict[str, Any]:
    network = source.network
    answer = source.store.query(text) if network is None else network.federate(source.store, text)
    if isinstance(answer, Graph):
        raise QueryError("this query makes a graph; use the downloads", expected="a query that gives rows")
    return _shown(source, answer)


def _shown(source: Source, answer: Rows | Truth) -> dict[str, Any]:
    ledger = list(answer.ledger) if answer.ledger is not None else []
    if isinstance(answer, Truth):
        return {"truth": bool(answer), "columns": (), "rows": (), "cut": False, "ledger": ledger}
    terms = list(islice(answer.terms(), ROWS + 1))
    iris = (term.value for row in terms for term in row.values() if isinstance(term, ox.NamedNode))
    named = links(source, iris)
    rows = [[_cell(row[column], named) for column in answer.columns] for row in terms[:ROWS]]
    columns = [(name, _numeric(number, rows)) for number, name in enumerate(answer.columns)]
    return {"truth": None, "columns": columns, "rows": rows, "cut": len(terms) > ROWS, "ledger": ledger}


def _numeric(column: int, rows: Sequence[Sequence[Cell]]) -> bool:
    """Whether a column has numbers alone, which stand to the right, as does its heading."""
    texts = [row[column] for row in rows if row[column].text]
    return bool(texts) and all(cell.is_number for cell in texts)


def _short_number(text: str) -> str:
    """A number too long to be read, with two digits and a power of ten."""
    try:
        return text if len(text) <= _LONGEST_NUMBER else probability(float(text))
    except ValueError:  # ill-typed in the data
        return text


def _cell(term: object, named: Mapping[str, Link]) -> Cell:
    if isinstance(term, ox.NamedNode):
        return Cell(named[term.value], named[term.value].label, is_number=False)
    if isinstance(term, ox.Literal):
        is_number = term.datatype.value.rpartition("#")[2] in _NUMBERS
        return Cell(None, _short_number(term.value) if is_number else term.value, is_number)
    return Cell(None, "" if term is None else str(term), is_number=False)
