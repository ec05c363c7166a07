"""How verbs write reports, findings and files."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from rdfkit.cli.options import ReportFormat
from rdfkit.report import Report, Severity

if TYPE_CHECKING:
    from collections import Counter

    from rdfkit.pipeline.summary import Build
    from rdfkit.validation.baseline import Fingerprint


def rendered(report: Report, format: ReportFormat) -> str:
    """The report in a format."""
    from rdfkit.validation.report_formats import render

    return render(report, format.value)


def print_report(
    report: Report,
    format: ReportFormat,
    severity: Severity,
    stream: TextIO,
    *,
    verbose: bool = False,
    quiet: bool = False,
) -> None:
    """Writes what is as severe as `severity` or worse; as text folded unless `verbose`, on a terminal with colours."""
    shown = report.at_least(severity)
    if format is not ReportFormat.TEXT:
        stream.write(rendered(shown, format))
        return
    from rdfkit.validation import text_report

    if stream.isatty():
        from rich.console import Console

        styled = text_report.styled_whole(shown) if verbose else text_report.styled(shown)
        Console(file=stream, soft_wrap=True).print(styled, end="", highlight=False)
    else:
        stream.write(text_report.text(shown) if verbose else text_report.folded(shown))
    if not (verbose or quiet) and text_report.is_folded(shown):
        sys.stderr.write("--verbose lists every finding\n")


def print_findings(found: Report, verbose: bool) -> None:
    """The findings of a build, many of one rule folded unless all are asked for."""
    least = Severity.INFO if verbose else Severity.WARNING
    shown = found.at_least(least)
    if not shown.results:
        return
    print_report(shown, ReportFormat.TEXT, Severity.INFO, sys.stderr, verbose=verbose)


def read_baseline(path: Path | None) -> Counter[Fingerprint] | None:
    """The findings of a report of before, None without one. Raises SourceError when it is none."""
    from rdfkit.validation.baseline import read_baseline as read

    return read(path) if path is not None else None


def since_baseline(report: Report, known: Counter[Fingerprint] | None, quiet: bool) -> Report:
    """What is new in a report; all of it where nothing is known of before. Says how much is not told."""
    from rdfkit.validation.baseline import new_since

    if known is None:
        return report
    new = new_since(report, known)
    old = len(report.results) - len(new.results)
    say(f"{old} finding{'s' if old != 1 else ''} of the baseline not told", quiet)
    return new


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
