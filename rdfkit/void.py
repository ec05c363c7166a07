"""VoID and DCAT descriptions of the datasets in a graph: titles, licences, counts, partitions, linksets.

https://www.w3.org/TR/void/ and https://www.w3.org/TR/vocab-dcat-3/. What the datasets are called stands in
`contexts/datasets.toml`. Every partition has an IRI of its own: there are no blank nodes.
"""

from __future__ import annotations

import datetime
import tomllib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import pyoxigraph as ox

from rdfkit import resources
from rdfkit.identifiers import compress, expand, percent_encode

CC0 = "creativecommons:publicdomain/zero/1.0/"
_TYPE = expand("rdf:type")
# The linkset that `rdfkit link` writes, and describes itself.
_LINKSET = expand("pfocr:linkset")

# Which dataset (`pfocr`, `wikipathways`) a named graph belongs to, if any.
SiteOf = Callable[[str], str | None]


@dataclass(slots=True)
class _Counts:
    """What a dataset holds; each triple counts once, however many of its graphs have it."""

    seen: set[int] = field(default_factory=set)
    subjects: set[int] = field(default_factory=set)
    objects: set[int] = field(default_factory=set)
    classes: Counter[str] = field(default_factory=Counter)
    properties: Counter[str] = field(default_factory=Counter)
    links: Counter[str] = field(default_factory=Counter)

    def add(self, quad: ox.Quad, linksets: Mapping[str, tuple[str, str]]) -> None:
        triple = hash(quad.triple)
        if triple in self.seen:
            return
        self.seen.add(triple)
        self.subjects.add(hash(quad.subject))
        self.objects.add(hash(quad.object))
        predicate = quad.predicate.value
        self.properties[predicate] += 1
        if isinstance(quad.object, ox.NamedNode):
            if predicate == _TYPE:
                self.classes[quad.object.value] += 1
            for name, (wanted, start) in linksets.items():
                if predicate == wanted and quad.object.value.startswith(start):
                    self.links[name] += 1


def site_of(kinds: Mapping[str, str]) -> SiteOf:
    """Which dataset a graph belongs to, by its kind of page (graph IRI → kind), else by its address."""

    def found(graph: str) -> str | None:
        kind = kinds.get(graph)
        for name, site in _sites().items():
            if kind in site["kinds"] or (kind != "ontology" and graph.startswith(tuple(site["addresses"]))):
                return name
        return None

    return found


def describe(
    quads: Iterable[ox.Quad],
    site: SiteOf,
    graph: ox.NamedNode,
    *,
    created: datetime.date | None = None,
    downloads: Mapping[str, str] | None = None,
) -> Iterator[ox.Quad]:
    """The descriptions of the datasets in quads, as quads of `graph`.

    `created` is the date of their making, which is only said when it is given; `downloads` maps the names of
    datasets to the names of their files.
    """
    linksets = {
        name: (expand(one["predicate"]), expand(f"{one['target']}:"))
        for name, one in _table()["linksets"].items()
    }
    counts = {name: _Counts() for name in _sites()}
    linked = False
    for quad in quads:
        iri = quad.graph_name.value if isinstance(quad.graph_name, ox.NamedNode) else ""
        name = site(iri)
        if name is not None:
            counts[name].add(quad, linksets)
        linked = linked or iri == _LINKSET
    present = {name: found for name, found in counts.items() if found.seen}
    for subject, predicate, value in _statements(present, created, downloads or {}, linked):
        yield ox.Quad(ox.NamedNode(subject), ox.NamedNode(expand(predicate)), value, graph)


_Statement = tuple[str, str, ox.NamedNode | ox.Literal]


def _statements(
    present: Mapping[str, _Counts], created: datetime.date | None, downloads: Mapping[str, str], linked: bool
) -> Iterator[_Statement]:
    for name, counts in present.items():
        yield from _dataset(name, counts, created, downloads.get(name))
        yield from _partitions(_sites()[name]["iri"], counts)
    targets = set()
    for name, one in _table()["linksets"].items():
        links = present[one["dataset"]].links[name] if one["dataset"] in present else 0
        if links:
            targets.add(one["target"])
            yield from _linkset(one, links, created)
    for target in sorted(targets):
        yield from _target(target)
    if linked and "pfocr" in present:
        yield _sites()["pfocr"]["iri"], "void:subset", _node(_LINKSET)
        if created is not None:
            yield _LINKSET, "pav:createdOn", _date(created)


def _dataset(
    name: str, counts: _Counts, created: datetime.date | None, download: str | None
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
    if download is not None:
        yield from _download(iri, download)
    for predicate, number in (
        ("void:triples", len(counts.seen)),
        ("void:distinctSubjects", len(counts.subjects)),
        ("void:distinctObjects", len(counts.objects)),
        ("void:classes", len(counts.classes)),
        ("void:properties", len(counts.properties)),
    ):
        yield iri, predicate, ox.Literal(number)
    for namespace in sorted({_namespace(term) for term in (*counts.classes, *counts.properties)}):
        yield iri, "void:vocabulary", _node(namespace)


def _download(iri: str, file: str) -> Iterator[_Statement]:
    """The file that holds a dataset. Its address is relative to where the release lies, so only its name is said."""
    distribution = f"{iri}-turtle"
    yield iri, "dcat:distribution", _node(distribution)
    yield distribution, "rdf:type", _node("dcat:Distribution")
    yield distribution, "dcterms:title", ox.Literal(file)
    yield distribution, "dcterms:license", _node(CC0)
    yield distribution, "dcat:mediaType", _node("https://www.iana.org/assignments/media-types/text/turtle")
    yield (
        distribution,
        "dcat:compressFormat",
        _node("https://www.iana.org/assignments/media-types/application/gzip"),
    )


def _partitions(iri: str, counts: _Counts) -> Iterator[_Statement]:
    for kind, terms, number in (
        ("class", counts.classes, "void:entities"),
        ("property", counts.properties, "void:triples"),
    ):
        for term, amount in sorted(terms.items()):
            partition = f"{iri}-{kind}-{percent_encode(compress(term)).replace('/', '.')}"
            yield iri, f"void:{kind}Partition", _node(partition)
            yield partition, "rdf:type", _node("void:Dataset")
            yield partition, f"void:{kind}", _node(term)
            yield partition, number, ox.Literal(amount)


def _linkset(one: Mapping[str, str], links: int, created: datetime.date | None) -> Iterator[_Statement]:
    iri = one["iri"]
    yield iri, "rdf:type", _node("void:Linkset")
    yield iri, "dcterms:title", ox.Literal(one["title"], language="en")
    yield iri, "dcterms:license", _node(CC0)
    yield iri, "void:subjectsTarget", _node(_sites()[one["dataset"]]["iri"])
    yield iri, "void:objectsTarget", _node(_table()["targets"][one["target"]]["iri"])
    yield iri, "void:linkPredicate", _node(one["predicate"])
    yield iri, "void:triples", ox.Literal(links)
    yield _sites()[one["dataset"]]["iri"], "void:subset", _node(iri)
    if created is not None:
        yield iri, "pav:createdOn", _date(created)


def _target(name: str) -> Iterator[_Statement]:
    target = _table()["targets"][name]
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
    return {name: site for name, site in _table().items() if "kinds" in site}


@cache
def _table() -> Mapping[str, Any]:
    with (resources.contexts_folder() / "datasets.toml").open("rb") as file:
        return tomllib.load(file)
