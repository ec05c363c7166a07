"""`rdfkit endpoints`: the SPARQL endpoints that have a name, and whether they answer."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated

import typer

from rdfkit.cli.options import Contact, Registry
from rdfkit.errors import ParameterError

if TYPE_CHECKING:
    from rdfkit.endpoints.registry import Endpoint
    from rdfkit.endpoints.session import Check


def endpoints(
    action: Annotated[
        str | None, typer.Argument(help="`check` asks each of them; without it they are listed.")
    ] = None,
    names: Annotated[list[str] | None, typer.Argument(help="Of these alone.", show_default=False)] = None,
    contact: Contact = None,
    registry: Registry = None,
) -> None:
    """List the SPARQL endpoints that have a name, or check whether they answer.

    Examples: rdfkit endpoints · rdfkit endpoints check wikipathways uniprot
    """
    from rdfkit.endpoints.session import Network, check

    network = Network(registry, contact=contact)
    if action is None:
        sys.stdout.write(_listed(network.known().values()))
        return
    if action != "check":
        raise ParameterError(f'"{action}" cannot be done', key="action", value=action, expected="check")
    failed = False
    for name in names or network.known():
        found = check(network, name)
        failed = failed or found.query is not None
        sys.stdout.write(_checked(found))
        sys.stdout.flush()
    raise typer.Exit(5 if failed else 0)


def _listed(endpoints: Iterable[Endpoint]) -> str:
    """Endpoints as text: name, URL, title, and what is known of them."""
    lines = []
    for endpoint in endpoints:
        lines += [f"{endpoint.name:<14} {endpoint.url}", f"{'':<14} {endpoint.title}"]
        lines += [f"{'':<14} cuts at {endpoint.max_rows:,} rows"] if endpoint.max_rows else []
    return "".join(f"{line}\n" for line in lines)


def _checked(found: Check) -> str:
    """What came of checking an endpoint, on one line."""
    parts = f"query: {found.query or 'yes'}; description: {found.description or 'yes'}"
    return f"{found.endpoint.label:<14} {found.seconds:5.1f} s  {parts}\n"
