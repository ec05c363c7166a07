"""The schema of SPARQL 1.1 Service Description, as far as a graph can break it: https://www.w3.org/TR/sparql11-service-description/."""

from __future__ import annotations

from collections.abc import Iterator

import rdflib
from rdflib import RDF, Namespace
from rdflib.term import Node

SD = Namespace("http://www.w3.org/ns/sparql-service-description#")
# Each property of the vocabulary with the class of its subjects and, where it has one, of its values.
PROPERTIES = {
    SD.endpoint: (SD.Service, None),
    SD.feature: (SD.Service, SD.Feature),
    SD.defaultEntailmentRegime: (SD.Service, SD.EntailmentRegime),
    SD.entailmentRegime: (SD.NamedGraph, SD.EntailmentRegime),
    SD.extensionFunction: (SD.Service, SD.Function),
    SD.extensionAggregate: (SD.Service, SD.Aggregate),
    SD.languageExtension: (SD.Service, SD.Feature),
    SD.supportedLanguage: (SD.Service, SD.Language),
    SD.propertyFeature: (SD.Service, SD.Feature),
    SD.defaultDataset: (SD.Service, SD.Dataset),
    SD.availableGraphs: (SD.Service, SD.GraphCollection),
    SD.resultFormat: (SD.Service, None),
    SD.inputFormat: (SD.Service, None),
    SD.defaultGraph: (SD.Dataset, SD.Graph),
    SD.namedGraph: (SD.GraphCollection, SD.NamedGraph),
    SD.name: (SD.NamedGraph, None),
    SD.graph: (SD.NamedGraph, SD.Graph),
}
# What the vocabulary itself says of its instances and classes, so that no description has to.
KNOWN = {
    SD.SPARQL10Query: SD.Language, SD.SPARQL11Query: SD.Language, SD.SPARQL11Update: SD.Language,
    SD.DereferencesURIs: SD.Feature, SD.UnionDefaultGraph: SD.Feature, SD.RequiresDataset: SD.Feature,
    SD.EmptyGraphs: SD.Feature, SD.BasicFederatedQuery: SD.Feature,
}  # fmt: skip
PARENTS = {SD.Dataset: SD.GraphCollection}
AT_MOST_ONE = (SD.name, SD.graph, SD.defaultGraph, SD.defaultDataset, SD.endpoint)


def complaints(graph: rdflib.Graph) -> list[str]:
    """What in a service description does not conform to the schema."""
    return [*_of_the_service(graph), *_of_terms(graph), *_of_classes(graph), *_of_counts(graph)]


def _of_the_service(graph: rdflib.Graph) -> Iterator[str]:
    services = list(graph.subjects(RDF.type, SD.Service))
    if len(services) != 1:
        yield f"{len(services)} services"
    for service in services:
        if not any(True for _ in graph.objects(service, SD.endpoint)):
            yield "a service without an endpoint"


def _of_terms(graph: rdflib.Graph) -> Iterator[str]:
    """Terms of the vocabulary that it does not have."""
    classes = {kind for pair in PROPERTIES.values() for kind in pair if kind is not None}
    for _, predicate, value in graph:
        if str(predicate).startswith(str(SD)) and predicate not in PROPERTIES:
            yield f"no property of the vocabulary: {predicate}"
        known = KNOWN if predicate != RDF.type else classes
        if str(value).startswith(str(SD)) and value not in known:
            yield f"no term of the vocabulary: {value}"


def _of_classes(graph: rdflib.Graph) -> Iterator[str]:
    for predicate, (domain, range_) in PROPERTIES.items():
        for subject, value in graph.subject_objects(predicate):
            if domain not in _kinds(graph, subject):
                yield f"{subject} has {predicate} and is no {domain}"
            if range_ is not None and range_ not in _kinds(graph, value):
                yield f"{value} is a value of {predicate} and no {range_}"
            if not isinstance(value, rdflib.URIRef | rdflib.BNode):
                yield f"{predicate} has a literal"


def _of_counts(graph: rdflib.Graph) -> Iterator[str]:
    for predicate in AT_MOST_ONE:
        for subject in set(graph.subjects(predicate)):
            if len(list(graph.objects(subject, predicate))) > 1:
                yield f"{subject} has more than one {predicate}"


def _kinds(graph: rdflib.Graph, node: Node) -> set[Node]:
    found = {*graph.objects(node, RDF.type), *({KNOWN[node]} if node in KNOWN else ())}
    return found | {PARENTS[kind] for kind in found if kind in PARENTS}
