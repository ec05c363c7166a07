"""VoID descriptions: their counts are those of the graph, counted in another way."""

from __future__ import annotations

import datetime
from collections import Counter

import pyoxigraph as ox
import pytest

from rdfkit.identifiers import expand
from rdfkit.provenance import GRAPH
from rdfkit.store import Store
from rdfkit.store.statistics import count
from rdfkit.store.void import describe, site_of

DATASET = {
    "wikipathways": "https://www.wikipathways.org/#dataset",
    "pfocr": "https://pfocr.wikipathways.org/#dataset",
}
KINDS = {"wikipathways": {"author", "community", "organism", "pathway", "term"}, "pfocr": {"figure"}}


def _triples(store: Store, site: str) -> set[ox.Triple]:
    rows = store.query("SELECT ?graph ?kind { GRAPH pfocr:provenance { ?graph dcterms:type ?kind } }")
    graphs = [row["graph"] for row in rows if row["kind"] in KINDS[site]]
    return {quad.triple for graph in graphs for quad in store.quads(ox.NamedNode(str(graph)))}


def _value(store: Store, dataset: str, name: str) -> object:
    (row,) = store.query(f"SELECT ?value {{ <{dataset}> {name} ?value }}")
    return row["value"]


@pytest.mark.parametrize("site", ["wikipathways", "pfocr"])
def test_counts(site: str, sample_store: Store) -> None:
    triples, dataset = _triples(sample_store, site), DATASET[site]
    classes = {t.object for t in triples if t.predicate.value == expand("rdf:type")}
    assert _value(sample_store, dataset, "void:triples") == len(triples)
    assert _value(sample_store, dataset, "void:distinctSubjects") == len({t.subject for t in triples})
    assert _value(sample_store, dataset, "void:distinctObjects") == len({t.object for t in triples})
    assert _value(sample_store, dataset, "void:properties") == len({t.predicate for t in triples})
    assert _value(sample_store, dataset, "void:classes") == len(classes)
    typed = {t.subject for t in triples if t.predicate.value == expand("rdf:type")}
    assert _value(sample_store, dataset, "void:entities") == len(typed)


@pytest.mark.parametrize("site", ["wikipathways", "pfocr"])
def test_partitions_cover_the_dataset(site: str, sample_store: Store) -> None:
    triples = _triples(sample_store, site)
    properties = sample_store.query(
        f"SELECT ?term ?n {{ <{DATASET[site]}> void:propertyPartition ?p . ?p void:property ?term ; void:triples ?n }}"
    )
    found = {row["term"]: row["n"] for row in properties}
    assert found == Counter(t.predicate.value for t in triples)
    classes = sample_store.query(
        f"SELECT ?term ?n {{ <{DATASET[site]}> void:classPartition ?p . ?p void:class ?term ; void:entities ?n }}"
    )
    types = Counter(t.object.value for t in triples if t.predicate.value == expand("rdf:type"))
    assert {row["term"]: row["n"] for row in classes} == types


def test_linksets(sample_store: Store) -> None:
    for name, pattern in (
        (
            "https://pfocr.wikipathways.org/#linkset-genes",
            "?f a doco:Figure ; schema:mentions ?x . ?x a schema:Gene",
        ),
        ("https://www.wikipathways.org/#linkset-genes", "?x a wp:DataNode ; wp:bdbEntrezGene ?gene"),
    ):
        (row,) = sample_store.query(f"SELECT (COUNT(*) AS ?n) {{ {pattern} }}")
        assert _value(sample_store, name, "void:triples") == row["n"]
    assert _value(sample_store, expand("pfocr:linkset"), "void:linkPredicate") == expand("dcterms:relation")


@pytest.mark.parametrize(
    ("graph", "kind", "expected"),
    [
        ("https://www.wikipathways.org/figures/a.html", "figure", "pfocr"),
        ("https://pfocr.wikipathways.org/pathways/a.html", "pathway", "wikipathways"),
        ("https://pfocr.wikipathways.org/about.html", "document", "pfocr"),
        ("https://www.wikipathways.org/about.html", None, "wikipathways"),
        ("https://www.wikipathways.org/terms.owl", "ontology", None),
        ("https://example.org/a.html", "document", None),
        ("https://example.org/a.html", None, None),
    ],
)
def test_the_kind_of_a_page_goes_before_its_address(
    graph: str, kind: str | None, expected: str | None
) -> None:
    assert site_of({graph: kind} if kind else {})(graph) == expected


def test_nothing_is_dated_unless_asked(sample_store: Store) -> None:
    assert not sample_store.query("ASK { ?s pav:createdOn ?day }")
    site = site_of({})
    dated = list(describe(count(sample_store.quads(), site), GRAPH, created=datetime.date(2026, 11, 20)))
    days = {quad.object.value for quad in dated if quad.predicate.value == expand("pav:createdOn")}
    assert days == {"2026-11-20"}


def test_there_are_no_blank_nodes(sample_store: Store) -> None:
    described = list(describe(count(sample_store.quads(), site_of({})), GRAPH))
    assert described
    assert all(
        isinstance(term, ox.NamedNode | ox.Literal)
        for quad in described
        for term in (quad.subject, quad.object)
    )


def test_a_triple_of_many_pages_counts_once(monkeypatch: pytest.MonkeyPatch) -> None:
    # So few may stand there more than once that the counts are compacted many times on the way.
    monkeypatch.setattr("rdfkit.store.statistics._Distinct._SPARE", 8)
    things = [ox.NamedNode(f"https://www.wikipathways.org/#{number}") for number in range(20_000)]
    label, same = ox.NamedNode(expand("rdfs:label")), ox.Literal("same")
    pages = [ox.NamedNode(f"https://www.wikipathways.org/{name}.html") for name in ("a", "b")]
    quads = (ox.Quad(thing, label, same, page) for page in pages for thing in things)
    found = {
        quad.predicate.value: quad.object.value
        for quad in describe(count(quads, site_of({})), GRAPH)
        if quad.subject.value == DATASET["wikipathways"] and isinstance(quad.object, ox.Literal)
    }
    assert found[expand("void:triples")] == found[expand("void:distinctSubjects")] == "20000"
    assert (found[expand("void:distinctObjects")], found[expand("void:entities")]) == ("1", "0")


def test_an_empty_graph_has_no_datasets() -> None:
    assert list(describe(count([], site_of({})), GRAPH)) == []
