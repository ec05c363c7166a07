"""How a report looks: text, JSON, SARIF 2.1.0, GitHub workflow commands, and the SHACL report graph in Turtle.

Each rendering is a function from a report to a text, and the same report always gives the same text.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict
from itertools import groupby
from typing import Any
from urllib.parse import quote

from rdfkit.errors import ExportError
from rdfkit.report import Report, Result, Severity
from rdfkit.validation.shacl_report import turtle
from rdfkit.version import __version__

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_SARIF_LEVELS = {Severity.VIOLATION: "error", Severity.WARNING: "warning", Severity.INFO: "note"}
_GITHUB_COMMANDS = {Severity.VIOLATION: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}
_SARIF_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/os/schemas/sarif-schema-2.1.0.json"
_COLOURS = {Severity.VIOLATION: "bold red", Severity.WARNING: "yellow", Severity.INFO: "cyan"}


def render(report: Report, format: str) -> str:
    """The report in a format of `RENDERINGS`. Raises ExportError for any other name."""
    if format not in RENDERINGS:
        raise ExportError(f'"{format}" is no form of a report', value=format, expected=", ".join(RENDERINGS))
    return RENDERINGS[format](report)


def text(report: Report) -> str:
    """A line for each result, `file:line: severity: key: message [rule]`, with what to do on the next line.

    Results of one file stand together; the last line counts. Control characters are shown as escapes, so that a
    page cannot write to the terminal.
    """
    lines = []
    for result in report.results:
        lines.append(_line(result))
        if result.advice:
            lines.append(f"    → {_visible(result.advice)}")
    return "\n".join([*lines, _count(report)]) + "\n"


def styled(report: Report) -> str:
    """The text for a terminal: grouped by file, coloured by severity, in rich's markup."""
    from rich.markup import escape

    lines = []
    for path, results in groupby(report.results, key=lambda result: result.path):
        lines.append(f"[bold]{escape(_visible(path or 'no file'))}[/bold]")
        for result in results:
            colour = _COLOURS[result.severity]
            place = f"{result.line or '':>5}"
            lines.append(f"{place}  [{colour}]{result.severity:<9}[/{colour}]  {escape(_said(result))}")
            if result.advice:
                lines.append(f"{'':>18}[dim]→ {escape(_visible(result.advice))}[/dim]")
    return "\n".join([*lines, f"[bold]{_count(report)}[/bold]"]) + "\n"


def as_json(report: Report) -> str:
    """An object with `conforms`, `counts` by severity, and `results`; fields without a value are left out.

    Where they are known, `shapes` and `focusNodes` say how much was checked.
    """
    results = [
        {key: value for key, value in asdict(result).items() if value is not None and key != "shacl"}
        for result in report.results
    ]
    counts = {str(severity): count for severity, count in report.count().items()}
    body = {"conforms": report.conforms, "counts": counts, "results": results, **_checked(report)}
    return json.dumps(body, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def sarif(report: Report) -> str:
    """SARIF 2.1.0 (OASIS), as code hosts read it. Fingerprints do not depend on the line."""
    rules = sorted({result.rule for result in report.results})
    advice = {result.rule: result.advice for result in report.results if result.advice}
    driver = {
        "name": "rdfkit",
        "version": __version__,
        "rules": [_sarif_rule(rule, advice.get(rule)) for rule in rules],
    }
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": list(_sarif_results(report, rules)),
    }
    body = {"$schema": _SARIF_SCHEMA, "version": "2.1.0", "runs": [run]}
    return json.dumps(body, ensure_ascii=False, indent=1) + "\n"


def github(report: Report) -> str:
    """Workflow commands of GitHub Actions, one a line, which annotate the lines of a pull request."""
    return "".join(_github_command(result) + "\n" for result in report.results)


RENDERINGS: Mapping[str, Callable[[Report], str]] = {
    "text": text,
    "json": as_json,
    "sarif": sarif,
    "github": github,
    "turtle": turtle,
}


def _line(result: Result) -> str:
    place = ":".join(_visible(str(part)) for part in (result.path, result.line) if part is not None)
    return ": ".join(
        part for part in (place, str(result.severity), f"{_said(result)} [{_visible(result.rule)}]") if part
    )


def _said(result: Result) -> str:
    return _visible(f"{result.key}: {result.message}" if result.key else result.message)


def _said_with_advice(result: Result) -> str:
    return f"{_said(result)}. {result.advice}" if result.advice else _said(result)


def _visible(message: str) -> str:
    return _CONTROL.sub(lambda found: found[0].encode("unicode_escape").decode(), message)


def _checked(report: Report) -> dict[str, int]:
    if report.shapes is None or report.focus_nodes is None:
        return {}
    return {"shapes": report.shapes, "focusNodes": report.focus_nodes}


def checked_words(report: Report) -> str:
    """How much was checked, for the end of a line; nothing where it is not known."""
    if report.shapes is None or report.focus_nodes is None:
        return ""
    shapes = f"{report.shapes:,} shape{'s' if report.shapes != 1 else ''}"
    nodes = f"{report.focus_nodes:,} focus node{'s' if report.focus_nodes != 1 else ''}"
    return f"; {shapes} with targets, {nodes}"


def _count(report: Report) -> str:
    return _counts(report) + checked_words(report)


def _counts(report: Report) -> str:
    if not report.results:
        return "conforms"
    counts = [
        f"{count} {severity}{'s' if count != 1 else ''}"
        for severity, count in report.count().items()
        if count
    ]
    files = len({result.path for result in report.results})
    return f"{', '.join(counts)} in {files} file{'s' if files != 1 else ''}"


def _sarif_rule(rule: str, advice: str | None) -> dict[str, Any]:
    described: dict[str, Any] = {"id": rule, "shortDescription": {"text": rule}}
    return {**described, "help": {"text": advice}} if advice else described


def _sarif_results(report: Report, rules: list[str]) -> Iterator[dict[str, Any]]:
    """The results; those that nothing tells apart are numbered, so that each has its fingerprint."""
    numbers = {rule: number for number, rule in enumerate(rules)}
    seen: Counter[str] = Counter()
    for result in report.results:
        parts = (result.rule, result.path, result.key, result.value, result.focus)
        identity = "\0".join(part or "" for part in parts)
        count = seen[identity]
        seen[identity] += 1
        yield _sarif_result(result, numbers[result.rule], f"{identity}\0{count}" if count else identity)


def _sarif_result(result: Result, index: int, identity: str) -> dict[str, Any]:
    found: dict[str, Any] = {
        "ruleId": result.rule,
        "ruleIndex": index,
        "level": _SARIF_LEVELS[result.severity],
        "message": {"text": _said_with_advice(result)},
        "partialFingerprints": {"rdfkit/v1": hashlib.sha256(identity.encode(errors="replace")).hexdigest()},
    }
    if result.path is not None:
        location: dict[str, Any] = {"artifactLocation": {"uri": quote(result.path)}}
        if result.line is not None:
            location["region"] = {"startLine": result.line}
        found["locations"] = [{"physicalLocation": location}]
    return found


def _github_command(result: Result) -> str:
    properties = {"file": result.path, "line": result.line, "title": result.rule}
    shown = ",".join(
        f"{key}={_github_property(str(value))}" for key, value in properties.items() if value is not None
    )
    return f"::{_GITHUB_COMMANDS[result.severity]} {shown}::{_github_data(_said_with_advice(result))}"


def _github_data(message: str) -> str:
    return message.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _github_property(value: str) -> str:
    return _github_data(value).replace(":", "%3A").replace(",", "%2C")
