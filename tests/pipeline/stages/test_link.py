"""Links are made, kept and taken out."""

from __future__ import annotations

import pyoxigraph as ox

from rdfkit.pipeline.linkset import Thresholds
from rdfkit.pipeline.stages.link import link
from rdfkit.rdf.graphs import LINKSET_GRAPH
from tests.support.stage_site import Site


def _number(site: Site) -> int:
    return site.graphs().get(LINKSET_GRAPH.value, 0)


def test_links_are_made_and_counted(site: Site) -> None:
    site.write("a")
    run, _ = site.settled(thresholds=Thresholds())
    site.database.set("quads", "100")
    link(run)
    # Without a pathway there is only the description of the linkset.
    assert _number(site) > 0
    assert site.database.setting("quads") == str(100 + _number(site))
    assert site.database.setting("links") == "0"


def test_links_stay_when_nothing_has_changed_and_go_when_they_are_not_asked_for(site: Site) -> None:
    site.write("a")
    run, _ = site.settled(thresholds=Thresholds())
    link(run)
    before = _number(site)
    mark = ox.Quad(LINKSET_GRAPH, ox.NamedNode("urn:x:mark"), LINKSET_GRAPH, LINKSET_GRAPH)
    site.stage.graph.add(mark)
    for thresholds, expected in ((Thresholds(), before + 1), (Thresholds(1), before), (None, 0)):
        site.finish()
        run, _ = site.settled(thresholds=thresholds)
        link(run)
        assert _number(site) == expected
