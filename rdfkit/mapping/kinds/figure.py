"""A figure page: the page and its figure, the article, and what the character recognition saw in the figure.

The page is a dataset of PFOCR's; the figure in it is the publisher's, and has no licence of ours.
"""

from __future__ import annotations

from rdfkit.mapping.document import Document, Node, Origin
from rdfkit.mapping.fields import Fields
from rdfkit.mapping.lookups import Site
from rdfkit.mapping.parts import mentions
from rdfkit.mapping.parts.articles import article
from rdfkit.mapping.parts.blocks import page_iri, to_document
from rdfkit.mapping.parts.species import Species
from rdfkit.mapping.shaping import (
    address,
    decimal,
    literal,
    node,
    ontology_terms,
    pathway,
    redirects,
    reference,
    taxa,
)
from rdfkit.rdf.identifiers import expand, is_missing
from rdfkit.rdf.iris import is_iri, part_of, percent_encode
from rdfkit.sources.page import Page

# What the figures are that have no type of their own.
_USUAL_TYPE = "Figure"
_PMC = "https://www.ncbi.nlm.nih.gov/"


def document(page: Page, site: Site) -> Document:
    """The document of a figure page. Raises PageError when the page has no usable figid."""
    fields = Fields(page)
    if is_missing(page.id):
        raise page.error("has no figid", "figid", "PMCID__FILE")
    graph = page_iri(page, expand(f"pfocr-site:figures/{percent_encode(page.id)}.html"))
    others = redirects(fields, "pfocr-site")
    if page.leads_elsewhere and fields.text("pmcid") is None:
        # What is left of a figure that another has taken the place of.
        return to_document(fields, graph, [node(id=graph, **others)], {graph: Origin("", ())})
    figure = part_of(graph, "figure")
    origins = {figure: Origin("", ()), graph: Origin("", ())}
    species = Species.of(fields, site)
    found = mentions.mentions(fields, site, species)
    kind = fields.text("figtype")
    main = node(
        id=figure,
        type="Figure",
        figid=page.id,
        figtitle=fields.text("figtitle"),
        caption=fields.text("caption"),
        number=fields.text("number"),
        figtype=kind if kind != _USUAL_TYPE else None,
        filename=_content_address(fields),
        figlink=_figure_address(fields),
        organisms=_organisms(fields, site, "organisms", origins),
        organisms_ner=_organisms(fields, site, "organisms_ner", origins),
        pathway_score=decimal(fields.text("pathway_score")),
        automl_pathway=decimal(fields.text("automl_pathway")),
        network=reference("ndex", fields.text("ndex")),
        wpid=[pathway(text) for text in fields.texts("wpid")],
        article=article(fields, site, graph, origins),
        mentions=mentions.entity_nodes(found, origins),
        mention=mentions.mention_nodes(found, graph, origins),
    )
    main |= ontology_terms(fields, site, origins)
    if not species.names and not page.leads_elsewhere:
        _note_no_organism(fields)
    former = _former_address(fields)
    # An old address that still leads to the page is not replaced by it.
    is_served = former in others.get("redirect_from", ())
    about = node(id=graph, type="Dataset", about=figure, figid_alias=None if is_served else former, **others)
    return to_document(fields, graph, [main, about], origins, site)


def _organisms(fields: Fields, site: Site, key: str, origins: dict[str, Origin]) -> list[Node]:
    """The taxa of the organisms under a key, each with its name; of those that no table knows the name alone."""
    names = fields.texts(key)
    for known in taxa(fields, site, key, names):
        origins.setdefault(known, Origin(key, (), key))
    return [
        node(id=f"NCBITaxon:{taxon}", taxonName=name.strip())
        if (taxon := site.taxon(name))
        else literal(name)
        for name in names
    ]


def _note_no_organism(fields: Fields) -> None:
    """Warns once of a page that names no organism at all: either of the two lists will do."""
    key = "organisms"
    value = fields.page.fields.get(key)
    found = value[0] if isinstance(value, list) and len(value) == 1 else value
    wanted = "the name of an organism"
    is_text = isinstance(found, str) and found
    fields.note(
        "figure-organism",
        f'"{found}" is not {wanted}' if is_text else f"missing: expected {wanted}",
        key,
        value=found if isinstance(found, str) and found else None,
        advice="Write the Latin name, such as Homo sapiens. Gene symbols mean little without it.",
    )


def _content_address(fields: Fields) -> str | Node | None:
    pmcid, file = fields.text("pmcid"), fields.text("filename")
    if file is None:
        return None
    if _is_whole(file):
        return address(file.strip())
    if pmcid is None:
        return None
    return f"ncbi:pmc/articles/{percent_encode(pmcid.strip())}/bin/{percent_encode(file.strip())}"


def _figure_address(fields: Fields) -> str | Node | None:
    return address(fields.text("figlink"), _PMC)


def _is_whole(text: str) -> bool:
    """Whether a text is a whole address, and no name of a file."""
    return "://" in text and is_iri(text.strip())


def _former_address(fields: Fields) -> str | None:
    """The address that an older name of the page was part of."""
    alias = fields.text("figid_alias")
    return f"pfocr-site:figures/{percent_encode(alias.strip())}" if alias else None
