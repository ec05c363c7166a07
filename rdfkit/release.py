"""A release: Turtle files that WikiPathways' loader takes, their description, and a manifest.

    wikipathways-DATE-rdf-wp.zip       wp/<Organism>/WP364_r142066.ttl: a pathway without its authors
    wikipathways-DATE-rdf-authors.zip  authors/WP364.ttl: its authors, with what their own pages say
    wikipathways-DATE-rdf-pages.zip    pages/<kind>/NAME.ttl: every other page of the site
    pfocr-DATE-rdf.zip                 pfocr/<two hex digits>/FIGID.ttl
    wikipathways.ttl.gz, pfocr.ttl.gz  all pages of a site, one after the other
    graphs.ttl.gz                      what is no page: provenance, links, ontologies
    wikipathways-rdf-void.ttl, pfocr.ttl (the vocabulary), queries.ttl, manifest.json

The zips together with graphs.ttl.gz are the whole graph, and so are the three .ttl.gz. Those that would hold nothing
are not written. Every .ttl stands for itself: no @base, no blank nodes, the same prefixes everywhere. So any of them
one after the other are Turtle too, of the same graph. The same store and date give the same bytes.
"""

from __future__ import annotations

import datetime
import gzip
import hashlib
import json
import os
import re
import shutil
import zipfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from itertools import chain
from pathlib import Path
from typing import TypeGuard
from urllib.parse import quote, unquote

import filelock
import pyoxigraph as ox

import rdfkit
from rdfkit import provenance, resources
from rdfkit.errors import ExportError
from rdfkit.formats import of_name
from rdfkit.identifiers import expand
from rdfkit.pipeline.linkset import LINKSET_GRAPH
from rdfkit.pipeline.progress import Advance, no_progress
from rdfkit.quads import sorted_quads
from rdfkit.queries import library
from rdfkit.query_descriptions import query_triples
from rdfkit.serialization import serialize
from rdfkit.store import StoreProtocol
from rdfkit.store.void import describe, described, site_of

MANIFEST = "manifest.json"
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_UNSAFE = re.compile(r"[^A-Za-z0-9._~-]+")
_TYPE = expand("rdf:type")
_PATHWAY = expand("wp:Pathway")
_ORGANISM = expand("wp:organismName")
_USER = expand("user:")
_VERSION_STARTS = expand("wikipathways:")
_AUTHOR_PROPERTIES = frozenset(map(expand, ("dc:creator", "wp:hasAuthorship")))
_LINKSET = ox.NamedNode(expand("pfocr:linkset"))
_TURTLE = of_name("turtle")
# The zips: the dataset each belongs to, and its name on a day.
_ZIPS = {
    "wp": ("wikipathways", "wikipathways-{day}-rdf-wp.zip"),
    "authors": ("wikipathways", "wikipathways-{day}-rdf-authors.zip"),
    "pages": ("wikipathways", "wikipathways-{day}-rdf-pages.zip"),
    "pfocr": ("pfocr", "pfocr-{day}-rdf.zip"),
}
# How many subjects of a graph that is no page are sorted at once: that of all files has millions of quads.
_SUBJECTS = 5_000
# The years that the time of a file in a zip can have.
_YEARS = range(1980, 2108)
_MODE = 0o644 << 16
_UNIX = 3


@dataclass(frozen=True, slots=True)
class ReleaseFile:
    """One file of a release: its name, SHA-256 in hex, size in bytes, and the Turtle files and triples in it."""

    name: str
    sha256: str
    bytes: int
    files: int
    triples: int


@dataclass(frozen=True, slots=True)
class Release:
    """What was written: the folder, the date, and the files in the order of their names."""

    folder: Path
    date: datetime.date
    files: tuple[ReleaseFile, ...]


def read_date(text: str) -> datetime.date:
    """The day of a text such as 2026-11-20. Raises ExportError for what is no day, or none that a zip can have."""
    try:
        if _DAY.fullmatch(text):
            return _checked(datetime.date.fromisoformat(text))
    except ValueError:
        pass
    raise ExportError(f'"{text}" is no date', key="--date", value=text, expected="a day such as 2026-11-20")


def write_release(
    store: StoreProtocol, folder: str | Path, date: datetime.date, progress: Advance = no_progress
) -> Release:
    """Writes the release of a store into a folder, which may be new, empty, or hold an earlier release.

    The files are written beside the folder and switched in when all are there. Raises ExportError when the folder
    holds anything else or cannot be written, when another release is being written there, and for a day that a zip
    cannot have (before 1980); the folder is then as it was.
    """
    _checked(date)
    try:
        _check_target(Path(folder))
        target = Path(folder).resolve()
        target.parent.mkdir(parents=True, exist_ok=True)
        with _alone(target), _aside(target) as aside:
            files, pages = _write_all(store, aside, date, progress)
            _write_manifest(files, pages, aside, date)
            _switch(aside, target)
    except filelock.Timeout as error:
        raise ExportError(
            "another release is being written here; nothing was changed", path=str(folder)
        ) from error
    except OSError as error:
        raise ExportError(f"cannot be written: {error.strerror or error}", path=str(folder)) from error
    return Release(Path(folder), date, tuple(files))


def _checked(date: datetime.date) -> datetime.date:
    if date.year not in _YEARS:
        raise ExportError(
            f'"{date}" is no date that a zip can hold',
            key="--date",
            value=date.isoformat(),
            expected=f"a day from {_YEARS[0]} to {_YEARS[-1]}",
        )
    return date


# --- what goes where ---


def _write_all(
    store: StoreProtocol, aside: Path, date: datetime.date, progress: Advance
) -> tuple[list[ReleaseFile], Mapping[str, int]]:
    """Writes all files but the manifest; gives them by name, and the number of pages of each kind."""
    kinds = _kinds(store)
    site = site_of(kinds)
    graphs = sorted((graph for graph in store.graphs() if isinstance(graph, ox.NamedNode)), key=str)
    sites = [(graph, site(graph.value)) for graph in graphs]
    of_sites = [(graph, name) for graph, name in sites if name is not None]
    others = [graph for graph, name in sites if name is None]
    pages: Counter[str] = Counter()
    with ExitStack() as stack:
        zips = {
            key: _Zip(stack, aside / name.format(day=f"{date:%Y%m%d}"), date)
            for key, (_, name) in _ZIPS.items()
        }
        whole = {name: _Gzip(stack, aside / f"{name}.ttl.gz") for name in ("wikipathways", "pfocr", "graphs")}
        for index, (graph, name) in enumerate(of_sites):
            quads = sorted_quads(store.quads(graph))
            kind = kinds.get(graph.value, "document")
            text = serialize(quads, _TURTLE)
            whole[name].add(text, len(quads))
            pages[kind] += 1
            for key, member, part in _members(name, kind, graph.value, quads, store):
                zips[key].add(member, text if part is quads else serialize(part, _TURTLE), len(part))
            progress("writing pages", index + 1, len(of_sites))
        for index, graph in enumerate(others):
            for quads in _slices(store, graph):
                whole["graphs"].add(serialize(quads, _TURTLE), len(quads))
            progress("writing other graphs", index + 1, len(others))
    packed: list[_Zip | _Gzip] = [*zips.values(), *whole.values()]
    written = [one.described() for one in packed if one.files]
    descriptions = list(_descriptions(store, aside, date, {file.name for file in written}))
    progress("describing", 1, 1)
    return sorted([*written, *descriptions], key=lambda file: file.name), dict(sorted(pages.items()))


def _slices(store: StoreProtocol, graph: ox.NamedNode) -> Iterator[list[ox.Quad]]:
    """The quads of a graph, sorted, of some thousand subjects at a time."""
    subjects = sorted({quad.subject for quad in store.quads(graph)}, key=str)
    for start in range(0, len(subjects), _SUBJECTS):
        wanted = subjects[start : start + _SUBJECTS]
        yield sorted_quads(quad for subject in wanted for quad in store.quads(graph, subject))


def _members(
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


def _kinds(store: StoreProtocol) -> Mapping[str, str]:
    kind = expand("dcterms:type")
    found = store.quads(provenance.PROVENANCE_GRAPH)
    return {_iri(quad.subject): _value(quad) for quad in found if quad.predicate.value == kind}


def _descriptions(
    store: StoreProtocol, aside: Path, date: datetime.date, names: set[str]
) -> Iterator[ReleaseFile]:
    zips = {name.format(day=f"{date:%Y%m%d}"): site for site, name in _ZIPS.values()}
    owners = {**zips, "wikipathways.ttl.gz": "wikipathways", "pfocr.ttl.gz": "pfocr"}
    downloads = {site: sorted(name for name in names if owners.get(name) == site) for site in owners.values()}
    about_datasets = describe(
        described(store, provenance.PROVENANCE_GRAPH),
        provenance.PROVENANCE_GRAPH,
        created=date,
        downloads=downloads,
        linked=store.has_graph(LINKSET_GRAPH),
    )
    # Who makes links says what they are; here it stands beside the datasets that they join.
    linkset = store.triples(subject=_LINKSET)
    everything = _as_quads(chain((quad.triple for quad in about_datasets), linkset))
    yield _write_turtle(aside / "wikipathways-rdf-void.ttl", everything)
    queries = query_triples(library().values())
    yield _write_turtle(aside / "queries.ttl", _as_quads(queries))
    vocabulary = ox.parse(resources.vocabulary_file().read_bytes(), ox.RdfFormat.TURTLE)
    yield _write_turtle(aside / "pfocr.ttl", _as_quads(quad.triple for quad in vocabulary))


def _as_quads(triples: Iterable[ox.Triple]) -> list[ox.Quad]:
    return sorted_quads(ox.Quad(triple.subject, triple.predicate, triple.object) for triple in triples)


# --- files ---


class _Zip:
    """A zip of Turtle files whose bytes depend on nothing but its content and a day. Made by the first file."""

    def __init__(self, stack: ExitStack, path: Path, date: datetime.date) -> None:
        self.path = path
        self.files = self.triples = 0
        self._stack = stack
        self._zip: zipfile.ZipFile | None = None
        self._names: set[str] = set()
        self._day = (date.year, date.month, date.day, 0, 0, 0)

    def add(self, name: str, text: bytes, triples: int) -> None:
        """Adds a Turtle file; a name that is taken, whatever its case, gets a number."""
        if self._zip is None:
            self._zip = self._stack.enter_context(zipfile.ZipFile(self.path, "w", zipfile.ZIP_DEFLATED))
        stem, number, unique = name.removesuffix(".ttl"), 2, name
        while unique.casefold() in self._names:
            unique, number = f"{stem}-{number}.ttl", number + 1
        self._names.add(unique.casefold())
        info = zipfile.ZipInfo(unique, self._day)
        info.compress_type, info.external_attr, info.create_system = zipfile.ZIP_DEFLATED, _MODE, _UNIX
        self._zip.writestr(info, text)
        self.files += 1
        self.triples += triples

    def described(self) -> ReleaseFile:
        """The file, once it is closed."""
        return _described(self.path, self.files, self.triples)


class _Gzip:
    """Turtle files one after the other, gzipped without a name or a time. Made by the first file."""

    def __init__(self, stack: ExitStack, path: Path) -> None:
        self.path = path
        self.files = self.triples = 0
        self._stack = stack
        self._stream: gzip.GzipFile | None = None

    def add(self, text: bytes, triples: int) -> None:
        """Adds a Turtle file."""
        if self._stream is None:
            raw = self._stack.enter_context(self.path.open("wb"))
            packed = gzip.GzipFile(filename="", mode="wb", fileobj=raw, mtime=0)
            self._stream = self._stack.enter_context(packed)
        self._stream.write(text)
        self.files += 1
        self.triples += triples

    def described(self) -> ReleaseFile:
        """The file, once it is closed."""
        return _described(self.path, self.files, self.triples)


def _write_turtle(path: Path, quads: list[ox.Quad]) -> ReleaseFile:
    path.write_bytes(serialize(quads, _TURTLE))
    return _described(path, 1, len(quads))


def _described(path: Path, files: int, triples: int) -> ReleaseFile:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return ReleaseFile(path.name, digest, path.stat().st_size, files, triples)


def _write_manifest(
    files: Iterable[ReleaseFile], pages: Mapping[str, int], aside: Path, date: datetime.date
) -> None:
    described = {
        "rdfkit": rdfkit.__version__,
        "date": date.isoformat(),
        "pages": pages,
        "files": [asdict(file) for file in files],
    }
    text = json.dumps(described, ensure_ascii=False, indent=1) + "\n"
    (aside / MANIFEST).write_text(text, encoding="utf-8")


# --- the folder ---


@contextmanager
def _alone(target: Path) -> Iterator[None]:
    """Holds a lock beside the folder, so that two releases do not write into each other's files."""
    path = _beside(target, "lock")
    with filelock.FileLock(path, timeout=0):
        try:
            yield
        finally:
            path.unlink(missing_ok=True)


@contextmanager
def _aside(target: Path) -> Iterator[Path]:
    """A new folder beside the target, gone at the end. First what a killed run left is put right."""
    old, aside = _beside(target, "old"), _beside(target, "partial")
    if old.exists() and not target.exists():
        old.rename(target)
    shutil.rmtree(aside, ignore_errors=True)
    aside.mkdir()
    try:
        yield aside
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def _check_target(target: Path) -> None:
    if not target.exists():
        return
    strangers = _strangers(target) if target.is_dir() else {target.name}
    if strangers:
        raise ExportError(
            "holds something else than a release; nothing was changed",
            path=str(target),
            value=min(strangers),
            expected="a new or empty folder, or that of an earlier release",
        )
    if os.path.ismount(target):
        raise ExportError(
            "is where a disk is mounted, so no other folder can take its place; nothing was changed",
            path=str(target),
            expected="a folder within it",
        )


def _strangers(folder: Path) -> set[str]:
    """The names in a folder that its manifest does not tell."""
    found = {path.name for path in folder.iterdir()}
    try:
        manifest = json.loads((folder / MANIFEST).read_bytes())
        return found - {MANIFEST} - {file["name"] for file in manifest["files"]}
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return found


def _switch(aside: Path, target: Path) -> None:
    old = _beside(target, "old")
    shutil.rmtree(old, ignore_errors=True)
    if target.exists():
        target.rename(old)
    try:
        aside.rename(target)
    except OSError:
        if old.exists():
            old.rename(target)
        raise
    shutil.rmtree(old, ignore_errors=True)


def _beside(target: Path, what: str) -> Path:
    return target.with_name(f".{target.name}.{what}")


def _safe(name: str) -> str:
    """A file name without anything that a path could do harm with."""
    return _UNSAFE.sub(lambda found: quote(found[0], safe=""), name).lstrip(".")[:200] or "page"
