"""The tokens of a SPARQL text: enough to know what a query would do before an engine reads it.

`tokens` splits a text by the terminals of the SPARQL 1.1 grammar (https://www.w3.org/TR/sparql11-query/#rQNIL)
and loses nothing: the tokens joined are the text.

Whether a text calls SERVICE is told more strictly, because a wrong "no" would let a query open network connections.
The terminals alone do not decide how a text is read: `<2)SERVICE#>` is an IRI in one place, and in another a "less
than", a keyword and a comment. So `readings` follows every reading that an engine could choose, and SERVICE is looked
for in each. What an ordinary query says in strings, comments, IRIs, variables and prefixed names does not count.
"""

from __future__ import annotations

import heapq
import re
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

_LETTERS = (
    "A-Za-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02ff\u0370-\u037d\u037f-\u1fff\u200c-\u200d\u2070-\u218f"
    "\u2c00-\u2fef\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufffd\U00010000-\U000effff"
)
_VARIABLE_MARKS = "0-9_\u00b7\u0300-\u036f\u203f-\u2040"
_NAME_MARKS = _VARIABLE_MARKS + r"\-"
_LOCAL = rf"(?:[{_LETTERS}{_NAME_MARKS}:]|%[0-9A-Fa-f]{{2}}|\\[_~.\-!$&'()*+,;=/?\#@%])"
_ESCAPE = re.compile(r"\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})")
# So that a text like `a.a.a.a` is not read anew from each of its letters to its end.
_LONGEST_PREFIX = 1000

_TOKEN = re.compile(
    rf"""
      (?P<space>[ \t\r\n]+)
    | (?P<comment>\#[^\r\n]*)
    | (?P<iri><(?:[^\x00-\x20<>"{{}}|^`\\]|\\u[0-9A-Fa-f]{{4}}|\\U[0-9A-Fa-f]{{8}})*>)
    | (?P<string>
          '''(?:[^'\\]|\\.|'{{1,2}}(?!'))*+'''
        | \"""(?:[^"\\]|\\.|"{{1,2}}(?!"))*+\"""
        | '(?:[^'\\\r\n]|\\.)*+'
        | "(?:[^"\\\r\n]|\\.)*+"
      )
    | (?P<variable>[?$][{_LETTERS}0-9_][{_LETTERS}{_VARIABLE_MARKS}]*)
    | (?P<blank>_:[{_LETTERS}0-9_](?:[{_LETTERS}{_NAME_MARKS}.]*[{_LETTERS}{_NAME_MARKS}])?)
    | (?P<name>(?:[{_LETTERS}](?:[{_LETTERS}{_NAME_MARKS}.]{{0,{_LONGEST_PREFIX}}}[{_LETTERS}{_NAME_MARKS}])?)?:
          (?:{_LOCAL}(?:(?:{_LOCAL}|\.)*{_LOCAL})?)?)
    | (?P<word>[A-Za-z_][0-9A-Za-z_]*)
    | (?P<number>(?:[0-9]+\.[0-9]*|\.?[0-9]+)[eE][+-]?[0-9]+ | [0-9]*\.[0-9]+ | [0-9]+)
    | (?P<language>@[A-Za-z]+(?:-[A-Za-z0-9]+)*)
    | (?P<mark>.)
    """,
    re.VERBOSE | re.DOTALL,
)

# Wider than the grammar on purpose: it decides only whether a SERVICE clause could begin here.
_GAP = r"(?:[ \t\r\n]|\#[^\r\n]*+)*+"
_PLAIN = r"""(?:[^ \t\r\n{}<>()"',;:\\\#]|\\.)"""
_TERM = rf"(?:<[^>]*+>|(?:[?$]|{_PLAIN}*+:)(?:{_PLAIN}|:)*+)"
# So that a text like `serviceservice` is not read anew from each of its words to its end, this long a term will do.
_LONG = rf"(?:{_PLAIN}|:){{{_LONGEST_PREFIX}}}"
_ANY_CASE = re.IGNORECASE | re.ASCII | re.DOTALL


class TokenKind(StrEnum):
    """What a token is. `NAME` is a prefixed name, `WORD` a keyword, `MARK` one character of punctuation."""

    SPACE = "space"
    COMMENT = "comment"
    IRI = "iri"
    STRING = "string"
    VARIABLE = "variable"
    BLANK = "blank"
    NAME = "name"
    WORD = "word"
    NUMBER = "number"
    LANGUAGE = "language"
    MARK = "mark"


# What stands for a term or is the end of one.
TERMS = frozenset(
    {TokenKind.IRI, TokenKind.NAME, TokenKind.VARIABLE, TokenKind.BLANK, TokenKind.STRING, TokenKind.NUMBER,
     TokenKind.LANGUAGE}
)  # fmt: skip
# Kinds of tokens in which an engine may find a keyword.
MAY_HIDE_A_KEYWORD = frozenset({TokenKind.NAME, TokenKind.WORD, TokenKind.BLANK, TokenKind.LANGUAGE})


class Clause(NamedTuple):
    """A clause that makes an engine open network connections: its keyword, and how it begins as a whole."""

    keyword: re.Pattern[str]
    whole: re.Pattern[str]


SERVICE = Clause(
    re.compile("service", _ANY_CASE),
    re.compile(rf"service{_GAP}(?:silent{_GAP})?(?:{_LONG}|{_TERM}{_GAP}\{{)", _ANY_CASE),
)
# After LOAD there can be nothing but the IRI of a document.
LOAD = Clause(
    re.compile("load", _ANY_CASE),
    re.compile(rf"load{_GAP}(?:silent{_GAP})?(?:{_LONG}|<[^>]*+>|{_PLAIN}*+:)", _ANY_CASE),
)


@dataclass(frozen=True, slots=True)
class Token:
    """One token: its kind, its text as written, and where it begins (characters from 0)."""

    kind: TokenKind
    text: str
    start: int

    @property
    def end(self) -> int:
        """Where the next token begins."""
        return self.start + len(self.text)

    @property
    def prefix(self) -> str:
        """What stands before the first colon: the prefix of a prefixed name."""
        return self.text.partition(":")[0]

    def is_word(self, word: str) -> bool:
        """Whether it is this keyword, given in capitals."""
        return self.kind is TokenKind.WORD and self.text.upper() == word

    def place_in(self, text: str) -> tuple[int, int]:
        """Line and column, from 1, of this token of `text`."""
        return text.count("\n", 0, self.start) + 1, self.start - text.rfind("\n", 0, self.start)


def tokens(text: str) -> Iterator[Token]:
    """The tokens of a SPARQL text in order; joined they are the text. Any text has tokens, valid or not.

    `<` begins an IRI wherever an IRI can be read, as the longest match of the grammar says. Codepoint escapes
    (`\\u0041`) stay as they are.
    """
    position = 0
    while position < len(text):
        token = _token_at(text, position)
        yield token
        position = token.end


def significant(found: Iterable[Token]) -> Iterator[Token]:
    """Tokens but for white space and comments."""
    return (token for token in found if token.kind not in (TokenKind.SPACE, TokenKind.COMMENT))


def significant_tokens(text: str) -> Iterator[Token]:
    """The tokens of a SPARQL text but for white space and comments."""
    return significant(tokens(text))


def declared_prefixes(found: Iterable[Token]) -> dict[str, str]:
    """What PREFIX declares among significant tokens: prefix → IRI as it is written, absolute or not."""
    rest = list(found)
    return {
        name.prefix: unescaped(iri.text[1:-1])
        for word, name, iri in zip(rest, rest[1:], rest[2:], strict=False)
        if word.is_word("PREFIX") and iri.kind is TokenKind.IRI
    }


def iri_of(name: Token, prefixes: Mapping[str, str]) -> str | None:
    """The IRI that `<…>` or a prefixed name stands for; None for other tokens and unknown prefixes."""
    if name.kind is TokenKind.IRI:
        return unescaped(name.text[1:-1])
    if name.kind is not TokenKind.NAME or name.prefix not in prefixes:
        return None
    return prefixes[name.prefix] + name.text.partition(":")[2].replace("\\", "")


def calls_service(text: str) -> bool:
    """As `rdfkit.sparql.query.QueryText.calls_service`, for a text of which nothing else has to be known."""
    return any(
        SERVICE.keyword.search(way)
        and any(begins_clause(way, token, SERVICE) for token, _ in readings(tokens(way), way))
        for way in ways(text)
    )


def ways(text: str) -> set[str]:
    """The text as it is written, and with its escapes replaced: an engine may look for keywords in either."""
    return {text, unescaped(text)}


def undeclared_names(found: Iterable[Token]) -> Iterator[Token]:
    """Of significant tokens the prefixed names whose prefix PREFIX does not declare before them."""
    declared: set[str] = set()
    before = ""
    for token in found:
        if token.kind is TokenKind.NAME and before == "PREFIX":
            declared.add(token.prefix)
        elif token.kind is TokenKind.NAME and token.prefix not in declared:
            yield token
        before = token.text.upper()


def undeclared_name(found: Iterable[Token], prefixes: Container[str]) -> Token | None:
    """The first of the `undeclared_names` whose prefix is not in `prefixes`."""
    return next((token for token in undeclared_names(found) if token.prefix not in prefixes), None)


def _token_at(text: str, position: int) -> Token:
    found = _TOKEN.match(text, position)
    if found is None or found.lastgroup is None:
        raise IndexError(f"no token at {position}")
    return Token(TokenKind(found.lastgroup), found[0], position)


def readings(found: Iterable[Token], text: str) -> Iterator[tuple[Token, tuple[int, ...]]]:
    """Each token of each reading that an engine could choose of a text, once, by its start; with all places where the
    next token may begin. A reading ends where nothing could follow.

    `found` are the `tokens` of the text, of which none is kept. Codepoint escapes stay as they are: see `unescaped`.
    """
    known = iter(found)
    plain = next(known, None)
    ahead, seen = [0], {0}
    while ahead:
        position = heapq.heappop(ahead)
        if position >= len(text):
            continue
        if text.startswith("//", position):
            # No grammar has two slashes between tokens: this is an address, and no IRI for this reading.
            continue
        while plain is not None and plain.start < position:
            plain = next(known, None)
        token = plain if plain is not None and plain.start == position else _token_at(text, position)
        ends = (token.end, *_other_ends(token))
        yield token, ends
        for end in ends:
            if end not in seen:
                seen.add(end)
                heapq.heappush(ahead, end)


def begins_clause(text: str, token: Token, clause: Clause) -> bool:
    """Whether a clause could begin within a token of one of the `readings` of a text."""
    if token.kind not in MAY_HIDE_A_KEYWORD:
        return False
    # Engines need no gap before a keyword (`trueSERVICE`) and may end a name early (`ex:a.b.SERVICE`).
    found = clause.keyword.finditer(text, token.start, token.end)
    return any(clause.whole.match(text, keyword.start()) for keyword in found)


def _other_ends(token: Token) -> Iterator[int]:
    """Where a token ends for an engine that does not take it as `tokens` does."""
    if token.kind is TokenKind.IRI:
        yield token.start + 1
    # A long string with a bad escape is no string for some, but an empty one and the start of the next.
    if token.kind is TokenKind.STRING and token.text.startswith(("'''", '"""')) and "\\" in token.text:
        yield token.start + 2


def unescaped(text: str) -> str:
    """The text with its codepoint escapes replaced, as SPARQL 1.1, section 19.2, does before parsing."""
    return _ESCAPE.sub(_character, text) if "\\" in text else text


def _character(escape: re.Match[str]) -> str:
    code = int(escape[1] or escape[2], 16)
    return chr(code) if code <= 0x10FFFF and not 0xD800 <= code <= 0xDFFF else escape[0]
