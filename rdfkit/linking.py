"""Links figures with pathways that share more genes than chance explains: a VoID linkset with its statistics.

For every figure and pathway of the same organism: the number of shared Entrez genes, the Jaccard index of the two
gene sets, and the probability of sharing as many by chance (upper tail of the hypergeometric distribution), adjusted
over all pairs after Benjamini and Hochberg (1995, J R Stat Soc B 57:289). The sets are rows of sparse matrices, so a
hundred thousand figures and two thousand pathways need no loop over pairs.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox

from rdfkit.errors import LinkError
from rdfkit.identifiers import compress, expand
from rdfkit.store import open_store, staging

if TYPE_CHECKING:
    import numpy as np
    from scipy.sparse import csr_array

GRAPH = ox.NamedNode(expand("pfocr:linkset"))
_TYPE = ox.NamedNode(expand("rdf:type"))
_MENTIONS = ox.NamedNode(expand("schema:mentions"))
_PART_OF = ox.NamedNode(expand("dcterms:isPartOf"))
_ENTREZ = ox.NamedNode(expand("wp:bdbEntrezGene"))
_VERSION = ox.NamedNode(expand("pav:hasVersion"))
_ORGANISM = ox.NamedNode(expand("wp:organism"))
_RECOGNISED = ox.NamedNode(expand("pfocr:recognisedOrganism"))
_FIGURE = ox.NamedNode(expand("doco:Figure"))
_READ = (_TYPE, _MENTIONS, _PART_OF, _ENTREZ, _VERSION, _ORGANISM, _RECOGNISED)
_GENE = expand("ncbigene:")
# Figures whose overlaps with all pathways are computed at once: bounds the memory to some hundred megabytes.
_BLOCK = 5000


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Which pairs are linked: at least so many shared genes, so high a Jaccard index, so low an adjusted p-value."""

    shared: int = 3
    jaccard: float = 0.0
    adjusted_p: float = 0.05


@dataclass(frozen=True, slots=True)
class GeneSet:
    """A figure or pathway: its IRI, its taxa and its Entrez genes, all as IRIs."""

    iri: str
    taxa: frozenset[str]
    genes: frozenset[str]


@dataclass(frozen=True, slots=True)
class Overlap:
    """One linked pair. `universe` is the number of genes that the p-value is about."""

    figure: str
    pathway: str
    taxon: str
    shared: int
    jaccard: float
    p: float
    adjusted_p: float
    universe: int
    genes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Linkset:
    """The linked pairs, sorted by figure and pathway, and how they came about.

    `universes` maps each taxon to its number of genes, `tests` counts the pairs compared.
    """

    overlaps: tuple[Overlap, ...]
    thresholds: Thresholds
    figures: int
    pathways: int
    tests: int
    universes: Mapping[str, int]


def gene_sets(triples: Iterable[ox.Triple]) -> tuple[list[GeneSet], list[GeneSet]]:
    """The figures and the pathways (without version) of a graph, each sorted by IRI, with taxa and genes.

    A figure has the genes that it mentions, a pathway the Entrez cross-references of its data nodes. The taxa of a
    figure are those in which its words were recognised, if it says so, else those of its article.
    """
    figures: set[str] = set()
    mentions: dict[str, set[str]] = {}
    taxa: dict[str, set[str]] = {}
    recognised: dict[str, set[str]] = {}
    nodes: dict[str, set[str]] = {}
    parts: dict[str, set[str]] = {}
    versions: dict[str, str] = {}
    for subject, predicate, value in _named(triples):
        if predicate == _MENTIONS and value.startswith(_GENE):
            mentions.setdefault(subject, set()).add(value)
        elif predicate == _ENTREZ:
            nodes.setdefault(subject, set()).add(value)
        elif predicate == _PART_OF:
            parts.setdefault(value, set()).add(subject)
        elif predicate == _ORGANISM:
            taxa.setdefault(subject, set()).add(value)
        elif predicate == _RECOGNISED:
            recognised.setdefault(subject, set()).add(value)
        elif predicate == _VERSION:
            versions[value] = subject
        elif predicate == _TYPE and value == _FIGURE.value:
            figures.add(subject)
    drawn = {
        version: {gene for node in parts.get(version, ()) for gene in nodes.get(node, ())}
        for version in versions
    }
    return (
        [_gene_set(iri, iri, taxa | recognised, mentions) for iri in sorted(figures)],
        [
            _gene_set(versions[iri], iri, taxa, drawn)
            for iri in sorted(versions, key=lambda iri: versions[iri])
        ],
    )


def link(figures: list[GeneSet], pathways: list[GeneSet], thresholds: Thresholds) -> Linkset:
    """The pairs of figures and pathways above the thresholds.

    Two are compared within each taxon that both name, and linked by the best of these comparisons. The universe of a
    taxon is all genes of the figures and pathways of that taxon. Raises LinkError when scipy is not installed.
    """
    _require_scipy()
    found: list[_Pairs] = []
    universes: dict[str, int] = {}
    tests = 0
    for taxon in sorted({taxon for pathway in pathways for taxon in pathway.taxa}):
        shown, drawn = _members(figures, taxon), _members(pathways, taxon)
        if not shown or not drawn:
            continue
        genes = sorted({gene for one in (*shown, *drawn) for gene in one.genes})
        universes[taxon] = len(genes)
        tests += len(shown) * len(drawn)
        found.append(_pairs(taxon, shown, drawn, genes))
    return Linkset(
        overlaps=tuple(_best(_overlaps(found, thresholds, tests))),
        thresholds=thresholds,
        figures=len(figures),
        pathways=len(pathways),
        tests=tests,
        universes=universes,
    )


def link_store(path: str | Path, thresholds: Thresholds) -> Linkset:
    """Links the figures and pathways of a store, and switches in a build of the same quads with the new linkset.

    Raises StoreError when there is no store or it cannot be written, StoreBusyError when a build runs, LinkError when
    scipy is not installed.
    """
    with open_store(path) as opened:
        found = gene_sets(triple for predicate in _READ for triple in opened.triples(predicate))
        linkset = link(*found, thresholds)
        with staging(path) as stage:
            others = (quad for quad in opened.quads() if quad.graph_name != GRAPH)
            stage.load(chain(others, linkset_quads(linkset)))
            stage.commit({**opened.metadata, "links": len(linkset.overlaps)})
    return linkset


def linkset_quads(linkset: Linkset) -> Iterator[ox.Quad]:
    """A linkset in its own named graph: each link, its statistics on a node of its own, and its VoID description."""
    yield from _description(linkset)
    for overlap in linkset.overlaps:
        yield from _overlap_quads(overlap)


# --- statistics ---


@dataclass(frozen=True, slots=True)
class _Pairs:
    """All pairs of a taxon that share a gene, as columns: row numbers of figures and pathways, and the counts."""

    taxon: str
    figures: list[GeneSet]
    pathways: list[GeneSet]
    universe: int
    figure: np.ndarray
    pathway: np.ndarray
    shared: np.ndarray
    jaccard: np.ndarray
    p: np.ndarray


def _members(sets: list[GeneSet], taxon: str) -> list[GeneSet]:
    return [one for one in sets if taxon in one.taxa and one.genes]


def _pairs(taxon: str, figures: list[GeneSet], pathways: list[GeneSet], genes: list[str]) -> _Pairs:
    import numpy as np
    from scipy.stats import hypergeom

    column = {gene: index for index, gene in enumerate(genes)}
    columns = _matrix(pathways, column).T.tocsc()
    sizes = np.array([len(pathway.genes) for pathway in pathways])
    blocks = []
    for start in range(0, len(figures), _BLOCK):
        block = figures[start : start + _BLOCK]
        product = (_matrix(block, column) @ columns).tocoo()
        own = np.array([len(figure.genes) for figure in block])[product.row]
        other, shared = sizes[product.col], product.data
        # Many pairs have the same three numbers, and the distribution is slow.
        limit = len(genes) + 1
        _, first, places = np.unique(
            (shared * limit + own) * limit + other, return_index=True, return_inverse=True
        )
        p = hypergeom.sf(shared[first] - 1, len(genes), own[first], other[first])[places]
        blocks.append((product.row + start, product.col, shared, shared / (own + other - shared), p))
    row, col, shared, jaccard, p = (np.concatenate(parts) for parts in zip(*blocks, strict=True))
    return _Pairs(taxon, figures, pathways, len(genes), row, col, shared, jaccard, p)


def _matrix(sets: list[GeneSet], column: Mapping[str, int]) -> csr_array:
    import numpy as np
    from scipy.sparse import csr_array

    indices = [column[gene] for one in sets for gene in one.genes]
    pointers = np.cumsum([0, *(len(one.genes) for one in sets)])
    ones = np.ones(len(indices), dtype=np.int64)
    return csr_array((ones, indices, pointers), shape=(len(sets), len(column)))


def _adjusted(p: np.ndarray, tests: int) -> np.ndarray:
    """Benjamini-Hochberg over all tests, of which `p` has those below 1: pairs that share nothing have p = 1."""
    import numpy as np

    order = np.argsort(p, kind="stable")
    scaled = p[order] * tests / np.arange(1, len(p) + 1)
    # The tests that are not in `p` come last, and their adjusted value is 1.
    lowest = np.minimum(np.minimum.accumulate(scaled[::-1])[::-1], 1.0)
    adjusted = np.empty_like(lowest)
    adjusted[order] = lowest
    return adjusted


def _overlaps(found: list[_Pairs], thresholds: Thresholds, tests: int) -> Iterator[Overlap]:
    import numpy as np

    if not found:
        return
    adjusted = _adjusted(np.concatenate([pairs.p for pairs in found]), tests)
    start = 0
    for pairs in found:
        own = adjusted[start : start + len(pairs.p)]
        start += len(pairs.p)
        kept = (
            (pairs.shared >= thresholds.shared)
            & (pairs.jaccard >= thresholds.jaccard)
            & (own <= thresholds.adjusted_p)
        )
        for index in np.flatnonzero(kept):
            yield _overlap(pairs, int(index), float(own[index]))


def _overlap(pairs: _Pairs, index: int, adjusted: float) -> Overlap:
    figure, pathway = pairs.figures[pairs.figure[index]], pairs.pathways[pairs.pathway[index]]
    return Overlap(
        figure=figure.iri,
        pathway=pathway.iri,
        taxon=pairs.taxon,
        shared=int(pairs.shared[index]),
        jaccard=float(pairs.jaccard[index]),
        p=float(pairs.p[index]),
        adjusted_p=adjusted,
        universe=pairs.universe,
        genes=tuple(sorted(figure.genes & pathway.genes)),
    )


def _best(overlaps: Iterable[Overlap]) -> list[Overlap]:
    """For pairs that share several taxa the comparison with the lowest p-value; sorted by figure and pathway."""
    best: dict[tuple[str, str], Overlap] = {}
    for overlap in sorted(overlaps, key=lambda one: (one.p, one.taxon)):
        best.setdefault((overlap.figure, overlap.pathway), overlap)
    return [best[pair] for pair in sorted(best)]


# --- quads ---


def _named(triples: Iterable[ox.Triple]) -> Iterator[tuple[str, ox.NamedNode, str]]:
    for triple in triples:
        if isinstance(triple.subject, ox.NamedNode) and isinstance(triple.object, ox.NamedNode):
            yield triple.subject.value, triple.predicate, triple.object.value


def _gene_set(iri: str, source: str, taxa: Mapping[str, set[str]], genes: Mapping[str, set[str]]) -> GeneSet:
    return GeneSet(iri, frozenset(taxa.get(source, ())), frozenset(genes.get(source, ())))


def _overlap_quads(overlap: Overlap) -> Iterator[ox.Quad]:
    node = f"{overlap.figure}#overlap-{overlap.pathway.rpartition('/')[2]}"
    yield _quad(overlap.figure, "dcterms:relation", ox.NamedNode(overlap.pathway))
    for predicate, iri in (
        ("rdf:type", expand("pfocr:GeneOverlap")),
        ("rdf:subject", overlap.figure),
        ("rdf:predicate", expand("dcterms:relation")),
        ("rdf:object", overlap.pathway),
        ("wp:organism", overlap.taxon),
        *(("schema:mentions", gene) for gene in overlap.genes),
    ):
        yield _quad(node, predicate, ox.NamedNode(iri))
    for predicate, number in (
        ("pfocr:sharedGenes", overlap.shared),
        ("pfocr:geneUniverse", overlap.universe),
    ):
        yield _quad(node, predicate, ox.Literal(number))
    for predicate, value in (
        ("pfocr:jaccardIndex", overlap.jaccard),
        ("pfocr:pValue", overlap.p),
        ("pfocr:adjustedPValue", overlap.adjusted_p),
    ):
        yield _quad(node, predicate, ox.Literal(_rounded(value)))


def _rounded(value: float) -> float:
    """Six significant digits: more would differ between machines, and mean nothing."""
    return float(f"{value:.6g}")


def _description(linkset: Linkset) -> Iterator[ox.Quad]:
    """https://www.w3.org/TR/void/#describing-linksets"""
    name = GRAPH.value
    for predicate, iri in (
        ("rdf:type", expand("void:Linkset")),
        ("void:linkPredicate", expand("dcterms:relation")),
        ("void:subjectsTarget", expand("pfocr-site:#dataset")),
        ("void:objectsTarget", expand("wikipathways-site:#dataset")),
        ("dcterms:license", expand("creativecommons:publicdomain/zero/1.0/")),
    ):
        yield _quad(name, predicate, ox.NamedNode(iri))
    yield _quad(name, "dcterms:title", ox.Literal("Figures linked to pathways by shared genes"))
    yield _quad(name, "dcterms:description", ox.Literal(_told(linkset)))
    yield _quad(name, "void:triples", ox.Literal(len(linkset.overlaps)))


def _told(linkset: Linkset) -> str:
    limits = linkset.thresholds
    universes = ", ".join(f"{compress(taxon)} {size}" for taxon, size in linkset.universes.items()) or "none"
    return (
        f"Figures and pathways of the same organism with at least {limits.shared} shared Entrez genes, a Jaccard index "
        f"of at least {limits.jaccard:g} and an adjusted p-value of at most {limits.adjusted_p:g}. The p-value is the "
        "upper tail of the hypergeometric distribution; the gene universe of an organism is all genes of its figures "
        f"and pathways ({universes}). It is adjusted after Benjamini and Hochberg over all {linkset.tests} pairs, "
        "those without a shared gene included."
    )


def _quad(subject: str, predicate: str, value: Any) -> ox.Quad:  # noqa: ANN401 - an RDF term
    return ox.Quad(ox.NamedNode(subject), ox.NamedNode(expand(predicate)), value, GRAPH)


def _require_scipy() -> None:
    try:
        import scipy.sparse  # noqa: F401 - only to see whether it is there
    except ImportError as error:
        raise LinkError("links need scipy", expected="pip install 'rdfkit[link]'") from error
