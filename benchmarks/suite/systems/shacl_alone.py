"""rdfkit's SHACL engine on a graph that has been read: shacl_alone.py DATA.nt"""

from __future__ import annotations

import sys

import pyoxigraph as ox
from telling import Clock

from rdfkit.validation import shacl, validator
from rdfkit.validation.shacl.data import statements


def main() -> None:
    """Reads, then validates; only that is timed, with the reading of the shapes."""
    quads = ox.parse(path=sys.argv[1], format=ox.RdfFormat.N_TRIPLES)
    data = statements(quad.triple for quad in quads)
    clock = Clock()
    shapes = validator.load_shapes().compiled
    if shapes is None:
        raise SystemExit("our own engine does not cover our own shapes")
    clock.tell(results=len(shacl.check(shapes, data)))


if __name__ == "__main__":
    main()
