"""Writing the graph: every format carries the same statements, and other parsers take them."""

from __future__ import annotations

from pathlib import Path

import pyoxigraph as ox
import pytest
import rdflib
import rdflib.compare

from rdfkit.errors import ExportError
from rdfkit.publishing.export import export_sources, export_store, write_pages
from rdfkit.rdf.formats import FORMATS, of_file, of_name
from rdfkit.rdf.serializer import serialize
from rdfkit.sources.rdf_files import read_rdf
from rdfkit.store import Store
from tests.support.graphs import Graph
from tests.support.paths import SEEDS


@pytest.mark.parametrize("name", FORMATS)
def test_formats_carry_the_same_statements(seed_graph: Graph, name: str) -> None:
    format = of_name(name)
    read = list(ox.parse(serialize(seed_graph.quads, format), format.rdf))
    if format.has_graphs:
        assert set(read) == set(seed_graph.quads)
    else:
        assert {quad.triple for quad in read} == {quad.triple for quad in seed_graph.quads}


@pytest.mark.parametrize("name", FORMATS)
def test_rdflib_reads_every_format(seed_graph: Graph, name: str) -> None:
    format = of_name(name)
    dataset = rdflib.Dataset(default_union=True)
    rdflib_name = {"ntriples": "nt", "rdfxml": "xml", "jsonld": "json-ld"}.get(name, name)
    dataset.parse(data=serialize(seed_graph.quads, format), format=rdflib_name)
    triples = {(str(s), str(p), str(o)) for s, p, o in dataset.triples((None, None, None))}
    assert triples == {(q.subject.value, q.predicate.value, q.object.value) for q in seed_graph.quads}


@pytest.mark.parametrize("name", FORMATS)
def test_a_store_and_its_sources_give_the_same_bytes(seed_store: Store, name: str) -> None:
    assert export_store(seed_store, name) == export_sources([SEEDS], name)


def test_turtle_reads_well(seed_graph: Graph) -> None:
    text = serialize(seed_graph.quads, of_name("turtle")).decode()
    head, _, body = text.partition("\n\n")
    prefixes = head.splitlines()
    assert prefixes == sorted(prefixes)
    assert all(line.startswith("@prefix ") for line in prefixes)
    subjects = [block.split(" ", 1)[0] for block in body.split("\n\n")]
    assert len(subjects) == len(set(subjects)) == len({quad.subject for quad in seed_graph.quads})
    assert "PW:0000516 a owl:Class ;\n\trdfs:label" in body
    assert "unused" not in head and "@prefix chebi:" not in head


def test_trig_groups_by_graph(seed_graph: Graph) -> None:
    text = serialize(seed_graph.quads, of_name("trig")).decode()
    assert text.count("<https://wikipathways.github.io/pathways/WP364.html> {") == 1


def test_one_file_per_page(seed_graph: Graph, tmp_path: Path) -> None:
    written = write_pages(seed_graph.quads, tmp_path / "out", of_name("turtle"))
    assert {path.name for path in written} == {path.name for path in (tmp_path / "out").iterdir()}
    assert "WP364.ttl" in {path.name for path in written}
    triples = {quad.triple for path in written for quad in read_rdf(path)}
    assert triples == {quad.triple for quad in seed_graph.quads}


def test_pages_with_the_same_name_do_not_overwrite_each_other(tmp_path: Path) -> None:
    name = ox.NamedNode("https://www.wikipathways.org/x")
    graphs = [ox.NamedNode(f"https://www.wikipathways.org/{folder}/A.html") for folder in ("a", "b")]
    written = write_pages([ox.Quad(name, name, name, graph) for graph in graphs], tmp_path, of_name("nquads"))
    assert [path.name for path in written] == ["A.nq", "A-2.nq"]


def test_rdf_xml_cannot_hold_control_characters() -> None:
    name = ox.NamedNode("https://www.wikipathways.org/x")
    quad = ox.Quad(name, name, ox.Literal("bell \x07"))
    with pytest.raises(ExportError, match=r"U\+0007"):
        serialize([quad], of_name("rdfxml"))
    assert serialize([quad], of_name("turtle"))


@pytest.mark.parametrize("name", FORMATS)
def test_text_keeps_its_characters(name: str) -> None:
    text = "α NF-κB \"quoted\" 'single' back\\slash\ttab\nline\r\nbreak 🧬 שלום <b>&amp;</b> ]]> "
    subject = ox.NamedNode("https://www.wikipathways.org/x")
    quad = ox.Quad(subject, ox.NamedNode("http://purl.org/dc/terms/title"), ox.Literal(text), subject)
    (read,) = ox.parse(serialize([quad], of_name(name)), of_name(name).rdf)
    assert read.object == quad.object


def test_an_unknown_format_is_named() -> None:
    with pytest.raises(ExportError, match='"parquet" is no RDF format'):
        of_name("parquet")


def test_suffixes_tell_formats() -> None:
    assert {
        path: (f.name if (f := of_file(Path(path))) else None)
        for path in ("a.ttl", "a.NQ", "a.owl", "a.md", "a.ttl.gz", "a.tar.gz")
    } == {
        "a.ttl": "turtle",
        "a.NQ": "nquads",
        "a.owl": "rdfxml",
        "a.md": None,
        "a.ttl.gz": "turtle",
        "a.tar.gz": None,
    }


def test_a_folder_that_cannot_be_made_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ExportError, match="cannot be made"):
        (tmp_path / "file").write_text("")
        write_pages([], tmp_path / "file", of_name("turtle"))
