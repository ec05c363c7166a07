"""The JSON-LD contexts that say what the keys of pages mean, and what can be read off them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from typing import Any

from rdfkit import resources
from rdfkit.identifiers import address_map, expand, prefix_map

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
    scopes: dict[str, dict[str, tuple[str, ...]]] = {}
    _collect("", _own(name), scopes)
    return scopes


@cache
def terms(name: str) -> frozenset[str]:
    """All terms that a kind's context maps to a predicate."""
    by_predicate = (found for scope in scoped_terms(name).values() for found in scope.values())
    return frozenset(term for found in by_predicate for term in found)


def _own(name: str) -> dict[str, Any]:
    file = resources.contexts_folder() / f"{name}.jsonld"
    if not file.exists():
        return {}
    loaded: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))["@context"]
    return loaded


def _prefixes() -> dict[str, Any]:
    # Without @prefix a namespace that ends in "_" would not work (JSON-LD 1.1, section 4.4).
    both = {**prefix_map(), **address_map()}
    return {name: {"@id": iri, "@prefix": True} for name, iri in sorted(both.items())}


def _collect(scope: str, mapping: Mapping[str, Any], scopes: dict[str, dict[str, tuple[str, ...]]]) -> None:
    found = scopes.setdefault(scope, {})
    for term, definition in mapping.items():
        body = definition if isinstance(definition, dict) else {"@id": definition}
        iri = body.get("@id", body.get("@reverse"))
        if term.startswith("@") or not isinstance(iri, str):
            continue
        found[expand(iri)] = (*found.get(expand(iri), ()), term)
        _collect(term, body.get("@context", {}), scopes)
