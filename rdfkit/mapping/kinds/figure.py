"""A figure page: the figure, its article, and what the character recognition saw in it."""

from __future__ import annotations

from rdfkit.mapping.document import Document, Node, Origin
from rdfkit.mapping.fields import Fields
from rdfkit.mapping.lookups import Site
from rdfkit.mapping.parts import mentions
from rdfkit.mapping.parts.blocks import page_iri, to_document
from rdfkit.mapping.shaping import (
    decimal,
    literal,
    node,
    ontology_terms,
    organisms,
    redirects,
    reference,
    taxa,
    year,
)
from rdfkit.rdf.identifiers import expand, is_missing
from rdfkit.rdf.iris import encode_address, percent_encode
from rdfkit.sources.page import Page


def document(page: Page, site: Site) -> Document:
    """The document of a figure page. Raises PageError when the page has no usable figid."""
    fields = Fields(page)
    if is_missing(page.id):
        raise page.error("has no figid", "figid", "PMCID__FILE")
    figure = page_iri(page, expand(f"pfocr-site:figures/{percent_encode(page.id)}.html"))
    origins = {figure: Origin("", ())}
    found = mentions.mentions(fields, site)
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
        **redirects(fields, "pfocr-site"),
        article=(article := _article(fields, figure, origins)),
        takenFrom=article["@id"],
        mentions=mentions.entity_nodes(found, origins),
        mention=mentions.mention_nodes(found, figure, origins),
    )
    main |= organisms(fields, site) | ontology_terms(fields, site, origins)
    return to_document(fields, figure, [main], origins)


def _recognised_organisms(fields: Fields, site: Site) -> list[str | Node]:
    names = fields.texts("organisms_ner")
    known = taxa(fields, site, "organisms_ner", names)
    return [*known, *(literal(name) for name in names if site.taxon(name) is None)]


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
