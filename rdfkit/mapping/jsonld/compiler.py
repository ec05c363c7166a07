"""JSON-LD contexts, compiled: what a key says, and how the texts under it are written in N-Triples.

What the terms mean is in `terms`. Where that is unsure, `UnsureError` says that a JSON-LD processor has to decide.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache, partial
from typing import Any

import pyoxigraph as ox

from rdfkit.mapping.jsonld.contexts import context
from rdfkit.mapping.jsonld.terms import Terms, UnsureError

# How much a context remembers: IRIs that come again on many pages, and keys.
_IRIS = 1 << 16
_KEYS = 1 << 12


@dataclass(frozen=True, slots=True)
class Term:
    """What a key says: its predicate, and whether that points the other way.

    `write` gives the N-Triples form of a text under the key, or raises UnsureError. `inside` is the context of the
    nodes under it.
    """

    predicate: str
    is_reverse: bool
    write: Callable[[str], str]
    inside: CompiledContext


class CompiledContext:
    """An active context with all that was asked of it before.

    `term` gives the Term of a key, `iri` the IRI of a reference to a node, `type` that of a type, both in N-Triples.
    Each raises UnsureError.
    """

    def __init__(self, terms: Terms, around: CompiledContext | None = None) -> None:
        self._terms = terms
        self._around = around
        self.term = lru_cache(_KEYS)(self._term)
        self.type = lru_cache(_KEYS)(self._type)
        # Prefixes are the same all over, so references are too.
        self.iri: Callable[[str], str] = around.iri if around else lru_cache(_IRIS)(self._iri)

    def _term(self, key: str) -> Term:
        below = self._terms.inside(key)
        inside = self if below is self._terms else CompiledContext(below, self)
        if key not in self._terms.local and self._around is not None:
            outer = self._around.term(key)
            return Term(outer.predicate, outer.is_reverse, outer.write, inside)
        body = self._terms.definition(key)
        is_reverse = "@reverse" in body
        if is_reverse and body.get("@type") != "@id":
            raise UnsureError("a reverse term for something else than nodes", value=key)
        return Term(named_node(self._terms.expanded(key)), is_reverse, self._writer(body), inside)

    def _iri(self, text: str) -> str:
        return named_node(self._terms.reference(text))

    def _type(self, text: str) -> str:
        if "@context" in self._terms.definition(text):
            raise UnsureError("a type with a context of its own", value=text)
        return named_node(self._terms.expanded(text))

    def _writer(self, body: Mapping[str, Any]) -> Callable[[str], str]:
        """How a text is written under a term, https://www.w3.org/TR/json-ld11-api/#value-expansion."""
        kind, language = body.get("@type"), body.get("@language")
        if kind == "@id":
            return self.iri
        if kind is None:
            return plain_literal if language is None else partial(_qualified, language_tag(language))
        if language is not None:
            raise UnsureError("a term with both a type and a language", value=language)
        return partial(_qualified, datatype(named_node(self._terms.expanded(kind))))


@cache
def compiled(name: str) -> CompiledContext:
    """The compiled context of a kind of page, or of schema.org. Raises UnsureError when it cannot be compiled."""
    return CompiledContext(Terms(context(name)))


def named_node(iri: str) -> str:
    """An IRI in N-Triples. Raises UnsureError for what is no absolute IRI."""
    try:
        return str(ox.NamedNode(iri))
    except (ValueError, TypeError) as error:
        raise UnsureError("is no absolute IRI", value=iri) from error


def plain_literal(text: str) -> str:
    """A string literal in N-Triples. Raises UnsureError for what is no Unicode text."""
    # Of what N-Triples escapes, only these two are printable; most texts need no escape.
    if text.isprintable() and '"' not in text and "\\" not in text:
        return f'"{text}"'
    try:
        return str(ox.Literal(text))
    except ValueError as error:
        raise UnsureError("has one half of a surrogate pair") from error


@lru_cache(_KEYS)
def language_tag(tag: str) -> str:
    """What stands behind the text of a literal with a language. Raises UnsureError for what is no language tag."""
    try:
        return str(ox.Literal("", language=tag)).removeprefix('""')
    except (ValueError, TypeError) as error:
        raise UnsureError("is no language tag", value=tag) from error


@lru_cache(_KEYS)
def datatype(iri: str) -> str:
    """What stands behind the text of a literal with a datatype (in N-Triples). Raises UnsureError for what is none."""
    try:
        return str(ox.Literal("", datatype=ox.NamedNode(iri[1:-1]))).removeprefix('""')
    except ValueError as error:
        raise UnsureError("is no datatype", value=iri) from error


def _qualified(qualifier: str, text: str) -> str:
    return plain_literal(text) + qualifier
