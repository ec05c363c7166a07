"""How much a SPARQL text asks of an engine, told from its tokens before any engine reads it.

Oxigraph parses and plans recursively and without limit of its own: a chain of 10,000 `||` in 20 KB ends its process,
1,000 graph patterns keep its planner busy for minutes. `Meter` counts what such texts have too much of, `check`
says so. Where a text could be read in several ways (see `tokens.readings`), what any of them has is counted.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, fields

from rdfkit.errors import QueryRefusedError
from rdfkit.sparql.tokens import MAY_HIDE_A_KEYWORD, TERMS, Token, TokenKind

_OPENING, _CLOSING = frozenset("{(["), frozenset("})]")
_OPERATOR_MARKS = frozenset("!|&+-*/^<>=?~")
_HAVING = re.compile("having", re.IGNORECASE | re.ASCII)
_OPTIONAL = re.compile("optional", re.IGNORECASE | re.ASCII)
_BOOLEAN = re.compile("true|false", re.IGNORECASE | re.ASCII)
_OPERATOR = re.compile("union|minus|filter|bind|values|graph|exists|select|in|as", re.IGNORECASE | re.ASCII)


@dataclass(frozen=True, slots=True)
class Complexity:
    """What a text asks for: the most brackets open at once, OPTIONALs, triple patterns (each step of a path is one)
    operators (of expressions, paths and groups) and terms (IRIs, variables, literals, blank nodes). As limits: the most
    that is allowed of each.
    """

    nesting: int = 128
    optionals: int = 64
    triple_patterns: int = 256
    operators: int = 1000
    # Whatever they are for. Twice as many items in a collection end the process.
    terms: int = 10_000


# Anything up to this goes through Oxigraph without ending the process.
SAFE = Complexity(nesting=256, optionals=10_000, triple_patterns=10_000, operators=4_000)

_NAMES = {
    "nesting": "brackets within brackets",
    "optionals": "OPTIONALs",
    "triple_patterns": "triple patterns",
    "operators": "operators",
    "terms": "terms",
}


def check(found: Complexity, limits: Complexity) -> None:
    """Raises QueryRefusedError when there is more of something than the limits allow, with `key` the limit's name."""
    for field in fields(Complexity):
        count, most = getattr(found, field.name), getattr(limits, field.name)
        if count > most:
            raise QueryRefusedError(
                f"the query has {count} {_NAMES[field.name]}, more than this service takes",
                key=field.name,
                value=str(count),
                expected=f"{most} at most",
            )


def is_small(text: str, limits: Complexity) -> bool:
    """Whether a text is too short to have too much of anything: nothing that is counted takes less than a character."""
    most = min(limits.triple_patterns, limits.operators, limits.terms, limits.optionals * len("OPTIONAL"))
    # A bracket can be written as an escape.
    return len(text) <= most and sum(map(text.count, "{([\\")) <= limits.nesting


class Meter:
    """Counts what a text asks for, given each token of its `readings` with the places where the next may begin."""

    def __init__(self) -> None:
        self._depths, self._deepest = {0: 0}, 0
        self._operators = self._optionals = self._terms = 0
        self._conditions = False
        self._triples = _Triples()

    @property
    def complexity(self) -> Complexity:
        """What has been counted."""
        return Complexity(self._deepest, self._optionals, self._triples.count, self._operators, self._terms)

    def add(self, token: Token, ends: Iterable[int]) -> None:
        """Counts in the next token."""
        depth = self._depths.pop(token.start) + _step(token)
        self._deepest = max(self._deepest, depth)
        for end in ends:
            self._depths[end] = max(depth, self._depths.get(end, 0), 0)
        self._terms += token.kind in TERMS or token.text in _OPENING
        if token.kind in MAY_HIDE_A_KEYWORD:
            self._optionals += len(_OPTIONAL.findall(token.text))
            self._operators += len(_OPERATOR.findall(token.text)) if token.kind is TokenKind.WORD else 0
            self._conditions = self._conditions or _HAVING.search(token.text) is not None
        elif token.kind is TokenKind.MARK:
            # HAVING takes any number of conditions, with nothing between them.
            self._operators += token.text in _OPERATOR_MARKS or (self._conditions and token.text == "(")
        self._triples.add(token)


def _step(token: Token) -> int:
    if token.kind is not TokenKind.MARK:
        return 0
    return (token.text in _OPENING) - (token.text in _CLOSING)


class _Triples:
    """Counts triple patterns: in groups and blank nodes what stands between `.`, `;`, `,` and brackets, each further
    step of a path, and two for each item of a collection.

    What stands in round brackets with nothing between is a collection. So are the rows of VALUES, but they alone follow
    `{` and each other; of them the first `_COLUMNS` items do not count.
    """

    _COLUMNS = 16

    def __init__(self) -> None:
        self.count = 0
        self._brackets = [_Bracket("")]
        self._terms = 0
        self._before = ""
        self._iri_end = 0

    def add(self, token: Token) -> None:
        """Counts in the next token."""
        if token.kind in (TokenKind.SPACE, TokenKind.COMMENT):
            return
        within = self._brackets[-1]
        follows_item = within.follows_item
        if token.kind is TokenKind.MARK:
            self._mark(token.text, within)
        elif token.kind in TERMS or _BOOLEAN.search(token.text):
            self._terms += 1
            self._item(within)
        else:
            within.has_only_rows = within.follows_item = False
        if token.start < self._iri_end and self._brackets[-1] is within:
            # This is within what another reading takes for an IRI, after which an item follows an item.
            within.follows_item = within.follows_item or follows_item
        else:
            self._before = token.text if token.kind in (TokenKind.MARK, TokenKind.WORD) else ""
        if token.kind is TokenKind.IRI:
            self._iri_end = token.end

    def _mark(self, mark: str, within: _Bracket) -> None:
        if mark in _OPENING:
            self._open(mark, within)
        elif mark in _CLOSING:
            self._end(within)
            self._brackets = self._brackets[:-1] or [_Bracket("")]
            self._terms = 1
        elif mark not in "+-":
            # A sign may belong to a number.
            within.has_only_rows = within.follows_item = False
            if mark in ".;,":
                self._end(within)
            self.count += mark == "/"

    def _open(self, mark: str, within: _Bracket) -> None:
        is_row = mark == "(" and within.mark == "{" and within.has_only_rows
        is_collection = mark == "(" and not is_row and self._could_be_collection(within)
        if not is_row:
            self._item(within)
        # What stands before a bracket inside a triple belongs to the triple, before `{` to a GRAPH or the like.
        self._terms = 0 if mark == "{" else self._terms
        self._brackets.append(_Bracket(mark, is_row=is_row, follows_item=is_collection))

    def _could_be_collection(self, within: _Bracket) -> bool:
        """Whether `(` may begin a collection here, and not what a function or an operator applies to."""
        if self._before in ("(", ",") and within.mark == "(":
            return within.follows_item
        return self._before in ("", "a", "*", "+", "?", ")", "}", "]", "{", "[", ".", ";", ",")

    def _item(self, within: _Bracket) -> None:
        """Counts one item of what may be a collection."""
        within.has_only_rows = False
        if within.mark == "(":
            within.items += 1
            self.count += 2 * (within.items > self._COLUMNS if within.is_row else within.follows_item)
            within.follows_item = True

    def _end(self, within: _Bracket) -> None:
        if within.mark in ("{", "[") and self._terms:
            self.count += 1
        self._terms = 0


@dataclass(slots=True)
class _Bracket:
    """An open bracket. `follows_item`: the next item is one of a collection, for nothing stands between it and the one
    before, or before it `(` began a collection.
    """

    mark: str
    is_row: bool = False
    items: int = 0
    has_only_rows: bool = True
    follows_item: bool = False
