"""What a check finds: one `ShapeResult` for each sh:ValidationResult, whichever engine found it."""

from __future__ import annotations

from dataclasses import dataclass

import pyoxigraph as ox

from rdfkit.report import Severity


@dataclass(frozen=True, slots=True)
class ShapeResult:
    """One sh:ValidationResult. IRIs are strings; `path` is None unless it is a single predicate.

    `value` is the value node, `name` and `message` what the shape says should stand there and what to do.
    """

    severity: Severity
    shape: str
    component: str
    focus: str
    path: str | None
    value: ox.NamedNode | ox.Literal | None
    name: str | None
    message: str | None
