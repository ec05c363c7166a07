"""`rdfkit audit`: the account of all pages and rows, and what has changed since another."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from rdfkit.cli.opening import open_graph, open_network
from rdfkit.cli.options import DEFAULT_STORE, AtEndpoint, AuditFormat, Output, Registry, StorePath
from rdfkit.cli.places import AUDIT_SUFFIXES, chosen_format


def audit(
    store: StorePath = DEFAULT_STORE,
    endpoint: AtEndpoint = None,
    registry: Registry = None,
    against: Annotated[
        Path | None,
        typer.Option("--against", metavar="STORE|RDF", help="Another release: a store, or RDF, also packed."),
    ] = None,
    format: Annotated[
        AuditFormat | None,
        typer.Option("-f", "--format", help="Default: what the suffix of FILE says, else text."),
    ] = None,
    output: Output = None,
) -> None:
    """Account for every page and row of the store; with --against say what appeared, vanished or changed.

    Exits with 1 when something is missing: a page or row that nobody accounts for, or a pathway or figure that the
    other release had. Examples: rdfkit audit · rdfkit audit --against last-month.zip
    """

    from rdfkit.cli import query_output
    from rdfkit.publishing import audit as auditing
    from rdfkit.store import coverage

    chosen = chosen_format(output, format, AUDIT_SUFFIXES, [against] if against else ())
    with open_graph(store, endpoint, open_network(registry)) as opened:
        found = auditing.audit(opened)
        compared = auditing.compare(opened, against) if against else None
    if chosen is AuditFormat.JSON:
        values = found.to_json() | ({"comparison": compared.to_json()} if compared else {})
        text = json.dumps(values, ensure_ascii=False, indent=1) + "\n"
    else:
        text = coverage.render(found.coverage)
        text += "the store holds these pages\n" if found.passed else f"THE STORE HOLDS {found.pages}\n"
        text += "\n" + auditing.render_comparison(compared) if compared else ""
    with query_output.output_stream(output) as stream:
        stream.write(text.encode())
    vanished = compared is not None and bool(compared.of(auditing.Status.VANISHED))
    raise typer.Exit(1 if vanished or not found.passed else 0)
