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
        return [select for select in map(self._select, keywords) if select is not None]

    def names(self) -> set[str]:
        """The names of all variables."""
        return {token.text[1:] for token in self.tokens if token.kind is TokenKind.VARIABLE}

    def name(self, position: int) -> str:
        """The name of the variable that stands there."""
        return self.tokens[position].text[1:]

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

    def _at(self, position: int) -> Token | None:
        return self.tokens[position] if 0 <= position < len(self.tokens) else None

    def _select(self, keyword: int) -> Select | None:
        position = keyword + 1
        if self.is_word(position, "DISTINCT", "REDUCED"):
            position += 1
        columns: list[Column] = []
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
        end = self._end_of_modifiers(closing)
        return Select(keyword, tuple(columns), tuple(commas), position, closing, end)

    def _end_of_modifiers(self, closing: int) -> int:
        position = closing + 1
        while position < len(self.tokens) and not self.is_mark(position, "}"):
            position = self.partners.get(position, position) + 1
        return position - 1

    def _column(self, first: int) -> Column | None:
        last = self._expression(first)
        if last is None:
            return None
        if self.is_word(last + 1, "AS") and self._is_variable(last + 2):
            return Column(first, last, last + 2, bare=True)
        is_in_brackets = self.is_mark(first, "(") and self.partners.get(first) == last
        if is_in_brackets and self.is_word(last - 2, "AS") and self._is_variable(last - 1):
            return Column(first + 1, last - 3, last - 1, bare=False)
        return Column(first, last, None, bare=True)

    def _end_of(self, column: Column) -> int:
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
        has_datatype = self.is_mark(position + 1, "^") and self.is_mark(position + 2, "^")
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
