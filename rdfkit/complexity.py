"""How much a SPARQL text asks of an engine, told from its tokens before any engine reads it.

Oxigraph parses and plans recursively and without limit of its own: a chain of 10,000 `||` in 20 KB ends its process,
1,000 graph patterns keep its planner busy for minutes. `measure` counts what such texts have too much of, `refuse`
says so. Where a text could be read in several ways (see `sparql_tokens.readings`), what any of them has is counted.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, fields

from rdfkit.errors import QueryRefusedError
from rdfkit.sparql_tokens import MAY_HIDE_A_KEYWORD, Kind, Token, readings, unescaped

_OPENING, _CLOSING = frozenset("{(["), frozenset("})]")
_TERMS = frozenset({Kind.IRI, Kind.NAME, Kind.VARIABLE, Kind.BLANK, Kind.STRING, Kind.NUMBER, Kind.LANGUAGE})
_OPERATOR_MARKS = frozenset("!|&+-*/^<>=?")
_OPTIONAL = re.compile("optional", re.IGNORECASE | re.ASCII)
_OPERATOR = re.compile("union|minus|filter|bind|values|graph|exists|select|in|as", re.IGNORECASE | re.ASCII)


@dataclass(frozen=True, slots=True)
class Complexity:
    """What a text asks for: the most brackets open at once, OPTIONALs, triple patterns (each step of a path is one)
    and operators (of expressions, paths and groups). As limits: the most that is allowed of each.
    """

    nesting: int = 128
    optionals: int = 64
    triple_patterns: int = 256
    operators: int = 1000


# Anything up to this goes through Oxigraph without ending the process.
SAFE = Complexity(nesting=256, optionals=10_000, triple_patterns=10_000, operators=4_000)

_NAMES = {
    "nesting": "brackets within brackets",
    "optionals": "OPTIONALs",
    "triple_patterns": "triple patterns",
    "operators": "operators",
}


def refuse(text: str, limits: Complexity) -> None:
    """Raises QueryRefusedError when a text has more of something than the limits allow, with `key` the limit's name."""
    found = measure(text)
    for field in fields(Complexity):
        count, most = getattr(found, field.name), getattr(limits, field.name)
        if count > most:
            raise QueryRefusedError(
                f"the query has {count} {_NAMES[field.name]}, more than this service takes",
                key=field.name,
                value=str(count),
                expected=f"{most} at most",
            )


def measure(text: str) -> Complexity:
    """What a SPARQL query or update asks for. Never less than what an engine finds; a little more for odd texts."""
    found = [_measure_reading(way) for way in {text, unescaped(text)}]
    return Complexity(*(max(getattr(one, field.name) for one in found) for field in fields(Complexity)))


def _measure_reading(text: str) -> Complexity:
    depths, deepest = {0: 0}, 0
    operators = optionals = 0
    triples = _Triples()
    for token, ends in readings(text):
        depth = depths.pop(token.start) + _step(token)
        deepest = max(deepest, depth)
        for end in ends:
            depths[end] = max(depth, depths.get(end, 0), 0)
        if token.kind in MAY_HIDE_A_KEYWORD:
            optionals += len(_OPTIONAL.findall(token.text))
            operators += len(_OPERATOR.findall(token.text)) if token.kind is Kind.WORD else 0
        elif token.kind is Kind.MARK:
            operators += token.text in _OPERATOR_MARKS
        triples.add(token)
    return Complexity(deepest, optionals, triples.count, operators)


def _step(token: Token) -> int:
    if token.kind is not Kind.MARK:
        return 0
    return (token.text in _OPENING) - (token.text in _CLOSING)


class _Triples:
    """Counts triple patterns: in groups and blank nodes what stands between `.`, `;`, `,` and brackets, each further
    step of a path, and each item of a collection.
    """

    def __init__(self) -> None:
        self.count = 0
        self._brackets: list[str] = []
        self._terms = 0

    def add(self, token: Token) -> None:
        if token.kind in _TERMS:
            self._terms += 1
        elif token.kind is Kind.MARK:
            self._mark(token.text)

    def _mark(self, mark: str) -> None:
        within = self._brackets[-1] if self._brackets else ""
        if mark in _OPENING:
            # What stands before a bracket inside a triple belongs to the triple, before `{` to a GRAPH or the like.
            self._terms = 0 if mark == "{" else self._terms
            self._brackets.append(mark)
        elif mark in _CLOSING:
            self._end(within)
            self._brackets = self._brackets[:-1]
            self._terms = 1
        elif mark in ".;," and within in ("{", "["):
            self._end(within)
        elif mark == "/":
            self.count += 1

    def _end(self, within: str) -> None:
        if within in ("{", "[") and self._terms:
            self.count += 1
        self._terms = 0
