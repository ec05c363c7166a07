"""`rdfkit load`: a store from shards of pages that were converted elsewhere."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from rdfkit.cli.opening import link_thresholds
from rdfkit.cli.options import (
    DEFAULT_STORE,
    DiscardUpdates,
    Lexicons,
    Ontologies,
    Quiet,
    ReportFormat,
    StorePath,
    Verbose,
)
from rdfkit.cli.output import build_summary, print_report, say
from rdfkit.cli.places import refuse_without_effect
from rdfkit.report import Severity


def load(
    context: typer.Context,
    places: Annotated[
        list[str], typer.Argument(help="RDF files, or where `rdfkit convert` has put its shards.")
    ],
    store: StorePath = DEFAULT_STORE,
    lexicon: Lexicons = [],  # noqa: B006 - typer copies it
    ontology: Ontologies = [],  # noqa: B006
    link: Annotated[
        bool, typer.Option("--link", help="Link figures to pathways, as `rdfkit link` does.")
    ] = False,
    discard_updates: DiscardUpdates = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Load RDF files into the store, or build it from shards: the same store as `rdfkit build` makes of the pages.

    RDF is added to what is there. Of shards, name the lexicons and ontologies of the conversion again. Examples:
    rdfkit load data.ttl more.nq.gz · rdfkit load s3://site/shards
    """
    from rdfkit.cli.progress import progress
    from rdfkit.pipeline.build import load as load_shards
    from rdfkit.pipeline.rdf_store import holds_rdf, load_rdf
    from rdfkit.sources.locations import is_remote

    if all(not is_remote(place) and Path(place).is_file() and holds_rdf(Path(place)) for place in places):
        refuse_without_effect(context, ("lexicon", "ontology", "link", "discard_updates"), "with RDF files")
        with progress(quiet) as advance:
            advance("loading", 0, 0)
            number = load_rdf(places, store)
        say(f"{number:,} quads from {len(places)} file{'' if len(places) == 1 else 's'} in {store}", quiet)
        return
    if len(places) > 1:
        raise typer.BadParameter("either RDF files, or one place with shards")
    with progress(quiet) as advance:
        done = load_shards(
            places[0],
            store,
            lexicons=lexicon,
            ontologies=ontology,
            thresholds=link_thresholds() if link else None,
            discard_updates=discard_updates,
            progress=advance,
        )
    if not quiet:
        print_report(
            done.report, ReportFormat.TEXT, Severity.INFO if verbose else Severity.WARNING, sys.stderr
        )
        sys.stdout.write(build_summary(done, store))
    raise typer.Exit(done.exit_code)
