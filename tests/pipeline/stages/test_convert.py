"""Conversion: what is loaded, what is changed, and what is told of it."""

from __future__ import annotations

from itertools import chain

from rdfkit.pipeline.spool import Job, Spooler, spooled
from rdfkit.pipeline.stages.convert import begin, convert, load_batches, spool_folder
from rdfkit.pipeline.stages.run import Changes, Phase
from rdfkit.pipeline.state.pages import pending
from tests.support.stage_site import Site


def test_new_pages_are_loaded(site: Site) -> None:
    graphs = {site.write("a"), site.write("b")}
    run = site.run()
    changes = convert(run)
    assert (changes.converted, changes.owners, changes.altered) == (2, True, frozenset())
    assert set(site.graphs()) == graphs
    assert list(spool_folder(run).iterdir()) == []
    assert site.database.setting("phase") == Phase.SETTLING


def test_a_change_tells_the_graphs_that_it_altered(site: Site) -> None:
    kept, changed, gone = site.write("a"), site.write("b"), site.write("c")
    site.settled()
    site.finish()
    site.write("b", gene=("TP53", "7157"))
    (site.folder / "c.md").unlink()
    changes = convert(site.run())
    assert (changes.converted, set(changes.altered)) == (1, {changed, gone})
    assert set(site.graphs()) == {kept, changed}


def test_a_page_with_another_identifier_leaves_its_graph(site: Site) -> None:
    old = site.write("a")
    site.settled()
    site.finish()
    new = site.write("a", "PMC1__other")
    changes = convert(site.run())
    assert (set(changes.altered), changes.owners) == ({old, new}, True)
    assert set(site.graphs()) == {new}


def test_a_page_with_another_text_touches_no_owner(site: Site) -> None:
    site.write("a")
    site.settled()
    site.finish()
    site.write("a", year="2004")
    assert not convert(site.run()).owners


def test_what_a_stopped_build_has_spooled_is_taken_over(site: Site) -> None:
    graphs = {site.write("a"), site.write("b")}
    run = site.run()
    pages = list(chain.from_iterable(pending(site.database, 9)))
    spooler = Spooler(spool_folder(run), run.request.shapes.compiled)
    spooler.spool(Job(0, tuple(page.id for page in pages), run.batches.batch(pages)))
    (spool_folder(run) / "00000001.nq").write_text("<broken")
    assert begin(run) == Changes(converted=2, owners=True)
    assert set(site.graphs()) == graphs
    assert convert(run).converted == 0


def test_nodes_that_pages_share_are_written_once_by_a_process(site: Site) -> None:
    site.write("a")
    site.write("b")
    run = site.run()
    spooler = Spooler(spool_folder(run), None)
    article = (
        'PMC1> <http://purl.org/dc/terms/title> "One title" <https://pfocr.wikipathways.org/#articles> .'
    )
    texts = []
    for number, pages in enumerate(pending(site.database, 1)):
        done = spooler.spool(Job(number, tuple(page.id for page in pages), run.batches.batch(pages)))
        texts.append(done.path.read_text())
    assert [text.count(article) for text in texts] == [1, 0]


def test_batches_of_another_program_are_not_gone_on_with(site: Site) -> None:
    site.write("a")
    run = site.run()
    pages = list(chain.from_iterable(pending(site.database, 9)))
    Spooler(spool_folder(run), None).spool(Job(0, (pages[0].id,), run.batches.batch(pages)))
    changes = load_batches(run, spooled(spool_folder(run)), 1, "another program")
    assert (changes.converted, site.database.setting("fingerprint")) == (1, "another program")
