"""An organism page: a taxon with its names."""

from __future__ import annotations

from rdfkit.errors import IdentifierError
from rdfkit.mapping.document import Document, Origin
from rdfkit.mapping.fields import Fields
from rdfkit.mapping.lookups import Site
from rdfkit.mapping.parts.blocks import default_address, page_iri, site_prefix, to_document
from rdfkit.mapping.shaping import node, redirects, reference
from rdfkit.rdf.identifiers import curie, is_missing
from rdfkit.sources.page import Page


def document(page: Page, site: Site) -> Document:
    """The document of an organism page. Raises PageError when the page has no taxon number."""
    fields = Fields(page)
    graph = page_iri(page, default_address(page))
    addresses = redirects(fields, site_prefix(page))
    if page.leads_elsewhere and is_missing(page.id):
        # What is left of a page that another has taken the place of.
        return to_document(fields, graph, [node(id=graph, **addresses)], {graph: Origin("", ())})
    try:
        taxon = curie("NCBITaxon", page.id)
    except IdentifierError as error:
        message = "has no number of the NCBI Taxonomy"
        raise page.error(message, "ncbi", "a number such as 9606", page.id) from error
    origins = {taxon: Origin("", (), "ncbi"), graph: Origin("", ())}
    organism = node(
        id=taxon,
        type="Taxon",
        taxonId=taxon.partition(":")[2],
        latin=fields.text("latin"),
        common=fields.text("common"),
        group=fields.text("group"),
        **{"bridgedb-code": fields.text("bridgedb-code")},
    )
    about = node(
        id=graph,
        topic=taxon,
        title=fields.text("title"),
        description=fields.text("description"),
        **addresses,
    )
    return to_document(fields, graph, [organism, about], origins)


def define(page: Page, site: Site) -> None:
    """Defines the taxon of a Latin name."""
    name, taxon = page.fields.get("latin"), reference("NCBITaxon", page.id)
    if isinstance(name, str) and isinstance(taxon, str):
        site.define_taxon(name, taxon.partition(":")[2])
