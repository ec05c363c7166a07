"""The constraint components that the shipped shapes use, in families as SHACL's section 4 has them.

Shapes with any other component are for pyshacl (https://www.w3.org/TR/shacl/#core-components).
"""

from rdfkit.validation.shacl.constraints.base import SH, Constraint, TermConstraint
from rdfkit.validation.shacl.constraints.cardinality import MaxCount, MinCount
from rdfkit.validation.shacl.constraints.ranges import MaxInclusive, MinExclusive, MinInclusive, Range
from rdfkit.validation.shacl.constraints.shape_based import Node, Not, ValueShape
from rdfkit.validation.shacl.constraints.strings import Pattern
from rdfkit.validation.shacl.constraints.values import Datatype, HasValue, In, NodeKind

__all__ = [
    "SH",
    "Constraint",
    "Datatype",
    "HasValue",
    "In",
    "MaxCount",
    "MaxInclusive",
    "MinCount",
    "MinExclusive",
    "MinInclusive",
    "Node",
    "NodeKind",
    "Not",
    "Pattern",
    "Range",
    "TermConstraint",
    "ValueShape",
]
