"""How the shapes of one focus node are checked together: property by property, with kept verdicts on terms.

Most property shapes have one predicate, and constraints that only count values or look at them as terms. These
become rows of numbers and sets that are compared with what is said of a node; only what does not pass is
looked at constraint by constraint.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import chain
from sys import maxsize

from rdfkit.shacl.constraints import (
    Class,
    Closed,
    HasValue,
    MaxCount,
    MinCount,
    NoValue,
    Property,
    TermConstraint,
)
from rdfkit.shacl.data import SUBCLASS_OF, TYPE, Data, Description
from rdfkit.shacl.shapes import Finding, Shape, TargetKind, TargetShape

_VERDICTS_KEPT = 10_000
_KINDS_KEPT = 1_000


class Verdicts:
    """The terms known to keep some constraints, and those known to break them. There is room for so many."""

    __slots__ = ("_bad", "_constraints", "good")

    def __init__(self, constraints: tuple[TermConstraint, ...]) -> None:
        self._constraints = constraints
        self.good: set[str] = set()
        self._bad: set[str] = set()

    def learn(self, values: Collection[str]) -> bool:
        """Whether all values keep the constraints. What is found out of them is known from then on."""
        if not self._bad.isdisjoint(values):
            return False
        for known in (self.good, self._bad):
            if len(known) > _VERDICTS_KEPT:
                known.clear()
        for term in values:
            if term not in self.good:
                if not all(constraint.holds(term) for constraint in self._constraints):
                    self._bad.add(term)
                    return False
                self.good.add(term)
        return True


# predicate, least and greatest number of values, verdicts on values, values that must be there, the shape
_Row = tuple[str, int, int, Verdicts | None, frozenset[str] | None, Shape]

# the number of a shape, and the verdicts on values of which a bad one breaks it; None if each does
_Watch = tuple[int, Verdicts | None]


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """The shapes of a focus node, as rows and what does not fit in rows.

    `breakable` and `looks_beyond` are true when they are of any of the shapes.
    """

    rows: tuple[_Row, ...]
    rest: tuple[Shape, ...]
    breakable: bool
    looks_beyond: bool

    def findings(self, focus: str, data: Data) -> Sequence[Finding]:
        """What a focus node breaks."""
        found: list[Finding] = []
        get = data.described(focus).get
        for predicate, least, most, verdicts, needed, shape in self.rows:
            values = get(predicate)
            if values is None:
                if least:
                    found.extend(shape.findings(focus, data))
                continue
            if (
                least <= len(values) <= most
                and (verdicts is None or verdicts.good.issuperset(values) or verdicts.learn(values))
                and (needed is None or needed.issubset(values))
            ):
                continue
            found.extend(shape.findings(focus, data))
        for shape in self.rest:
            found.extend(shape.findings(focus, data))
        return found


class CompiledShapes:
    """All shapes of a shapes graph that have targets, planned. Keeps plans and verdicts from one check to the next.

    A pickled one has the shapes alone. `incoming` and `reach` say what has to be fetched from a larger graph to
    decide about some of its nodes, which `gather` does: their own triples; the links to them by the predicates of
    `incoming`; and, as many links away as `reach` says, the triples of the nodes that they link to.
    """

    def __init__(self, shapes: tuple[TargetShape, ...]) -> None:
        self.shapes = shapes
        self._nodes = self._numbers(TargetKind.NODE)
        self._classes = self._numbers(TargetKind.CLASS)
        self._subjects_of = self._numbers(TargetKind.SUBJECTS_OF)
        self._objects_of = self._numbers(TargetKind.OBJECTS_OF)
        self._subject_predicates = frozenset(self._subjects_of)
        self._linking = frozenset({*self._objects_of, SUBCLASS_OF})
        self._by_kinds: dict[tuple[str, ...], tuple[int, ...]] = {}
        self._plans: dict[tuple[int, ...], Plan] = {}
        self._rows: dict[Shape, _Row] = {}
        self._forbidden, self._closed = self._watched()

    def __reduce__(self) -> tuple[type[CompiledShapes], tuple[tuple[TargetShape, ...]]]:
        return CompiledShapes, (self.shapes,)

    @cached_property
    def incoming(self) -> frozenset[str]:
        """The predicates that matter backwards: those whose objects are targets, and those of inverse paths."""
        return self.linking | self.against

    @cached_property
    def linking(self) -> frozenset[str]:
        """The predicates whose objects are targets."""
        return frozenset(self._objects_of)

    @cached_property
    def against(self) -> frozenset[str]:
        """The predicates of inverse paths."""
        return frozenset[str]().union(*(each.shape.against for each in self.shapes))

    @cached_property
    def classes(self) -> frozenset[str]:
        """The classes that shapes name, as targets and for values."""
        return frozenset(self._classes).union(*(each.shape.classes for each in self.shapes))

    @cached_property
    def reach(self) -> int:
        """How many links away from a focus node triples matter; 0 if only its own do."""
        return max((0, *(each.shape.depth - 1 for each in self.shapes)))

    def _numbers(self, kind: TargetKind) -> dict[str, tuple[int, ...]]:
        """The numbers of the shapes that have a kind of target, by what they target."""
        found: dict[str, tuple[int, ...]] = {}
        for number, each in enumerate(self.shapes):
            for target in each.targets:
                if target.kind is kind:
                    found[target.term] = (*found.get(target.term, ()), number)
        return found

    def foci(self, data: Data) -> Iterator[tuple[str, tuple[int, ...]]]:
        """The focus nodes in the data, each with the numbers of the shapes that target it."""
        linked = dict(self._nodes)
        subclasses = set()
        for subject, description in data.statements.items():
            if not self._linking.isdisjoint(description):
                if SUBCLASS_OF in description:
                    subclasses.add(subject)
                for predicate, numbers in self._objects_of.items():
                    for term in description.get(predicate, ()):
                        linked[term] = linked.get(term, ()) + numbers
        for subject, description in data.statements.items():
            kinds = description.get(TYPE)
            numbers = self._of_kinds(kinds, subclasses, data) if kinds else ()
            if not self._subject_predicates.isdisjoint(description):
                found = (self._subjects_of[name] for name in description if name in self._subjects_of)
                numbers = numbers + tuple(chain.from_iterable(found))
            if subject in linked:
                numbers = numbers + linked.pop(subject)
            if numbers:
                yield subject, numbers
        yield from linked.items()

    def _of_kinds(self, kinds: Sequence[str], subclasses: set[str], data: Data) -> tuple[int, ...]:
        if subclasses and not subclasses.isdisjoint(kinds):
            kinds = list(chain.from_iterable(map(data.superclasses, kinds)))
        key = tuple(kinds)
        found = self._by_kinds.get(key)
        if found is None:
            if len(self._by_kinds) > _KINDS_KEPT:
                self._by_kinds.clear()
            found = tuple(chain.from_iterable(self._classes.get(kind, ()) for kind in kinds))
            self._by_kinds[key] = found
        return found

    def forbidding(self, description: Description) -> Iterator[int]:
        """The numbers of the shapes that some triple of a description breaks if it is about a focus node of theirs.

        Left out are shapes that may be broken by several descriptions together, or look beyond the focus node.
        """
        for predicate, values in description.items():
            for number, verdicts in self._forbidden.get(predicate, ()):
                if verdicts is None or not (verdicts.good.issuperset(values) or verdicts.learn(values)):
                    yield number
        for number, allowed in self._closed:
            if not allowed.issuperset(description):
                yield number

    def _watched(self) -> tuple[dict[str, tuple[_Watch, ...]], tuple[tuple[int, frozenset[str]], ...]]:
        """By predicate, the shapes that forbid some value of it, with verdicts, or any; and the closed shapes."""
        found: dict[str, tuple[_Watch, ...]] = {}
        closed: list[tuple[int, frozenset[str]]] = []
        for number, each in enumerate(self.shapes):
            if each.shape.breakable or each.shape.looks_beyond:
                continue
            for shape in (
                each.shape,
                *(inner.shape for inner in each.shape.constraints if isinstance(inner, Property)),
            ):
                predicate = shape.predicate
                if predicate is not None and any(isinstance(c, Class | NoValue) for c in shape.constraints):
                    found[predicate] = (*found.get(predicate, ()), (number, None))
                elif predicate is not None and any(isinstance(c, TermConstraint) for c in shape.constraints):
                    found[predicate] = (*found.get(predicate, ()), (number, self.row(shape)[3]))
            closed.extend((number, c.allowed) for c in each.shape.constraints if isinstance(c, Closed))
        return found, tuple(closed)

    def plan(self, numbers: tuple[int, ...]) -> Plan:
        """The plan for a focus node of some shapes."""
        found = self._plans.get(numbers)
        if found is None:
            if len(self._plans) > _KINDS_KEPT:
                self._plans.clear()
            found = self._plans[numbers] = self._planned(numbers)
        return found

    def _planned(self, numbers: tuple[int, ...]) -> Plan:
        rows, rest = [], []
        targeted = [self.shapes[number].shape for number in dict.fromkeys(numbers)]
        for shape in targeted:
            if is_row(shape):
                rows.append(self.row(shape))
                continue
            fitting = [
                each for each in shape.constraints if isinstance(each, Property) and is_row(each.shape)
            ]
            others = tuple(each for each in shape.constraints if each not in fitting)
            if shape.path or len(others) == len(shape.constraints):
                rest.append(shape)
                continue
            rows.extend(self.row(each.shape) for each in fitting)
            if others:
                rest.append(replace(shape, constraints=others))
        return Plan(
            rows=tuple(rows),
            rest=tuple(rest),
            breakable=any(shape.breakable for shape in targeted),
            looks_beyond=any(shape.looks_beyond for shape in targeted),
        )

    def row(self, shape: Shape) -> _Row:
        """A property shape as a row."""
        if shape not in self._rows:
            self._rows[shape] = _row(shape)
        return self._rows[shape]


def is_row(shape: Shape) -> bool:
    """Whether a shape has one predicate, and constraints that count values or look at them as terms."""
    return shape.predicate is not None and all(
        isinstance(each, MinCount | MaxCount | HasValue)
        or (isinstance(each, TermConstraint) and each.depth == 0)
        for each in shape.constraints
    )


def _row(shape: Shape) -> _Row:
    needed = frozenset(each.term for each in shape.constraints if isinstance(each, HasValue))
    on_terms = tuple(each for each in shape.constraints if isinstance(each, TermConstraint))
    least = max((each.least for each in shape.constraints if isinstance(each, MinCount)), default=0)
    most = min((each.most for each in shape.constraints if isinstance(each, MaxCount)), default=maxsize)
    return (
        shape.predicate or "",
        max(least, 1) if needed else least,
        most,
        Verdicts(on_terms) if on_terms else None,
        needed or None,
        shape,
    )
