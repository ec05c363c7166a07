"""What a JSON-LD term means: the one reading of contexts that is not a JSON-LD processor's.

It reads what our own contexts use. Of everything else `UnsureError` says that a JSON-LD processor has to decide;
nothing is guessed.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from rdfkit.errors import RdfkitError

# How many prefixes a context remembers.
_PREFIXES = 1 << 12
# What may end a namespace, https://www.w3.org/TR/json-ld11/#compact-iris
_GEN_DELIM = (":", "/", "?", "#", "[", "]", "@")
_IN_CONTEXT = frozenset({"@version", "@vocab"})
_IN_TERM = frozenset({"@id", "@reverse", "@type", "@language", "@context", "@prefix"})


class UnsureError(RdfkitError):
    """Something that only a JSON-LD processor can read."""


class Terms:
    """An active context: the terms of a local context, and those of the context around it.

    `around` is None for the outermost context, the only one that may have prefixes. Raises UnsureError for a context
    with anything else. https://www.w3.org/TR/json-ld11-api/#iri-expansion
    """

    def __init__(self, local: Mapping[str, Any], around: Terms | None = None) -> None:
        self.local = local
        self.around = around
        self._vocab: str | None = around._vocab if around else local.get("@vocab")
        keywords = {key for key in local if key.startswith("@")}
        if keywords - _IN_CONTEXT or (around and (keywords or any(map(self._is_prefix, local)))):
            raise UnsureError("the context has what is not read here")
        self._namespace = lru_cache(_PREFIXES)(self._namespace_of)

    def definition(self, key: str) -> Mapping[str, Any]:
        """The definition of a term, empty when it has none."""
        if key not in self.local:
            return self.around.definition(key) if self.around else {}
        found = self.local[key]
        body = {"@id": found} if isinstance(found, str) else found
        if not isinstance(body, Mapping) or body.keys() - _IN_TERM or {"@id", "@reverse"} <= body.keys():
            raise UnsureError("a term that is not read here", value=key)
        return body

    def inside(self, key: str) -> Terms:
        """The terms of the nodes under a term."""
        scope = self.definition(key).get("@context")
        if scope is not None and key in scope:
            raise UnsureError("a term that its own context defines again", value=key)
        return self if scope is None else Terms(scope, self)

    def expanded(self, name: str) -> str:
        """The IRI of a key, of a type, or of what a definition refers to."""
        if name in self.local:
            body = self.definition(name)
            target = body.get("@reverse", body.get("@id"))
            if not isinstance(target, str) or target == name:
                raise UnsureError("a term without an IRI of its own", value=name)
            return self.expanded(target)
        if self.around:
            return self.around.expanded(name)
        if ":" in name:
            return self.reference(name)
        if self._vocab is None or name.startswith("@"):
            raise UnsureError("a name that no context has", value=name)
        return f"{self._vocab}{name}"

    def reference(self, text: str) -> str:
        """The IRI of a compact IRI, as a reference to a node may be; any other text as it is."""
        if self.around:
            # Prefixes are the same all over.
            return self.around.reference(text)
        prefix, colon, local = text.partition(":")
        namespace = self._namespace(prefix)
        return text if namespace is None or not colon or local.startswith("//") else namespace + local

    def _namespace_of(self, prefix: str) -> str | None:
        return self.expanded(prefix) if self._is_prefix(prefix) else None

    def _is_prefix(self, name: str) -> bool:
        found = self.local.get(name)
        return found.endswith(_GEN_DELIM) if isinstance(found, str) else bool(found and found.get("@prefix"))
