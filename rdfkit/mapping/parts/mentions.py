"""What the character recognition saw in a figure, and what it was matched to: rows of the page or of its tables."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from rdfkit.errors import IdentifierError, TableError
from rdfkit.mapping.document import Node, Origin
from rdfkit.mapping.fields import BLOCK, Fields, Row
from rdfkit.mapping.lookups import Site
from rdfkit.mapping.shaping import literal, node, reference
from rdfkit.rdf.identifiers import curie, parse_curie
from rdfkit.sources.page import Page
from rdfkit.sources.tables import read_rows
from rdfkit.sources.yaml_reader import KeyPath

# Gene rows inside the front matter carry HGNC symbols, so they are human.
HUMAN = "9606"
_TYPES = {"chemicals": "MolecularEntity", "diseases": "MedicalCondition"}
# The lexicon of the tables that have no column for it.
_MESH = "MESH"
# How many entities are remembered with their nodes.
_KNOWN = 1 << 14


class Gene(NamedTuple):
    """A gene: its CURIE, its symbol and its taxon."""

    name: str
    symbol: str | None
    taxon: str | None

    def node(self) -> Node:
        """What a figure says of the gene."""
        return node(
            id=self.name,
            type="Gene",
            label=self.symbol,
            entrezGene=self.name,
            hgncSymbol=reference("hgnc.symbol", self.symbol) if self.taxon == HUMAN else None,
            organism=f"NCBITaxon:{self.taxon}" if self.taxon else None,
        )


class MeshTerm(NamedTuple):
    """A chemical or a disease: its CURIE, its type and label, and the same in ChEBI and in the Disease Ontology."""

    name: str
    type: str
    label: str | None = None
    chemical: str | None = None
    disease: str | None = None
    label_there: str | None = None

    def node(self) -> Node:
        """What a figure says of the term."""
        there = {"label": self.label_there}
        return node(
            id=self.name,
            type=self.type,
            label=self.label,
            chebiEntity=node(id=self.chemical, **there) if self.chemical else None,
            diseaseTerm=node(id=self.disease, type="Class", **there) if self.disease else None,
        )


class Mention(NamedTuple):
    """What was read in a figure and what it was matched to.

    `word` as it stands in the figure, `symbol` as it was matched, `lexicon` where it was found, `entity` what it
    is, or the text of an identifier that fails, or None; `derived_from` the lexicon that grounded a keyword. `id_key`
    is the key that named the entity.
    """

    word: str | None
    symbol: str | None
    lexicon: str | None
    entity: Gene | MeshTerm | str | None
    derived_from: str | None
    id_key: str


# The distinct mentions of a figure in order of first appearance, and where each stands: once for each occurrence.
Mentions = dict[Mention, list[KeyPath]]


def mentions(fields: Fields, site: Site) -> Mentions:
    """The mentions of a figure: genes, chemicals, diseases.

    A table goes before the rows of the page. Without gene rows the keywords of the page are tried.
    """
    found: Mentions = {}
    for mention, key_path in _all(fields, site):
        found.setdefault(mention, []).append(key_path)
    return found


def entity_nodes(found: Mentions, origins: dict[str, Origin]) -> list[Node]:
    """What the mentions say of their entities; notes in `origins` where each stands first."""
    entities: dict[Gene | MeshTerm, None] = {}
    for mention, places in found.items():
        entity = mention.entity
        if isinstance(entity, Gene | MeshTerm):
            entities[entity] = None
            if entity.name not in origins:
                origins[entity.name] = Origin("mentions", places[0], mention.id_key)
    return [_entity_node(entity) for entity in entities]


def mention_nodes(found: Mentions, figure: str, origins: dict[str, Origin]) -> list[Node]:
    """One annotation for each mention, numbered; notes in `origins` where each stands first."""
    nodes = []
    for number, (mention, places) in enumerate(found.items(), start=1):
        name = f"{figure}#mention-{number}"
        origins[name] = Origin("mention", places[0])
        nodes.append(
            node(
                id=name,
                type="Annotation",
                body=_body(mention),
                word=mention.word,
                symbol=mention.symbol,
                source=_lexicon(mention.lexicon),
                derivedFrom=mention.derived_from,
                occurrences=str(len(places)),
            )
        )
    return nodes


def define(page: Page, site: Site) -> None:
    """Defines the genes in the rows of a page, or of its table."""
    table = page.tables.get("genes")
    try:
        for row in read_rows(table) if table else ():
            texts = row.texts or {}
            _learn(texts.get("ncbigene_symbol"), texts.get("organism_id"), texts.get("ncbigene_id"), site)
    except TableError:
        # The mapping reads the table again and says so.
        return
    rows = page.fields.get("genes")
    for item in rows if isinstance(rows, list) and not table else []:
        if isinstance(item, dict):
            _learn(item.get("hgnc_symbol"), HUMAN, item.get("entrez"), site)


def _learn(symbol: object, taxon: object, entrez: object, site: Site) -> None:
    if not (isinstance(symbol, str) and isinstance(taxon, str) and isinstance(entrez, str)):
        return
    if isinstance(reference("ncbigene", entrez), str) and taxon.isdigit():
        site.define_gene(symbol, taxon, entrez)


@lru_cache(_KNOWN)
def _entity_node(entity: Gene | MeshTerm) -> Node:
    """The node of an entity: the same genes come on many pages."""
    return entity.node()


def _body(mention: Mention) -> str | Node | None:
    entity = mention.entity
    if entity is None:
        return None
    return literal(entity) if isinstance(entity, str) else entity.name


def _all(fields: Fields, site: Site) -> Iterator[tuple[Mention, KeyPath]]:
    """What was read in a figure, with its place."""
    yield from _genes(fields)
    yield from _mesh_terms(fields, "chemicals")
    yield from _mesh_terms(fields, "diseases")
    if "genes" not in fields.page.fields and "genes" not in fields.page.tables:
        yield from _keywords(fields, site)


def _rows(fields: Fields, name: str) -> Iterator[Row]:
    """The rows of a table. Those of the page are then not read, which is said."""
    if name in fields.page.fields:
        fields.note_superseded(name)
    for row in fields.table(name):
        if row.get("word") is None:
            fields.refuse_row(row, "the row has no word", "the word as it stands in the figure")
        else:
            yield row


def _genes(fields: Fields) -> Iterator[tuple[Mention, KeyPath]]:
    if "genes" in fields.page.tables:
        return ((_table_gene(row, fields), row.key_path) for row in _rows(fields, "genes"))
    return ((_page_gene(row), row.key_path) for row in fields.rows("genes"))


def _page_gene(row: Row) -> Mention:
    name = reference("ncbigene", row.get("entrez"))
    entity = Gene(name, row.get("hgnc_symbol"), HUMAN) if isinstance(name, str) else _unusable(name)
    return Mention(row.get("word"), row.get("symbol"), row.get("source"), entity, None, "entrez")


def _table_gene(row: Row, fields: Fields) -> Mention:
    name = _checked(reference("ncbigene", row.get("ncbigene_id")), "ncbigene_id", row, fields)
    taxon = _checked(reference("NCBITaxon", row.get("organism_id")), "organism_id", row, fields)
    entity = (
        Gene(name, row.get("ncbigene_symbol"), taxon.partition(":")[2] if taxon else None) if name else None
    )
    return Mention(row.get("word"), row.get("match"), row.get("source"), entity, None, "ncbigene_id")


def _mesh_terms(fields: Fields, key: str) -> Iterator[tuple[Mention, KeyPath]]:
    if key in fields.page.tables:
        return ((_table_mesh_term(row, key, fields), row.key_path) for row in _rows(fields, key))
    return ((_page_mesh_term(row, key), row.key_path) for row in fields.rows(key))


def _page_mesh_term(row: Row, key: str) -> Mention:
    local = row.get("identifier")
    name = reference("mesh", local.removeprefix("mesh:") if local else None)
    entity = MeshTerm(name, _TYPES[key]) if isinstance(name, str) else _unusable(name)
    return Mention(row.get("word"), None, row.get("source"), entity, None, "identifier")


def _table_mesh_term(row: Row, key: str, fields: Fields) -> Mention:
    name = _checked(_parsed(row.get("mesh"), "mesh"), "mesh", row, fields)
    chemical = _checked(_parsed(row.get("chebi"), "chebi"), "chebi", row, fields)
    disease = _checked(_parsed(row.get("doid"), "DOID"), "doid", row, fields)
    entity = (
        MeshTerm(name, _TYPES[key], row.get("match"), chemical, disease, row.get("name")) if name else None
    )
    return Mention(row.get("word"), row.get("match"), _MESH if name else None, entity, None, "mesh")


def _unusable(found: Node | None) -> str | None:
    """The text of an identifier that fails."""
    return found["@value"] if found else None


def _parsed(text: str | None, prefix: str) -> str | Node | None:
    """The CURIE in a cell that has it with its prefix, a literal when it is none."""
    if text is None:
        return None
    try:
        return parse_curie(text, {prefix.lower(): prefix})
    except IdentifierError:
        return literal(text)


def _checked(name: str | Node | None, column: str, row: Row, fields: Fields) -> str | None:
    """The identifier of a cell. A cell that holds none is noted; its row is used without it."""
    if name is None or isinstance(name, str):
        return name
    fields.note(
        "mention-identifier",
        f'"{name["@value"]}" is no identifier for the column {column}',
        *row.key_path,
        column,
        value=name["@value"],
        advice="Correct it; the mention is kept without it.",
    )
    return None


def _keywords(fields: Fields, site: Site) -> Iterator[tuple[Mention, KeyPath]]:
    names = fields.texts("organisms_ner") or fields.texts("organisms")
    page_taxa = [taxon for taxon in map(site.taxon, names) if taxon]
    for keyword, key_path in _block_keywords(fields.page):
        grounding = site.gene(keyword, page_taxa)
        if grounding is not None:
            entity = Gene(curie("ncbigene", grounding.entrez), keyword, grounding.taxon)
            yield Mention(keyword, keyword, None, entity, f"pfocr:{grounding.source}", "keywords"), key_path


def _block_keywords(page: Page) -> Iterator[tuple[str, KeyPath]]:
    block = page.fields.get(BLOCK)
    blocks = block if isinstance(block, list) else [block]
    for index, one in enumerate(blocks):
        place: KeyPath = (BLOCK, index) if isinstance(block, list) else (BLOCK,)
        keywords = one.get("keywords") if isinstance(one, dict) else None
        for position, keyword in enumerate(keywords if isinstance(keywords, list) else []):
            if isinstance(keyword, str):
                yield keyword, (*place, "keywords", position)


@lru_cache(_KNOWN)
def _lexicon(name: str | None) -> str | Node | None:
    if name is None:
        return None
    try:
        return curie("pfocr", name)
    except IdentifierError:
        return literal(name)
