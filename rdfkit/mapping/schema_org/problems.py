"""What is wrong in a block: how bad each problem is, where it is, and what to do about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from rdfkit.report import Severity
from rdfkit.sources.yaml_reader import KeyPath

# How bad each problem is, and what to do about it.
_RULES: Mapping[str, tuple[Severity, str | None]] = {
    "schema-context-size": (Severity.VIOLATION, "Define only the terms that the block uses."),
    "schema-date": (Severity.WARNING, "Write it as 2025-12-01, 2025-12 or 2025 (ISO 8601)."),
    "schema-depth": (Severity.VIOLATION, "Write nodes side by side and refer to them by @id."),
    "schema-form": (Severity.WARNING, None),
    "schema-iri": (Severity.WARNING, "Write a whole IRI, such as https://example.org/x."),
    "schema-keyword": (Severity.WARNING, "Remove it."),
    "schema-named-graph": (Severity.VIOLATION, "Use no @graph container."),
    "schema-namespace": (Severity.WARNING, "Write http://schema.org/, as schema.org's own context does."),
    "schema-no-context": (Severity.WARNING, "Add @context: https://schema.org/"),
    "schema-not-a-mapping": (Severity.VIOLATION, "Write one JSON-LD node object, or a list of them."),
    "schema-not-json-ld": (Severity.VIOLATION, "Correct its @context."),
    "schema-remote-context": (
        Severity.VIOLATION,
        "Use https://schema.org/ or write the context into the page.",
    ),
    "schema-text": (Severity.WARNING, None),
    "schema-unknown-property": (Severity.WARNING, None),
    "schema-unknown-type": (Severity.WARNING, None),
    "schema-unmapped-key": (Severity.WARNING, "Add it to the context, or correct it."),
}
# Those for which a block is left out as a whole.
REFUSALS = frozenset(
    {
        "schema-context-size",
        "schema-named-graph",
        "schema-not-a-mapping",
        "schema-not-json-ld",
        "schema-remote-context",
    }
)


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong in a block. `key_path` leads to it, from the block on: `(0, "creator", "url")`."""

    severity: Severity
    rule: str
    message: str
    key_path: KeyPath
    value: str | None = None
    advice: str | None = None


@dataclass(slots=True)
class Problems:
    """The problems of one block, in the order in which they were found."""

    found: list[Problem] = field(default_factory=list)

    def note(
        self, rule: str, message: str, path: KeyPath, value: str | None = None, advice: str | None = None
    ) -> None:
        """Adds a problem; `advice` is better than what the rule says of all its cases."""
        severity, usual = _RULES[rule]
        self.found.append(Problem(severity, rule, message, path, value, advice or usual))

    def left_out(self, key: str, path: KeyPath) -> None:
        """Notes a keyword that says nothing where it stands."""
        self.note("schema-keyword", f"{key} gives no triples here, so it is left out", (*path, key))
