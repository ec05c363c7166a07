"""`rdfkit endpoints`: the SPARQL endpoints that have a name, and whether they answer."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from rdfkit.cli.options import Contact, Registry
from rdfkit.errors import ParameterError

if TYPE_CHECKING:
    pass


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
    from rdfkit.cli import endpoint_output
    from rdfkit.endpoints.session import Network, check

    network = Network(registry, contact=contact)
    if action is None:
        sys.stdout.write(endpoint_output.endpoints_text(network.known().values()))
        return
    if action != "check":
        raise ParameterError(f'"{action}" cannot be done', key="action", value=action, expected="check")
    failed = False
    for name in names or network.known():
        found = check(network, name)
        failed = failed or found.query is not None
        sys.stdout.write(endpoint_output.check_text(found))
        sys.stdout.flush()
    raise typer.Exit(5 if failed else 0)
