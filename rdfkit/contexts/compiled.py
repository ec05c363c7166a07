"""JSON-LD contexts, compiled: what a key says, and how the texts under it are written in N-Triples.

Only what our contexts use is compiled. Of everything else `UnsureError` says that a JSON-LD processor has to decide;
nothing is guessed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache, partial
from typing import Any

import pyoxigraph as ox

from rdfkit.contexts import context
from rdfkit.errors import RdfkitError

# How much a context remembers: IRIs that come again on many pages, and keys.
_IRIS = 1 << 16
_KEYS = 1 << 12
# What may end a namespace, https://www.w3.org/TR/json-ld11/#compact-iris
_GEN_DELIM = (":", "/", "?", "#", "[", "]", "@")
_IN_CONTEXT = frozenset({"@version", "@vocab"})
_IN_TERM = frozenset({"@id", "@reverse", "@type", "@language", "@context", "@prefix"})


class UnsureError(RdfkitError):
    """Something that the compiled contexts do not cover."""


@dataclass(frozen=True, slots=True)
class Term:
    """What a key says: its predicate, and whether that points the other way.

    `write` gives the N-Triples form of a text under the key, or raises UnsureError. `inside` are the terms of the
    nodes under it.
    """

    predicate: str
    is_reverse: bool
    write: Callable[[str], str]
    inside: Terms


class Terms:
    """An active context: the keys of a local context, and those of the context around it.

    `term` gives the Term of a key, `iri` the IRI of a reference to a node, `type` that of a type, both in N-Triples.
    Each raises UnsureError. https://www.w3.org/TR/json-ld11-api/#iri-expansion
    """

    def __init__(self, local: Mapping[str, Any], around: Terms | None = None) -> None:
        self._local = local
        self._around = around
        self._vocab: str | None = around._vocab if around else local.get("@vocab")
        keywords = {key for key in local if key.startswith("@")}
        if keywords - _IN_CONTEXT or (around and (keywords or any(map(self._is_prefix, local)))):
            raise UnsureError("the context has what is not compiled")
        self._namespace = lru_cache(_KEYS)(self._namespace_of)
        self.term = lru_cache(_KEYS)(self._term)
        self.type = lru_cache(_KEYS)(self._type)
        # Prefixes are the same all over, so references are too.
        self.iri: Callable[[str], str] = around.iri if around else lru_cache(_IRIS)(self._iri)

    def _term(self, key: str) -> Term:
        body = self._definition(key)
        scope = body.get("@context")
        if scope is not None and key in scope:
            raise UnsureError("a term that its own context defines again", value=key)
        inside = self if scope is None else Terms(scope, self)
        if key not in self._local and self._around is not None:
            outer = self._around.term(key)
            return Term(outer.predicate, outer.is_reverse, outer.write, inside)
        is_reverse = "@reverse" in body
        if is_reverse and body.get("@type") != "@id":
            raise UnsureError("a reverse term for something else than nodes", value=key)
        return Term(named_node(self._expanded(key)), is_reverse, self._writer(body), inside)

    def _iri(self, text: str) -> str:
        return named_node(self._from_compact(text))

    def _type(self, text: str) -> str:
        if "@context" in self._definition(text):
            raise UnsureError("a type with a context of its own", value=text)
        return named_node(self._expanded(text))

    def _definition(self, key: str) -> Mapping[str, Any]:
        """The definition of a term, empty when it has none."""
        if key not in self._local:
            return self._around._definition(key) if self._around else {}
        found = self._local[key]
        body = {"@id": found} if isinstance(found, str) else found
        if not isinstance(body, Mapping) or body.keys() - _IN_TERM or {"@id", "@reverse"} <= body.keys():
            raise UnsureError("a term that is not compiled", value=key)
        return body

    def _expanded(self, name: str) -> str:
        """The IRI of a key, of a type, or of what a definition refers to."""
        if name in self._local:
            body = self._definition(name)
            target = body.get("@reverse", body.get("@id"))
            if not isinstance(target, str) or target == name:
                raise UnsureError("a term without an IRI of its own", value=name)
            return self._expanded(target)
        if self._around:
            return self._around._expanded(name)
        if ":" in name:
            return self._from_compact(name)
        if self._vocab is None or name.startswith("@"):
            raise UnsureError("a name that no context has", value=name)
        return f"{self._vocab}{name}"

    def _from_compact(self, text: str) -> str:
        """The IRI of a compact IRI of the outermost context; any other text as it is."""
        prefix, colon, local = text.partition(":")
        namespace = self._namespace(prefix)
        return text if namespace is None or not colon or local.startswith("//") else namespace + local

    def _namespace_of(self, prefix: str) -> str | None:
        return self._expanded(prefix) if self._is_prefix(prefix) else None

    def _is_prefix(self, name: str) -> bool:
        found = self._local.get(name)
        return found.endswith(_GEN_DELIM) if isinstance(found, str) else bool(found and found.get("@prefix"))

    def _writer(self, body: Mapping[str, Any]) -> Callable[[str], str]:
        """How a text is written under a term, https://www.w3.org/TR/json-ld11-api/#value-expansion."""
        kind, language = body.get("@type"), body.get("@language")
        if kind == "@id":
            return self.iri
        if kind is None:
            return plain_literal if language is None else partial(_qualified, language_tag(language))
        if language is not None:
            raise UnsureError("a term with both a type and a language", value=language)
        return partial(_qualified, datatype(named_node(self._expanded(kind))))


@cache
def compiled(name: str) -> Terms:
    """The compiled context of a kind of page, or of schema.org. Raises UnsureError when it cannot be compiled."""
    return Terms(context(name))


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
