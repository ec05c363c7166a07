"""What the texts of values look like (section 4.4)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from rdfkit.validation.shacl import terms
from rdfkit.validation.shacl.constraints.base import SH, TermConstraint


@dataclass(frozen=True, slots=True, eq=False)
class Pattern(TermConstraint):
    """sh:pattern without sh:flags"""

    component = SH + "PatternConstraintComponent"
    pattern: re.Pattern[str]

    @property
    def message(self) -> str:
        return f"a text that matches {self.pattern.pattern}"

    def holds(self, term: str) -> bool:
        return not terms.is_blank(term) and self.pattern.search(terms.text(term)) is not None
