"""What VoID and DCAT say of one dataset: its facts, its numbers, its partitions, its linksets.

https://www.w3.org/TR/void/ and https://www.w3.org/TR/vocab-dcat-3/. A class partition has the properties of the class,
and each of these the classes and datatypes of its values, the form that SIB's void-generator writes and its editor
reads for completion. Every part has an IRI of its own below that of the dataset: there are no blank nodes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

import pyoxigraph as ox

from rdfkit.rdf.identifiers import compress, expand
from rdfkit.rdf.iris import percent_encode
from rdfkit.store.catalogue import Agent, DatasetFacts, Links, Target
from rdfkit.store.partitions import DATATYPE
from rdfkit.store.statistics import Counts

CC0 = "creativecommons:publicdomain/zero/1.0/"
# Subject, predicate as a CURIE, object.
Statement = tuple[str, str, ox.NamedNode | ox.Literal]


def node(iri: str) -> ox.NamedNode:
    """The node of an IRI or CURIE."""
    return ox.NamedNode(expand(iri))


def part(iri: str, name: str) -> str:
    """The IRI of a part of a dataset: below it, or beside it where its IRI is a fragment itself."""
    return f"{iri}-{name}" if "#" in iri else f"{iri}#{name}"


def linkset_iri(iri: str, name: str) -> str:
    """The IRI of a linkset of a dataset."""
    return f"{iri.partition('#')[0]}#linkset-{name}"


def facts(dataset: DatasetFacts, iri: str) -> Iterator[Statement]:
    """What is true of a dataset whenever it was made, said of it or of a version of it."""
    for kind in ("void:Dataset", "dcat:Dataset"):
        yield iri, "rdf:type", node(kind)
    yield iri, "dcterms:description", _english(dataset.description)
    yield iri, "dcterms:identifier", ox.Literal(iri)
    yield iri, "dcterms:license", node(CC0)
    yield iri, "dcterms:language", node(dataset.language)
    yield iri, "dcterms:accrualPeriodicity", node(dataset.periodicity)
    yield iri, "dcterms:publisher", node(dataset.publisher.iri)
    for creator in dataset.creators:
        yield iri, "dcterms:creator", node(creator.iri)
    for agent in (dataset.publisher, *dataset.creators):
        yield from _agent(agent)
    for keyword in dataset.keywords:
        yield iri, "dcat:keyword", _english(keyword)
    for theme in dataset.themes:
        yield iri, "dcat:theme", node(theme)
    if dataset.contact:
        yield from _contact(iri, part(dataset.iri, "contact"), dataset.contact)
    yield iri, "dcat:landingPage", node(dataset.landing_page)
    yield iri, "foaf:homepage", node(dataset.landing_page)
    yield iri, "void:exampleResource", node(dataset.example)
    yield iri, "void:uriSpace", ox.Literal(dataset.uri_space)


def numbers(iri: str, counts: Counts) -> Iterator[Statement]:
    """How much a dataset holds, its vocabularies and its partitions. An entity is a subject with a type."""
    for predicate, number in (
        ("void:triples", counts.triples),
        ("void:entities", counts.entities),
        ("void:distinctSubjects", counts.subjects),
        ("void:distinctObjects", counts.objects),
        ("void:classes", len(counts.classes)),
        ("void:properties", len(counts.properties)),
    ):
        yield iri, predicate, ox.Literal(number)
    for namespace in sorted({_namespace(term) for term in (*counts.classes, *counts.properties)}):
        yield iri, "void:vocabulary", node(namespace)
    for term, triples in sorted(counts.properties.items()):
        yield from _partition(iri, "property", term, "void:triples", triples)
    uses = _nested(counts)
    for term, entities in sorted(counts.classes.items()):
        yield from _partition(iri, "class", term, "void:entities", entities)
        for used, values in sorted(uses[term].items()):
            yield from _class_property(_partition_iri(iri, "class", term), used, values)


def linkset(dataset: str, one: Links, triples: int) -> Iterator[Statement]:
    """A linkset from or to a dataset, whose IRI is given, and the dataset of others that it joins."""
    iri = linkset_iri(dataset, one.name)
    ends = (one.target.iri, dataset) if one.inward else (dataset, one.target.iri)
    yield dataset, "void:subset", node(iri)
    yield iri, "rdf:type", node("void:Linkset")
    yield iri, "dcterms:title", _english(one.title)
    yield iri, "dcterms:license", node(CC0)
    yield iri, "void:subjectsTarget", node(ends[0])
    yield iri, "void:objectsTarget", node(ends[1])
    yield iri, "void:linkPredicate", node(one.predicate)
    yield iri, "void:triples", ox.Literal(triples)
    yield from _target(one.target)


def quads(statements: Iterable[Statement], graph: ox.NamedNode) -> Iterator[ox.Quad]:
    """Statements as quads of a graph."""
    for subject, predicate, value in statements:
        yield ox.Quad(ox.NamedNode(subject), node(predicate), value, graph)


def _agent(agent: Agent) -> Iterator[Statement]:
    yield agent.iri, "rdf:type", node("foaf:Organization")
    yield agent.iri, "foaf:name", ox.Literal(agent.name)
    yield agent.iri, "foaf:homepage", node(agent.page)


def _contact(iri: str, contact: str, told: Mapping[str, str]) -> Iterator[Statement]:
    yield iri, "dcat:contactPoint", node(contact)
    yield contact, "rdf:type", node("vcard:Kind")
    yield contact, "vcard:fn", ox.Literal(told["name"])
    yield contact, "vcard:hasURL", node(told["page"])


def _target(target: Target) -> Iterator[Statement]:
    yield target.iri, "rdf:type", node("void:Dataset")
    yield target.iri, "dcterms:title", _english(target.title)
    yield target.iri, "foaf:homepage", node(target.landing_page)
    yield target.iri, "void:uriSpace", ox.Literal(target.uri_space)


def _nested(counts: Counts) -> Mapping[str, Mapping[str, Mapping[str, int]]]:
    """The uses by class, property and value."""
    found: defaultdict[str, defaultdict[str, dict[str, int]]] = defaultdict(lambda: defaultdict(dict))
    for (term, used, value), triples in counts.uses.items():
        found[term][used][value] = triples
    return found


def _class_property(iri: str, used: str, values: Mapping[str, int]) -> Iterator[Statement]:
    """The partition of a class by a property, and its partitions by what the values are."""
    yield from _partition(iri, "property", used, "void:triples", values[""], within="/")
    partition = _partition_iri(iri, "property", used, within="/")
    for value, triples in sorted(values.items()):
        if value.startswith(DATATYPE):
            datatype = value.removeprefix(DATATYPE)
            yield from _partition(partition, "datatype", datatype, "void:triples", triples, within="/")
        elif value:
            yield from _partition(partition, "class", value, "void:triples", triples, within="/")


def _partition(
    iri: str, kind: str, term: str, predicate: str, number: int, within: str = ""
) -> Iterator[Statement]:
    # VoID has no partitions by datatype; those of its extension at http://ldf.fi/void-ext# are in general use.
    vocabulary = "void-ext" if kind == "datatype" else "void"
    partition = _partition_iri(iri, kind, term, within)
    yield iri, f"{vocabulary}:{kind}Partition", node(partition)
    yield partition, "rdf:type", node("void:Dataset")
    yield partition, f"{vocabulary}:{kind}", node(term)
    yield partition, predicate, ox.Literal(number)


def _partition_iri(iri: str, kind: str, term: str, within: str = "") -> str:
    name = f"{kind}-{percent_encode(compress(term)).replace('/', '%2F')}"
    return f"{iri}{within}{name}" if within else part(iri, name)


def _namespace(iri: str) -> str:
    return iri[: max(iri.rfind("#"), iri.rfind("/")) + 1]


def _english(text: str) -> ox.Literal:
    return ox.Literal(text, language="en")
