"""Compiled shapes: how what is said of a node is compared with all its shapes at once, with kept verdicts on terms.

Each property shape becomes a row of numbers and sets that is compared with the values of its predicate. Only where
they do not pass is the shape looked at constraint by constraint.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, partial
from itertools import chain
from sys import maxsize

from rdfkit.validation.shacl.constraints import HasValue, MaxCount, MinCount, TermConstraint
from rdfkit.validation.shacl.data import NOTHING, SUBCLASS_OF, TYPE, Description, Statements, superclasses
from rdfkit.validation.shacl.results import ShapeResult
from rdfkit.validation.shacl.shapes import Finding, PropertyShape, TargetKind, TargetShape

_VERDICTS_KEPT = 10_000
_KINDS_KEPT = 1_000


class Verdicts:
    """The terms known to keep some constraints, and those known to break them. Full sets are emptied."""

    __slots__ = ("_bad", "_constraints", "good")

    def __init__(self, constraints: tuple[TermConstraint, ...]) -> None:
        self._constraints = constraints
        self.good: set[str] = set()
        self._bad: set[str] = set()

    def learn(self, values: Collection[str]) -> bool:
        """Whether all values keep the constraints. The verdicts on them are kept."""
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
_Row = tuple[str, int, int, Verdicts | None, frozenset[str] | None, PropertyShape]


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """All property shapes of a focus node, as rows. `is_breakable` says whether any of its shapes is."""

    rows: tuple[_Row, ...]
    is_breakable: bool

    def findings(self, focus: str, description: Description) -> Sequence[Finding]:
        """What a focus node with this description breaks."""
        found: list[Finding] = []
        get = description.get
        for predicate, least, most, verdicts, needed, shape in self.rows:
            values = get(predicate)
            if values is None:
                if least:
                    found.extend(shape.findings(focus, description))
                continue
            if (
                least <= len(values) <= most
                and (verdicts is None or verdicts.good.issuperset(values) or verdicts.learn(values))
                and (needed is None or needed.issubset(values))
            ):
                continue
            found.extend(shape.findings(focus, description))
        return found


class CompiledShapes:
    """All shapes of a shapes graph that have targets. Keeps plans and verdicts from one check to the next.

    A pickled one has the shapes alone. `linking` are the predicates whose objects are targets, `classes` the
    classes whose instances are.
    """

    def __init__(self, shapes: tuple[TargetShape, ...]) -> None:
        self.shapes = shapes
        self._classes = self._numbers(TargetKind.CLASS)
        self._subjects_of = self._numbers(TargetKind.SUBJECTS_OF)
        self._objects_of = self._numbers(TargetKind.OBJECTS_OF)
        self.classes = frozenset(self._classes)
        self.linking = frozenset(self._objects_of)
        self._subject_predicates = frozenset(self._subjects_of)
        self._heeded = self.linking | {SUBCLASS_OF}
        self._by_kinds: dict[tuple[str, ...], tuple[int, ...]] = {}
        self._plans: dict[tuple[int, ...], Plan] = {}
        self._rows = tuple(tuple(map(_row, each.properties)) for each in shapes)
        self._forbidden = self._forbidding_rows()

    def __reduce__(self) -> tuple[type[CompiledShapes], tuple[tuple[TargetShape, ...]]]:
        return CompiledShapes, (self.shapes,)

    def _numbers(self, kind: TargetKind) -> dict[str, tuple[int, ...]]:
        """The numbers of the shapes that have a kind of target, by what they target."""
        found: dict[str, tuple[int, ...]] = {}
        for number, each in enumerate(self.shapes):
            for target in each.targets:
                if target.kind is kind:
                    found[target.term] = (*found.get(target.term, ()), number)
        return found

    def foci(self, statements: Statements) -> Iterator[tuple[str, tuple[int, ...]]]:
        """The focus nodes in the statements, each with the numbers of the shapes that target it."""
        linked: dict[str, tuple[int, ...]] = {}
        subclasses: set[str] = set()
        for subject, description in statements.items():
            if not self._heeded.isdisjoint(description):
                if SUBCLASS_OF in description:
                    subclasses.add(subject)
                for predicate, numbers in self._objects_of.items():
                    for term in description.get(predicate, ()):
                        linked[term] = linked.get(term, ()) + numbers
        above = cache(partial(superclasses, statements)) if subclasses else None
        for subject, description in statements.items():
            kinds = description.get(TYPE)
            if above is not None and kinds and not subclasses.isdisjoint(kinds):
                kinds = [*chain.from_iterable(map(above, kinds))]
            numbers = self._of_kinds(kinds) if kinds else ()
            if not self._subject_predicates.isdisjoint(description):
                found = (self._subjects_of[name] for name in description if name in self._subjects_of)
                numbers = numbers + tuple(chain.from_iterable(found))
            if subject in linked:
                numbers = numbers + linked.pop(subject)
            if numbers:
                yield subject, numbers
        yield from linked.items()

    def _of_kinds(self, kinds: Sequence[str]) -> tuple[int, ...]:
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

        Left out are shapes that may be broken by several descriptions together.
        """
        for predicate, values in description.items():
            for number, verdicts in self._forbidden.get(predicate, ()):
                if verdicts is None or not (verdicts.good.issuperset(values) or verdicts.learn(values)):
                    yield number

    def _forbidding_rows(self) -> dict[str, tuple[tuple[int, Verdicts | None], ...]]:
        """By predicate: the shapes that forbid some values, each with verdicts on values; None if it forbids all."""
        found: dict[str, tuple[tuple[int, Verdicts | None], ...]] = {}
        for number, each in enumerate(self.shapes):
            for predicate, _, most, verdicts, _, _ in () if each.is_breakable else self._rows[number]:
                if verdicts is not None or most == 0:
                    watch = (number, verdicts if most else None)
                    found[predicate] = (*found.get(predicate, ()), watch)
        return found

    def plan(self, numbers: tuple[int, ...]) -> Plan:
        """The plan for a focus node of some shapes."""
        found = self._plans.get(numbers)
        if found is None:
            if len(self._plans) > _KINDS_KEPT:
                self._plans.clear()
            distinct = dict.fromkeys(numbers)
            found = self._plans[numbers] = Plan(
                rows=tuple(chain.from_iterable(self._rows[number] for number in distinct)),
                is_breakable=any(self.shapes[number].is_breakable for number in distinct),
            )
        return found


def _row(shape: PropertyShape) -> _Row:
    needed = frozenset(each.term for each in shape.constraints if isinstance(each, HasValue))
    on_terms = tuple(each for each in shape.constraints if isinstance(each, TermConstraint))
    least = max((each.least for each in shape.constraints if isinstance(each, MinCount)), default=0)
    most = min((each.most for each in shape.constraints if isinstance(each, MaxCount)), default=maxsize)
    return (
        shape.predicate,
        max(least, 1) if needed else least,
        most,
        Verdicts(on_terms) if on_terms else None,
        needed or None,
        shape,
    )


def check(
    shapes: CompiledShapes, statements: Statements, focus: Iterable[str] | None = None
) -> list[ShapeResult]:
    """The results of statements against shapes (https://www.w3.org/TR/shacl/#validation).

    With `focus`, only those about these nodes. What makes them focus nodes, and what the statements say of them,
    has to be among the statements.
    """
    wanted = None if focus is None else set(focus)
    return [
        finding.result()
        for node, numbers in shapes.foci(statements)
        if wanted is None or node in wanted
        for finding in shapes.plan(numbers).findings(node, statements.get(node, NOTHING))
    ]
