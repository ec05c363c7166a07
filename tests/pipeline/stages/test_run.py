"""A run: what it goes on from, and what its stages tell each other."""

from __future__ import annotations

from dataclasses import replace

import pytest

from rdfkit.pipeline.stages.run import FEW_PAGES, Changes, GraphSites, Phase, add_quads, finish, is_too_much
from rdfkit.pipeline.state.database import Database
from rdfkit.pipeline.state.files import add_files
from tests.support.stage_site import Site
from tests.support.state_pages import add, file, used


def test_changes_add_up() -> None:
    parts = [Changes(1, {"g"}, {"n"}), Changes(2, {"h"}, {"n", "m"}, owners=True), Changes()]
    assert Changes.of(parts) == Changes(3, {"g", "h"}, {"n", "m"}, owners=True)
    assert Changes.of([]) == Changes()


@pytest.mark.parametrize(
    ("waiting", "others", "expected"),
    [
        (FEW_PAGES, 0, False),
        (FEW_PAGES + 1, 0, True),
        (FEW_PAGES + 1, 4 * FEW_PAGES + 1, True),
        (FEW_PAGES + 1, 4 * FEW_PAGES + 10, False),
    ],
)
def test_a_fifth_of_many_pages_is_too_much_to_change(
    database: Database, waiting: int, others: int, expected: bool
) -> None:
    add(database, [used(f"{number}", f"{number}") for number in range(others)])
    add_files(database, [file(f"x{number}") for number in range(waiting)])
    assert is_too_much(database) is expected


def test_a_graph_stays_in_the_dataset_where_it_was_first(database: Database) -> None:
    sites = GraphSites(database)
    graph = "https://example.org/x"
    assert sites(graph) is None
    sites.note(graph, "pathway")
    assert sites(graph) == "wikipathways"
    assert GraphSites(database)(graph) is None
    add(database, [used("a", graph, kind="pathway")])
    assert GraphSites(database)(graph) == "wikipathways"


def test_quads_are_added_up(database: Database) -> None:
    assert [add_quads(database, number) for number in (5, -2, 0)] == [5, 3, 3]


def test_a_run_goes_on_from_a_whole_build_only(site: Site) -> None:
    site.write("a")
    run = site.run()
    assert not run.is_change
    finish(run)
    run = site.run()
    assert run.is_change
    assert site.database.setting("phase") == Phase.CHANGING


def test_the_fingerprint_tells_other_sources_and_options_apart(site: Site) -> None:
    request = site.run().request
    others = [replace(request, sources=("x",)), replace(request, keep_invalid=True)]
    assert len({one.fingerprint() for one in [request, *others]}) == 3
    assert replace(request, thresholds=None).fingerprint() == request.fingerprint()
