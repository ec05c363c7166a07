"""rdfkit's conversion alone, in one process: ours.py FIGURES OUT.nq"""

from __future__ import annotations

import sys
from pathlib import Path

import pyoxigraph as ox
from telling import Clock, stay_on_one_core

from rdfkit.conversion import convert


def main() -> None:
    """Pages and tables into one file of N-Quads."""
    stay_on_one_core()
    clock = Clock()
    conversion = convert([sys.argv[1]])
    with Path(sys.argv[2]).open("wb") as out:
        ox.serialize(conversion.quads, out, ox.RdfFormat.N_QUADS)
    clock.tell(pages=len(conversion.pages))


if __name__ == "__main__":
    main()
