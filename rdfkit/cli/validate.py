"""`rdfkit validate`: pages or RDF checked with SHACL."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from rdfkit.cli.options import Baseline, EngineName, EngineOption, Output, Quiet, ReportFormat, Verbose
from rdfkit.cli.output import print_report, read_baseline, rendered, since_baseline, write_text
from rdfkit.cli.places import REPORT_SUFFIXES, chosen_format
from rdfkit.report import Severity


def validate(
    sources: Annotated[
        list[Path], typer.Argument(help="Pages, folders of pages, or RDF files.", show_default=False)
    ],
    shapes: Annotated[
        list[Path] | None,
        typer.Option("--shapes", metavar="FILE", help="SHACL to use in place of ours. Repeatable."),
    ] = None,
    engine: EngineOption = EngineName.RDFKIT,
    format: Annotated[
        ReportFormat | None,
        typer.Option("-f", "--format", help="Default: what the suffix of FILE says, else text."),
    ] = None,
    severity: Annotated[
        Severity, typer.Option("--severity", help="Leave out what is milder.")
    ] = Severity.INFO,
    baseline: Baseline = None,
    changed_since: Annotated[
        str | None,
        typer.Option(
            "--changed-since",
            metavar="REV",
            help="Only pages that differ from this revision of git, or whose tables do.",
        ),
    ] = None,
    output: Output = None,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Check pages or RDF files against the shapes; every finding leads back to file and line.

    Examples: rdfkit validate seeds/ · rdfkit validate --format sarif -o report.sarif pages/ ·
    rdfkit validate --shapes mine.ttl data.ttl
    """
    from rdfkit.cli.progress import progress
    from rdfkit.pipeline.validate import validate as check
    from rdfkit.validation.validator import Engine

    chosen = chosen_format(output, format, REPORT_SUFFIXES, [*sources, *(shapes or ())]) or ReportFormat.TEXT
    known = read_baseline(baseline)
    with progress(quiet) as advance:
        found = check(
            sources, shapes=shapes, engine=Engine(engine), changed_since=changed_since, progress=advance
        )
    found = since_baseline(found, known, quiet)
    if output is not None:
        write_text(rendered(found.at_least(severity), chosen), output)
    else:
        print_report(found, chosen, severity, sys.stdout, verbose=verbose, quiet=quiet)
    unreadable = any(result.rule == "page-unreadable" for result in found.results)
    raise typer.Exit(3 if unreadable else 0 if found.conforms else 1)
