"""That values conform to another shape, or do not (sections 4.6 and 4.7)."""

from __future__ import annotations

from dataclasses import dataclass

from rdfkit.validation.shacl import terms
from rdfkit.validation.shacl.constraints.base import SH, TermConstraint


@dataclass(frozen=True, slots=True, eq=False)
class ValueShape:
    """A node shape that says what one term looks like, whatever is said of it. `term` is its name."""

    term: str
    constraints: tuple[TermConstraint, ...]

    def conforms(self, term: str) -> bool:
        """Whether a term keeps all constraints of the shape."""
        return all(constraint.holds(term) for constraint in self.constraints)


@dataclass(frozen=True, slots=True, eq=False)
class Node(TermConstraint):
    """sh:node"""

    component = SH + "NodeConstraintComponent"
    shape: ValueShape

    @property
    def message(self) -> str:
        return f"what conforms to {terms.text(self.shape.term)}"

    def holds(self, term: str) -> bool:
        return self.shape.conforms(term)


@dataclass(frozen=True, slots=True, eq=False)
class Not(TermConstraint):
    """sh:not"""

    component = SH + "NotConstraintComponent"
    shape: ValueShape

    @property
    def message(self) -> str:
        return f"what does not conform to {terms.text(self.shape.term)}"

    def holds(self, term: str) -> bool:
        return not self.shape.conforms(term)
