"""Reads a SPARQL query into its groups, by recursive descent over its tokens.

It follows the grammar of SPARQL 1.1 (https://www.w3.org/TR/sparql11-query/#sparqlGrammar) as far as `algebra` needs it.
In triples and expressions it looks only for variables and for the groups of EXISTS, and Oxigraph is asked whether the
whole text is valid.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import cycle, pairwise
from typing import NamedTuple

from rdfkit.errors import QueryError
from rdfkit.rdf.identifiers import prefix_map
from rdfkit.sparql.algebra import (
    Bind,
    Data,
    Element,
    Filter,
    GraphClause,
    Group,
    Minus,
    Optional,
    ParsedQuery,
    Service,
    Triples,
    Union,
    all_of,
)
from rdfkit.sparql.dialect.repair import check_syntax, repair
from rdfkit.sparql.dialect.structure import AGGREGATES
from rdfkit.sparql.query import QueryText
from rdfkit.sparql.syntax_errors import invalid, place_of
from rdfkit.sparql.token_cursor import TokenCursor
from rdfkit.sparql.tokens import TokenKind, declared_prefixes

_NONE: frozenset[str] = frozenset()
# The base, and the namespace of prefixes without a declaration, when a text is checked.
_SOME_IRI = "http://namespace.invalid/"
_RULES = frozenset({"implied-group-by", "shadowed-variable"})
_BETWEEN_TERMS = frozenset(".;,|/^*?!)]")
_IN_TRIPLES = _BETWEEN_TERMS | {"(", "[", "+", "-", "A", "TRUE", "FALSE"}
_ENDS_TRIPLES = frozenset({"{", "}", "FILTER", "BIND", "VALUES", "OPTIONAL", "MINUS", "GRAPH", "SERVICE"})
_DATA_VALUES = frozenset({TokenKind.NUMBER, TokenKind.STRING, TokenKind.NAME, TokenKind.IRI, TokenKind.WORD})
# What makes a subquery give fewer or other solutions than its group has.
_CUTTING = frozenset({"GROUP", "HAVING", "LIMIT", "OFFSET"})


def read_groups(text: str | QueryText) -> ParsedQuery:
    """The groups of a query. Raises QueryError, with line and column, for what is not SPARQL 1.1."""
    query = QueryText.of(text)
    # What is noticed here has its exact place; Oxigraph's is often some characters later.
    parsed = parse_groups(query)
    used = (token.prefix for token in query.significant if token.kind is TokenKind.NAME)
    # An endpoint may know a prefix that nobody has declared.
    prefixes = {**dict.fromkeys(used, _SOME_IRI), **prefix_map()}
    error = check_syntax(query.text, prefixes, _SOME_IRI, query.significant)
    if error is not None and not _breaks_only_rules(query.text, prefixes):
        raise invalid(query.text, place_of(error)) from error
    return parsed


def parse_groups(text: str | QueryText) -> ParsedQuery:
    """The groups of a query that is known to be valid.

    Of a text that is not, only what concerns its groups is noticed: that raises QueryError, with line and column.
    """
    tokens = TokenCursor(QueryText.of(text))
    base = None
    while tokens.next() in ("BASE", "PREFIX"):
        is_base = tokens.next() == "BASE"
        for _ in range(2 if is_base else 3):
            last = tokens.take()
        base = last.text if is_base else base
    prologue = tokens.text[: tokens.end] if tokens.at else ""
    declared = declared_prefixes(tokens.seen[: tokens.at])
    aggregates = _form(tokens)
    dataset = " ".join(_dataset_clauses(tokens))
    tokens.skip("WHERE")
    where = _group(tokens)
    is_grouped = not _modifiers(tokens).isdisjoint({"GROUP", "HAVING"}) or aggregates
    data = _data(tokens) if tokens.next() == "VALUES" else None
    if not tokens.is_at_end:
        tokens.fail()
    final = None if is_grouped else data
    return ParsedQuery(tokens.text, prologue, declared, base, dataset, where, final)


def _breaks_only_rules(text: str, prefixes: Mapping[str, str]) -> bool:
    """Whether a text has the form of SPARQL 1.1, though it breaks a rule about variables that Virtuoso does not have.

    In a SERVICE clause that is for its endpoint to say.
    """
    names = {one.name for one in repair(f"BASE <{_SOME_IRI}> {text}", prefixes).repairs}
    return bool(names) and names <= _RULES


class _Projection(NamedTuple):
    """What SELECT hands out: variables as they are (None for all) and computed ones. Whether it calls an aggregate."""

    kept: frozenset[str] | None
    computed: frozenset[str]
    aggregates: bool


def _form(tokens: TokenCursor) -> bool:
    """Reads what stands before the dataset clauses and the group. Says whether SELECT calls an aggregate."""
    form = tokens.next()
    if form == "SELECT":
        return _projection(tokens).aggregates
    tokens.expect("ASK", "CONSTRUCT", "DESCRIBE")
    while form == "DESCRIBE" and not tokens.is_at_end and tokens.next() in ("", "*"):
        tokens.take()
    starts = {"CONSTRUCT": ("{",), "DESCRIBE": ("FROM", "WHERE", "{")}.get(form)
    if starts is not None and tokens.next() not in starts:
        raise QueryError("a query without a group has no SERVICE clause", expected="WHERE { … }")
    while form == "CONSTRUCT" and not tokens.skip("}"):
        tokens.take()
    return False


def _dataset_clauses(tokens: TokenCursor) -> Iterator[str]:
    while tokens.next() == "FROM":
        start = tokens.take().start
        tokens.skip("NAMED")
        tokens.take()
        yield tokens.text[start : tokens.end]


def _projection(tokens: TokenCursor) -> _Projection:
    first = tokens.at
    tokens.expect("SELECT")
    kept: set[str] = set()
    computed: set[str] = set()
    has_all = False
    while tokens.next() not in ("WHERE", "FROM", "{"):
        if tokens.next() == "(":
            _parentheses(tokens)
            computed.add(tokens.seen[tokens.at - 2].text[1:])
        elif tokens.next() == "*":
            has_all = True
            tokens.take()
        elif (token := tokens.take()).kind is TokenKind.VARIABLE:
            kept.add(token.text[1:])
    aggregates = any(
        token.kind is TokenKind.WORD and token.text.upper() in AGGREGATES and after.text == "("
        for token, after in pairwise(tokens.seen[first : tokens.at])
    )
    return _Projection(None if has_all else frozenset(kept), frozenset(computed), aggregates)


def _modifiers(tokens: TokenCursor) -> frozenset[str]:
    """Reads up to VALUES or to the end of the query. Gives the keywords that stand there outside of brackets."""
    words: set[str] = set()
    while not tokens.is_at_end and (word := tokens.next()) not in ("VALUES", "}"):
        if word == "(":
            _parentheses(tokens)
        elif word == "{":
            _group(tokens)
        else:
            words.add(word)
            tokens.take()
    return frozenset(words)


def _group(tokens: TokenCursor) -> Group:
    start = tokens.expect("{").start
    if tokens.next() == "SELECT":
        return _subquery(tokens, start)
    elements: list[Element] = []
    while tokens.next() != "}":
        elements.append(_element(tokens))
        tokens.skip(".")
    return Group(tuple(elements), start, tokens.take().end)


def _subquery(tokens: TokenCursor, start: int) -> Group:
    select = _projection(tokens)
    tokens.skip("WHERE")
    first = tokens.at
    group = _group(tokens)
    inside = Union(group.start, group.end, group.variables, group.certain, tokens.variables(first), (group,))
    is_plain = _modifiers(tokens).isdisjoint(_CUTTING) and not select.aggregates
    data = _data(tokens) if tokens.next() == "VALUES" else None
    # A VALUES block is joined after grouping, so it says nothing of what is grouped.
    elements = (inside, data) if data is not None and is_plain else (inside,)
    kept = all_of(element.variables for element in elements) if select.kept is None else select.kept
    end = tokens.expect("}").end
    return Group(elements, start, end, kept | select.computed, kept, is_plain)


def _element(tokens: TokenCursor) -> Element:
    match tokens.next():
        case "FILTER":
            return _filter(tokens)
        case "BIND":
            return _bind(tokens)
        case "VALUES":
            return _data(tokens)
        case "{":
            return _union(tokens)
        case "OPTIONAL" | "MINUS" | "GRAPH" | "SERVICE" as keyword:
            return _clause(tokens, keyword)
    return _triples(tokens)


def _triples(tokens: TokenCursor) -> Triples:
    first = tokens.at
    if tokens.next() in _BETWEEN_TERMS:
        tokens.fail()
    depth = 0
    while (word := tokens.next()) not in _ENDS_TRIPLES:
        depth += (word in ("(", "[")) - (word in (")", "]"))
        if depth < 0 or (word and word not in _IN_TRIPLES):
            tokens.fail()
        tokens.take()
    variables = tokens.variables(first)
    return Triples(tokens.seen[first].start, tokens.end, variables, variables, variables)


def _filter(tokens: TokenCursor) -> Filter:
    first = tokens.at
    while tokens.next() not in ("(", "{"):
        tokens.take()
    groups = (_group(tokens),) if tokens.next() == "{" else _parentheses(tokens)
    return Filter(tokens.seen[first].start, tokens.end, mentioned=tokens.variables(first), groups=groups)


def _bind(tokens: TokenCursor) -> Bind:
    start, first = tokens.expect("BIND").start, tokens.at
    groups = _parentheses(tokens)
    # The variable is the last before the closing bracket.
    variable, expression = tokens.variables(tokens.at - 2), tokens.variables(first, tokens.at - 2)
    return Bind(start, tokens.end, variable, _NONE, expression, groups)


def _union(tokens: TokenCursor) -> Union:
    first = tokens.at
    groups = [_group(tokens)]
    while tokens.skip("UNION"):
        groups.append(_group(tokens))
    return Union(
        tokens.seen[first].start,
        tokens.end,
        all_of(group.variables for group in groups),
        frozenset.intersection(*(group.certain for group in groups)),
        tokens.variables(first),
        tuple(groups),
    )


def _clause(tokens: TokenCursor, keyword: str) -> Element:
    """OPTIONAL, MINUS, GRAPH or SERVICE: a keyword, perhaps a name, and a group."""
    first = tokens.at
    tokens.take()
    silent = keyword == "SERVICE" and tokens.skip("SILENT")
    name = tokens.take().text if keyword in ("GRAPH", "SERVICE") else ""
    own = tokens.variables(tokens.at - 1)
    opening = tokens.at
    group = _group(tokens)
    start, end, mentioned = tokens.seen[first].start, tokens.end, tokens.variables(first)
    match keyword:
        case "OPTIONAL":
            return Optional(start, end, group.variables, _NONE, mentioned, (group,))
        case "MINUS":
            return Minus(start, end, _NONE, _NONE, mentioned, (group,))
        case "GRAPH":
            variables, certain = group.variables | own, group.certain | own
            return GraphClause(start, end, variables, certain, mentioned, (group,), name)
    certain = _NONE if silent else group.certain
    prefixes = tokens.prefixes(opening)
    return Service(start, end, group.variables, certain, mentioned, (group,), name, silent, prefixes)


def _data(tokens: TokenCursor) -> Data:
    """A VALUES block; a variable is certain when no row leaves it open."""
    first = tokens.at
    tokens.expect("VALUES")
    while tokens.next() != "{":
        tokens.take()
    opening = tokens.at
    names = [token.text[1:] for token in tokens.seen[first:opening] if token.kind is TokenKind.VARIABLE]
    while not tokens.skip("}"):
        tokens.take()
    values = (
        token
        for before, token in pairwise(tokens.seen[opening : tokens.at])
        if token.kind in _DATA_VALUES and before.text != "^"
    )
    unbound = {name for name, value in zip(cycle(names), values) if value.text.upper() == "UNDEF"}
    variables = frozenset(names)
    return Data(tokens.seen[first].start, tokens.end, variables, variables - unbound, variables)


def _parentheses(tokens: TokenCursor) -> tuple[Group, ...]:
    """Reads an expression in parentheses. Gives the groups of EXISTS in it."""
    tokens.expect("(")
    groups: list[Group] = []
    depth = 1
    while depth:
        tokens.split_less_than()
        word = tokens.next()
        if word == "{":
            groups.append(_group(tokens))
        else:
            depth += (word == "(") - (word == ")")
            tokens.take()
    return tuple(groups)
