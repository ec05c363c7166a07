"""From a shapes graph to compiled shapes: SHACL core, without what only pyshacl does.

What is not covered is refused by name, so that the caller can give the shapes to pyshacl: SPARQL and other
extensions, recursion, qualified value shapes, paths with `*`, `+`, `?` or `|`, and whatever is not well-formed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

import pyoxigraph as ox

from rdfkit.errors import ShapesError
from rdfkit.report import Severity
from rdfkit.shacl import constraints as sh
from rdfkit.shacl import terms
from rdfkit.shacl.compiled import CompiledShapes
from rdfkit.shacl.data import SUBCLASS_OF, TYPE
from rdfkit.shacl.shapes import Shape, Step, Target, TargetKind, TargetShape

_SH = "<" + sh.SH
_RDF = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_RDFS_CLASS = "<http://www.w3.org/2000/01/rdf-schema#Class>"
_OWL_CLASS = "<http://www.w3.org/2002/07/owl#Class>"
_FIRST, _REST, _NIL = _RDF + "first>", _RDF + "rest>", _RDF + "nil>"
_DEPTH = 12  # pyshacl gives up at 15

_TARGETS = {
    _SH + "targetClass>": TargetKind.CLASS,
    _SH + "targetNode>": TargetKind.NODE,
    _SH + "targetSubjectsOf>": TargetKind.SUBJECTS_OF,
    _SH + "targetObjectsOf>": TargetKind.OBJECTS_OF,
}
# What says nothing that a check heeds, or is read together with something else.
_SILENT = {
    *("name", "description", "message", "severity", "order", "group", "defaultValue", "deactivated", "path"),
    *("flags", "ignoredProperties", "inversePath", "declare", "prefix", "namespace", "suggestedShapesGraph"),
    *("shapesGraph",),
}
_SEVERITIES = {
    _SH + "Violation>": Severity.VIOLATION,
    _SH + "Warning>": Severity.WARNING,
    _SH + "Info>": Severity.INFO,
}


class UnsupportedShapesError(ShapesError):
    """Shapes use what only pyshacl covers. `key` is the shape, `value` the construct."""


def compile_shapes(triples: Iterable[ox.Triple]) -> CompiledShapes:
    """The shapes of a shapes graph, ready to check.

    Raises UnsupportedShapesError, which names the construct, for what is not covered or not well-formed.
    """
    return _Compiler(triples).compiled()


class _Compiler:
    """The shapes graph, and what has been compiled of it."""

    def __init__(self, triples: Iterable[ox.Triple]) -> None:
        self._graph: dict[str, dict[str, list[str]]] = {}
        for triple in triples:
            found = self._graph.setdefault(str(triple.subject), {}).setdefault(str(triple.predicate), [])
            if str(triple.object) not in found:
                found.append(str(triple.object))
        self._shapes: dict[str, Shape] = {}
        self._open: list[str] = []

    def compiled(self) -> CompiledShapes:
        self._refuse_extensions()
        found = []
        for term in self._names():
            shape = self._shape(term)
            targets = tuple(self._targets(term))
            if targets and shape.constraints:
                found.append(TargetShape(shape, targets))
        return CompiledShapes(tuple(found))

    def _refuse_extensions(self) -> None:
        known = {_SH + name + ">" for name in _SILENT | set(_COMPONENTS) | set(_LISTS)} | set(_TARGETS)
        for subject, description in self._graph.items():
            for predicate in description:
                if predicate.startswith(_SH) and predicate not in known:
                    raise _unsupported(subject, predicate)
            for kind in (*description.get(TYPE, ()), *description.get(SUBCLASS_OF, ())):
                if kind.startswith(_SH) and kind not in (_SH + "NodeShape>", _SH + "PropertyShape>"):
                    raise _unsupported(subject, kind)

    def _names(self) -> list[str]:
        """The nodes that are shapes: by type, by target, by what they say, and by being named where a shape is due."""
        found: dict[str, None] = {}
        says = {*_TARGETS, _SH + "property>", _SH + "node>"}
        for subject, description in self._graph.items():
            kinds = description.get(TYPE, ())
            if (
                _SH + "NodeShape>" in kinds
                or _SH + "PropertyShape>" in kinds
                or not says.isdisjoint(description)
            ):
                found[subject] = None
            for name in ("property", "node", "not"):
                found.update(dict.fromkeys(description.get(f"{_SH}{name}>", ())))
            for name in ("and", "or", "xone"):
                for head in description.get(f"{_SH}{name}>", ()):
                    found.update(dict.fromkeys(self._items(subject, head)))
        return list(found)

    def _targets(self, term: str) -> Iterator[Target]:
        description = self._graph.get(term, {})
        for predicate, kind in _TARGETS.items():
            yield from (Target(kind, found) for found in description.get(predicate, ()))
        classes = {_RDFS_CLASS, _OWL_CLASS} | {
            subject for subject, said in self._graph.items() if _RDFS_CLASS in said.get(SUBCLASS_OF, ())
        }
        if not classes.isdisjoint(description.get(TYPE, ())):
            yield Target(TargetKind.CLASS, term)

    def _shape(self, term: str) -> Shape:
        if term in self._shapes:
            return self._shapes[term]
        if term in self._open:
            raise _unsupported(term, "a shape that names itself")
        if term not in self._graph or terms.is_literal(term):
            raise _unsupported(term, "a shape that says nothing")
        if len(self._open) > _DEPTH:
            raise _unsupported(term, "shapes nested too deep")
        self._open.append(term)
        shape = self._compile(term)
        self._open.pop()
        self._shapes[term] = shape
        return shape

    def _compile(self, term: str) -> Shape:
        description = self._graph[term]
        severity = self._one(term, "severity") or _SH + "Violation>"
        kinds = description.get(TYPE, ())
        path = self._path(term)
        if bool(path) != (_SH + "PropertyShape>" in kinds) and {
            _SH + "NodeShape>",
            _SH + "PropertyShape>",
        } & {*kinds}:
            raise _unsupported(term, "a path on a node shape, or a property shape without one")
        return Shape(
            term=term,
            path=path,
            severity=_SEVERITIES.get(severity, Severity.VIOLATION),
            name=self._text(term, "name"),
            message=self._text(term, "message"),
            constraints=() if self._flag(term, "deactivated") else tuple(self._constraints(term, path)),
        )

    def _constraints(self, term: str, path: tuple[Step, ...]) -> Iterator[sh.Constraint]:
        if self._values(term, "ignoredProperties") and not self._values(term, "closed"):
            raise _unsupported(term, "sh:ignoredProperties without sh:closed")
        for name, make in _COMPONENTS.items():
            found = self._values(term, name)
            if len(found) > 1 and name in _ONCE:
                raise _unsupported(term, f"several sh:{name}")
            if found and not path and name in _ON_PROPERTIES:
                raise _unsupported(term, f"sh:{name} on a node shape")
            for value in found:
                constraint = make(self, term, value)
                if constraint is not None:
                    yield constraint
        for name, kind in _LISTS.items():
            for head in self._values(term, name):
                members = tuple(self._shape(member) for member in self._items(term, head))
                if not members:
                    raise _unsupported(term, f"an empty list of sh:{name}")
                yield kind(members)

    # --- what a shape says ---

    def _values(self, term: str, name: str) -> list[str]:
        return self._graph[term].get(f"{_SH}{name}>", [])

    def _one(self, term: str, name: str) -> str | None:
        found = self._values(term, name)
        if len(found) > 1:
            raise _unsupported(term, f"several sh:{name}")
        return found[0] if found else None

    def _text(self, term: str, name: str) -> str | None:
        found = self._values(term, name)
        return terms.text(found[0]) if found else None

    def _flag(self, term: str, name: str) -> bool:
        found = self._one(term, name)
        if found is not None and found not in _BOOLEANS:
            raise _unsupported(term, f"sh:{name} {found}")
        return found is not None and _BOOLEANS[found]

    def _items(self, term: str, head: str) -> list[str]:
        found: list[str] = []
        seen: set[str] = set()
        while head != _NIL:
            first, rest = (self._graph.get(head, {}).get(link, []) for link in (_FIRST, _REST))
            if len(first) != 1 or len(rest) != 1 or head in seen:
                raise _unsupported(term, "a list that is none")
            seen.add(head)
            found.extend(first)
            head = rest[0]
        return found

    def _path(self, term: str) -> tuple[Step, ...]:
        path = self._one(term, "path")
        if path is None:
            return ()
        if _FIRST not in self._graph.get(path, {}):
            return (self._step(term, path),)
        steps = tuple(self._step(term, each) for each in self._items(term, path))
        if len(steps) < 2:
            raise _unsupported(term, "a path of fewer than two members")
        return steps

    def _step(self, term: str, path: str) -> Step:
        if terms.is_iri(path):
            return Step(path)
        inverse = self._graph.get(path, {}).get(_SH + "inversePath>", [])
        if len(inverse) == 1 and terms.is_iri(inverse[0]) and len(self._graph[path]) == 1:
            return Step(inverse[0], inverse=True)
        raise _unsupported(term, "a path that is neither predicates nor the inverse of one")

    # --- constraints ---

    def iri(self, term: str, value: str) -> str:
        if not terms.is_iri(value):
            raise _unsupported(term, value)
        return value

    def count(self, term: str, value: str) -> int:
        found = terms.literal(value) if terms.is_literal(value) else None
        if found is None or found.datatype != terms.XSD + "integer" or not found.text.isdecimal():
            raise _unsupported(term, value)
        return int(found.text)

    def bound(self, term: str, value: str) -> str:
        if not terms.is_literal(value):
            raise _unsupported(term, value)
        return value

    def node_kind(self, term: str, value: str) -> sh.NodeKind:
        name = terms.text(value).removeprefix(sh.SH)
        if name not in sh.NodeKind.FIRST:
            raise _unsupported(term, value)
        return sh.NodeKind(name, sh.NodeKind.FIRST[name])

    def max_count(self, term: str, value: str) -> sh.MaxCount:
        most = self.count(term, value)
        return sh.MaxCount(most) if most else sh.NoValue(most)

    def pattern(self, term: str, value: str) -> sh.Pattern:
        flags = self._one(term, "flags")
        letters = terms.text(flags).lower() if flags else ""
        given = (re.IGNORECASE if "i" in letters else 0) | (re.MULTILINE if "m" in letters else 0)
        try:
            return sh.Pattern(re.compile(terms.text(self.bound(term, value)), given))
        except re.error as error:
            raise _unsupported(term, value) from error

    def language_in(self, term: str, value: str) -> sh.LanguageIn:
        tags = [terms.literal(self.bound(term, item)).text.lower() for item in self._items(term, value)]
        return sh.LanguageIn(frozenset(tags))

    def unique_lang(self, term: str, _: str) -> sh.UniqueLang | None:
        return sh.UniqueLang() if self._flag(term, "uniqueLang") else None

    def members(self, term: str, value: str) -> sh.In:
        return sh.In(frozenset(self._items(term, value)))

    def closed(self, term: str, _: str) -> sh.Closed | None:
        if not self._flag(term, "closed"):
            return None
        own = {self._shape(shape).predicate for shape in self._values(term, "property")}
        ignored = {
            item for head in self._values(term, "ignoredProperties") for item in self._items(term, head)
        }
        return sh.Closed(frozenset({predicate for predicate in own if predicate} | ignored))

    def property(self, term: str, value: str) -> sh.Property | None:
        shape = self._shape(value)
        if not shape.path:
            raise _unsupported(term, "sh:property without a property shape")
        return sh.Property(shape) if shape.constraints else None

    def node(self, term: str, value: str) -> sh.Node:
        shape = self._shape(value)
        if shape.path:
            raise _unsupported(term, "sh:node with a property shape")
        return sh.Node((shape,))

    def negation(self, _: str, value: str) -> sh.Not:
        return sh.Not((self._shape(value),))


_BOOLEANS = {
    f'"{text}"^^<{terms.XSD}boolean>': value
    for text, value in {"true": True, "1": True, "false": False, "0": False}.items()
}
_Make = Callable[[_Compiler, str, str], sh.Constraint | None]
_COMPONENTS: dict[str, _Make] = {
    "class": lambda of, term, value: sh.Class(of.iri(term, value)),
    "datatype": lambda of, term, value: sh.Datatype(terms.text(of.iri(term, value))),
    "nodeKind": _Compiler.node_kind,
    "minCount": lambda of, term, value: sh.MinCount(of.count(term, value)),
    "maxCount": _Compiler.max_count,
    "minExclusive": lambda of, term, value: sh.MinExclusive(of.bound(term, value)),
    "minInclusive": lambda of, term, value: sh.MinInclusive(of.bound(term, value)),
    "maxExclusive": lambda of, term, value: sh.MaxExclusive(of.bound(term, value)),
    "maxInclusive": lambda of, term, value: sh.MaxInclusive(of.bound(term, value)),
    "minLength": lambda of, term, value: sh.MinLength(of.count(term, value)),
    "maxLength": lambda of, term, value: sh.MaxLength(of.count(term, value)),
    "pattern": _Compiler.pattern,
    "languageIn": _Compiler.language_in,
    "uniqueLang": _Compiler.unique_lang,
    "equals": lambda of, term, value: sh.Equals(of.iri(term, value)),
    "disjoint": lambda of, term, value: sh.Disjoint(of.iri(term, value)),
    "lessThan": lambda of, term, value: sh.LessThan(of.iri(term, value)),
    "lessThanOrEquals": lambda of, term, value: sh.LessThanOrEquals(of.iri(term, value)),
    "node": _Compiler.node,
    "not": _Compiler.negation,
    "property": _Compiler.property,
    "closed": _Compiler.closed,
    "hasValue": lambda _, __, value: sh.HasValue(value),
    "in": _Compiler.members,
}
_LISTS: dict[str, type[sh.ShapeConstraint]] = {"and": sh.And, "or": sh.Or, "xone": sh.Xone}
_ONCE = {
    *("datatype", "nodeKind", "minCount", "maxCount", "minLength", "maxLength", "languageIn", "uniqueLang"),
    *("in", "closed"),
}
_ON_PROPERTIES = {"minCount", "maxCount", "uniqueLang", "lessThan", "lessThanOrEquals"}


def _unsupported(term: str, construct: str) -> UnsupportedShapesError:
    if construct.startswith(_SH):
        construct = f"sh:{construct.removeprefix(_SH).rstrip('>')}"
    return UnsupportedShapesError(
        f"only pyshacl covers {construct}", key=terms.text(term) or None, value=construct
    )
