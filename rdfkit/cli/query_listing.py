"""The library of queries as a list, as RDF, and one of them with its parameters."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Mapping
from itertools import groupby

import pyoxigraph as ox

from rdfkit.rdf.formats import of_name
from rdfkit.sparql import library as queries


def list_queries(library: Mapping[str, queries.LibraryQuery]) -> str:
    """The library as text: each category with its queries, names and titles."""
    ordered = sorted(library.values(), key=lambda query: (query.category, query.name))
    width = max((len(query.name) for query in ordered), default=0)
    lines = []
    for category, members in groupby(ordered, key=lambda query: query.category):
        lines += [category, *(f"  {query.name:<{width}}  {query.title}" for query in members), ""]
    lines.append("rdfkit queries NAME shows one; rdfkit query NAME --param name=value runs it.")
    if any(query.is_federated for query in ordered):
        lines.append("What is under Federated asks other endpoints as well: rdfkit query --federate NAME.")
    return "\n".join(lines) + "\n"


def queries_as_turtle(library: Iterable[queries.LibraryQuery], endpoint: str | None) -> bytes:
    """Queries as Turtle, in the form of `query_descriptions`."""
    from rdfkit.sparql.library_rdf import query_triples

    return turtle(query_triples(library, endpoint))


def turtle(triples: Iterable[ox.Triple]) -> bytes:
    from rdfkit.rdf.quads import sorted_quads
    from rdfkit.rdf.serializer import serialize

    found = sorted_quads(ox.Quad(triple.subject, triple.predicate, triple.object) for triple in triples)
    return serialize(found, of_name("turtle"))


def describe_query(query: queries.LibraryQuery) -> str:
    """One query as text: what it answers, its parameters, an example call and its SPARQL."""
    lines = [query.title, ""]
    lines += [query.description, ""] if query.description else []
    lines += [_describe_parameter(parameter) for parameter in query.parameters]
    values = (f"{item.name}={item.default or '...'}" for item in query.parameters)
    arguments = [f"--param {shlex.quote(value)}" for value in values]
    options = ["--federate"] if query.is_federated else []
    example = " ".join(["rdfkit query", *options, query.name, *arguments])
    lines += [f"Asks: {endpoint}" for endpoint in query.endpoints]
    lines += ["", f"Example: {example}", "", query.text.rstrip()]
    return "\n".join(lines) + "\n"


def _describe_parameter(parameter: queries.Parameter) -> str:
    choices = f", one of {', '.join(parameter.choices)}" if parameter.choices else ""
    default = f", default {parameter.default}" if parameter.default else ""
    return f"  --param {parameter.name}=…  {parameter.label} ({parameter.type}{choices}{default})"
