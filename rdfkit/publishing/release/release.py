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
import json
import os
import re
import shutil
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Set
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

import filelock
import pyoxigraph as ox

from rdfkit.errors import ExportError
from rdfkit.pipeline.progress import Advance, no_progress
from rdfkit.publishing.release.archives import TURTLE, Archive, Gzip, ReleaseFile, Zip
from rdfkit.publishing.release.contents import (
    ZIPS,
    People,
    files_of_datasets,
    member_descriptions,
    members,
    sources_of,
)
from rdfkit.publishing.release.description import Made, Publication, own_descriptions
from rdfkit.rdf.graphs import PROVENANCE_GRAPH
from rdfkit.rdf.quads import sorted_graph
from rdfkit.rdf.serializer import serialize
from rdfkit.store import StoreProtocol
from rdfkit.store.page_graphs import PageGraphs, all_shared_graphs
from rdfkit.store.void import described, site_of
from rdfkit.version import __version__

MANIFEST = "manifest.json"
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
# How many subjects of a graph that is no page are sorted at once: that of all files has millions of quads.
_SUBJECTS = 5_000
# The years that the time of a file in a zip can have.
_YEARS = range(1980, 2108)


@dataclass(frozen=True, slots=True)
class Release:
    """What was written: the folder, the date, and the files in the order of their names."""

    folder: Path
    date: datetime.date
    files: tuple[ReleaseFile, ...]


def read_date(text: str, key: str = "--date") -> datetime.date:
    """The day of a text such as 2026-11-20, for an option. Raises ExportError for what is none that a zip can have."""
    try:
        if _DAY.fullmatch(text):
            return _checked(datetime.date.fromisoformat(text), key)
    except ValueError:
        pass
    raise ExportError(f'"{text}" is no date', key=key, value=text, expected="a day such as 2026-11-20")


def write_release(
    store: StoreProtocol,
    folder: str | Path,
    date: datetime.date,
    progress: Advance = no_progress,
    publication: Publication | None = None,
) -> Release:
    """Writes the release of a store into a folder, which may be new, empty, or hold an earlier release.

    `publication` says where it will lie and what came before, as far as that is known.

    The files are written beside the folder and switched in when all are there. Raises ExportError when the folder
    holds anything else or cannot be written, when another release is being written there, for a day that a zip cannot
    have (before 1980), and when the release before is not before; the folder is then as it was.
    """
    _checked(date)
    told = publication or Publication()
    if told.previous is not None and told.previous >= date:
        raise ExportError(
            f"the release before is of {told.previous}, and this one of {date}",
            key="--previous",
            value=told.previous.isoformat(),
            expected="an earlier day",
        )
    try:
        _check_target(Path(folder))
        target = Path(folder).resolve()
        target.parent.mkdir(parents=True, exist_ok=True)
        with _alone(target), _aside(target) as aside:
            files, pages = _write_all(store, aside, date, told, progress)
            _write_manifest(files, pages, aside, date)
            _switch(aside, target)
    except filelock.Timeout as error:
        raise ExportError(
            "another release is being written here; nothing was changed", path=str(folder)
        ) from error
    except OSError as error:
        raise ExportError(f"cannot be written: {error.strerror or error}", path=str(folder)) from error
    return Release(Path(folder), date, tuple(files))


def _checked(date: datetime.date, key: str = "--date") -> datetime.date:
    if date.year not in _YEARS:
        raise ExportError(
            f'"{date}" is no date that a zip can hold',
            key=key,
            value=date.isoformat(),
            expected=f"a day from {_YEARS[0]} to {_YEARS[-1]}",
        )
    return date


# --- what goes where ---


def _write_all(
    store: StoreProtocol, aside: Path, date: datetime.date, publication: Publication, progress: Advance
) -> tuple[list[ReleaseFile], Mapping[str, int]]:
    """Writes all files but the manifest; gives them by name, and the number of pages of each kind."""
    kinds, commits = sources_of(store)
    people = People(store)
    site = site_of(kinds)
    graphs = sorted((graph for graph in store.graphs() if isinstance(graph, ox.NamedNode)), key=str)
    sites = [(graph, site(graph.value)) for graph in graphs]
    shared = all_shared_graphs()
    of_sites = [(graph, name) for graph, name in sites if name is not None and graph.value not in shared]
    others = [graph for graph, name in sites if name is None or graph.value in shared]
    page_graphs = PageGraphs(store)
    pages: Counter[str] = Counter()
    with ExitStack() as stack:
        zips = {
            key: Zip(stack, aside / name.format(day=f"{date:%Y%m%d}"), date)
            for key, (_, name) in ZIPS.items()
        }
        whole = {name: Gzip(stack, aside / f"{name}.ttl.gz") for name in ("wikipathways", "pfocr", "graphs")}
        for index, (graph, name) in enumerate(of_sites):
            quads = sorted_graph(page_graphs.quads(graph))
            kind = kinds.get(graph.value, "document")
            text = serialize(quads, TURTLE)
            whole[name].add(text, len(quads))
            pages[kind] += 1
            for key, member, part in members(name, kind, graph.value, quads, people):
                zips[key].add(member, text if part is quads else serialize(part, TURTLE), len(part))
            progress("writing pages", index + 1, len(of_sites))
        described_anew = own_descriptions(store)
        for index, graph in enumerate(others):
            for quads in _slices(store, graph, described_anew):
                whole["graphs"].add(serialize(quads, TURTLE), len(quads))
            progress("writing other graphs", index + 1, len(others))
    archives: list[Archive] = [*zips.values(), *whole.values()]
    written = [one.described() for one in archives if one.files]
    versions: dict[str, set[str]] = defaultdict(set)
    for graph, name in of_sites:
        if graph.value in commits:
            versions[name].add(commits[graph.value])
    made = Made(date, described(store, PROVENANCE_GRAPH), versions, files_of_datasets(written, date))
    descriptions = list(member_descriptions(store, aside, made, publication))
    progress("describing", 1, 1)
    return sorted([*written, *descriptions], key=lambda file: file.name), dict(sorted(pages.items()))


def _slices(store: StoreProtocol, graph: ox.NamedNode, left_out: Set[ox.Triple]) -> Iterator[list[ox.Quad]]:
    """The quads of a graph but for some triples, sorted, of some thousand subjects at a time."""
    subjects = sorted({quad.subject for quad in store.quads(graph)}, key=str)
    for start in range(0, len(subjects), _SUBJECTS):
        wanted = subjects[start : start + _SUBJECTS]
        found = (quad for subject in wanted for quad in store.quads(graph, subject))
        if quads := sorted_graph(quad for quad in found if quad.triple not in left_out):
            yield quads


# --- files ---


def _write_manifest(
    files: Iterable[ReleaseFile], pages: Mapping[str, int], aside: Path, date: datetime.date
) -> None:
    described = {
        "rdfkit": __version__,
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
