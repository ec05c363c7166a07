"""What values are: their datatype, their kind of node, and which they may or must be (sections 4.1 and 4.8)."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import ClassVar

from rdfkit.validation.shacl import terms
from rdfkit.validation.shacl.constraints.base import SH, Constraint, TermConstraint


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
