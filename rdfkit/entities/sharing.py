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
from rdfkit.entities.reading import along, checked, nodes, rows
from rdfkit.rdf.graphs import LINKSET_GRAPH
from rdfkit.rdf.identifiers import expand
from rdfkit.store import StoreProtocol

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


def linked_figures(store: StoreProtocol, pathway: str, limit: int) -> list[Shared]:
    """The figures linked to a pathway, the surest first, at most `limit`."""
    return _linked(store, "rdf:object", pathway, "rdf:subject", limit)


def linked_pathways(store: StoreProtocol, figure: str, limit: int) -> list[Shared]:
    """The pathways linked to a figure, the surest first, at most `limit`."""
    return _linked(store, "rdf:subject", figure, "rdf:object", limit)


def count_linked(store: StoreProtocol, iri: str) -> int:
    """How many pathways or figures are linked to a figure or pathway."""
    query = f"SELECT (COUNT(?o) AS ?n) {{ ?o rdf:subject|rdf:object <{checked(iri)}> ; a pfocr:GeneOverlap }}"
    return next(int(str(row["n"])) for row in rows(store, query))


def figures_with_genes(store: StoreProtocol, genes: Sequence[str], limit: int = 100) -> list[Shared]:
    """The figures that show most of these genes, at least one, the most alike first."""
    return _counted(store, genes, limit, "?one schema:mentions ?gene", partial(figure_genes, store))


def pathways_with_genes(store: StoreProtocol, genes: Sequence[str], limit: int = 20) -> list[Shared]:
    """The pathways that draw most of these genes, at least two, the most alike first."""

    def genes_of(pathway: str) -> list[str]:
        found = along(store, pathway, "pav:hasVersion/^dcterms:isPartOf/wp:bdbEntrezGene")
        return [gene for gene in found if gene.startswith(expand("ncbigene:"))]

    pattern = "?one pav:hasVersion/^dcterms:isPartOf/wp:bdbEntrezGene ?gene"
    return [one for one in _counted(store, genes, limit, pattern, genes_of) if len(one.genes) > 1]


def most_common_genes(shared: Sequence[Shared], limit: int) -> list[str]:
    """The genes that most of these share, at most `limit`."""
    counts = Counter(gene for one in shared for gene in one.genes)
    return sorted(counts, key=lambda gene: (-counts[gene], gene))[:limit]


def _counted(
    store: StoreProtocol,
    genes: Sequence[str],
    limit: int,
    pattern: str,
    genes_of: Callable[[str], Iterable[str]],
) -> list[Shared]:
    """Those that have most of these genes, the most alike first: `pattern` says that ?one has ?gene."""
    wanted = " ".join(f"<{checked(gene)}>" for gene in genes)
    query = (
        f"SELECT ?one (COUNT(DISTINCT ?gene) AS ?n) {{ VALUES ?gene {{ {wanted} }} {pattern} }}"
        f" GROUP BY ?one ORDER BY DESC(?n) ?one LIMIT {limit}"
    )
    found = []
    for one in [str(row["one"]) for row in rows(store, query)] if genes else ():
        all_of = {*genes_of(one)}
        shared = tuple(gene for gene in genes if gene in all_of)
        found.append(Shared(one, shared, len(shared) / len({*all_of, *genes}), None))
    return sorted(found, key=lambda one: (-len(one.genes), -one.jaccard, one.other))


def _linked(store: StoreProtocol, own: str, iri: str, other: str, limit: int) -> list[Shared]:
    query = (
        f"SELECT ?overlap ?other ?jaccard ?p {{ ?overlap {own} <{checked(iri)}> ; a pfocr:GeneOverlap ;"
        f" {other} ?other ; pfocr:jaccardIndex ?jaccard ; pfocr:adjustedPValue ?p ; pfocr:sharedGenes ?n }}"
        f" ORDER BY ?p DESC(?n) ?other LIMIT {limit}"
    )
    return [
        Shared(
            other=str(row["other"]),
            genes=tuple(nodes(store, str(row["overlap"]), "pfocr:sharesGene")),
            jaccard=float(str(row["jaccard"])),
            p=float(str(row["p"])),
        )
        for row in rows(store, query)
    ]
