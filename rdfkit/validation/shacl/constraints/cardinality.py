"""How many values there are (section 4.2)."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from rdfkit.validation.shacl.constraints.base import SH, Constraint


@dataclass(frozen=True, slots=True, eq=False)
class MinCount(Constraint):
    """sh:minCount"""

    component = SH + "MinCountConstraintComponent"
    is_lasting = False
    least: int

    @property
    def message(self) -> str:
        return f"at least {self.least} values"

    def offenders(self, values: Collection[str]) -> Iterator[str | None]:
        if len(values) < self.least:
            yield None


@dataclass(frozen=True, slots=True, eq=False)
class MaxCount(Constraint):
    """sh:maxCount"""

    component = SH + "MaxCountConstraintComponent"
    most: int

    @property
    def is_breakable(self) -> bool:
        return self.most > 0

    @property
    def message(self) -> str:
        return f"at most {self.most} values"

    def offenders(self, values: Collection[str]) -> Iterator[str | None]:
        if len(values) > self.most:
            yield None
