"""Any page with a schema-jsonld block and no other kind: the block's own triples."""

from __future__ import annotations

from rdfkit.mapping.document import Document
from rdfkit.mapping.fields import Fields
from rdfkit.mapping.lookups import Site
from rdfkit.mapping.parts.blocks import add_block, default_address, page_iri
from rdfkit.sources.page import Page


def document(page: Page, site: Site) -> Document:
    """The document of a page that is known by its schema-jsonld block alone."""
    fields = Fields(page)
    result = Document(page.kind, page_iri(page, default_address(page)), nodes=[], problems=fields.problems)
    add_block(result, fields, site)
    return result
