"""What the keys of a block mean under its context."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Any

from rdfkit.front_matter import Value
from rdfkit.kinds.schema_org.contexts import inline, is_schema_org_only, packaged_context, says_nothing
from rdfkit.kinds.schema_org.trees import MAX_DEPTH, text_or_none

PLAIN_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")

# What has the form of a keyword is never a term, https://www.w3.org/TR/json-ld11/#keywords
_KEYWORD = re.compile(r"@[A-Za-z]+")
_KEYWORDS = frozenset(
    re.findall(
        "@[a-z]+",
        "@base @container @context @direction @graph @id @import @included @index @json @language @list @nest "
        "@none @prefix @propagate @protected @reverse @set @type @value @version @vocab",
    )
)
_GEN_DELIM = (":", "/", "?", "#", "[", "]", "@")


class Terms:
    """What keys mean: as much of an active context as shaping needs.

    https://www.w3.org/TR/json-ld11-api/#context-processing-algorithm
    """

    def __init__(self, definitions: Mapping[str, Any], vocab: str | None, base: str | None) -> None:
        self.definitions = definitions
        self.vocab = vocab
        self.base = base

    def extended(self, context: Any) -> Terms:  # noqa: ANN401 - a JSON-LD context
        """The terms that hold once a local context is processed too."""
        if context is None:
            return Terms({}, None, None)
        if isinstance(context, list):
            terms = self
            for item in context:
                terms = terms.extended(item)
            return terms
        vocab = context.get("@vocab", self.vocab)
        return Terms(
            {
                **self.definitions,
                **{key: value for key, value in context.items() if not _KEYWORD.fullmatch(key)},
            },
            self.expand(vocab) or vocab if isinstance(vocab, str) else None,
            text_or_none(context.get("@base", self.base)),
        )

    def definition(self, key: str) -> Mapping[str, Any]:
        """The expanded term definition of a key, empty when it has none."""
        found = self.definitions.get(key)
        return found if isinstance(found, dict) else {}

    def expand(self, name: str, *, vocab: bool = True, seen: frozenset[str] = frozenset()) -> str | None:
        """The IRI or keyword that a name stands for, None when it stands for nothing.

        Without `vocab` only what looks like a compact IRI is expanded.
        https://www.w3.org/TR/json-ld11-api/#iri-expansion
        """
        if name in _KEYWORDS:
            return name
        if _KEYWORD.fullmatch(name) or len(seen) > MAX_DEPTH:
            return None
        if vocab and name in self.definitions and name not in seen:
            target = _target(name, self.definitions[name])
            if target != name:
                return None if target is None else self.expand(target, seen=seen | {name})
        prefix, colon, local = name.partition(":")
        if colon and prefix:
            return self._expand_compact(name, prefix, local, seen)
        return f"{self.vocab}{name}" if vocab and self.vocab is not None else None

    def written(self, name: str, iri: str) -> str:
        """How a key or type is written in the shaped node: as it stands where that is safe, else as its IRI."""
        return name if name in self.definitions or PLAIN_NAME.fullmatch(name) else iri

    def _expand_compact(self, name: str, prefix: str, local: str, seen: frozenset[str]) -> str:
        if (
            prefix == "_"
            or local.startswith("//")
            or prefix in seen
            or not _is_prefix(self.definitions.get(prefix))
        ):
            return name
        namespace = self.expand(prefix, seen=seen | {name})
        return name if namespace is None else f"{namespace}{local}"


def _target(name: str, definition: object) -> str | None:
    if isinstance(definition, dict):
        definition = definition.get("@reverse", definition.get("@id", name))
    return definition if isinstance(definition, str) else None


def _is_prefix(definition: object) -> bool:
    """Whether a term may stand before a colon, https://www.w3.org/TR/json-ld11/#compact-iris."""
    if isinstance(definition, dict):
        return definition.get("@prefix") is True
    return isinstance(definition, str) and definition.endswith(_GEN_DELIM)


@cache
def schema_org_terms() -> Terms:
    """The terms of the packaged context, always the same object."""
    return Terms({}, None, None).extended(packaged_context())


def terms_of(context: Value) -> Terms:
    """The terms of a top-level context that has nothing remote."""
    if says_nothing(context) or is_schema_org_only(context):
        return schema_org_terms()
    return Terms({}, None, None).extended(inline(context))
