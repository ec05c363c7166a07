"""A pathway as the store has it: its newest version, its authors, terms, data nodes and references."""

from __future__ import annotations

import sys
from dataclasses import dataclass

import pyoxigraph as ox

from rdfkit.entities.index.facts import revision
from rdfkit.entities.index.search import Labels
from rdfkit.entities.reading import along, node, nodes, subjects, text, texts
from rdfkit.errors import NotFoundError
from rdfkit.rdf.identifiers import expand
from rdfkit.store import StoreProtocol

_GENE = expand("ncbigene:")
_PATHWAY = expand("wikipathways:")
# The classes of data nodes, as people say them, the more telling ones first.
_NODE_TYPES = {
    expand("wp:Metabolite"): "Metabolite",
    expand("wp:Protein"): "Protein",
    expand("wp:GeneProduct"): "Gene product",
    expand("wp:Rna"): "RNA",
    expand("wp:Complex"): "Complex",
    expand("wp:Pathway"): "Pathway",
}


@dataclass(frozen=True, slots=True)
class DataNode:
    """An element of a pathway, with its Entrez genes if it has any."""

    iri: str
    label: str | None
    type: str
    source: str | None
    genes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Pathway:
    """A pathway and one of its versions. `genes` are its Entrez genes.

    `genes_from` says where they are from: its data nodes, or the keywords of its page when it has no data nodes.
    """

    iri: str
    version: str
    versions: tuple[str, ...]
    identifier: str
    title: str | None
    description: str | None
    organism: str | None
    organism_name: str | None
    modified: str | None
    page: str | None
    authors: tuple[str, ...]
    terms: tuple[str, ...]
    communities: tuple[str, ...]
    data_nodes: tuple[DataNode, ...]
    unidentified: tuple[str, ...]
    genes: tuple[str, ...]
    genes_from: str
    references: tuple[str, ...]
    cited_by: tuple[str, ...]
    networks: tuple[str, ...]


def pathway(store: StoreProtocol, labels: Labels, iri: str) -> Pathway:
    """The pathway of an IRI with or without version: that version, or the newest.

    A version that the store does not have is taken for the newest one. Raises NotFoundError when there is none.
    """
    main = _without_version(store, iri)
    versions = tuple(sorted(nodes(store, main, "pav:hasVersion"), key=revision, reverse=True))
    if not versions:
        raise NotFoundError("there is no such pathway", value=iri)
    version = iri if iri in versions else versions[0]
    data_nodes = _data_nodes(store, version)
    drawn = tuple(sorted({gene for one in data_nodes for gene in one.genes}))
    organism = node(store, version, "wp:organism")
    tags = nodes(store, version, "wp:ontologyTag")
    community = expand("cur:")
    return Pathway(
        iri=main,
        version=version,
        versions=versions,
        identifier=text(store, version, "dcterms:identifier") or main.removeprefix(_PATHWAY),
        title=text(store, version, "dc:title"),
        description=text(store, version, "dcterms:description"),
        organism=organism,
        organism_name=text(store, version, "wp:organismName"),
        modified=text(store, version, "dcterms:modified"),
        page=node(store, version, "foaf:page"),
        authors=_authors(store, main, version),
        terms=tuple(tag for tag in tags if not tag.startswith(community)),
        communities=tuple(tag for tag in tags if tag.startswith(community)),
        data_nodes=data_nodes,
        unidentified=tuple(texts(store, version, "pfocr:unidentifiedNode")),
        genes=drawn or _genes_of_keywords(store, labels, main, organism),
        genes_from="data nodes" if drawn else "keywords",
        references=tuple(nodes(store, version, "dcterms:references")),
        cited_by=tuple(nodes(store, version, "cito:isCitedBy")),
        networks=tuple(nodes(store, version, "rdfs:seeAlso")),
    )


def _without_version(store: StoreProtocol, iri: str) -> str:
    if revision(iri) == 0:
        return iri
    return next(iter(subjects(store, "pav:hasVersion", iri)), iri.rpartition("_r")[0])


def _authors(store: StoreProtocol, main: str, version: str) -> tuple[str, ...]:
    """The authors in the order of the page, which their authorships number: `USER/WP364_r1` is that of a version."""
    places: dict[str, int] = {}
    name = version.removeprefix(_PATHWAY)
    for user in nodes(store, main, "dc:creator"):
        ordinal = text(store, f"{user}/{name}", "wpq:series_ordinal")
        places[user] = int(ordinal) if ordinal and ordinal.isdecimal() else sys.maxsize
    return tuple(sorted(places, key=lambda user: (places[user], user)))


def _data_nodes(store: StoreProtocol, version: str) -> tuple[DataNode, ...]:
    data_node, type_ = ox.NamedNode(expand("wp:DataNode")), ox.NamedNode(expand("rdf:type"))
    found = [
        _data_node(store, iri)
        for iri in subjects(store, "dcterms:isPartOf", version)
        if store.has(ox.NamedNode(iri), type_, data_node)
    ]
    return tuple(sorted(found, key=lambda one: (one.type, (one.label or "").casefold(), one.iri)))


def _data_node(store: StoreProtocol, iri: str) -> DataNode:
    types = set(nodes(store, iri, "rdf:type"))
    genes = [gene for gene in nodes(store, iri, "wp:bdbEntrezGene") if gene.startswith(_GENE)]
    return DataNode(
        iri=iri,
        label=text(store, iri, "rdfs:label"),
        type=next((name for class_, name in _NODE_TYPES.items() if class_ in types), "Data node"),
        source=text(store, iri, "dc:source"),
        genes=tuple(genes),
    )


def _genes_of_keywords(
    store: StoreProtocol, labels: Labels, main: str, organism: str | None
) -> tuple[str, ...]:
    """The genes of the same organism whose symbols are keywords of the pathway's page."""
    words = {
        word for page in along(store, main, "^schema:about") for word in texts(store, page, "schema:keywords")
    }
    entries = (
        entry for word in sorted(words) for entry in labels.search(word, "gene", 5) if entry.label == word
    )
    genes = {entry.iri for entry in entries}
    return tuple(sorted(gene for gene in genes if organism in nodes(store, gene, "schema:taxonomicRange")))
