"""How a report looks: JSON, SARIF 2.1.0, GitHub workflow commands, and the SHACL report graph in Turtle.

Each rendering is a function from a report to a text, and the same report always gives the same text.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict
from typing import Any
from urllib.parse import quote

from rdfkit.errors import ExportError
from rdfkit.report import Report, Result, Severity
from rdfkit.validation.shacl_report import turtle
from rdfkit.validation.text_report import said_with_advice, text
from rdfkit.version import __version__

_SARIF_LEVELS = {Severity.VIOLATION: "error", Severity.WARNING: "warning", Severity.INFO: "note"}
_GITHUB_COMMANDS = {Severity.VIOLATION: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}
_SARIF_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/os/schemas/sarif-schema-2.1.0.json"


def render(report: Report, format: str) -> str:
    """The report in a format of `RENDERINGS`. Raises ExportError for any other name."""
    if format not in RENDERINGS:
        raise ExportError(f'"{format}" is no form of a report', value=format, expected=", ".join(RENDERINGS))
    return RENDERINGS[format](report)


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


def _checked(report: Report) -> dict[str, int]:
    if report.shapes is None or report.focus_nodes is None:
        return {}
    return {"shapes": report.shapes, "focusNodes": report.focus_nodes}


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
        "message": {"text": said_with_advice(result)},
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
    return f"::{_GITHUB_COMMANDS[result.severity]} {shown}::{_github_data(said_with_advice(result))}"


def _github_data(message: str) -> str:
    return message.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _github_property(value: str) -> str:
    return _github_data(value).replace(":", "%3A").replace(",", "%2C")
