"""From a shapes graph to compiled shapes: what the shipped shapes use of SHACL core.

That is node shapes which target instances of classes, and subjects or objects of predicates; property shapes of one
predicate; and the constraint components of `_COMPONENTS`, with `sh:node` and `sh:not` for shapes that look at
nothing but the term. All else is refused by name, so that the caller can give the shapes to pyshacl.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

import pyoxigraph as ox

from rdfkit.errors import ShapesError
from rdfkit.validation.shacl import constraints as sh
from rdfkit.validation.shacl import terms
from rdfkit.validation.shacl.data import SUBCLASS_OF, TYPE, list_items
from rdfkit.validation.shacl.names import ShapeNames
from rdfkit.validation.shacl.patterns import translated
from rdfkit.validation.shacl.plan import CompiledShapes
from rdfkit.validation.shacl.shapes import PropertyShape, Target, TargetKind, TargetShape

_SH = "<" + sh.SH
_RDFS_CLASS = "<http://www.w3.org/2000/01/rdf-schema#Class>"
_OWL_CLASS = "<http://www.w3.org/2002/07/owl#Class>"
_NODE_SHAPE, _PROPERTY_SHAPE = _SH + "NodeShape>", _SH + "PropertyShape>"
_DEPTH = 12  # pyshacl gives up at 15

_TARGETS = {
    "targetClass": TargetKind.CLASS,
    "targetSubjectsOf": TargetKind.SUBJECTS_OF,
    "targetObjectsOf": TargetKind.OBJECTS_OF,
}
# What a check does not heed, or reads together with something else.
_SILENT = {"name", "description", "message", "severity", "order", "group", "defaultValue", "path", "property"}
_VIOLATION = _SH + "Violation>"


class UnsupportedShapesError(ShapesError):
    """Shapes use what only pyshacl covers. `key` is the shape, `value` the construct."""


def compile_shapes(triples: Iterable[ox.Triple]) -> CompiledShapes:
    """The shapes of a shapes graph, ready to check.

    Raises UnsupportedShapesError, which names the construct, for what is not covered or not well-formed.
    """
    graph = _ShapesGraph(triples)
    graph.refuse_what_is_not_covered()
    return CompiledShapes(tuple(_Compiler(graph).target_shapes()))


class _ShapesGraph:
    """The triples of a shapes graph, by subject and predicate, every term written as in N-Triples."""

    def __init__(self, triples: Iterable[ox.Triple]) -> None:
        self.said: dict[str, dict[str, list[str]]] = {}
        for triple in triples:
            found = self.said.setdefault(str(triple.subject), {}).setdefault(str(triple.predicate), [])
            if str(triple.object) not in found:
                found.append(str(triple.object))

    def values(self, term: str, name: str) -> list[str]:
        """The objects of a property of SHACL."""
        return self.said.get(term, {}).get(f"{_SH}{name}>", [])

    def one(self, term: str, name: str) -> str | None:
        """The only object of a property of SHACL, if any."""
        found = self.values(term, name)
        if len(found) > 1:
            raise _unsupported(term, f"several sh:{name}")
        return found[0] if found else None

    def items(self, term: str, head: str) -> list[str]:
        """The members of an RDF list."""
        found = list_items(self.said, head)
        if found is None:
            raise _unsupported(term, "a list that is none")
        return found

    def refuse_what_is_not_covered(self) -> None:
        """Raises UnsupportedShapesError for words of SHACL that are not covered, and for classes that are shapes."""
        known = {f"{_SH}{name}>" for name in (*_SILENT, *_TARGETS, *_COMPONENTS)}
        classes = {_RDFS_CLASS, _OWL_CLASS} | {
            subject for subject, said in self.said.items() if _RDFS_CLASS in said.get(SUBCLASS_OF, ())
        }
        for subject, description in self.said.items():
            for predicate in description:
                if predicate.startswith(_SH) and predicate not in known:
                    raise _unsupported(subject, predicate)
            kinds = description.get(TYPE, ())
            for kind in (*kinds, *description.get(SUBCLASS_OF, ())):
                if kind.startswith(_SH) and kind not in (_NODE_SHAPE, _PROPERTY_SHAPE):
                    raise _unsupported(subject, kind)
            if not classes.isdisjoint(kinds) and any(key.startswith(_SH) for key in (*description, *kinds)):
                raise _unsupported(subject, "a class that is a shape")


class _Compiler:
    """Reads a shapes graph, and keeps the value shapes that it has read."""

    def __init__(self, graph: _ShapesGraph) -> None:
        self.graph = graph
        self.names = ShapeNames(graph.said)
        self._value_shapes: dict[str, sh.ValueShape] = {}
        self._open: list[str] = []

    def target_shapes(self) -> Iterator[TargetShape]:
        """The shapes with targets. All others are read, too, so that nothing in them is wrong unnoticed."""
        for term, description in self.graph.said.items():
            targets = tuple(
                Target(kind, found)
                for name, kind in _TARGETS.items()
                for found in self.graph.values(term, name)
            )
            kinds = description.get(TYPE, ())
            if _SH + "path>" in description or _PROPERTY_SHAPE in kinds:
                self._property_shape(term)
            elif targets or _SH + "property>" in description:
                properties = self._properties(term)
                if targets:
                    yield TargetShape(targets, properties)
            elif _NODE_SHAPE in kinds or _SH + "node>" in description:
                self.value_shape(term)

    def _properties(self, term: str) -> tuple[PropertyShape, ...]:
        """The property shapes of a node shape that has nothing else."""
        self.graph.one(term, "severity")
        if any(self.graph.values(term, name) for name in _COMPONENTS):
            raise _unsupported(term, "a constraint on the focus node itself")
        return tuple(map(self._property_shape, self.graph.values(term, "property")))

    def _property_shape(self, term: str) -> PropertyShape:
        path = self.graph.one(term, "path")
        if path is None or _NODE_SHAPE in self.graph.said[term].get(TYPE, ()):
            raise _unsupported(term, "a path on a node shape, or a property without a property shape")
        if not terms.is_iri(path):
            raise _unsupported(term, "a path that is not a predicate")
        if any(self.graph.values(term, name) for name in ("property", *_TARGETS)):
            raise _unsupported(term, "a property shape with properties or targets")
        return PropertyShape(
            term=term,
            predicate=path,
            place=self.names.place(term),
            described="".join(f"{line}\n" for line in self.names.described(term)),
            severity=self.graph.one(term, "severity") or _VIOLATION,
            name=terms.for_people(self.graph.values(term, "name")),
            messages=tuple(self.graph.values(term, "message")),
            constraints=tuple(self._constraints(term)),
        )

    def _constraints(self, term: str) -> Iterator[sh.Constraint]:
        for name, make in _COMPONENTS.items():
            found = self.graph.values(term, name)
            if len(found) > 1 and name in _ONCE:
                raise _unsupported(term, f"several sh:{name}")
            for value in found:
                yield make(self, term, value)

    def value_shape(self, term: str) -> sh.ValueShape:
        """A node shape that looks at nothing but the term."""
        if term not in self._value_shapes:
            self._value_shapes[term] = self._read_value_shape(term)
        return self._value_shapes[term]

    def _read_value_shape(self, term: str) -> sh.ValueShape:
        if term in self._open:
            raise _unsupported(term, "a shape that names itself")
        if term not in self.graph.said or terms.is_literal(term):
            raise _unsupported(term, "a shape that says nothing")
        if len(self._open) > _DEPTH:
            raise _unsupported(term, "shapes nested too deep")
        if self.graph.values(term, "path") or self.graph.values(term, "property"):
            raise _unsupported(term, "sh:node or sh:not with a property shape")
        self.graph.one(term, "severity")
        self._open.append(term)
        for name in _ON_PROPERTIES:
            if self.graph.values(term, name):
                raise _unsupported(term, f"sh:{name} on a node shape")
        constraints = [each for each in self._constraints(term) if isinstance(each, sh.TermConstraint)]
        self._open.pop()
        return sh.ValueShape(term, tuple(constraints))


def _datatype(_: _Compiler, term: str, value: str) -> sh.Datatype:
    if not terms.is_iri(value):
        raise _unsupported(term, value)
    return sh.Datatype(terms.text(value))


def _node_kind(_: _Compiler, term: str, value: str) -> sh.NodeKind:
    name = terms.text(value).removeprefix(sh.SH)
    if name not in sh.NodeKind.FIRST:
        raise _unsupported(term, value)
    return sh.NodeKind(name, sh.NodeKind.FIRST[name])


def _pattern(_: _Compiler, term: str, value: str) -> sh.Pattern:
    try:
        return sh.Pattern(re.compile(translated(terms.text(_bound(term, value)))), terms.text(value))
    except ValueError as error:
        raise _unsupported(term, value) from error


def _count(term: str, value: str) -> int:
    found = terms.literal(value) if terms.is_literal(value) else None
    if found is None or found.datatype != terms.XSD + "integer" or not found.text.isdecimal():
        raise _unsupported(term, value)
    return int(found.text)


def _bound(term: str, value: str) -> str:
    if not terms.is_literal(value):
        raise _unsupported(term, value)
    return value


_COMPONENTS: dict[str, Callable[[_Compiler, str, str], sh.Constraint]] = {
    "datatype": _datatype,
    "nodeKind": _node_kind,
    "minCount": lambda _, term, value: sh.MinCount(_count(term, value)),
    "maxCount": lambda _, term, value: sh.MaxCount(_count(term, value)),
    "minExclusive": lambda _, term, value: sh.MinExclusive(_bound(term, value)),
    "minInclusive": lambda _, term, value: sh.MinInclusive(_bound(term, value)),
    "maxInclusive": lambda _, term, value: sh.MaxInclusive(_bound(term, value)),
    "pattern": _pattern,
    "node": lambda of, _, value: sh.Node(of.value_shape(value)),
    "not": lambda of, _, value: sh.Not(of.value_shape(value)),
    "hasValue": lambda _, __, value: sh.HasValue(value),
    "in": lambda of, term, value: sh.In(frozenset(of.graph.items(term, value))),
}
_ONCE = {"datatype", "nodeKind", "minCount", "maxCount", "in"}
_ON_PROPERTIES = ("minCount", "maxCount", "hasValue")


def _unsupported(term: str, construct: str) -> UnsupportedShapesError:
    if construct.startswith(_SH):
        construct = f"sh:{construct.removeprefix(_SH).rstrip('>')}"
    return UnsupportedShapesError(
        f"only pyshacl covers {construct}", key=terms.text(term) or None, value=construct
    )
