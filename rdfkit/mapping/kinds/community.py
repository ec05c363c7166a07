"""A community page: a group of curators, its editors, and its collections of pathways."""

from __future__ import annotations

from collections.abc import Iterator

from rdfkit.errors import IdentifierError
from rdfkit.mapping.document import Document, Node, Origin
from rdfkit.mapping.fields import Fields
from rdfkit.mapping.lookups import Site
from rdfkit.mapping.parts import persons
from rdfkit.mapping.parts.blocks import default_address, page_iri, to_document
from rdfkit.mapping.shaping import address, node, pathway, redirects
from rdfkit.rdf.identifiers import curie, is_missing
from rdfkit.sources.page import Page

_TEXTS = ("community-tag", "description", "display-name", "reference", "short-description", "support")
_ADDRESSES = ("logo", "logo-link", "curationrepo")


def document(page: Page, site: Site) -> Document:
    """The document of a community page. Raises PageError when its tag is malformed."""
    fields = Fields(page)
    graph = page_iri(page, default_address(page))
    community = _community(page, graph)
    origins = {community: Origin("", (), "community-tag"), graph: Origin("", ())}
    group = node(
        id=community,
        type="Group",
        homepage=graph,
        editors=_editors(fields, site, origins),
        collections=list(_collections(fields, graph, origins)),
        **{key: fields.text(key) for key in _TEXTS},
        **{key: address(fields.text(key), base=graph) for key in _ADDRESSES},
    )
    about = node(
        id=graph,
        topic=community,
        title=fields.text("title"),
        **redirects(fields, "wikipathways-site"),
    )
    return to_document(fields, graph, [group, about], origins)


def _community(page: Page, graph: str) -> str:
    """The tag that pathways name; a community without pathways of its own may have none."""
    if is_missing(page.id):
        return f"{graph}#community"
    try:
        return curie("cur", page.id)
    except IdentifierError as error:
        expected = "letters, digits, dots, hyphens and underscores"
        raise page.error(error.message, "community-tag", expected, page.id) from error


def _editors(fields: Fields, site: Site, origins: dict[str, Origin]) -> list[Node]:
    editors = persons.users(fields.texts("editors"))
    for name in editors:
        origins[persons.user(name)] = Origin("editors", ("editors",))
    return [persons.person(name, persons.real_name(name, site)) for name in editors]


def _collections(fields: Fields, graph: str, origins: dict[str, Origin]) -> Iterator[Node]:
    for number, row in enumerate(fields.rows("collections"), start=1):
        name = f"{graph}#collection-{number}"
        origins[name] = Origin("collections", row.key_path)
        yield node(
            id=name,
            type="Collection",
            name=row.get("name"),
            wpids=[pathway(text) for text in row.lists.get("wpids", ())],
        )
