"""Links figures to pathways, if that is asked for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import pyoxigraph as ox

from rdfkit.pipeline.stages.run import Run, add_quads
from rdfkit.rdf.graphs import LINKSET_GRAPH
from rdfkit.store import Store


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
        from rdfkit.pipeline.linkset import linkset_of, linkset_quads, load_linkset, unsaid

        linkset = linkset_of(Store(run.stage.graph), thresholds)
        quads = _touching(run, unsaid(run.editor, linkset_quads(linkset)))
        add_quads(run.database, load_linkset(run.stage, quads))
        run.database.set("links", str(len(linkset.overlaps)))
    run.database.set("thresholds", told or "")


def _touching(run: Run, quads: Iterable[ox.Quad]) -> Iterator[ox.Quad]:
    """Notes the nodes of quads that do not come by way of the editor."""
    for quad in quads:
        if run.is_change:
            run.editor.touch(quad)
        yield quad
