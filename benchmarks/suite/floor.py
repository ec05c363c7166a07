"""The floor of a build: the quads of the built store as a ready file."""

from __future__ import annotations

from pathlib import Path

import pyoxigraph as ox


def write_floor(store: Path, floor: Path) -> int:
    """Writes the quads of a built store as N-Quads; gives their number."""
    name = (store / "current").read_text(encoding="utf-8")
    graph = ox.Store.read_only(str(store / "builds" / name / "graph"))
    graph.dump(str(floor), format=ox.RdfFormat.N_QUADS)
    return len(graph)
