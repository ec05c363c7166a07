"""Reads identifiers as people write them: with blanks, addresses, names of the database, under another database.

What was written is read for what it is where its form says so; any other text is none. Forms and addresses are in
`data/identifiers.toml`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache, lru_cache
from typing import Any, NamedTuple
from urllib.parse import unquote

from rdfkit.package_data import beside, read_toml
from rdfkit.rdf.databases import REGISTRY, Database, database, databases, prefixes
from rdfkit.rdf.iris import percent_encode
from rdfkit.rdf.prefixes import prefix_map

# What `str.strip` does not take for a blank and nobody sees.
_INVISIBLE = "\u200b\u200c\u200d\u2060\ufeff\u00ad"
_AFTER = ".,;:/-–—_ \u00a0"
_DOTS = ".,;: \u00a0"
_SCHEME = re.compile(r"(https?://)?(www\.)?", re.IGNORECASE)
_NAME = re.compile(r"([A-Za-z][A-Za-z0-9._-]*)\s*[:= ]\s*(?=\S)")
_KNOWN = 1 << 15


class Local(NamedTuple):
    """A local part in its one form. `is_cut` says that something was left out that is no mere blank or name."""

    text: str
    is_cut: bool = False


class Reading(NamedTuple):
    """What a CURIE of a page was read as.

    `database` is that of the identifier, or the one that the prefix names if there is no identifier; `local` the
    local part or None; `written` what stands after the prefix. `is_other` says that the form told another database
    than the prefix, `is_cut` that something was left out.
    """

    database: Database | None
    local: str | None
    written: str
    is_other: bool = False
    is_cut: bool = False

    @property
    def is_repaired(self) -> bool:
        """Whether more than a blank or a name was wrong with it."""
        return self.is_other or self.is_cut

    @property
    def node(self) -> str:
        """The node as the RDF of WikiPathways has it: under identifiers.org, as a CURIE."""
        known, local = self._known
        return _node_start(known) + percent_encode(local)

    @property
    def reference(self) -> str:
        """The CURIE by which others refer to it, in a cross-reference."""
        known, local = self._known
        return _reference_start(known) + percent_encode(local)

    @property
    def identifier(self) -> str:
        """The identifier as its database writes it: CHEBI:16393."""
        known, local = self._known
        return known.banana + local

    @property
    def _known(self) -> tuple[Database, str]:
        if self.database is None or self.local is None:
            raise ValueError("there is no identifier")
        return self.database, self.local


@lru_cache(_KNOWN)
def read_curie(text: str) -> Reading:
    """A CURIE as pages write it, of any database. A text that is no identifier has no local part."""
    prefix, colon, written = text.partition(":")
    usual = databases().get(prefix)
    if usual and prefix not in table()["loose"] and usual.pattern.fullmatch(written):
        return Reading(usual, _one_form(prefix, written), written)
    whole = trimmed(text)
    prefix, colon, written = _of_registry(whole).partition(":")
    if not colon:
        prefix, written = "", whole
    known = database(prefix)
    if known is None and whole.lower().startswith(("http:", "https:")):
        known = next((one for one in databases().values() if _without_address(one, whole)), None)
        written = whole if known else written
    local = read_local(known, written) if known else None
    if known and local:
        return Reading(known, local.text, written, is_cut=local.is_cut)
    return _by_form(prefix, trimmed(written)) or Reading(
        known, None, trimmed(written) if known or not prefix else whole
    )


@lru_cache(_KNOWN)
def read_local(known: Database, text: str) -> Local | None:
    """The local part under a prefix, however it is written; None when the text is none."""
    if _is_of_other(known, trimmed(text)):
        return None
    for candidate in _spellings(known, trimmed(text)):
        for tried in (candidate, candidate.rstrip(_DOTS), candidate.strip(_AFTER)):
            for cased in (tried, _in_case(tried), tried.upper()):
                if known.pattern.fullmatch(cased):
                    return Local(_one_form(known.prefix, cased), tried != candidate)
    return None


class Locus(NamedTuple):
    """A gene of a plant, told by the form of its name: its name in Ensembl Plants, and BridgeDb's of the source."""

    name: str
    source: str | None


def read_locus(text: str) -> Locus | None:
    """The gene of a plant whose name this is; None for any other text."""
    for pattern, source in _loci():
        if found := pattern.fullmatch(text):
            return Locus(_in_case(found[1]), source)
    return None


def trimmed(text: str) -> str:
    """The text without outer blanks, seen or unseen."""
    text = text.strip()
    return text if text.isascii() else text.strip(_INVISIBLE).strip()


@cache
def table() -> dict[str, Any]:
    """What `data/identifiers.toml` says."""
    return read_toml(beside(__file__, "data/identifiers.toml"))


@lru_cache(512)
def _node_start(known: Database) -> str:
    is_same = prefix_map().get(known.prefix) == REGISTRY + known.path
    return f"{known.prefix}:" if is_same else f"identifiers:{known.path}"


@lru_cache(512)
def _reference_start(known: Database) -> str:
    return f"{known.prefix}:" if known.prefix in prefix_map() else _node_start(known)


def _spellings(known: Database, text: str) -> Iterator[str]:
    """The text as it stands, then without an address, then without names of the database before it."""
    yield text
    text = _without_address(known, text) or text
    yield text
    while (named := _NAME.match(text)) and named[1].lower() in _names(known):
        text = text[named.end() :]
        yield text
    if known.banana and text.startswith(known.banana):
        yield text.removeprefix(known.banana)


@lru_cache(512)
def _names(known: Database) -> frozenset[str]:
    return frozenset({known.prefix.lower(), known.banana.rstrip(":").lower(), *known.synonyms} - {""})


def _without_address(known: Database, text: str) -> str | None:
    scheme = _SCHEME.match(text)
    rest = text[scheme.end() :] if scheme else text
    for start in _starts(known):
        if rest.lower().startswith(start):
            local = unquote(rest[len(start) :].partition("?")[0].partition("#")[0].rstrip("/"))
            # A DOI has slashes of its own; what follows any other identifier is a part of its page.
            return local if known.prefix == "doi" else local.partition("/")[0].removesuffix(".html")
    return None


@lru_cache(512)
def _starts(known: Database) -> tuple[str, ...]:
    namespace = prefix_map().get(known.prefix, "").partition("://")[2].removeprefix("www.")
    own = (start.lower() for start in (*table()["written"].get(known.prefix, ()), namespace) if start)
    registry = REGISTRY.removeprefix("https://")
    ours = (f"{registry}{known.path}", f"{registry}{known.prefix}/", f"{registry}{known.prefix}:")
    return (*own, *(start.lower() for start in ours))


def _of_registry(text: str) -> str:
    """An address of identifiers.org as the CURIE that it holds; any other text as it is."""
    scheme = _SCHEME.match(text)
    rest = text[scheme.end() :] if scheme else text
    start = REGISTRY.removeprefix("https://")
    if not rest.startswith(start):
        return text
    curie = rest.removeprefix(start)
    first = curie.partition("/")[0]
    return curie if ":" in first else curie.replace("/", ":", 1)


def _is_of_other(known: Database, text: str) -> bool:
    """Whether the form of a text tells another database than this one, whose pattern would let it through."""
    also = table()["loose"].get(known.prefix)
    found = _by_form(known.prefix, text) if also is not None else None
    return bool(found and found.database and found.database.prefix not in (known.prefix, *also))


def _by_form(prefix: str, written: str) -> Reading | None:
    """What the form of a local part says, or a second prefix in it (`hgnc.symbol:HGNC:11000`)."""
    inner, colon, rest = written.partition(":")
    other = database(inner) if colon else None
    if other and (local := read_local(other, rest)):
        return Reading(other, local.text, written, is_cut=local.is_cut)
    short = written.strip(_AFTER)
    texts = tuple(dict.fromkeys((written, short, _in_case(short), short.upper())))
    for pattern, known, within in _forms():
        if within and prefix.lower() not in within:
            continue
        for text in texts:
            if found := pattern.fullmatch(text):
                local_text = _one_form(known.prefix, found[1] if pattern.groups else found[0])
                is_own = database(prefix) is known
                return Reading(known, local_text, written, is_other=not is_own, is_cut=is_own)
    return None


def _one_form(prefix: str, local: str) -> str:
    """Of several ways to write one identifier the one that the graph has.

    DOIs mean the same in any case (DOI handbook, 2.4), and HMDB has made its five digits seven.
    """
    if prefix == "doi":
        return local.lower()
    local = _in_case(local)
    return f"HMDB00{local[4:]}" if prefix == "hmdb" and len(local) == len("HMDB00000") else local


def _in_case(text: str) -> str:
    """An identifier in the case that its database writes, where people write it in any."""
    for pattern, start in _cases():
        if pattern.fullmatch(text):
            return start + text[len(start) :].lower() if start else text.upper()
    return text


@cache
def _cases() -> tuple[tuple[re.Pattern[str], str], ...]:
    return tuple(
        (re.compile(one["pattern"], re.ASCII | re.IGNORECASE), one.get("start", ""))
        for one in table()["cases"]
    )


@cache
def _forms() -> tuple[tuple[re.Pattern[str], Database, frozenset[str]], ...]:
    return tuple(
        (
            re.compile(form["pattern"], re.ASCII),
            prefixes()[form["database"]],
            frozenset(form.get("within", ())),
        )
        for form in table()["forms"]
    )


@cache
def _loci() -> tuple[tuple[re.Pattern[str], str | None], ...]:
    return tuple((re.compile(one["pattern"], re.ASCII), one.get("source")) for one in table()["loci"])
