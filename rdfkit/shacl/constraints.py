"""The constraint components of SHACL core (https://www.w3.org/TR/shacl/#core-components), one class each.

A constraint is asked for its offenders: the value nodes that break it, or None for what is no matter of one
value node. A constraint on terms looks at nothing but the term, so its verdicts can be kept.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, ClassVar

from rdfkit.shacl import terms
from rdfkit.shacl.data import TYPE, Data

if TYPE_CHECKING:
    from rdfkit.shacl.shapes import Shape

SH = "http://www.w3.org/ns/shacl#"
_RESOURCE = "<http://www.w3.org/2000/01/rdf-schema#Resource>"


class Holding(Enum):
    """When a result holds in a larger graph, too."""

    ALWAYS = "whatever else is said"
    ALONE = "if nothing else is said about the focus node"
    UNTYPED = "if nothing else is said about the value node"


@dataclass(frozen=True, slots=True, eq=False)
class Constraint:
    """One constraint of a shape.

    `holding` says when its results hold in a larger graph, `breakable` whether each of two descriptions of a
    node may keep it and both together break it.
    """

    component: ClassVar[str]
    holding: ClassVar[Holding] = Holding.ALWAYS
    breakable: ClassVar[bool] = False

    @property
    def depth(self) -> int:
        """How far it looks: 0 at the value node as a term, 1 at what is said of it, 2 at what is said of those."""
        return 0

    @property
    def inner(self) -> tuple[Shape, ...]:
        """The shapes that the constraint names."""
        return ()

    @property
    def message(self) -> str:
        """What the constraint asks for, for shapes that have no message of their own."""
        raise NotImplementedError

    def offenders(self, focus: str, values: Collection[str], data: Data) -> Iterator[str | None]:
        """The value nodes that break the constraint; None for a result without a value."""
        raise NotImplementedError


@dataclass(frozen=True, slots=True, eq=False)
class TermConstraint(Constraint):
    """A constraint on each value node that looks at nothing but the term."""

    def holds(self, term: str) -> bool:
        """Whether a term keeps the constraint."""
        raise NotImplementedError

    def offenders(self, focus: str, values: Collection[str], data: Data) -> Iterator[str | None]:
        return (term for term in values if not self.holds(term))


# --- value types ---


@dataclass(frozen=True, slots=True, eq=False)
class Class(Constraint):
    """sh:class"""

    component = SH + "ClassConstraintComponent"
    holding = Holding.UNTYPED
    name: str

    @property
    def depth(self) -> int:
        return 1

    @property
    def message(self) -> str:
        return f"a member of {terms.text(self.name)}"

    def offenders(self, focus: str, values: Collection[str], data: Data) -> Iterator[str | None]:
        return (term for term in values if terms.is_literal(term) or not data.is_instance(term, self.name))


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


# --- cardinality ---


@dataclass(frozen=True, slots=True, eq=False)
class MinCount(Constraint):
    """sh:minCount"""

    component = SH + "MinCountConstraintComponent"
    holding = Holding.ALONE
    least: int

    @property
    def message(self) -> str:
        return f"at least {self.least} values"

    def offenders(self, focus: str, values: Collection[str], data: Data) -> Iterator[str | None]:
        if len(values) < self.least:
            yield None


@dataclass(frozen=True, slots=True, eq=False)
class MaxCount(Constraint):
    """sh:maxCount"""

    component = SH + "MaxCountConstraintComponent"
    breakable = True
    most: int

    @property
    def message(self) -> str:
        return f"at most {self.most} values"

    def offenders(self, focus: str, values: Collection[str], data: Data) -> Iterator[str | None]:
        if len(values) > self.most:
            yield None


@dataclass(frozen=True, slots=True, eq=False)
class NoValue(MaxCount):
    """sh:maxCount 0, which one value alone breaks."""

    breakable = False


# --- ranges ---


@dataclass(frozen=True, slots=True, eq=False)
class Range(TermConstraint):
    """sh:minExclusive, sh:minInclusive, sh:maxExclusive and sh:maxInclusive."""

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


class MaxExclusive(Range):
    """sh:maxExclusive"""

    component = SH + "MaxExclusiveConstraintComponent"
    sign, allowed = "<", (-1,)


class MaxInclusive(Range):
    """sh:maxInclusive"""

    component = SH + "MaxInclusiveConstraintComponent"
    sign, allowed = "<=", (-1, 0)


# --- strings ---


@dataclass(frozen=True, slots=True, eq=False)
class MinLength(TermConstraint):
    """sh:minLength"""

    component = SH + "MinLengthConstraintComponent"
    least: int

    @property
    def message(self) -> str:
        return f"a text of at least {self.least} characters"

    def holds(self, term: str) -> bool:
        return self.least == 0 or (not terms.is_blank(term) and len(terms.text(term)) >= self.least)


@dataclass(frozen=True, slots=True, eq=False)
class MaxLength(TermConstraint):
    """sh:maxLength"""

    component = SH + "MaxLengthConstraintComponent"
    most: int

    @property
    def message(self) -> str:
        return f"a text of at most {self.most} characters"

    def holds(self, term: str) -> bool:
        return not terms.is_blank(term) and len(terms.text(term)) <= self.most


@dataclass(frozen=True, slots=True, eq=False)
class Pattern(TermConstraint):
    """sh:pattern with sh:flags"""

    component = SH + "PatternConstraintComponent"
    pattern: re.Pattern[str]

    @property
    def message(self) -> str:
        return f"a text that matches {self.pattern.pattern}"

    def holds(self, term: str) -> bool:
        return not terms.is_blank(term) and self.pattern.search(terms.text(term)) is not None


@dataclass(frozen=True, slots=True, eq=False)
class LanguageIn(TermConstraint):
    """sh:languageIn"""

    component = SH + "LanguageInConstraintComponent"
    languages: frozenset[str]

    @property
    def message(self) -> str:
        return f"a text in one of the languages {', '.join(sorted(self.languages))}"

    def holds(self, term: str) -> bool:
        language = terms.literal(term).language if terms.is_literal(term) else None
        if not language:
            return False
        tag = language.lower()
        return "*" in self.languages or tag in self.languages or tag.split("-")[0] in self.languages


@dataclass(frozen=True, slots=True, eq=False)
class UniqueLang(Constraint):
    """sh:uniqueLang true"""

    component = SH + "UniqueLangConstraintComponent"
    breakable = True

    @property
    def message(self) -> str:
        return "one text in each language"

    def offenders(self, focus: str, values: Collection[str], data: Data) -> Iterator[str | None]:
        languages = [terms.literal(term).language for term in values if terms.is_literal(term)]
        tags = [tag.lower() for tag in languages if tag]
        return (None for tag in sorted(set(tags)) if tags.count(tag) > 1)


# --- pairs of properties ---


@dataclass(frozen=True, slots=True, eq=False)
class Pair(Constraint):
    """A constraint between the value nodes and the values of another property of the focus node."""

    breakable = True
    predicate: str

    @property
    def depth(self) -> int:
        return 1


class Equals(Pair):
    """sh:equals"""

    component = SH + "EqualsConstraintComponent"
    holding = Holding.ALONE

    @property
    def message(self) -> str:
        return f"the values of {terms.text(self.predicate)}"

    def offenders(self, focus: str, values: Collection[str], data: Data) -> Iterator[str | None]:
        others = data.objects(focus, self.predicate)
        yield from (term for term in values if term not in others)
        yield from (term for term in others if term not in values)


class Disjoint(Pair):
    """sh:disjoint"""

    component = SH + "DisjointConstraintComponent"

    @property
    def message(self) -> str:
        return f"no value of {terms.text(self.predicate)}"

    def offenders(self, focus: str, values: Collection[str], data: Data) -> Iterator[str | None]:
        others = data.objects(focus, self.predicate)
        return (term for term in values if term in others)


class LessThan(Pair):
    """sh:lessThan"""

    component = SH + "LessThanConstraintComponent"
    or_equal: ClassVar[bool] = False

    @property
    def message(self) -> str:
        return f"less than {terms.text(self.predicate)}"

    def offenders(self, focus: str, values: Collection[str], data: Data) -> Iterator[str | None]:
        others = data.objects(focus, self.predicate)
        return (
            term
            for term in values
            for other in others
            if not terms.is_less(term, other, or_equal=self.or_equal)
        )


class LessThanOrEquals(LessThan):
    """sh:lessThanOrEquals"""

    component = SH + "LessThanOrEqualsConstraintComponent"
    or_equal = True


# --- other ---


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
    holding = Holding.ALONE
    term: str

    @property
    def message(self) -> str:
        return f"the value {terms.text(self.term)}"

    def offenders(self, focus: str, values: Collection[str], data: Data) -> Iterator[str | None]:
        if self.term not in values:
            yield None


@dataclass(frozen=True, slots=True, eq=False)
class Closed(Constraint):
    """sh:closed true. Its results have a path of their own, so `triples` gives predicate and object."""

    component = SH + "ClosedConstraintComponent"
    allowed: frozenset[str]

    @property
    def depth(self) -> int:
        return 1

    @property
    def message(self) -> str:
        return "no other property"

    def triples(self, values: Collection[str], data: Data) -> Iterator[tuple[str, str]]:
        """The predicate and object of each triple that must not be there."""
        for value in values:
            for predicate, found in data.described(value).items():
                if predicate not in self.allowed:
                    yield from ((predicate, term) for term in found if (predicate, term) != (TYPE, _RESOURCE))


# --- shapes ---


@dataclass(frozen=True, slots=True, eq=False)
class ShapeConstraint(TermConstraint):
    """A constraint by other shapes. When those look at nothing but the term, so does the constraint."""

    shapes: tuple[Shape, ...]

    @property
    def depth(self) -> int:
        return max(shape.depth for shape in self.shapes)

    @property
    def inner(self) -> tuple[Shape, ...]:
        return self.shapes

    @property
    def holding(self) -> Holding:  # type: ignore[override]
        return Holding.ALONE if self.depth else Holding.ALWAYS

    @property
    def breakable(self) -> bool:  # type: ignore[override]
        return self.depth > 0

    def conforms(self, term: str, data: Data) -> bool:
        """Whether a term keeps the constraint."""
        raise NotImplementedError

    def holds(self, term: str) -> bool:
        return self.conforms(term, _NO_DATA)

    def offenders(self, focus: str, values: Collection[str], data: Data) -> Iterator[str | None]:
        return (term for term in values if not self.conforms(term, data))

    def _names(self) -> str:
        return ", ".join(terms.text(shape.term) for shape in self.shapes)


_NO_DATA = Data({})


class Node(ShapeConstraint):
    """sh:node"""

    component = SH + "NodeConstraintComponent"

    @property
    def message(self) -> str:
        return f"what conforms to {self._names()}"

    def conforms(self, term: str, data: Data) -> bool:
        return self.shapes[0].conforms(term, data)


class Not(ShapeConstraint):
    """sh:not"""

    component = SH + "NotConstraintComponent"

    @property
    def message(self) -> str:
        return f"what does not conform to {self._names()}"

    def conforms(self, term: str, data: Data) -> bool:
        return not self.shapes[0].conforms(term, data)


class And(ShapeConstraint):
    """sh:and"""

    component = SH + "AndConstraintComponent"

    @property
    def message(self) -> str:
        return f"what conforms to all of {self._names()}"

    def conforms(self, term: str, data: Data) -> bool:
        return all(shape.conforms(term, data) for shape in self.shapes)


class Or(ShapeConstraint):
    """sh:or"""

    component = SH + "OrConstraintComponent"

    @property
    def message(self) -> str:
        return f"what conforms to one or more of {self._names()}"

    def conforms(self, term: str, data: Data) -> bool:
        return any(shape.conforms(term, data) for shape in self.shapes)


class Xone(ShapeConstraint):
    """sh:xone"""

    component = SH + "XoneConstraintComponent"

    @property
    def message(self) -> str:
        return f"what conforms to exactly one of {self._names()}"

    def conforms(self, term: str, data: Data) -> bool:
        return sum(shape.conforms(term, data) for shape in self.shapes) == 1


@dataclass(frozen=True, slots=True, eq=False)
class Property(Constraint):
    """sh:property. Its results are those of the property shape."""

    component = SH + "PropertyShapeComponent"
    shape: Shape

    @property
    def depth(self) -> int:
        return self.shape.depth

    @property
    def inner(self) -> tuple[Shape, ...]:
        return (self.shape,)

    @property
    def breakable(self) -> bool:  # type: ignore[override]
        return self.shape.breakable
