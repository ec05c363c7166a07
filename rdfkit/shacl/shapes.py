"""Compiled shapes: what a shape looks at, whom it targets, and what one focus node breaks of it."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from enum import Enum

from rdfkit.report import Severity
from rdfkit.shacl import terms
from rdfkit.shacl.constraints import Class, Closed, Constraint, Pair, Property
from rdfkit.shacl.data import Data
from rdfkit.shacl.results import ShapeResult


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a path: along a predicate, or against it."""

    predicate: str
    inverse: bool = False

    def ends(self, start: str, data: Data) -> list[str]:
        """The nodes that the step leads to from a node."""
        return data.subjects(self.predicate, start) if self.inverse else data.objects(start, self.predicate)


@dataclass(frozen=True, slots=True, eq=False)
class Shape:
    """A node shape, whose path is empty, or a property shape. `term` is its name in the shapes graph."""

    term: str
    path: tuple[Step, ...]
    severity: Severity
    name: str | None
    message: str | None
    constraints: tuple[Constraint, ...]

    @property
    def predicate(self) -> str | None:
        """The path if it is a single predicate."""
        return self.path[0].predicate if len(self.path) == 1 and not self.path[0].inverse else None

    @property
    def depth(self) -> int:
        """How far it looks: 0 at the focus node as a term, 1 at what is said of it, 2 at what is said of those."""
        far = len(self.path)
        looks = (1 if isinstance(each, Pair) else far + each.depth for each in self.constraints)
        return max((far, *looks))

    @property
    def breakable(self) -> bool:
        """Whether each of two descriptions of a node may keep the shape and both together break it."""
        return any(each.breakable for each in self.constraints)

    @property
    def looks_beyond(self) -> bool:
        """Whether what is said of other nodes, or links to the focus node, matter; but for the classes of values."""
        if len(self.path) > 1 or any(step.inverse for step in self.path):
            return True
        return any(self._beyond(each) for each in self.constraints)

    def _beyond(self, constraint: Constraint) -> bool:
        if isinstance(constraint, Property) and not self.path:
            return constraint.shape.looks_beyond
        if isinstance(constraint, Pair | Class):
            return False
        return len(self.path) + constraint.depth > 1

    @property
    def against(self) -> frozenset[str]:
        """The predicates that the shape looks along backwards."""
        own = frozenset(step.predicate for step in self.path if step.inverse)
        return own.union(*(shape.against for shape in self.inner))

    @property
    def classes(self) -> frozenset[str]:
        """The classes that the shape wants values to be of."""
        own = frozenset(each.name for each in self.constraints if isinstance(each, Class))
        return own.union(*(shape.classes for shape in self.inner))

    @property
    def inner(self) -> tuple[Shape, ...]:
        """The shapes that the constraints name."""
        return tuple(shape for each in self.constraints for shape in each.inner)

    def values(self, focus: str, data: Data) -> Collection[str]:
        """The value nodes of a focus node."""
        predicate = self.predicate
        if predicate is not None:
            return data.objects(focus, predicate)
        found = [focus]
        for step in self.path:
            found = list(dict.fromkeys(term for start in found for term in step.ends(start, data)))
        return found

    def findings(self, focus: str, data: Data) -> Iterator[Finding]:
        """What a focus node breaks of the shape."""
        if not self.constraints:
            return
        values = self.values(focus, data)
        for constraint in self.constraints:
            if isinstance(constraint, Property):
                for value in values:
                    yield from constraint.shape.findings(value, data)
            elif isinstance(constraint, Closed):
                for predicate, term in constraint.triples(values, data):
                    yield Finding(self, constraint, focus, term, predicate)
            else:
                for offender in constraint.offenders(focus, values, data):
                    yield Finding(self, constraint, focus, offender, self.predicate)

    def conforms(self, focus: str, data: Data) -> bool:
        """Whether a focus node breaks nothing of the shape."""
        return next(self.findings(focus, data), None) is None


@dataclass(frozen=True, slots=True)
class Finding:
    """A constraint of a shape that a focus node breaks. `path` is a predicate, if any."""

    shape: Shape
    constraint: Constraint
    focus: str
    value: str | None
    path: str | None

    def result(self) -> ShapeResult:
        """The finding as it is reported."""
        return ShapeResult(
            severity=self.shape.severity,
            shape=terms.text(self.shape.term),
            component=self.constraint.component,
            focus=terms.text(self.focus),
            path=terms.text(self.path) if self.path is not None else None,
            value=terms.node(self.value) if self.value is not None else None,
            name=self.shape.name,
            message=self.shape.message or f"expected {self.constraint.message}",
        )


class TargetKind(Enum):
    """The ways to say which nodes a shape is about."""

    CLASS = "instances of the class"
    NODE = "the node"
    SUBJECTS_OF = "subjects of the predicate"
    OBJECTS_OF = "objects of the predicate"


@dataclass(frozen=True, slots=True)
class Target:
    """Whom a shape is about."""

    kind: TargetKind
    term: str


@dataclass(frozen=True, slots=True, eq=False)
class TargetShape:
    """A shape with its targets: where a check begins."""

    shape: Shape
    targets: tuple[Target, ...]
