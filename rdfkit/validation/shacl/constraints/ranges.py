"""Between which bounds values lie (section 4.3)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from rdfkit.validation.shacl import terms
from rdfkit.validation.shacl.constraints.base import SH, TermConstraint


@dataclass(frozen=True, slots=True, eq=False)
class Range(TermConstraint):
    """A bound. `allowed` are the outcomes of `terms.compare` that keep it; what does not compare breaks it."""

    sign: ClassVar[str]
    allowed: ClassVar[tuple[int, ...]]
    bound: str

    @property
    def message(self) -> str:
        return f"a value {self.sign} {terms.text(self.bound)}"

    def holds(self, term: str) -> bool:
        return terms.compare(term, self.bound) in self.allowed


class MinExclusive(Range):
    """sh:minExclusive"""

    component = SH + "MinExclusiveConstraintComponent"
    sign, allowed = ">", (1,)


class MinInclusive(Range):
    """sh:minInclusive"""

    component = SH + "MinInclusiveConstraintComponent"
    sign, allowed = ">=", (0, 1)


class MaxInclusive(Range):
    """sh:maxInclusive"""

    component = SH + "MaxInclusiveConstraintComponent"
    sign, allowed = "<=", (-1, 0)
