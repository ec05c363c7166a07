"""The floor of a build: the quads of the built store as ready files."""

from __future__ import annotations

import shutil
from pathlib import Path

import pyoxigraph as ox


def write_floor(store: Path, floor: Path, named: Path) -> dict[str, int]:
    """Writes the quads of a built store as N-Quads: all of them, and those of the named graphs. Counts both.

    Raises ValueError when the store does not hold what its named graphs do.
    """
    name = (store / "current").read_text(encoding="utf-8")
    graph = ox.Store.read_only(str(store / "builds" / name / "graph"))
    count = 0
    with named.open("wb") as out:
        for iri in graph.named_graphs():
            triples = graph.dump(format=ox.RdfFormat.N_TRIPLES, from_graph=iri) or b""
            # A line ends nowhere else: within a literal the line feed is escaped.
            out.write(triples.replace(b" .\n", f" {iri} .\n".encode()))
            count += triples.count(b"\n")
    shutil.copyfile(named, floor)
    with floor.open("ab") as out:
        graph.dump(out, format=ox.RdfFormat.N_TRIPLES, from_graph=ox.DefaultGraph())
    if len(graph) < count:
        raise ValueError(f"the store {store} has fewer quads than its named graphs")
    return {"all": len(graph), "named": count}
