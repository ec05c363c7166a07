"""`rdfkit validate`: pages or RDF checked with SHACL."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from rdfkit.cli.options import (
    Baseline,
    EngineName,
    EngineOption,
    Output,
    Quiet,
    RdfFormat,
    ReportFormat,
    Verbose,
)
from rdfkit.cli.output import print_report, read_baseline, rendered, since_baseline, write_text
from rdfkit.cli.places import REPORT_SUFFIXES, chosen_format
from rdfkit.report import Report, Severity


class Inference(StrEnum):
    """What can be derived."""

    RDFS = "rdfs"
    OWLRL = "owlrl"


class FailOn(StrEnum):
    """Which findings make the command fail."""

    VIOLATION = "violation"
    WARNING = "warning"
    INFO = "info"
    NEVER = "never"

    def applies(self, report: Report) -> bool:
        """Whether a report has such findings. Notes on how the check was made are none."""
        if self is FailOn.NEVER:
            return False
        found = report.at_least(Severity(self.value)).results
        return any(not result.rule.startswith("shapes-engine") for result in found)


def expanded(node: str) -> str:
    """An IRI as it is written or with a prefix that rdfkit knows. Raises BadParameter for what is neither."""
    from rdfkit.rdf.identifiers import expand
    from rdfkit.rdf.iris import is_iri

    found = expand(node.removeprefix("<").removesuffix(">"))
    if not is_iri(found):
        raise typer.BadParameter(f'"{node}" is no IRI', param_hint="--focus")
    return found


def validate(
    sources: Annotated[
        list[Path],
        typer.Argument(help="Pages, RDF files, folders of either, or - for stdin.", show_default=False),
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
    fail_on: Annotated[
        FailOn, typer.Option("--fail-on", help="End with 1 on findings as severe as this, or worse.")
    ] = FailOn.VIOLATION,
    input_format: Annotated[
        RdfFormat | None,
        typer.Option(
            "--input-format",
            help="Format of RDF whose name does not tell it, as of stdin.",
            show_default=False,
        ),
    ] = None,
    inference: Annotated[
        Inference | None,
        typer.Option("--inference", help="What to derive from RDF before it is checked.", show_default=False),
    ] = None,
    focus: Annotated[
        list[str] | None,
        typer.Option("--focus", metavar="NODE", help="Check this node of RDF only, an IRI. Repeatable."),
    ] = None,
    ontology: Annotated[
        list[Path] | None,
        typer.Option(
            "--ontology-graph", metavar="FILE", help="Classes and properties to know beside RDF. Repeatable."
        ),
    ] = None,
    output: Output = None,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Check pages or RDF against the shapes; findings about pages lead back to file and line, about RDF to the file.

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
            sources,
            shapes=shapes,
            engine=Engine(engine),
            input_format=input_format,
            inference=inference,
            focus=[expanded(node) for node in focus or ()],
            ontology=ontology or (),
            changed_since=changed_since,
            progress=advance,
        )
    found = since_baseline(found, known, quiet)
    if output is not None:
        write_text(rendered(found.at_least(severity), chosen), output)
    else:
        print_report(found, chosen, severity, sys.stdout, verbose=verbose, quiet=quiet)
    unreadable = any(result.rule == "page-unreadable" for result in found.results)
    raise typer.Exit(3 if unreadable else int(fail_on.applies(found)))
