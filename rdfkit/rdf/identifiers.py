"""CURIEs and IRIs: the prefix map, the patterns of local parts, percent-encoding, missing values.

The data stand in `data/prefixes.jsonld` (a JSON-LD context, loaded with `curies`), `data/identifiers.toml` and
`data/databases.tsv`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from rdfkit.errors import IdentifierError
from rdfkit.package_data import beside, read_rows, read_toml
from rdfkit.rdf.iris import percent_encode

if TYPE_CHECKING:
    import curies

# What has no namespace of its own has one here: https://identifiers.org
_REGISTRY = "https://identifiers.org/"


def is_missing(text: str) -> bool:
    """Whether a text stands for "no value", as the data model lists it (`NA`, `~`, empty, ...)."""
    return text.strip() in missing_values()


def is_missing_word(text: str) -> bool:
    """Whether a text stands for "no value" even where NA and null are words, as in a figure."""
    return text.strip() in missing_word_values()


def curie(prefix: str, local: str) -> str:
    """`prefix:local`, percent-encoded, once the local part fits the pattern of the prefix.

    Raises IdentifierError with the value and the pattern when it does not fit.
    """
    pattern = _patterns().get(prefix)
    if is_missing(local) or (pattern is not None and pattern.fullmatch(local) is None):
        wanted = f"{prefix}:{pattern.pattern}" if pattern is not None else f"a local part for {prefix}:"
        raise IdentifierError(f'"{local}" is not a {prefix} identifier', value=local, expected=wanted)
    return f"{prefix}:{percent_encode(local)}"


def local_pattern(prefix: str) -> re.Pattern[str] | None:
    """What the local part of a prefix has to fit as a whole, after percent-decoding. None where any text will do."""
    return _patterns().get(prefix)


def parse_curie(text: str, prefixes: Mapping[str, str]) -> str:
    """A CURIE as pages write it (`mesh:D001`, `chebi:17`), checked and percent-encoded.

    `prefixes` names the prefixes that may stand there, in lower case, and what each is in the prefix map.
    Raises IdentifierError for any other prefix and for a local part that does not fit.
    """
    prefix, colon, local = text.partition(":")
    known = prefixes.get(prefix.lower())
    if not colon or known is None:
        raise IdentifierError(
            f'"{text}" is not a CURIE', value=text, expected=" or ".join(f"{name}:…" for name in prefixes)
        )
    return curie(known, local)


@cache
def prefix_map() -> dict[str, str]:
    """Prefix → namespace IRI, sorted by prefix: the one map for contexts, Turtle, shapes and queries."""
    text = beside(__file__, "data/prefixes.jsonld").read_text(encoding="utf-8")
    terms = json.loads(text)["@context"].items()
    # As `converter` has it; but `curies` and what it is built on take longer to import than a query to run.
    return dict(sorted((name, term if isinstance(term, str) else term["@id"]) for name, term in terms))


@cache
def address_map() -> dict[str, str]:
    """Name → start of an address of the two sites, of the databases they link to, and of what they identify."""
    registered = {name: _REGISTRY + name + "/" for name in databases() if name not in prefix_map()}
    return {**registered, **table()["addresses"]}


@dataclass(frozen=True, slots=True)
class Database:
    """A database whose identifiers pages use: its prefix, its full name, and the context term for a cross-reference."""

    prefix: str
    name: str
    term: str | None


@cache
def databases() -> Mapping[str, Database]:
    """The databases of `data/databases.tsv` by prefix."""
    rows = read_rows(beside(__file__, "data/databases.tsv"))
    return {prefix: Database(prefix, name, term or None) for prefix, name, term in rows}


def database_named(name: str) -> Database | None:
    """The database with this full name, whatever its case."""
    return _databases_by_name().get(name.lower())


@cache
def _databases_by_name() -> Mapping[str, Database]:
    # Of two with one name the first counts.
    return {found.name.lower(): found for found in reversed(list(databases().values()))}


def parse_database_curie(text: str) -> str:
    """A CURIE of any known database, checked and percent-encoded. Raises IdentifierError when it is none."""
    written, _, local = text.partition(":")
    prefix = written.lower()
    if prefix not in databases():
        raise IdentifierError(
            f'"{text}" names no known database', value=text, expected="a CURIE such as ncbigene:5604"
        )
    # ChEBI ids get their prefix again, whether they come with it or not.
    return curie(prefix, local.removeprefix("CHEBI:") if prefix == "chebi" else local)


@cache
def converter() -> curies.Converter:
    """The `curies` converter of the prefix map: `expand`, `compress`."""
    import curies

    return curies.load_jsonld_context(str(beside(__file__, "data/prefixes.jsonld")))


def expand(compact: str) -> str:
    """The IRI of a CURIE of the prefix or address map; any other text comes back as it is."""
    prefix, colon, local = compact.partition(":")
    namespace = _namespaces().get(prefix)
    return f"{namespace}{local}" if colon and namespace is not None else compact


def compress(iri: str) -> str:
    """The CURIE of an IRI when the prefix map has its namespace, else the IRI itself."""
    return converter().compress(iri) or iri


@cache
def _namespaces() -> dict[str, str]:
    return {**prefix_map(), **address_map()}


@cache
def table() -> dict[str, Any]:
    return read_toml(beside(__file__, "data/identifiers.toml"))


@cache
def missing_values() -> frozenset[str]:
    """The texts that stand for "no value"."""
    return frozenset(table()["missing"])


@cache
def missing_word_values() -> frozenset[str]:
    """The texts that mean "no value" even where NA is a word."""
    return frozenset(table()["missing_words"])


@cache
def _patterns() -> dict[str, re.Pattern[str]]:
    return {prefix: re.compile(pattern, re.ASCII) for prefix, pattern in table()["patterns"].items()}
