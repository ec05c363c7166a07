"""Node objects from the mappings of a block, with all that JSON-LD would lose noted.

What would vanish is repaired where the meaning is plain (`CC0` is a licence, a nested node is a part of the page), kept
as a literal where it is not, and noted either way.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from rdfkit.mapping.schema_org.contexts import inline, says_nothing
from rdfkit.mapping.schema_org.places import Place, Shaping, under
from rdfkit.mapping.schema_org.readings import HERE, Node, Reading
from rdfkit.mapping.schema_org.trees import is_absent, leaves, parts
from rdfkit.mapping.schema_org.values import (
    Item,
    Property,
    is_local,
    is_plain,
    left_out,
    note_refusal,
    property_of,
    text_items,
    value_object,
    verbatim,
)
from rdfkit.mapping.schema_org.vocabulary import (
    advice,
    check_name,
    check_scheme,
    is_web_address,
    known_types,
    licence,
    value_kinds,
)
from rdfkit.rdf.identifiers import is_missing
from rdfkit.rdf.iris import percent_encode
from rdfkit.sources.yaml_reader import KeyPath, Value

_PLAIN_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")


class _Entry(NamedTuple):
    """A key of a mapping with its value, and the keys of a node object under which the value stands."""

    key: str
    value: Value
    path: KeyPath
    keys: tuple[str, ...]


def node_object(
    shaping: Shaping, mapping: dict[str, Value], place: Place, top_iri: str | None = None
) -> Node | None:
    """The node object of a mapping, named under the page if it has no name; None when it says nothing.

    `top_iri` is the name that a mapping at the top gets.
    """
    says_context = top_iri is None and not says_nothing(mapping.get("@context", ""))
    context: Node = {"@context": inline(mapping["@context"])} if says_context else {}
    found = list(_entries(shaping, mapping, place.path))
    # Types may have contexts of their own, https://www.w3.org/TR/json-ld11/#type-scoped-contexts
    values = [entry.value for entry in found if entry.keys == ("@type",)]
    types = [text for value in values for _, text in leaves(value, ()) if isinstance(text, str)]
    frame = context | ({"@type": types} if types else {})
    own_iri = _own_iri(shaping, found, place, context, is_page=top_iri == shaping.names.page)
    node = context | {"@id": own_iri or top_iri or shaping.names.fresh(place.node_name)}
    is_silent = own_iri is None
    for entry in found:
        if entry.keys == ("@type",):
            items: list[Any] = list(_types(shaping, entry, place, context))
        elif entry.keys != ("@id",):
            items = list(_values(shaping, entry, place, frame))
        else:
            continue
        if items:
            is_silent = False
            _put(node, entry.keys, items)
    return None if is_silent else node


def _put(node: Node, keys: tuple[str, ...], items: list[Any]) -> None:
    for key in keys[:-1]:
        node = node.setdefault(key, {})
    known = node.get(keys[-1], [])
    items = [*(known if isinstance(known, list) else [known]), *items]
    node[keys[-1]] = items[0] if len(items) == 1 else items


def _entries(
    shaping: Shaping, mapping: dict[str, Value], path: KeyPath, above: tuple[str, ...] = ()
) -> Iterator[_Entry]:
    """The entries of a mapping, those below `@nest` and `@reverse` too."""
    for key, value in mapping.items():
        keyword, where = shaping.keyword(key), (*path, key)
        if keyword in ("@nest", "@reverse"):
            for inner, part in parts(value):
                if isinstance(part, dict):
                    below = above if keyword == "@nest" else ("@reverse",)
                    yield from _entries(shaping, part, (*where, *inner), below)
                else:
                    message = f"{keyword} holds mappings only, so this is left out"
                    shaping.problems.note("schema-form", message, (*where, *inner))
        elif keyword is None:
            yield _Entry(key, value, where, (*above, key))
        elif keyword in ("@id", "@type", "@graph", "@included") and not above:
            # A page is one graph.
            yield _Entry(key, value, where, ("@included" if keyword == "@graph" else keyword,))
        elif key != "@context":
            shaping.problems.left_out(key, path)


def _own_iri(
    shaping: Shaping, entries: list[_Entry], place: Place, context: Node, *, is_page: bool
) -> str | None:
    """The IRI that a node gives itself, made one under the page if need be; None when it gives none."""
    found = [entry for entry in entries if entry.keys == ("@id",)]
    for entry in found[1:]:
        shaping.problems.note("schema-keyword", "@id stands twice, so this one is left out", entry.path)
    if not found or is_absent(found[0].value):
        return None
    text, path = found[0].value, found[0].path
    if not isinstance(text, str):
        shaping.problems.note("schema-form", "@id is not a text, so it is left out", path)
        return None
    if is_web_address(text):
        return text
    iri = shaping.read(place.alone({**context, "@id": text, "@type": HERE})).subject()
    own = iri or shaping.names.local(text)
    if iri is not None:
        check_scheme(shaping.problems, iri, path)
    if is_page:
        message = f"@id is not an absolute http(s) IRI, so the page is {shaping.names.page}"
        shaping.problems.note("schema-iri", message, path, text)
        if iri is None and not is_local(text):
            shaping.names.page_alias = text
            return shaping.names.page
    elif iri is None and not is_local(text):
        message = f"@id is not an absolute IRI, so the node is {own}"
        shaping.problems.note("schema-iri", message, path, text)
    return own


def _types(shaping: Shaping, entry: _Entry, place: Place, context: Node) -> Iterator[str]:
    """The types that a value of `@type` names."""
    for where, part in leaves(entry.value, entry.path):
        if not isinstance(part, str):
            shaping.problems.note("schema-form", "@type is not a text, so it is left out", where)
        elif shaping.is_usual and part in known_types():
            yield part
        elif not is_missing(part):
            iri = shaping.read(place.alone({**context, "@id": HERE, "@type": part})).type()
            if iri is None:
                shaping.problems.note("schema-iri", "@type makes no IRI, so it is left out", where, part)
            else:
                check_name(shaping.problems, iri, "type", where)
                yield part


def _values(shaping: Shaping, entry: _Entry, place: Place, frame: Node) -> Iterator[Item]:
    """The values of a property or of `@included`, each as JSON-LD has it."""
    text = entry.value
    if shaping.is_usual and isinstance(text, str) and is_plain(text, value_kinds().get(entry.keys[0])):
        # Most entries of a page are such texts.
        if not is_missing(text):
            yield text
        return

    def read(value: Any) -> Reading:  # noqa: ANN401 - a JSON-LD value
        return shaping.read(place.alone({**frame, "@id": HERE, **under(entry.keys, value)}))

    prop = property_of(shaping, entry.keys, read)
    if prop is None:
        meant = advice(shaping.problems, entry.key, "property")
        message = "the context makes no IRI of this key, so it is left out"
        shaping.problems.note("schema-unmapped-key", message, entry.path, entry.key, meant)
        return
    if prop.kind is None and prop.predicate:
        check_name(shaping.problems, prop.predicate, "property", entry.path)
    inside = place.below(entry.path, _fragment_name(entry.key, prop.predicate), frame, entry.keys)
    values = verbatim if prop.is_map else _list_object if prop.is_list else _items
    yield from values(shaping, entry.value, prop, inside)


def _fragment_name(key: str, iri: str) -> str:
    """The name that nodes under a property get: its key, or the last part of its IRI."""
    name = key.removeprefix("@")
    if _PLAIN_NAME.fullmatch(name):
        return name
    return percent_encode(re.split("[/#:]", iri.rstrip("/#:"))[-1]) or "node"


def _items(shaping: Shaping, value: Value, prop: Property, place: Place) -> Iterator[Item]:
    """The values in a value: none for what is missing, several for a list."""
    if isinstance(value, list):
        for index, item in enumerate(value):
            if prop.kind == "text" and isinstance(item, str):
                # Most values of a page are keywords, and they need no place.
                if not is_missing(item):
                    yield item
            else:
                yield from _items(shaping, item, prop, place.item(index))
    elif isinstance(value, dict):
        yield from _object(shaping, value, prop, place)
    elif not is_missing(value):
        yield from text_items(shaping, value, prop, place.path)


def _object(shaping: Shaping, mapping: dict[str, Value], prop: Property, place: Place) -> Iterator[Item]:
    """The values of a mapping that stands as a value: a value, list, set or node object."""
    keys = {shaping.keyword(key): key for key in reversed(mapping) if key != "@context"}
    if "@value" in keys:
        yield from value_object(shaping, mapping, keys, prop, place.path)
    elif "@list" in keys or "@set" in keys:
        keyword, found = ("@list", _list_object) if "@list" in keys else ("@set", _items)
        left_out(shaping, mapping, {keyword, "@index"}, place.path)
        yield from found(shaping, mapping[keys[keyword]], prop, place.at(keys[keyword]))
    else:
        if prop.is_licence and "@id" in keys:
            identifier = mapping[keys["@id"]]
            known = licence(identifier) if isinstance(identifier, str) else None
            mapping = mapping if known is None else mapping | {keys["@id"]: known}
        node = node_object(shaping, mapping, place)
        if node is not None:
            yield node


def _list_object(shaping: Shaping, value: Value, prop: Property, place: Place) -> Iterator[Item]:
    """A list object, with lists inside of lists kept, https://www.w3.org/TR/json-ld11/#lists."""
    if is_absent(value):
        return
    items: list[Item] = []
    for index, item in enumerate(value if isinstance(value, list) else [value]):
        found = _list_object if isinstance(item, list) else _items
        items.extend(found(shaping, item, prop, place.item(index)))
    refusal = prop.read([{"@list": []}]).refusal
    if refusal is None:
        yield {"@list": items}
    else:
        note_refusal(shaping, place.path, refusal)
