"""The table of a pathway's data nodes: the genes, proteins and metabolites that it draws."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from rdfkit.errors import IdentifierError, TableError
from rdfkit.mapping.document import Node, Origin
from rdfkit.mapping.fields import Fields, Row
from rdfkit.mapping.lookups import Site
from rdfkit.mapping.shaping import node
from rdfkit.rdf.identifiers import databases, parse_database_curie
from rdfkit.sources.page import Page
from rdfkit.sources.tables import read_rows, table_kinds

TABLE = "datanodes"
# How many rows go into one node object, so that a long table is never whole in memory.
_BLOCK = 500
# The types that the WikiPathways vocabulary has a class for. A data node that stands for another pathway is not
# itself a wp:Pathway, and the other types of GPML have no class.
_CLASSES = frozenset({"GeneProduct", "Protein", "Metabolite", "Rna", "Complex"})
_NOT_REFERENCES = frozenset({"Label", "Type", "Identifier"})
_HUMAN = "9606"


def nodes(fields: Fields, version: str, origins: dict[str, Origin]) -> Iterator[Node]:
    """The data nodes of a pathway version, as node objects of that version with some hundred rows each."""
    rows = fields.table(TABLE)
    while block := list(islice(rows, _BLOCK)):
        drawn = [(row, _identifier(row, fields)) for row in block]
        yield node(
            id=version,
            datanodes=[_node(row, name, fields, origins) for row, name in drawn if name],
            unidentifiedNode=[row.texts["Label"] for row, name in drawn if not name and row.get("Label")],
        )


def define(page: Page, site: Site) -> None:
    """Defines the human genes whose HGNC symbol and Entrez id stand in one row."""
    table = page.tables.get(TABLE)
    if table is None:
        return
    try:
        for row in read_rows(table):
            texts = row.texts or {}
            genes, symbols = texts.get("NCBI gene", ""), texts.get("HGNC", "")
            if (
                genes.startswith("ncbigene:")
                and symbols.startswith("hgnc.symbol:")
                and ";" not in genes + symbols
            ):
                site.define_gene(symbols.partition(":")[2], _HUMAN, genes.partition(":")[2])
    except TableError:
        # The mapping reads the table again and says so.
        return


def _identifier(row: Row, fields: Fields) -> str | None:
    """The CURIE of a data node; None when it has none that can be used. Then its label must do."""
    text = row.get("Identifier")
    if text is None:
        if row.get("Label") is None:
            fields.refuse_row(row, "the row has neither a label nor an identifier", "one of the two")
        return None
    try:
        return parse_database_curie(text)
    except IdentifierError as error:
        consequence = "the node keeps its label only"
        fields.note_identifier("datanode-identifier", error, row, "Identifier", text, consequence)
        if row.get("Label") is None:
            fields.refuse_row(row, "the row has no label, and its identifier is none", "one of the two")
        return None


def _node(row: Row, name: str, fields: Fields, origins: dict[str, Origin]) -> Node:
    origins.setdefault(name, Origin(TABLE, row.key_path, "Identifier"))
    prefix, _, local = name.partition(":")
    return node(
        id=name,
        type=["DataNode", *_classes(row, fields)],
        label=row.get("Label"),
        nodeIdentifier=local,
        nodeResource=name,
        database=databases()[prefix].name,
        **_cross_references(row, name, fields),
    )


def _classes(row: Row, fields: Fields) -> list[str]:
    kind = row.get("Type")
    if kind in _CLASSES:
        return [str(kind)]
    if kind not in table_kinds()[TABLE].anchors:
        fields.note(
            "datanode-type",
            f'"{kind or ""}" is no type of data node',
            *row.key_path,
            "Type",
            value=kind,
            advice="Write one of the types of GPML, such as GeneProduct.",
        )
    return []


def _cross_references(row: Row, name: str, fields: Fields) -> dict[str, list[str]]:
    """The same thing in other databases. The prefix says in which: columns of real tables are shifted at times."""
    found: dict[str, dict[str, None]] = {}
    for column, text in [("Identifier", name), *row.texts.items()]:
        if text is not name and column in _NOT_REFERENCES:
            continue
        for curie in filter(None, (part.strip() for part in text.split(";"))):
            reference = name if text is name else _reference(curie, column, row, fields)
            term = databases()[reference.partition(":")[0]].term if reference else None
            if reference and term:
                found.setdefault(term, {})[reference] = None
            elif reference and text is not name:
                message = "a cross-reference to a database that has no property for it"
                fields.note("cross-reference", message, *row.key_path, column, value=curie)
    return {term: list(references) for term, references in found.items()}


def _reference(text: str, column: str, row: Row, fields: Fields) -> str | None:
    try:
        return parse_database_curie(text)
    except IdentifierError as error:
        fields.note_identifier("cross-reference", error, row, column, text, "it is left out")
        return None
