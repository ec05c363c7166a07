"""The contexts of a block: those that are refused, and the others as JSON-LD has them, free of anything remote."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from rdfkit import resources
from rdfkit.front_matter import KeyPath, Value
from rdfkit.identifiers import is_missing
from rdfkit.kinds.schema_org.trees import mappings, texts

_SCHEMA_ORG = re.compile(r"https?://(www\.)?schema\.org(/|/docs/jsonldcontext\.json(ld)?)?", re.IGNORECASE)
# What makes and changes a context, and stands in nothing else.
_CONTEXT = frozenset({"@context", "@import", "@container"})
_NO_CONTEXT = _CONTEXT - {"@context"}
_BOOLEAN_KEYWORDS = frozenset({"@prefix", "@propagate", "@protected"})


@cache
def packaged_context() -> Mapping[str, Any]:
    """The schema.org context that ships with the package, the value of its `@context`."""
    text = (resources.contexts_folder() / "schema.jsonld").read_text(encoding="utf-8")
    context: dict[str, Any] = json.loads(text)["@context"]
    return context


def remote_contexts(block: Value, path: KeyPath) -> Iterator[tuple[KeyPath, str]]:
    """Every reference to a context that is not in the block and not schema.org, wherever it stands."""
    for place, mapping in mappings(block, path):
        for key in ("@context", "@import"):
            for where, text in texts(mapping.get(key, []), (*place, key)):
                if not is_missing(text) and not _is_schema_org(text):
                    yield where, text


def _is_schema_org(text: str) -> bool:
    return _SCHEMA_ORG.fullmatch(text.strip()) is not None


def says_nothing(context: Value) -> bool:
    """Whether a context is empty or missing."""
    return not context or (isinstance(context, str) and is_missing(context))


def is_schema_org_only(context: Value) -> bool:
    """Whether a context is that of schema.org and nothing else."""
    if isinstance(context, list):
        return all(isinstance(item, str) and _is_schema_org(item) for item in context)
    return isinstance(context, str) and _is_schema_org(context)


def says_schema_org_only(part: dict[str, Value]) -> bool:
    """Whether a mapping has the context of schema.org and none below, as nearly all have."""
    if not is_schema_org_only(part.get("@context", [])):
        return False
    others = (mapping for _, mapping in mappings(part, ()) if mapping is not part)
    return _NO_CONTEXT.isdisjoint(part) and all(_CONTEXT.isdisjoint(mapping) for mapping in others)


def inline(context: Value) -> Any:  # noqa: ANN401 - a JSON-LD context
    """The context as JSON: schema.org in its place, and `null`, `true` and `1.1` no longer texts."""
    if isinstance(context, str):
        return None if is_missing(context) else packaged_context()
    if isinstance(context, list):
        return [inline(item) for item in context]
    return _inline_mapping(context)


def _inline_mapping(context: Mapping[str, Value]) -> dict[str, Any]:
    # Only schema.org can be imported here: everything else was refused as remote.
    found: dict[str, Any] = dict(packaged_context()) if "@import" in context else {}
    for key, value in context.items():
        if key == "@context":
            found[key] = inline(value)
        elif isinstance(value, dict):
            found[key] = _inline_mapping(value)
        elif isinstance(value, str):
            found[key] = _context_scalar(key, value)
        elif key != "@import":
            found[key] = value
    found.pop("@import", None)
    return found


def _context_scalar(key: str, text: str) -> str | bool | float | None:
    if key in _BOOLEAN_KEYWORDS and text.lower() in ("true", "false"):
        return text.lower() == "true"
    if key == "@version" and text == "1.1":
        return 1.1
    return None if is_missing(text) else text


def context_size(block: Value) -> int:
    """How many terms and references all contexts of a block have together."""
    size = 0
    for _, mapping in mappings(block, ()):
        if "@context" in mapping:
            inner = mapping["@context"]
            size += sum(1 for _ in texts(inner, ())) + sum(len(part) for _, part in mappings(inner, ()))
    return size


def has_own_context(part: dict[str, Value]) -> bool:
    """Whether any context in a mapping says more than schema.org's."""
    contexts = (mapping["@context"] for _, mapping in mappings(part, ()) if "@context" in mapping)
    return any(not is_schema_org_only(context) and not says_nothing(context) for context in contexts)


def has_graph_container(part: dict[str, Value]) -> bool:
    """Whether any context in a mapping makes graphs of the values of a term."""
    containers = (mapping["@container"] for _, mapping in mappings(part, ()) if "@container" in mapping)
    return any(text == "@graph" for container in containers for _, text in texts(container, ()))
