"""Oxigraph's bulk load of a ready file, and nothing else: floor.py FILE.nq STORE"""

from __future__ import annotations

import shutil
import sys

import pyoxigraph as ox
from telling import Clock


def main() -> None:
    """Loads the file into a new store."""
    shutil.rmtree(sys.argv[2], ignore_errors=True)
    clock = Clock()
    store = ox.Store(sys.argv[2])
    store.bulk_load(path=sys.argv[1], format=ox.RdfFormat.N_QUADS)
    store.flush()
    clock.tell()


if __name__ == "__main__":
    main()
