"""An author's loop: pages are edited beside a server, and what it shows is what they say."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

import rdfkit
from rdfkit.pipeline.summary import Build
from rdfkit.pipeline.watch import watch
from tests.support.paths import SEEDS
from tests.support.serving import Server, started

PAGE = "PMC7048131__12964_2020_527_Fig1_HTML"
TITLE = "figtitle: "
WORDS = "Quagga", "Okapi", "Tapir"
# By then a build is not only slow.
PATIENCE = 30


@contextmanager
def watching(pages: Path, store: Path) -> Iterator[None]:
    """`rdfkit build --watch` that has made its first build."""
    command = [
        sys.executable,
        "-m",
        "rdfkit",
        "build",
        "--watch",
        "--quiet",
        str(pages),
        "--store",
        str(store),
    ]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        until = time.monotonic() + PATIENCE
        while not (store / "current").exists() and time.monotonic() < until:
            time.sleep(0.05)
        yield
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(PATIENCE)


def shown(served: Server, word: str) -> bool:
    """Whether both a search and the page of the figure have a word."""
    found = served.get(f"/search?q={word}", "text/html")
    page = served.get(f"/figure/{PAGE}", "text/html")
    return PAGE in found.text and word in page.text


def test_an_edit_while_the_first_build_runs_is_not_lost(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    shutil.copy(SEEDS / f"{PAGE}.md", page)

    def build() -> Build:
        done = rdfkit.build([page], tmp_path / "store")
        if not changed:
            page.write_text(page.read_text().replace(TITLE, f"{TITLE}Quagga "))
        changed.append(done.changed)
        return done

    changed: list[int] = []
    stop = threading.Event()
    for _ in watch(build, [page], stop):
        if len(changed) == 2:
            stop.set()
    assert changed == [1, 1]


@pytest.mark.scale
def test_edits_are_shown_one_after_the_other(tmp_path: Path) -> None:
    """A page is edited some times beside a server and a watch; each edit is shown, and no older one again."""
    pages, store = tmp_path / "pages", tmp_path / "store"
    shutil.copytree(SEEDS, pages)
    page = pages / f"{PAGE}.md"
    text = page.read_text(encoding="utf-8")
    with watching(pages, store), started(store, "--quiet", "--workers", "1") as served:
        # The first edits come when the watch listens.
        time.sleep(0.5)
        before = served.get(f"/figure/{PAGE}", "text/html")
        for word in WORDS:
            page.write_text(text.replace(TITLE, f"{TITLE}{word} "), encoding="utf-8")
            until = time.monotonic() + PATIENCE
            while not shown(served, word):
                assert time.monotonic() < until, f"{word} is not shown"
                time.sleep(0.1)
            assert not [other for other in WORDS if other != word and shown(served, other)]
            tag = before.headers["etag"]
            again = served.get(f"/figure/{PAGE}", "text/html", If_None_Match=tag)
            assert (again.status, word in again.text) == (200, True)
            before = again
