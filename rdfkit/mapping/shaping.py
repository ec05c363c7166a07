"""Shapes that several kinds of page share: identifiers, organisms, annotations, addresses, typed values."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any
from urllib.parse import urljoin

from rdfkit.errors import IdentifierError
from rdfkit.mapping.document import Node, Origin
from rdfkit.mapping.fields import Fields, Row
from rdfkit.mapping.lookups import NamedTerm, Site, TermFacts
from rdfkit.rdf.identifiers import curie, expand, is_missing, parse_curie
from rdfkit.rdf.iris import encode_address, is_iri
from rdfkit.sources.lexicons import folded
from rdfkit.sources.yaml_reader import KeyPath

CC0 = "creativecommons:publicdomain/zero/1.0/"

# How many identifiers are remembered: the same genes come on many pages.
_KNOWN = 1 << 15
# The ontologies that pages annotate with, and the property that each has beside wp:ontologyTag.
_TAGS = {"PW": "pathwayTag", "DOID": "diseaseTag", "CL": "cellTypeTag"}
_ONTOLOGIES = {"pw": "PW", "doid": "DOID", "cl": "CL"}
# The label that ontologies give to a term which they have given up.
_OBSOLETE = re.compile(r"\s*obsolete[\s_:]", re.IGNORECASE)
# Addresses of the wiki that WikiPathways was until 2022.
_OLD_ADDRESS = re.compile(r"[^/]+:(?://[^/]*)?/?index\.php(?:[/?]|$)")
# The start of an address without its scheme, and no name of a file: www.example.org, example.org/x.
_HOST = re.compile(
    r"www\.[\w-]+\.|[\w-]+(\.[\w-]+)*\.[a-z]{2,}(:\d+)?/|"
    r"[\w-]+(\.[\w-]+)*\.(?!(?:png|jpe?g|gif|svg|webp|ico|pdf|html?|md)$)[a-z]{2,}$",
    re.IGNORECASE,
)
_ADDRESS = re.compile(r"(https?|ftp)://[^/\s]", re.IGNORECASE)
_BLANK = re.compile(r"\s")
_YEAR = re.compile(r"\d{4}", re.ASCII)
_DATE = re.compile(r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])", re.ASCII)
_INTEGER = re.compile(r"[+-]?\d+", re.ASCII)
_DECIMAL = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)", re.ASCII)


def literal(text: str) -> Node:
    """A plain literal, whatever type the context has for the term: how a failed value stays visible."""
    return {"@value": text}


@lru_cache(_KNOWN)
def reference(prefix: str, local: str | None) -> str | Node | None:
    """The CURIE of an identifier; a literal when it does not fit its pattern; None when there is none.

    It is read as identifiers are everywhere (`rdf.reading`): without outer blanks, its own prefix (`chebi:CHEBI:9150`)
    and the rest of its address. With nothing behind that (`mesh:NA`) it is missing.
    """
    if local is None or is_missing(local):
        return None
    try:
        return curie(prefix, local)
    except IdentifierError:
        return None if _is_empty(prefix, local) else literal(local)


def pathway(text: str) -> str | Node | None:
    """The CURIE of a pathway without version, from its id, a version of it, or the address of either."""
    found = reference("wikipathways", text)
    return found.partition("_")[0] if isinstance(found, str) else found


def _is_empty(prefix: str, text: str) -> bool:
    """Whether nothing stands behind a prefix, which may stand there twice, or behind the start of an address."""
    bare, start = text.strip().lower(), f"{prefix}:".lower()
    namespace = expand(f"{prefix}:").partition("://")[2].lower()
    if bare.partition("://")[2].removeprefix("www.").rstrip("/") == namespace.rstrip("/") != "":
        return True
    while bare.startswith(start):
        bare, text = bare.removeprefix(start).strip(), text.strip()[len(start) :]
    return is_missing(text)


def year(text: str | None) -> str | Node | None:
    """A text for a term typed xsd:gYear, or a plain literal when it is no year."""
    return _typed(text, _YEAR)


def date(text: str | None) -> str | Node | None:
    """A text for a term typed xsd:date, or a plain literal when it is no date."""
    return _typed(text, _DATE)


def decimal(text: str | None) -> str | Node | None:
    """A text for a term typed xsd:decimal, or a plain literal when it is no such number."""
    return _typed(text, _DECIMAL)


def integer(text: str | None) -> str | Node | None:
    """A text for a term typed xsd:integer, or a plain literal when it is no such number."""
    return _typed(text, _INTEGER)


def address(text: str | None, base: str | None = None) -> str | Node | None:
    """The absolute address of a text, against the address of its page if given; a literal when it is none.

    A host may stand there without its scheme. Words are no address, and a path is none without a page.
    """
    if text is None:
        return None
    bare = text.strip()
    if _HOST.match(bare):
        bare = f"https://{bare}"
    is_words = _BLANK.search(bare) is not None and "/" not in bare
    absolute = encode_address(urljoin(base, bare) if base else bare)
    return absolute if _ADDRESS.match(absolute) and is_iri(absolute) and not is_words else literal(text)


def ontology_term(name: str) -> str:
    """The CURIE of a term of an ontology that pages annotate with. Raises IdentifierError when it is none."""
    return parse_curie(name, _ONTOLOGIES)


def node(**terms: Any) -> Node:  # noqa: ANN401 - JSON-LD values
    """A node object of the terms that have a value. `id` and `type` stand for `@id` and `@type`."""
    named = {"@id": terms.pop("id", None), "@type": terms.pop("type", None), **terms}
    return {term: value for term, value in named.items() if value is not None and value != []}


def organisms(fields: Fields, site: Site) -> Node:
    """The terms `organism` (taxa) and `organismName` of a page. An unknown name gives a warning."""
    names = fields.texts("organisms")
    return node(organism=taxa(fields, site, "organisms", names), organismName=names)


def taxa(fields: Fields, site: Site, key: str, names: list[str]) -> list[str]:
    """The taxa of names under a key; a warning for each name that no table knows."""
    found = []
    for name in names:
        taxon = site.taxon(name)
        if taxon is None:
            fields.note(
                "organism-unknown",
                f'"{name}" is an organism that no table knows, so it has no taxon',
                key,
                value=name,
                advice="Check the spelling of the Latin name, or add an organism page for it.",
            )
        else:
            found.append(curie("NCBITaxon", taxon))
    return found


def ontology_terms(fields: Fields, site: Site, origins: dict[str, Origin]) -> Node:
    """The term `annotations` (ontology terms with label and parent) and the tag of each ontology."""
    terms: Node = {}
    for row in fields.rows("annotations"):
        name = row.get("id")
        tagged = _annotation(row, name, fields, site) if name else _unnamed(row)
        if tagged is None:
            continue
        terms.setdefault("annotations", []).append(tagged)
        if "@id" in tagged:
            origins[tagged["@id"]] = Origin("annotations", row.key_path, "id")
            terms.setdefault(_TAGS[tagged["@id"].partition(":")[0]], []).append(tagged["@id"])
    return terms


def named_term(
    fields: Fields, site: Site, term: str, label: str | None, key_path: KeyPath
) -> tuple[Node, str | None]:
    """What a term says of itself, and its label. An obsolete one gives a warning that names what replaces it.

    An ontology file tells the label that a page lacks, and what is obsolete; without one the label tells the latter.
    """
    known = site.described(term)
    label = (label.strip() if label else None) or (known.label if known else None)
    is_obsolete = known.obsolete if known else _is_obsolete(label)
    if is_obsolete:
        _note_obsolete(fields, term, label, known, key_path)
    return node(value=label, deprecated="true" if is_obsolete else None), label


def parent_terms(
    fields: Fields, site: Site, term: str, own_label: str | None, label: str | None, key_path: KeyPath
) -> Node:
    """What a term says of its parent, of which pages know the label: the term itself, or the label with a warning.

    A term is never its own parent. In place of an obsolete parent stands what replaces it.
    """
    label = label.strip() if label else None
    if label is None or (own_label is not None and folded(label) == folded(own_label)):
        return {}
    found = site.term(term.partition(":")[0], label)
    if found is None:
        fields.note(
            "term-parent",
            f'no term with the label "{label}" is known, so the parent stays a label',
            *key_path,
            value=label,
            advice="Add a page for that term, or correct the label.",
        )
        return node(parentLabel=label)
    known = site.described(found)
    if known is None or not known.obsolete:
        if found != term and known is None and _is_obsolete(label):
            _note_obsolete(fields, found, label, None, key_path)
        parents: tuple[NamedTerm, ...] = ((found, label),)
    else:
        parents = known.replaced_by
        if not parents:
            _note_obsolete(fields, found, label, known, key_path)
    return node(parent=[node(id=one, type="Class", value=name) for one, name in parents if one != term])


def redirects(fields: Fields, site_prefix: str) -> Node:
    """The other addresses of a page, absolute.

    `oldAddress` has those of the wiki that the site once was, `redirect_from` those that still lead to the page,
    `redirect_to` those that the page itself leads to.
    """
    others = _addresses(fields, "redirect_from", site_prefix)
    old = [address for address in others if _OLD_ADDRESS.match(address)]
    return node(
        oldAddress=old,
        redirect_from=[address for address in others if address not in old],
        redirect_to=_addresses(fields, "redirect_to", site_prefix),
    )


def _addresses(fields: Fields, key: str, site_prefix: str) -> list[str]:
    """The absolute addresses of the site-relative paths under a key."""
    texts = (text.strip() for text in fields.texts(key))
    return [text if is_iri(text) else f"{site_prefix}:{encode_address(text.lstrip('/'))}" for text in texts]


def _annotation(row: Row, name: str, fields: Fields, site: Site) -> Node:
    try:
        term = ontology_term(name)
    except IdentifierError:
        return literal(name)
    named, label = named_term(fields, site, term, row.get("value"), (*row.key_path, "id"))
    above = parent_terms(fields, site, term, label, row.get("parent"), (*row.key_path, "parent"))
    return node(id=term, type="Class", **named, **above)


def _is_obsolete(label: str | None) -> bool:
    return label is not None and _OBSOLETE.match(label) is not None


def _note_obsolete(
    fields: Fields, term: str, label: str | None, known: TermFacts | None, key_path: KeyPath
) -> None:
    """Warns of an obsolete term, and says what to use in its place as far as its ontology does."""
    if known is None:
        advice = "Use the term that replaces it. A build with the ontology's file (--ontology) names it."
    elif known.replaced_by:
        advice = f"Use {' and '.join(map(_shown, known.replaced_by))} instead."
    elif known.consider:
        advice = f"Use {' or '.join(map(_shown, known.consider))} instead, whichever fits."
    else:
        advice = "Use a term that is not obsolete; the ontology names none in its place."
    fields.note("term-obsolete", f"{_shown((term, label))} is obsolete", *key_path, value=term, advice=advice)


def _shown(term: NamedTerm) -> str:
    name, label = term
    # A term of an ontology that the prefix map does not name: `obo:PO_0009002`.
    written = name.removeprefix("obo:").replace("_", ":", 1) if name.startswith("obo:") else name
    return f'{written} "{label}"' if label else written


def _unnamed(row: Row) -> Node | None:
    value = row.get("value")
    return literal(value) if value else None


def _typed(text: str | None, pattern: re.Pattern[str]) -> str | Node | None:
    if text is None:
        return None
    bare = text.strip()
    return bare if pattern.fullmatch(bare) else literal(text)
