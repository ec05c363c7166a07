"""The article that a figure is from, with its journal and its publisher."""

from __future__ import annotations

from rdfkit.mapping.document import Node, Origin
from rdfkit.mapping.fields import Fields
from rdfkit.mapping.lookups import Site
from rdfkit.mapping.parts.keywords import article_keywords
from rdfkit.mapping.profiles import profile
from rdfkit.mapping.shaping import node, reference, year
from rdfkit.rdf.iris import part_of, percent_encode


def article(fields: Fields, site: Site, page: str, origins: dict[str, Origin]) -> Node:
    """The article of a figure page, by its PubMed Central id; a part of the page when it has none that is usable."""
    pmcid = fields.text("pmcid")
    name = reference("pmc", pmcid)
    known = isinstance(name, str)
    iri = name if isinstance(name, str) else part_of(page, "article")
    title = fields.text("papertitle")
    origins[iri] = Origin("article", (), "pmcid")
    return node(
        id=iri,
        type=["JournalArticle", "ScholarlyArticle"],
        pmcid=None if known else pmcid,
        identifier=name if known else pmcid,
        papertitle=title,
        name=title,
        profile=profile("ScholarlyArticle", title, known),
        reftext=fields.text("reftext"),
        year=year(fields.text("year")),
        sameAs=reference("doi", fields.text("doi")),
        journal=_journal(fields, origins),
        publisher=_publisher(fields, origins),
        keywords=article_keywords(fields, site),
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
