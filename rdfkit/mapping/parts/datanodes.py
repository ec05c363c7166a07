"""The table of a pathway's data nodes: the genes, proteins and metabolites that it draws."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from itertools import islice

from rdfkit.errors import TableError
from rdfkit.mapping.document import Node, Origin
from rdfkit.mapping.fields import Fields, Row
from rdfkit.mapping.lookups import Site
from rdfkit.mapping.parts.datanode_checks import Checks, foreign_gene, gene_of
from rdfkit.mapping.shaping import node
from rdfkit.rdf.databases import Database, databases
from rdfkit.rdf.reading import Reading, read_curie, read_local, read_locus, trimmed
from rdfkit.report import Severity
from rdfkit.sources.page import Page
from rdfkit.sources.tables import read_rows, table_kinds

TABLE = "datanodes"
# How many rows go into one node object, so that a long table is never whole in memory.
_BLOCK = 500
# The types that the WikiPathways vocabulary has a class for. A data node that stands for another pathway is not
# itself a wp:Pathway, and the other types of GPML have no class.
_CLASSES = frozenset({"GeneProduct", "Protein", "Metabolite", "Rna", "Complex"})
_NOT_REFERENCES = frozenset({"Label", "Type", "Identifier"})


def nodes(fields: Fields, version: str, site: Site, origins: dict[str, Origin]) -> Iterator[Node]:
    """The data nodes of a pathway version, as node objects of that version with some hundred rows each."""
    checks = Checks(fields, site, site.taxa(fields.texts("organisms")))
    rows = fields.table(TABLE)
    while block := list(islice(rows, _BLOCK)):
        drawn = [row for row in block if row.get("Identifier") or _has_references(row)]
        yield node(
            id=version,
            datanodes=[_node(row, version, fields, checks, origins) for row in drawn],
            unidentifiedNode=list(filter(None, (_label_alone(row, fields, checks) for row in block))),
        )
    checks.finish()


def define(page: Page, site: Site) -> None:
    """Defines the genes of the page's organism whose symbol and Entrez id stand in one row.

    A page of several organisms, or of none that is known, defines none, and neither does a row whose identifiers are
    of another species: its symbol is that of a gene there. Looks up the labels that `nodes` looks up, so
    that a page which waits for answers is not read twice.
    """
    table = page.tables.get(TABLE)
    if table is None:
        return
    names = page.fields.get("organisms", "")
    taxa = site.taxa(
        name for name in (names if isinstance(names, list) else [names]) if isinstance(name, str)
    )
    if len(taxa) != 1:
        return
    try:
        for row in read_rows(table):
            texts = row.texts or {}
            gene = gene_of(texts)
            if gene and not foreign_gene(texts, taxa):
                site.define_gene(gene.symbol, taxa[0], gene.entrez)
            if gene and gene.label:
                site.gene(gene.label, taxa)
    except TableError:
        # The mapping reads the table again and says so.
        return


def _label_alone(row: Row, fields: Fields, checks: Checks) -> str | None:
    """The label of a row without an identifier; tells of an identifier that stands in another column."""
    if row.get("Identifier"):
        return None
    checks.note_misplaced(row)
    label = _label(row)
    if label is None and not _has_references(row):
        fields.refuse_row(row, "the row has neither a label nor an identifier", "one of the two")
    return label


def _has_references(row: Row) -> bool:
    return any(column not in _NOT_REFERENCES for column in row.texts)


def _label(row: Row) -> str | None:
    return trimmed(row.get("Label") or "") or None


def _node(row: Row, version: str, fields: Fields, checks: Checks, origins: dict[str, Origin]) -> Node:
    read = read_curie(row.get("Identifier") or "")
    locus = read_locus(read.written) if read.local is None else None
    if read.local is None:
        # It is a node all the same, under a name of its own: a bad cell hides no other.
        name, identifier = f"{version}#node-{row.key_path[1]}", read.written or None
        if identifier:
            checks.note_unidentified(row, read, locus is not None)
    else:
        name, identifier = read.node, read.identifier
        if read.is_repaired:
            text = row.texts["Identifier"]
            checks.note_repair("datanode-identifier", row, "Identifier", text, read, Severity.WARNING)
    origins.setdefault(name, Origin(TABLE, row.key_path, "Identifier"))
    label = _label(row)
    checks.check(row, read, label)
    source = locus.source if locus else None
    references = _cross_references(row, read, checks)
    if locus:
        references.setdefault("ensemblGene", []).append(f"ensembl:{locus.name}")
    return node(
        id=name,
        type=["DataNode", *_classes(row, fields)],
        label=label,
        nodeIdentifier=identifier,
        nodeResource=name if read.local else None,
        database=read.database.name if read.database else source,
        **references,
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


def _cross_references(row: Row, own: Reading, checks: Checks) -> dict[str, list[str]]:
    """The same thing in other databases, by the context term of each.

    The prefix says in which: columns of real tables are shifted at times. What has no property of its own is named all
    the same, as something to see.
    """
    found: dict[str, list[str]] = {}
    if own.local is not None and own.database and own.database.term:
        found[own.database.term] = [own.reference]
    for column, text in row.texts.items():
        if column in _NOT_REFERENCES:
            continue
        for part in filter(None, map(trimmed, text.split(";"))):
            read = _in_column(part, column) if ":" not in part else read_curie(part)
            known = read.database
            if read.local is None or known is None:
                checks.note_no_reference(row, column, part, read)
                continue
            if read.is_repaired:
                checks.note_repair("cross-reference", row, column, part, read, Severity.INFO)
            if known.term or known is not own.database or read.local != own.local:
                found.setdefault(known.term or "seeAlso", []).append(read.reference)
    return found


def _in_column(text: str, column: str) -> Reading:
    """A cross-reference without a prefix, as tables of before October 2024 have them: here the column says in which."""
    usual = _databases_of().get(column, ())
    for known in usual:
        if local := read_local(known, text):
            return Reading(known, local.text, text, is_cut=local.is_cut)
    return read_curie(f"{usual[0].prefix}:{text}" if usual else text)


@cache
def _databases_of() -> Mapping[str, tuple[Database, ...]]:
    """The databases of the columns for cross-references. The column HGNC had numbers before it had symbols."""
    columns = table_kinds()[TABLE].keys
    found = {columns[one.term]: (one,) for one in databases().values() if one.term and one.term in columns}
    return {**found, "HGNC": (*found["HGNC"], databases()["hgnc"])}
