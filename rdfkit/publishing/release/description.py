"""How a release describes itself: each dataset, its version of that day, and the files it is in.

The levels are those of the HCLS profile, https://www.w3.org/TR/hcls-dataset/: a dataset whatever its version (summary),
its versions, their distributions. Dates, numbers, partitions and linksets are a version's, so that the descriptions
of two releases say nothing that contradicts. DCAT 3 (https://www.w3.org/TR/vocab-dcat-3/) has the terms for files.
"""

from __future__ import annotations

import datetime
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import quote, urlsplit

import pyoxigraph as ox

from rdfkit.errors import ExportError
from rdfkit.publishing.release.archives import ReleaseFile
from rdfkit.rdf.graphs import LINKSET_GRAPH, PROVENANCE_GRAPH
from rdfkit.rdf.identifiers import expand
from rdfkit.rdf.iris import is_iri, percent_encode
from rdfkit.rdf.terms import Term
from rdfkit.store import StoreProtocol
from rdfkit.store.catalogue import DatasetFacts, datasets, linksets
from rdfkit.store.statistics import Counts
from rdfkit.store.void import describe, described
from rdfkit.store.void_statements import (
    CC0,
    Statement,
    facts,
    linkset,
    linkset_iri,
    node,
    numbers,
    part,
)

_MEDIA_TYPES = "https://www.iana.org/assignments/media-types/"
# What is said of a linkset that its version says otherwise.
_ENDS = frozenset(map(expand, ("void:subjectsTarget", "void:objectsTarget")))
_SUBSET = ox.NamedNode(expand("void:subset"))


@dataclass(frozen=True, slots=True)
class Publication:
    """What only who publishes a release knows: the address of its folder, that of a SPARQL endpoint with the same data,
    and the day of the release before.

    Raises ExportError for what is no address.
    """

    base_url: str | None = None
    sparql_endpoint: str | None = None
    previous: datetime.date | None = None

    def __post_init__(self) -> None:
        """Checks the addresses."""
        for key, value in (("--base-url", self.base_url), ("--sparql-endpoint", self.sparql_endpoint)):
            if value is not None and not _is_address(value):
                raise ExportError(
                    f'"{value}" is no address', key=key, value=value, expected="https://… or http://…"
                )

    def address(self, file: str = "") -> str | None:
        """The address of a file of the release, or of its folder."""
        return None if self.base_url is None else f"{self.base_url.rstrip('/')}/{quote(file)}"


@dataclass(frozen=True, slots=True)
class Made:
    """What a release was made of: its day, the counts of its datasets, the commits of their sources, their files."""

    day: datetime.date
    counts: Mapping[str, Counts]
    commits: Mapping[str, Collection[str]] = field(default_factory=dict)
    files: Mapping[str, Sequence[ReleaseFile]] = field(default_factory=dict)

    def version(self, dataset: DatasetFacts, day: datetime.date | None = None) -> str:
        """The IRI of a dataset's version of this day, or of another."""
        return dataset.version.format(day=f"{day or self.day:%Y%m%d}")


def own_descriptions(store: StoreProtocol) -> set[ox.Triple]:
    """What the store says of its datasets and of the linkset between them, which a release says of its version."""
    told = {quad.triple for quad in describe(described(store, PROVENANCE_GRAPH), PROVENANCE_GRAPH)}
    told.update(store.triples(subject=LINKSET_GRAPH))
    told.update(store.triples(_SUBSET, value=LINKSET_GRAPH))
    return told


def release_statements(store: StoreProtocol, made: Made, publication: Publication) -> Iterator[Statement]:
    """The descriptions of the datasets in a release and of their versions."""
    for name, dataset in datasets().items():
        if name in made.counts and made.counts[name].properties:
            yield from facts(dataset, dataset.iri)
            yield dataset.iri, "dcterms:title", ox.Literal(dataset.title, language="en")
            yield dataset.iri, "dcterms:hasVersion", node(made.version(dataset))
            yield from _version(dataset, made, publication)
            if name == "pfocr":
                yield from _overlaps(store, dataset, made)


def _version(dataset: DatasetFacts, made: Made, publication: Publication) -> Iterator[Statement]:
    iri, counts, day = made.version(dataset), made.counts[dataset.name], _date(made.day)
    yield from facts(dataset, iri)
    yield iri, "dcterms:title", ox.Literal(f"{dataset.title}, {made.day}", language="en")
    yield iri, "dcterms:isVersionOf", node(dataset.iri)
    yield iri, "pav:version", ox.Literal(f"{made.day:%Y%m%d}")
    yield iri, "pav:createdOn", day
    yield iri, "dcterms:issued", day
    if publication.previous is not None:
        yield iri, "pav:previousVersion", node(made.version(dataset, publication.previous))
    if publication.sparql_endpoint is not None:
        yield iri, "void:sparqlEndpoint", node(publication.sparql_endpoint)
    yield from _sources(iri, dataset, made.commits.get(dataset.name, ()))
    yield from numbers(iri, counts)
    for one in linksets():
        if one.dataset == dataset.name and counts.links.get(one.key):
            yield from linkset(iri, one, counts.links[one.key])
            yield linkset_iri(iri, one.name), "pav:createdOn", day
    for file in made.files.get(dataset.name, ()):
        yield from _distribution(iri, file, day, publication)


def _sources(iri: str, dataset: DatasetFacts, commits: Iterable[str]) -> Iterator[Statement]:
    """The repository of the dataset, and the commits whose pages a version was made of.

    A commit may be one of a fork, so it is named by its hash and has no address.
    """
    yield iri, "pav:importedFrom", node(dataset.repository)
    for commit in sorted(commits):
        source = part(iri, f"commit-{commit}")
        yield iri, "prov:wasDerivedFrom", node(source)
        yield source, "rdf:type", node("prov:Entity")
        yield source, "pav:version", ox.Literal(commit)


def _distribution(
    iri: str, file: ReleaseFile, day: ox.Literal, publication: Publication
) -> Iterator[Statement]:
    """A file that holds (a part of) a version. Where it lies is said when it is known."""
    distribution = part(iri, f"file-{percent_encode(file.name)}")
    packed = file.name.endswith(".zip")
    yield iri, "dcat:distribution", node(distribution)
    yield distribution, "rdf:type", node("dcat:Distribution")
    yield distribution, "dcterms:title", ox.Literal(file.name)
    yield distribution, "dcterms:license", node(CC0)
    yield distribution, "dcterms:issued", day
    yield distribution, "dcat:mediaType", node(f"{_MEDIA_TYPES}text/turtle")
    packing = "dcat:packageFormat" if packed else "dcat:compressFormat"
    yield distribution, packing, node(f"{_MEDIA_TYPES}application/{'zip' if packed else 'gzip'}")
    yield distribution, "dcat:byteSize", _typed(str(file.bytes), "xsd:nonNegativeInteger")
    yield distribution, "void:triples", ox.Literal(file.triples)
    checksum = f"{distribution}-checksum"
    yield distribution, "spdx:checksum", node(checksum)
    yield checksum, "rdf:type", node("spdx:Checksum")
    yield checksum, "spdx:algorithm", node("spdx:checksumAlgorithm_sha256")
    yield checksum, "spdx:checksumValue", _typed(file.sha256, "xsd:hexBinary")
    address, folder = publication.address(file.name), publication.address()
    if address is not None and folder is not None:
        yield distribution, "dcat:downloadURL", node(address)
        yield distribution, "dcat:accessURL", node(folder)
        yield iri, "void:dataDump", node(address)


def _overlaps(store: StoreProtocol, figures: DatasetFacts, made: Made) -> Iterator[Statement]:
    """The linkset of figures and pathways, as who made it describes it, between these versions."""
    version = made.version(figures)
    iri = linkset_iri(version, "pathways")
    ends = {one.iri: made.version(one) for one in datasets().values()}
    told = list(store.triples(subject=LINKSET_GRAPH))
    for triple in told:
        value = triple.object
        if triple.predicate.value in _ENDS:
            value = ox.NamedNode(ends.get(_text(value), _text(value)))
        if isinstance(value, ox.NamedNode | ox.Literal):
            yield iri, triple.predicate.value, value
    if told:
        yield version, "void:subset", node(iri)
        yield iri, "pav:createdOn", _date(made.day)


def _text(term: Term) -> str:
    return term.value if isinstance(term, ox.NamedNode | ox.Literal) else ""


def _is_address(text: str) -> bool:
    return is_iri(text) and urlsplit(text).scheme in ("http", "https") and bool(urlsplit(text).netloc)


def _date(day: datetime.date) -> ox.Literal:
    return _typed(day.isoformat(), "xsd:date")


def _typed(text: str, datatype: str) -> ox.Literal:
    return ox.Literal(text, datatype=node(datatype))
