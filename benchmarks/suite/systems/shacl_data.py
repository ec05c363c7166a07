"""The graph to validate: shacl_data.py FIGURES CASES DATA.nt

The triples of figures, merged, and those of the shapes' failing cases, so that there is something to find.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pyoxigraph as ox
from tasks import tasks
from telling import Clock

from rdfkit.pipeline.converter import Batch, convert_batch


def main() -> None:
    """Writes each triple once."""
    clock = Clock()
    batches = (Batch(some, {}, None) for some in tasks(sys.argv[1]))
    outcomes = [outcome for batch in batches for outcome in convert_batch(batch)]
    quads = "".join(outcome.n_quads() for outcome in outcomes)
    triples = dict.fromkeys(quad.triple for quad in ox.parse(quads, ox.RdfFormat.N_QUADS))
    for case in sorted(Path(sys.argv[2]).glob("*/fail-*.ttl")):
        found = ox.parse(path=str(case), format=ox.RdfFormat.TURTLE, rename_blank_nodes=True)
        triples |= dict.fromkeys(quad.triple for quad in found)
    with Path(sys.argv[3]).open("wb") as out:
        ox.serialize(triples, out, ox.RdfFormat.N_TRIPLES)
    clock.tell(pages=len(outcomes), triples=len(triples))


if __name__ == "__main__":
    main()
