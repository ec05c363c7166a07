"""The keys of a mapping that mean something, and what their values are to be."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from typing import NamedTuple

from rdfkit.front_matter import KeyPath, Value
from rdfkit.identifiers import percent_encode
from rdfkit.kinds.schema_org.iris import is_iri
from rdfkit.kinds.schema_org.places import Place
from rdfkit.kinds.schema_org.problems import Problems
from rdfkit.kinds.schema_org.terms import PLAIN_NAME, Terms, schema_org_terms
from rdfkit.kinds.schema_org.trees import parts, texts
from rdfkit.kinds.schema_org.vocabulary import advice, known_names, schema_name

# Containers under which keys are not properties.
_MAPS = frozenset({"@graph", "@id", "@index", "@language", "@type"})
_LICENCE_PROPERTIES = frozenset({"license", "sdLicense"})
_DATE_TYPES = frozenset({"Date", "DateTime"})


class Entry(NamedTuple):
    """A key of a mapping that means something: the IRI or keyword it stands for, and its value."""

    key: str
    meaning: str
    value: Value
    path: KeyPath


class Property(NamedTuple):
    """A property as its value needs it. `key` is how it is written in the shaped node."""

    key: str
    iri: str
    type: str | None = None
    containers: frozenset[str] = frozenset()
    is_reverse: bool = False

    @property
    def is_verbatim(self) -> bool:
        """Whether what stands below is no ordinary value."""
        return self.type == "@json" or not self.containers.isdisjoint(_MAPS)

    @property
    def is_plain(self) -> bool:
        """Whether its texts are literals as they stand."""
        return self.type is None and not self.is_licence

    @property
    def is_licence(self) -> bool:
        """Whether the value may be the name of a licence."""
        return schema_name(self.iri) in _LICENCE_PROPERTIES

    @property
    def is_date(self) -> bool:
        """Whether the value is to be a date of schema.org."""
        return self.type is not None and schema_name(self.type) in _DATE_TYPES


def entries(problems: Problems, mapping: dict[str, Value], place: Place) -> Iterator[Entry]:
    """The keys of a mapping that stand for something, those below `@nest` too. Notes the others."""
    for key, value in mapping.items():
        path = (*place.path, key)
        known = _known_property(key, place.terms)
        if known is not None:
            yield Entry(key, known.iri, value, path)
            continue
        meaning = place.terms.expand(key)
        if key == "@context":
            continue
        if meaning == "@nest":
            yield from _nested_entries(problems, value, place.at(key))
        elif meaning is None:
            problems.note(
                "schema-unmapped-key", "the context says nothing of this key, so it is left out", path, key
            )
        elif meaning.startswith("@") or (key and is_iri(meaning)):
            yield Entry(key, meaning, value, path)
        else:
            meant = advice(problems, key, "property")
            problems.note("schema-iri", "the key makes no IRI, so it is left out", path, key, meant)


def _nested_entries(problems: Problems, value: Value, place: Place) -> Iterator[Entry]:
    for path, part in parts(value):
        if isinstance(part, dict):
            yield from entries(problems, part, replace(place, path=(*place.path, *path)))
        else:
            problems.note(
                "schema-form", "@nest holds mappings only, so this is left out", (*place.path, *path)
            )


def property_of(entry: Entry, terms: Terms) -> Property:
    """The property that a key is by its term definition."""
    return _known_property(entry.key, terms) or _property(entry.key, entry.meaning, terms)


def _known_property(key: str, terms: Terms) -> Property | None:
    """The property of schema.org with that name, None where another context has a say."""
    return _schema_org_properties().get(key) if terms is schema_org_terms() else None


@cache
def _schema_org_properties() -> dict[str, Property]:
    terms = schema_org_terms()
    found = {key: terms.expand(key) for key in known_names("property")}
    return {key: _property(key, iri, terms) for key, iri in found.items() if iri and is_iri(iri)}


def _property(key: str, meaning: str, terms: Terms) -> Property:
    definition = terms.definition(key)
    type_, container = definition.get("@type"), definition.get("@container", [])
    return Property(
        terms.written(key, meaning),
        meaning,
        terms.expand(type_) if isinstance(type_, str) else None,
        frozenset(text for _, text in texts(container, ())),
        "@reverse" in definition,
    )


def fragment_name(key: str, iri: str) -> str:
    """The name that nodes under a property get: its key, or the last part of its IRI."""
    if PLAIN_NAME.fullmatch(key):
        return key
    return percent_encode(re.split("[/#:]", iri.rstrip("/#:"))[-1]) or "node"
