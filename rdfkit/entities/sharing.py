"""Which figures and pathways share genes: from the linkset where the store has one, else counted.

In a linkset each pair has its statistics (see `rdfkit.pipeline.linkset`); counted ones have the genes and the
Jaccard index.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial

import pyoxigraph as ox

from rdfkit.entities.figures import figure_genes
from rdfkit.entities.reading import along, rows, subjects
from rdfkit.rdf.graphs import LINKSET_GRAPH
from rdfkit.rdf.identifiers import expand
from rdfkit.store import StoreProtocol

_SHOWS = ox.NamedNode(expand("pfocr:sharesGene"))
_OVERLAP = ox.NamedNode(expand("pfocr:GeneOverlap"))


@dataclass(frozen=True, slots=True)
class Shared:
    """What a figure or pathway (`other`) shares with the one in question. The p-value is adjusted; None if counted."""

    other: str
    genes: tuple[str, ...]
    jaccard: float
    p: float | None


def has_links(store: StoreProtocol) -> bool:
    """Whether figures and pathways were linked when the store was built."""
    return store.has(None, None, _OVERLAP, LINKSET_GRAPH)


def linked_figures(store: StoreProtocol, pathway: str) -> list[Shared]:
    """The figures linked to a pathway, the surest first."""
    return _linked(store, "rdf:object", pathway, "rdf:subject")


def linked_pathways(store: StoreProtocol, figure: str) -> list[Shared]:
    """The pathways linked to a figure, the surest first."""
    return _linked(store, "rdf:subject", figure, "rdf:object")


def figures_with_genes(store: StoreProtocol, genes: Sequence[str], limit: int = 100) -> list[Shared]:
    """The figures that show most of these genes, at least one, the most alike first."""
    return _counted(genes, limit, partial(subjects, store, "schema:mentions"), partial(figure_genes, store))


def pathways_with_genes(store: StoreProtocol, genes: Sequence[str], limit: int = 20) -> list[Shared]:
    """The pathways that draw most of these genes, at least two, the most alike first."""

    def pathways_with(gene: str) -> list[str]:
        return along(store, gene, "^wp:bdbEntrezGene/dcterms:isPartOf/^pav:hasVersion")

    def genes_of(pathway: str) -> list[str]:
        found = along(store, pathway, "pav:hasVersion/^dcterms:isPartOf/wp:bdbEntrezGene")
        return [gene for gene in found if gene.startswith(expand("ncbigene:"))]

    return [one for one in _counted(genes, limit, pathways_with, genes_of) if len(one.genes) > 1]


def most_common_genes(shared: Sequence[Shared], limit: int) -> list[str]:
    """The genes that most of these share, at most `limit`."""
    counts = Counter(gene for one in shared for gene in one.genes)
    return sorted(counts, key=lambda gene: (-counts[gene], gene))[:limit]


def _counted(
    genes: Sequence[str],
    limit: int,
    with_gene: Callable[[str], Iterable[str]],
    genes_of: Callable[[str], Iterable[str]],
) -> list[Shared]:
    """Those that have most of these genes, the most alike first: `with_gene` gives who has a gene, `genes_of` all."""
    having: dict[str, list[str]] = {}
    for gene in genes:
        for one in with_gene(gene):
            having.setdefault(one, []).append(gene)
    found = []
    for one in sorted(having, key=lambda one: (-len(having[one]), one))[:limit]:
        shared = tuple(having[one])
        found.append(Shared(one, shared, len(shared) / len({*genes_of(one), *genes}), None))
    return sorted(found, key=lambda one: (-len(one.genes), -one.jaccard, one.other))


def _linked(store: StoreProtocol, own: str, iri: str, other: str) -> list[Shared]:
    query = (
        f"SELECT ?overlap ?other ?jaccard ?p {{ ?overlap {own} <{iri}> ; a pfocr:GeneOverlap ; {other} ?other ;"
        " pfocr:jaccardIndex ?jaccard ; pfocr:adjustedPValue ?p }"
    )
    found = []
    for row in rows(store, query):
        overlap = ox.NamedNode(str(row["overlap"]))
        genes = (triple.object for triple in store.triples(_SHOWS, overlap))
        found.append(
            Shared(
                other=str(row["other"]),
                genes=tuple(sorted(gene.value for gene in genes if isinstance(gene, ox.NamedNode))),
                jaccard=float(str(row["jaccard"])),
                p=float(str(row["p"])),
            )
        )
    return sorted(found, key=lambda one: (one.p, -len(one.genes), one.other))
