"""Real stores of others on loopback that take our graph, each empty and in a folder of its own."""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from rdfkit.endpoints.auth import Credentials
from rdfkit.publishing.bulk_loaders import Loader, VirtuosoLoader
from rdfkit.publishing.targets import Target, find_kind
from tests.support.serving import TOKEN, serving
from tests.support.stores import new_build
from tests.support.virtuoso import CLIENT, free_port, virtuoso
from tests.support.virtuoso import SERVER as VIRTUOSO

OXIGRAPH = Path(sys.executable).with_name("oxigraph")


@dataclass(frozen=True)
class Running:
    """A running store: its kind, its URL, who may write, and its bulk loader if it has one."""

    method: str
    url: str
    credentials: Credentials
    loader: Loader | None = None

    def open(self, make: Callable[..., Target] = Target) -> Target:
        """It, as a target."""
        return make(find_kind(self.method), self.url, self.credentials)

    @property
    def endpoint(self) -> str:
        """Where it is asked."""
        with self.open() as target:
            return target.query_url


@contextmanager
def running(method: str, folder: Path) -> Iterator[Running]:
    """An empty store of a kind, stopped in the end. The test is skipped where its program is not installed."""
    start = {"rdfkit": _rdfkit, "oxigraph": _oxigraph, "virtuoso": _virtuoso, "virtuoso-loader": _virtuoso}
    with start[method](method, folder) as found:
        yield found


@contextmanager
def _rdfkit(method: str, folder: Path) -> Iterator[Running]:
    with new_build(folder / "store") as stage:
        stage.commit({})
    with serving(folder / "store", "workers=1", token=TOKEN) as server:
        yield Running(method, server.url, Credentials(token=TOKEN))


@contextmanager
def _oxigraph(method: str, folder: Path) -> Iterator[Running]:
    if not OXIGRAPH.exists():
        pytest.skip("Oxigraph's server is not installed (extra `test`)")
    port = free_port()
    process = subprocess.Popen(
        [OXIGRAPH, "serve", "--bind", f"127.0.0.1:{port}"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait(f"http://127.0.0.1:{port}/query?query=ASK%7B%7D")
        yield Running(method, f"http://127.0.0.1:{port}", Credentials())
    finally:
        process.kill()
        process.wait()


@contextmanager
def _virtuoso(method: str, folder: Path) -> Iterator[Running]:
    if shutil.which(VIRTUOSO) is None or shutil.which(CLIENT) is None:
        pytest.skip("Virtuoso is not installed (Debian: virtuoso-opensource-7)")
    files = folder / "files"
    files.mkdir(parents=True)
    # As many rows as its own settings give; a graph has more.
    with virtuoso(folder / "database", files, rows=10_000) as server:
        credentials = Credentials(user="dba", password="dba")
        loader = VirtuosoLoader(f"{CLIENT} 127.0.0.1:{server.sql}", files, credentials)
        yield Running(
            method,
            f"http://127.0.0.1:{server.http}",
            credentials,
            loader if method == "virtuoso-loader" else None,
        )


def _wait(url: str) -> None:
    deadline = time.monotonic() + 60
    while True:
        try:
            urllib.request.urlopen(url, timeout=5).close()
            return
        except (urllib.error.URLError, OSError):
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)
