"""The tokens of a SPARQL text one after the other, for a parser that looks one token ahead."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NoReturn

from rdfkit.sparql.query import QueryText
from rdfkit.sparql.syntax_errors import invalid
from rdfkit.sparql.tokens import TERMS, Token, TokenKind, significant_tokens

_MARKS = frozenset("{}()[].;,<>=!&|+-*/^?")
_ENDS_VALUE = frozenset({")", "}", "TRUE", "FALSE"})


class TokenCursor:
    """The tokens of one text. `seen` has those that have been read, `at` in number, and perhaps the next one."""

    def __init__(self, query: QueryText) -> None:
        self.text = query.text
        self.seen: list[Token] = []
        self._ahead = iter(query.significant)
        self.at = 0

    def _tokens_from(self, start: int) -> Iterator[Token]:
        """The tokens from a place in the text on."""
        for token in significant_tokens(self.text[start:]):
            yield Token(token.kind, token.text, start + token.start)

    @property
    def token(self) -> Token:
        """The next token; at the end of the text an empty one."""
        if self.at == len(self.seen):
            self.seen.append(next(self._ahead, Token(TokenKind.SPACE, "", len(self.text))))
        return self.seen[self.at]

    @property
    def is_at_end(self) -> bool:
        """Whether all tokens have been read."""
        return self.token.kind is TokenKind.SPACE

    def next(self) -> str:
        """The next token if it is a mark or a keyword, in capitals; nothing for others and at the end."""
        token = self.token
        if token.kind is TokenKind.MARK and token.text not in _MARKS:
            self.fail()
        return token.text.upper() if token.kind in (TokenKind.WORD, TokenKind.MARK) else ""

    def take(self) -> Token:
        """Reads the next token. Raises QueryError at the end."""
        if self.is_at_end:
            self.fail()
        self.at += 1
        return self.seen[self.at - 1]

    def skip(self, word: str) -> bool:
        """Reads the next token if it is this mark or keyword. Says whether it was."""
        found = self.next() == word
        self.at += found
        return found

    def expect(self, *words: str) -> Token:
        """Reads the next token. Raises QueryError when it is none of these marks and keywords."""
        if self.next() not in words:
            self.fail()
        return self.take()

    def split_less_than(self) -> None:
        """Where `<` in an expression begins no IRI, as in `?a<?b&&?c>?d`, it becomes a token of its own.

        After a value an expression has no IRI, so `<` means "less than" there.
        """
        token, before = self.token, self.seen[self.at - 1]
        if token.kind is TokenKind.IRI and (before.kind in TERMS or before.text.upper() in _ENDS_VALUE):
            self.seen[self.at] = Token(TokenKind.MARK, "<", token.start)
            self._ahead = self._tokens_from(token.start + 1)

    @property
    def end(self) -> int:
        """Where the token ends that was read last."""
        return self.seen[self.at - 1].end

    def variables(self, first: int, last: int | None = None) -> frozenset[str]:
        """The variables from the token at `first` on, up to `last` or to what was read last."""
        found = self.seen[first : self.at if last is None else last]
        return frozenset(token.text[1:] for token in found if token.kind is TokenKind.VARIABLE)

    def prefixes(self, first: int) -> frozenset[str]:
        """The prefixes of the names from the token at `first` on, up to what was read last."""
        found = self.seen[first : self.at]
        return frozenset(token.prefix for token in found if token.kind is TokenKind.NAME)

    def fail(self) -> NoReturn:
        """Raises QueryError with the place of the next token."""
        raise invalid(self.text, self.token.place_in(self.text))
