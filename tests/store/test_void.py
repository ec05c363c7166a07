"""VoID descriptions: their counts are those of the graph, counted in another way."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory

import pyoxigraph as ox
import pytest
from hypothesis import given

import rdfkit
from rdfkit.errors import SourceError
from rdfkit.rdf.graphs import PROVENANCE_GRAPH, shared_graphs
from rdfkit.rdf.identifiers import expand
from rdfkit.store import Store
from rdfkit.store.catalogue import linksets
from rdfkit.store.statistics import Counts, count_merged, count_store
from rdfkit.store.void import describe, described, site_of
from tests.support.examples import share_of_examples
from tests.support.paths import CASES
from tests.support.sites import sites, write

DATASET = {
    "wikipathways": "https://www.wikipathways.org/#dataset",
    "pfocr": "https://pfocr.wikipathways.org/#dataset",
}
KINDS = {"wikipathways": {"author", "community", "organism", "pathway", "term"}, "pfocr": {"figure"}}


def _triples(store: Store, site: str) -> set[ox.Triple]:
    rows = store.query("SELECT ?graph ?kind { GRAPH pfocr:provenance { ?graph dcterms:type ?kind } }")
    graphs = [row["graph"] for row in rows if row["kind"] in KINDS[site]]
    graphs += shared_graphs(DATASET[site].removesuffix("dataset"))
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
        ("https://pfocr.wikipathways.org/#linkset-genes", "?x schema:mentions ?y . ?y a schema:Gene"),
        ("https://www.wikipathways.org/#linkset-genes", "?x a wp:DataNode ; wp:bdbEntrezGene ?gene"),
        ("https://www.wikipathways.org/#linkset-chebi", "?x a wp:DataNode ; wp:bdbChEBI ?entity"),
        (
            "https://www.wikipathways.org/#linkset-references",
            "?x cito:cites ?y FILTER(STRSTARTS(STR(?y), STR(pubmed:)))",
        ),
    ):
        (row,) = sample_store.query(f"SELECT (COUNT(*) AS ?n) {{ SELECT DISTINCT * {{ {pattern} }} }}")
        assert _value(sample_store, name, "void:triples") == row["n"] > 0
    assert _value(sample_store, expand("pfocr:linkset"), "void:linkPredicate") == expand("dcterms:relation")


def test_both_ends_of_a_linkset_are_datasets_with_a_uri_space(sample_store: Store) -> None:
    rows = sample_store.query(
        """SELECT ?linkset { ?linkset a void:Linkset ; void:subjectsTarget|void:objectsTarget ?end .
        FILTER NOT EXISTS { ?end a void:Dataset ; dcterms:title ?title ; void:uriSpace ?start } }"""
    )
    assert rows.fetch() == []
    assert not sample_store.query(
        "ASK { ?linkset void:subjectsTarget|void:objectsTarget ?end . ?end void:class ?class }"
    )


EDITOR = (CASES / "void" / "editor.rq").read_text()


@pytest.mark.parametrize(
    ("subject", "used", "values"),
    [
        ("wp:Pathway", "dc:title", {"rdf:langString"}),
        ("wp:Pathway", "dcterms:modified", {"xsd:date"}),
        ("wp:Pathway", "wp:diseaseOntologyTag", {"owl:Class"}),
        ("wp:Pathway", "foaf:page", {None}),
        ("wp:DataNode", "dcterms:isPartOf", {"skos:Collection", "wp:Pathway"}),
        ("oa:Annotation", "pfocr:word", {"xsd:string"}),
        ("oa:Annotation", "pfocr:occurrences", {"xsd:integer"}),
        ("skos:Collection", "dcterms:identifier", {"xsd:string"}),
    ],
)
def test_an_editor_completes_from_it(
    subject: str, used: str, values: set[str | None], sample_store: Store
) -> None:
    rows = [
        (row["subjectClass"], row["prop"], row["objectClass"] or row["objectDatatype"])
        for row in sample_store.query(EDITOR)
    ]
    found = {value for one, prop, value in rows if (one, prop) == (expand(subject), expand(used))}
    assert found == {value and expand(value) for value in values}


def test_an_editor_takes_no_dataset_for_a_class(sample_store: Store) -> None:
    rows = sample_store.query(EDITOR).fetch()
    classes = {row["class"] for row in sample_store.query("SELECT DISTINCT ?class { ?x a ?class }")}
    assert len(rows) > 100
    assert {row[name] for row in rows for name in ("subjectClass", "objectClass")} - {None} <= classes


def test_all_is_said_of_a_dataset(sample_store: Store) -> None:
    for dataset in DATASET.values():
        for predicate in (
            "dcterms:title", "dcterms:description", "dcterms:license", "dcterms:identifier", "dcterms:language",
            "dcterms:publisher", "dcterms:creator", "dcterms:accrualPeriodicity", "dcat:keyword", "dcat:theme",
            "dcat:landingPage", "void:uriSpace", "void:exampleResource",
        ):  # fmt: skip
            assert sample_store.query(f"ASK {{ <{dataset}> {predicate} ?value }}"), predicate
        assert _value(sample_store, dataset, "dcterms:publisher/foaf:name") == "WikiPathways"


@pytest.mark.parametrize(
    ("graph", "kind", "expected"),
    [
        ("https://www.wikipathways.org/figures/a.html", "figure", "pfocr"),
        ("https://pfocr.wikipathways.org/pathways/a.html", "pathway", "wikipathways"),
        ("https://pfocr.wikipathways.org/about.html", "document", "pfocr"),
        ("https://www.wikipathways.org/about.html", None, "wikipathways"),
        ("https://www.wikipathways.org/terms.owl", "ontology", None),
        ("https://pfocr.wikipathways.org/organisms/a.html", "organism", "pfocr"),
        ("https://www.wikipathways.org/organisms/a.html", "organism", "wikipathways"),
        ("https://example.org/organisms/a.html", "organism", "wikipathways"),
        ("https://example.org/a.html", "document", None),
        ("https://example.org/a.html", None, None),
    ],
)
def test_the_kind_of_a_page_goes_before_its_address(
    graph: str, kind: str | None, expected: str | None
) -> None:
    assert site_of({graph: kind} if kind else {})(graph) == expected


def test_nothing_is_dated_in_a_store(sample_store: Store) -> None:
    assert not sample_store.query("ASK { ?s pav:createdOn|dcterms:issued ?day . ?s a dcat:Dataset }")


def test_there_are_no_blank_nodes(sample_store: Store) -> None:
    told = list(describe(described(sample_store, PROVENANCE_GRAPH), PROVENANCE_GRAPH))
    assert told
    assert all(
        isinstance(term, ox.NamedNode | ox.Literal) for quad in told for term in (quad.subject, quad.object)
    )


def test_objects_of_many_pages_count_once() -> None:
    things = [ox.NamedNode(f"https://www.wikipathways.org/#{number}") for number in range(20_000)]
    label, same = ox.NamedNode(expand("rdfs:label")), ox.Literal("same")
    pages = [ox.NamedNode(f"https://www.wikipathways.org/{name}.html") for name in ("a", "b")]
    store = Store.from_quads(
        ox.Quad(thing, label, same, pages[number % 2]) for number, thing in enumerate(things)
    )
    graphs = [(page.value, "wikipathways") for page in pages]
    counts = count_store(store.graph, count_merged(store.graph), graphs, site_of({}))
    found = {
        quad.predicate.value: quad.object.value
        for quad in describe(counts, PROVENANCE_GRAPH)
        if quad.subject.value == DATASET["wikipathways"] and isinstance(quad.object, ox.Literal)
    }
    assert found[expand("void:triples")] == found[expand("void:distinctSubjects")] == "20000"
    assert (found[expand("void:distinctObjects")], found[expand("void:entities")]) == ("1", "0")


def test_an_empty_graph_has_no_datasets() -> None:
    assert described(Store.from_quads([]), PROVENANCE_GRAPH) == {}
    assert list(describe({}, PROVENANCE_GRAPH)) == []


def _counted(store: Store, name: str) -> Counts:
    """What a dataset holds, by all of its triples as Python objects."""
    rows = store.query("SELECT ?graph ?kind { GRAPH pfocr:provenance { ?graph dcterms:type ?kind } }")
    site = site_of({str(row["graph"]): str(row["kind"]) for row in rows})
    triples = {quad.triple for quad in store.quads() if site(getattr(quad.graph_name, "value", "")) == name}
    typed = [t for t in triples if t.predicate.value == expand("rdf:type")]
    links = (
        one.key
        for one in linksets()
        for t in triples
        if one.dataset == name and t.predicate.value == one.predicate and isinstance(t.object, ox.NamedNode)
        if (t.subject if one.inward else t.object).value.startswith(one.target.uri_space)
    )
    classes: dict[object, set[str]] = {}
    for t in typed:
        classes.setdefault(t.subject, set()).add(t.object.value)
    uses = Counter(
        (one, t.predicate.value, value)
        for t in triples
        for one in classes.get(t.subject, ())
        for value in (
            "",
            *(
                (f"^^{t.object.datatype.value}",)
                if isinstance(t.object, ox.Literal)
                else classes.get(t.object, ())
            ),
        )
    )
    return Counts(
        len({t.subject for t in triples}),
        len({t.subject for t in typed}),
        len({t.object for t in triples}),
        Counter(t.object.value for t in typed),
        Counter(t.predicate.value for t in triples),
        Counter(links),
        uses,
    )


def _check_numbers(store: Store) -> None:
    counted = {name: counts for name in KINDS if (counts := _counted(store, name)).properties}
    assert described(store, PROVENANCE_GRAPH) == counted


def test_the_numbers_of_a_store_are_those_of_its_triples(seed_store: Store) -> None:
    _check_numbers(seed_store)


@share_of_examples(0.2)
@given(sites())
def test_the_numbers_of_any_store_are_those_of_its_triples(site: dict[str, str]) -> None:
    with TemporaryDirectory() as folder:
        write(Path(folder) / "site", site)
        try:
            rdfkit.build([Path(folder) / "site"], Path(folder) / "store")
        except SourceError:  # none of its files is a page
            return
        if (Path(folder) / "store" / "current").exists():
            with rdfkit.open_store(Path(folder) / "store") as store:
                _check_numbers(store)
