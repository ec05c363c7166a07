"""`rdfkit publish`: the graph in another triple store."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

import rdfkit
from rdfkit.cli.opening import given_credentials, open_target
from rdfkit.cli.options import (
    DEFAULT_STORE,
    Method,
    PasswordFile,
    Quiet,
    StorePath,
    TargetToken,
    UpdateAt,
    User,
)
from rdfkit.cli.output import say
from rdfkit.errors import RemoteError

if TYPE_CHECKING:
    from rdfkit.pipeline.linkset import Linkset
    from rdfkit.publishing.targets import Target


def publish(
    to: Annotated[
        str, typer.Option("--to", metavar="URL", help="The store to load it into.", show_default=False)
    ],
    store: StorePath = DEFAULT_STORE,
    method: Method = "gsp",
    endpoint: Annotated[
        str | None, typer.Option("--endpoint", metavar="URL", help="Where it is asked, if not there.")
    ] = None,
    update: UpdateAt = None,
    user: User = None,
    password_file: PasswordFile = None,
    token_file: TargetToken = None,
    isql: Annotated[
        str, typer.Option("--isql", metavar="COMMAND", help="virtuoso-loader: its client with host and port.")
    ] = "isql localhost:1111",
    folder: Annotated[
        Path | None,
        typer.Option("--folder", metavar="DIR", help="virtuoso-loader: where the server may read files."),
    ] = None,
    quiet: Quiet = False,
) -> None:
    """Load the store into another SPARQL 1.1 store: the first time all of it, then what has changed.

    What broke off goes on when it is run again; graphs that are gone here go there. Examples:
    rdfkit publish --to http://localhost:8890 --method virtuoso --user dba --password-file secret ·
    rdfkit publish --to http://localhost:3030/ds --method fuseki
    """
    from rdfkit.cli.progress import progress
    from rdfkit.publishing import publish as publishing
    from rdfkit.publishing.targets import find_kind

    credentials = given_credentials(token_file, user, password_file, method)
    loader = None
    if find_kind(method).loader is not None:
        from rdfkit.publishing.bulk_loaders import VirtuosoLoader

        if folder is None:
            raise typer.BadParameter("a bulk loader needs a folder that the server may read: --folder DIR")
        loader = VirtuosoLoader(isql, folder, credentials)
    with (
        rdfkit.open_store(store) as opened,
        open_target(to, method, credentials, endpoint, update) as target,
        progress(quiet) as advance,
    ):
        done = publishing.publish(opened, target, loader=loader, progress=advance)
    if not quiet:
        sys.stdout.write(publishing.summary(done))
    raise typer.Exit(RemoteError.exit_code if done.missing else 0)


def publish_linkset(linkset: Linkset, target: Target, quiet: bool) -> None:
    """Publishes a linkset as a graph of the target; ends the command where the target does not hold it whole."""
    from rdfkit.pipeline.linkset import linkset_quads
    from rdfkit.publishing import publish as publishing
    from rdfkit.rdf.graphs import LINKSET_GRAPH

    triples = (quad.triple for quad in linkset_quads(linkset))
    with target:
        done = publishing.publish_graph(triples, LINKSET_GRAPH, target, told={"links": len(linkset.overlaps)})
    if done.missing:
        say(publishing.summary(done), quiet=False)
        raise typer.Exit(RemoteError.exit_code)
