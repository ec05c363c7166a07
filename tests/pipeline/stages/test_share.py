"""What pages say alike stands once, for as long as one of them says it."""

from __future__ import annotations

from pathlib import Path

import pyoxigraph as ox
import pytest

import rdfkit
from rdfkit.rdf.identifiers import expand

LABEL = ox.NamedNode(expand("rdfs:label"))
ORGANISM = "---\nlatin: Daphnia magna\nncbi: '35525'\ntitle: {title}\n---\n"
ONTOLOGY = "ontology: pw\n\n[Term]\nid: PW:0000003\nname: signaling pathway\n"
TERM = """---
value: signaling pathway
xref-identifier: '0000003'
xref-dataSource: PW
---
"""


def _graphs(store: Path, subject: str, predicate: ox.NamedNode = LABEL) -> list[str]:
    """Where a statement stands, by the name of the graph."""
    with rdfkit.open_store(store) as opened:
        found = opened.graph.quads_for_pattern(ox.NamedNode(expand(subject)), predicate, None, None)
        return sorted(quad.graph_name.value for quad in found)


@pytest.fixture
def pages(tmp_path: Path) -> Path:
    folder = tmp_path / "pages"
    for site, collection in (("pfocr", "_figures"), ("wikipathways", "_pathways")):
        (folder / site / collection).mkdir(parents=True)
        (folder / site / "_organisms").mkdir()
        (folder / site / "_organisms" / "daphnia.md").write_text(ORGANISM.format(title=site))
    return folder


def test_what_two_sites_say_stands_in_the_graph_of_the_first(pages: Path, tmp_path: Path) -> None:
    store, taxon = tmp_path / "store", "NCBITaxon:35525"
    rdfkit.build([pages], store)
    assert _graphs(store, taxon) == ["https://www.wikipathways.org/#organisms"]
    (pages / "wikipathways" / "_organisms" / "daphnia.md").unlink()
    rdfkit.build([pages], store)
    assert _graphs(store, taxon) == ["https://pfocr.wikipathways.org/#organisms"]
    (pages / "pfocr" / "_organisms" / "daphnia.md").write_text(TERM)
    rdfkit.build([pages], store)
    assert _graphs(store, taxon) == []


@pytest.mark.parametrize("is_first", [True, False])
def test_what_an_ontology_says_stands_there(pages: Path, tmp_path: Path, is_first: bool) -> None:
    store, file, term = tmp_path / "store", tmp_path / "pw.obo", "PW:0000003"
    file.write_text(ONTOLOGY)
    (pages / "wikipathways" / "_organisms" / "term.md").write_text(TERM)
    rdfkit.build([pages], store, ontologies=[file] if is_first else [])
    rdfkit.build([pages], store, ontologies=[file])
    with rdfkit.open_store(store) as opened:
        (graph,) = set(_graphs(store, term))
        assert "#" not in graph
        assert len({quad.triple for quad in opened.quads()}) == len(list(opened.quads()))
    rdfkit.build([pages], store)
    assert _graphs(store, term) == ["https://www.wikipathways.org/#terms"]
