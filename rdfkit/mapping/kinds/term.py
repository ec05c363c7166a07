"""A page of an ontology term: its label, definition and parent."""

from __future__ import annotations

from rdfkit.errors import IdentifierError, PageError
from rdfkit.mapping.document import Document, Origin
from rdfkit.mapping.fields import Fields
from rdfkit.mapping.lookups import Site
from rdfkit.mapping.parts.blocks import default_address, page_iri, to_document
from rdfkit.mapping.shaping import named_term, node, ontology_term, parent_terms, redirects
from rdfkit.sources.page import Page


def document(page: Page, site: Site) -> Document:
    """The document of a term page. Raises PageError when the page names no term of a known ontology."""
    fields = Fields(page)
    term, graph = _term(page), page_iri(page, default_address(page))
    origins = {term: Origin("", (), "xref-identifier"), graph: Origin("", ())}
    named, label = named_term(fields, site, term, fields.text("value"), ("xref-identifier",))
    described = node(
        id=term,
        type="Class",
        definition=fields.text("definition"),
        **named,
        **parent_terms(fields, site, term, label, fields.text("parent"), ("parent",)),
        **{"xref-identifier": term},
    )
    about = node(id=graph, topic=term, **redirects(fields, "wikipathways-site"))
    return to_document(fields, graph, [described, about], origins)


def define(page: Page, site: Site) -> None:
    """Defines the label of a term."""
    label = page.fields.get("value")
    try:
        term = _term(page)
    except PageError:
        # The mapping says so.
        return
    if isinstance(label, str):
        site.define_term(term.partition(":")[0], label, term)


def _term(page: Page) -> str:
    source = page.fields.get("xref-dataSource", "")
    # Some sites write the whole CURIE under the one key.
    name = page.id if ":" in page.id else f"{source}:{page.id}"
    try:
        return ontology_term(name)
    except IdentifierError as error:
        expected = "a term of PW, DOID or CL"
        raise page.error(error.message, "xref-identifier", expected, page.id) from error
