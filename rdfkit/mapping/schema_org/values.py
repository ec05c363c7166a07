"""Properties, and the values under them that are no nodes: IRIs, dates, texts, and value objects."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple, TypeAlias

import pyoxigraph as ox

from rdfkit.mapping.schema_org.contexts import inline
from rdfkit.mapping.schema_org.places import Place, Shaping
from rdfkit.mapping.schema_org.readings import THERE, Node, Reading
from rdfkit.mapping.schema_org.trees import is_absent
from rdfkit.mapping.schema_org.vocabulary import (
    DATE_TYPES,
    LICENCE_PROPERTIES,
    NAMESPACE,
    check_scheme,
    is_date,
    is_web_address,
    licence,
    schema_name,
    value_kinds,
)
from rdfkit.rdf.identifiers import is_missing
from rdfkit.sources.yaml_reader import KeyPath, Value

# What stands in JSON-LD where a value may be: a text or a node, value or list object.
Item: TypeAlias = str | Node


class Property(NamedTuple):
    """A property as its values need it. `@included` has no predicate, and that of a map is not asked for.

    `read` gives what the processor reads in a value of it. `kind` says of a property of schema.org's own context what
    the texts under it are: `text`, `@id` or `Date`. The keys below a map are no properties.
    """

    predicate: str
    read: Callable[[Any], Reading]
    kind: str | None = None
    is_map: bool = False
    is_list: bool = False

    @property
    def is_licence(self) -> bool:
        """Whether the value may be the name of a licence."""
        return schema_name(self.predicate) in LICENCE_PROPERTIES


def property_of(shaping: Shaping, keys: tuple[str, ...], read: Callable[[Any], Reading]) -> Property | None:
    """The property that the last of some keys is, None when no context maps it."""
    if keys == ("@included",):
        return Property("", read)
    if shaping.is_usual and len(keys) == 1 and keys[0] in value_kinds():
        return Property(f"{NAMESPACE}{keys[0]}", read, value_kinds()[keys[0]])
    if keys[-1] in shaping.maps:
        return Property("", read, is_map=True)
    reading = read([{"@id": THERE}])
    predicate = reading.predicate()
    return Property(predicate, read, is_list=reading.is_list()) if predicate and keys[-1] else None


def is_local(text: str) -> bool:
    """Whether a text is a blank node label or a fragment, which name something in the page."""
    return text.startswith(("_:", "#")) and text not in ("_:", "#")


def note_refusal(shaping: Shaping, path: KeyPath, refusal: str, text: str | None = None) -> None:
    """Notes what the processor refuses."""
    shaping.problems.note("schema-form", f"is no JSON-LD here, so it is left out: {refusal}", path, text)


def left_out(shaping: Shaping, mapping: dict[str, Value], wanted: set[str], path: KeyPath) -> None:
    """Notes the keys of an object that say nothing there. Only keywords are wanted."""
    for key in mapping:
        if shaping.keyword(key) not in wanted and key != "@context":
            shaping.problems.left_out(key, path)


def verbatim(shaping: Shaping, value: Value, prop: Property, place: Place) -> Iterator[Any]:
    """A value whose keys are no properties, as it stands but for its contexts and what is missing."""
    found = _verbatim(value)
    refusal = prop.read(found).refusal
    if refusal is None:
        yield found
    else:
        note_refusal(shaping, place.path, refusal)


def _verbatim(value: Value) -> Any:  # noqa: ANN401 - JSON
    if isinstance(value, dict):
        return {key: inline(item) if key == "@context" else _verbatim(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_verbatim(item) for item in value]
    return None if is_missing(value) else value


def text_items(shaping: Shaping, text: str, prop: Property, path: KeyPath) -> Iterator[Item]:
    """A text as IRI, date or literal, as its property wants it; a plain literal when it is none."""
    if prop.is_licence and (known := licence(text)) is not None:
        yield {"@id": known}
        return
    if is_plain(text, prop.kind):
        yield text
        return
    reading = prop.read([text])
    value = reading.value()
    if reading.refusal is not None:
        note_refusal(shaping, path, reading.refusal, text)
    elif isinstance(value, ox.NamedNode):
        check_scheme(shaping.problems, value.value, path)
        yield text
    elif value is None and is_local(text):
        yield {"@id": shaping.names.local(text)}
    elif value is None and (refusal := prop.read([{"@value": text}]).refusal) is not None:
        note_refusal(shaping, path, refusal, text)
    elif value is None:
        message = "the value is not an absolute IRI, so it is kept as text"
        shaping.problems.note("schema-iri", message, path, text)
        yield {"@value": text}
    elif schema_name(value.datatype.value) in DATE_TYPES and not is_date(text):
        shaping.problems.note("schema-date", "the value is not a date, so it is kept as text", path, text)
        yield {"@value": text}
    else:
        yield text


def is_plain(text: str, kind: str | None) -> bool:
    """Whether a text is what belongs under a property of schema.org's own context."""
    if kind == "Date":
        return is_date(text)
    return kind == "text" or (kind == "@id" and is_web_address(text))


def value_object(
    shaping: Shaping, mapping: dict[str, Value], keys: Mapping[str | None, str], prop: Property, path: KeyPath
) -> Iterator[Item]:
    """A value object with what RDF can say of it, https://www.w3.org/TR/json-ld11/#value-objects."""
    left_out(shaping, mapping, {"@value", "@type", "@language", "@index"}, path)
    found = {
        keyword: mapping[keys[keyword]] for keyword in ("@value", "@type", "@language") if keyword in keys
    }
    text = found["@value"]
    if not isinstance(text, str):
        message = "@value is not a text, so it is left out"
        shaping.problems.note("schema-form", message, (*path, keys["@value"]))
        return
    if is_missing(text):
        return
    said = {keyword: item for keyword, item in found.items() if not is_absent(item)}
    for wrong in ((), ("@language",), ("@type",), ("@language", "@type")):
        item = {keyword: value for keyword, value in said.items() if keyword not in wrong}
        if isinstance(prop.read([item]).value(), ox.Literal):
            for keyword in said.keys() - item.keys():
                message = f"{keyword} is none that this value can have, so it is left out"
                shaping.problems.note("schema-form", message, (*path, keys[keyword]))
            yield item
            return
    note_refusal(shaping, path, prop.read([{"@value": text}]).refusal or "it gives no literal", text)
