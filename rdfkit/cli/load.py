"""`rdfkit load`: a store from shards of pages that were converted elsewhere."""

from __future__ import annotations

import sys
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
from rdfkit.cli.output import build_summary, print_report
from rdfkit.report import Severity


def load(
    place: Annotated[str, typer.Argument(help="Where `rdfkit convert` has put its shards.")],
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
    """Build the store from shards: the same store as `rdfkit build` makes of the pages.

    Name the lexicons and ontologies of the conversion again. Example: rdfkit load s3://site/shards
    """
    from rdfkit.cli.progress import progress
    from rdfkit.pipeline.build import load as load_shards

    with progress(quiet) as advance:
        done = load_shards(
            place,
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
