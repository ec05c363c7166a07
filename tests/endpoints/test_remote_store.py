"""A graph behind an endpoint reads and answers as the same graph on this disk."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pyoxigraph as ox
import pytest

import rdfkit
from rdfkit.cli.info import describe_store
from rdfkit.endpoints import remote_reader
from rdfkit.endpoints.remote_store import RemoteStore, open_endpoint
from rdfkit.endpoints.session import Network
from rdfkit.entities.index.indexer import make_labels
from rdfkit.entities.index.search import Labels
from rdfkit.errors import EndpointError, QueryError, QueryRefusedError, RemoteError
from rdfkit.pipeline.linkset import Thresholds, linkset_of, linkset_quads
from rdfkit.publishing import audit
from rdfkit.publishing.diagram import mermaid
from rdfkit.publishing.publish import publish
from rdfkit.rdf.identifiers import expand
from rdfkit.sparql.dataset import Dataset
from rdfkit.store import Store
from rdfkit.store.explain import explain_empty
from tests.support.targets import Running, running

KINDS = ["oxigraph", pytest.param("virtuoso", marks=pytest.mark.peers)]
TYPE = ox.NamedNode(expand("rdf:type"))
GENE = ox.NamedNode(expand("ncbigene:3569"))
PATHWAY = ox.NamedNode(expand("wp:Pathway"))
SERVICE = "SELECT * { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }"


@pytest.fixture(scope="module", params=KINDS)
def other(
    request: pytest.FixtureRequest, seed_store: Store, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Running]:
    """Another store with the seeds."""
    with running(request.param, tmp_path_factory.mktemp("other")) as found:
        with found.open() as target:
            publish(seed_store, target)
        yield found


@pytest.fixture
def there(other: Running) -> Iterator[RemoteStore]:
    with open_endpoint(other.endpoint) as found:
        yield found


def _all(found: object) -> Counter[str]:
    return Counter(map(str, found))  # type: ignore[call-overload]


def test_triples(there: RemoteStore, seed_store: Store) -> None:
    label = ox.NamedNode(expand("rdfs:label"))
    for terms in (
        (None, None, None),
        (TYPE, None, None),
        (None, GENE, None),
        (None, None, GENE),
        (TYPE, None, PATHWAY),
        (label, GENE, None),
        (TYPE, GENE, PATHWAY),
    ):
        ours = _all(seed_store.triples(*terms))
        assert _all(there.triples(*terms)) == ours, terms
        assert there.has(terms[1], terms[0], terms[2]) == bool(ours)
    (triple,) = list(seed_store.triples(TYPE, None, PATHWAY))[:1]
    assert list(there.triples(TYPE, triple.subject, PATHWAY)) == [triple]
    assert there.has(triple.subject, TYPE, PATHWAY)


def test_quads(there: RemoteStore, seed_store: Store) -> None:
    assert len(there) == len(seed_store)
    for graph in seed_store.graphs():
        assert there.has_graph(graph)
        assert there.has(None, TYPE, None, graph) == seed_store.has(None, TYPE, None, graph)
        assert _all(there.quads(graph)) == _all(seed_store.quads(graph))
        assert _all(there.quads(graph, GENE)) == _all(seed_store.quads(graph, GENE))
    assert not there.has_graph(ox.NamedNode("http://example.org/none"))
    assert len(there.to_rdflib()) == len(seed_store.to_rdflib())


@pytest.mark.parametrize("page", [1, 7, 100])
def test_many_pages_give_the_same(
    page: int, there: RemoteStore, seed_store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(remote_reader, "PAGE", page)
    assert _all(there.triples(TYPE)) == _all(seed_store.triples(TYPE))
    assert _all(there.graphs()) == _all(seed_store.graphs())


def test_a_query_of_each_form(there: RemoteStore, seed_store: Store) -> None:
    for text in (
        "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }",
        "SELECT ?g (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g ORDER BY ?g",
        "SELECT ?s FROM <https://www.wikipathways.org/pathways/WP364.html> { ?s a wp:Pathway }",
        "SELECT ?s { ?s a x:Pathway }",
        "SELECT ?s { <WP364> pav:hasVersion ?s }",
    ):
        prefixes, base = {"x": expand("wp:")}, expand("wikipathways:")
        ours = seed_store.query(text, prefixes=prefixes, base_iri=base)
        theirs = there.query(text, prefixes=prefixes, base_iri=base)
        assert isinstance(theirs, rdfkit.Rows)
        assert isinstance(ours, rdfkit.Rows)
        assert theirs.fetch() == ours.fetch()
        assert theirs.ledger is not None
    assert there.query("ASK { ?s a wp:Pathway }")
    assert not there.query("ASK { ?s a wp:Nothing }")
    text = "CONSTRUCT { ?s a wp:Pathway } WHERE { ?s a wp:Pathway }"
    assert _all(there.query(text)) == _all(seed_store.query(text))


def test_a_dataset_of_the_protocol(there: RemoteStore, seed_store: Store) -> None:
    graphs = tuple(sorted(graph.value for graph in seed_store.graphs()))
    text = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
    for dataset in (Dataset(graphs[:1]), Dataset((), graphs[:2])):
        named = "SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } }" if dataset.named_graphs else text
        ours, theirs = (store.query(named, dataset=dataset) for store in (seed_store, there))
        assert list(theirs) == list(ours)  # type: ignore[arg-type]


def test_repairs_and_refusals(there: RemoteStore) -> None:
    loose = "SELECT ?s, ?o { ?s wp:organism ?o }"
    assert [repair.name for repair in there.query(loose).repairs]
    with pytest.raises(QueryError, match="not valid SPARQL"):
        there.query(loose, strict=True)
    with pytest.raises(RemoteError, match="400"):
        there.query("SELECT nonsense")
    with pytest.raises(QueryRefusedError, match="SERVICE"):
        there.query(SERVICE)
    with pytest.raises(QueryRefusedError):
        there.query("ASK " + "{" * 1000 + "}" * 1000)


def test_service_goes_to_who_may_ask(other: Running) -> None:
    with open_endpoint(other.endpoint, sends_service=True) as there, pytest.raises(RemoteError):
        list(there.query(SERVICE))  # type: ignore[arg-type]


def test_hints(there: RemoteStore, seed_store: Store) -> None:
    for text in (
        "SELECT * { ?s a wp:Pathwax }",
        "SELECT * { ?s dcterms:identifier 'wp364' }",
        "SELECT * { GRAPH <http://example.org/none> { ?s ?p ?o } }",
        "SELECT * { <http://identifiers.org/ncbigene/3569> ?p ?o }",
    ):
        found = explain_empty(text, there)
        assert found
        assert [hint.term for hint in found] == [hint.term for hint in explain_empty(text, seed_store)]


def test_what_else_reads_a_store(
    there: RemoteStore, seed_store: Store, tmp_path_factory: pytest.TempPathFactory
) -> None:
    ours, theirs = audit.audit(seed_store), audit.audit(there)
    assert theirs.passed
    assert theirs == ours
    assert seed_store.path is not None
    assert audit.compare(there, seed_store.path).changes == ()
    assert mermaid(there) == mermaid(seed_store)
    classes = "".join(describe_store(seed_store)).partition("\nclasses\n")[2]
    assert "".join(describe_store(there)).partition("\nclasses\n")[2] == classes
    links = [set(linkset_quads(linkset_of(store, Thresholds()))) for store in (there, seed_store)]
    assert links[0] == links[1]
    folder = tmp_path_factory.mktemp("labels")
    for name, store in (("there", there), ("here", seed_store)):
        make_labels(store, folder / name)
    with Labels(folder / "there") as mine, Labels(folder / "here") as usual:
        for text in ("il6", "inflam", "wp364"):
            assert mine.search(text) == usual.search(text)


def test_an_endpoint_that_nobody_published_to(other: Running, tmp_path: Path) -> None:
    """It is asked as it is."""
    graph = ox.NamedNode("http://example.org/g")
    with running(other.method, tmp_path / "plain") as plain:
        with plain.open() as target:
            target.put(graph.value, b'<http://example.org/s> <http://example.org/p> "o" .\n')
        with open_endpoint(plain.endpoint) as there:
            assert not there.is_published
            assert graph in list(there.graphs())
            assert len(list(there.quads(graph))) == 1
            assert there.metadata["endpoint"] == plain.endpoint


def test_no_endpoint() -> None:
    with pytest.raises(EndpointError):
        open_endpoint("nowhere")
    with pytest.raises(RemoteError, match="cannot be reached"):
        open_endpoint("http://127.0.0.1:9/sparql", Network())
