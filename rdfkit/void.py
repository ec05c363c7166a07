"""VoID and DCAT descriptions of the datasets in a graph: titles, licences, counts, partitions, linksets.

https://www.w3.org/TR/void/ and https://www.w3.org/TR/vocab-dcat-3/. What the datasets are called stands in
`contexts/datasets.toml`. Every partition has an IRI of its own: there are no blank nodes.
"""

from __future__ import annotations

import datetime
import tomllib
from array import array
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import pyoxigraph as ox

from rdfkit import resources
from rdfkit.identifiers import compress, expand, percent_encode

CC0 = "creativecommons:publicdomain/zero/1.0/"
_TYPE = expand("rdf:type")
_MEDIA_TYPES = "https://www.iana.org/assignments/media-types/"
# The linkset that `rdfkit link` writes, and describes itself.
_LINKSET = expand("pfocr:linkset")

# Which dataset (`pfocr`, `wikipathways`) a named graph belongs to, if any.
SiteOf = Callable[[str], str | None]


class _Distinct:
    """How many different things were added. Only their 64-bit hashes are kept, mostly at eight bytes each.

    A set of all triples of 100,000 figures would take gigabytes. Two things with one hash would count as one; among
    a hundred million that happens once in four thousand times.
    """

    __slots__ = ("_limits", "_parts")
    _PARTS = 64
    _SPARE = 4096

    def __init__(self) -> None:
        self._parts = [array("q") for _ in range(self._PARTS)]
        self._limits = [self._SPARE] * self._PARTS

    def add(self, thing: Hashable) -> None:
        number = hash(thing)
        index = number % self._PARTS
        part = self._parts[index]
        part.append(number)
        if len(part) > self._limits[index]:
            self._parts[index] = array("q", set(part))
            self._limits[index] = 2 * len(self._parts[index]) + self._SPARE

    def __len__(self) -> int:
        return sum(len(set(part)) for part in self._parts)


@dataclass(slots=True)
class _Counts:
    """What a dataset holds; each triple counts once, however many of its graphs have it."""

    subjects: _Distinct = field(default_factory=_Distinct)
    entities: _Distinct = field(default_factory=_Distinct)
    objects: _Distinct = field(default_factory=_Distinct)
    classes: defaultdict[str, _Distinct] = field(default_factory=lambda: defaultdict(_Distinct))
    properties: defaultdict[str, _Distinct] = field(default_factory=lambda: defaultdict(_Distinct))
    links: defaultdict[str, _Distinct] = field(default_factory=lambda: defaultdict(_Distinct))

    def add(self, quad: ox.Quad, linksets: Mapping[str, tuple[str, str]]) -> None:
        predicate = quad.predicate.value
        self.properties[predicate].add(quad.triple)
        self.subjects.add(quad.subject)
        self.objects.add(quad.object)
        if isinstance(quad.object, ox.NamedNode):
            if predicate == _TYPE:
                self.classes[quad.object.value].add(quad.subject)
                self.entities.add(quad.subject)
            for name, (wanted, start) in linksets.items():
                if predicate == wanted and quad.object.value.startswith(start):
                    self.links[name].add(quad.triple)


def site_of(kinds: Mapping[str, str]) -> SiteOf:
    """Which dataset a graph belongs to, by its kind of page (graph IRI → kind), else by its address."""
    by_kind = {kind: name for name, site in _sites().items() for kind in site["kinds"]}
    by_address = [(start, name) for name, site in _sites().items() for start in site["addresses"]]

    def found(graph: str) -> str | None:
        kind = kinds.get(graph)
        if kind in by_kind:
            return by_kind[kind]
        if kind == "ontology":
            return None
        return next((name for start, name in by_address if graph.startswith(start)), None)

    return found


def describe(
    quads: Iterable[ox.Quad],
    site: SiteOf,
    graph: ox.NamedNode,
    *,
    created: datetime.date | None = None,
    downloads: Mapping[str, Sequence[str]] | None = None,
) -> Iterator[ox.Quad]:
    """The descriptions of the datasets in quads, as quads of `graph`.

    `created` is the date of their making, which is only said when it is given; `downloads` maps the names of
    datasets to the names of their files. An entity (`void:entities`) is a subject with a type.
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
    present = {name: found for name, found in counts.items() if found.properties}
    for subject, predicate, value in _statements(present, created, downloads or {}, linked):
        yield ox.Quad(ox.NamedNode(subject), ox.NamedNode(expand(predicate)), value, graph)


_Statement = tuple[str, str, ox.NamedNode | ox.Literal]


def _statements(
    present: Mapping[str, _Counts],
    created: datetime.date | None,
    downloads: Mapping[str, Sequence[str]],
    linked: bool,
) -> Iterator[_Statement]:
    for name, counts in present.items():
        yield from _dataset(name, counts, created, downloads.get(name, ()))
        yield from _partitions(_sites()[name]["iri"], counts)
    targets = set()
    for name, one in _table()["linksets"].items():
        links = len(present[one["dataset"]].links[name]) if one["dataset"] in present else 0
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
    name: str, counts: _Counts, created: datetime.date | None, downloads: Sequence[str]
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
        ("void:triples", sum(map(len, counts.properties.values()))),
        ("void:entities", len(counts.entities)),
        ("void:distinctSubjects", len(counts.subjects)),
        ("void:distinctObjects", len(counts.objects)),
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


def _partitions(iri: str, counts: _Counts) -> Iterator[_Statement]:
    for kind, terms, number in (
        ("class", counts.classes, "void:entities"),
        ("property", counts.properties, "void:triples"),
    ):
        for term, found in sorted(terms.items()):
            partition = f"{iri}-{kind}-{percent_encode(compress(term)).replace('/', '.')}"
            yield iri, f"void:{kind}Partition", _node(partition)
            yield partition, "rdf:type", _node("void:Dataset")
            yield partition, f"void:{kind}", _node(term)
            yield partition, number, ox.Literal(len(found))


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
