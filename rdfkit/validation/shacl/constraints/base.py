"""What all constraints have in common: the component's IRI, what they ask for, and which values break them."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import ClassVar

SH = "http://www.w3.org/ns/shacl#"


@dataclass(frozen=True, slots=True, eq=False)
class Constraint:
    """One constraint of a property shape, on the values that a focus node has for the shape's predicate.

    `component` is the IRI of its component in results. `is_lasting` says whether what breaks it still does when
    more is said of the focus node.
    """

    component: ClassVar[str]
    is_lasting: ClassVar[bool] = True

    @property
    def is_breakable(self) -> bool:
        """Whether two sets of values may each keep the constraint, and both together break it."""
        return False

    @property
    def message(self) -> str:
        """What the constraint asks for, for shapes that have no message of their own."""
        raise NotImplementedError

    def offenders(self, values: Collection[str]) -> Iterator[str | None]:
        """One item for each result: the value that breaks the constraint, or None if it is no matter of one value."""
        raise NotImplementedError


@dataclass(frozen=True, slots=True, eq=False)
class TermConstraint(Constraint):
    """A constraint on each value by itself, which looks at nothing but the term. So its verdicts can be kept."""

    def holds(self, term: str) -> bool:
        """Whether a term keeps the constraint."""
        raise NotImplementedError

    def offenders(self, values: Collection[str]) -> Iterator[str | None]:
        return (term for term in values if not self.holds(term))
