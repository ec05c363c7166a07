"""A figure as the store has it: its caption, its article, and the words that were read in it."""

from __future__ import annotations

from dataclasses import dataclass

import pyoxigraph as ox

from rdfkit.entities.reading import checked, node, nodes, rows, subjects, text, texts
from rdfkit.rdf.identifiers import expand
from rdfkit.store import StoreProtocol

_JOURNAL, _TYPE = ox.NamedNode(expand("fabio:Journal")), ox.NamedNode(expand("rdf:type"))


@dataclass(frozen=True, slots=True)
class Article:
    """The article of a figure. `names` are its other IRIs, such as its DOI."""

    iri: str
    title: str | None
    citation: str | None
    year: str | None
    journal: str | None
    names: tuple[str, ...]
    keywords: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Mention:
    """One word of a figure: as it stands there and as matched, where it was looked up, what it is, and how it fits."""

    iri: str
    word: str | None
    symbol: str | None
    lexicon: str | None
    entity: str | None
    occurrences: int
    evidence: str | None


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure with its article and its mentions, in the order of the page."""

    iri: str
    identifier: str
    title: str | None
    caption: str | None
    image: str | None
    page: str | None
    score: str | None
    article: Article | None
    mentions: tuple[Mention, ...]
    type: str | None
    organisms: tuple[str, ...]
    pathways: tuple[str, ...]
    recognised: tuple[str, ...]
    terms: tuple[str, ...]
    keywords: tuple[str, ...]
    networks: tuple[str, ...]
    genes: tuple[str, ...]


def figure(store: StoreProtocol, iri: str) -> Figure:
    """What the store says about a figure; what it does not say is None or empty."""
    article_iri = node(store, iri, "dcterms:isPartOf")
    pages = subjects(store, "schema:about", iri)
    return Figure(
        iri=iri,
        identifier=text(store, iri, "dcterms:identifier") or iri,
        title=text(store, iri, "dcterms:title"),
        caption=text(store, iri, "dcterms:description"),
        image=node(store, iri, "schema:contentUrl"),
        page=node(store, iri, "foaf:page"),
        score=text(store, iri, "pfocr:pathwayScore"),
        article=article(store, article_iri) if article_iri else None,
        mentions=mentions(store, iri),
        type=text(store, iri, "dcterms:type"),
        pathways=tuple(curated_pathways(store, iri)),
        organisms=tuple(nodes(store, iri, "pfocr:organism")),
        recognised=tuple(nodes(store, iri, "pfocr:recognisedOrganism")),
        terms=tuple(nodes(store, iri, "wp:ontologyTag")),
        keywords=tuple(word for page in pages for word in texts(store, page, "schema:keywords")),
        networks=tuple(nodes(store, iri, "rdfs:seeAlso")),
        genes=figure_genes(store, iri),
    )


def article(store: StoreProtocol, iri: str) -> Article:
    """What the store says about an article."""
    journals = (
        part
        for part in nodes(store, iri, "dcterms:isPartOf")
        if store.has(ox.NamedNode(part), _TYPE, _JOURNAL)
    )
    return Article(
        iri=iri,
        title=text(store, iri, "dcterms:title"),
        citation=text(store, iri, "dcterms:bibliographicCitation"),
        year=text(store, iri, "dcterms:issued"),
        journal=next(journals, None),
        names=tuple(nodes(store, iri, "owl:sameAs")),
        keywords=tuple(texts(store, iri, "dcterms:subject")),
    )


def mentions(store: StoreProtocol, figure_iri: str) -> tuple[Mention, ...]:
    """The mentions of a figure, in the order of the page."""
    found = sorted(subjects(store, "oa:hasTarget", figure_iri), key=_number)
    return tuple(_mention(store, iri) for iri in found)


def figure_genes(store: StoreProtocol, iri: str) -> tuple[str, ...]:
    """The Entrez genes that a figure shows, sorted."""
    start = expand("ncbigene:")
    return tuple(entity for entity in nodes(store, iri, "schema:mentions") if entity.startswith(start))


def curated_pathways(store: StoreProtocol, iri: str) -> list[str]:
    """The pathways that the figure's page names by hand: not those that it is linked to for its genes."""
    query = (
        f"SELECT DISTINCT ?pathway {{ GRAPH ?page {{ <{checked(iri)}> dcterms:relation ?pathway }}"
        " FILTER(?page != pfocr:linkset && isIRI(?pathway)) } ORDER BY ?pathway"
    )
    return [str(row["pathway"]) for row in rows(store, query)]


def _mention(store: StoreProtocol, iri: str) -> Mention:
    values: dict[str, str] = {}
    for triple in store.triples(subject=ox.NamedNode(iri)):
        if isinstance(triple.object, ox.NamedNode | ox.Literal):
            values.setdefault(triple.predicate.value, triple.object.value)
    occurrences = values.get(expand("pfocr:occurrences"), "1")
    return Mention(
        iri=iri,
        word=values.get(expand("pfocr:word")),
        symbol=values.get(expand("pfocr:symbol")),
        lexicon=values.get(expand("pfocr:lexicon")),
        entity=values.get(expand("oa:hasBody")),
        occurrences=int(occurrences) if occurrences.isdigit() else 1,
        evidence=values.get(expand("pfocr:evidence")),
    )


def _number(mention: str) -> tuple[int, str]:
    number = mention.rpartition("-")[2]
    return (int(number) if number.isdigit() else 0, mention)
