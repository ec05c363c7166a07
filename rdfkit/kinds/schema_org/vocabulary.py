"""The names of schema.org's properties and types."""

from __future__ import annotations

import difflib
import re
from functools import cache, lru_cache

from rdfkit.front_matter import KeyPath
from rdfkit.kinds.schema_org.contexts import packaged_context
from rdfkit.kinds.schema_org.iris import check_scheme
from rdfkit.kinds.schema_org.problems import Problems

# Looking for the nearest name takes milliseconds.
MAX_ADVICE = 50

_NAMESPACE = "http://schema.org/"
_TERM = re.compile(r"https?://(?:www\.)?schema\.org/(.*)", re.DOTALL)


def schema_name(iri: str) -> str | None:
    """The name that an IRI of schema.org ends with, None for other IRIs."""
    if iri.startswith(_NAMESPACE):
        return iri[len(_NAMESPACE) :]
    match = _TERM.fullmatch(iri)
    return match[1] if match else None


def check_name(problems: Problems, iri: str, kind: str, path: KeyPath) -> None:
    """Notes a property or type that schema.org does not have, or that is in its https namespace."""
    name = schema_name(iri)
    if name is None:
        check_scheme(problems, iri, path)
        return
    if name not in known_names(kind):
        message = f"schema.org has no {kind} {name}"
        problems.note(f"schema-unknown-{kind}", message, path, name, advice(problems, name, kind))
    if not iri.startswith(_NAMESPACE) and not any(
        found.rule == "schema-namespace" for found in problems.found
    ):
        problems.note("schema-namespace", "queries find http://schema.org/ only", path, iri)


def advice(problems: Problems, name: str, kind: str) -> str | None:
    """Which property or type may have been meant, None where there is nothing near or too much has been said."""
    return _near(name, kind) if len(problems.found) < MAX_ADVICE else None


@cache
def known_names(kind: str) -> frozenset[str]:
    """The names of schema.org's properties or types: rdflib's list, and newer ones from the context."""
    # rdflib takes a while to import, and pages without a block have no need of it.
    from rdflib.namespace import SDO

    newer = {name for name, definition in packaged_context().items() if isinstance(definition, dict)}
    names = newer | SDO.__annotations__.keys()
    return frozenset(name for name in names if name[0].islower() == (kind == "property"))


@lru_cache(maxsize=1024)
def _near(name: str, kind: str) -> str | None:
    found = difflib.get_close_matches(name, sorted(known_names(kind)), n=1)
    return f"Did you mean {found[0]}?" if found else None
