"""What several tests use: the seeds, their graph, a store built from them, and the samples of the real sites."""

from __future__ import annotations

import gc
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

import rdfkit
from rdfkit.entities.index.indexer import make_labels
from rdfkit.entities.index.search import Labels
from rdfkit.pipeline.linkset import Thresholds
from rdfkit.pipeline.summary import Build
from rdfkit.store import Store
from tests.support.examples import register_profiles
from tests.support.graphs import Graph, assemble
from tests.support.once import once
from tests.support.paths import SAMPLES, SEEDS

pytest_plugins = ["tests.support.servers"]

# Each build waits until the disk has it, and most tests build: in memory they take a fraction of the time.
_MEMORY, _ENOUGH = Path("/dev/shm"), 4 << 30  # noqa: S108 - pytest makes a folder of its own there
if os.access(_MEMORY, os.W_OK) and shutil.disk_usage(_MEMORY).free > _ENOUGH:
    os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(_MEMORY))
    tempfile.tempdir = str(_MEMORY)

# A run starts hundreds of processes: each would compile the package anew where compiled modules are not kept.
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

register_profiles()


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Marks what reads the samples of the real sites: building them takes as long as hundreds of other tests."""
    for item in items:
        if "samples" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.samples)


def pytest_collection_finish() -> None:
    """What is there by now stays to the end: the garbage collector need not look at it over and over."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 50, 100)


@pytest.fixture(scope="session")
def seed_graph() -> Graph:
    """The checked quads of the seeds."""
    return assemble([SEEDS])


@pytest.fixture(scope="session")
def seed_store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """A store on disk, built from the seeds: one for all processes of a test run."""
    _, folder = once(tmp_path_factory, "seeds", lambda folder: rdfkit.build([SEEDS], folder))
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
    sites = [samples / "wikipathways", samples / "pfocr"]
    return once(
        tmp_path_factory, "samples", lambda folder: rdfkit.build(sites, folder, thresholds=Thresholds())
    )


@pytest.fixture(scope="session")
def sample_store(sample_build: tuple[Build, Path]) -> Iterator[Store]:
    """The store of `sample_build`."""
    with rdfkit.open_store(sample_build[1]) as store:
        yield store
