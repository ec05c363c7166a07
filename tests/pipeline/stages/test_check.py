"""What only all pages together say is checked, and refuses pages."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import count
from pathlib import Path

import pyoxigraph as ox
import pytest

from rdfkit.pipeline.stages.check import check_shared, count_and_check
from rdfkit.pipeline.state.findings import findings, refusals
from rdfkit.store.statistics import count_merged
from rdfkit.validation import validator
from rdfkit.validation.validator import Shapes
from tests.support.stage_site import Site

ONE_YEAR = """
@prefix sh: <http://www.w3.org/ns/shacl#> .
<urn:x:Article> a sh:NodeShape ;
    sh:targetClass <http://purl.org/spar/fabio/JournalArticle> ;
    sh:property [ sh:path <http://purl.org/dc/terms/issued> ; sh:maxCount 1 ] .
"""


@pytest.fixture
def shapes(tmp_path: Path) -> Shapes:
    """Shapes that each page passes alone."""
    (tmp_path / "shapes.ttl").write_text(ONE_YEAR)
    return validator.load_shapes([tmp_path / "shapes.ttl"])


@pytest.fixture
def disagreeing(site: Site) -> Site:
    """Two figures of an article that say two years."""
    site.write("a", year="2003")
    site.write("b", year="2004")
    return site


def test_pages_that_disagree_are_both_refused(disagreeing: Site, shapes: Shapes) -> None:
    run, changes = disagreeing.settled(shapes=shapes)
    graphs = set(disagreeing.graphs())
    assert len(graphs) == 2
    assert check_shared(run, changes.reviewed) == graphs
    assert disagreeing.graphs() == {}
    assert (disagreeing.state("a"), disagreeing.state("b")) == ("unsettled", "unsettled")
    assert set(refusals(disagreeing.database)) == {
        str(disagreeing.folder / name) for name in ("a.md", "b.md")
    }


def test_invalid_pages_are_kept_if_that_is_asked_for(disagreeing: Site, shapes: Shapes) -> None:
    run, changes = disagreeing.settled(shapes=shapes, keep_invalid=True)
    assert check_shared(run, changes.reviewed) == set()
    assert len(disagreeing.graphs()) == 2
    assert {one.message for one in findings(disagreeing.database)} == {
        "more values than allowed: expected what the shape asks for"
    }


def test_a_change_that_makes_pages_disagree_refuses_both(disagreeing: Site, shapes: Shapes) -> None:
    disagreeing.write("b", year="2003")
    run, changes = disagreeing.settled(shapes=shapes)
    assert check_shared(run, changes.reviewed) == set()
    disagreeing.finish()
    graph = disagreeing.write("b", year="2004")
    graphs = set(disagreeing.graphs())
    run, changes = disagreeing.settled(shapes=shapes)
    assert set(changes.altered) == {graph}
    assert check_shared(run, changes.reviewed) == graphs


def test_refused_pages_are_tried_again_when_something_changes(disagreeing: Site, shapes: Shapes) -> None:
    run, changes = disagreeing.settled(shapes=shapes)
    check_shared(run, changes.reviewed)
    disagreeing.finish()
    disagreeing.write("b", year="2003")
    run, changes = disagreeing.settled(shapes=shapes)
    assert changes.converted == 2
    assert check_shared(run, changes.reviewed) == set()
    assert len(disagreeing.graphs()) == 2
    assert list(findings(disagreeing.database)) == []


def test_counts_are_those_after_pages_were_refused(disagreeing: Site, shapes: Shapes) -> None:
    run, _ = disagreeing.settled(shapes=shapes)
    before = count_merged(run.stage.graph)
    counts = count_and_check(run)
    assert counts == count_merged(run.stage.graph)
    assert counts != before


@pytest.mark.parametrize("call", [0, 1])
@pytest.mark.parametrize("is_done", [True, False])
def test_a_build_that_is_stopped_as_it_refuses_pages_refuses_the_same_when_it_goes_on(
    disagreeing: Site, shapes: Shapes, monkeypatch: pytest.MonkeyPatch, call: int, is_done: bool
) -> None:
    run, changes = disagreeing.settled(shapes=shapes)
    replace, calls = run.editor.replace, count()

    def stop(name: str, quads: Iterable[ox.Quad]) -> None:
        is_last = next(calls) == call
        if is_done or not is_last:
            replace(name, quads)
        if is_last:
            raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(run.editor, "replace", stop)
        check_shared(run, changes.reviewed)
    run, changes = disagreeing.settled(shapes=shapes)
    assert len(disagreeing.graphs()) == 2
    check_shared(run, changes.reviewed)
    assert disagreeing.graphs() == {}
    assert (disagreeing.state("a"), disagreeing.state("b")) == ("unsettled", "unsettled")


def test_what_a_check_of_the_whole_no_longer_finds_is_forgotten(disagreeing: Site, tmp_path: Path) -> None:
    (tmp_path / "shapes.ttl").write_text(ONE_YEAR)
    options = {
        "shapes": validator.load_shapes([tmp_path / "shapes.ttl"], validator.Engine.PYSHACL),
        "keep_invalid": True,
    }
    run, changes = disagreeing.settled(**options)
    check_shared(run, changes.reviewed)
    assert len(list(findings(disagreeing.database))) == 2
    disagreeing.finish()
    disagreeing.write("b", year="2003")
    run, changes = disagreeing.settled(**options)
    check_shared(run, changes.reviewed)
    assert list(findings(disagreeing.database)) == []
