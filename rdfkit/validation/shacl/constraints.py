"""The constraint components that the shipped shapes use, in the order of SHACL's section 4.

Shapes with any other component are for pyshacl (https://www.w3.org/TR/shacl/#core-components).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import ClassVar

from rdfkit.validation.shacl import terms

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


# --- what values are (4.1) ---


@dataclass(frozen=True, slots=True, eq=False)
class Datatype(TermConstraint):
    """sh:datatype"""

    component = SH + "DatatypeConstraintComponent"
    iri: str

    @property
    def message(self) -> str:
        return f"a literal of datatype {self.iri}"

    def holds(self, term: str) -> bool:
        return terms.has_datatype(term, self.iri)


@dataclass(frozen=True, slots=True, eq=False)
class NodeKind(TermConstraint):
    """sh:nodeKind. `first` has the first characters of the terms that are of the kind."""

    component = SH + "NodeKindConstraintComponent"
    name: str
    first: str

    FIRST: ClassVar[dict[str, str]] = {
        "IRI": "<",
        "BlankNode": "_",
        "Literal": '"',
        "BlankNodeOrIRI": "_<",
        "BlankNodeOrLiteral": '_"',
        "IRIOrLiteral": '<"',
    }

    @property
    def message(self) -> str:
        return f"a node of kind {self.name}"

    def holds(self, term: str) -> bool:
        return term[0] in self.first


# --- how many there are (4.2) ---


@dataclass(frozen=True, slots=True, eq=False)
class MinCount(Constraint):
    """sh:minCount"""

    component = SH + "MinCountConstraintComponent"
    is_lasting = False
    least: int

    @property
    def message(self) -> str:
        return f"at least {self.least} value{'' if self.least == 1 else 's'}"

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
        return f"at most {self.most} value{'' if self.most == 1 else 's'}"

    def offenders(self, values: Collection[str]) -> Iterator[str | None]:
        if len(values) > self.most:
            yield None


# --- between which bounds they lie (4.3) ---


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


# --- what their texts look like (4.4) ---


@dataclass(frozen=True, slots=True, eq=False)
class Pattern(TermConstraint):
    """sh:pattern without sh:flags"""

    component = SH + "PatternConstraintComponent"
    pattern: re.Pattern[str]
    written: str

    @property
    def message(self) -> str:
        return f"a text that matches {self.written}"

    def holds(self, term: str) -> bool:
        return not terms.is_blank(term) and self.pattern.search(terms.text(term)) is not None


# --- that they conform to another shape, or do not (4.6, 4.7) ---


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


# --- which values they may or must be (4.8) ---


@dataclass(frozen=True, slots=True, eq=False)
class In(TermConstraint):
    """sh:in"""

    component = SH + "InConstraintComponent"
    members: frozenset[str]

    @property
    def message(self) -> str:
        return f"one of {', '.join(sorted(map(terms.text, self.members)))}"

    def holds(self, term: str) -> bool:
        return term in self.members


@dataclass(frozen=True, slots=True, eq=False)
class HasValue(Constraint):
    """sh:hasValue"""

    component = SH + "HasValueConstraintComponent"
    is_lasting = False
    term: str

    @property
    def message(self) -> str:
        return f"the value {terms.text(self.term)}"

    def offenders(self, values: Collection[str]) -> Iterator[str | None]:
        if self.term not in values:
            yield None
