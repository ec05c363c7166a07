"""Shapes as they are checked: property shapes of one predicate, and the targets that lead to them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from rdfkit.validation.shacl import terms
from rdfkit.validation.shacl.constraints import SH, Constraint
from rdfkit.validation.shacl.data import Description
from rdfkit.validation.shacl.names import rule_name
from rdfkit.validation.shacl.results import RESULT, ShapeResult, severity_of


@dataclass(frozen=True, slots=True, eq=False)
class PropertyShape:
    """A property shape whose path is a single predicate. `term` is its name in the shapes graph.

    `place` is how to get there (see `names`), `described` what is said of it, as N-Triples, if it is a blank node.
    `severity`, `messages` and all other terms are written as in N-Triples.
    """

    term: str
    place: str
    described: str
    predicate: str
    severity: str
    name: str | None
    messages: tuple[str, ...]
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
        shape = self.shape
        return ShapeResult(
            severity=severity_of(shape.severity[1:-1]),
            shape=rule_name(shape.term, shape.place, self.constraint.component),
            component=self.constraint.component,
            focus=terms.shown(self.focus),
            path=terms.text(shape.predicate),
            value=terms.node(self.value) if self.value is not None else None,
            name=shape.name,
            message=terms.for_people(shape.messages) or self._default,
            graph=self._graph(),
        )

    @property
    def _default(self) -> str:
        return f"expected {self.constraint.message}"

    def _graph(self) -> str:
        shape = self.shape
        said = [
            ("focusNode", self.focus),
            ("resultPath", shape.predicate),
            ("resultSeverity", shape.severity),
            ("sourceConstraintComponent", f"<{self.constraint.component}>"),
            ("sourceShape", shape.term),
            *(("resultMessage", one) for one in shape.messages or (terms.quoted(self._default),)),
        ]
        if self.value is not None:
            said.append(("value", self.value))
        lines = [f"_:{RESULT} <{SH}{name}> {term} ." for name, term in said]
        return "\n".join(lines) + "\n" + shape.described


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
