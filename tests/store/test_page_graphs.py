"""Pages that stand for themselves."""

from __future__ import annotations

import pyoxigraph as ox

from rdfkit.rdf.identifiers import expand
from rdfkit.store import Store
from rdfkit.store.page_graphs import PageGraphs

PAGE = "https://pfocr.wikipathways.org/figures/x.html"
FIGURE, ARTICLE, JOURNAL = f"{PAGE}#figure", expand("pmc:PMC1"), "https://pfocr.wikipathways.org/#journal-x"
GENE, OTHER = expand("ncbigene:1"), expand("ncbigene:2")
SPACE = "https://pfocr.wikipathways.org/#"


def _quad(subject: str, value: str, graph: str) -> ox.Quad:
    term = ox.NamedNode(value) if "//" in value else ox.Literal(value)
    return ox.Quad(ox.NamedNode(subject), ox.NamedNode("http://x/p"), term, ox.NamedNode(graph))


def test_a_page_comes_with_what_is_said_of_its_nodes_and_of_theirs() -> None:
    own = [_quad(FIGURE, ARTICLE, PAGE), _quad(FIGURE, GENE, PAGE)]
    shared = [
        _quad(ARTICLE, JOURNAL, f"{SPACE}articles"),
        _quad(JOURNAL, "A journal", f"{SPACE}journals"),
        _quad(GENE, "A gene", "https://www.wikipathways.org/#genes"),
    ]
    others = [_quad(OTHER, "Another", f"{SPACE}genes"), _quad(OTHER, FIGURE, "https://x.org/other.html")]
    found = PageGraphs(Store.from_quads([*own, *shared, *others])).quads(ox.NamedNode(PAGE))
    assert {quad.triple for quad in found} == {quad.triple for quad in (*own, *shared)}
    assert {quad.graph_name.value for quad in found} == {PAGE}
