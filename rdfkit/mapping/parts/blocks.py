"""The schema-jsonld block of a page: who is the page, and what does the block say of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import PurePosixPath

from rdfkit.mapping import registry, schema_org
from rdfkit.mapping.document import Document, Node, Origin
from rdfkit.mapping.fields import Fields
from rdfkit.mapping.lookups import Site
from rdfkit.mapping.parts.keywords import put_right
from rdfkit.mapping.profiles import is_placeholder, profile
from rdfkit.mapping.registry import BLOCK, NO_BLOCK, NO_BLOCK_MESSAGE
from rdfkit.mapping.shaping import node
from rdfkit.rdf.identifiers import expand
from rdfkit.rdf.iris import percent_encode
from rdfkit.sources.page import Page
from rdfkit.sources.yaml_reader import Value

_CONFORMS_TO = "http://purl.org/dc/terms/conformsTo"
_NAMES = frozenset({"name", "schema:name", "alternateName", "headline"})


def page_iri(page: Page, default: str) -> str:
    """The IRI of a page and of its named graph: the `@id` of its block, else its default address."""
    return schema_org.page_iri(page.fields.get(BLOCK)) or default


def site_prefix(page: Page) -> str:
    """The prefix of addresses on the site of a page."""
    return f"{page.site or 'wikipathways'}-site"


def default_address(page: Page) -> str:
    """The address of a page whose block names none: `https://SITE/COLLECTION/NAME.html`, of WikiPathways if unknown."""
    path = PurePosixPath(page.relative)
    # The user may have named the collection itself, or a page in it.
    named = PurePosixPath(page.path).parent.name
    collection = path.parent.name or (named if named.startswith("_") else "")
    collection = collection.lstrip("_") or "pages"
    return expand(f"{site_prefix(page)}:{percent_encode(collection)}/{percent_encode(path.stem)}.html")


def to_document(
    fields: Fields,
    graph: str,
    nodes: list[Node],
    origins: dict[str, Origin],
    site: Site | None = None,
    table_nodes: Iterable[Node] = (),
) -> Document:
    """The document of a page, with what its block says. Notes the keys that nothing maps.

    A page that is a dataset gets what Bioschemas asks of one and its block lacks. `site` knows genes, for keywords.
    `table_nodes` are not read here: a page that waits for others needs no tables.
    """
    page = fields.page
    every = chain(nodes, table_nodes)
    document = Document(
        page.kind, graph, every, origins=origins, problems=fields.problems, rows=fields.tallies
    )
    fields.note_unmapped_keys()
    add_block(document, fields, site)
    document.schema_nodes.extend(_dataset(document, fields, nodes))
    return document


def add_block(document: Document, fields: Fields, site: Site | None = None) -> None:
    """Adds the nodes and problems of the page's block to its document."""
    if not fields.page.fields.get(BLOCK):
        return
    block = _without_placeholders(put_right(fields, site), fields)
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


def _dataset(document: Document, fields: Fields, nodes: list[Node]) -> Iterator[Node]:
    """What the dataset that a page is has beyond its block: name, description and what identifies it.

    A placeholder is no name. The title of what the page is about stands in for what is missing: that there is none is
    told of the title.
    """
    kind = registry.kind(fields.page.kind)
    own = [one for one in (*nodes, *document.schema_nodes) if one["@id"] == document.graph]
    if kind.title_key is None or not any("Dataset" in _listed(one.get("@type")) for one in own):
        return
    if not fields.page.fields.get(BLOCK) and not fields.page.leads_elsewhere:
        fields.note(
            NO_BLOCK,
            NO_BLOCK_MESSAGE,
            BLOCK,
            advice="Add a schema-jsonld block with @type Dataset and the address of the page as @id.",
        )
    title = fields.text(kind.title_key) or fields.page.id
    usual = node(
        identifier=fields.page.id, name=title, description=title, url=document.graph, license=kind.licence
    )
    said = usual | {key: value for one in own for key, value in one.items()}
    conforms = profile("Dataset", said.get("license"), said.get("keywords"))
    added = {key: value for key, value in usual.items() if said[key] == value}
    yield node(id=document.graph, **added, **{_CONFORMS_TO: {"@id": expand(conforms)} if conforms else None})


def _without_placeholders(value: Value, fields: Fields) -> Value:
    """A block without the names that a site's template writes where it has none. They are told once for the site."""
    if isinstance(value, list):
        return [_without_placeholders(item, fields) for item in value]
    if not isinstance(value, dict):
        return value
    found: dict[str, Value] = {}
    for key, item in value.items():
        if key not in _NAMES:
            found[key] = item if isinstance(item, str) else _without_placeholders(item, fields)
        elif (named := _named(key, item, fields)) is not None:
            found[key] = named
    return found


def _named(key: str, item: Value, fields: Fields) -> Value | None:
    """The names under a key, alone, in lists or as value objects, without placeholders; None when none is left."""
    if isinstance(item, list):
        return [one for one in (_named(key, part, fields) for part in item) if one is not None] or None
    text = item.get("@value") if isinstance(item, dict) else item
    if not isinstance(text, str) or not is_placeholder(text):
        return _without_placeholders(item, fields)
    fields.note_for_site(
        "placeholder-name",
        f'"{text.strip()}" stands on pages as {key}, but names nothing; it stays out of the graph',
        f"{BLOCK}.{key}",
        value=text.strip(),
        advice="Have the site's template write the title of the figure or pathway.",
    )
    return None


def _listed(value: object) -> list[object]:
    return value if isinstance(value, list) else [value]
