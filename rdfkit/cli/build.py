"""`rdfkit build`: a store from pages."""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rdfkit.cli.opening import index_names, link_thresholds, refuse_rdf
from rdfkit.cli.options import (
    DEFAULT_STORE,
    AuditFormat,
    Baseline,
    DiscardUpdates,
    EngineName,
    EngineOption,
    Lexicons,
    Ontologies,
    Quiet,
    ReportFormat,
    Sources,
    StorePath,
    Tables,
    TextOrJson,
    Verbose,
)
from rdfkit.cli.output import (
    as_json,
    build_summary,
    build_values,
    print_findings,
    read_baseline,
    rendered,
    since_baseline,
    write_text,
)
from rdfkit.cli.places import REPORT_SUFFIXES, chosen_format, refuse_without_effect
from rdfkit.publishing.files import STDOUT
from rdfkit.report import Severity

if TYPE_CHECKING:
    from rdfkit.pipeline.summary import Build


def build(
    context: typer.Context,
    sources: Sources,
    store: StorePath = DEFAULT_STORE,
    tables: Tables = [],  # noqa: B006 - typer copies it
    lexicon: Lexicons = [],  # noqa: B006
    ontology: Ontologies = [],  # noqa: B006
    link: Annotated[
        bool, typer.Option("--link", help="Link figures to pathways, as `rdfkit link` does.")
    ] = False,
    keep_invalid: Annotated[bool, typer.Option("--keep-invalid", help="Keep pages with violations.")] = False,
    engine: EngineOption = EngineName.RDFKIT,
    full: Annotated[
        bool,
        typer.Option("--full", help="Begin anew; default: change what changed, or go on where it stopped."),
    ] = False,
    watch: Annotated[
        bool,
        typer.Option(
            "--watch",
            help="Build again whenever a source changes, until Ctrl-C, which ends it with exit code 0.",
        ),
    ] = False,
    discard_updates: DiscardUpdates = False,
    labels: Annotated[
        bool,
        typer.Option(
            "--labels", help="Index the names, too: then the store can be served without being written."
        ),
    ] = False,
    report: Annotated[
        Path | None, typer.Option("--report", metavar="FILE", help="Write the report here.")
    ] = None,
    report_format: Annotated[
        ReportFormat | None,
        typer.Option(
            "--report-format",
            help="Default: what the suffix of FILE says, else text. Without --report: on stdout.",
        ),
    ] = None,
    baseline: Baseline = None,
    format: TextOrJson = AuditFormat.TEXT,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Build the store from pages: read, map, validate, load, and switch it in when it is whole.

    Built again, only what changed is done; a build that was stopped goes on where it was. Pages with violations stay
    out and are listed. Examples: rdfkit build seeds/ · rdfkit build --watch pages/
    """
    from rdfkit.cli.progress import progress
    from rdfkit.cli.watching import Told
    from rdfkit.pipeline.build import build as build_store
    from rdfkit.validation.validator import Engine

    def run(full: bool) -> Build:
        with progress(quiet) as advance:
            done = build_store(
                sources,
                store,
                lexicons=lexicon,
                tables=tables,
                ontologies=ontology,
                thresholds=link_thresholds() if link else None,
                keep_invalid=keep_invalid,
                engine=Engine(engine),
                full=full,
                discard_updates=discard_updates,
                progress=advance,
            )
        if labels and done.switched:
            index_names(store)
        return done

    if report is None and report_format is not None:
        report = STDOUT
    chosen = chosen_format(report, report_format, REPORT_SUFFIXES, sources, "--report-format")
    refuse_rdf(sources)
    if watch:
        refuse_without_effect(context, ("report", "report_format", "full"), "with --watch")
        from rdfkit.pipeline.watch import watch as watched

        told = Told()
        for done in watched(partial(run, False), [*sources, *tables]):
            sys.stderr.write(told.of(done, quiet, Severity.INFO if verbose else Severity.WARNING))
        return
    known = read_baseline(baseline)
    done = run(full)
    found = since_baseline(done.report, known, quiet)
    if report is not None:
        write_text(rendered(found, chosen or ReportFormat.TEXT), report)
    if not quiet:
        print_findings(found, verbose)
        values = format is AuditFormat.JSON
        text = as_json(build_values(done, store)) if values else build_summary(done, store)
        # Whoever reads the report there wants nothing else there.
        (sys.stderr if report == STDOUT else sys.stdout).write(text)
    raise typer.Exit(done.exit_code if known is None else done.exit_code_of(found))
