"""What several tests use: the seeds, their graph, a store built from them, and the samples of the real sites."""

from __future__ import annotations

import os
import pickle
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from itertools import chain
from pathlib import Path, PurePosixPath
from typing import Any, NamedTuple

import filelock
import pyoxigraph as ox
import pytest
from hypothesis import settings

import rdfkit
from rdfkit.entities.index.indexer import make_labels
from rdfkit.entities.index.search import Labels
from rdfkit.mapping.recognition import UnknownKindError
from rdfkit.pipeline.converter import Mapped, Task, map_task
from rdfkit.pipeline.linkset import Thresholds
from rdfkit.pipeline.scan import scan
from rdfkit.pipeline.state.database import Database
from rdfkit.pipeline.state.files import companions_of
from rdfkit.pipeline.state.pages import pending
from rdfkit.pipeline.summary import Build
from rdfkit.publishing.export import source_store
from rdfkit.rdf.quads import sorted_quads
from rdfkit.report import Report
from rdfkit.sources.discovery import Distinct, SourceFile, sources_of
from rdfkit.sources.locations import normal
from rdfkit.store import Store

# Each build waits until the disk has it, and most tests build: in memory they take a fraction of the time.
_MEMORY, _ENOUGH = Path("/dev/shm"), 4 << 30  # noqa: S108 - pytest makes a folder of its own there
if os.access(_MEMORY, os.W_OK) and shutil.disk_usage(_MEMORY).free > _ENOUGH:
    os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(_MEMORY))

# Test machines are shared, so no example has a deadline. `--hypothesis-profile=thorough` tries more of them.
settings.register_profile("usual", deadline=None, max_examples=100)
settings.register_profile("thorough", deadline=None, max_examples=500)
settings.load_profile("usual")


def share_of_examples(share: float) -> settings:
    """For a rule whose examples are slow: so many of those that other rules get."""
    return settings(max_examples=max(1, round(settings.default.max_examples * share)))


PROJECT = Path(__file__).resolve().parent.parent
SEEDS = PROJECT / "seeds"
CASES = PROJECT / "tests" / "cases"
SAMPLES = PROJECT.parent / "shared" / "data"


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Marks what reads the samples of the real sites: building them takes as long as hundreds of other tests."""
    for item in items:
        if "samples" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.samples)


class Graph(NamedTuple):
    """The quads that a build gives, sorted, with what it found."""

    quads: list[ox.Quad]
    report: Report
    refused: Mapping[str, tuple[str, ...]]
    pages: Mapping[str, int]


def assemble(sources: Iterable[str | Path], **options: Any) -> Graph:
    """The graph of sources, as a build makes it."""
    with source_store(sources, **options) as (store, done):
        return Graph(sorted_quads(store.quads()), done.report, done.refused, done.pages)


def mapped(folders: Iterable[Path]) -> Iterator[Mapped]:
    """The pages in folders, with their tables, each mapped as if it were alone."""
    with tempfile.TemporaryDirectory() as folder, Database(Path(folder)) as database:
        scan(map(str, folders), (), database)
        for page in chain.from_iterable(pending(database, 100)):
            tables = companions_of(database, PurePosixPath(page.file.relative).stem)
            with suppress(UnknownKindError):
                found = map_task(Task(page.file, tuple(tables)), {})
                if found is not None:
                    yield found


def find_sources(places: Iterable[str | Path]) -> list[SourceFile]:
    """The files of all places, each once, sorted within each place by path."""
    seen = Distinct()
    return [source for place in places for source in sources_of(normal(place)) if seen.add(source.path)]


@pytest.fixture(scope="session")
def seed_graph() -> Graph:
    """The checked quads of the seeds."""
    return assemble([SEEDS])


@pytest.fixture(scope="session")
def seed_store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """A store on disk, built from the seeds."""
    folder = tmp_path_factory.mktemp("seeds") / "store"
    rdfkit.build([SEEDS], folder)
    with rdfkit.open_store(folder) as store:
        yield store


@pytest.fixture(scope="session")
def seed_labels(seed_store: Store, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Labels]:
    """The index of the labels of the seeds."""
    with Labels(_index_of(seed_store, tmp_path_factory)) as index:
        yield index


@pytest.fixture(scope="session")
def sample_labels(sample_store: Store, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Labels]:
    """The index of the labels of both sample sites."""
    with Labels(_index_of(sample_store, tmp_path_factory)) as index:
        yield index


def _index_of(store: Store, folders: pytest.TempPathFactory) -> Path:
    path = folders.mktemp("labels") / "labels.sqlite"
    make_labels(store, path)
    return path


@pytest.fixture(scope="session")
def samples() -> Path:
    """The folder of sample pages of the real sites; the test is skipped where it is not."""
    if not SAMPLES.is_dir():
        pytest.skip("the samples of the real sites are not beside this checkout")
    return SAMPLES


@pytest.fixture(scope="session")
def sample_build(samples: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Build, Path]:
    """A build of both sample sites with links, and the folder of its store: one for all processes of a test run."""
    base = tmp_path_factory.getbasetemp()
    # A process of pytest-xdist has a folder of its own within that of the run.
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    folder, summary = shared / "samples-store", shared / "samples-build.pickle"
    with filelock.FileLock(shared / "samples.lock"):
        if not summary.exists():
            sites = [samples / "wikipathways", samples / "pfocr"]
            summary.write_bytes(pickle.dumps(rdfkit.build(sites, folder, thresholds=Thresholds())))
    return pickle.loads(summary.read_bytes()), folder


@pytest.fixture(scope="session")
def sample_store(sample_build: tuple[Build, Path]) -> Iterator[Store]:
    """The store of `sample_build`."""
    with rdfkit.open_store(sample_build[1]) as store:
        yield store
