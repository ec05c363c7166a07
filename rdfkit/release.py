"""A release: Turtle files that WikiPathways' loader takes, their description, and a manifest.

    wikipathways-DATE-rdf-wp.zip       wp/<Organism>/WP364_r142066.ttl: a pathway without its authors
    wikipathways-DATE-rdf-authors.zip  authors/WP364.ttl: its authors, with what their own pages say
    wikipathways-DATE-rdf-pages.zip    pages/<kind>/NAME.ttl: every other page of the site
    pfocr-DATE-rdf.zip                 pfocr/<two hex digits>/FIGID.ttl
    wikipathways.ttl.gz, pfocr.ttl.gz  all pages of a site, one after the other
    graphs.ttl.gz                      what is no page: provenance, links, ontologies
    wikipathways-rdf-void.ttl, pfocr.ttl (the vocabulary), queries.ttl, manifest.json

Every .ttl stands for itself: no @base, no blank nodes, the same prefixes everywhere. So any of them one after the
other are Turtle too, of the same graph. The same store and date give the same bytes.
"""

from __future__ import annotations

import datetime
import gzip
import hashlib
import io
import json
import re
import shutil
import zipfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TypeGuard, cast
from urllib.parse import quote, unquote

import pyoxigraph as ox

import rdfkit
from rdfkit import provenance, resources
from rdfkit.conversion import Advance, no_progress
from rdfkit.errors import ExportError
from rdfkit.formats import of_name
from rdfkit.identifiers import expand
from rdfkit.quads import sorted_quads
from rdfkit.queries import library
from rdfkit.query_descriptions import query_triples
from rdfkit.serialization import serialize
from rdfkit.store import Store
from rdfkit.void import describe, site_of

MANIFEST = "manifest.json"
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_UNSAFE = re.compile(r"[^A-Za-z0-9._~-]+")
_TYPE = expand("rdf:type")
_PATHWAY = expand("wp:Pathway")
_ORGANISM = expand("wp:organismName")
_USER = expand("user:")
_VERSION_STARTS = expand("wikipathways:")
_AUTHOR_PROPERTIES = frozenset(map(expand, ("dc:creator", "wp:hasAuthorship")))
_TURTLE = of_name("turtle")
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
    """The day of a text such as 2026-11-20. Raises ExportError for what is no day of the calendar."""
    try:
        if _DAY.fullmatch(text):
            return datetime.date.fromisoformat(text)
    except ValueError:
        pass
    raise ExportError(f'"{text}" is no date', key="--date", value=text, expected="a day such as 2026-11-20")


def write_release(
    store: Store, folder: str | Path, date: datetime.date, progress: Advance = no_progress
) -> Release:
    """Writes the release of a store into a folder, which an earlier release may have; any other content is kept.

    The files are written beside the folder and switched in when all are there. Raises ExportError when the folder
    holds something else or cannot be written; it is then as it was.
    """
    target = Path(folder)
    _check_target(target)
    aside = target.with_name(f".{target.name}.partial")
    try:
        shutil.rmtree(aside, ignore_errors=True)
        aside.mkdir(parents=True)
        files = _write_all(store, aside, date, progress)
        _write_manifest(files, _kinds(store), aside, date)
        _switch(aside, target)
    except OSError as error:
        raise ExportError(f"cannot be written: {error.strerror or error}", path=str(target)) from error
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    return Release(target, date, tuple(files))


# --- what goes where ---


def _write_all(store: Store, aside: Path, date: datetime.date, progress: Advance) -> list[ReleaseFile]:
    kinds = _kinds(store)
    site = site_of(kinds)
    graphs = sorted((graph for graph in store.graphs() if isinstance(graph, ox.NamedNode)), key=str)
    stamp = f"{date:%Y%m%d}"
    with ExitStack() as stack:
        packs = {
            "wp": _Zip(stack, aside / f"wikipathways-{stamp}-rdf-wp.zip", date),
            "authors": _Zip(stack, aside / f"wikipathways-{stamp}-rdf-authors.zip", date),
            "pages": _Zip(stack, aside / f"wikipathways-{stamp}-rdf-pages.zip", date),
            "pfocr": _Zip(stack, aside / f"pfocr-{stamp}-rdf.zip", date),
        }
        whole = {name: _Gzip(stack, aside / f"{name}.ttl.gz") for name in ("wikipathways", "pfocr", "graphs")}
        for index, graph in enumerate(graphs):
            quads = sorted_quads(store.quads(graph))
            name = site(graph.value) or "graphs"
            whole[name].add(quads)
            kind = kinds.get(graph.value, "document")
            for pack, member, part in _members(name, kind, graph.value, quads, store):
                packs[pack].add(member, part)
            progress("writing", index + 1, len(graphs))
    written: list[_Zip | _Gzip] = [*packs.values(), *whole.values()]
    return sorted(
        [*(one.described() for one in written), *_descriptions(store, aside, date, kinds)],
        key=lambda file: file.name,
    )


def _members(
    site: str, kind: str, graph: str, quads: list[ox.Quad], store: Store
) -> Iterator[tuple[str, str, list[ox.Quad]]]:
    """The zip, the name and the quads of each Turtle file that a graph becomes."""
    if site == "graphs":
        return
    if kind == "pathway":
        yield from _pathway_members(quads, store)
    elif site == "pfocr":
        name = _safe(unquote(graph.rpartition("/")[2].removesuffix(".html")))
        yield "pfocr", f"pfocr/{hashlib.sha256(name.encode()).hexdigest()[:2]}/{name}.ttl", quads
    else:
        name = _safe(unquote(graph.rpartition("/")[2].removesuffix(".html")))
        yield "pages", f"pages/{kind}/{name}.ttl", quads


def _pathway_members(quads: list[ox.Quad], store: Store) -> Iterator[tuple[str, str, list[ox.Quad]]]:
    version = next(
        _iri(quad.subject) for quad in quads if quad.predicate.value == _TYPE and _value(quad) == _PATHWAY
    )
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


def _kinds(store: Store) -> Mapping[str, str]:
    kind = expand("dcterms:type")
    found = store.quads(provenance.GRAPH)
    return {_iri(quad.subject): _value(quad) for quad in found if quad.predicate.value == kind}


def _descriptions(
    store: Store, aside: Path, date: datetime.date, kinds: Mapping[str, str]
) -> Iterator[ReleaseFile]:
    downloads = {"wikipathways": "wikipathways.ttl.gz", "pfocr": "pfocr.ttl.gz"}
    described = describe(store.quads(), site_of(kinds), provenance.GRAPH, created=date, downloads=downloads)
    yield _write_turtle(aside / "wikipathways-rdf-void.ttl", sorted_quads(described))
    queries = query_triples(library().values())
    yield _write_turtle(aside / "queries.ttl", _as_quads(queries))
    vocabulary = ox.parse(resources.vocabulary_file().read_bytes(), ox.RdfFormat.TURTLE)
    yield _write_turtle(aside / "pfocr.ttl", _as_quads(quad.triple for quad in vocabulary))


def _as_quads(triples: Iterable[ox.Triple]) -> list[ox.Quad]:
    return sorted_quads(ox.Quad(triple.subject, triple.predicate, triple.object) for triple in triples)


# --- files ---


class _Zip:
    """A zip of Turtle files whose bytes depend on nothing but its content and a day."""

    def __init__(self, stack: ExitStack, path: Path, date: datetime.date) -> None:
        self.path = path
        self.files = self.triples = 0
        self._names: set[str] = set()
        self._day = (date.year, date.month, date.day, 0, 0, 0)
        self._zip = stack.enter_context(zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED))

    def add(self, name: str, quads: list[ox.Quad]) -> None:
        """Adds quads as a Turtle file; a name that is taken, whatever its case, gets a number."""
        stem, number, unique = name.removesuffix(".ttl"), 2, name
        while unique.casefold() in self._names:
            unique, number = f"{stem}-{number}.ttl", number + 1
        self._names.add(unique.casefold())
        info = zipfile.ZipInfo(unique, self._day)
        info.compress_type, info.external_attr, info.create_system = zipfile.ZIP_DEFLATED, _MODE, _UNIX
        self._zip.writestr(info, serialize(quads, _TURTLE))
        self.files += 1
        self.triples += len(quads)

    def described(self) -> ReleaseFile:
        """The file, once it is closed."""
        return _described(self.path, self.files, self.triples)


class _Gzip:
    """Turtle files one after the other, gzipped without a name or a time."""

    def __init__(self, stack: ExitStack, path: Path) -> None:
        self.path = path
        self.files = self.triples = 0
        raw = stack.enter_context(path.open("wb"))
        packed = gzip.GzipFile(filename="", mode="wb", fileobj=raw, mtime=0)
        self._stream = stack.enter_context(io.BufferedWriter(cast("io.RawIOBase", packed), 1 << 16))

    def add(self, quads: list[ox.Quad]) -> None:
        """Adds quads as Turtle."""
        self._stream.write(serialize(quads, _TURTLE))
        self.files += 1
        self.triples += len(quads)

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
    files: Iterable[ReleaseFile], kinds: Mapping[str, str], aside: Path, date: datetime.date
) -> None:
    described = {
        "rdfkit": rdfkit.__version__,
        "date": date.isoformat(),
        "pages": dict(sorted(Counter(kind for kind in kinds.values() if kind != "ontology").items())),
        "files": [asdict(file) for file in files],
    }
    text = json.dumps(described, ensure_ascii=False, indent=1) + "\n"
    (aside / MANIFEST).write_text(text, encoding="utf-8")


def _check_target(target: Path) -> None:
    if not target.exists():
        return
    if not target.is_dir() or (any(target.iterdir()) and not (target / MANIFEST).is_file()):
        raise ExportError(
            "holds something else than a release; nothing was changed",
            path=str(target),
            expected="a new or empty folder, or that of an earlier release",
        )


def _switch(aside: Path, target: Path) -> None:
    old = target.with_name(f".{target.name}.old")
    shutil.rmtree(old, ignore_errors=True)
    if target.exists():
        target.rename(old)
    aside.rename(target)
    shutil.rmtree(old, ignore_errors=True)


def _safe(name: str) -> str:
    """A file name without anything that a path could do harm with."""
    return _UNSAFE.sub(lambda found: quote(found[0], safe=""), name).lstrip(".")[:200] or "page"
