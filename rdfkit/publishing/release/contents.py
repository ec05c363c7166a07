"""What each file of a release holds: which graphs are of which pathways, authors and descriptions."""

from __future__ import annotations

import datetime
import hashlib
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TypeGuard
from urllib.parse import unquote

import pyoxigraph as ox

from rdfkit import package_data
from rdfkit.publishing.release.archives import ReleaseFile, write_turtle
from rdfkit.publishing.release.description import Made, Publication, release_statements
from rdfkit.rdf.graphs import PROVENANCE_GRAPH
from rdfkit.rdf.identifiers import expand
from rdfkit.rdf.quads import sorted_quads
from rdfkit.sparql.library import library
from rdfkit.sparql.library_rdf import query_triples
from rdfkit.store import StoreProtocol, void_statements

_UNSAFE = re.compile(r"[^A-Za-z0-9._~-]+")
_TYPE = expand("rdf:type")
_PATHWAY = expand("wp:Pathway")
_KIND = expand("dcterms:type")
_COMMIT = expand("pav:version")
_ORGANISM = expand("wp:organismName")
_USER = expand("user:")
_VERSION_STARTS = expand("wikipathways:")
_AUTHOR_PROPERTIES = frozenset(map(expand, ("dc:creator", "wp:hasAuthorship")))
# The zips: the dataset each belongs to, and its name on a day.
ZIPS = {
    "wp": ("wikipathways", "wikipathways-{day}-rdf-wp.zip"),
    "authors": ("wikipathways", "wikipathways-{day}-rdf-authors.zip"),
    "pages": ("wikipathways", "wikipathways-{day}-rdf-pages.zip"),
    "pfocr": ("pfocr", "pfocr-{day}-rdf.zip"),
}


class People:
    """What a store says of users and their authorships, each looked up once: some have drawn a thousand pathways."""

    def __init__(self, store: StoreProtocol) -> None:
        self._store = store
        self._known: dict[ox.NamedNode, tuple[ox.Triple, ...]] = {}

    def described(self, person: ox.NamedNode) -> tuple[ox.Triple, ...]:
        """What is said of a person, but for what they have done: that is in the files of the pathways."""
        found = self._known.get(person)
        if found is None:
            triples = self._store.triples(subject=person)
            found = tuple(one for one in triples if one.predicate.value not in _AUTHOR_PROPERTIES)
            if _is_user(person):
                self._known[person] = found
        return found


def members(
    site: str, kind: str, graph: str, quads: list[ox.Quad], people: People
) -> Iterator[tuple[str, str, list[ox.Quad]]]:
    """The zip, the name and the quads of each Turtle file that a page becomes."""
    version = _pathway_version(quads) if kind == "pathway" else None
    name = _safe(unquote(graph.rpartition("/")[2].removesuffix(".html")))
    if version is not None:
        yield from _pathway_members(version, quads, people)
    elif site == "pfocr":
        yield "pfocr", f"pfocr/{hashlib.sha256(name.encode()).hexdigest()[:2]}/{name}.ttl", quads
    else:
        yield "pages", f"pages/{_safe(kind)}/{name}.ttl", quads


def _pathway_version(quads: list[ox.Quad]) -> str | None:
    """The pathway version that a page describes."""
    types = (quad for quad in quads if quad.predicate.value == _TYPE and _value(quad) == _PATHWAY)
    return next((_iri(quad.subject) for quad in types), None)


def _pathway_members(
    version: str, quads: list[ox.Quad], people: People
) -> Iterator[tuple[str, str, list[ox.Quad]]]:
    name = version.removeprefix(_VERSION_STARTS)
    organisms = [_value(quad) for quad in quads if quad.predicate.value == _ORGANISM]
    organism = _safe(organisms[0].replace(" ", "_")) if organisms else "Unknown"
    authors = [quad for quad in quads if _is_of_author(quad)]
    yield "wp", f"wp/{organism}/{_safe(name)}.ttl", [quad for quad in quads if not _is_of_author(quad)]
    here = {quad.triple for quad in authors}
    named = {triple.subject for triple in here if _is_person(triple.subject)}
    own = {triple for person in named for triple in people.described(person)}
    if here:
        yield "authors", f"authors/{_safe(name.partition('_')[0])}.ttl", _as_quads(here | own)


def _is_of_author(quad: ox.Quad) -> bool:
    return quad.predicate.value in _AUTHOR_PROPERTIES or _is_person(quad.subject)


def _is_person(term: ox.NamedNode | ox.BlankNode | ox.Triple) -> TypeGuard[ox.NamedNode]:
    """Whether a term is a user, or an authorship of one."""
    return isinstance(term, ox.NamedNode) and term.value.startswith(_USER)


def _is_user(person: ox.NamedNode) -> bool:
    """Whether a person is no authorship, which only its own pathway names."""
    return "/" not in person.value.removeprefix(_USER)


def _iri(term: object) -> str:
    return term.value if isinstance(term, ox.NamedNode) else ""


def _value(quad: ox.Quad) -> str:
    return quad.object.value if isinstance(quad.object, ox.NamedNode | ox.Literal) else ""


def sources_of(store: StoreProtocol) -> tuple[Mapping[str, str], Mapping[str, str]]:
    """The kind of page of each graph, and the commit of its source, as the provenance graph has them."""
    kinds, commits = {}, {}
    for quad in store.quads(PROVENANCE_GRAPH):
        if quad.predicate.value == _KIND:
            kinds[_iri(quad.subject)] = _value(quad)
        elif quad.predicate.value == _COMMIT:
            commits[_iri(quad.subject).partition("#")[0]] = _value(quad)
    return kinds, commits


def files_of_datasets(files: Iterable[ReleaseFile], date: datetime.date) -> Mapping[str, list[ReleaseFile]]:
    """The archives of each dataset."""
    zips = {name.format(day=f"{date:%Y%m%d}"): site for site, name in ZIPS.values()}
    owners = {**zips, "wikipathways.ttl.gz": "wikipathways", "pfocr.ttl.gz": "pfocr"}
    found: dict[str, list[ReleaseFile]] = {site: [] for site in owners.values()}
    for file in files:
        if file.name in owners:
            found[owners[file.name]].append(file)
    return found


def member_descriptions(
    store: StoreProtocol, aside: Path, made: Made, publication: Publication
) -> Iterator[ReleaseFile]:
    """Writes the descriptions: VoID of the datasets, the queries, the vocabulary."""
    about_datasets = void_statements.quads(release_statements(store, made, publication), PROVENANCE_GRAPH)
    yield write_turtle(aside / "wikipathways-rdf-void.ttl", _as_quads(quad.triple for quad in about_datasets))
    queries = query_triples(library().values())
    yield write_turtle(aside / "queries.ttl", _as_quads(queries))
    vocabulary = ox.parse(package_data.vocabulary_file().read_bytes(), ox.RdfFormat.TURTLE)
    yield write_turtle(aside / "pfocr.ttl", _as_quads(quad.triple for quad in vocabulary))


def _as_quads(triples: Iterable[ox.Triple]) -> list[ox.Quad]:
    return sorted_quads(ox.Quad(triple.subject, triple.predicate, triple.object) for triple in triples)


def _safe(name: str) -> str:
    """A file name without anything that a path could do harm with, or that an address has to encode."""
    letters = (one for one in unicodedata.normalize("NFKD", name) if not unicodedata.combining(one))
    return _UNSAFE.sub("_", "".join(letters)).lstrip(".")[:200] or "page"
