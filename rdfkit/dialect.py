"""Virtuoso's looser dialect of SPARQL, repaired: what the endpoint of WikiPathways takes becomes SPARQL 1.1.

The standard comes first: a text that runs is never changed, and a text that no repair makes run stays as it is.
Between the two, every repair whose form occurs is applied, and each has a name. The forms are those of the
public queries of WikiPathways, and what each means was measured on Virtuoso 7.2:

- an expression in SELECT needs neither parentheses nor a name (Virtuoso calls it callret-0, by its column);
- commas may stand between the columns of SELECT and of ORDER BY;
- beside an aggregate, without GROUP BY, the variables that SELECT or ORDER BY use outside of aggregates are grouped
  by: the variables, not the expressions around them;
- a column may have the name of a variable: `(str(?title) AS ?title)`, `(str(?label) AS ?gene)`;
- `group_concat(?x, ',')` is `GROUP_CONCAT(?x; separator=',')`;
- XPath functions read IRIs as text: `fn:substring(?iri, 37)`;
- some prefixes need no declaration;
- instructions to Virtuoso stand before the query: `DEFINE sql:select-option "order"`.

Repairs work on the tokens of a text, so strings, comments and IRIs stay as they are.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

import pyoxigraph as ox

from rdfkit import resources
from rdfkit.sparql_tokens import (
    Token,
    TokenKind,
    calls_service,
    declared_prefixes,
    iri_of,
    significant_tokens,
    undeclared_name,
)

_AGGREGATES = frozenset({"COUNT", "SUM", "MIN", "MAX", "AVG", "SAMPLE", "GROUP_CONCAT"})
_XPATH = ("http://www.w3.org/2005/xpath-functions#", "http://www.w3.org/2005/xpath-functions/#")
_OPENING = {"(": ")", "{": "}", "[": "]"}
_OPERATORS = frozenset("+-*/=!<>&|")
_AFTER_PROJECTION = frozenset({"WHERE", "FROM"})
_MODIFIERS = frozenset({"GROUP", "HAVING", "ORDER", "LIMIT", "OFFSET", "VALUES"})


@dataclass(frozen=True, slots=True)
class Repair:
    """One change that was made: `name` for programs, `sentence` for people."""

    name: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Repaired:
    """A query after repair, and what was done to it, in the order in which it was done."""

    text: str
    repairs: tuple[Repair, ...]


def repair(text: str, prefixes: Mapping[str, str], tokens: Sequence[Token] | None = None) -> Repaired:
    """A query as SPARQL 1.1. `prefixes` (prefix → IRI) need no declaration; `tokens` are the significant ones of the
    text, if they are known.

    The text comes back unchanged and without repairs when it is SPARQL 1.1 already, and when no repair makes it so.
    Any text will do. Nothing is fetched from the network.
    """
    query, done = _Query(text, tokens), []
    if _runs(query, prefixes):
        return Repaired(text, ())
    for name, find in _REPAIRS:
        found = find(query, prefixes)
        if found.edits:
            query = _Query(_edited(query.text, found.edits))
            done.append(Repair(name, found.sentence))
    if not done or not _runs(query, prefixes):
        return Repaired(text, ())
    return Repaired(query.text, tuple(done))


def has_aggregates(tokens: Sequence[Token]) -> bool:
    """Whether a query of these significant tokens calls an aggregate anywhere: COUNT, SUM, ..."""
    query = _Query("", tokens)
    return query.aggregates(0, len(query.tokens) - 1)


@dataclass(frozen=True, slots=True, order=True)
class _Edit:
    """`text` in place of the characters from `start` to `end`."""

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class _Found:
    """What a repair would change, and how it says so."""

    edits: list[_Edit]
    sentence: str


@dataclass(frozen=True, slots=True)
class _Column:
    """One column of SELECT, as positions of tokens: its expression from `first` to `last`, and its name if it has one.

    `bare` says that expression and name stand without parentheses around them.
    """

    first: int
    last: int
    name: int | None
    bare: bool


@dataclass(frozen=True, slots=True)
class _Select:
    """One SELECT, as positions of tokens: the keyword, its columns, the group `{ … }` and the end of its modifiers."""

    keyword: int
    columns: tuple[_Column, ...]
    commas: tuple[int, ...]
    opening: int
    closing: int
    end: int


class _Query:
    """A text with its tokens, but for white space and comments, and the brackets among them paired."""

    def __init__(self, text: str, tokens: Sequence[Token] | None = None) -> None:
        self.text = text
        self.tokens = list(significant_tokens(text)) if tokens is None else tokens

    @cached_property
    def partners(self) -> dict[int, int]:
        """Opening bracket → closing bracket, where they match."""
        pairs: dict[int, int] = {}
        opened: list[int] = []
        for position, token in enumerate(self.tokens):
            if token.kind is not TokenKind.MARK:
                continue
            if token.text in _OPENING:
                opened.append(position)
            elif token.text in _OPENING.values():
                if opened and _OPENING[self.tokens[opened[-1]].text] == token.text:
                    pairs[opened.pop()] = position
                else:
                    opened.clear()
        return pairs

    @cached_property
    def selects(self) -> list[_Select]:
        """Every SELECT whose columns and group can be made out."""
        found = (
            self._select(position) for position in range(len(self.tokens)) if self.is_word(position, "SELECT")
        )
        return [select for select in found if select is not None]

    def is_word(self, position: int, *words: str) -> bool:
        """Whether one of these keywords stands there."""
        token = self._at(position)
        return token is not None and token.kind is TokenKind.WORD and token.text.upper() in words

    def is_mark(self, position: int, *marks: str) -> bool:
        """Whether one of these marks stands there."""
        token = self._at(position)
        return token is not None and token.kind is TokenKind.MARK and token.text in marks

    def shown(self, first: int, last: int) -> str:
        """The text from one token to another on one line."""
        return " ".join(self.text[self.tokens[first].start : self.tokens[last].end].split())

    def is_aggregate(self, position: int) -> bool:
        """Whether the call of an aggregate begins there."""
        return self.is_word(position, *_AGGREGATES) and self.is_mark(position + 1, "(")

    def variables(self, first: int, last: int) -> Iterator[int]:
        """The variables between two positions that stand outside of aggregates."""
        position = first
        while position <= last:
            if self.is_aggregate(position):
                position = self.partners.get(position + 1, position)
            elif self.tokens[position].kind is TokenKind.VARIABLE:
                yield position
            position += 1

    def aggregates(self, first: int, last: int) -> bool:
        """Whether an aggregate is called between two positions."""
        return any(self.is_aggregate(position) for position in range(first, last + 1))

    def arguments(self, opening: int) -> list[tuple[int, int]]:
        """First and last position of each argument of the call whose bracket opens there; none where one is empty."""
        parts: list[tuple[int, int]] = []
        first = position = opening + 1
        closing = self.partners[opening]
        while position <= closing:
            if position == closing or self.is_mark(position, ","):
                if first == position:
                    return []
                parts.append((first, position - 1))
                first = position + 1
            position = self.partners.get(position, position) + 1
        return parts

    def _at(self, position: int) -> Token | None:
        return self.tokens[position] if 0 <= position < len(self.tokens) else None

    def _select(self, keyword: int) -> _Select | None:
        position = keyword + 1
        if self.is_word(position, "DISTINCT", "REDUCED"):
            position += 1
        columns: list[_Column] = []
        commas: list[int] = []
        while not (self.is_word(position, *_AFTER_PROJECTION) or self.is_mark(position, "{")):
            if columns and self.is_mark(position, ","):
                commas.append(position)
                position += 1
            column = self._column(position)
            if column is None:
                return None
            columns.append(column)
            position = self._end_of(column) + 1
        while position < len(self.tokens) and not self.is_mark(position, "{"):
            position += 1
        if position not in self.partners:
            return None
        closing = self.partners[position]
        return _Select(
            keyword, tuple(columns), tuple(commas), position, closing, self._end_of_modifiers(closing)
        )

    def _end_of_modifiers(self, closing: int) -> int:
        position = closing + 1
        while position < len(self.tokens) and not self.is_mark(position, "}"):
            position = self.partners.get(position, position) + 1
        return position - 1

    def _column(self, first: int) -> _Column | None:
        last = self._expression(first)
        if last is None:
            return None
        if self.is_word(last + 1, "AS") and self._is_variable(last + 2):
            return _Column(first, last, last + 2, bare=True)
        inner = (
            self.partners[first] if self.is_mark(first, "(") and self.partners.get(first) == last else None
        )
        if inner is not None and self.is_word(inner - 2, "AS") and self._is_variable(inner - 1):
            return _Column(first + 1, inner - 3, inner - 1, bare=False)
        return _Column(first, last, None, bare=True)

    def _end_of(self, column: _Column) -> int:
        if column.name is None:
            return column.last
        return column.name if column.bare else column.name + 1

    def _is_variable(self, position: int) -> bool:
        token = self._at(position)
        return token is not None and token.kind is TokenKind.VARIABLE

    def _expression(self, first: int) -> int | None:
        """Where the expression ends that begins there."""
        last = self._operand(first)
        while last is not None and self.is_mark(last + 1, *_OPERATORS):
            position = last + 1
            while self.is_mark(position, *_OPERATORS):
                position += 1
            last = self._operand(position)
        return last

    def _operand(self, position: int) -> int | None:
        while self.is_mark(position, "!", "-", "+"):
            position += 1
        token = self._at(position)
        if token is None:
            return None
        if self.is_mark(position, "("):
            return self.partners.get(position)
        if token.kind in (TokenKind.WORD, TokenKind.NAME, TokenKind.IRI) and self.is_mark(position + 1, "("):
            return self.partners.get(position + 1)
        if token.kind is TokenKind.STRING:
            return self._end_of_literal(position)
        constant = token.kind in (TokenKind.VARIABLE, TokenKind.NUMBER, TokenKind.NAME, TokenKind.IRI)
        return position if constant or self.is_word(position, "TRUE", "FALSE") else None

    def _end_of_literal(self, position: int) -> int:
        after = self._at(position + 1)
        if after is not None and after.kind is TokenKind.LANGUAGE:
            return position + 1
        return (
            position + 3 if self.is_mark(position + 1, "^") and self.is_mark(position + 2, "^") else position
        )


def _pragmas(query: _Query, prefixes: Mapping[str, str]) -> _Found:
    edits: list[_Edit] = []
    shown: list[str] = []
    position = 0
    while query.is_word(position, "DEFINE") and position + 2 < len(query.tokens):
        edits.append(_Edit(query.tokens[position].start, query.tokens[position + 2].end, ""))
        shown.append(query.shown(position, position + 2))
        position += 3
    return _Found(edits, f"left out instructions to Virtuoso: {', '.join(shown)}")


def _xpath_functions(query: _Query, prefixes: Mapping[str, str]) -> _Found:
    edits: list[_Edit] = []
    names: dict[str, str] = {}
    known = {"fn": _XPATH[0], **prefixes, **declared_prefixes(query.tokens)}
    for position, token in enumerate(query.tokens):
        function = _table()["functions"].get(_xpath_name(token, known))
        if function is None or not query.is_mark(position + 1, "(") or position + 1 not in query.partners:
            continue
        arguments = query.arguments(position + 1)
        edits.append(_Edit(token.start, token.end, function["call"]))
        for first, last in {"all": arguments, "first": arguments[:1], "none": []}[function["text"]]:
            edits.append(_Edit(query.tokens[first].start, query.tokens[first].start, "STR("))
            edits.append(_Edit(query.tokens[last].end, query.tokens[last].end, ")"))
        names[token.text] = function["call"]
    shown = ", ".join(f"{name} is {call}" for name, call in names.items())
    return _Found(edits, f"made XPath functions SPARQL's own, on the text of their arguments: {shown}")


def _xpath_name(token: Token, prefixes: Mapping[str, str]) -> str:
    """The name of an XPath function after its namespace; empty when the token is none."""
    iri = iri_of(token, prefixes) or ""
    return next((iri.removeprefix(start) for start in _XPATH if iri.startswith(start)), "")


def _group_concat_separators(query: _Query, prefixes: Mapping[str, str]) -> _Found:
    edits = []
    for position in range(len(query.tokens)):
        if query.is_word(position, "GROUP_CONCAT") and position + 1 in query.partners:
            arguments = query.arguments(position + 1)
            if len(arguments) == 2 and query.tokens[arguments[1][0]].kind is TokenKind.STRING:
                first = arguments[0][0] + query.is_word(arguments[0][0], "DISTINCT")
                start, comma = query.tokens[first].start, query.tokens[arguments[1][0] - 1]
                edits += [_Edit(start, start, " STR("), _Edit(comma.start, comma.end, ") ; separator = ")]
    return _Found(edits, "GROUP_CONCAT joins texts, and its second argument became the separator")


def _projection_commas(query: _Query, prefixes: Mapping[str, str]) -> _Found:
    commas = [query.tokens[comma] for select in query.selects for comma in select.commas]
    edits = [_Edit(comma.start, comma.end, " ") for comma in commas]
    return _Found(edits, "left out the commas between the columns of SELECT")


def _order_by_commas(query: _Query, prefixes: Mapping[str, str]) -> _Found:
    commas = [query.tokens[comma] for select in query.selects for comma in _marks_in_order_by(query, select)]
    edits = [_Edit(comma.start, comma.end, " ") for comma in commas]
    return _Found(edits, "left out the commas in ORDER BY")


def _marks_in_order_by(query: _Query, select: _Select) -> Iterator[int]:
    first, last = _order_by(query, select)
    position = first
    while position <= last:
        if query.is_mark(position, ","):
            yield position
        position = query.partners.get(position, position) + 1


def _projection_parentheses(query: _Query, prefixes: Mapping[str, str]) -> _Found:
    edits: list[_Edit] = []
    shown: list[str] = []
    for select in query.selects:
        for column in select.columns:
            if column.bare and column.name is not None:
                start, end = query.tokens[column.first].start, query.tokens[column.name].end
                edits += [_Edit(start, start, " ("), _Edit(end, end, ") ")]
                shown.append(query.shown(column.first, column.name))
    return _Found(edits, f"put parentheses around {', '.join(shown)}")


def _projection_names(query: _Query, prefixes: Mapping[str, str]) -> _Found:
    edits: list[_Edit] = []
    shown: list[str] = []
    taken = {token.text[1:] for token in query.tokens if token.kind is TokenKind.VARIABLE}
    for select in query.selects:
        for number, column in enumerate(select.columns):
            first, last = query.tokens[column.first], query.tokens[column.last]
            if column.name is not None or (column.first == column.last and first.kind is TokenKind.VARIABLE):
                continue
            if _is_variable_in_brackets(query, column):
                edits += [_Edit(first.start, first.end, " "), _Edit(last.start, last.end, " ")]
                shown.append(query.shown(column.first + 1, column.last - 1))
                continue
            name = _fresh(f"callret_{number}", taken)
            edits += [_Edit(first.start, first.start, " ("), _Edit(last.end, last.end, f" AS ?{name}) ")]
            shown.append(f"{query.shown(column.first, column.last)} is ?{name}")
    return _Found(edits, f"gave columns without a name one: {', '.join(shown)}")


def _is_variable_in_brackets(query: _Query, column: _Column) -> bool:
    inside = query.tokens[column.first + 1 : column.last]
    return query.is_mark(column.first, "(") and len(inside) == 1 and inside[0].kind is TokenKind.VARIABLE


def _shadowed_variables(query: _Query, prefixes: Mapping[str, str]) -> _Found:
    edits: set[_Edit] = set()
    shown: list[str] = []
    taken = {token.text[1:] for token in query.tokens if token.kind is TokenKind.VARIABLE}
    for select in query.selects:
        aliases = {column.name for column in select.columns if column.name is not None}
        order, last = _order_by(query, select)
        for number in range(len(select.columns)):
            name = _shadowed(query, select, number)
            if name is None:
                continue
            fresh = _fresh(f"{name}_", taken)
            # The columns after this one and ORDER BY mean the column by this name, not the variable.
            after = {
                position
                for other in select.columns[number + 1 :]
                for position in query.variables(other.first, other.last)
            }
            inside = (
                set(range(select.keyword, select.end + 1)) - set(range(order, last + 1)) - aliases - after
            )
            edits |= {
                _Edit(token.start + 1, token.end, fresh)
                for token in (query.tokens[position] for position in inside)
                if token.kind is TokenKind.VARIABLE and token.text[1:] == name
            }
            shown.append(f"?{name} is ?{fresh}")
    return _Found(sorted(edits), f"renamed variables whose name is that of a column: {', '.join(shown)}")


def _shadowed(query: _Query, select: _Select, number: int) -> str | None:
    """The name of a column when a variable of that name is in scope: https://www.w3.org/TR/sparql11-query/#variableScope"""
    column = select.columns[number]
    if column.name is None:
        return None
    name = query.tokens[column.name].text[1:]
    places = [
        position for one in select.columns[: number + 1] for position in query.variables(one.first, one.last)
    ]
    if _groups(query, select):
        places += query.variables(*_clause(query, select, "GROUP"))
    else:
        places += query.variables(select.opening, select.closing)
    return name if any(query.tokens[position].text[1:] == name for position in places) else None


def _groups(query: _Query, select: _Select) -> bool:
    """Whether the rows of a SELECT are groups, said or implied."""
    return any(query.aggregates(column.first, column.last) for column in select.columns) or any(
        query.is_word(position, "GROUP") for position in range(select.closing, select.end + 1)
    )


def _implied_group_by(query: _Query, prefixes: Mapping[str, str]) -> _Found:
    edits: list[_Edit] = []
    shown: list[str] = []
    for select in query.selects:
        grouped = _grouped_variables(query, select)
        if grouped:
            closing = query.tokens[select.closing].end
            edits.append(_Edit(closing, closing, f" GROUP BY {' '.join(grouped)} "))
            shown += grouped
    listed = ", ".join(dict.fromkeys(shown))
    return _Found(edits, f"grouped by the variables that stand beside an aggregate: {listed}")


def _grouped_variables(query: _Query, select: _Select) -> list[str]:
    """By what Virtuoso groups a SELECT that has aggregates and no GROUP BY; with HAVING it refuses to."""
    if not any(query.aggregates(column.first, column.last) for column in select.columns) or any(
        query.is_word(position, "GROUP", "HAVING") for position in range(select.closing, select.end + 1)
    ):
        return []
    order = [_order_by(query, select)]
    used = [(column.first, column.last) for column in select.columns] + order
    names = {query.tokens[column.name].text[1:] for column in select.columns if column.name is not None}
    found = (
        query.tokens[position].text[1:] for first, last in used for position in query.variables(first, last)
    )
    return [f"?{name}" for name in dict.fromkeys(found) if name not in names]


def _order_by(query: _Query, select: _Select) -> tuple[int, int]:
    return _clause(query, select, "ORDER")


def _clause(query: _Query, select: _Select, keyword: str) -> tuple[int, int]:
    """First and last position of what stands after GROUP BY or ORDER BY; an empty span when there is none."""
    for position in range(select.closing + 1, select.end):
        if query.is_word(position, keyword) and query.is_word(position + 1, "BY"):
            last = position + 1
            while last < select.end and not query.is_word(last + 1, *_MODIFIERS):
                last += 1
            return position + 2, last
    return select.end + 1, select.end


def _endpoint_prefixes(query: _Query, prefixes: Mapping[str, str]) -> _Found:
    known: dict[str, str] = _table()["prefixes"]
    added: dict[str, str] = {}
    while (name := undeclared_name(query.tokens, {**prefixes, **added})) is not None and name.prefix in known:
        added[name.prefix] = known[name.prefix]
    declarations = "".join(f"PREFIX {prefix}: <{iri}>\n" for prefix, iri in added.items())
    listed = ", ".join(f"{prefix}:" for prefix in added)
    return _Found(
        [_Edit(0, 0, declarations)] if added else [],
        f"declared the prefixes that the endpoint of WikiPathways declares by itself: {listed}",
    )


_Find = Callable[[_Query, Mapping[str, str]], _Found]

# In this order: undeclared names first, and columns get their names before anything looks at these.
_REPAIRS: tuple[tuple[str, _Find], ...] = (
    ("pragma", _pragmas),
    ("xpath-function", _xpath_functions),
    ("endpoint-prefix", _endpoint_prefixes),
    ("group-concat-separator", _group_concat_separators),
    ("projection-commas", _projection_commas),
    ("order-by-commas", _order_by_commas),
    ("projection-parentheses", _projection_parentheses),
    ("projection-name", _projection_names),
    ("shadowed-variable", _shadowed_variables),
    ("implied-group-by", _implied_group_by),
)


def _fresh(name: str, taken: set[str]) -> str:
    while name in taken:
        name += "_"
    taken.add(name)
    return name


def _edited(text: str, edits: list[_Edit]) -> str:
    parts, position = [], 0
    for edit in sorted(edits):
        parts += [text[position : edit.start], edit.text]
        position = edit.end
    return "".join([*parts, text[position:]])


def check_syntax(text: str, prefixes: Mapping[str, str]) -> SyntaxError | None:
    """What is wrong with a text as SPARQL 1.1, or None. `prefixes` need no declaration. Nothing is fetched."""
    local = _without_service(_Query(text))
    if calls_service(local):
        return None
    try:
        ox.Store().query(local, prefixes=dict(prefixes))
    except SyntaxError as error:
        return error
    except (RuntimeError, ValueError):
        return None
    return None


def _runs(query: _Query, prefixes: Mapping[str, str]) -> bool:
    """Whether Oxigraph takes a text as SPARQL and knows its functions, found out on an empty store.

    SERVICE becomes GRAPH, which stands in the same places: an ASK is answered at once, and nothing may be fetched.
    """
    local = _without_service(query)
    if calls_service(local):
        return False
    try:
        ox.Store().query(local, prefixes=dict(prefixes))
    except (SyntaxError, RuntimeError):
        return False
    except ValueError:
        # A prefix of the caller is no IRI; no repair of the text helps.
        return True
    return True


def _without_service(query: _Query) -> str:
    edits = [
        _Edit(token.start, token.end, " " if query.is_word(position, "SILENT") else "GRAPH")
        for position, token in enumerate(query.tokens)
        if query.is_word(position, "SERVICE")
        or (query.is_word(position, "SILENT") and query.is_word(position - 1, "SERVICE"))
    ]
    return _edited(query.text, edits)


@cache
def _table() -> dict[str, Any]:
    return tomllib.loads((resources.contexts_folder() / "dialect.toml").read_text(encoding="utf-8"))
