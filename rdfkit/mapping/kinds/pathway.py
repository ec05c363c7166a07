"""A pathway page: the pathway, its version, terms, communities, authors and the articles that cite it.

What its companion tables add is in `datanodes` and `bibliography`.
"""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import chain

from rdfkit.errors import IdentifierError
from rdfkit.mapping.document import Document, Node, Origin
from rdfkit.mapping.fields import Fields
from rdfkit.mapping.lookups import Site
from rdfkit.mapping.parts import bibliography, datanodes, persons
from rdfkit.mapping.parts.blocks import page_iri, to_document
from rdfkit.mapping.shaping import (
    CC0,
    date,
    node,
    ontology_terms,
    organisms,
    redirects,
    reference,
)
from rdfkit.rdf.identifiers import curie, expand, is_missing
from rdfkit.rdf.iris import percent_encode
from rdfkit.sources.lexicons import folded
from rdfkit.sources.page import Page

_YEAR_AT_END = re.compile(r"\s*\(((?:1[89]|20)\d\d)\)\s*\.?\s*\Z", re.ASCII)
_REVISION = re.compile(r"r[1-9]\d*", re.ASCII)


def document(page: Page, site: Site) -> Document:
    """The document of a pathway page. Raises PageError when id or revision cannot name the pathway."""
    fields = Fields(page)
    default = f"wikipathways-site:pathways/{percent_encode(page.id)}.html"
    graph = page_iri(page, expand(default))
    addresses = redirects(fields, "wikipathways-site")
    if page.leads_elsewhere and fields.text("revision") is None:
        # What is left of a pathway that another has taken the place of.
        return to_document(fields, graph, [node(id=graph, **addresses)], {graph: Origin("", ())})
    revision = fields.text("revision")
    pathway, version = _names(page, revision)
    origins = {
        version: Origin("", ()),
        pathway: Origin("versionOf", (), "wpid"),
        graph: Origin("about", (), "wpid"),
    }
    _note_same_title(fields, site)
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
        citedin=_citing_articles(fields, version, origins),
    )
    edited = date(fields.text("last-edited"))
    main |= organism | ontology_terms(fields, site, origins) | ({"last-edited": edited} if edited else {})
    about = node(id=graph, about=pathway, **addresses)
    table_nodes = chain(
        datanodes.nodes(fields, version, site, origins), bibliography.nodes(fields, version, origins)
    )
    made = to_document(fields, graph, [main, about], origins, table_nodes=table_nodes)
    return replace(made, version=version.partition(":")[2])


def _names(page: Page, revision: str | None) -> tuple[str, str]:
    try:
        pathway = curie("wikipathways", page.id)
    except IdentifierError as error:
        message = error.message if page.id else "the wpid is no text"
        raise page.error(message, "wpid", "WP and a number", page.id) from error
    if revision is None or not _REVISION.fullmatch(revision):
        message = "the revision is missing or malformed, so the pathway's version has no name"
        raise page.error(message, "revision", "r and a number", str(page.fields.get("revision", "")) or None)
    return pathway, f"{pathway}_{revision}"


def _authors(fields: Fields, version: str, site: Site, origins: dict[str, Origin]) -> list[Node]:
    """The authors in the order of the page, without accounts of the site; each with its place."""
    named = ((name, persons.real_name(name, site)) for name in persons.users(fields.texts("authors")))
    people = [one for one in named if not persons.is_house_account(*one)]
    authors = []
    for ordinal, (name, realname) in enumerate(people, start=1):
        user = persons.user(name)
        origins[user] = Origin("authors", ("authors",))
        authorship = node(
            id=f"{user}/{version.partition(':')[2]}",
            type="Authorship",
            author=user,
            ordinal=str(ordinal),
            authorshipOf=version.partition("_")[0],
        )
        authors.append(persons.person(name, realname, authorship=authorship))
    return authors


def _citing_articles(fields: Fields, version: str, origins: dict[str, Origin]) -> list[str | Node]:
    articles: list[str | Node] = []
    for row in fields.rows("citedin"):
        article = _article(row.get("link"))
        if not isinstance(article, str):
            articles.extend([article] if article else [])
            continue
        origins[article] = Origin("citedin", row.key_path, "link")
        title, issued = _title_and_year(row.get("title"))
        articles.append(node(id=article, type="JournalArticle", title=title, issued=issued, cites=version))
    return articles


def _article(link: str | None) -> str | Node | None:
    """The CURIE of a citing article, by its number in PubMed Central or its DOI, alone or as an address."""
    number = reference("pmc", link)
    return number if isinstance(number, str) else reference("doi", link)


def _title_and_year(title: str | None) -> tuple[str | None, str | None]:
    match = _YEAR_AT_END.search(title or "")
    plain, issued = (title[: match.start()], match[1]) if title and match else (title, None)
    return (plain.strip() if plain else None) or None, issued


def define(page: Page, site: Site) -> None:
    """Defines the genes of the data nodes, and the title that the pathway has among those of its organisms."""
    datanodes.define(page, site)
    key = _title_key(page)
    if key:
        site.define_title(key, page.id)


def _title_key(page: Page) -> str:
    """Title and organisms, as two pathways of the same name have them.

    "" for a page without a title, and for what is left of a pathway that another has taken the place of.
    """
    title, names = page.fields.get("title"), page.fields.get("organisms", [])
    if not isinstance(title, str) or is_missing(title) or page.leads_elsewhere:
        return ""
    listed = names if isinstance(names, list) else [names]
    return "\t".join([folded(title), *sorted(folded(name) for name in listed if isinstance(name, str))])


def _note_same_title(fields: Fields, site: Site) -> None:
    """Warns of other pathways that have the same title and organism."""
    page, key = fields.page, _title_key(fields.page)
    others = [name for name in site.titled(key) if name != page.id] if key else []
    if others:
        fields.note(
            "title-duplicate",
            f"the same title, for the same organism, as {', '.join(others)}",
            "title",
            value=str(page.fields["title"]).strip(),
            advice="Give each pathway a title that tells it apart, or merge the pathways.",
        )
