"""How a report looks: JSON, SARIF 2.1.0, GitHub workflow commands, and the SHACL report graph in Turtle.

Each rendering is a function from a report to a text, and the same report always gives the same text.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any
from urllib.parse import quote

import pyoxigraph as ox

from rdfkit.errors import ExportError
from rdfkit.rdf.formats import of_name
from rdfkit.rdf.identifiers import expand
from rdfkit.rdf.iris import is_iri, percent_encode
from rdfkit.rdf.quads import sorted_quads
from rdfkit.rdf.serializer import serialize
from rdfkit.report import Report, Result, Severity
from rdfkit.validation.text_report import line_of, said_with_advice, text
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
    """An object with `conforms`, `counts` by severity, and `results`; fields without a value are left out."""
    results = [{key: value for key, value in asdict(r).items() if value is not None} for r in report.results]
    counts = {str(severity): count for severity, count in report.count().items()}
    body = {"conforms": report.conforms, "counts": counts, "results": results}
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
        "results": [_sarif_result(result, rules) for result in report.results],
    }
    body = {"$schema": _SARIF_SCHEMA, "version": "2.1.0", "runs": [run]}
    return json.dumps(body, ensure_ascii=False, indent=1) + "\n"


def github(report: Report) -> str:
    """Workflow commands of GitHub Actions, one a line, which annotate the lines of a pull request."""
    return "".join(_github_command(result) + "\n" for result in report.results)


def turtle(report: Report) -> str:
    """The report as SHACL's sh:ValidationReport (https://www.w3.org/TR/shacl/#validation-report).

    SHACL wants a focus node for each result; a finding about a page that is no SHACL result has the page's file
    as `urn:rdfkit:file:PATH`. Nodes are IRIs, numbered in the order of the report.
    """
    node = ox.NamedNode("urn:rdfkit:report")
    conforms = ox.Literal("true" if report.conforms else "false", datatype=_name("xsd:boolean"))
    quads = [
        _statement(node, "rdf:type", _name("sh:ValidationReport")),
        _statement(node, "sh:conforms", conforms),
    ]
    for number, result in enumerate(report.results, start=1):
        item = ox.NamedNode(f"urn:rdfkit:result:{number:06}")
        quads.append(_statement(node, "sh:result", item))
        quads.extend(_statement(item, predicate, value) for predicate, value in _shacl_terms(result))
    return serialize(sorted_quads(quads), of_name("turtle")).decode()


RENDERINGS: Mapping[str, Callable[[Report], str]] = {
    "text": text,
    "json": as_json,
    "sarif": sarif,
    "github": github,
    "turtle": turtle,
}


def _sarif_rule(rule: str, advice: str | None) -> dict[str, Any]:
    described: dict[str, Any] = {"id": rule, "shortDescription": {"text": rule}}
    return {**described, "help": {"text": advice}} if advice else described


def _sarif_result(result: Result, rules: list[str]) -> dict[str, Any]:
    identity = "\0".join(
        part or "" for part in (result.rule, result.path, result.key, result.value, result.focus)
    )
    found: dict[str, Any] = {
        "ruleId": result.rule,
        "ruleIndex": rules.index(result.rule),
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


def _shacl_terms(result: Result) -> list[tuple[str, ox.NamedNode | ox.Literal]]:
    focus = result.focus or f"urn:rdfkit:file:{percent_encode(result.path or 'none')}"
    terms: list[tuple[str, ox.NamedNode | ox.Literal | None]] = [
        ("rdf:type", _name("sh:ValidationResult")),
        ("sh:focusNode", _iri(focus)),
        ("sh:resultMessage", ox.Literal(line_of(result))),
        ("sh:resultPath", _iri(result.property_path)),
        ("sh:resultSeverity", _name(f"sh:{result.severity.capitalize()}")),
        ("sh:sourceConstraintComponent", _iri(result.component)),
        ("sh:sourceShape", _name(f"pfocr:{percent_encode(result.rule)}")),
        ("sh:value", _term(result.value_term)),
    ]
    return [(predicate, value) for predicate, value in terms if value is not None]


def _term(text: str | None) -> ox.NamedNode | ox.Literal | None:
    """A term of its N-Triples form; None when there is none or it is not one."""
    if text is None:
        return None
    try:
        (quad,) = ox.parse(f"<urn:s> <urn:p> {text} .".encode(), ox.RdfFormat.N_TRIPLES)
    except (SyntaxError, ValueError, UnicodeEncodeError):
        return None
    return quad.object if isinstance(quad.object, ox.NamedNode | ox.Literal) else None


def _iri(iri: str | None) -> ox.NamedNode | None:
    return ox.NamedNode(iri) if iri is not None and is_iri(iri) else None


def _name(curie: str) -> ox.NamedNode:
    return ox.NamedNode(expand(curie))


def _statement(subject: ox.NamedNode, predicate: str, value: ox.NamedNode | ox.Literal) -> ox.Quad:
    return ox.Quad(subject, _name(predicate), value)
