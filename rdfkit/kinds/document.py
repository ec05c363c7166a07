"""Any page with a schema-jsonld block and no other kind: the block's own triples."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rdfkit.documents import Document
from rdfkit.kinds.blocks import add_block, default_address, page_iri
from rdfkit.kinds.fields import Fields

if TYPE_CHECKING:
    from rdfkit.kinds.site import Site
    from rdfkit.pages import Page


def document(page: Page, site: Site) -> Document:
    """The document of a page that is known by its schema-jsonld block alone."""
    fields = Fields(page)
    result = Document(page.kind, page_iri(page, default_address(page)), nodes=[], problems=fields.problems)
    add_block(result, fields)
    return result
