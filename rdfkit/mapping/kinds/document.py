"""Any page with a schema-jsonld block and no other kind: the block's own triples, and where the page leads to."""

from __future__ import annotations

from rdfkit.mapping.document import Document
from rdfkit.mapping.fields import Fields
from rdfkit.mapping.lookups import Site
from rdfkit.mapping.parts.blocks import add_block, default_address, page_iri, site_prefix
from rdfkit.mapping.shaping import node, redirects
from rdfkit.sources.page import Page


def document(page: Page, site: Site) -> Document:
    """The document of a page that is known by its schema-jsonld block alone, or leads to another page."""
    fields = Fields(page)
    graph = page_iri(page, default_address(page))
    result = Document(
        page.kind, graph, [node(id=graph, **redirects(fields, site_prefix(page)))], problems=fields.problems
    )
    add_block(result, fields, site)
    return result
