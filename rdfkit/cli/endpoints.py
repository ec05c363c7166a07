"""`rdfkit endpoints`: the SPARQL endpoints that have a name, and whether they answer."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from rdfkit.cli.options import AuditFormat, Contact, Registry, TextOrJson
from rdfkit.cli.output import as_json
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
    format: TextOrJson = AuditFormat.TEXT,
) -> None:
    """List the SPARQL endpoints that have a name, or check whether they answer.

    Examples: rdfkit endpoints · rdfkit endpoints check wikipathways uniprot
    """
    from rdfkit.endpoints.session import Network, check

    network = Network(registry, contact=contact)
    if action is None and format is AuditFormat.JSON:
        sys.stdout.write(as_json([asdict(one) for one in network.known().values()]))
        return
    if action is None:
        sys.stdout.write(_listed(network.known().values()))
        return
    if action != "check":
        raise ParameterError(f'"{action}" cannot be done', key="action", value=action, expected="check")
    failed, checked = False, []
    for name in names or network.known():
        found = check(network, name)
        failed = failed or found.query is not None
        checked.append(found)
        if format is AuditFormat.TEXT:
            sys.stdout.write(_checked(found))
            sys.stdout.flush()
    if format is AuditFormat.JSON:
        sys.stdout.write(as_json([_values(one) for one in checked]))
    raise typer.Exit(5 if failed else 0)


def _listed(endpoints: Iterable[Endpoint]) -> str:
    """Endpoints as text: name, URL, title, and what is known of them."""
    lines = []
    for endpoint in endpoints:
        lines += [f"{endpoint.name:<14} {endpoint.url}", f"{'':<14} {endpoint.title}"]
        lines += [f"{'':<14} cuts at {endpoint.max_rows:,} rows"] if endpoint.max_rows else []
    return "".join(f"{line}\n" for line in lines)


def _values(found: Check) -> dict[str, object]:
    """What came of checking an endpoint, for programs; the faults are null where there is none."""
    told = {"query": found.query, "description": found.description, "seconds": round(found.seconds, 3)}
    return {"name": found.endpoint.label, "url": found.endpoint.url, "answers": found.query is None, **told}


def _checked(found: Check) -> str:
    """What came of checking an endpoint, on one line."""
    parts = f"query: {found.query or 'yes'}; description: {found.description or 'yes'}"
    return f"{found.endpoint.label:<14} {found.seconds:5.1f} s  {parts}\n"
