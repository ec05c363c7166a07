"""What each file of a release holds: which graphs are of which pathways, authors and descriptions."""

from __future__ import annotations

import datetime
import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from pathlib import Path
from typing import TypeGuard
from urllib.parse import quote, unquote

import pyoxigraph as ox

from rdfkit import package_data
from rdfkit.publishing.release.archives import ReleaseFile, write_turtle
from rdfkit.rdf.graphs import LINKSET_GRAPH, PROVENANCE_GRAPH
from rdfkit.rdf.identifiers import expand
from rdfkit.rdf.quads import sorted_quads
from rdfkit.sparql.library import library
from rdfkit.sparql.library_rdf import query_triples
from rdfkit.store import StoreProtocol
from rdfkit.store.void import describe, described

_UNSAFE = re.compile(r"[^A-Za-z0-9._~-]+")
_TYPE = expand("rdf:type")
_PATHWAY = expand("wp:Pathway")
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


def members(
    site: str, kind: str, graph: str, quads: list[ox.Quad], store: StoreProtocol
) -> Iterator[tuple[str, str, list[ox.Quad]]]:
    """The zip, the name and the quads of each Turtle file that a page becomes."""
    version = _pathway_version(quads) if kind == "pathway" else None
    name = _safe(unquote(graph.rpartition("/")[2].removesuffix(".html")))
    if version is not None:
        yield from _pathway_members(version, quads, store)
    elif site == "pfocr":
        yield "pfocr", f"pfocr/{hashlib.sha256(name.encode()).hexdigest()[:2]}/{name}.ttl", quads
    else:
        yield "pages", f"pages/{_safe(kind)}/{name}.ttl", quads


def _pathway_version(quads: list[ox.Quad]) -> str | None:
    """The pathway version that a page describes."""
    types = (quad for quad in quads if quad.predicate.value == _TYPE and _value(quad) == _PATHWAY)
    return next((_iri(quad.subject) for quad in types), None)


def _pathway_members(
    version: str, quads: list[ox.Quad], store: StoreProtocol
) -> Iterator[tuple[str, str, list[ox.Quad]]]:
    name = version.removeprefix(_VERSION_STARTS)
    organisms = [_value(quad) for quad in quads if quad.predicate.value == _ORGANISM]
    organism = _safe(organisms[0].replace(" ", "_")) if organisms else "Unknown"
    authors = [quad for quad in quads if _is_of_author(quad)]
    yield "wp", f"wp/{organism}/{_safe(name)}.ttl", [quad for quad in quads if not _is_of_author(quad)]
    here = {quad.triple for quad in authors}
    people = [person for person in {triple.subject for triple in here} if _is_person(person)]
    known = (triple for person in people for triple in store.triples(subject=person))
    # What a person has done elsewhere is said in the files of the other pathways.
    own = {triple for triple in known if triple.predicate.value not in _AUTHOR_PROPERTIES}
    if here:
        yield "authors", f"authors/{_safe(name.partition('_')[0])}.ttl", _as_quads(here | own)


def _is_of_author(quad: ox.Quad) -> bool:
    return quad.predicate.value in _AUTHOR_PROPERTIES or _is_person(quad.subject)


def _is_person(term: ox.NamedNode | ox.BlankNode | ox.Triple) -> TypeGuard[ox.NamedNode]:
    """Whether a term is a user, or an authorship of one."""
    return isinstance(term, ox.NamedNode) and term.value.startswith(_USER)


def _iri(term: object) -> str:
    return term.value if isinstance(term, ox.NamedNode) else ""


def _value(quad: ox.Quad) -> str:
    return quad.object.value if isinstance(quad.object, ox.NamedNode | ox.Literal) else ""


def kinds_of(store: StoreProtocol) -> Mapping[str, str]:
    """The kind of page of each graph, as the provenance graph has it."""
    kind = expand("dcterms:type")
    found = store.quads(PROVENANCE_GRAPH)
    return {_iri(quad.subject): _value(quad) for quad in found if quad.predicate.value == kind}


def member_descriptions(
    store: StoreProtocol, aside: Path, date: datetime.date, names: set[str]
) -> Iterator[ReleaseFile]:
    """Writes the descriptions: VoID of the datasets, the queries, the vocabulary. `names` are the archives there."""
    zips = {name.format(day=f"{date:%Y%m%d}"): site for site, name in ZIPS.values()}
    owners = {**zips, "wikipathways.ttl.gz": "wikipathways", "pfocr.ttl.gz": "pfocr"}
    downloads = {site: sorted(name for name in names if owners.get(name) == site) for site in owners.values()}
    about_datasets = describe(
        described(store, PROVENANCE_GRAPH),
        PROVENANCE_GRAPH,
        created=date,
        downloads=downloads,
        linked=store.has_graph(LINKSET_GRAPH),
    )
    # Who makes links says what they are; here it stands beside the datasets that they join.
    linkset = store.triples(subject=LINKSET_GRAPH)
    everything = _as_quads(chain((quad.triple for quad in about_datasets), linkset))
    yield write_turtle(aside / "wikipathways-rdf-void.ttl", everything)
    queries = query_triples(library().values())
    yield write_turtle(aside / "queries.ttl", _as_quads(queries))
    vocabulary = ox.parse(package_data.vocabulary_file().read_bytes(), ox.RdfFormat.TURTLE)
    yield write_turtle(aside / "pfocr.ttl", _as_quads(quad.triple for quad in vocabulary))


def _as_quads(triples: Iterable[ox.Triple]) -> list[ox.Quad]:
    return sorted_quads(ox.Quad(triple.subject, triple.predicate, triple.object) for triple in triples)


def _safe(name: str) -> str:
    """A file name without anything that a path could do harm with."""
    return _UNSAFE.sub(lambda found: quote(found[0], safe=""), name).lstrip(".")[:200] or "page"
