"""How verbs write reports, findings and files."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from rdfkit.cli.options import ReportFormat
from rdfkit.report import Report, Severity

if TYPE_CHECKING:
    from rdfkit.pipeline.summary import Build

# Of more findings the command line shows the beginning.
_SHOWN_FINDINGS = 200


def rendered(report: Report, format: ReportFormat) -> str:
    """The report in a format."""
    from rdfkit.validation.report_formats import render

    return render(report, format.value)


def print_report(report: Report, format: ReportFormat, severity: Severity, stream: TextIO) -> None:
    """Writes what is as severe as `severity` or worse; as text on a terminal with colours."""
    shown = report.at_least(severity)
    if format is ReportFormat.TEXT and stream.isatty():
        from rich.console import Console

        from rdfkit.validation.report_formats import styled

        Console(file=stream, soft_wrap=True).print(styled(shown), end="", highlight=False)
    else:
        stream.write(rendered(shown, format))


def print_findings(done: Build, verbose: bool) -> None:
    """The findings of a build, of a long list the beginning unless all are asked for."""
    least = Severity.INFO if verbose else Severity.WARNING
    told = sum(number for severity, number in done.findings.items() if severity.rank <= least.rank)
    if not told:
        return
    shown = done.report.at_least(least)
    rest = 0 if verbose else told - _SHOWN_FINDINGS
    if rest > 0:
        shown = Report(shown.results[:_SHOWN_FINDINGS])
    print_report(shown, ReportFormat.TEXT, Severity.INFO, sys.stderr)
    if rest > 0:
        sys.stderr.write(f"… and {rest} more: --verbose lists them, --report FILE keeps them\n")


def write(data: bytes, path: Path) -> None:
    """Writes a file whole or not at all. Raises ExportError when it cannot be written."""
    from rdfkit.publishing.files import write_file

    write_file(data, path)


def write_text(text: str, path: Path) -> None:
    """Writes a text as `write` does. Names of files may be bytes of any kind: those that are no UTF-8 are escaped."""
    write(text.encode(errors="backslashreplace"), path)


def say(text: str, quiet: bool) -> None:
    """A line on stderr, unless it is to be quiet."""
    if not quiet:
        sys.stderr.write(f"{text}\n")


def as_json(value: object) -> str:
    """A value as JSON for programs."""
    return json.dumps(value, ensure_ascii=False, indent=1) + "\n"


def build_values(done: Build, store: Path) -> dict[str, object]:
    """What a build did, and the account of its pages and rows, for programs."""
    from rdfkit.pipeline.summary import metadata_of

    told = {
        "store": str(store),
        "switched": done.switched,
        "changed": done.changed,
        "exit_code": done.exit_code,
    }
    return told | metadata_of(done)


def build_summary(done: Build, store: Path) -> str:
    """What a build did, and the account of its pages and rows, as text."""
    from rdfkit.store.coverage import render

    counts = done.findings
    lines = [
        f"store         {store}"
        if done.switched
        else f"store         {store} is as it was: no page to put into it",
        f"quads         {done.quads}",
        f"genes         {done.genes}",
        f"mentions      {done.mentions}",
        f"diagnostics   {', '.join(f'{n} {severity}' for severity, n in counts.items())}",
        f"seconds       {done.seconds:.2f}",
    ]
    return "\n".join(lines) + "\n\n" + render(done.reconciliation)
