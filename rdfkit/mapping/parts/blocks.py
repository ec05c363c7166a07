"""The schema-jsonld block of a page: who is the page, and what does the block say of it."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import PurePosixPath

from rdfkit.mapping import schema_org
from rdfkit.mapping.document import Document, Node, Origin
from rdfkit.mapping.fields import BLOCK, Fields
from rdfkit.rdf.identifiers import expand
from rdfkit.rdf.iris import percent_encode
from rdfkit.sources.page import Page


def page_iri(page: Page, default: str) -> str:
    """The IRI of a page and of its named graph: the `@id` of its block, else its default address."""
    return schema_org.page_iri(page.fields.get(BLOCK)) or default


def default_address(page: Page) -> str:
    """The address of a page whose block names none: `https://www.wikipathways.org/COLLECTION/NAME.html`."""
    path = PurePosixPath(page.relative)
    collection = path.parent.name.lstrip("_") or "pages"
    return expand(f"wikipathways-site:{percent_encode(collection)}/{percent_encode(path.stem)}.html")


def to_document(fields: Fields, graph: str, nodes: Iterable[Node], origins: dict[str, Origin]) -> Document:
    """The document of a page, with what its block says. Notes the keys that nothing maps."""
    page = fields.page
    document = Document(
        page.kind, graph, nodes, origins=origins, problems=fields.problems, rows=fields.tallies
    )
    fields.note_unmapped_keys()
    add_block(document, fields)
    return document


def add_block(document: Document, fields: Fields) -> None:
    """Adds the nodes and problems of the page's block to its document."""
    block = fields.page.fields.get(BLOCK)
    if not block:
        return
    shaped = schema_org.documents(fields.scrubbed(block, (BLOCK,)), document.graph)
    document.schema_nodes.extend(shaped.nodes)
    document.foreign_nodes.extend(shaped.foreign)
    for problem in shaped.problems:
        fields.note(
            problem.rule,
            problem.message,
            BLOCK,
            *problem.key_path,
            severity=problem.severity,
            value=problem.value,
            advice=problem.advice,
        )
