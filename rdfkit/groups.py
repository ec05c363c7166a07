"""Reads a SPARQL query into its groups, by recursive descent over its tokens.

It follows the grammar of SPARQL 1.1 (https://www.w3.org/TR/sparql11-query/#sparqlGrammar) as far as `algebra` needs it.
In triples and expressions it looks only for variables and for the groups of EXISTS. Oxigraph is asked first whether the
whole text is valid.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import cycle, pairwise
from typing import NamedTuple, NoReturn

from rdfkit.algebra import (
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
from rdfkit.dialect.repair import check_syntax
from rdfkit.dialect.structure import AGGREGATES
from rdfkit.errors import QueryError
from rdfkit.sparql_tokens import Kind, Token, significant_tokens

_NONE: frozenset[str] = frozenset()
_PLACE = re.compile(r"error at ([0-9]+):([0-9]+): ")
# Stands for the namespace of every prefix and for the base, so that a text without them can be checked.
_SOME_IRI = "http://namespace.invalid/"
_MARKS = frozenset("{}()[].;,<>=!&|+-*/^?")
_BETWEEN_TERMS = frozenset(".;,|/^*?!)]")
_IN_TRIPLES = _BETWEEN_TERMS | {"(", "[", "+", "-", "A", "TRUE", "FALSE"}
_ENDS_TRIPLES = frozenset({"{", "}", "FILTER", "BIND", "VALUES", "OPTIONAL", "MINUS", "GRAPH", "SERVICE"})
# After a value an expression has no IRI, so `<` means "less than" there.
_TERMS = frozenset({Kind.VARIABLE, Kind.NUMBER, Kind.STRING, Kind.NAME, Kind.IRI, Kind.LANGUAGE})
_ENDS_VALUE = frozenset({")", "}", "TRUE", "FALSE"})
_DATA_VALUES = frozenset({Kind.NUMBER, Kind.STRING, Kind.NAME, Kind.IRI, Kind.WORD})
_GROUPING = frozenset({"GROUP", "HAVING"})
# What makes a subquery give fewer or other solutions than its group has.
_CUTTING = _GROUPING | {"LIMIT", "OFFSET"}


def read_groups(text: str) -> ParsedQuery:
    """The groups of a query. Raises QueryError, with line and column, for what is not SPARQL 1.1."""
    prefixes = {token.prefix: _SOME_IRI for token in significant_tokens(text) if token.kind is Kind.NAME}
    error = check_syntax(text, prefixes, _SOME_IRI)
    if error is not None:
        place = _PLACE.match(error.msg)
        raise _invalid(text, *((int(place[1]), int(place[2])) if place else (None, None))) from error
    return parse_groups(text)


def parse_groups(text: str) -> ParsedQuery:
    """The groups of a query that is known to be valid.

    Of a text that is not, only what concerns its groups is noticed: that raises QueryError, with line and column.
    """
    return _Parser(text).query()


def _invalid(text: str, line: int | None, column: int | None) -> QueryError:
    shown = text.split("\n")[line - 1].strip() if line else None
    return QueryError(
        "not valid SPARQL: the mistake is here or shortly before", line=line, column=column, value=shown
    )


class _Projection(NamedTuple):
    """What SELECT hands out: variables as they are (None for all) and computed ones. Whether it calls an aggregate."""

    kept: frozenset[str] | None
    computed: frozenset[str]
    aggregates: bool


class _Parser:
    """The tokens of one query, and how many of them have been read."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = list(significant_tokens(text))
        self._at = 0

    def query(self) -> ParsedQuery:
        """The whole text as a query."""
        while self._next() in ("BASE", "PREFIX"):
            for _ in range(2 if self._next() == "BASE" else 3):
                self._take()
        prologue = self._text[: self._end()] if self._at else ""
        aggregates = self._form()
        dataset = " ".join(self._dataset_clauses())
        self._skip("WHERE")
        if self._next() != "{":
            raise _without_group()
        where = self._group()
        is_grouped = bool(self._modifiers() & _GROUPING) or aggregates
        data = self._data() if self._next() == "VALUES" else None
        if self._at < len(self._tokens):
            self._fail()
        # As in subqueries.
        return ParsedQuery(self._text, prologue, dataset, where, None if is_grouped else data)

    def _form(self) -> bool:
        """Reads what stands before the dataset clauses and the group. Says whether SELECT calls an aggregate."""
        form = self._next()
        if form == "SELECT":
            return self._projection().aggregates
        self._expect("ASK", "CONSTRUCT", "DESCRIBE")
        if form == "CONSTRUCT":
            if not self._skip("{"):
                raise _without_group()
            while not self._skip("}"):
                self._take()
        while form == "DESCRIBE" and self._at < len(self._tokens) and self._next() in ("", "*"):
            self._take()
        return False

    def _dataset_clauses(self) -> Iterator[str]:
        while self._next() == "FROM":
            start = self._take().start
            self._skip("NAMED")
            self._take()
            yield self._text[start : self._end()]

    def _projection(self) -> _Projection:
        first = self._at
        self._expect("SELECT")
        kept: set[str] = set()
        computed: set[str] = set()
        has_all = False
        while self._next() not in ("WHERE", "FROM", "{"):
            if self._next() == "(":
                self._parentheses()
                computed.add(self._tokens[self._at - 2].text[1:])
            elif self._next() == "*":
                has_all = True
                self._take()
            elif (token := self._take()).kind is Kind.VARIABLE:
                kept.add(token.text[1:])
        aggregates = any(
            token.kind is Kind.WORD and token.text.upper() in AGGREGATES and after.text == "("
            for token, after in pairwise(self._tokens[first : self._at])
        )
        return _Projection(None if has_all else frozenset(kept), frozenset(computed), aggregates)

    def _modifiers(self) -> frozenset[str]:
        """Reads up to VALUES or to the end of the query. Gives the keywords that stand there outside of brackets."""
        words: set[str] = set()
        while self._at < len(self._tokens) and (word := self._next()) not in ("VALUES", "}"):
            if word == "(":
                self._parentheses()
            elif word == "{":
                self._group()
            else:
                words.add(word)
                self._take()
        return frozenset(words)

    # --- groups and their elements ---

    def _group(self) -> Group:
        start = self._expect("{").start
        if self._next() == "SELECT":
            return self._subquery(start)
        elements: list[Element] = []
        while self._next() != "}":
            elements.append(self._element())
            self._skip(".")
        return Group(tuple(elements), start, self._take().end)

    def _subquery(self, start: int) -> Group:
        select = self._projection()
        self._skip("WHERE")
        first = self._at
        group = self._group()
        inside = Union(
            group.start, group.end, group.variables, group.certain, self._variables(first), (group,)
        )
        is_plain = not self._modifiers() & _CUTTING and not select.aggregates
        data = self._data() if self._next() == "VALUES" else None
        # A VALUES block is joined after grouping, so it says nothing of what is grouped.
        elements = (inside, data) if data is not None and is_plain else (inside,)
        kept = all_of(element.variables for element in elements) if select.kept is None else select.kept
        end = self._expect("}").end
        return Group(elements, start, end, kept | select.computed, kept, is_plain)

    def _element(self) -> Element:
        match self._next():
            case "FILTER":
                return self._filter()
            case "BIND":
                return self._bind()
            case "VALUES":
                return self._data()
            case "{":
                return self._union()
            case "OPTIONAL" | "MINUS" | "GRAPH" | "SERVICE" as keyword:
                return self._clause(keyword)
        return self._triples()

    def _triples(self) -> Triples:
        first = self._at
        if self._next() in _BETWEEN_TERMS or self._at == len(self._tokens):
            self._fail()
        while (word := self._next()) not in _ENDS_TRIPLES:
            if word and word not in _IN_TRIPLES:
                self._fail()
            self._take()
        variables = self._variables(first)
        return Triples(self._tokens[first].start, self._end(), variables, variables, variables)

    def _filter(self) -> Filter:
        first = self._at
        while self._next() not in ("(", "{"):
            self._take()
        groups = (self._group(),) if self._next() == "{" else self._parentheses()
        return Filter(self._tokens[first].start, self._end(), mentioned=self._variables(first), groups=groups)

    def _bind(self) -> Bind:
        first = self._at
        self._expect("BIND")
        groups = self._parentheses()
        variable = frozenset({self._tokens[self._at - 2].text[1:]})
        expression = self._variables(first, self._at - 2)
        return Bind(self._tokens[first].start, self._end(), variable, _NONE, expression, groups)

    def _union(self) -> Union:
        first = self._at
        groups = [self._group()]
        while self._skip("UNION"):
            groups.append(self._group())
        return Union(
            self._tokens[first].start,
            self._end(),
            all_of(group.variables for group in groups),
            frozenset.intersection(*(group.certain for group in groups)),
            self._variables(first),
            tuple(groups),
        )

    def _clause(self, keyword: str) -> Element:
        """OPTIONAL, MINUS, GRAPH or SERVICE: a keyword, perhaps a name, and a group."""
        first = self._at
        self._take()
        silent = keyword == "SERVICE" and self._skip("SILENT")
        name = self._take().text if keyword in ("GRAPH", "SERVICE") else ""
        own = self._variables(self._at - 1)
        group = self._group()
        start, end, mentioned = self._tokens[first].start, self._end(), self._variables(first)
        match keyword:
            case "OPTIONAL":
                return Optional(start, end, group.variables, _NONE, mentioned, (group,))
            case "MINUS":
                return Minus(start, end, _NONE, _NONE, mentioned, (group,))
            case "GRAPH":
                variables, certain = group.variables | own, group.certain | own
                return GraphClause(start, end, variables, certain, mentioned, (group,), name)
        certain = _NONE if silent else group.certain
        return Service(start, end, group.variables, certain, mentioned, (group,), name, silent)

    def _data(self) -> Data:
        """A VALUES block; a variable is certain when no row leaves it open."""
        first = self._at
        self._expect("VALUES")
        while self._next() != "{":
            self._take()
        opening = self._at
        names = [token.text[1:] for token in self._tokens[first:opening] if token.kind is Kind.VARIABLE]
        while not self._skip("}"):
            self._take()
        values = (
            token
            for before, token in pairwise(self._tokens[opening : self._at])
            if token.kind in _DATA_VALUES and before.text != "^"
        )
        unbound = {name for name, value in zip(cycle(names), values) if value.text.upper() == "UNDEF"}
        variables = frozenset(names)
        return Data(self._tokens[first].start, self._end(), variables, variables - unbound, variables)

    def _parentheses(self) -> tuple[Group, ...]:
        """Reads an expression in parentheses. Gives the groups of EXISTS in it."""
        self._expect("(")
        groups: list[Group] = []
        depth = 1
        while depth:
            self._split_less_than()
            word = self._next()
            if word == "{":
                groups.append(self._group())
            else:
                depth += (word == "(") - (word == ")")
                self._take()
        return tuple(groups)

    # --- tokens ---

    def _next(self) -> str:
        """The next token if it is a mark or a keyword, in capitals; nothing for others and at the end."""
        if self._at == len(self._tokens):
            return ""
        token = self._tokens[self._at]
        if token.kind is Kind.MARK and token.text not in _MARKS:
            self._fail()
        return token.text.upper() if token.kind in (Kind.WORD, Kind.MARK) else ""

    def _take(self) -> Token:
        if self._at == len(self._tokens):
            self._fail()
        self._at += 1
        return self._tokens[self._at - 1]

    def _skip(self, word: str) -> bool:
        found = self._next() == word
        self._at += found
        return found

    def _expect(self, *words: str) -> Token:
        if self._next() not in words:
            self._fail()
        return self._take()

    def _split_less_than(self) -> None:
        """Where `<` in an expression begins no IRI, as in `?a<?b&&?c>?d`, it becomes a token of its own."""
        token, before = self._tokens[self._at : self._at + 1], self._tokens[self._at - 1]
        follows_value = before.kind in _TERMS or before.text.upper() in _ENDS_VALUE
        if token and token[0].kind is Kind.IRI and follows_value:
            start = token[0].start
            rest = significant_tokens(self._text[start + 1 :])
            self._tokens[self._at :] = [
                Token(Kind.MARK, "<", start),
                *(replace(one, start=one.start + start + 1) for one in rest),
            ]

    def _end(self) -> int:
        """Where the token ends that was read last."""
        return self._tokens[self._at - 1].end

    def _variables(self, first: int, last: int | None = None) -> frozenset[str]:
        """The variables from the token at `first` on, up to `last` or to what was read last."""
        found = self._tokens[first : self._at if last is None else last]
        return frozenset(token.text[1:] for token in found if token.kind is Kind.VARIABLE)

    def _fail(self) -> NoReturn:
        end = Token(Kind.SPACE, "", len(self._text))
        raise _invalid(self._text, *[*self._tokens[self._at :], end][0].place_in(self._text))


def _without_group() -> QueryError:
    return QueryError("a query without a group has no SERVICE clause", expected="WHERE { … }")
