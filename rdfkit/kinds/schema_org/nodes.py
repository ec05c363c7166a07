"""Node objects from mappings, with all that stands in them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from rdfkit.front_matter import KeyPath, Value
from rdfkit.identifiers import is_missing
from rdfkit.kinds.schema_org.contexts import inline, is_schema_org_only, says_nothing
from rdfkit.kinds.schema_org.iris import is_iri, is_web_address
from rdfkit.kinds.schema_org.licences import licence
from rdfkit.kinds.schema_org.places import Place, Shaping
from rdfkit.kinds.schema_org.problems import Problems
from rdfkit.kinds.schema_org.properties import Entry, Property, entries, fragment_name, property_of
from rdfkit.kinds.schema_org.terms import Terms, schema_org_terms
from rdfkit.kinds.schema_org.trees import leaves, text_or_none, texts
from rdfkit.kinds.schema_org.values import Item, Node, only_keys, reference, text_item, value_object, verbatim
from rdfkit.kinds.schema_org.vocabulary import check_name


def node_object(
    shaping: Shaping, mapping: dict[str, Value], place: Place, top_iri: str | None = None
) -> Node | None:
    """The node object of a mapping, named under the page if it has no name; None when it says nothing.

    `top_iri` is the name that a mapping at the top gets.
    """
    terms, node = _entered(mapping, place.terms)
    place = place.within(terms)
    found = list(entries(shaping.problems, mapping, place))
    own_iri = _own_iri(shaping, found, place, is_page=top_iri == shaping.names.page)
    node["@id"] = own_iri or top_iri or shaping.names.fresh(place.node_name)
    said: dict[str, list[Any]] = {}
    pointing: dict[str, list[Any]] = {}
    for entry in found:
        if entry.meaning == "@type":
            said.setdefault("@type", []).extend(_types(shaping.problems, entry.value, terms, entry.path))
        elif entry.meaning in ("@graph", "@included"):
            said.setdefault("@included", []).extend(_included(shaping, entry, place))
        elif entry.meaning == "@reverse":
            pointing.update(_reverse(shaping, entry, place))
        elif not entry.meaning.startswith("@"):
            prop = property_of(entry, terms)
            said.setdefault(prop.key, []).extend(_property_items(shaping, entry, prop, place))
        elif entry.meaning != "@id":
            shaping.problems.left_out(entry.key, entry.path[:-1])
    said["@reverse"] = [pointing] if pointing else []
    said = {key: items for key, items in said.items() if items}
    if not said and own_iri is None:
        return None
    return node | {key: items[0] if len(items) == 1 else items for key, items in said.items()}


def _entered(mapping: dict[str, Value], terms: Terms) -> tuple[Terms, Node]:
    """The terms inside of a mapping, and the start of its node: its context, where it has one of its own."""
    context = mapping.get("@context", "")
    node: Node = {}
    if not says_nothing(context) and not (terms is schema_org_terms() and is_schema_org_only(context)):
        node["@context"] = inline(context)
        terms = terms.extended(node["@context"])
    if terms is schema_org_terms():
        return terms, node
    # Type-scoped contexts, https://www.w3.org/TR/json-ld11/#type-scoped-contexts
    types = [value for key, value in mapping.items() if key != "@context" and terms.expand(key) == "@type"]
    for text in sorted({text for value in types for _, text in texts(value, ())}):
        definition = terms.definition(text)
        terms = terms.extended(definition["@context"]) if "@context" in definition else terms
    return terms, node


def _own_iri(shaping: Shaping, entries: list[Entry], place: Place, *, is_page: bool) -> str | None:
    """The IRI that a node gives itself, made one under the page if need be; None when it gives none."""
    found = [entry for entry in entries if entry.meaning == "@id"]
    for entry in found[1:]:
        shaping.problems.note("schema-keyword", "@id stands twice, so this one is left out", entry.path)
    if not found or (isinstance(found[0].value, str) and is_missing(found[0].value)):
        return None
    text, path = found[0].value, found[0].path
    if not isinstance(text, str):
        shaping.problems.note("schema-form", "@id is not a text, so it is left out", path)
        return None
    iri = reference(shaping, text, place.terms, path)
    if is_page:
        return _page_iri_of(shaping, text, iri, path)
    if iri is None:
        iri = shaping.names.local(text)
        shaping.problems.note("schema-iri", f"@id is not an absolute IRI, so the node is {iri}", path, text)
    return iri


def _page_iri_of(shaping: Shaping, text: str, iri: str | None, path: KeyPath) -> str:
    if iri is None or not is_web_address(text):
        shaping.problems.note(
            "schema-iri",
            f"@id is not an absolute http(s) IRI, so the page is {shaping.names.page}",
            path,
            text,
        )
    if iri is None:
        shaping.names.page_alias = text
        return shaping.names.page
    return iri


def _types(problems: Problems, value: Value, terms: Terms, path: KeyPath) -> Iterator[str]:
    """The types that a value of `@type` names."""
    for where, part in leaves(value, path):
        if not isinstance(part, str):
            problems.note("schema-form", "@type is not a text, so it is left out", where)
        elif not is_missing(part):
            iri = terms.expand(part)
            if iri is None or not is_iri(iri):
                problems.note("schema-iri", "@type makes no IRI, so it is left out", where, part)
            else:
                check_name(problems, iri, "type", where)
                yield terms.written(part, iri)


def _included(shaping: Shaping, entry: Entry, place: Place) -> Iterator[Node]:
    """The nodes of `@included`, and of `@graph` too, for a page is one graph."""
    name = entry.meaning.removeprefix("@")
    inside = place.below(entry.path, name, place.terms)
    items = _items(shaping, entry.value, Property(entry.key, entry.meaning), inside)
    return _only_nodes(shaping.problems, items, entry)


def _reverse(shaping: Shaping, entry: Entry, place: Place) -> dict[str, list[Any]]:
    """The properties of `@reverse`, with the nodes that point to this one."""
    if not isinstance(entry.value, dict):
        shaping.problems.note("schema-form", "@reverse is not a mapping, so it is left out", entry.path)
        return {}
    pointing: dict[str, list[Any]] = {}
    for inner in entries(shaping.problems, entry.value, replace(place, path=entry.path)):
        if inner.meaning.startswith("@"):
            shaping.problems.left_out(inner.key, entry.path)
        else:
            prop = property_of(inner, place.terms)._replace(is_reverse=True)
            pointing.setdefault(prop.key, []).extend(_property_items(shaping, inner, prop, place))
    return {key: items for key, items in pointing.items() if items}


def _property_items(shaping: Shaping, entry: Entry, prop: Property, place: Place) -> Iterator[Any]:
    """The values of a property, each as JSON-LD has it."""
    check_name(shaping.problems, prop.iri, "property", entry.path)
    if prop.is_verbatim:
        yield verbatim(entry.value, prop)
        return
    definition = place.terms.definition(entry.key)
    terms = place.terms.extended(definition["@context"]) if "@context" in definition else place.terms
    inside = place.below(entry.path, fragment_name(entry.key, prop.iri), terms)
    if prop.is_reverse:
        yield from _only_nodes(shaping.problems, _items(shaping, entry.value, prop, inside), entry)
    elif "@list" in prop.containers:
        yield from _list_object(shaping, entry.value, prop, inside)
    else:
        yield from _items(shaping, entry.value, prop, inside)


def _items(shaping: Shaping, value: Value, prop: Property, place: Place) -> Iterator[Item]:
    """The values in a value: none for what is missing, several for a list."""
    if isinstance(value, list):
        is_plain = prop.is_plain
        for index, item in enumerate(value):
            if is_plain and isinstance(item, str):
                # Most values of a page are keywords, and they need no place.
                if not is_missing(item):
                    yield item
            else:
                yield from _items(shaping, item, prop, place.item(index))
    elif isinstance(value, dict):
        yield from _object(shaping, value, prop, place)
    elif not is_missing(value):
        yield text_item(shaping, value, prop, place)


def _object(shaping: Shaping, mapping: dict[str, Value], prop: Property, place: Place) -> Iterator[Item]:
    """The values of a mapping that stands as a value: a value, list, set or node object."""
    terms, _ = _entered(mapping, place.terms)
    keys = {terms.expand(key): key for key in reversed(mapping) if key != "@context"}
    if "@value" in keys:
        yield from value_object(shaping.problems, mapping, keys, place.within(terms))
    elif "@list" in keys:
        only_keys(shaping.problems, keys, {"@list", "@index"}, place.path)
        yield from _list_object(shaping, mapping[keys["@list"]], prop, place.at(keys["@list"]).within(terms))
    elif "@set" in keys:
        only_keys(shaping.problems, keys, {"@set", "@index"}, place.path)
        yield from _items(shaping, mapping[keys["@set"]], prop, place.at(keys["@set"]).within(terms))
    else:
        if prop.is_licence and "@id" in keys:
            identifier = mapping[keys["@id"]]
            known = licence(identifier) if isinstance(identifier, str) else None
            mapping = mapping if known is None else mapping | {keys["@id"]: known}
        node = node_object(shaping, mapping, place)
        if node is not None:
            yield node


def _list_object(shaping: Shaping, value: Value, prop: Property, place: Place) -> Iterator[Node]:
    """A list object, with lists inside of lists kept, https://www.w3.org/TR/json-ld11/#lists."""
    if isinstance(value, str) and is_missing(value):
        return
    items: list[Item] = []
    for index, item in enumerate(value if isinstance(value, list) else [value]):
        found = _list_object if isinstance(item, list) else _items
        items.extend(found(shaping, item, prop, place.item(index)))
    yield {"@list": items}


def _only_nodes(problems: Problems, items: Iterator[Item], entry: Entry) -> Iterator[Node]:
    for item in items:
        if isinstance(item, dict) and "@id" in item:
            yield item
        else:
            problems.note(
                "schema-form", "only nodes may stand here, so this is left out", entry.path, _shown(item)
            )


def _shown(item: Item) -> str | None:
    return item if isinstance(item, str) else text_or_none(item.get("@value"))
