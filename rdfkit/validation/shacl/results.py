"""What a check finds: one `ShapeResult` for each sh:ValidationResult, whichever engine found it."""

from __future__ import annotations

from dataclasses import dataclass, field

import pyoxigraph as ox

from rdfkit.report import Severity

# The label of the result itself in `ShapeResult.graph`; other nodes of the result have this and a number.
RESULT = "result"
_SH = "http://www.w3.org/ns/shacl#"
_SEVERITIES = {
    _SH + "Violation": Severity.VIOLATION,
    _SH + "Warning": Severity.WARNING,
    _SH + "Info": Severity.INFO,
    # Of SHACL 1.2.
    _SH + "Debug": Severity.INFO,
    _SH + "Trace": Severity.INFO,
}


@dataclass(frozen=True, slots=True)
class ShapeResult:
    """One sh:ValidationResult. IRIs are strings; `path` is None unless it is a single predicate.

    `shape` names the shape, see `names`. `focus` is an IRI, or a blank node or literal as in N-Triples. `value` is the
    value node, `name` and `message` what the shape says should stand there and what to do. `graph` is the result as
    SHACL has it, in N-Triples, about the blank node `RESULT`.
    """

    severity: Severity
    shape: str
    component: str
    focus: str
    path: str | None
    value: ox.NamedNode | ox.Literal | None
    name: str | None
    message: str | None
    graph: str = field(default="", compare=False)


def severity_of(iri: str | None) -> Severity:
    """The severity of an IRI. One's own counts as a violation, so that nothing passes unseen."""
    return _SEVERITIES.get(iri or "", Severity.VIOLATION)
