"""What a name in a block may be: an IRI, a property or type of schema.org, a licence, a date."""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Mapping
from datetime import datetime
from functools import cache, lru_cache

from rdfkit.mapping.schema_org.contexts import packaged_context
from rdfkit.mapping.schema_org.problems import Problems
from rdfkit.package_data import beside
from rdfkit.rdf.iris import is_iri
from rdfkit.sources.yaml_reader import KeyPath

# Looking for the nearest name takes milliseconds.
MAX_ADVICE = 50

LICENCE_PROPERTIES = frozenset({"license", "sdLicense"})
DATE_TYPES = frozenset({"Date", "DateTime"})

_WEB_ADDRESS = re.compile(r"https?://[^/?#]", re.IGNORECASE)
# Anything else before the colon is more likely a prefix that nobody declared.
_SCHEMES = re.compile("acct|data|did|file|ftp|geo|https?|info|mailto|ni|tag|tel|urn", re.IGNORECASE)
NAMESPACE = "http://schema.org/"
_TERM = re.compile(r"https?://(?:www\.)?schema\.org/(.*)", re.DOTALL)
_DATE = re.compile(
    r"\d{4}(-(0[1-9]|1[0-2]))?|(\d{4}-\d\d-\d\d(T\d\d:\d\d[\d:.]*(Z|[+-]\d\d(:?\d\d)?)?)?)", re.ASCII
)


def is_web_address(text: str) -> bool:
    """Whether a text is an absolute IRI of http or https."""
    return _WEB_ADDRESS.match(text) is not None and is_iri(text)


def check_scheme(problems: Problems, iri: str, path: KeyPath) -> None:
    """Notes an IRI that looks like a name with a prefix that nobody declared."""
    scheme = iri.partition(":")[0]
    if _SCHEMES.fullmatch(scheme) is None:
        problems.note(
            "schema-iri",
            f'"{scheme}:" is no prefix of the context and no known scheme, so it is an IRI as it stands',
            path,
            iri,
        )


def schema_name(iri: str) -> str | None:
    """The name that an IRI of schema.org ends with, None for other IRIs."""
    if iri.startswith(NAMESPACE):
        return iri[len(NAMESPACE) :]
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
    if not iri.startswith(NAMESPACE) and not any(
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


@cache
def known_types() -> frozenset[str]:
    """The names of schema.org's types that its own context does not give another meaning."""
    return frozenset(name for name in known_names("type") if _is_ordinary(name))


@cache
def value_kinds() -> Mapping[str, str]:
    """What the texts under each property of schema.org's own context are: `text`, `@id` or `Date`."""
    names = [name for name in known_names("property") if _is_ordinary(name)]
    return {name: packaged_context().get(name, {}).get("@type", "text") for name in names}


def _is_ordinary(name: str) -> bool:
    return isinstance(packaged_context().get(name, {}), dict)


def is_date(text: str) -> bool:
    """Whether a text is a year, a month, a day or a time of a day as ISO 8601 writes them."""
    match = _DATE.fullmatch(text)
    if match is None or match[3] is None:
        return match is not None
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True


def licence(name: str) -> str | None:
    """The IRI of a licence from its name, such as `CC0` or `CC-BY-4.0`."""
    return licences().get(_plain(name))


@cache
def licences() -> Mapping[str, str]:
    """The IRIs of `licences.json`, by plain name: small letters, one space between words."""
    text = beside(__file__, "licences.json").read_text(encoding="utf-8")
    return {_plain(name): iri for name, iri in json.loads(text).items()}


def _plain(name: str) -> str:
    return re.sub(r"[\s_-]+", " ", name).strip().casefold()
