"""What the service says of itself and of its data: SPARQL 1.1 Service Description and VoID.

https://www.w3.org/TR/sparql11-service-description/, https://www.w3.org/TR/void/.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from urllib.parse import quote

import pyoxigraph as ox

from rdfkit.rdf.identifiers import expand
from rdfkit.store import StoreProtocol

# What describes the data stands among the statements about the graphs.
_DESCRIPTIONS = (
    "void:Dataset",
    "void:DatasetDescription",
    "void:Linkset",
    "dcat:Dataset",
    "dcat:Distribution",
)
# What the store holds. Linksets lead to datasets of others, which are described, too.
_OWN = "dcat:Dataset"
# https://www.w3.org/ns/formats/
_FORMATS = "http://www.w3.org/ns/formats/"
_RESULT_FORMATS = (
    "SPARQL_Results_JSON", "SPARQL_Results_XML", "SPARQL_Results_CSV", "SPARQL_Results_TSV",
    "Turtle", "TriG", "N-Quads", "N-Triples", "JSON-LD", "RDF_XML",
)  # fmt: skip
# Of a store with more graphs than this, the description lists none: part of them would be wrong.
_LISTED_GRAPHS = 1000


def service_triples(store: StoreProtocol, endpoint: str, updates: bool) -> Iterator[ox.Triple]:
    """The description of the SPARQL endpoint at an address, with that of its data. `updates` says if it takes any."""
    dataset, default = f"{endpoint}#dataset", f"{endpoint}#default-graph"
    languages = ["sd:SPARQL11Query", *(["sd:SPARQL11Update"] if updates else [])]
    yield _triple(endpoint, "rdf:type", "sd:Service")
    yield _triple(endpoint, "sd:endpoint", endpoint)
    for language in languages:
        yield _triple(endpoint, "sd:supportedLanguage", language)
    yield _triple(endpoint, "sd:feature", "sd:UnionDefaultGraph")
    for format in _RESULT_FORMATS:
        yield _triple(endpoint, "sd:resultFormat", f"{_FORMATS}{format}")
    yield _triple(endpoint, "sd:defaultDataset", dataset)
    yield _triple(dataset, "rdf:type", "sd:Dataset")
    yield _triple(dataset, "sd:defaultGraph", default)
    yield _triple(default, "rdf:type", "sd:Graph")
    graphs = sorted(graph.value for graph in islice(store.graphs(), _LISTED_GRAPHS + 1))
    for graph in graphs if len(graphs) <= _LISTED_GRAPHS else ():
        # A graph's own IRI would make a statement about a page here.
        named = f"{endpoint}#graph-{quote(graph, safe='')}"
        yield _triple(dataset, "sd:namedGraph", named)
        yield _triple(named, "rdf:type", "sd:NamedGraph")
        yield _triple(named, "sd:name", graph)
    for part in _instances(store, _OWN):
        yield _triple(dataset, "dcterms:hasPart", part)
    yield from void_triples(store, endpoint)


def void_triples(store: StoreProtocol, endpoint: str) -> Iterator[ox.Triple]:
    """The descriptions of the datasets in the store (VoID and DCAT), as the build made them, and where to ask them."""
    for subject in sorted({one for kind in _DESCRIPTIONS for one in _instances(store, kind)}):
        yield from store.triples(subject=ox.NamedNode(subject))
    for dataset in _instances(store, _OWN):
        yield _triple(dataset, "void:sparqlEndpoint", endpoint)


def _instances(store: StoreProtocol, kind: str) -> list[str]:
    """The IRIs of a class, sorted."""
    found = store.triples(ox.NamedNode(expand("rdf:type")), value=ox.NamedNode(expand(kind)))
    return sorted({triple.subject.value for triple in found if isinstance(triple.subject, ox.NamedNode)})


def _triple(subject: str, predicate: str, value: str) -> ox.Triple:
    return ox.Triple(ox.NamedNode(subject), ox.NamedNode(expand(predicate)), ox.NamedNode(expand(value)))
