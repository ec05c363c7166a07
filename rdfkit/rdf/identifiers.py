"""CURIEs and IRIs: the checked local parts, percent-encoding, namespaces, missing values.

The data stand in `data/prefixes.jsonld` (a JSON-LD context, loaded with `curies`), `data/identifiers.toml` and
`data/databases.tsv`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING

from rdfkit.errors import IdentifierError
from rdfkit.package_data import beside
from rdfkit.rdf.databases import prefixes as known_prefixes
from rdfkit.rdf.iris import percent_encode
from rdfkit.rdf.prefixes import prefix_map as prefix_map
from rdfkit.rdf.reading import read_local, table

if TYPE_CHECKING:
    import curies


def is_missing(text: str) -> bool:
    """Whether a text stands for "no value", as the data model lists it (`NA`, `~`, empty, ...)."""
    return text.strip() in missing_values()


def is_missing_word(text: str) -> bool:
    """Whether a text stands for "no value" even where NA and null are words, as in a figure."""
    return text.strip() in missing_word_values()


def curie(prefix: str, local: str) -> str:
    """`prefix:local`, percent-encoded, once the local part is read for what it is and fits the pattern of the prefix.

    Outer blanks, an address and the name of the database before it are no part of it: `PMID: 123`, `doi.org/10.1/x`.
    Raises IdentifierError with the value and the pattern when it does not fit.
    """
    known = known_prefixes().get(prefix)
    read = read_local(known, local) if known and not is_missing(local) else None
    if known is None and not is_missing(local):
        return f"{prefix}:{percent_encode(local)}"
    if read is None:
        wanted = f"{prefix}:{known.pattern.pattern}" if known else f"a local part for {prefix}:"
        raise IdentifierError(f'"{local}" is not a {prefix} identifier', value=local, expected=wanted)
    return f"{prefix}:{percent_encode(read.text)}"


def local_pattern(prefix: str) -> re.Pattern[str] | None:
    """What the local part of a prefix has to fit as a whole, after percent-decoding. None where any text will do."""
    known = known_prefixes().get(prefix)
    return known.pattern if known else None


def parse_curie(text: str, prefixes: Mapping[str, str]) -> str:
    """A CURIE as pages write it (`mesh:D001`, `chebi:CHEBI:17`), or an address, checked and percent-encoded.

    `prefixes` names the prefixes that may stand there, in lower case, and what each is in the prefix map.
    Raises IdentifierError for any other prefix and for a local part that does not fit.
    """
    prefix, colon, local = text.strip().partition(":")
    known = prefixes.get(prefix.strip().lower())
    if colon and known is not None:
        return curie(known, local)
    for one in prefixes.values() if "/" in text else ():
        if read := read_local(known_prefixes()[one], text):
            return curie(one, read.text)
    raise IdentifierError(
        f'"{text}" is not a CURIE', value=text, expected=" or ".join(f"{name}:…" for name in prefixes)
    )


@cache
def address_map() -> dict[str, str]:
    """Name → start of an address of the two sites, of the databases they link to, and of what they identify."""
    return dict(table()["addresses"])


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
def missing_values() -> frozenset[str]:
    """The texts that stand for "no value"."""
    return frozenset(table()["missing"])


@cache
def missing_word_values() -> frozenset[str]:
    """The texts that mean "no value" even where NA is a word."""
    return frozenset(table()["missing_words"])
