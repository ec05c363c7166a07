"""Settling: pages are converted again until each has its own graph and right answers."""

from __future__ import annotations

import pytest

from rdfkit.errors import SourceError
from rdfkit.pipeline.stages.convert import convert
from rdfkit.pipeline.stages.run import Changes
from rdfkit.pipeline.stages.settle import has_pages, settle
from rdfkit.pipeline.state.lookups import lookups
from tests.support.stage_site import Site


def _answers(site: Site, name: str) -> set[str]:
    path = str(site.folder / f"{name}.md")
    rows = site.database.run(
        "SELECT answer FROM lookup JOIN page ON page.id = page WHERE path = ? AND topic = 'gene'", (path,)
    )
    return {row[0] for row in rows}


def test_a_page_is_converted_again_when_another_answers_its_look_up(site: Site) -> None:
    site.write("a", word="ABC1", gene=None)
    site.write("b", gene=("ABC1", "77"))
    _, changes = site.settled()
    assert ("gene", "ABC1\t9606") in lookups(site.database)
    assert "77 learnedLexicon" in _answers(site, "a")
    assert changes.converted > 2
    site.finish()
    site.write("b", gene=("ABC1", "78"))
    site.settled()
    assert "78 learnedLexicon" in _answers(site, "a")
    assert site.state("a") == "used"


def test_the_first_page_has_the_graph(site: Site) -> None:
    graph = site.write("b", "PMC1__f1")
    site.settled()
    site.finish()
    site.write("a", "PMC1__f1")
    site.settled()
    assert (site.state("a"), site.state("b")) == ("used", "second")
    assert set(site.graphs()) == {graph}


def test_sources_without_a_page_are_an_error(site: Site) -> None:
    (site.folder / "README.md").write_text("no page\n")
    run, _ = site.settled()
    with pytest.raises(SourceError, match="no page with front matter"):
        has_pages(run)


@pytest.mark.parametrize(("year", "found"), [("2003", True), ("soon", False)])
def test_a_page_that_is_not_valid_is_none_to_keep(site: Site, year: str, found: bool) -> None:
    site.write("a", year=year)
    run, _ = site.settled()
    assert has_pages(run) is found


def test_a_file_that_is_gone_gives_its_graph_to_the_next_when_that_is_told(site: Site) -> None:
    site.write("a", "PMC1__f1")
    graph = site.write("b", "PMC1__f1")
    site.settled()
    site.finish()
    (site.folder / "a.md").unlink()
    run = site.run()
    changes = settle(run, convert(run))
    # Conversion alone cannot know: the file has no page any more.
    assert (changes.owners, site.state("b")) == (False, "second")
    changes = settle(run, Changes(owners=True))
    assert (site.state("b"), set(site.graphs())) == ("used", {graph})
