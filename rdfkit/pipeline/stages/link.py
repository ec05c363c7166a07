"""Links figures to pathways, if that is asked for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice

import pyoxigraph as ox

from rdfkit.pipeline.stages.run import Run, add_quads
from rdfkit.rdf.graphs import LINKSET_GRAPH
from rdfkit.store import Store

# Quads that are written and loaded together.
_SLICE = 500_000


def link(run: Run) -> None:
    """Links figures to pathways, or takes the links out; leaves them when nothing has changed. Raises LinkError."""
    thresholds = run.request.thresholds
    told = repr(thresholds) if thresholds else None
    if run.is_change:
        if told == (run.database.setting("thresholds") or None) and not run.editor.touched:
            return
        run.editor.clear(LINKSET_GRAPH.value)
    if thresholds is not None:
        # Here and not above: it is large, and few builds link.
        from rdfkit.pipeline.linkset import linkset_of, linkset_quads

        linkset = linkset_of(Store(run.stage.graph), thresholds)
        add_quads(run.database, _load(run, _touching(run, linkset_quads(linkset))))
        run.database.set("links", str(len(linkset.overlaps)))
    run.database.set("thresholds", told or "")


def _load(run: Run, quads: Iterator[ox.Quad]) -> int:
    """Loads quads by way of files, so that no more than a slice of them is held; gives their number."""
    path = run.stage.folder / "lines.nq"
    number = 0
    while some := list(islice(quads, _SLICE)):
        ox.serialize(some, str(path), format=ox.RdfFormat.N_QUADS)
        run.stage.load_file(path)
        number += len(some)
    path.unlink(missing_ok=True)
    return number


def _touching(run: Run, quads: Iterable[ox.Quad]) -> Iterator[ox.Quad]:
    """Notes the nodes of quads that do not come by way of the editor; leaves out what pages say."""
    for quad in quads:
        if run.editor.is_elsewhere(quad):
            continue
        if run.is_change:
            run.editor.touch(quad)
        yield quad
