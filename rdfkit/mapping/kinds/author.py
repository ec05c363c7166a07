"""An author page: a person with names, identifiers and addresses, but never an e-mail address."""

from __future__ import annotations

from rdfkit.mapping import registry
from rdfkit.mapping.document import Document, Origin
from rdfkit.mapping.fields import Fields
from rdfkit.mapping.lookups import Site
from rdfkit.mapping.parts import persons
from rdfkit.mapping.parts.blocks import default_address, page_iri, to_document
from rdfkit.mapping.shaping import address, node, redirects, reference
from rdfkit.rdf.iris import encode_address
from rdfkit.sources.cleaning import is_missing_name, without_email
from rdfkit.sources.page import Page


def document(page: Page, site: Site) -> Document:
    """The document of an author page. Raises PageError when the page has no user name, or an address for one."""
    fields = Fields(page)
    if is_missing_name(page.id) or without_email(page.id) != page.id:
        raise page.error("has no usable user name", "username", "a name that is no e-mail address")
    user, graph = persons.user(page.id), page_iri(page, default_address(page))
    origins = {user: Origin("", (), "username"), graph: Origin("topic", (), "username")}
    realname = fields.text("realname")
    described = persons.person(
        page.id,
        None if realname is None or is_missing_name(realname) else persons.plain_name(realname),
        username=None if persons.is_ip_address(page.id) else persons.plain_name(page.id),
        orcidId=reference("orcid", fields.text("orcid")),
        wikidataItem=reference("wikidata", fields.text("wikidata")),
        website=address(fields.text("website")),
        affiliation=fields.text("affiliation"),
        bio=fields.text("bio"),
        profile=_accounts(fields),
        communities=[reference("cur", name) for name in fields.texts("communities")],
    )
    about = node(id=graph, topic=user, **redirects(fields, "wikipathways-site"))
    return to_document(fields, graph, [described, about], origins)


def define(page: Page, site: Site) -> None:
    """Defines the real name of a user."""
    name = page.fields.get("realname")
    if isinstance(name, str) and not is_missing_name(name):
        site.define_person(persons.account(page.id), without_email(persons.plain_name(name)))


def _accounts(fields: Fields) -> list[str]:
    """The addresses of the accounts that a person has elsewhere."""
    found = []
    for key, start in registry.kind("author").accounts.items():
        text = fields.text(key)
        if text is not None:
            found.append(encode_address(text if "://" in text else start + text.lstrip("@")))
    return found
