"""What checking found: results, each traced to file, line and key, and the report that holds them.

A report is data. How it looks as text, JSON, SARIF, GitHub commands or RDF is for `validation.report_formats`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from enum import StrEnum

from rdfkit.errors import RdfkitError


class Severity(StrEnum):
    """The severities of SHACL (https://www.w3.org/TR/shacl/#severity), worst first."""

    VIOLATION = "violation"
    WARNING = "warning"
    INFO = "info"

    @property
    def rank(self) -> int:
        """0 for the worst; sorts results."""
        return list(Severity).index(self)


@dataclass(frozen=True, slots=True)
class Result:
    """One finding.

    `rule` names the shape or the check (`FigureShape-title`, `page-encoding`). `message` says what is
    wrong in one sentence; `advice` what to do. `path` is the file as the user named it, `line` counts
    from 1, `key` is the front-matter key, `value` the text found there. `focus`, `property_path` and
    `component` are IRIs and are set for SHACL results only; `value_term` is the SHACL value node in
    N-Triples form, and `shacl` the whole sh:ValidationResult, about the blank node `result`. A `focus` that is
    no IRI is written as in N-Triples.
    """

    severity: Severity
    rule: str
    message: str
    path: str | None = None
    line: int | None = None
    key: str | None = None
    value: str | None = None
    advice: str | None = None
    focus: str | None = None
    property_path: str | None = None
    component: str | None = None
    value_term: str | None = None
    shacl: str | None = field(default=None, compare=False)

    @classmethod
    def from_error(cls, rule: str, error: RdfkitError) -> Result:
        """A violation that says what an error says."""
        return cls(
            severity=Severity.VIOLATION,
            rule=rule,
            message=error.message,
            path=error.path,
            line=error.line,
            key=error.key,
            value=error.value,
            advice=f"expected {error.expected}" if error.expected else None,
        )

    @property
    def reason(self) -> str:
        """Key and message in one sentence: why a page is left out."""
        return f"{self.key}: {self.message}" if self.key else self.message

    @property
    def sort_key(self) -> tuple[str | int, ...]:
        """Orders results by file, line, severity, then text, the same on every run."""
        return (
            self.path or "",
            self.line or 0,
            self.severity.rank,
            self.rule,
            self.key or "",
            self.value or "",
            self.focus or "",
            self.property_path or "",
            self.value_term or "",
            self.message,
            self.shacl or "",
        )


@dataclass(frozen=True, slots=True)
class RuleGroup:
    """The results of one rule and severity, ordered by file and line."""

    severity: Severity
    rule: str
    results: tuple[Result, ...]

    @property
    def files(self) -> int:
        """In how many files they are."""
        return len({result.path for result in self.results} - {None})


@dataclass(frozen=True, slots=True)
class Report:
    """All findings of one run, in a stable order.

    Where it is known, `shapes` is how many shapes have targets and `focus_nodes` how many nodes these have in the data.
    """

    results: tuple[Result, ...]
    shapes: int | None = None
    focus_nodes: int | None = None

    @classmethod
    def of(cls, results: Iterable[Result]) -> Report:
        """A report of the distinct results, ordered by file and line."""
        return cls.of_all(set(results))

    @classmethod
    def of_all(
        cls, results: Iterable[Result], shapes: int | None = None, focus_nodes: int | None = None
    ) -> Report:
        """A report of the results, also of equal ones, ordered by file and line."""
        return cls(tuple(sorted(results, key=lambda result: result.sort_key)), shapes, focus_nodes)

    @property
    def conforms(self) -> bool:
        """Whether there is no violation. Warnings and infos do not count."""
        return not any(result.severity is Severity.VIOLATION for result in self.results)

    def count(self) -> dict[Severity, int]:
        """How many results there are of each severity, zeros included."""
        counts = Counter(result.severity for result in self.results)
        return {severity: counts[severity] for severity in Severity}

    def worst_first(self) -> tuple[Result, ...]:
        """The results by severity, each as ordered as they are."""
        return tuple(sorted(self.results, key=lambda result: result.severity.rank))

    def by_rule(self) -> list[RuleGroup]:
        """The results of each rule together: the worst rules first, then those with the most results."""
        groups: dict[tuple[Severity, str], list[Result]] = {}
        for result in self.results:
            groups.setdefault((result.severity, result.rule), []).append(result)
        found = [RuleGroup(severity, rule, tuple(results)) for (severity, rule), results in groups.items()]
        return sorted(found, key=lambda group: (group.severity.rank, -len(group.results), group.rule))

    def at_least(self, severity: Severity) -> Report:
        """The report of the results that are as severe as `severity` or worse."""
        shown = tuple(result for result in self.results if result.severity.rank <= severity.rank)
        return replace(self, results=shown)
