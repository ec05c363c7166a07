"""`rdfkit queries`: the library of queries that are ready."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Mapping
from dataclasses import asdict
from itertools import groupby
from typing import TYPE_CHECKING, Annotated

import typer

import rdfkit
from rdfkit.cli import completion
from rdfkit.cli.options import AuditFormat, TextOrJson
from rdfkit.cli.output import as_json
from rdfkit.cli.places import refuse_without_effect

if TYPE_CHECKING:
    from rdfkit.sparql.library import LibraryQuery, Parameter


def queries(
    context: typer.Context,
    name: Annotated[
        str | None,
        typer.Argument(help="A query of the library.", show_default=False, autocompletion=completion.queries),
    ] = None,
    turtle: Annotated[
        bool, typer.Option("--turtle", help="All queries as RDF: sh:SPARQLExecutable, as SIB publishes them.")
    ] = False,
    endpoint: Annotated[
        str | None, typer.Option("--endpoint", metavar="URL", help="With --turtle: where they can be run.")
    ] = None,
    format: TextOrJson = AuditFormat.TEXT,
) -> None:
    """List the library of queries, or show one: its text, parameters and an example call."""
    if not turtle:
        refuse_without_effect(context, ["endpoint"], "without --turtle")
    if turtle:
        refuse_without_effect(context, ["format"], "with --turtle")
        from rdfkit.cli import query_output
        from rdfkit.sparql.library_rdf import query_triples

        sys.stdout.buffer.write(query_output.turtle(query_triples(rdfkit.library().values(), endpoint)))
        return
    if format is AuditFormat.JSON:
        chosen = [rdfkit.find_query(name)] if name else rdfkit.library().values()
        sys.stdout.write(as_json([_values(query) for query in chosen]))
        return
    sys.stdout.write(_described(rdfkit.find_query(name)) if name else _listed(rdfkit.library()))


def _values(query: LibraryQuery) -> dict[str, object]:
    """One query for programs."""
    told = {key: getattr(query, key) for key in ("name", "title", "category", "description", "text")}
    parameters = [asdict(one) for one in query.parameters]
    return {**told, "parameters": parameters, "federated": query.is_federated, "endpoints": query.endpoints}


def _listed(library: Mapping[str, LibraryQuery]) -> str:
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


def _described(query: LibraryQuery) -> str:
    """One query as text: what it answers, its parameters, an example call and its SPARQL."""
    lines = [query.title, ""]
    lines += [query.description, ""] if query.description else []
    lines += [_parameter(parameter) for parameter in query.parameters]
    values = (f"{item.name}={item.default or '...'}" for item in query.parameters)
    arguments = [f"--param {shlex.quote(value)}" for value in values]
    options = ["--federate"] if query.is_federated else []
    example = " ".join(["rdfkit query", *options, query.name, *arguments])
    lines += [f"Asks: {endpoint}" for endpoint in query.endpoints]
    lines += ["", f"Example: {example}", "", query.text.rstrip()]
    return "\n".join(lines) + "\n"


def _parameter(parameter: Parameter) -> str:
    choices = f", one of {', '.join(parameter.choices)}" if parameter.choices else ""
    default = f", default {parameter.default}" if parameter.default else ""
    return f"  --param {parameter.name}=…  {parameter.label} ({parameter.type}{choices}{default})"
