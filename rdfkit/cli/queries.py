"""`rdfkit queries`: the library of queries that are ready."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

import rdfkit

if TYPE_CHECKING:
    pass


def queries(
    name: Annotated[str | None, typer.Argument(help="A query of the library.", show_default=False)] = None,
    turtle: Annotated[
        bool, typer.Option("--turtle", help="All queries as RDF: sh:SPARQLExecutable, as SIB publishes them.")
    ] = False,
    endpoint: Annotated[
        str | None, typer.Option("--endpoint", metavar="URL", help="With --turtle: where they can be run.")
    ] = None,
) -> None:
    """List the library of queries, or show one: its text, parameters and an example call."""
    from rdfkit.cli import query_listing

    if turtle:
        sys.stdout.buffer.write(query_listing.queries_as_turtle(rdfkit.library().values(), endpoint))
        return
    sys.stdout.write(
        query_listing.describe_query(rdfkit.find_query(name))
        if name
        else query_listing.list_queries(rdfkit.library())
    )
