"""The contexts of a block: those that are refused, and the others as JSON-LD has them, free of anything remote."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from rdfkit.mapping.jsonld import contexts
from rdfkit.mapping.schema_org.problems import Problems
from rdfkit.mapping.schema_org.trees import is_absent, mappings, texts
from rdfkit.rdf.identifiers import is_missing
from rdfkit.sources.yaml_reader import KeyPath, Value

# Oxigraph's parser follows terms that are defined by terms on the stack, and some thousands crash it.
MAX_CONTEXT_ENTRIES = 500
NAMED_GRAPHS = "the block makes named graphs, but a page is one graph, so it is refused"
_SCHEMA_ORG = re.compile(r"https?://(www\.)?schema\.org(/|/docs/jsonldcontext\.json(ld)?)?", re.IGNORECASE)
_MAPS = frozenset({"@graph", "@id", "@index", "@language", "@type"})
# https://www.w3.org/TR/json-ld11/#keywords
KEYWORDS = frozenset(
    re.findall(
        "@[a-z]+",
        "@base @container @context @direction @graph @id @import @included @index @json @language @list @nest "
        "@none @prefix @propagate @protected @reverse @set @type @value @version @vocab",
    )
)
_BOOLEAN_KEYWORDS = frozenset({"@prefix", "@propagate", "@protected"})
# What the published context of schema.org calls keywords.
SCHEMA_ORG_ALIASES: Mapping[str, str] = {"id": "@id", "type": "@type"}


def packaged_context() -> Mapping[str, Any]:
    """The schema.org context that ships with the package, the value of its `@context`."""
    return contexts.context("schema")


def remote_contexts(block: Value, path: KeyPath) -> Iterator[tuple[KeyPath, str]]:
    """Every reference to a context that is not in the block and not schema.org, wherever it stands."""
    for place, mapping in mappings(block, path):
        for key in ("@context", "@import"):
            for where, text in texts(mapping.get(key, []), (*place, key)):
                if not is_missing(text) and not _is_schema_org(text):
                    yield where, text


def is_refused(problems: Problems, part: dict[str, Value], path: KeyPath) -> bool:
    """Whether a block is refused for its contexts, which is noted: remote ones, large ones, and named graphs."""
    remote = list(remote_contexts(part, path))
    refusal = "the context is not in the page and is never fetched, so the block is refused"
    for where, text in remote:
        problems.note("schema-remote-context", refusal, where, text)
    is_large = _context_size(part) > MAX_CONTEXT_ENTRIES
    if is_large:
        refusal = f"the contexts have more than {MAX_CONTEXT_ENTRIES} entries, so the block is refused"
        problems.note("schema-context-size", refusal, path)
    makes_graphs = _has_graph_container(part)
    if makes_graphs:
        # Before the parser sees it: a list in a graph container ends Oxigraph's, and the process with it.
        problems.note("schema-named-graph", NAMED_GRAPHS, path)
    return bool(remote) or is_large or makes_graphs


def _is_schema_org(text: str) -> bool:
    return _SCHEMA_ORG.fullmatch(text.strip()) is not None


def says_nothing(context: Value) -> bool:
    """Whether a context is empty or missing."""
    return not context or is_absent(context)


def is_usual(part: dict[str, Value]) -> bool:
    """Whether a mapping has no context but that of schema.org."""
    return all(map(_is_usual, _contexts(part)))


def _is_usual(context: Value) -> bool:
    items = context if isinstance(context, list) else [context]
    return all(isinstance(item, str) and (is_missing(item) or _is_schema_org(item)) for item in items)


def _contexts(part: dict[str, Value]) -> list[Value]:
    return [mapping["@context"] for _, mapping in mappings(part, ()) if "@context" in mapping]


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


def _context_size(block: Value) -> int:
    """How many terms and references all contexts of a block have together."""
    size = 0
    for _, mapping in mappings(block, ()):
        if "@context" in mapping:
            inner = mapping["@context"]
            size += sum(1 for _ in texts(inner, ())) + sum(len(part) for _, part in mappings(inner, ()))
    return size


def _has_graph_container(part: dict[str, Value]) -> bool:
    """Whether any context in a mapping makes graphs of the values of a term."""
    return any("@graph" in _containers(definition) for _, definition in _definitions(part))


def map_terms(part: dict[str, Value]) -> frozenset[str]:
    """The terms of all contexts in a mapping below which keys are no properties."""
    return frozenset(key for key, definition in _definitions(part) if _is_map(definition))


def aliases(part: dict[str, Value]) -> Mapping[str, str]:
    """The terms of all contexts in a mapping that stand for keywords."""
    named = {key: str(item.get("@id")) for key, item in _definitions(part) if key not in KEYWORDS}
    own = {key: text for key, text in named.items() if text in KEYWORDS}
    names = [text for context in _contexts(part) for _, text in texts(context, ())]
    has_schema_org = names or "@context" not in part or any(key == "@import" for key, _ in _definitions(part))
    return {**SCHEMA_ORG_ALIASES, **own} if has_schema_org else own


def _definitions(part: dict[str, Value]) -> Iterator[tuple[str, dict[str, Value]]]:
    """The terms of all contexts in a mapping with their expanded definitions."""
    for context in _contexts(part):
        for _, found in mappings(context, ()):
            for key, item in found.items():
                yield key, item if isinstance(item, dict) else {"@id": item}


def _is_map(definition: dict[str, Value]) -> bool:
    return definition.get("@type") == "@json" or not _MAPS.isdisjoint(_containers(definition))


def _containers(definition: dict[str, Value]) -> set[str]:
    return {text for _, text in texts(definition.get("@container", []), ())}


def without_type_maps(part: dict[str, Value]) -> dict[str, Value]:
    """A mapping with the nodes of its type maps in lists, each with its type, and contexts without such containers.

    Oxigraph's processor refuses type maps of nodes with an `@id`, and leaves others without a name
    (https://www.w3.org/TR/json-ld11/#node-type-indexing).
    """
    terms = frozenset(key for key, found in _definitions(part) if "@type" in _containers(found))
    found = _unmapped(part, terms) if terms else part
    return found if isinstance(found, dict) else part


def _unmapped(value: Value, terms: frozenset[str]) -> Value:
    if isinstance(value, list):
        return [_unmapped(item, terms) for item in value]
    if not isinstance(value, dict):
        return value
    return {
        key: _without_containers(item)
        if key == "@context"
        else _typed_nodes({name: _unmapped(inner, terms) for name, inner in item.items()})
        if key in terms and isinstance(item, dict)
        else _unmapped(item, terms)
        for key, item in value.items()
    }


def _typed_nodes(by_type: dict[str, Value]) -> list[Value]:
    """The nodes of a type map with their types; a text in it is the IRI of a node."""
    nodes: list[Value] = []
    for name, inner in by_type.items():
        for one in inner if isinstance(inner, list) else [inner]:
            node: dict[str, Value] = (
                {"@id": one} if isinstance(one, str) else one if isinstance(one, dict) else {}
            )
            own = node.get("@type", [])
            types: list[Value] = [
                *([] if name == "@none" else [name]),
                *(own if isinstance(own, list) else [own]),
            ]
            if node and not (isinstance(one, str) and is_missing(one)):
                nodes.append(
                    {**({"@type": types} if types else {}), **{k: v for k, v in node.items() if k != "@type"}}
                )
    return nodes


def _without_containers(context: Value) -> Value:
    """A context whose terms have no container of types."""
    if isinstance(context, list):
        return [_without_containers(item) for item in context]
    if not isinstance(context, dict):
        return context
    found = {key: _without_containers(item) for key, item in context.items() if key != "@container"}
    kept: list[Value] = [text for _, text in texts(context.get("@container", []), ()) if text != "@type"]
    return found | ({"@container": kept if len(kept) > 1 else kept[0]} if kept else {})
