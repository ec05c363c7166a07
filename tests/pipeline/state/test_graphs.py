"""Graphs of pages: who holds what, where it comes from, and which nodes several pages describe."""

from __future__ import annotations

from rdfkit.pipeline.provenance import Source
from rdfkit.pipeline.state.database import Database
from rdfkit.pipeline.state.files import add_companions
from rdfkit.pipeline.state.graphs import (
    graphs,
    has_graph,
    holder,
    kind_of_graph,
    loaded,
    set_loaded,
    shared_of,
    shared_subjects,
    suspects,
    used_graph,
)
from rdfkit.pipeline.state.graphs import used as used_pages
from rdfkit.pipeline.state.model import PageState, Used, UsedTable
from tests.support.state_pages import add, table, used


def test_graphs_are_those_of_pages_that_are_used(database: Database) -> None:
    a, b = add(database, [used("a", "g", quads=3), used("b", "h", quads=4, state=PageState.INVALID)])
    assert list(graphs(database)) == [("g", "figure")]
    assert (holder(database, "g"), holder(database, "h")) == (a, None)
    assert (kind_of_graph(database, "h"), kind_of_graph(database, "x")) == ("figure", None)
    assert (has_graph(database, "h"), has_graph(database, "x")) == (True, False)
    set_loaded(database, [(a, ["g", "h"]), (b, [])])
    assert (loaded(database, a), loaded(database, b), loaded(database, 99)) == (["g", "h"], [], [])


def test_provenance_has_the_page_and_its_tables(database: Database) -> None:
    add_companions(database, [table("1.tsv", "g")])
    tables = (UsedTable("genes", "1.tsv", "22", 1, 0), UsedTable("diseases", "gone.tsv", "33", 1, 0))
    (page,) = add(database, [used("a", "g", sha256="11", tables=tables)])
    found = Used(page, "g", "figure", Source("a", "11", None), {"genes": Source("1.tsv", "22", None)})
    assert list(used_pages(database)) == [found]
    assert used_graph(database, "g") == found
    assert used_graph(database, "h") is None


def test_shared_nodes_are_those_of_used_pages(database: Database) -> None:
    (a, _) = add(
        database,
        [
            used("a", "g", shared=("<n>", "<m>"), suspects=((1, "<x>"),)),
            used("b", "h", shared=("<o>",), suspects=((1, "<x>"), (0, "<y>")), state=PageState.INVALID),
        ],
    )
    assert list(shared_subjects(database)) == ["<m>", "<n>"]
    assert sorted(shared_of(database, a)) == ["<m>", "<n>"]
    assert list(suspects(database)) == [(0, "<y>"), (1, "<x>")]
