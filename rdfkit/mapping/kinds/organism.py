"""An organism page: a taxon with its names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rdfkit.errors import IdentifierError, PageError
from rdfkit.mapping.document import Document, Origin
from rdfkit.mapping.fields import Fields
from rdfkit.mapping.parts.blocks import add_block, default_address, page_iri
from rdfkit.mapping.shaping import addresses, node
from rdfkit.rdf.identifiers import curie

if TYPE_CHECKING:
    from rdfkit.mapping.lookups import Site
    from rdfkit.sources.page import Page


def document(page: Page, site: Site) -> Document:
    """The document of an organism page. Raises PageError when the page has no taxon number."""
    fields = Fields(page)
    try:
        taxon = curie("NCBITaxon", page.id)
    except IdentifierError as error:
        raise PageError(
            "has no number of the NCBI Taxonomy",
            path=page.path,
            line=page.line("ncbi"),
            key="ncbi",
            value=page.id,
            expected="a number such as 9606",
        ) from error
    graph = page_iri(page, default_address(page))
    origins = {taxon: Origin("", (), "ncbi"), graph: Origin("", ())}
    organism = node(
        id=taxon,
        type="Taxon",
        taxonId=page.id,
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
        redirect_from=addresses(fields, "redirect_from", "wikipathways-site"),
    )
    result = Document(page.kind, graph, [organism, about], origins=origins, problems=fields.problems)
    fields.note_unmapped_keys()
    add_block(result, fields)
    return result


def define(page: Page, site: Site) -> None:
    """Defines the taxon of a Latin name."""
    name = page.fields.get("latin")
    if isinstance(name, str) and page.id.isdigit():
        site.define_taxon(name, page.id)
