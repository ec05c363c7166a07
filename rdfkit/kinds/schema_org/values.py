"""Values that are no nodes: IRIs, dates, texts, and value objects."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, TypeAlias

import pyoxigraph as ox

from rdfkit.front_matter import KeyPath, Value
from rdfkit.identifiers import is_missing
from rdfkit.kinds.schema_org.contexts import inline
from rdfkit.kinds.schema_org.iris import check_scheme, is_iri, resolved
from rdfkit.kinds.schema_org.licences import licence
from rdfkit.kinds.schema_org.places import Place, Shaping
from rdfkit.kinds.schema_org.problems import Problems
from rdfkit.kinds.schema_org.properties import Property
from rdfkit.kinds.schema_org.terms import Terms
from rdfkit.kinds.schema_org.trees import text_or_none

# What stands in JSON-LD where a value may be: a text or a node, value or list object.
Node: TypeAlias = dict[str, Any]
Item: TypeAlias = str | Node

_DATE = re.compile(
    r"\d{4}(-(0[1-9]|1[0-2]))?|(\d{4}-\d\d-\d\d(T\d\d:\d\d[\d:.]*(Z|[+-]\d\d(:?\d\d)?)?)?)", re.ASCII
)


def verbatim(value: Value, prop: Property) -> Any:  # noqa: ANN401 - JSON
    """A value as it stands, but for its contexts and what is missing."""
    if isinstance(value, dict) and prop.type != "@json":
        return {
            key: inline(item) if key == "@context" else verbatim(item, prop) for key, item in value.items()
        }
    if isinstance(value, list) and prop.type != "@json":
        return [verbatim(item, prop) for item in value]
    return None if isinstance(value, str) and is_missing(value) else value


def text_item(shaping: Shaping, text: str, prop: Property, place: Place) -> Item:
    """A text as IRI, date or literal, as its property wants it; a plain literal when it is none."""
    if prop.is_licence and (known := licence(text)) is not None:
        return {"@id": known}
    if prop.type in ("@id", "@vocab"):
        iri = reference(shaping, text, place.terms, place.path)
        if iri is None and prop.type == "@vocab":
            term = place.terms.expand(text)
            iri = term if term is not None and is_iri(term) else None
        if iri is not None:
            return {"@id": iri}
        shaping.problems.note(
            "schema-iri", "the value is not an absolute IRI, so it is kept as text", place.path, text
        )
        return {"@value": text}
    if prop.is_date and not _is_date(text):
        shaping.problems.note(
            "schema-date", "the value is not a date, so it is kept as text", place.path, text
        )
        return {"@value": text}
    return text


def reference(shaping: Shaping, text: str, terms: Terms, path: KeyPath) -> str | None:
    """The absolute IRI of a reference to a node; None when there is none.

    Blank nodes and fragments are under the page. Other relative IRIs need an `@base`.
    """
    if text.startswith("_:"):
        return shaping.names.local(text) if len(text) > len("_:") else None
    if terms.base is None and text.startswith("#") and len(text) > 1:
        return shaping.names.local(text)
    iri = resolved(terms.base, terms.expand(text, vocab=False) or text)
    if not is_iri(iri):
        return None
    check_scheme(shaping.problems, iri, path)
    return iri


def _is_date(text: str) -> bool:
    """Whether a text is a year, a month, a day or a time of a day as ISO 8601 writes them."""
    match = _DATE.fullmatch(text)
    if match is None or match[3] is None:
        return match is not None
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True


def value_object(
    problems: Problems, mapping: dict[str, Value], keys: Mapping[str | None, str], place: Place
) -> Iterator[Item]:
    """A value object with what RDF can say of it, https://www.w3.org/TR/json-ld11/#value-objects."""
    text = mapping[keys["@value"]]
    only_keys(problems, keys, {"@value", "@type", "@language", "@index"}, place.path)
    if not isinstance(text, str):
        problems.note("schema-form", "@value is not a text, so it is left out", (*place.path, keys["@value"]))
    elif not is_missing(text):
        datatype = _qualifier(problems, mapping, keys, "@type", place)
        language = _qualifier(problems, mapping, keys, "@language", place)
        if datatype and language:
            problems.left_out(keys["@language"], place.path)
        qualified = {"@type": datatype} if datatype else {"@language": language} if language else {}
        yield {"@value": text} | qualified


def only_keys(problems: Problems, keys: Mapping[str | None, str], wanted: set[str], path: KeyPath) -> None:
    """Notes the keys of an object, given by what they mean, that say nothing there."""
    for meaning, key in keys.items():
        if meaning not in wanted:
            problems.left_out(key, path)


def _qualifier(
    problems: Problems, mapping: dict[str, Value], keys: Mapping[str | None, str], keyword: str, place: Place
) -> str | None:
    """The datatype IRI or language tag of a value object, if it is one."""
    if keyword not in keys:
        return None
    value = mapping[keys[keyword]]
    path = (*place.path, keys[keyword])
    if isinstance(value, str) and is_missing(value):
        return None
    if isinstance(value, str) and keyword == "@language" and _is_language(value):
        return value
    if isinstance(value, str) and keyword == "@type":
        iri = place.terms.expand(value)
        if iri is not None and is_iri(iri):
            return iri
    wanted = "a datatype" if keyword == "@type" else "a language tag"
    problems.note("schema-form", f"{keyword} is not {wanted}, so it is left out", path, text_or_none(value))
    return None


def _is_language(text: str) -> bool:
    try:
        ox.Literal("", language=text)
    except ValueError:
        return False
    return True
