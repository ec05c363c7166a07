"""A pathway page: the pathway, its version, terms, communities, authors and the articles that cite it.

What its companion tables add is in `datanodes` and `bibliography`.
"""

from __future__ import annotations

import re
from itertools import chain

from rdfkit.errors import IdentifierError
from rdfkit.mapping.document import Document, Node, Origin
from rdfkit.mapping.fields import Fields
from rdfkit.mapping.lookups import Site
from rdfkit.mapping.parts import bibliography, datanodes
from rdfkit.mapping.parts.blocks import page_iri, to_document
from rdfkit.mapping.shaping import (
    CC0,
    addresses,
    author_address,
    date,
    node,
    ontology_terms,
    organisms,
    reference,
)
from rdfkit.rdf.identifiers import curie, expand
from rdfkit.rdf.iris import percent_encode
from rdfkit.sources.cleaning import EMAIL_MARK, is_missing_name
from rdfkit.sources.page import Page

# Accounts of the site itself, which author nothing.
_HOUSE_ACCOUNTS = frozenset({"MaintBot", "TestUser", "Wpblocked"})
_YEAR_AT_END = re.compile(r"\s*\((\d{4})\)\s*\Z", re.ASCII)
_REVISION = re.compile(r"r[1-9]\d*", re.ASCII)


def document(page: Page, site: Site) -> Document:
    """The document of a pathway page. Raises PageError when id or revision cannot name the pathway."""
    fields = Fields(page)
    pathway, version = _names(page)
    default = f"wikipathways-site:pathways/{percent_encode(page.id)}.html"
    graph = page_iri(page, expand(default))
    origins = {
        version: Origin("", ()),
        pathway: Origin("versionOf", (), "wpid"),
        graph: Origin("about", (), "wpid"),
    }
    revision = fields.text("revision")
    organism = organisms(fields, site)
    main = node(
        id=version,
        type=["Pathway", "Collection"],
        versionOf=node(id=pathway, authors=_authors(fields, version, site, origins)),
        identifier=page.id,
        resource=pathway,
        title=fields.text("title"),
        source="WikiPathways",
        description=fields.text("description"),
        revision=revision,
        page=f"instance:{page.id}_{revision}",
        gpmlNode=node(
            id=f"gpml-pathway:{page.id}_{revision}",
            gpmlVersion=revision,
            gpmlOrganism=organism.get("organismName"),
        ),
        license=CC0,
        network=reference("ndex", fields.text("ndex")),
        communities=[reference("cur", name) for name in fields.texts("communities")],
        citedin=_citing_articles(fields, origins),
        redirect_from=addresses(fields, "redirect_from", "wikipathways-site"),
    )
    edited = date(fields.text("last-edited"))
    main |= organism | ontology_terms(fields, site, origins) | ({"last-edited": edited} if edited else {})
    about = node(id=graph, about=pathway)
    nodes = chain(
        [main, about],
        datanodes.nodes(fields, version, site, origins),
        bibliography.nodes(fields, version, origins),
    )
    return to_document(fields, graph, nodes, origins)


def _names(page: Page) -> tuple[str, str]:
    revision = page.fields.get("revision", "")
    try:
        pathway = curie("wikipathways", page.id)
    except IdentifierError as error:
        message = error.message if page.id else "the wpid is no text"
        raise page.error(message, "wpid", "WP and a number", page.id) from error
    if not isinstance(revision, str) or not _REVISION.fullmatch(revision):
        message = "the revision is missing or malformed, so the pathway's version has no name"
        raise page.error(message, "revision", "r and a number", str(revision) or None)
    return pathway, f"{pathway}_{revision}"


def _authors(fields: Fields, version: str, site: Site, origins: dict[str, Origin]) -> list[Node]:
    names = [
        name
        for name in fields.texts("authors")
        if name not in _HOUSE_ACCOUNTS and not is_missing_name(name) and EMAIL_MARK not in name
    ]
    authors = []
    for ordinal, name in enumerate(dict.fromkeys(names), start=1):
        user = curie("user", name)
        authorship = f"{user}/{version.partition(':')[2]}"
        origins[user] = Origin("authors", ("authors",))
        authors.append(
            node(
                id=user,
                type="Person",
                name=site.person(name),
                homepage=author_address(name),
                authorship=node(id=authorship, ordinal=str(ordinal), authorshipOf=version.partition("_")[0]),
            )
        )
    return authors


def _citing_articles(fields: Fields, origins: dict[str, Origin]) -> list[str | Node]:
    articles: list[str | Node] = []
    for row in fields.rows("citedin"):
        link = row.get("link")
        article = reference("pmc" if link and link.startswith("PMC") else "doi", link)
        if not isinstance(article, str):
            articles.extend([article] if article else [])
            continue
        origins[article] = Origin("citedin", row.key_path, "link")
        title, issued = _title_and_year(row.get("title"))
        articles.append(node(id=article, title=title, issued=issued))
    return articles


def _title_and_year(title: str | None) -> tuple[str | None, str | None]:
    match = _YEAR_AT_END.search(title or "")
    return (title[: match.start()], match[1]) if title and match else (title, None)
