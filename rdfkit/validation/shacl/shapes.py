"""Shapes as they are checked: property shapes of one predicate, and the targets that lead to them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from rdfkit.report import Severity
from rdfkit.validation.shacl import terms
from rdfkit.validation.shacl.constraints import Constraint
from rdfkit.validation.shacl.data import Description
from rdfkit.validation.shacl.results import ShapeResult


@dataclass(frozen=True, slots=True, eq=False)
class PropertyShape:
    """A property shape whose path is a single predicate. `term` is its name in the shapes graph."""

    term: str
    predicate: str
    severity: Severity
    name: str | None
    message: str | None
    constraints: tuple[Constraint, ...]

    @property
    def is_breakable(self) -> bool:
        """Whether two descriptions of a node may each keep the shape, and both together break it."""
        return any(each.is_breakable for each in self.constraints)

    def findings(self, focus: str, description: Description) -> Iterator[Finding]:
        """What a focus node with this description breaks of the shape."""
        values = description.get(self.predicate, [])
        for constraint in self.constraints:
            for offender in constraint.offenders(values):
                yield Finding(self, constraint, focus, offender)


@dataclass(frozen=True, slots=True)
class Finding:
    """A constraint of a shape that a focus node breaks, and the value that breaks it, if it is a matter of one."""

    shape: PropertyShape
    constraint: Constraint
    focus: str
    value: str | None

    def result(self) -> ShapeResult:
        """The finding as it is reported."""
        return ShapeResult(
            severity=self.shape.severity,
            shape=terms.text(self.shape.term),
            component=self.constraint.component,
            focus=terms.text(self.focus),
            path=terms.text(self.shape.predicate),
            value=terms.node(self.value) if self.value is not None else None,
            name=self.shape.name,
            message=self.shape.message or f"expected {self.constraint.message}",
        )


class TargetKind(Enum):
    """The ways to say which nodes a shape is about."""

    CLASS = "instances of the class"
    SUBJECTS_OF = "subjects of the predicate"
    OBJECTS_OF = "objects of the predicate"


@dataclass(frozen=True, slots=True)
class Target:
    """Which nodes a shape is about: what `kind` says of `term`, a class or a predicate."""

    kind: TargetKind
    term: str


@dataclass(frozen=True, slots=True, eq=False)
class TargetShape:
    """A shape with targets, where a check begins: the property shapes that its focus nodes have to keep."""

    targets: tuple[Target, ...]
    properties: tuple[PropertyShape, ...]

    @property
    def is_breakable(self) -> bool:
        """Whether two descriptions of a node may each keep the shape, and both together break it."""
        return any(each.is_breakable for each in self.properties)
