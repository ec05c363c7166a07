"""`rdfkit info`: what a store holds."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from rdfkit.cli.opening import open_graph, open_network
from rdfkit.cli.options import DEFAULT_STORE, AtEndpoint, Registry, StorePath


def info(
    store: StorePath = DEFAULT_STORE,
    endpoint: AtEndpoint = None,
    registry: Registry = None,
    diagram: Annotated[
        bool, typer.Option("--diagram", help="Draw classes and properties: a Mermaid class diagram.")
    ] = False,
) -> None:
    """Say what is in the store: pages, classes, graphs, when it was built and with what."""
    from rdfkit.cli import store_summary
    from rdfkit.publishing.diagram import mermaid

    with open_graph(store, endpoint, open_network(registry)) as opened:
        for part in [mermaid(opened)] if diagram else store_summary.describe_store(opened):
            sys.stdout.write(part)
            sys.stdout.flush()
