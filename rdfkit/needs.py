"""What an answer to a query needs to find in the data: triples, graphs, one of some terms.

rdflib's SPARQL parser reads the query. What stands in OPTIONAL, MINUS or NOT EXISTS is not needed, of a UNION one
branch is, and what a SERVICE would give is not known here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

import pyoxigraph as ox
import rdflib
from rdflib.paths import AlternativePath, InvPath, MulPath, Path, SequencePath

from rdfkit.identifiers import is_absolute_iri
from rdfkit.sparql_tokens import Kind, Token, tokens

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
class Graph:
    """A graph of this name must be there."""

    name: ox.NamedNode


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
class Never:
    """Nothing will do: `part` of the query asks for nothing."""

    part: str


Need: TypeAlias = Triple | Graph | Node | OneOf | Either | Never


def needs_of(text: str, prefixes: Mapping[str, str]) -> list[Need] | None:
    """What a SPARQL 1.1 query of any form needs, in its order; None when rdflib cannot read it or it is very long."""
    from pyparsing import ParseBaseException
    from rdflib.plugins.sparql import prepareQuery

    if len(text) > _LONG:
        return None
    try:
        return _needs(prepareQuery(text, initNs=dict(prefixes)).algebra)
    except (ParseBaseException, TypeError, ValueError, RecursionError):
        # The store has its own parser, which takes some texts that rdflib does not.
        return None


def _needs(algebra: Any) -> list[Need]:  # noqa: ANN401
    clauses = algebra.datasetClause or []
    graphs = tuple(_iri(clause.default) for clause in clauses if clause.default)
    needs: list[Need] = [Either(tuple((Graph(graph),) for graph in graphs))] if graphs else []
    if algebra.name == "DescribeQuery":
        needs += [Node(_iri(term)) for term in algebra.PV if isinstance(term, rdflib.URIRef)]
    return needs + (_needs_of(algebra.p, graphs, alone=True) if algebra.p is not None else [])


def _needs_of(node: Any, graphs: tuple[ox.NamedNode, ...], *, alone: bool) -> list[Need]:  # noqa: ANN401
    """What a part of a query needs. `alone` says that nothing is joined to it."""
    name = node.name
    if name == "BGP":
        return [need for s, p, o in node.triples for need in _needs_of_triple(s, p, o, graphs)]
    if name == "Join":
        return [*_needs_of(node.p1, graphs, alone=False), *_needs_of(node.p2, graphs, alone=False)]
    if name in ("LeftJoin", "Minus"):
        return _needs_of(node.p1, graphs, alone=alone)
    if name == "Union":
        return [Either(tuple(tuple(_needs_of(part, graphs, alone=False)) for part in (node.p1, node.p2)))]
    if name == "values":
        return _needs_of_values(node.res)
    if name == "Graph":
        return _needs_of_graph(node)
    if name == "AggregateJoin" and node.p.expr is None and not alone:
        # Without GROUP BY an aggregate has a row in any case.
        return []
    # rdflib has an empty list for VALUES without rows or without variables.
    inner = node.p if "p" in node and not isinstance(node.p, list) else None
    needs = _needs_of(inner, graphs, alone=alone) if inner is not None else []
    if name == "Filter":
        needs += _needs_of_filter(node.expr, graphs)
    elif name == "Extend" and isinstance(node.expr, rdflib.URIRef | rdflib.Literal):
        needs.append(OneOf(str(node.var.n3()), (_term(node.expr),)))
    elif name == "Slice" and node.length == 0:
        needs.append(Never("LIMIT 0"))
    return needs


def _needs_of_graph(node: Any) -> list[Need]:  # noqa: ANN401
    if not isinstance(node.term, rdflib.URIRef):
        return _needs_of(node.p, (), alone=False)
    graph = _iri(node.term)
    return [Graph(graph), *_needs_of(node.p, (graph,), alone=False)]


def _needs_of_values(rows: Sequence[Mapping[Any, Any]]) -> list[Need]:
    variables = list(dict.fromkeys(variable for row in rows for variable in row))
    columns = [(variable, [row[variable] for row in rows]) for variable in variables]
    return [
        OneOf(str(variable.n3()), tuple(_term(term) for term in column))
        for variable, column in columns
        if all(isinstance(term, rdflib.URIRef | rdflib.Literal) for term in column)
    ]


def _needs_of_filter(expression: Any, graphs: tuple[ox.NamedNode, ...]) -> list[Need]:  # noqa: ANN401
    name = getattr(expression, "name", None)
    if name == "ConditionalAndExpression":
        parts = (expression.expr, *expression.other)
        return [need for part in parts for need in _needs_of_filter(part, graphs)]
    if name == "ConditionalOrExpression":
        branches = [tuple(_needs_of_filter(part, graphs)) for part in (expression.expr, *expression.other)]
        return [Either(tuple(branches))]
    if name == "Builtin_EXISTS":
        from rdflib.plugins.sparql.algebra import translateGroupGraphPattern

        return _needs_of(translateGroupGraphPattern(expression.graph), graphs, alone=False)
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
    graphs: tuple[ox.NamedNode, ...],
) -> list[Need]:
    """A path needs what its steps need: https://www.w3.org/TR/sparql11-query/#propertypaths"""
    if not isinstance(predicate, Path):
        return [Triple((_place(subject), _place(predicate), _place(value)), graphs)]
    if isinstance(predicate, InvPath):
        return _needs_of_triple(value, predicate.arg, subject, graphs)
    if isinstance(predicate, SequencePath):
        between = [rdflib.BNode() for _ in predicate.args[1:]]
        steps = zip([subject, *between], predicate.args, [*between, value], strict=True)
        return [need for start, step, end in steps for need in _needs_of_triple(start, step, end, graphs)]
    if isinstance(predicate, AlternativePath):
        paths = [tuple(_needs_of_triple(subject, path, value, graphs)) for path in predicate.args]
        return [Either(tuple(paths))]
    if isinstance(predicate, MulPath) and not predicate.zero:
        first = _needs_of_triple(subject, predicate.path, rdflib.BNode(), graphs)
        return first + _needs_of_triple(rdflib.BNode(), predicate.path, value, graphs)
    return []


# --- a query that rdflib cannot read ---


def names_in(text: str, prefixes: Mapping[str, str]) -> Iterator[ox.NamedNode]:
    """The IRIs that must be in the data for an answer, found by tokens alone: rather too few than too many.

    What stands in brackets, in a group that need not match (OPTIONAL, MINUS, NOT EXISTS, SERVICE, UNION, VALUES) or
    beside a mark of a path or of a datatype is left out.
    """
    found = [token for token in tokens(text) if token.kind not in (Kind.SPACE, Kind.COMMENT)]
    known = dict(prefixes)
    needed: list[bool] = []
    for position, token in enumerate(found):
        before = found[position - 1] if position else token
        after = found[position + 1] if position + 1 < len(found) else token
        if before.text.upper() == "PREFIX" and after.kind is Kind.IRI:
            known[token.prefix] = after.text[1:-1]
        elif token.kind is Kind.MARK and token.text in "{(":
            group = token.text == "{" and _keyword(found, position) not in _OWN_GROUPS
            needed.append(group and (not needed or needed[-1]) and not _meets_union(found, position))
        elif token.kind is Kind.MARK and token.text in "})" and needed:
            needed.pop()
        elif needed and needed[-1] and not {before.text.upper(), after.text} & _BESIDE:
            yield from _named(token, known)


_OWN_GROUPS = frozenset({"OPTIONAL", "MINUS", "EXISTS", "UNION", "SERVICE", "VALUES"})
# Beside these, a name may be a step of a path that need not be taken, a datatype, a function, or that of a group.
_BESIDE = frozenset({*"^|*?!(,", "SERVICE", "SILENT", "GRAPH"})


def _keyword(found: Sequence[Token], opening: int) -> str:
    """What stands before a group, past the name or the variables that belong to its keyword."""
    position = opening - 1
    if position >= 0 and found[position].text == ")":
        while position > 0 and found[position].text != "(":
            position -= 1
        position -= 1
    elif position >= 0 and found[position].kind in (Kind.VARIABLE, Kind.IRI, Kind.NAME):
        position -= 1
    if position >= 0 and found[position].text.upper() == "SILENT":
        position -= 1
    return found[position].text.upper() if position >= 0 else ""


def _meets_union(found: Sequence[Token], opening: int) -> bool:
    """Whether the group that opens there is the first branch of a UNION."""
    depth = 0
    for position in range(opening, len(found)):
        token = found[position]
        if token.kind is Kind.MARK:
            depth += (token.text == "{") - (token.text == "}")
        if depth == 0:
            return position + 1 < len(found) and found[position + 1].text.upper() == "UNION"
    return False


def _named(token: Token, prefixes: Mapping[str, str]) -> Iterator[ox.NamedNode]:
    if token.kind is Kind.IRI and is_absolute_iri(token.text[1:-1]):
        yield ox.NamedNode(token.text[1:-1])
    elif token.kind is Kind.NAME and "\\" not in token.text and token.prefix in prefixes:
        yield ox.NamedNode(prefixes[token.prefix] + token.text.partition(":")[2])


# --- terms ---


def _place(term: Any) -> Place:  # noqa: ANN401
    return _term(term) if isinstance(term, rdflib.URIRef | rdflib.Literal) else str(term.n3())


def _term(term: Any) -> Term:  # noqa: ANN401
    return _iri(term) if isinstance(term, rdflib.URIRef) else _literal(term)


def _iri(iri: rdflib.URIRef) -> ox.NamedNode:
    return ox.NamedNode(str(iri))


def _literal(term: rdflib.Literal) -> ox.Literal:
    if term.language:
        return ox.Literal(str(term), language=term.language)
    if term.datatype:
        return ox.Literal(str(term), datatype=_iri(term.datatype))
    return ox.Literal(str(term))
