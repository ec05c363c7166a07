"""A figure page: the figure, its article, and what the character recognition saw in it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from rdfkit.documents import Document, Node, Origin
from rdfkit.errors import IdentifierError, PageError
from rdfkit.front_matter import KeyPath
from rdfkit.identifiers import curie, encode_address, expand, is_missing, percent_encode
from rdfkit.kinds.blocks import add_block, page_iri
from rdfkit.kinds.fields import BLOCK, Fields
from rdfkit.kinds.shaping import (
    addresses,
    decimal,
    literal,
    node,
    ontology_terms,
    organisms,
    reference,
    taxa,
    year,
)

if TYPE_CHECKING:
    from rdfkit.kinds.site import Site
    from rdfkit.pages import Page

# Gene rows inside the front matter carry HGNC symbols, so they are human.
HUMAN = "9606"


@dataclass(frozen=True, slots=True)
class Mention:
    """What was read in a figure and what it was matched to.

    `word` as it stands in the figure, `symbol` as it was matched, `lexicon` where it was found, `entity` what it
    is (a node with `@id`), or a literal when its identifier fails, or None; `derived_from` the lexicon that
    grounded a keyword. `key_path` is where the mention stands first.
    """

    word: str | None
    symbol: str | None
    lexicon: str | None
    entity: Node | None
    derived_from: str | None
    key_path: KeyPath
    occurrences: int = 1


def document(page: Page, site: Site) -> Document:
    """The document of a figure page. Raises PageError when the page has no usable figid."""
    fields = Fields(page)
    if is_missing(page.id):
        raise PageError(
            "has no figid", path=page.path, line=page.line("figid"), key="figid", expected="PMCID__FILE"
        )
    figure = page_iri(page, expand(f"pfocr-site:figures/{percent_encode(page.id)}.html"))
    origins = {figure: Origin("", ())}
    mentions = list(_mentions(fields, site))
    main = node(
        id=figure,
        type="Figure",
        figid=page.id,
        figtitle=fields.text("figtitle"),
        caption=fields.text("caption"),
        number=fields.text("number"),
        filename=_content_address(fields),
        figlink=_figure_address(fields),
        organisms_ner=_recognised_organisms(fields, site),
        pathway_score=decimal(fields.text("pathway_score")),
        automl_pathway=decimal(fields.text("automl_pathway")),
        network=reference("ndex", fields.text("ndex")),
        redirect_from=addresses(fields, "redirect_from", "pfocr-site"),
        article=_article(fields, figure, origins),
        mentions=_entities(mentions, origins),
        mention=_mention_nodes(mentions, figure, origins),
    )
    main |= organisms(fields, site) | ontology_terms(fields, site, origins)
    result = Document(page.kind, figure, [main], origins=origins, problems=fields.problems)
    fields.note_unmapped_keys()
    add_block(result, fields)
    return result


def learn(page: Page, site: Site) -> None:
    """Teaches the lexicon the gene rows of a page."""
    rows = page.fields.get("genes")
    for row in rows if isinstance(rows, list) else []:
        if isinstance(row, dict):
            symbol, entrez = row.get("hgnc_symbol"), row.get("entrez")
            if (
                isinstance(symbol, str)
                and isinstance(entrez, str)
                and isinstance(reference("ncbigene", entrez), str)
            ):
                site.lexicon.learn(symbol, HUMAN, entrez, "learnedLexicon")


def _recognised_organisms(fields: Fields, site: Site) -> list[str | Node]:
    names = fields.texts("organisms_ner")
    known = taxa(fields, site, "organisms_ner", names)
    return [*known, *(literal(name) for name in names if site.taxa.taxon(name) is None)]


def _content_address(fields: Fields) -> str | None:
    article, file = fields.text("pmcid"), fields.text("filename")
    if article is None or file is None:
        return None
    return f"ncbi:pmc/articles/{percent_encode(article)}/bin/{percent_encode(file)}"


def _figure_address(fields: Fields) -> str | None:
    link = fields.text("figlink")
    return f"ncbi:{encode_address(link.lstrip('/'))}" if link else None


def _article(fields: Fields, figure: str, origins: dict[str, Origin]) -> Node:
    pmcid = fields.text("pmcid")
    name = reference("pmc", pmcid)
    article = name if isinstance(name, str) else f"{figure}#article"
    origins[article] = Origin("article", (), "pmcid")
    return node(
        id=article,
        type="JournalArticle",
        pmcid=None if isinstance(name, str) else pmcid,
        papertitle=fields.text("papertitle"),
        reftext=fields.text("reftext"),
        year=year(fields.text("year")),
        sameAs=reference("doi", fields.text("doi")),
        journal=_journal(fields, origins),
        publisher=_publisher(fields, origins),
        keywords=_article_keywords(fields),
    )


def _journal(fields: Fields, origins: dict[str, Origin]) -> Node | None:
    title, short = fields.text("journal_title"), fields.text("journal_nlm_ta")
    name = short or title
    if name is None:
        return None
    journal = f"pfocr-site:#journal-{percent_encode(name)}"
    origins[journal] = Origin("journal", ())
    return node(id=journal, type="Journal", journal_title=title, journal_nlm_ta=short)


def _publisher(fields: Fields, origins: dict[str, Origin]) -> Node | None:
    name = fields.text("publisher_name")
    if name is None:
        return None
    publisher = f"pfocr-site:#publisher-{percent_encode(name)}"
    origins[publisher] = Origin("publisher", ())
    return node(id=publisher, type="Organization", publisher_name=name)


def _article_keywords(fields: Fields) -> list[str]:
    words = (word.strip() for text in fields.texts("keywords") for word in text.split("|"))
    return list(dict.fromkeys(word for word in words if not is_missing(word)))


def _mentions(fields: Fields, site: Site) -> Iterator[Mention]:
    """The distinct mentions of a figure in order of first appearance."""
    rows = [
        *_gene_mentions(fields),
        *_mesh_mentions(fields, "chemicals"),
        *_mesh_mentions(fields, "diseases"),
    ]
    if "genes" not in fields.page.fields:
        rows.extend(_keyword_mentions(fields, site))
    return _distinct(rows)


def _distinct(rows: Iterable[Mention]) -> Iterator[Mention]:
    first: dict[str, Mention] = {}
    counts: Counter[str] = Counter()
    for mention in rows:
        same = repr(replace(mention, key_path=()))
        first.setdefault(same, mention)
        counts[same] += 1
    for same, mention in first.items():
        yield replace(mention, occurrences=counts[same])


def _gene_mentions(fields: Fields) -> Iterator[Mention]:
    for row in fields.rows("genes"):
        symbol = row.get("hgnc_symbol")
        entity = _entity(
            reference("ncbigene", row.get("entrez")),
            "Gene",
            label=symbol,
            hgncSymbol=reference("hgnc.symbol", symbol),
            organism="NCBITaxon:9606",
        )
        if entity and "@id" in entity:
            entity["entrezGene"] = entity["@id"]
        yield Mention(row.get("word"), row.get("symbol"), row.get("source"), entity, None, row.key_path)


def _mesh_mentions(fields: Fields, key: str) -> Iterator[Mention]:
    kind = {"chemicals": "MolecularEntity", "diseases": "MedicalCondition"}[key]
    for row in fields.rows(key):
        name = row.get("identifier")
        entity = _entity(reference("mesh", name.removeprefix("mesh:") if name else None), kind)
        yield Mention(row.get("word"), None, row.get("source"), entity, None, row.key_path)


def _keyword_mentions(fields: Fields, site: Site) -> Iterator[Mention]:
    names = fields.texts("organisms_ner") or fields.texts("organisms")
    page_taxa = [taxon for taxon in map(site.taxa.taxon, names) if taxon]
    for keyword, key_path in _block_keywords(fields.page):
        grounding = site.lexicon.ground(keyword, page_taxa)
        if grounding is None:
            continue
        gene = curie("ncbigene", grounding.entrez)
        human = grounding.taxon == HUMAN
        entity = node(
            id=gene,
            type="Gene",
            label=keyword,
            entrezGene=gene,
            hgncSymbol=reference("hgnc.symbol", keyword) if human else None,
            organism=curie("NCBITaxon", grounding.taxon),
        )
        yield Mention(keyword, keyword, None, entity, f"pfocr:{grounding.source}", key_path)


def _block_keywords(page: Page) -> Iterator[tuple[str, KeyPath]]:
    block = page.fields.get(BLOCK)
    blocks = block if isinstance(block, list) else [block]
    for index, one in enumerate(blocks):
        place: KeyPath = (BLOCK, index) if isinstance(block, list) else (BLOCK,)
        keywords = one.get("keywords") if isinstance(one, dict) else None
        for position, keyword in enumerate(keywords if isinstance(keywords, list) else []):
            if isinstance(keyword, str):
                yield keyword, (*place, "keywords", position)


def _entity(name: str | Node | None, kind: str, **terms: str | Node | None) -> Node | None:
    """The entity of a mention: a node, a literal when its identifier fails, None when it has none."""
    return node(id=name, type=kind, **terms) if isinstance(name, str) else name


def _entities(mentions: list[Mention], origins: dict[str, Origin]) -> list[Node]:
    entities: dict[str, Node] = {}
    for mention in mentions:
        if mention.entity and "@id" in mention.entity:
            name = mention.entity["@id"]
            entities.setdefault(name, mention.entity)
            id_key = "entrez" if name.startswith("ncbigene:") else "identifier"
            origins.setdefault(name, Origin("mentions", mention.key_path, id_key))
    return list(entities.values())


def _mention_nodes(mentions: list[Mention], figure: str, origins: dict[str, Origin]) -> list[Node]:
    nodes = []
    for number, mention in enumerate(mentions, start=1):
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


def _lexicon(name: str | None) -> str | Node | None:
    if name is None:
        return None
    try:
        return curie("pfocr", name)
    except IdentifierError:
        return literal(name)
