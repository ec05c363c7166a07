"""The table of a pathway's literature."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from itertools import islice

from rdfkit.mapping.document import Node, Origin
from rdfkit.mapping.fields import Fields, Row
from rdfkit.mapping.shaping import node
from rdfkit.rdf.databases import Database, database, database_named
from rdfkit.rdf.iris import encode_address, is_iri
from rdfkit.rdf.reading import Reading, read_curie, read_local
from rdfkit.report import Severity

TABLE = "bibliography"
_BLOCK = 500
# Links that the site puts behind a citation: PubMed, Europe PMC, Scholia.
_LINK = re.compile(r"\s*<a\b[^>]*>.*?</a>", re.IGNORECASE | re.DOTALL)
# The databases of literature, whose identifiers a text may tell by its form, whatever stands in the column for them.
_LITERATURE = ("doi", "pmc", "pubmed")


def nodes(fields: Fields, version: str, origins: dict[str, Origin]) -> Iterator[Node]:
    """The references of a pathway version, as node objects of that version with some hundred rows each."""
    rows = fields.table(TABLE)
    while block := list(islice(rows, _BLOCK)):
        references = [_reference(row, version, fields, origins) for row in block if row.get("ID")]
        names = [reference["@id"] for reference in references]
        unnamed = (_unnamed(row, fields) for row in block if not row.get("ID"))
        yield node(
            id=version,
            bibliography=references,
            cites=names,
            references=names,
            unidentifiedReference=[text for text in unnamed if text],
        )


def _reference(row: Row, version: str, fields: Fields, origins: dict[str, Origin]) -> Node:
    """A reference: by its identifier, by its address, or, where it has neither, under a name of its row."""
    text, named = row.texts["ID"].strip(), row.get("Database") or ""
    is_address = named.strip().lower() == "url" and is_iri(encode_address(text))
    read = _read(text, None if is_address else database_named(named))
    address = encode_address(text) if is_address and not read else None
    name = address or (read.reference if read else f"{version}#reference-{row.key_path[1]}")
    if name.startswith(version):
        _note_unidentified(row, text, named, fields)
    elif read and (read.is_cut or (read.is_other and not is_address)):
        _note_repair(row, text, read, fields)
    origins.setdefault(name, Origin(TABLE, row.key_path, "ID"))
    known = read.database if read else database_named(named)
    return node(
        id=name,
        type="PublicationReference",
        citation=_citation(row),
        database=known.name if known else named or None,
        referenceIdentifier=None if address else read.identifier if read else text,
        referencePage=f"ncbi-pubmed:{read.local}" if read and known and known.prefix == "pubmed" else None,
    )


def _read(text: str, known: Database | None) -> Reading | None:
    """The identifier that a text is in the database named, or by its own form; None when it is none."""
    for one in (known, *map(database, _LITERATURE)):
        # A number alone is an article of PubMed only where PubMed is named.
        if one and (one is known or not text.isdigit()) and (local := read_local(one, text)):
            return Reading(one, local.text, text, is_other=one is not known, is_cut=local.is_cut)
    read = read_curie(text) if ":" in text and "/" not in text else None
    return read._replace(is_other=True) if read and read.local is not None else None


def _note_unidentified(row: Row, text: str, named: str, fields: Fields) -> None:
    known = database_named(named)
    unknown = f'"{named}" is no known database' if named else "the row names no database"
    message = f'"{text}" is no identifier of {known.name}' if known else unknown
    wanted = f"such as {known.prefix}" if known else "such as PubMed or DOI"
    fields.note(
        "reference-identifier",
        message,
        *row.key_path,
        "ID" if known else "Database",
        value=text if known else named or None,
        advice=f"Write an identifier of a database {wanted}; the reference is kept under the name of its row.",
    )


def _note_repair(row: Row, text: str, read: Reading, fields: Fields) -> None:
    fields.note(
        "reference-identifier",
        f'"{text}" was read as the identifier {read.identifier} of {read.database.name if read.database else ""}',
        *row.key_path,
        "ID",
        severity=Severity.INFO,
        value=text,
        advice=f"Write {read.identifier}.",
    )


def _unnamed(row: Row, fields: Fields) -> str | None:
    text = _citation(row)
    if text is None:
        fields.refuse_row(row, "the row has neither an identifier nor a citation", "one of the two")
    return text


def _citation(row: Row) -> str | None:
    text = unescape(_LINK.sub("", row.get("Citation") or "")).strip()
    return text or None
