"""The JSON-LD contexts that say what the keys of pages mean, and what can be read off them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from typing import Any

from rdfkit.mapping.jsonld.terms import Terms
from rdfkit.package_data import beside
from rdfkit.rdf.identifiers import address_map, prefix_map

# Scope ("" or the term under which a node stands) → predicate IRI → terms.
Scopes = Mapping[str, Mapping[str, tuple[str, ...]]]


@cache
def context(name: str) -> Mapping[str, Any]:
    """The context of a kind of page with the prefix map in front of it, or the schema.org context as it is.

    A kind without a context of its own has only the prefixes.
    """
    own = _own(name)
    return own if name == "schema" else {**_prefixes(), **own}


@cache
def scoped_terms(name: str) -> Scopes:
    """Which terms of a kind's context stand for a predicate, by the scope in which they do."""
    found: dict[str, dict[str, tuple[str, ...]]] = {}
    _collect("", Terms(context(name)), _own(name), found)
    return found


@cache
def terms(name: str) -> frozenset[str]:
    """All terms that a kind's context maps to a predicate."""
    by_predicate = (found for scope in scoped_terms(name).values() for found in scope.values())
    return frozenset(term for found in by_predicate for term in found)


def _own(name: str) -> dict[str, Any]:
    file = beside(__file__, "contexts") / f"{name}.jsonld"
    if not file.exists():
        return {}
    loaded: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))["@context"]
    return loaded


def _prefixes() -> dict[str, Any]:
    # Without @prefix a namespace that ends in "_" would not work (JSON-LD 1.1, section 4.4).
    both = {**prefix_map(), **address_map()}
    return {name: {"@id": iri, "@prefix": True} for name, iri in sorted(both.items())}


def _collect(
    scope: str, terms: Terms, own: Mapping[str, Any], found: dict[str, dict[str, tuple[str, ...]]]
) -> None:
    here = found.setdefault(scope, {})
    for term in (key for key in own if not key.startswith("@")):
        predicate = terms.expanded(term)
        here[predicate] = (*here.get(predicate, ()), term)
        inside = terms.inside(term)
        _collect(term, inside, {} if inside is terms else inside.local, found)
