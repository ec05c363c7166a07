"""The table of a pathway's literature."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from itertools import islice

from rdfkit.errors import IdentifierError
from rdfkit.mapping.document import Node, Origin
from rdfkit.mapping.fields import Fields, Row
from rdfkit.mapping.shaping import node
from rdfkit.rdf.identifiers import curie, database_named
from rdfkit.rdf.iris import encode_address, is_iri

TABLE = "bibliography"
_BLOCK = 500
# Links that the site puts behind a citation: PubMed, Europe PMC, Scholia.
_LINK = re.compile(r"\s*<a\b[^>]*>.*?</a>", re.IGNORECASE | re.DOTALL)


def nodes(fields: Fields, version: str, origins: dict[str, Origin]) -> Iterator[Node]:
    """The references of a pathway version, as node objects of that version with some hundred rows each."""
    rows = fields.table(TABLE)
    while block := list(islice(rows, _BLOCK)):
        named = [(row, _identifier(row, fields)) for row in block]
        references = [_reference(row, name, origins) for row, name in named if name]
        names = [reference["@id"] for reference in references]
        unnamed = (_unnamed(row, fields) for row, name in named if not name)
        yield node(
            id=version,
            bibliography=references,
            cites=names,
            references=names,
            unidentifiedReference=[text for text in unnamed if text],
        )


def _identifier(row: Row, fields: Fields) -> str | None:
    """The CURIE or address of a reference, None when it has none that can be used."""
    text, database = row.get("ID"), row.get("Database") or ""
    if text is None:
        return None
    if database.lower() == "url" and is_iri(encode_address(text)):
        return encode_address(text)
    known = database_named(database)
    try:
        return curie(known.prefix, text) if known else None
    except IdentifierError as error:
        consequence = "the citation is kept without it"
        fields.note_identifier("reference-identifier", error, row, "ID", text, consequence)
        return None


def _reference(row: Row, name: str, origins: dict[str, Origin]) -> Node:
    origins.setdefault(name, Origin(TABLE, row.key_path, "ID"))
    known = database_named(row.get("Database") or "")
    return node(
        id=name,
        type="PublicationReference",
        citation=_citation(row),
        database=known.name if known else row.get("Database"),
    )


def _unnamed(row: Row, fields: Fields) -> str | None:
    text = _citation(row) or row.get("ID")
    if text is None:
        fields.refuse_row(row, "the row has neither an identifier nor a citation", "one of the two")
    return text


def _citation(row: Row) -> str | None:
    text = unescape(_LINK.sub("", row.get("Citation") or "")).strip()
    return text or None
