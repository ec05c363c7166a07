"""What the character recognition saw in a figure, and what it was matched to: rows of the page or of its tables."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from rdfkit.errors import IdentifierError, TableError
from rdfkit.mapping.document import Node, Origin
from rdfkit.mapping.fields import Fields, Row
from rdfkit.mapping.lookups import Site
from rdfkit.mapping.parts.entities import HUMAN, OTHER_SPECIES, Gene, Mention, MeshTerm
from rdfkit.mapping.parts.keywords import block_keywords, page_taxa, put_right
from rdfkit.mapping.parts.species import Species
from rdfkit.mapping.shaping import integer, literal, node, reference
from rdfkit.rdf.identifiers import curie, is_missing
from rdfkit.rdf.iris import part_of
from rdfkit.sources.page import Page
from rdfkit.sources.tables import read_rows
from rdfkit.sources.yaml_reader import KeyPath

# The lexicons in which a gene has its official symbol. In all others a word stands for it.
_OFFICIAL = frozenset({"hgnc_symbol", "ncbigene_symbol"})
_COUNTS = ("count_direct", "count_synonym", "count_match")
_COUNT = re.compile(r"(\d+)(?:\.0*)?", re.ASCII)
_TYPES = {"chemicals": "MolecularEntity", "diseases": "MedicalCondition"}
# The lexicon of the tables that have no column for it.
_MESH = "MESH"
# How many entities are remembered with their nodes.
_KNOWN = 1 << 14


# The distinct mentions of a figure in order of first appearance, and where each stands: once for each occurrence.
Mentions = dict[Mention, list[KeyPath]]


def mentions(fields: Fields, site: Site, species: Species) -> Mentions:
    """The mentions of a figure: genes, chemicals, diseases.

    A table goes before the rows of the page. Without gene rows the keywords of the page are tried.
    """
    found: Mentions = {}
    for mention, key_path in _all(fields, site, species):
        found.setdefault(mention, []).append(key_path)
    return found


def entity_nodes(found: Mentions, origins: dict[str, Origin]) -> list[Node]:
    """What the mentions say of the entities that fit; notes in `origins` where each stands first."""
    entities: dict[Gene | MeshTerm, None] = {}
    for mention, places in found.items():
        entity = mention.entity
        if isinstance(entity, Gene | MeshTerm) and mention.is_fitting:
            entities[entity] = None
            if entity.name not in origins:
                origins[entity.name] = Origin("mentions", places[0], mention.id_key)
    return [_entity_node(entity) for entity in entities]


def mention_nodes(found: Mentions, page: str, origins: dict[str, Origin]) -> list[Node]:
    """One annotation for each mention, numbered; notes in `origins` where each stands first.

    What is of another species is described here: the figure does not mention it.
    """
    nodes = []
    for number, (mention, places) in enumerate(found.items(), start=1):
        name = part_of(page, f"mention-{number}")
        origins[name] = Origin("mention", places[0])
        entity = mention.entity
        if isinstance(entity, Gene | MeshTerm) and entity.name not in origins:
            origins[entity.name] = Origin("body", places[0], mention.id_key)
        direct, synonym, match = mention.counts
        nodes.append(
            node(
                id=name,
                type="Annotation",
                body=_body(mention),
                word=mention.word,
                symbol=mention.symbol,
                source=_lexicon(mention.lexicon),
                evidence=mention.evidence,
                countDirect=integer(direct),
                countSynonym=integer(synonym),
                countMatch=integer(match),
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
    for item in (rows if isinstance(rows, list) else [rows]) if not table else []:
        if isinstance(item, dict):
            _learn(item.get("hgnc_symbol"), HUMAN, item.get("entrez"), site)


def _learn(symbol: object, taxon: object, entrez: object, site: Site) -> None:
    if not (isinstance(symbol, str) and isinstance(taxon, str) and isinstance(entrez, str)):
        return
    name, species = reference("ncbigene", entrez), reference("NCBITaxon", taxon)
    if isinstance(name, str) and isinstance(species, str) and not is_missing(symbol):
        site.define_gene(symbol.strip(), species.partition(":")[2], name.partition(":")[2])


@lru_cache(_KNOWN)
def _entity_node(entity: Gene | MeshTerm) -> Node:
    """The node of an entity: the same genes come on many pages."""
    return entity.node()


def _body(mention: Mention) -> str | Node | None:
    entity = mention.entity
    if entity is None:
        return None
    if isinstance(entity, str):
        return literal(entity)
    return entity.name if mention.is_fitting else _entity_node(entity)


def _all(fields: Fields, site: Site, species: Species) -> Iterator[tuple[Mention, KeyPath]]:
    """What was read in a figure, with its place."""
    yield from _genes(fields, species)
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


def _genes(fields: Fields, species: Species) -> Iterator[tuple[Mention, KeyPath]]:
    if "genes" in fields.page.tables:
        return ((_table_gene(row, species, fields), row.key_path) for row in _rows(fields, "genes"))
    return ((_page_gene(row, species, fields), row.key_path) for row in fields.rows("genes"))


def _page_gene(row: Row, species: Species, fields: Fields) -> Mention:
    name = reference("ncbigene", row.get("entrez"))
    symbol = _official(row, "hgnc_symbol", "symbol")
    entity = Gene(name, symbol, HUMAN) if isinstance(name, str) else _unusable(name)
    if entity is None:
        _note_no_gene(row, "entrez", fields)
    lexicon = _trimmed(row, "source")
    evidence = _evidence(lexicon, species.is_other(HUMAN)) if isinstance(entity, Gene) else None
    return Mention(row.get("word"), row.get("symbol"), lexicon, entity, "entrez", evidence)


def _table_gene(row: Row, species: Species, fields: Fields) -> Mention:
    name = _checked(reference("ncbigene", row.get("ncbigene_id")), "ncbigene_id", row, fields)
    taxon = _checked(reference("NCBITaxon", row.get("organism_id")), "organism_id", row, fields)
    number = taxon.partition(":")[2] if taxon else None
    entity = Gene(name, _official(row, "ncbigene_symbol", "match"), number) if name else None
    if row.get("ncbigene_id") is None:
        _note_no_gene(row, "ncbigene_id", fields)
    elif row.get("organism_id") is None:
        _note_no_species(row, fields)
    lexicon = _trimmed(row, "source")
    evidence = _evidence(lexicon, species.is_other(number, row.get("organism_name"))) if entity else None
    counts = tuple(_count(row, column, fields) for column in _COUNTS)
    return Mention(row.get("word"), row.get("match"), lexicon, entity, "ncbigene_id", evidence, counts)


def _count(row: Row, column: str, fields: Fields) -> str | None:
    """The count in a cell. R and spreadsheets write 1.0 for 1; any other text is noted and left out."""
    text = _trimmed(row, column)
    if text is None:
        return None
    if found := _COUNT.fullmatch(text):
        return found[1]
    fields.note(
        "mention-count",
        f'"{text}" is no number for the column {column}',
        *row.key_path,
        column,
        value=text,
        advice="Write a whole number such as 3, or leave the cell empty; the mention is kept without it.",
    )
    return None


def _evidence(lexicon: str | None, is_other: bool) -> str | None:
    """How an entity fits: by its species, else by whether the word is its official symbol; None where nothing tells."""
    if is_other:
        return OTHER_SPECIES
    if lexicon is None:
        return None
    return "pfocr:direct" if lexicon in _OFFICIAL else "pfocr:synonym"


def _official(row: Row, column: str, matched: str) -> str | None:
    """The official symbol in a column. NA is one where NA was matched; anywhere else it is R's for nothing."""
    symbol = _trimmed(row, column)
    return symbol if symbol is None or not is_missing(symbol) or row.get(matched) == symbol else None


def _trimmed(row: Row, column: str) -> str | None:
    text = row.get(column)
    return text.strip() if text is not None else None


def _note_no_gene(row: Row, column: str, fields: Fields) -> None:
    fields.note(
        "mention-gene",
        "missing: expected the id of a gene",
        *row.key_path,
        column,
        advice="Write the number of the gene at NCBI, such as 5601; the mention is kept without it.",
    )


def _note_no_species(row: Row, fields: Fields) -> None:
    fields.note(
        "mention-organism",
        "missing: expected a taxon of the NCBI Taxonomy",
        *row.key_path,
        "organism_id",
        advice="Write the number of the organism in the NCBI Taxonomy, such as 9606.",
    )


def _mesh_terms(fields: Fields, key: str) -> Iterator[tuple[Mention, KeyPath]]:
    if key in fields.page.tables:
        return ((_table_mesh_term(row, key, fields), row.key_path) for row in _rows(fields, key))
    return ((_page_mesh_term(row, key), row.key_path) for row in fields.rows(key))


def _page_mesh_term(row: Row, key: str) -> Mention:
    name = reference("mesh", row.get("identifier"))
    entity = MeshTerm(name, _TYPES[key]) if isinstance(name, str) else _unusable(name)
    return Mention(row.get("word"), None, _trimmed(row, "source"), entity, "identifier")


def _table_mesh_term(row: Row, key: str, fields: Fields) -> Mention:
    name = _checked(reference("mesh", row.get("mesh")), "mesh", row, fields)
    chemical = _checked(reference("chebi", row.get("chebi")), "chebi", row, fields)
    disease = _checked(reference("DOID", row.get("doid")), "doid", row, fields)
    label = _trimmed(row, "match")
    entity = MeshTerm(name, _TYPES[key], label, chemical, disease, _trimmed(row, "name")) if name else None
    return Mention(row.get("word"), row.get("match"), _MESH if name else None, entity, "mesh")


def _unusable(found: Node | None) -> str | None:
    """The text of an identifier that fails."""
    return found["@value"] if found else None


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
    taxa = page_taxa(fields, site)
    for keyword, key_path in block_keywords(put_right(fields, site)):
        grounding = site.gene(keyword, taxa)
        if grounding is not None:
            entity = Gene(curie("ncbigene", grounding.entrez), keyword, grounding.taxon)
            found = Mention(
                keyword, keyword, None, entity, "keywords", derived_from=f"pfocr:{grounding.source}"
            )
            yield found, key_path


@lru_cache(_KNOWN)
def _lexicon(name: str | None) -> str | Node | None:
    if name is None:
        return None
    try:
        return curie("pfocr", name)
    except IdentifierError:
        return literal(name)
