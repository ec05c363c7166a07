"""What an answer to a query needs to find in the data: triples, IRIs, one of some terms.

rdflib's SPARQL parser reads the query. What stands in OPTIONAL, MINUS or NOT EXISTS is not needed, of a UNION one
branch is, and what a SERVICE would give is not known here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

import pyoxigraph as ox
import rdflib
from rdflib.paths import AlternativePath, InvPath, MulPath, Path, SequencePath

from rdfkit.errors import QueryError
from rdfkit.rdf.iris import is_iri
from rdfkit.rdf.terms import oxigraph_literal
from rdfkit.sparql.algebra import GraphClause, Group, Triples, Union
from rdfkit.sparql.parser import parse_groups
from rdfkit.sparql.tokens import iri_of, significant_tokens

# rdflib reads some 50,000 characters in a second.
_LONG = 50_000

Term: TypeAlias = ox.NamedNode | ox.Literal
Place: TypeAlias = Term | str


@dataclass(frozen=True, slots=True)
class Triple:
    """A triple must be there: terms and variables by name, in one of the graphs, or anywhere when none is named."""

    places: tuple[Place, Place, Place]
    graphs: tuple[ox.NamedNode, ...] = ()

    def with_term(self, old: Place, term: Term) -> Triple:
        """The triple with a term in place of a variable or of another term."""
        subject, predicate, value = (term if place == old else place for place in self.places)
        return replace(self, places=(subject, predicate, value))


@dataclass(frozen=True, slots=True)
class Node:
    """This IRI must be there."""

    iri: ox.NamedNode


@dataclass(frozen=True, slots=True)
class OneOf:
    """A variable must be one of these terms."""

    variable: str
    terms: tuple[Term, ...]


@dataclass(frozen=True, slots=True)
class Either:
    """What one of these branches needs must be there."""

    branches: tuple[tuple[Need, ...], ...]


@dataclass(frozen=True, slots=True)
class Apart:
    """What a part needs whose variables are its own: a subselect, a group of an aggregate, an EXISTS."""

    needs: tuple[Need, ...]


@dataclass(frozen=True, slots=True)
class Never:
    """Nothing will do: `part` of the query asks for nothing."""

    part: str


Need: TypeAlias = Triple | Node | OneOf | Either | Apart | Never


def needs_of(text: str, prefixes: Mapping[str, str]) -> list[Need]:
    """What a SPARQL 1.1 query of any form needs, in its order. `prefixes` need no declaration.

    Of a query that rdflib cannot read, or that is very long, only IRIs are known to be needed.
    """
    from pyparsing import ParseBaseException
    from rdflib.plugins.sparql import prepareQuery

    # The store has its own parser, which takes some texts that rdflib does not.
    with suppress(ParseBaseException, TypeError, ValueError, RecursionError):
        if len(text) <= _LONG:
            return _needs(prepareQuery(text, initNs=dict(prefixes)).algebra)
    return [Node(name) for name in _needed_names(text, prefixes)]


@dataclass(frozen=True, slots=True)
class _Around:
    """What surrounds a part of a query: https://www.w3.org/TR/sparql11-query/#specifyingDataset

    Its triples are in one of `graphs`, in any when there are none, and nowhere when that is None. GRAPH finds the
    graphs of `named`, all when that is None. `alone` says that the rows of the part are those of a SELECT, where one
    row of zeros is no answer.
    """

    graphs: tuple[ox.NamedNode, ...] | None = ()
    named: tuple[ox.NamedNode, ...] | None = None
    alone: bool = False


def _needs(algebra: Any) -> list[Need]:  # noqa: ANN401
    needs: list[Need] = []
    if algebra.name == "DescribeQuery" and all(isinstance(term, rdflib.URIRef) for term in algebra.PV):
        needs.append(Either(tuple((Node(_iri(term)),) for term in algebra.PV)))
    if algebra.p is not None:
        around = _dataset(algebra.datasetClause or [])
        needs += _needs_of(algebra.p, replace(around, alone=algebra.name == "SelectQuery"))
    return needs


def _dataset(clauses: Sequence[Any]) -> _Around:
    if not clauses:
        return _Around()
    graphs = tuple(_iri(clause.default) for clause in clauses if clause.default)
    named = tuple(_iri(clause.named) for clause in clauses if clause.named)
    return _Around(graphs or None, named)


def _needs_of(node: Any, around: _Around) -> list[Need]:  # noqa: ANN401
    """What a part of a query needs."""
    name = node.name
    joined = replace(around, alone=False)
    if name == "BGP":
        return [need for s, p, o in node.triples for need in _needs_of_triple(s, p, o, around)]
    if name == "Join":
        return [*_needs_of(node.p1, joined), *_needs_of(node.p2, joined)]
    if name == "LeftJoin":
        return _needs_of(node.p1, joined)
    if name == "Minus":
        return _needs_of(node.p1, around)
    if name == "Union":
        return [Either(tuple(tuple(_needs_of(part, joined)) for part in (node.p1, node.p2)))]
    if name == "values":
        return _needs_of_values(node.res)
    if name == "Graph":
        return _needs_of(node.p, replace(joined, graphs=_graphs_of(node.term, around.named)))
    if name == "Filter":
        return _needs_of(node.p, around) + _needs_of_filter(node.expr, around)
    if name == "Extend":
        return _needs_of_extend(node, around)
    if name == "AggregateJoin":
        # Without GROUP BY an aggregate has a row in any case.
        grouped = node.p.expr is not None or around.alone
        return [Apart(tuple(_needs_of(node.p, joined)))] if grouped else []
    # rdflib has an empty list for VALUES without rows or without variables.
    inner = node.p if "p" in node and not isinstance(node.p, list) else None
    needs = _needs_of(inner, around) if inner is not None else []
    if name == "Slice" and node.length == 0:
        needs.append(Never("LIMIT 0"))
    return [Apart(tuple(needs))] if name == "Project" else needs


def _graphs_of(
    name: rdflib.term.Node, named: tuple[ox.NamedNode, ...] | None
) -> tuple[ox.NamedNode, ...] | None:
    """The graphs in which GRAPH looks."""
    if not isinstance(name, rdflib.URIRef):
        return () if named is None else named or None
    return (_iri(name),) if named is None or _iri(name) in named else None


def _needs_of_extend(node: Any, around: _Around) -> list[Need]:  # noqa: ANN401
    # With a value that is not counted, a row is an answer although all counts are zero.
    inside = around if isinstance(node.expr, rdflib.Variable) else replace(around, alone=False)
    needs = _needs_of(node.p, inside)
    if isinstance(node.expr, rdflib.URIRef | rdflib.Literal):
        needs.append(OneOf(str(node.var.n3()), (_term(node.expr),)))
    return needs


def _needs_of_values(rows: Sequence[Mapping[Any, Any]]) -> list[Need]:
    variables = list(dict.fromkeys(variable for row in rows for variable in row))
    columns = [(variable, [row[variable] for row in rows]) for variable in variables]
    return [
        OneOf(str(variable.n3()), tuple(_term(term) for term in column))
        for variable, column in columns
        if all(isinstance(term, rdflib.URIRef | rdflib.Literal) for term in column)
    ]


def _needs_of_filter(expression: Any, around: _Around) -> list[Need]:  # noqa: ANN401
    name = getattr(expression, "name", None)
    if name == "ConditionalAndExpression":
        parts = (expression.expr, *expression.other)
        return [need for part in parts for need in _needs_of_filter(part, around)]
    if name == "ConditionalOrExpression":
        branches = [tuple(_needs_of_filter(part, around)) for part in (expression.expr, *expression.other)]
        return [Either(tuple(branches))]
    if name == "Builtin_EXISTS":
        from rdflib.plugins.sparql.algebra import translateGroupGraphPattern

        pattern = translateGroupGraphPattern(expression.graph)
        return [Apart(tuple(_needs_of(pattern, replace(around, alone=False))))]
    if name == "RelationalExpression" and expression.op in ("=", "IN"):
        return _needs_of_equality(expression.expr, expression.other)
    return []


def _needs_of_equality(left: Any, right: Any) -> list[Need]:  # noqa: ANN401
    if isinstance(right, rdflib.Variable):
        left, right = right, left
    others = right if isinstance(right, list) else [right]
    if not isinstance(left, rdflib.Variable) or not all(map(_is_equal_as_term, others)):
        return []
    return [OneOf(str(left.n3()), tuple(map(_term, others)))]


def _is_equal_as_term(term: Any) -> bool:  # noqa: ANN401
    """Whether only the same term is equal to it: numbers, dates and times are equal by value, whatever their form."""
    if isinstance(term, rdflib.Literal):
        return isinstance(term.value, str)
    return isinstance(term, rdflib.URIRef)


def _needs_of_triple(
    subject: Any,  # noqa: ANN401
    predicate: Any,  # noqa: ANN401
    value: Any,  # noqa: ANN401
    around: _Around,
) -> list[Need]:
    """A path needs what its steps need: https://www.w3.org/TR/sparql11-query/#propertypaths"""
    if not isinstance(predicate, Path):
        if around.graphs is None:
            return [Never("a graph that FROM and FROM NAMED leave out")]
        return [Triple((_place(subject), _place(predicate), _place(value)), around.graphs)]
    if isinstance(predicate, InvPath):
        return _needs_of_triple(value, predicate.arg, subject, around)
    if isinstance(predicate, SequencePath):
        between = [rdflib.BNode() for _ in predicate.args[1:]]
        steps = zip([subject, *between], predicate.args, [*between, value], strict=True)
        return [need for start, step, end in steps for need in _needs_of_triple(start, step, end, around)]
    if isinstance(predicate, AlternativePath):
        paths = [tuple(_needs_of_triple(subject, path, value, around)) for path in predicate.args]
        return [Either(tuple(paths))]
    if isinstance(predicate, MulPath) and not predicate.zero:
        first = _needs_of_triple(subject, predicate.path, rdflib.BNode(), around)
        return first + _needs_of_triple(rdflib.BNode(), predicate.path, value, around)
    return []


# --- a query that rdflib cannot read ---


def _needed_names(text: str, prefixes: Mapping[str, str]) -> Iterator[ox.NamedNode]:
    """The IRIs in the triples that any answer to a query has to match: rather too few than too many.

    Those in groups that need not match are left out (OPTIONAL, MINUS, EXISTS, SERVICE, the branches of a UNION), and so
    are those in brackets and beside a mark of a path or of a datatype. A text that is not SPARQL has none.
    """
    try:
        query = parse_groups(text)
    except (QueryError, RecursionError):
        return
    known = {**prefixes, **query.declared}
    for triples in _needed_triples(query.where):
        found = list(significant_tokens(text[triples.start : triples.end]))
        texts = ["", *(token.text for token in found), ""]
        depth = 0
        for token, before, after in zip(found, texts, texts[2:], strict=False):
            depth += (token.text == "(") - (token.text == ")")
            iri = iri_of(token, known)
            is_needed = depth == 0 and _OPTIONAL_MARKS.isdisjoint((before, after))
            if is_needed and iri is not None and is_iri(iri):
                yield ox.NamedNode(iri)


# A name beside one of these may be a step of a path that need not be taken, a datatype, or one object of several.
_OPTIONAL_MARKS = frozenset("^|*?!(,")


def _needed_triples(group: Group) -> Iterator[Triples]:
    for element in group.elements:
        if isinstance(element, Triples):
            yield element
        elif isinstance(element, Union | GraphClause) and len(element.groups) == 1:
            yield from _needed_triples(element.groups[0])


# --- terms ---


def _place(term: Any) -> Place:  # noqa: ANN401
    return _term(term) if isinstance(term, rdflib.URIRef | rdflib.Literal) else str(term.n3())


def _term(term: Any) -> Term:  # noqa: ANN401
    if isinstance(term, rdflib.URIRef):
        return _iri(term)
    return oxigraph_literal(term)


def _iri(iri: rdflib.URIRef) -> ox.NamedNode:
    return ox.NamedNode(str(iri))
