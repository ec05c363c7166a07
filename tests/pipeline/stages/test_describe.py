"""What is said of graphs and datasets is the same after a change as in a new build."""

from __future__ import annotations

from pathlib import Path

import pyoxigraph as ox

from rdfkit.pipeline.stages.check import check_shared, count_and_check
from rdfkit.pipeline.stages.describe import describe, describe_changes
from rdfkit.pipeline.state.database import Database
from rdfkit.store.builds import building
from tests.support.stage_site import Site


def _described(site: Site) -> set[str]:
    run, _ = site.settled()
    describe(run, count_and_check(run))
    return {str(quad) for quad in site.stage.graph}


def test_the_number_of_quads_is_that_of_the_named_graphs(site: Site) -> None:
    site.write("a")
    _described(site)
    named = [quad for quad in site.stage.graph if quad.graph_name != ox.DefaultGraph()]
    assert site.database.setting("quads") == str(len(named))


def test_a_change_describes_what_a_new_build_describes(site: Site, tmp_path: Path) -> None:
    site.write("a")
    site.write("b")
    _described(site)
    site.finish()
    site.write("a", gene=("TP53", "7157"))
    (site.folder / "b.md").unlink()
    site.write("c")
    run, changes = site.settled()
    describe_changes(run, changes.altered | check_shared(run, changes.reviewed))
    changed = {str(quad) for quad in site.stage.graph}
    with building(tmp_path / "new", lambda _: False) as stage, Database(stage.folder) as database:
        assert changed == _described(Site(site.folder, stage, database))
