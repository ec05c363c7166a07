"""The text of a SPARQL query or update, read once: everybody who has to know something of it asks one value.

Whoever takes a query takes its text or this value, and makes the value at its own door (`QueryText.of`). What is asked
of it is found when it is first asked, and kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from functools import cached_property
from typing import NamedTuple

from rdfkit.sparql.dataset import Dataset, read_dataset
from rdfkit.sparql.dialect.edits import Repaired
from rdfkit.sparql.dialect.repair import repair
from rdfkit.sparql.dialect.structure import has_aggregates
from rdfkit.sparql.limits import Complexity, Meter, check, is_small
from rdfkit.sparql.tokens import (
    LOAD,
    SERVICE,
    Clause,
    Token,
    TokenKind,
    begins_clause,
    readings,
    significant,
    tokens,
    unescaped,
    ways,
)

# So that a text of many megabytes is refused before it is held as objects.
_LONGEST_KEPT = 100_000
FORMS = frozenset({"SELECT", "ASK", "CONSTRUCT", "DESCRIBE"})


class _Reading(NamedTuple):
    """What a text could say in any of the ways in which an engine may read it."""

    calls_service: bool
    loads_documents: bool
    complexity: Complexity


@dataclass(frozen=True)
class QueryText:
    """The text of a query or update. Any text will do, SPARQL or not."""

    text: str
    _repaired: dict[tuple[tuple[str, str], ...], Repaired] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    @classmethod
    def of(cls, text: str | QueryText) -> QueryText:
        """The value of a text; a value is what it is."""
        return cls(text) if isinstance(text, str) else text

    @cached_property
    def tokens(self) -> tuple[Token, ...]:
        """The tokens; joined they are the text."""
        return tuple(tokens(self.text))

    @cached_property
    def significant(self) -> tuple[Token, ...]:
        """The tokens but for white space and comments."""
        return tuple(significant(self.tokens))

    @cached_property
    def calls_service(self) -> bool:
        """Whether it could contain a SERVICE clause (https://www.w3.org/TR/sparql11-federated-query/).

        A "no" is sure. A "yes" may be wrong only where a prefixed name whose local part ends in "service", a term
        and a `{` follow each other without a dot (`?s ex:service ?o { … }`), or in texts made to mislead.
        """
        return _mentions(self.text, SERVICE) and self._reading.calls_service

    @cached_property
    def loads_documents(self) -> bool:
        """Whether it could contain a LOAD operation (https://www.w3.org/TR/sparql11-update/#load).

        A "no" is sure. A "yes" may be wrong only where a prefixed name that ends in "load" stands before an IRI or
        another prefixed name (`?s ex:load ex:o`).
        """
        return _mentions(self.text, LOAD) and self._reading.loads_documents

    @property
    def complexity(self) -> Complexity:
        """How much it asks for: the numbers that an engine would find, or a little higher ones.

        In a text made to mislead, some collections may count for too little, and each `<…>` may hide one operator. The
        number of `terms` holds even then.
        """
        return self._reading.complexity

    def refuse(self, limits: Complexity) -> None:
        """Raises QueryRefusedError, with `key` the limit's name, when there is more of something than is allowed."""
        if not is_small(self.text, limits):
            check(self.complexity, limits)

    @cached_property
    def endpoints(self) -> tuple[str, ...]:
        """The IRIs that SERVICE clauses name, each once. Variables and prefixed names are left out."""
        if not self.calls_service:
            return ()
        found = self.significant
        named = (
            following if following.text.upper() != "SILENT" else after
            for word, following, after in zip(found, found[1:], found[2:], strict=False)
            if word.is_word("SERVICE")
        )
        return tuple(dict.fromkeys(unescaped(one.text[1:-1]) for one in named if one.kind is TokenKind.IRI))

    @cached_property
    def form(self) -> str:
        """SELECT, ASK, CONSTRUCT or DESCRIBE: whichever comes first as a keyword; SELECT when none does."""
        words = (token.text.upper() for token in self.tokens if token.kind is TokenKind.WORD)
        return next((word for word in words if word in FORMS), "SELECT")

    @cached_property
    def limit(self) -> int | None:
        """How many rows it asks for at most: what follows LIMIT outside of all braces."""
        depth, after_limit = 0, False
        for token in self.significant:
            if after_limit and depth == 0 and token.text.isascii() and token.text.isdigit():
                return int(token.text)
            depth += (token.text == "{") - (token.text == "}")
            after_limit = token.is_word("LIMIT")
        return None

    @cached_property
    def has_aggregates(self) -> bool:
        """Whether it calls an aggregate anywhere: COUNT, SUM, ..."""
        return has_aggregates(self.significant)

    def says(self, keyword: str) -> bool:
        """Whether a keyword (in capitals) stands anywhere in it."""
        if keyword not in self.text.upper() and "\\" not in self.text:
            return False
        return any(token.is_word(keyword) for token in self.tokens)

    def dataset(self, prefixes: Mapping[str, str]) -> Dataset | None:
        """What its FROM clauses name; None without any, and where an IRI in them is relative.

        `prefixes` are those that need no declaration.
        """
        return read_dataset(self.significant, prefixes) if "FROM" in self.text.upper() else None

    def repaired(self, prefixes: Mapping[str, str]) -> Repaired:
        """As SPARQL 1.1, with what was done to it: see `rdfkit.sparql.dialect.repair`."""
        key = tuple(prefixes.items())
        if key not in self._repaired:
            self._repaired[key] = repair(self.text, prefixes, self.significant)
        return self._repaired[key]

    def standard(self, prefixes: Mapping[str, str]) -> QueryText:
        """The repaired text; itself where nothing was repaired."""
        text = self.repaired(prefixes).text
        return self if text == self.text else QueryText(text)

    @cached_property
    def _reading(self) -> _Reading:
        others = ways(self.text) - {self.text}
        own = self.tokens if len(self.text) <= _LONGEST_KEPT else tokens(self.text)
        found = [_read(self.text, own), *(_read(way, tokens(way)) for way in others)]
        complexities = [one.complexity for one in found]
        most = (max(getattr(one, part.name) for one in complexities) for part in fields(Complexity))
        return _Reading(
            any(one.calls_service for one in found),
            any(one.loads_documents for one in found),
            Complexity(*most),
        )


def _mentions(text: str, clause: Clause) -> bool:
    return any(clause.keyword.search(way) for way in ways(text))


def _read(text: str, found: Iterable[Token]) -> _Reading:
    meter = Meter()
    calls_service = loads_documents = False
    for token, ends in readings(found, text):
        meter.add(token, ends)
        calls_service = calls_service or begins_clause(text, token, SERVICE)
        loads_documents = loads_documents or begins_clause(text, token, LOAD)
    return _Reading(calls_service, loads_documents, meter.complexity)
