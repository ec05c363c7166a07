"""VoID and DCAT descriptions of the datasets in a graph: titles, licences, counts, partitions, linksets.

https://www.w3.org/TR/void/ and https://www.w3.org/TR/vocab-dcat-3/. What the datasets are called stands in
`datasets.toml`. Every partition has an IRI of its own: there are no blank nodes.
"""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any

import pyoxigraph as ox

from rdfkit.rdf.graphs import LINKSET_GRAPH
from rdfkit.rdf.identifiers import compress, expand
from rdfkit.rdf.iris import percent_encode
from rdfkit.sparql.results import Rows
from rdfkit.store.graph_editor import Site
from rdfkit.store.protocol import StoreProtocol
from rdfkit.store.statistics import Counts, catalogue

CC0 = "creativecommons:publicdomain/zero/1.0/"
_MEDIA_TYPES = "https://www.iana.org/assignments/media-types/"
# The linkset that `rdfkit link` writes, and describes itself.
_LINKSET = LINKSET_GRAPH.value


def site_of(kinds: Mapping[str, str]) -> Site:
    """Which dataset a graph belongs to, by its kind of page (graph IRI → kind), else by its address."""
    return lambda graph: site_of_kind(kinds.get(graph), graph)


def site_of_kind(kind: str | None, graph: str) -> str | None:
    """The dataset of a graph of this kind."""
    if kind in _by_kind():
        return _by_kind()[kind]
    if kind == "ontology":
        return None
    starts = ((start, name) for name, site in _sites().items() for start in site["addresses"])
    return next((name for start, name in starts if graph.startswith(start)), None)


@cache
def _by_kind() -> Mapping[str | None, str]:
    return {kind: name for name, site in _sites().items() for kind in site["kinds"]}


def describe(
    counts: Mapping[str, Counts],
    graph: ox.NamedNode,
    *,
    created: datetime.date | None = None,
    downloads: Mapping[str, Sequence[str]] | None = None,
    linked: bool = False,
) -> Iterator[ox.Quad]:
    """The descriptions of datasets, of which the counts are given, as quads of `graph`.

    `created` is the date of their making, which is only said when it is given; `downloads` maps the names of
    datasets to the names of their files; `linked` says that there is a linkset of figures and pathways. An entity
    (`void:entities`) is a subject with a type.
    """
    present = {name: counts[name] for name in _sites() if name in counts and counts[name].properties}
    for subject, predicate, value in _statements(present, created, downloads or {}, linked):
        yield ox.Quad(ox.NamedNode(subject), ox.NamedNode(expand(predicate)), value, graph)


def described(store: StoreProtocol, graph: ox.NamedNode) -> dict[str, Counts]:
    """The counts that the descriptions in a graph of a store give, by dataset: those that `describe` was given.

    Without descriptions there are none. Raises as `Store.evaluate` does.
    """
    found: dict[str, Counts] = {}
    for name, site in _sites().items():
        about = f"GRAPH {graph} {{ <{site['iri']}>"
        numbers = _numbers(store, f"{about} ?key ?n FILTER(isLiteral(?n)) }}")
        if expand("void:triples") in numbers:
            found[name] = Counts(
                numbers[expand("void:distinctSubjects")],
                numbers[expand("void:entities")],
                numbers[expand("void:distinctObjects")],
                _numbers(store, f"{about} void:classPartition [ void:class ?key ; void:entities ?n ] }}"),
                _numbers(
                    store, f"{about} void:propertyPartition [ void:property ?key ; void:triples ?n ] }}"
                ),
                _links(_numbers(store, f"{about} void:subset ?key . ?key void:triples ?n }}")),
            )
    return found


def _numbers(store: StoreProtocol, pattern: str) -> Counter[str]:
    """The integers ?n by their ?key."""
    answer = store.evaluate(f"SELECT ?key ?n {{ {pattern} }}")
    rows = answer if isinstance(answer, Rows) else ()
    return Counter({str(row["key"]): n for row in rows if isinstance(n := row["n"], int)})


def _links(numbers: Mapping[str, int]) -> Counter[str]:
    """The links of linksets by name, given those by IRI."""
    names = {expand(one["iri"]): name for name, one in catalogue()["linksets"].items()}
    return Counter({names[iri]: number for iri, number in numbers.items() if iri in names})


_Statement = tuple[str, str, ox.NamedNode | ox.Literal]


def _statements(
    present: Mapping[str, Counts],
    created: datetime.date | None,
    downloads: Mapping[str, Sequence[str]],
    linked: bool,
) -> Iterator[_Statement]:
    for name, counts in present.items():
        yield from _dataset(name, counts, created, downloads.get(name, ()))
        yield from _partitions(_sites()[name]["iri"], counts)
    targets = set()
    for name, one in catalogue()["linksets"].items():
        links = present[one["dataset"]].links.get(name, 0) if one["dataset"] in present else 0
        if links:
            targets.add(one["target"])
            yield from _linkset(one, links, created)
    for target in sorted(targets):
        yield from _target(target)
    # In a store the linkset's own graph says whose subset it is, whether a build or `rdfkit link` made it.
    if linked and "pfocr" in present and created is not None:
        yield _sites()["pfocr"]["iri"], "void:subset", _node(_LINKSET)
        yield _LINKSET, "pav:createdOn", _date(created)


def _dataset(
    name: str, counts: Counts, created: datetime.date | None, downloads: Sequence[str]
) -> Iterator[_Statement]:
    site = _sites()[name]
    iri = site["iri"]
    yield iri, "rdf:type", _node("void:Dataset")
    yield iri, "rdf:type", _node("dcat:Dataset")
    yield iri, "dcterms:title", ox.Literal(site["title"], language="en")
    yield iri, "dcterms:description", ox.Literal(site["description"], language="en")
    yield iri, "dcterms:license", _node(CC0)
    yield iri, "dcat:landingPage", _node(site["landing_page"])
    yield iri, "foaf:homepage", _node(site["landing_page"])
    yield iri, "void:exampleResource", _node(site["example"])
    if created is not None:
        yield iri, "pav:createdOn", _date(created)
    for download in downloads:
        yield from _download(iri, download)
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
        yield iri, "void:vocabulary", _node(namespace)


def _download(iri: str, file: str) -> Iterator[_Statement]:
    """A file that holds (a part of) a dataset. Where a release lies is not known here, so only its name is said."""
    distribution = f"{iri}-file-{percent_encode(file)}"
    packing = "dcat:packageFormat" if file.endswith(".zip") else "dcat:compressFormat"
    format = "application/zip" if file.endswith(".zip") else "application/gzip"
    yield iri, "dcat:distribution", _node(distribution)
    yield distribution, "rdf:type", _node("dcat:Distribution")
    yield distribution, "dcterms:title", ox.Literal(file)
    yield distribution, "dcterms:license", _node(CC0)
    yield distribution, "dcat:mediaType", _node(f"{_MEDIA_TYPES}text/turtle")
    yield distribution, packing, _node(f"{_MEDIA_TYPES}{format}")


def _partitions(iri: str, counts: Counts) -> Iterator[_Statement]:
    for kind, terms, number in (
        ("class", counts.classes, "void:entities"),
        ("property", counts.properties, "void:triples"),
    ):
        for term, found in sorted(terms.items()):
            partition = f"{iri}-{kind}-{percent_encode(compress(term)).replace('/', '.')}"
            yield iri, f"void:{kind}Partition", _node(partition)
            yield partition, "rdf:type", _node("void:Dataset")
            yield partition, f"void:{kind}", _node(term)
            yield partition, number, ox.Literal(found)


def _linkset(one: Mapping[str, str], links: int, created: datetime.date | None) -> Iterator[_Statement]:
    iri = one["iri"]
    yield iri, "rdf:type", _node("void:Linkset")
    yield iri, "dcterms:title", ox.Literal(one["title"], language="en")
    yield iri, "dcterms:license", _node(CC0)
    yield iri, "void:subjectsTarget", _node(_sites()[one["dataset"]]["iri"])
    yield iri, "void:objectsTarget", _node(catalogue()["targets"][one["target"]]["iri"])
    yield iri, "void:linkPredicate", _node(one["predicate"])
    yield iri, "void:triples", ox.Literal(links)
    yield _sites()[one["dataset"]]["iri"], "void:subset", _node(iri)
    if created is not None:
        yield iri, "pav:createdOn", _date(created)


def _target(name: str) -> Iterator[_Statement]:
    target = catalogue()["targets"][name]
    yield target["iri"], "rdf:type", _node("void:Dataset")
    yield target["iri"], "dcterms:title", ox.Literal(target["title"], language="en")
    yield target["iri"], "foaf:homepage", _node(target["landing_page"])
    yield target["iri"], "void:uriSpace", ox.Literal(expand(f"{name}:"))


def _namespace(iri: str) -> str:
    return iri[: max(iri.rfind("#"), iri.rfind("/")) + 1]


def _date(day: datetime.date) -> ox.Literal:
    return ox.Literal(day.isoformat(), datatype=_node("xsd:date"))


def _node(iri: str) -> ox.NamedNode:
    return ox.NamedNode(expand(iri))


def _sites() -> Mapping[str, Any]:
    return {name: site for name, site in catalogue().items() if "kinds" in site}
