"""The pages about one thing: figures, pathways, all that `entity_pages.toml` describes, and any other IRI."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any
from urllib.parse import unquote

import pyoxigraph as ox
from markupsafe import Markup

from rdfkit.entities import figures, pathways, sharing, statements
from rdfkit.entities.index.facts import revision
from rdfkit.entities.index.search import Entry
from rdfkit.entities.reading import along, checked, ends, is_known, texts
from rdfkit.entities.types import OTHER, compact, kinds, page_of
from rdfkit.errors import NotFoundError
from rdfkit.package_data import beside, read_toml
from rdfkit.rdf.identifiers import compress, expand
from rdfkit.server.views import plots
from rdfkit.server.views.outlinks import external
from rdfkit.server.views.rendering import Link, Rendered, Source, address, entry_link, html, link_to, links
from rdfkit.sparql.results import Rows
from rdfkit.store import StoreProtocol

# How many things a list on a page shows, how many a page of the whole list, and how many are read at all.
SHOWN, PAGE, MOST = 20, 100, 10_000
_TABLE = 20
_MAP_FIGURES, _MAP_GENES = 30, 40
_STATEMENTS = 50


@dataclass(frozen=True, slots=True)
class Fact:
    """A heading with its values: links, or texts."""

    heading: str
    values: tuple[Link | str, ...]


@dataclass(frozen=True, slots=True)
class List:
    """The first things of a list, how many there are, and where to find them all. `cut` says that there are more."""

    heading: str
    links: tuple[Link, ...]
    total: int
    page: str
    cut: bool


def entity(source: Source, iri: str, parameters: Mapping[str, str]) -> Rendered:
    """The page of any IRI, as fits what it is. Raises NotFoundError when no statement has it.

    With `show=statements` it is the page that says all.
    """
    kind = _kind(source, iri)
    says_all = parameters.get("show") == "statements"
    if kind == "pathway" and not says_all:
        return _pathway(source, iri)
    if not is_known(source.store, iri):
        raise NotFoundError("nothing in the data has this name", value=iri)
    if kind == "figure" and not says_all:
        return _figure(source, iri)
    if kind in _portraits() and not says_all:
        return _portrait(source, iri, kind)
    return _statements(source, iri, kind)


def listing(source: Source, parameters: Mapping[str, str]) -> Rendered:
    """A page of a list of a thing: `iri`, `of` (its heading) and `page` (from 1). Raises NotFoundError for no list."""
    iri, heading = checked(expand(parameters.get("iri", ""))), parameters.get("of", "")
    rows = _portraits().get(_kind(source, iri), {}).get("lists", ())
    row = next((row for row in rows if row[0] == heading), None)
    if row is None:
        raise NotFoundError("there is no such list", value=heading)
    entries, cut = _members(source, iri, row)
    number = page_number(parameters)
    return html(
        "list.html",
        about=link_to(source, iri),
        heading=heading,
        links=[entry_link(entry) for entry in entries[(number - 1) * PAGE : number * PAGE]],
        total=len(entries),
        cut=cut,
        number=number,
        pages=-(-len(entries) // PAGE),
        path=address("/list", iri=iri, of=heading),
    )


def page_number(parameters: Mapping[str, str]) -> int:
    """The number of the page of a list that is asked for, from 1; 1 for what is no number."""
    text = parameters.get("page", "1")
    return max(1, int(text)) if text.isascii() and text.isdigit() and len(text) < 7 else 1


# --- figures ---


def _figure(source: Source, iri: str) -> Rendered:
    found = figures.figure(source.store, iri)
    linked = sharing.linked_pathways(source.store, iri, _TABLE)
    counted = not linked and not sharing.has_links(source.store)
    if counted:
        linked = sharing.pathways_with_genes(source.store, found.genes)
    article = found.article
    mentioned = {text for mention in found.mentions for text in (mention.word, mention.symbol)}
    named = links(
        source,
        [
            *(mention.entity for mention in found.mentions if mention.entity),
            *(mention.lexicon for mention in found.mentions if mention.lexicon),
            *(mention.evidence for mention in found.mentions if mention.evidence),
            *found.pathways, *found.organisms, *found.recognised, *found.terms, *found.networks,
            *(one.other for one in linked[:_TABLE]),
            *((article.iri, *article.names, *([article.journal] if article.journal else [])) if article else ()),
        ],
    )  # fmt: skip
    return html(
        "figure.html",
        **_page(source, iri, found.title, "figure"),
        figure=found,
        article=article,
        named=named,
        shared=linked[:_TABLE],
        shared_total=len(linked) if counted else sharing.count_linked(source.store, iri),
        counted=counted,
        plain_keywords=[word for word in found.keywords if word not in mentioned],
        ndex=_ndex(found.networks),
    )


# --- pathways ---


def _pathway(source: Source, iri: str) -> Rendered:
    found = pathways.pathway(source.store, source.labels, iri)
    shared = sharing.linked_figures(source.store, found.iri, _MAP_FIGURES)
    counted = not shared and not sharing.has_links(source.store)
    if counted:
        shared = sharing.figures_with_genes(source.store, found.genes)
    most = shared[:_MAP_FIGURES]
    genes = sharing.most_common_genes(most, _MAP_GENES)
    named = links(
        source,
        [
            *(one.other for one in most), *genes, *found.genes, *found.authors, *found.terms, *found.communities,
            *found.references, *found.cited_by, *((found.organism,) if found.organism else ()),
        ],
    )  # fmt: skip
    asked = revision(iri)
    return html(
        "pathway.html",
        **_page(source, found.iri, found.title, "pathway"),
        pathway=found,
        named=named,
        genes=sorted((named[gene] for gene in found.genes), key=lambda gene: gene.label.casefold()),
        others=[one for one in found.data_nodes if not one.genes],
        shared=most[:_TABLE],
        shared_total=len(shared) if counted else sharing.count_linked(source.store, found.iri),
        counted=counted,
        picture=_heat_map(most, genes, named, found.title or found.identifier),
        picture_figures=len(most),
        picture_genes=len(genes),
        picture_genes_total=len({gene for one in most for gene in one.genes}),
        revision=revision(found.version),
        asked=asked if asked and iri != found.version else None,
        older=bool(found.versions) and found.version != found.versions[0],
        ndex=_ndex(found.networks),
    )


def _heat_map(
    shared: Sequence[sharing.Shared], genes: Sequence[str], named: Mapping[str, Link], title: str
) -> Markup:
    rows = []
    for one in shared:
        figure = named[one.other]
        year = (figure.entry.year if figure.entry else None) or 0
        sort = {"shared": len(one.genes), "jaccard": one.jaccard, "year": year}
        if one.p is not None:
            sort["p"] = one.p
        rows.append(
            plots.Row(figure.label, str(year or ""), figure.page, frozenset(one.genes), len(one.genes), sort)
        )
    columns = [plots.Column(gene, named[gene].label, named[gene].page) for gene in genes]
    return plots.heat_map(rows, columns, f"Which genes of {title} each figure shows")


# --- what entity_pages.toml describes ---


def _portrait(source: Source, iri: str, kind: str) -> Rendered:
    portrait = _portraits()[kind]
    members = {row[0]: _members(source, iri, row) for row in portrait["lists"]}
    years, cut = members.get(portrait.get("years", ""), ([], False))
    counts = Counter(entry.year for entry in years if entry.year)
    label = source.labels.labels([iri])[iri]
    plot = plots.years(counts, f"Figures with {label}") if len(counts) > 1 else Markup("")
    return html(
        "thing.html",
        **_page(source, iri, None, kind),
        facts=_facts(source, iri, portrait["facts"]),
        lists=[_list(iri, heading, *found) for heading, found in members.items() if found[0]],
        descriptions=texts(source.store, iri, "dcterms:description")
        or texts(source.store, iri, "dcterms:abstract"),
        plot=plot,
        counts=sorted(counts.items()),
        drawn=MOST if cut else None,
    )


def _facts(source: Source, iri: str, rows: Sequence[Sequence[str]]) -> list[Fact]:
    values = {heading: (_terms(source.store, iri, path), "".join(shown)) for heading, path, *shown in rows}
    named = links(source, (term.value for found, _ in values.values() for term in found if _is_iri(term)))
    facts = []
    for heading, (found, shown) in values.items():
        if found:
            told = (_shown(named[term.value], shown) if _is_iri(term) else term.value for term in found)
            facts.append(Fact(heading, tuple(told)))
    return facts


def _shown(link: Link, how: str) -> Link:
    if how == "id":
        return replace(link, label=unquote(compress(link.iri).partition(":")[2]))
    if how == "address" and external(link.iri):
        plain = link.iri.partition("://")[2].rstrip("/")
        return replace(link, label=unquote(plain), page=link.iri)
    return link


def _terms(store: StoreProtocol, iri: str, path: str) -> list[ox.NamedNode | ox.Literal]:
    answer = store.query(f"SELECT DISTINCT ?value {{ <{iri}> {path} ?value }} LIMIT {SHOWN}", strict=True)
    found = [row["value"] for row in answer.terms()] if isinstance(answer, Rows) else []
    terms = (term for term in found if isinstance(term, ox.NamedNode | ox.Literal))
    return sorted(terms, key=lambda term: term.value)


def _is_iri(term: ox.NamedNode | ox.Literal) -> bool:
    return isinstance(term, ox.NamedNode)


def _members(source: Source, iri: str, row: Sequence[str]) -> tuple[list[Entry], bool]:
    """The things of one list in order, and whether there are more than were read."""
    _, path, kind, *class_ = row
    if "?end" in path:
        found = ends(source.store, iri, path, MOST + 1)
    else:
        found = along(source.store, iri, path, MOST + 1, *class_)
    read = found[:MOST]
    entries = source.labels.entries(read)
    missing = [
        Entry(one, kind, compact(one), compact(one), None, None, 0, 0) for one in read if one not in entries
    ]
    members = [entry for entry in (*entries.values(), *missing) if entry.kind == kind]
    return sorted(members, key=_order), len(found) > MOST


def _order(entry: Entry) -> tuple[int, int, str, str]:
    """The newest first, then those that are in most, then by name."""
    return -(entry.year or 0), -(entry.figures + entry.pathways), entry.label.casefold(), entry.iri


def _list(iri: str, heading: str, entries: Sequence[Entry], cut: bool) -> List:
    shown = tuple(entry_link(entry) for entry in entries[:SHOWN])
    return List(heading, shown, len(entries), address("/list", iri=iri, of=heading), cut)


@cache
def _portraits() -> Mapping[str, Any]:
    return read_toml(beside(__file__, "entity_pages.toml"))


# --- any IRI ---


def _statements(source: Source, iri: str, kind: str) -> Rendered:
    out = statements.outgoing(source.store, iri, _STATEMENTS)
    into = statements.incoming(source.store, iri, _STATEMENTS)
    uses = statements.uses(source.store, iri, SHOWN)
    spoken = (one.text for pair in uses for one in pair if one.is_iri)
    return html(
        "entity.html",
        **_page(source, iri, None, kind),
        outgoing=out,
        incoming=into,
        uses=uses,
        most_uses=SHOWN,
        named=links(source, [*statements.iris(out), *statements.iris(into), *spoken]),
        most=statements.MOST,
    )


# --- all of them ---


def _kind(source: Source, iri: str) -> str:
    """What an IRI is: as the index has it, else by its namespace, as for a gene that nothing names."""
    # A version that the data do not have is one of its pathway.
    main = iri.rpartition("_r")[0] if revision(iri) else iri
    entries = source.labels.entries([checked(iri), main])
    entry = entries.get(iri, entries.get(main))
    if entry is not None:
        return "pathway" if entry.kind == "version" else entry.kind
    found = (kind.name for kind in kinds().values() if kind.namespaces and iri.startswith(kind.namespaces))
    return next(found, OTHER)


def _ndex(networks: Iterable[str]) -> list[str]:
    """Those of the networks that NDEx has."""
    return [network for network in networks if network.startswith(expand("ndex:"))]


def _page(source: Source, iri: str, title: str | None, kind: str) -> dict[str, Any]:
    """What every page about a thing shows."""
    own = link_to(source, iri)
    known = kinds().get(kind)
    return {
        "iri": iri,
        "page": page_of(iri),
        "title": title or own.label,
        "kind": known.title if known and kind != OTHER else "",
        "own": own,
    }
