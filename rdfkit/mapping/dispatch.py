"""Which functions map the pages of each kind, and which note what such a page defines."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from rdfkit.mapping.document import Document
from rdfkit.mapping.kinds import author, community, document, figure, organism, pathway, term
from rdfkit.mapping.lookups import Site
from rdfkit.mapping.parts import mentions
from rdfkit.sources.page import Page

_DOCUMENTS: Mapping[str, Callable[[Page, Site], Document]] = {
    "author": author.document,
    "community": community.document,
    "document": document.document,
    "figure": figure.document,
    "organism": organism.document,
    "pathway": pathway.document,
    "term": term.document,
}
_DEFINITIONS: Mapping[str, Callable[[Page, Site], None]] = {
    "author": author.define,
    "figure": mentions.define,
    "organism": organism.define,
    "pathway": pathway.define,
    "term": term.define,
}


def to_document(page: Page, site: Site) -> Document:
    """The JSON-LD document of a page. Raises PageError when the page cannot be named."""
    return _DOCUMENTS[page.kind](page, site)


def define(page: Page, site: Site) -> None:
    """Notes what a page defines for the site: organisms, terms, names of people, titles, genes."""
    found = _DEFINITIONS.get(page.kind)
    if found is not None:
        found(page, site)
