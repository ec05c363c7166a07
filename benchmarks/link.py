"""How long links between figures and pathways take: python benchmarks/link.py [FIGURES PATHWAYS]

Random gene sets of one organism: about 15 genes to a figure, 50 to a pathway, out of 20,000, some genes in very many
sets as in real ones. Every tenth figure takes half of its genes from one pathway. Prints the time of
`rdfkit.pipeline.linkset.link`, that of making all quads of the links, and the peak memory of the process. Needs scipy.
"""

from __future__ import annotations

import random
import resource
import sys
import time
from itertools import accumulate

from rdfkit.pipeline.gene_sets import GeneSet
from rdfkit.pipeline.linkset import Thresholds, link, linkset_quads

GENES = [f"https://identifiers.org/ncbigene/{number}" for number in range(1, 20_001)]
# Zipf's law, cut off at the top: the commonest gene is in some percent of the figures.
WEIGHTS = list(accumulate(1 / (rank + 20) for rank in range(len(GENES))))
TAXON = frozenset({"http://purl.obolibrary.org/obo/NCBITaxon_9606"})
# No figure and no pathway has more genes than this.
MOST = 300


def gene_sets(name: str, count: int, mean: int, rng: random.Random) -> list[GeneSet]:
    """Gene sets with exponentially distributed sizes."""
    sizes = (min(MOST, max(1, int(rng.expovariate(1 / mean)))) for _ in range(count))
    return [
        GeneSet(f"urn:x:{name}{number}", TAXON, frozenset(rng.choices(GENES, cum_weights=WEIGHTS, k=size)))
        for number, size in enumerate(sizes)
    ]


def drawn_after(figure: GeneSet, pathway: GeneSet, rng: random.Random) -> GeneSet:
    """The figure with half of its genes taken from the pathway."""
    half = len(figure.genes) // 2
    genes = rng.sample(sorted(figure.genes), len(figure.genes) - half)
    genes += rng.sample(sorted(pathway.genes), min(half, len(pathway.genes)))
    return GeneSet(figure.iri, TAXON, frozenset(genes))


def main() -> None:
    """Measures once and prints what it took."""
    figures, pathways = map(int, sys.argv[1:3] if len(sys.argv) > 2 else ("100000", "2000"))
    rng = random.Random(1)  # noqa: S311 - no secret
    drawn = gene_sets("WP", pathways, 50, rng)
    shown = [
        one if number % 10 else drawn_after(one, rng.choice(drawn), rng)
        for number, one in enumerate(gene_sets("figure", figures, 15, rng))
    ]
    before = _peak()
    started = time.perf_counter()
    found = link(shown, drawn, Thresholds())
    linked = time.perf_counter()
    quads = sum(1 for _ in linkset_quads(found))
    written = time.perf_counter()
    sys.stdout.write(
        f"{figures} figures, {pathways} pathways: {found.tests} pairs compared in {linked - started:.1f} s\n"
        f"{len(found.overlaps)} links, {quads} quads in {written - linked:.1f} s\n"
        f"peak {_peak()} MB, of which {before} MB are the gene sets\n"
    )


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


if __name__ == "__main__":
    main()
