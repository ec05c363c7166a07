"""Links figures with pathways that share more genes than chance explains: a VoID linkset with its statistics.

For every figure and pathway of the same organism: the number of shared Entrez genes, the Jaccard index of the two
gene sets, and the probability of sharing as many by chance, adjusted over all pairs. `significance` computes them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import islice
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

import pyoxigraph as ox

from rdfkit.errors import LinkError
from rdfkit.pipeline.gene_sets import GENE_PREDICATES, GeneSet, gene_sets
from rdfkit.pipeline.state.database import Database
from rdfkit.pipeline.state.schema import FILE as STATE
from rdfkit.rdf.graphs import LINKSET_GRAPH
from rdfkit.rdf.identifiers import compress, expand
from rdfkit.rdf.iris import page_of_part, part_of
from rdfkit.store import Store, StoreProtocol
from rdfkit.store.builds import Stage, changing
from rdfkit.store.graph_editor import Editor

if TYPE_CHECKING:
    from rdfkit.pipeline.significance import Pairs


RELATION = ox.NamedNode(expand("dcterms:relation"))
# Quads that are written and loaded together.
_SLICE = 500_000


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Which pairs are linked: at least so many shared genes, so high a Jaccard index, so low an adjusted p-value.

    The Jaccard index is what keeps a whole site's linkset small: with many genes the p-value alone lets much pass.
    """

    shared: int = 3
    jaccard: float = 0.05
    adjusted_p: float = 0.05


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
class Overlaps:
    """Linked pairs, sorted by figure and pathway. Each is made when it is asked for: there can be millions."""

    _figures: Sequence[GeneSet]
    _pathways: Sequence[GeneSet]
    _universes: Sequence[tuple[str, int]]
    _pairs: Pairs

    def __len__(self) -> int:
        """How many pairs are linked."""
        return len(self._pairs.left)

    def __iter__(self) -> Iterator[Overlap]:
        """The pairs in their order."""
        return map(self._overlap, range(len(self)))

    def _overlap(self, index: int) -> Overlap:
        pairs = self._pairs
        figure, pathway = self._figures[pairs.left[index]], self._pathways[pairs.right[index]]
        taxon, universe = self._universes[pairs.family[index]]
        return Overlap(
            figure=figure.iri,
            pathway=pathway.iri,
            taxon=taxon,
            shared=int(pairs.shared[index]),
            jaccard=float(pairs.jaccard[index]),
            p=float(pairs.p[index]),
            adjusted_p=float(pairs.adjusted_p[index]),
            universe=universe,
            genes=tuple(sorted(figure.genes & pathway.genes)),
        )


@dataclass(frozen=True, slots=True)
class Linkset:
    """The linked pairs and how they came about.

    `figures` and `pathways` count those that were compared at all, `tests` the comparisons; `universes` maps each
    taxon to its number of genes.
    """

    overlaps: Overlaps
    thresholds: Thresholds
    figures: int
    pathways: int
    tests: int
    universes: Mapping[str, int]


def link(figures: Iterable[GeneSet], pathways: Iterable[GeneSet], thresholds: Thresholds) -> Linkset:
    """The pairs of figures and pathways above the thresholds.

    Two are compared within each taxon that both name, and linked by the best of these comparisons. Sets without genes
    are not compared. The universe of a taxon is all genes of the figures and pathways that are compared within it.
    Raises LinkError when scipy is not installed.
    """
    statistics = require_scipy()
    shown, drawn = (sorted(sets, key=lambda one: one.iri) for sets in (figures, pathways))
    families, universes = [], []
    for taxon in sorted({taxon for pathway in drawn for taxon in pathway.taxa}):
        left, right = _members(shown, taxon), _members(drawn, taxon)
        if left and right:
            genes = [shown[index].genes for index in left], [drawn[index].genes for index in right]
            families.append(statistics.family(*genes, left, right))
            universes.append((taxon, families[-1].universe))
    pairs = statistics.significant(
        families,
        shared=thresholds.shared,
        jaccard=thresholds.jaccard,
        adjusted_p=thresholds.adjusted_p,
    )
    return Linkset(
        overlaps=Overlaps(shown, drawn, universes, pairs),
        thresholds=thresholds,
        figures=len({index for one in families for index in one.left_ids.tolist()}),
        pathways=len({index for one in families for index in one.right_ids.tolist()}),
        tests=sum(one.tests for one in families),
        universes=dict(universes),
    )


def linkset_of(store: StoreProtocol, thresholds: Thresholds) -> Linkset:
    """The linkset of the figures and pathways of a graph, which stays as it is. Raises LinkError without scipy."""
    found = gene_sets(triple for predicate in GENE_PREDICATES for triple in store.triples(predicate))
    return link(*found, thresholds)


def link_store(path: str | Path, thresholds: Thresholds) -> Linkset:
    """Links the figures and pathways of a store, and switches in a build of the same quads with the new linkset.

    Raises StoreError when there is no store or it cannot be written, StoreBusyError when a build runs, LinkError when
    scipy is not installed.
    """
    require_scipy()
    with changing(path, (STATE,)) as (stage, metadata):
        linkset = linkset_of(Store(stage.graph), thresholds)
        editor = Editor(stage, lambda _: None)
        editor.clear(LINKSET_GRAPH.value)
        number = (
            metadata["quads"] + editor.added + load_linkset(stage, unsaid(editor, linkset_quads(linkset)))
        )
        if (stage.folder / STATE).exists():
            with Database(stage.folder) as database:
                database.set("thresholds", repr(thresholds))
                database.set("quads", str(number))
        stage.commit({**metadata, "quads": number, "links": len(linkset.overlaps)})
    return linkset


def linkset_quads(linkset: Linkset) -> Iterator[ox.Quad]:
    """A linkset in its own named graph: each link, its statistics on a node of its own, and its VoID description."""
    yield from _description(linkset)
    for overlap in linkset.overlaps:
        yield from _overlap_quads(overlap)


def unsaid(editor: Editor, quads: Iterable[ox.Quad]) -> Iterator[ox.Quad]:
    """The quads of a linkset but those that pages say: links made by hand. All else is about nodes of its own."""
    return (quad for quad in quads if quad.predicate != RELATION or not editor.is_elsewhere(quad))


def load_linkset(stage: Stage, quads: Iterable[ox.Quad]) -> int:
    """Loads quads by way of files, so that no more than a slice of them is held; gives their number."""
    path = stage.folder / "lines.nq"
    number, rest = 0, iter(quads)
    while some := list(islice(rest, _SLICE)):
        ox.serialize(some, str(path), format=ox.RdfFormat.N_QUADS)
        stage.load_file(path)
        number += len(some)
    path.unlink(missing_ok=True)
    return number


def require_scipy() -> ModuleType:
    """The module that computes overlaps. Raises LinkError, which says what to install, when scipy is not there."""
    try:
        # Here and not above: it takes half a second, which only links are worth.
        from rdfkit.pipeline import significance
    except ModuleNotFoundError as error:
        raise LinkError("links need scipy", expected="pip install 'rdfkit[link]'") from error
    return significance


def _members(sets: Sequence[GeneSet], taxon: str) -> list[int]:
    return [index for index, one in enumerate(sets) if taxon in one.taxa and one.genes]


def _overlap_quads(overlap: Overlap) -> Iterator[ox.Quad]:
    figure, pathway = ox.NamedNode(overlap.figure), ox.NamedNode(overlap.pathway)
    name = f"overlap-{overlap.pathway.rpartition('/')[2]}"
    node = ox.NamedNode(part_of(page_of_part(overlap.figure, "figure"), name))
    yield _quad(figure, "dcterms:relation", pathway)
    yield _quad(node, "rdf:type", _node("pfocr:GeneOverlap"))
    yield _quad(node, "rdf:subject", figure)
    yield _quad(node, "rdf:predicate", _node("dcterms:relation"))
    yield _quad(node, "rdf:object", pathway)
    # Not pfocr:organism and schema:mentions: who asks for the figures of an organism or with a gene means no overlaps.
    yield _quad(node, "pfocr:comparedWithin", ox.NamedNode(overlap.taxon))
    for gene in overlap.genes:
        yield _quad(node, "pfocr:sharesGene", ox.NamedNode(gene))
    yield _quad(node, "pfocr:sharedGenes", ox.Literal(overlap.shared))
    yield _quad(node, "pfocr:geneUniverse", ox.Literal(overlap.universe))
    yield _quad(node, "pfocr:jaccardIndex", ox.Literal(_rounded(overlap.jaccard)))
    yield _quad(node, "pfocr:pValue", ox.Literal(_rounded(overlap.p)))
    yield _quad(node, "pfocr:adjustedPValue", ox.Literal(_rounded(overlap.adjusted_p)))


def _rounded(value: float) -> float:
    """Six significant digits: more would differ between machines, and mean nothing."""
    return float(f"{value:.6g}")


def _description(linkset: Linkset) -> Iterator[ox.Quad]:
    """https://www.w3.org/TR/void/#describing-linksets"""
    yield _quad(_node("pfocr-site:#dataset"), "void:subset", LINKSET_GRAPH)
    for predicate, term in (
        ("rdf:type", "void:Linkset"),
        ("void:linkPredicate", "dcterms:relation"),
        ("void:subjectsTarget", "pfocr-site:#dataset"),
        ("void:objectsTarget", "wikipathways-site:#dataset"),
        ("dcterms:license", "creativecommons:publicdomain/zero/1.0/"),
    ):
        yield _quad(LINKSET_GRAPH, predicate, _node(term))
    yield _quad(LINKSET_GRAPH, "dcterms:title", ox.Literal("Figures linked to pathways by shared genes"))
    yield _quad(LINKSET_GRAPH, "dcterms:description", ox.Literal(_told(linkset)))
    yield _quad(LINKSET_GRAPH, "void:triples", ox.Literal(len(linkset.overlaps)))


def _told(linkset: Linkset) -> str:
    limits = linkset.thresholds
    universes = ", ".join(f"{compress(taxon)} {size}" for taxon, size in linkset.universes.items()) or "none"
    return (
        f"Figures and pathways of the same organism with at least {limits.shared} shared Entrez genes, a Jaccard index "
        f"of at least {limits.jaccard:g} and an adjusted p-value of at most {limits.adjusted_p:g}. Of a figure those "
        "genes count that it mentions, and so none that is of another species than its own. The p-value is the upper "
        "tail of the hypergeometric distribution; the gene universe of an organism is all genes of its compared "
        f"figures and pathways ({universes}). It is adjusted after Benjamini and Hochberg over all {linkset.tests} "
        "tests: one for each figure, pathway and organism that both have, those without a shared gene included."
    )


def _quad(subject: ox.NamedNode, predicate: str, value: ox.NamedNode | ox.Literal) -> ox.Quad:
    return ox.Quad(subject, _node(predicate), value, LINKSET_GRAPH)


@cache
def _node(curie: str) -> ox.NamedNode:
    return ox.NamedNode(expand(curie))
