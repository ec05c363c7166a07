"""What the character recognition saw in a figure, and what it was matched to: rows of the page or of its tables."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from rdfkit.documents import Node, Origin
from rdfkit.errors import IdentifierError, TableError
from rdfkit.front_matter import KeyPath
from rdfkit.identifiers import curie, parse_curie
from rdfkit.kinds.fields import BLOCK, Fields, Row
from rdfkit.kinds.shaping import literal, node, reference
from rdfkit.tables import read_rows

if TYPE_CHECKING:
    from rdfkit.kinds.site import Site
    from rdfkit.pages import Page

# Gene rows inside the front matter carry HGNC symbols, so they are human.
HUMAN = "9606"
_TYPES = {"chemicals": "MolecularEntity", "diseases": "MedicalCondition"}
# The lexicon of the tables that have no column for it.
_MESH = "MESH"


@dataclass(frozen=True, slots=True)
class Mention:
    """What was read in a figure and what it was matched to.

    `word` as it stands in the figure, `symbol` as it was matched, `lexicon` where it was found, `entity` what it
    is (a node with `@id`), or a literal when its identifier fails, or None; `derived_from` the lexicon that
    grounded a keyword. `key_path` is where the mention stands first, `id_key` the key that named the entity.
    """

    word: str | None
    symbol: str | None
    lexicon: str | None
    entity: Node | None
    derived_from: str | None
    key_path: KeyPath
    id_key: str
    occurrences: int = 1


def mentions(fields: Fields, site: Site) -> list[Mention]:
    """The distinct mentions of a figure in order of first appearance: genes, chemicals, diseases.

    A table goes before the rows of the page. Without gene rows the keywords of the page are tried.
    """
    rows = [*_genes(fields), *_mesh_terms(fields, "chemicals"), *_mesh_terms(fields, "diseases")]
    if "genes" not in fields.page.fields and "genes" not in fields.page.tables:
        rows.extend(_keywords(fields, site))
    return list(_distinct(rows))


def entity_nodes(found: list[Mention], origins: dict[str, Origin]) -> list[Node]:
    """What the mentions say of their entities; notes in `origins` where each stands first."""
    entities: dict[str, Node] = {}
    for mention in found:
        if mention.entity and "@id" in mention.entity:
            entities.setdefault(repr(mention.entity), mention.entity)
            origins.setdefault(mention.entity["@id"], Origin("mentions", mention.key_path, mention.id_key))
    return list(entities.values())


def mention_nodes(found: list[Mention], figure: str, origins: dict[str, Origin]) -> list[Node]:
    """One annotation for each mention, numbered; notes in `origins` where each stands first."""
    nodes = []
    for number, mention in enumerate(found, start=1):
        name = f"{figure}#mention-{number}"
        origins[name] = Origin("mention", mention.key_path)
        nodes.append(
            node(
                id=name,
                type="Annotation",
                body=mention.entity.get("@id", mention.entity) if mention.entity else None,
                word=mention.word,
                symbol=mention.symbol,
                source=_lexicon(mention.lexicon),
                derivedFrom=mention.derived_from,
                occurrences=str(mention.occurrences),
            )
        )
    return nodes


def learn(page: Page, site: Site) -> None:
    """Teaches the lexicon the gene rows of a page, or of its table."""
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
        site.teach_gene(symbol, taxon, entrez)


def _distinct(rows: Iterable[Mention]) -> Iterator[Mention]:
    first: dict[str, Mention] = {}
    counts: Counter[str] = Counter()
    for mention in rows:
        same = repr(replace(mention, key_path=()))
        first.setdefault(same, mention)
        counts[same] += 1
    for same, mention in first.items():
        yield replace(mention, occurrences=counts[same])


def _rows(fields: Fields, name: str) -> Iterator[Row]:
    """The rows of a table. Those of the page are then not read, which is said."""
    if name in fields.page.fields:
        fields.note_superseded(name)
    for row in fields.table(name):
        if row.get("word") is None:
            fields.refuse_row(row, "the row has no word", "the word as it stands in the figure")
        else:
            yield row


def _genes(fields: Fields) -> Iterator[Mention]:
    if "genes" in fields.page.tables:
        return (_table_gene(row, fields) for row in _rows(fields, "genes"))
    return (_page_gene(row) for row in fields.rows("genes"))


def _page_gene(row: Row) -> Mention:
    name, symbol = reference("ncbigene", row.get("entrez")), row.get("hgnc_symbol")
    entity = _gene(name, symbol, HUMAN) if isinstance(name, str) else name
    return Mention(
        row.get("word"), row.get("symbol"), row.get("source"), entity, None, row.key_path, "entrez"
    )


def _table_gene(row: Row, fields: Fields) -> Mention:
    name = _checked(reference("ncbigene", row.get("ncbigene_id")), "ncbigene_id", row, fields)
    taxon = _checked(reference("NCBITaxon", row.get("organism_id")), "organism_id", row, fields)
    entity = (
        _gene(name, row.get("ncbigene_symbol"), taxon.partition(":")[2] if taxon else None) if name else None
    )
    return Mention(
        row.get("word"), row.get("match"), row.get("source"), entity, None, row.key_path, "ncbigene_id"
    )


def _gene(name: str, symbol: str | None, taxon: str | None) -> Node:
    return node(
        id=name,
        type="Gene",
        label=symbol,
        entrezGene=name,
        hgncSymbol=reference("hgnc.symbol", symbol) if taxon == HUMAN else None,
        organism=f"NCBITaxon:{taxon}" if taxon else None,
    )


def _mesh_terms(fields: Fields, key: str) -> Iterator[Mention]:
    if key in fields.page.tables:
        return (_table_mesh_term(row, key, fields) for row in _rows(fields, key))
    return (_page_mesh_term(row, key) for row in fields.rows(key))


def _page_mesh_term(row: Row, key: str) -> Mention:
    name = row.get("identifier")
    found = reference("mesh", name.removeprefix("mesh:") if name else None)
    entity = node(id=found, type=_TYPES[key]) if isinstance(found, str) else found
    return Mention(row.get("word"), None, row.get("source"), entity, None, row.key_path, "identifier")


def _table_mesh_term(row: Row, key: str, fields: Fields) -> Mention:
    name = _checked(_parsed(row.get("mesh"), "mesh"), "mesh", row, fields)
    chemical = _checked(_parsed(row.get("chebi"), "chebi"), "chebi", row, fields)
    disease = _checked(_parsed(row.get("doid"), "DOID"), "doid", row, fields)
    label = row.get("name")
    entity = node(
        id=name,
        type=_TYPES[key],
        label=row.get("match"),
        chebiEntity=node(id=chemical, label=label) if chemical else None,
        diseaseTerm=node(id=disease, type="Class", label=label) if disease else None,
    )
    lexicon = _MESH if name else None
    return Mention(
        row.get("word"), row.get("match"), lexicon, entity if name else None, None, row.key_path, "mesh"
    )


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


def _keywords(fields: Fields, site: Site) -> Iterator[Mention]:
    names = fields.texts("organisms_ner") or fields.texts("organisms")
    page_taxa = [taxon for taxon in map(site.taxon, names) if taxon]
    for keyword, key_path in _block_keywords(fields.page):
        grounding = site.gene(keyword, page_taxa)
        if grounding is not None:
            entity = _gene(curie("ncbigene", grounding.entrez), keyword, grounding.taxon)
            yield Mention(keyword, keyword, None, entity, f"pfocr:{grounding.source}", key_path, "keywords")


def _block_keywords(page: Page) -> Iterator[tuple[str, KeyPath]]:
    block = page.fields.get(BLOCK)
    blocks = block if isinstance(block, list) else [block]
    for index, one in enumerate(blocks):
        place: KeyPath = (BLOCK, index) if isinstance(block, list) else (BLOCK,)
        keywords = one.get("keywords") if isinstance(one, dict) else None
        for position, keyword in enumerate(keywords if isinstance(keywords, list) else []):
            if isinstance(keyword, str):
                yield keyword, (*place, "keywords", position)


def _lexicon(name: str | None) -> str | Node | None:
    if name is None:
        return None
    try:
        return curie("pfocr", name)
    except IdentifierError:
        return literal(name)
