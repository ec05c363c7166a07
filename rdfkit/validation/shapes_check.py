"""Errors of a shapes graph that show before anything is checked with it: each with its file, line and shape.

These are words that SHACL does not have or nothing here checks, regular expressions that are none, SPARQL that is wrong
or would ask another server, and shapes that lead back to themselves.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from functools import cache

import pyoxigraph as ox

from rdfkit.errors import ShapesError
from rdfkit.package_data import beside, read_toml
from rdfkit.rdf.identifiers import prefix_map
from rdfkit.report import Result, Severity
from rdfkit.sparql.query import QueryText
from rdfkit.sparql.syntax_errors import syntax_error
from rdfkit.validation.shacl import terms
from rdfkit.validation.shacl.data import NOTHING, list_items
from rdfkit.validation.shacl.names import ShapeNames
from rdfkit.validation.shacl.patterns import translated
from rdfkit.validation.shapes_graph import ShapesGraph

_SH = "<http://www.w3.org/ns/shacl#"
_IMPORTS = "<http://www.w3.org/2002/07/owl#imports>"
_LINKS = tuple(f"{_SH}{name}>" for name in ("property", "node", "not", "qualifiedValueShape"))
_LISTS = tuple(f"{_SH}{name}>" for name in ("and", "or", "xone"))
_LIST_WORDS = ("in", "and", "or", "xone", "languageIn", "ignoredProperties")
_BOOLEAN_WORDS = ("closed", "uniqueLang", "deactivated", "qualifiedValueShapesDisjoint")
QUERIES = ("select", "ask", "construct")
# What pyshacl puts before every query.
_PREFIXES = ("rdf", "rdfs", "owl")
_DEEPEST = 100


def check_shapes(shapes: ShapesGraph) -> list[Result]:
    """Warnings about words that SHACL does not have. Raises ShapesError for what cannot be checked with."""
    _refuse_unchecked(shapes)
    _refuse_values(shapes)
    _refuse_patterns(shapes)
    _refuse_queries(shapes)
    _refuse_recursion(shapes)
    return list(_unknown(shapes))


def is_unknown(term: ox.NamedNode) -> bool:
    """Whether an IRI is in the namespace of SHACL and no word of it."""
    word = _word(term)
    return bool(word) and word not in _words("terms") and word not in _words("unchecked")


def is_advanced(shapes: ShapesGraph) -> bool:
    """Whether the shapes use SHACL-AF (https://www.w3.org/TR/shacl-af/)."""
    return any(_word(term) in _words("advanced") for triple in shapes.triples for term in _named(triple))


def _unknown(shapes: ShapesGraph) -> Iterator[Result]:
    for triple in shapes.triples:
        for term in _named(triple):
            if is_unknown(term):
                word = _word(term) or ""
                path, line = shapes.place(str(triple.subject), str(term))
                near = difflib.get_close_matches(word, sorted(_words("terms")), 1)
                yield Result(
                    severity=Severity.WARNING,
                    rule="shapes-term",
                    message=f"SHACL has no sh:{word}, so nothing is checked by it",
                    path=path,
                    line=line,
                    key=f"sh:{word}",
                    advice=f"did you mean sh:{near[0]}?" if near else None,
                )


def _refuse_unchecked(shapes: ShapesGraph) -> None:
    for triple in shapes.triples:
        for term in _named(triple):
            if _word(term) in _words("unchecked"):
                raise _refused(
                    shapes, str(triple.subject), f"nothing here checks sh:{_word(term)}", str(term)
                )


def _refuse_values(shapes: ShapesGraph) -> None:
    """Raises ShapesError for what has to be a list or a truth value, and is none."""
    for subject, description in shapes.statements.items():
        for word in _LIST_WORDS:
            for value in description.get(terms.sh(word), ()):
                if list_items(shapes.statements, value) is None:
                    raise _refused(shapes, subject, f"sh:{word} has no list", value)
        for word in _BOOLEAN_WORDS:
            for value in description.get(terms.sh(word), ()):
                if not value.endswith(f"^^<{terms.XSD}boolean>"):
                    raise _refused(shapes, subject, f"sh:{word} is neither true nor false", value)


def _refuse_patterns(shapes: ShapesGraph) -> None:
    for subject, description in shapes.statements.items():
        flags = "".join(terms.text(one) for one in description.get(f"{_SH}flags>", ()))
        for pattern in description.get(f"{_SH}pattern>", ()):
            try:
                translated(terms.text(pattern), flags)
            except ValueError as error:
                message = f'"{terms.text(pattern)}" is no regular expression: {error}'
                raise _refused(shapes, subject, message, pattern) from error


def _refuse_queries(shapes: ShapesGraph) -> None:
    for subject, description in shapes.statements.items():
        for name in QUERIES:
            for text in description.get(f"{_SH}{name}>", ()):
                problem = _query_problem(terms.text(text), declared_prefixes(shapes, subject))
                if problem is not None:
                    raise _refused(shapes, subject, f"the query of sh:{name}: {problem}", text)


def _query_problem(query: str, prefixes: dict[str, str]) -> str | None:
    text = QueryText(query)
    if text.calls_service:
        return "SHACL allows no SERVICE"
    if text.says("FROM"):
        return "SHACL allows no FROM"
    try:
        # `$PATH` stands for a path, also where SPARQL has no variables.
        ox.Store().query(query.replace("$PATH", "<urn:path>"), prefixes=prefixes)
    except SyntaxError as error:
        found = syntax_error(error, text, prefixes)
        place = f"{found.line}:{found.column}: " if found.line else ""
        return f"{place}{found.message}"
    except (ValueError, RuntimeError):
        # Only while it is answered, which nobody has asked for.
        return None
    return None


def declared_prefixes(shapes: ShapesGraph, subject: str) -> dict[str, str]:
    """The prefixes that a query declares (https://www.w3.org/TR/shacl/#sparql-prefixes)."""
    found = {name: prefix_map()[name] for name in _PREFIXES}
    said = shapes.statements
    waiting = list(said.get(subject, NOTHING).get(f"{_SH}prefixes>", ()))
    seen: set[str] = set()
    while waiting:
        node = waiting.pop()
        if node in seen:
            continue
        seen.add(node)
        waiting.extend(said.get(node, NOTHING).get(_IMPORTS, ()))
        for declared in said.get(node, NOTHING).get(f"{_SH}declare>", ()):
            for prefix in said.get(declared, NOTHING).get(f"{_SH}prefix>", ()):
                for namespace in said[declared].get(f"{_SH}namespace>", ()):
                    found[terms.text(prefix)] = terms.text(namespace)
    return found


def _refuse_recursion(shapes: ShapesGraph) -> None:
    """Raises ShapesError for shapes that lead back to themselves, of which SHACL leaves open what they mean."""
    names = ShapeNames(shapes.statements)
    done: set[str] = set()
    for start in shapes.statements:
        way: list[str] = []
        stack: list[Iterator[str]] = [iter((start,))]
        while stack:
            node = next(stack[-1], None)
            if node is None:
                stack.pop()
                if way:
                    done.add(way.pop())
                continue
            if node in way:
                loop = [*way[way.index(node) :], node]
                message = f"the shape leads back to itself: {' → '.join(names.place(one) for one in loop)}"
                raise _refused(shapes, node, message)
            if node in done:
                continue
            if len(way) > _DEEPEST:
                raise _refused(shapes, start, f"more than {_DEEPEST} shapes are nested")
            way.append(node)
            stack.append(iter(_inner(shapes, node)))


def _inner(shapes: ShapesGraph, shape: str) -> list[str]:
    said = shapes.statements.get(shape, NOTHING)
    found = [one for link in _LINKS for one in said.get(link, ())]
    for link in _LISTS:
        for head in said.get(link, ()):
            found.extend(list_items(shapes.statements, head) or ())
    return found


def _refused(shapes: ShapesGraph, subject: str, message: str, value: str | None = None) -> ShapesError:
    path, line = shapes.place(subject, value)
    return ShapesError(message, path=path, line=line, key=ShapeNames(shapes.statements).place(subject))


def _named(triple: ox.Triple) -> Iterator[ox.NamedNode]:
    """The words of a triple: its predicate, and its object where that is one."""
    yield triple.predicate
    if isinstance(triple.object, ox.NamedNode):
        yield triple.object


def _word(term: ox.NamedNode) -> str | None:
    return term.value.removeprefix(_SH[1:]) if term.value.startswith(_SH[1:]) else None


@cache
def _words(kind: str) -> frozenset[str]:
    return frozenset(str(read_toml(beside(__file__, "data/shacl_terms.toml"))[kind]).split())
