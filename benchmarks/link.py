"""How long links between figures and pathways take: python benchmarks/link.py [FIGURES PATHWAYS]

Random gene sets of one organism: about 15 genes to a figure, 50 to a pathway, out of 20,000, low numbers more often.
Prints the time of `rdfkit.linking.link` and the peak memory of the process. Needs scipy.
"""

from __future__ import annotations

import random
import resource
import sys
import time

from rdfkit.linking import GeneSet, Thresholds, link

GENES = [f"https://identifiers.org/ncbigene/{number}" for number in range(1, 20_001)]
TAXON = frozenset({"http://purl.obolibrary.org/obo/NCBITaxon_9606"})
# No figure and no pathway has more genes than this.
MOST = 300


def gene_sets(count: int, mean: int, rng: random.Random) -> list[GeneSet]:
    """Gene sets with exponentially distributed sizes."""
    sizes = (min(MOST, max(1, int(rng.expovariate(1 / mean)))) for _ in range(count))
    return [
        GeneSet(
            f"urn:{mean}:{index}",
            TAXON,
            frozenset(GENES[int(20_000 * rng.random() ** 2)] for _ in range(size)),
        )
        for index, size in enumerate(sizes)
    ]


def main() -> None:
    """Measures once and prints a line."""
    figures, pathways = map(int, sys.argv[1:3] if len(sys.argv) > 2 else ("100000", "2000"))
    rng = random.Random(1)  # noqa: S311 - no secret
    shown, drawn = gene_sets(figures, 15, rng), gene_sets(pathways, 50, rng)
    started = time.perf_counter()
    found = link(shown, drawn, Thresholds())
    seconds = time.perf_counter() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    sys.stdout.write(
        f"{figures} figures, {pathways} pathways: {found.tests} pairs in {seconds:.1f} s, peak {peak} MB\n"
    )


if __name__ == "__main__":
    main()
