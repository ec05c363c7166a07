"""`rdfkit link`: figures linked to pathways by shared genes."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rdfkit.cli.opening import given_credentials, open_graph, open_network, open_target
from rdfkit.cli.options import (
    DEFAULT_STORE,
    AtEndpoint,
    MaxAdjustedP,
    Method,
    MinJaccard,
    MinShared,
    PasswordFile,
    Quiet,
    RdfFormat,
    Registry,
    StorePath,
    TargetToken,
    UpdateAt,
    User,
)
from rdfkit.cli.output import say, write
from rdfkit.cli.places import chosen_format, rdf_suffixes, refuse_without_effect
from rdfkit.cli.publish import publish_linkset

if TYPE_CHECKING:
    from rdfkit.pipeline.linkset import Linkset, Thresholds
    from rdfkit.store import StoreProtocol


def link(
    context: typer.Context,
    store: StorePath = DEFAULT_STORE,
    endpoint: AtEndpoint = None,
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", metavar="FILE", help="With --endpoint: write the linkset here."),
    ] = None,
    to: Annotated[
        str | None, typer.Option("--to", metavar="URL", help="With --endpoint: publish the linkset there.")
    ] = None,
    method: Method = "gsp",
    update: UpdateAt = None,
    user: User = None,
    password_file: PasswordFile = None,
    token_file: TargetToken = None,
    registry: Registry = None,
    min_shared: MinShared = 3,
    min_jaccard: MinJaccard = 0.05,
    max_adjusted_p: MaxAdjustedP = 0.05,
    quiet: Quiet = False,
) -> None:
    """Link the figures of the store to the pathways that share more genes than chance explains.

    Writes the linkset into a new build of the store; a linkset that was there is replaced. With --endpoint it goes into
    a file, or into a store by --to. Examples: rdfkit link --min-shared 4 --max-adjusted-p 0.01 ·
    rdfkit link --endpoint http://localhost:8890/sparql -o links.nq
    """
    from rdfkit.cli.progress import progress
    from rdfkit.pipeline.linkset import Thresholds, link_store
    from rdfkit.pipeline.progress import LINKING

    if to is None:
        refuse_without_effect(
            context, ("method", "update", "user", "password_file", "token_file"), "without --to"
        )
    thresholds = Thresholds(min_shared, min_jaccard, max_adjusted_p)
    if endpoint is None:
        if output is not None or to is not None:
            raise typer.BadParameter("-o and --to go with --endpoint")
        with progress(quiet) as advance:
            advance(LINKING, 0, 0)
            done = link_store(store, thresholds)
    else:
        if (output is None) == (to is None):
            raise typer.BadParameter("where to? Either -o FILE or --to URL")
        format = chosen_format(output, None, rdf_suffixes())
        with open_graph(store, endpoint, open_network(registry)) as opened, progress(quiet) as advance:
            advance(LINKING, 0, 0)
            done = _link_endpoint(opened, thresholds, output, format)
        if to is not None:
            credentials = given_credentials(token_file, user, password_file, method)
            publish_linkset(done, open_target(to, method, credentials, endpoint, update), quiet)
    if not done.tests:
        say(
            "nothing to compare: links need figures and pathways of the same organism, both with Entrez genes; "
            "build both sites, the pathways with their tables",
            quiet,
        )
    if not quiet:
        sys.stdout.write(
            f"compared      {done.figures} figures, {done.pathways} pathways\n"
            f"pairs tested  {done.tests}\nlinked        {len(done.overlaps)}\n"
        )


def _link_endpoint(
    opened: StoreProtocol, thresholds: Thresholds, output: Path | None, format: RdfFormat | None
) -> Linkset:
    """The linkset of the graph behind an endpoint, written to a file if there is one."""
    from rdfkit.pipeline.linkset import linkset_of, linkset_quads
    from rdfkit.rdf.formats import of_name
    from rdfkit.rdf.quads import sorted_quads
    from rdfkit.rdf.serializer import serialize

    done = linkset_of(opened, thresholds)
    if output is not None:
        chosen = of_name(format or RdfFormat.NQUADS)
        write(serialize(sorted_quads(linkset_quads(done)), chosen), output)
    return done
