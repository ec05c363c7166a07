"""Where the parts of SELECT queries stand in a text that need not be SPARQL 1.1, as positions of its tokens."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from rdfkit.sparql.tokens import Token, TokenKind, significant_tokens

AGGREGATES = frozenset({"COUNT", "SUM", "MIN", "MAX", "AVG", "SAMPLE", "GROUP_CONCAT"})
_OPENING = {"(": ")", "{": "}", "[": "]"}
_OPERATORS = frozenset("+-*/=!<>&|")
_AFTER_PROJECTION = frozenset({"WHERE", "FROM"})
_CALLED = (TokenKind.WORD, TokenKind.NAME, TokenKind.IRI)
_CONSTANTS = (TokenKind.VARIABLE, TokenKind.NUMBER, TokenKind.NAME, TokenKind.IRI)
_MODIFIERS = frozenset({"GROUP", "HAVING", "ORDER", "LIMIT", "OFFSET", "VALUES"})


def has_aggregates(tokens: Sequence[Token]) -> bool:
    """Whether a query of these significant tokens calls an aggregate anywhere: COUNT, SUM, ..."""
    query = TokenizedQuery("", tokens)
    return query.aggregates(0, len(query.tokens) - 1)


@dataclass(frozen=True, slots=True)
class Column:
    """One column of SELECT, as positions of tokens: its expression from `first` to `last`, and its name if it has one.

    `bare` says that expression and name stand without parentheses around them.
    """

    first: int
    last: int
    name: int | None
    bare: bool


@dataclass(frozen=True, slots=True)
class Select:
    """One SELECT, as positions of tokens: the keyword, its columns, the group `{ … }` and the end of its modifiers."""

    keyword: int
    columns: tuple[Column, ...]
    commas: tuple[int, ...]
    opening: int
    closing: int
    end: int


class TokenizedQuery:
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
    def selects(self) -> list[Select]:
        """Every SELECT whose columns and group can be made out."""
        keywords = (place for place in range(len(self.tokens)) if self.is_word(place, "SELECT"))
        return [select for place in keywords if (select := _select(self, place)) is not None]

    def names(self) -> set[str]:
        """The names of all variables."""
        return {token.text[1:] for token in self.tokens if token.kind is TokenKind.VARIABLE}

    def name(self, position: int) -> str:
        """The name of the variable that stands there."""
        return self.tokens[position].text[1:]

    def is_kind(self, position: int, *kinds: TokenKind) -> bool:
        """Whether a token of one of these kinds stands there."""
        return 0 <= position < len(self.tokens) and self.tokens[position].kind in kinds

    def is_word(self, position: int, *words: str) -> bool:
        """Whether one of these keywords stands there."""
        return self.is_kind(position, TokenKind.WORD) and self.tokens[position].text.upper() in words

    def is_mark(self, position: int, *marks: str) -> bool:
        """Whether one of these marks stands there."""
        return self.is_kind(position, TokenKind.MARK) and self.tokens[position].text in marks

    def shown(self, first: int, last: int) -> str:
        """The text from one token to another on one line."""
        return " ".join(self.text[self.tokens[first].start : self.tokens[last].end].split())

    def is_aggregate(self, position: int) -> bool:
        """Whether the call of an aggregate begins there."""
        return self.is_word(position, *AGGREGATES) and self.is_mark(position + 1, "(")

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


def _select(query: TokenizedQuery, keyword: int) -> Select | None:
    position = keyword + 1
    if query.is_word(position, "DISTINCT", "REDUCED"):
        position += 1
    columns: list[Column] = []
    commas: list[int] = []
    while not (query.is_word(position, *_AFTER_PROJECTION) or query.is_mark(position, "{")):
        if columns and query.is_mark(position, ","):
            commas.append(position)
            position += 1
        column = _column(query, position)
        if column is None:
            return None
        columns.append(column)
        position = _end_of(column) + 1
    while position < len(query.tokens) and not query.is_mark(position, "{"):
        position += 1
    if position not in query.partners:
        return None
    closing = query.partners[position]
    end = _end_of_modifiers(query, closing)
    return Select(keyword, tuple(columns), tuple(commas), position, closing, end)


def _end_of_modifiers(query: TokenizedQuery, closing: int) -> int:
    position = closing + 1
    while position < len(query.tokens) and not query.is_mark(position, "}"):
        position = query.partners.get(position, position) + 1
    return position - 1


def _column(query: TokenizedQuery, first: int) -> Column | None:
    last = _expression(query, first)
    if last is None:
        return None
    if query.is_word(last + 1, "AS") and query.is_kind(last + 2, TokenKind.VARIABLE):
        return Column(first, last, last + 2, bare=True)
    is_in_brackets = query.is_mark(first, "(") and query.partners.get(first) == last
    if is_in_brackets and query.is_word(last - 2, "AS") and query.is_kind(last - 1, TokenKind.VARIABLE):
        return Column(first + 1, last - 3, last - 1, bare=False)
    return Column(first, last, None, bare=True)


def _end_of(column: Column) -> int:
    if column.name is None:
        return column.last
    return column.name if column.bare else column.name + 1


def _expression(query: TokenizedQuery, first: int) -> int | None:
    """Where the expression ends that begins there."""
    last = _operand(query, first)
    while last is not None and query.is_mark(last + 1, *_OPERATORS):
        position = last + 1
        while query.is_mark(position, *_OPERATORS):
            position += 1
        last = _operand(query, position)
    return last


def _operand(query: TokenizedQuery, position: int) -> int | None:
    while query.is_mark(position, "!", "-", "+"):
        position += 1
    if query.is_mark(position, "("):
        return query.partners.get(position)
    if query.is_kind(position, *_CALLED) and query.is_mark(position + 1, "("):
        return query.partners.get(position + 1)
    if query.is_kind(position, TokenKind.STRING):
        return _end_of_literal(query, position)
    is_constant = query.is_kind(position, *_CONSTANTS) or query.is_word(position, "TRUE", "FALSE")
    return position if is_constant else None


def _end_of_literal(query: TokenizedQuery, position: int) -> int:
    if query.is_kind(position + 1, TokenKind.LANGUAGE):
        return position + 1
    has_datatype = query.is_mark(position + 1, "^") and query.is_mark(position + 2, "^")
    return position + 3 if has_datatype else position


def is_grouped(query: TokenizedQuery, select: Select) -> bool:
    """Whether the rows of a SELECT are groups, said or implied."""
    return any(query.aggregates(column.first, column.last) for column in select.columns) or any(
        query.is_word(position, "GROUP") for position in range(select.closing, select.end + 1)
    )


def clause(query: TokenizedQuery, select: Select, keyword: str) -> tuple[int, int]:
    """First and last position of what stands after GROUP BY or ORDER BY; an empty span when there is none."""
    for position in range(select.closing + 1, select.end):
        if query.is_word(position, keyword) and query.is_word(position + 1, "BY"):
            last = position + 1
            while last < select.end and not query.is_word(last + 1, *_MODIFIERS):
                last += 1
            return position + 2, last
    return select.end + 1, select.end
