"""What a shell completes beside verbs and options: queries, parameters, endpoints, kinds of stores, settings."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TypeAlias

import typer

from rdfkit.errors import RdfkitError

# A value, and what it is.
Completed: TypeAlias = Iterator[tuple[str, str]]


def queries(incomplete: str) -> Completed:
    """The queries of the library."""
    from rdfkit.sparql.library import library

    yield from _beginning(incomplete, ((query.name, query.title) for query in library().values()))


def parameters(context: typer.Context, incomplete: str) -> Completed:
    """The parameters of the query that stands in the command, up to the equals sign."""
    from rdfkit.sparql.library import find_query

    try:
        found = find_query(context.params.get("query") or "").parameters
    except RdfkitError:
        return
    yield from _beginning(incomplete, ((f"{one.name}=", one.label) for one in found))


def endpoints(incomplete: str) -> Completed:
    """The endpoints that have a name."""
    from rdfkit.endpoints import registry

    yield from _beginning(incomplete, ((one.name, one.title) for one in registry.endpoints().values()))


def methods(incomplete: str) -> Completed:
    """The kinds of stores that can be published to."""
    from rdfkit.publishing.targets import store_kinds

    yield from _beginning(incomplete, ((one.name, one.title) for one in store_kinds().values()))


def settings(incomplete: str) -> Completed:
    """The settings of the server, up to the equals sign."""
    from dataclasses import fields

    from rdfkit.server.settings import Settings

    yield from _beginning(incomplete, ((f"{one.name}=", "") for one in fields(Settings)))


def _beginning(incomplete: str, found: Iterable[tuple[str, str]]) -> Completed:
    return ((value, said) for value, said in found if value.startswith(incomplete))
