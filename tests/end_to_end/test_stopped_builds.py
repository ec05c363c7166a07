"""Builds that are stopped at any moment, and builds on a disk that fills up: nothing is lost or mixed."""

from __future__ import annotations

import hashlib
import os
import random
import shutil
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

import rdfkit
from tests.support.paths import PROJECT, SEEDS
from tests.support.sites import outcome

PROGRAM = PROJECT / "tests" / "support" / "keep_building.py"
SEED = SEEDS / "PMC198534__JCI0319974.f1.md"
TITLE = "Hepatoprotection via the IL-6/Stat3 pathway."
# More pages than one process converts alone.
PAGES = 250


def often(scale: int, *usual: int) -> pytest.MarkDecorator:
    """So many kills in the usual suite, if any, and with the mark `scale`; many with `thorough`."""
    marked = {scale: pytest.mark.scale, 50: pytest.mark.thorough}
    return pytest.mark.parametrize(
        "kills", [*usual, *(pytest.param(kills, marks=mark) for kills, mark in marked.items())]
    )


def _page(number: int, version: int = 0) -> str:
    text = SEED.read_text(encoding="utf-8")
    return text.replace("PMC198534", f"PMC{70000 + number}").replace(TITLE, f"Version {version:04}.")


def _figures(folder: Path, number: int = PAGES) -> Path:
    pages = folder / "pages"
    pages.mkdir()
    for one in range(number):
        # The first page alone has this version, so that none of its texts is another's.
        (pages / f"{one:05}.md").write_text(_page(one, 9999 if one else 0), encoding="utf-8")
    return pages


@contextmanager
def _running(how: str, store: Path, sources: Path) -> Iterator[subprocess.Popen[str]]:
    """A process of its own; when it is killed, those that it has started end, too."""
    mark = f"RDFKIT_TEST={uuid.uuid4()}"
    name, _, value = mark.partition("=")
    command = [sys.executable, str(PROGRAM), how, str(store), str(sources)]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, env={**os.environ, name: value}
    ) as process:
        try:
            assert process.stdout is not None
            process.stdout.readline()
            yield process
        finally:
            process.kill()
            process.wait()
    deadline = time.monotonic() + 20
    while left := _with_environment(mark):
        assert time.monotonic() < deadline, f"these still run: {left}"
        time.sleep(0.1)


def _with_environment(mark: str) -> list[int]:
    found = []
    for path in Path("/proc").glob("[0-9]*/environ"):
        try:
            if mark.encode() in path.read_bytes().split(b"\0"):
                found.append(int(path.parent.name))
        except OSError:  # it has just ended, or is another user's
            continue
    return found


def _lines(store: Path) -> set[str]:
    with rdfkit.open_store(store) as opened:
        return {str(quad) for quad in opened.quads()}


@often(12)
def test_a_full_build_goes_on_where_it_was_killed(tmp_path: Path, kills: int) -> None:
    pages, store = _figures(tmp_path), tmp_path / "store"
    started = time.monotonic()
    undisturbed = outcome(tmp_path / "whole", rdfkit.build([pages], tmp_path / "whole"))
    whole = time.monotonic() - started
    rdfkit.build([SEED], store)
    shutil.copytree(store, tmp_path / "old")
    before, killed, moments = _lines(store), 0, random.Random(6)
    while killed < kills:
        with _running("build", store, pages) as process:
            started = time.monotonic()
            try:
                process.wait(moments.uniform(0, whole))
                # Nearer to what it takes by now, so that most are killed.
                whole = (whole + time.monotonic() - started) / 2
            except subprocess.TimeoutExpired:
                process.kill()
                killed += 1
        found = _lines(store)
        if found != before:
            assert found == {str(quad) for quad in undisturbed.named}
            shutil.rmtree(store)
            shutil.copytree(tmp_path / "old", store)
    assert outcome(store, rdfkit.build([pages], store)) == undisturbed
    assert len(list((store / "builds").iterdir())) == 1


def _edit(pages: Path, version: int) -> None:
    """One of two states of a site: a page changed, one renamed, one there or not."""
    (pages / "00000.md").write_text(_page(0, version), encoding="utf-8")
    (pages / "00001.md").write_text(_page(1, version or 9999), encoding="utf-8")
    if version:
        (pages / "00002.md").rename(pages / "moved.md")
        (pages / "new.md").write_text(_page(90000), encoding="utf-8")
    else:
        (pages / "moved.md").rename(pages / "00002.md")
        (pages / "new.md").unlink()


@often(12, 4)
def test_an_incremental_build_is_killed_whole_or_not_at_all(tmp_path: Path, kills: int) -> None:
    pages, store = _figures(tmp_path, 10), tmp_path / "store"
    rdfkit.build([pages], store)
    states = {0: _lines(store)}
    _edit(pages, 1)
    started = time.monotonic()
    rdfkit.build([pages], store)
    whole = time.monotonic() - started
    states[1] = _lines(store)
    assert states[0] != states[1]
    version, killed, moments = 1, 0, random.Random(66)
    while killed < kills:
        version = 1 - version
        _edit(pages, version)
        with _running("build", store, pages) as process:
            try:
                process.wait(moments.uniform(0, 2 * whole))
            except subprocess.TimeoutExpired:
                process.kill()
                killed += 1
        assert _lines(store) in states.values()
    done = rdfkit.build([pages], store)
    assert outcome(store, done) == outcome(
        tmp_path / "new", rdfkit.build([pages], tmp_path / "new", full=True)
    )
    assert len(list((store / "builds").iterdir())) == 1


def _expected(lines: set[str], version: int) -> set[str]:
    """What the store holds when the first page has this version."""
    before, after = (hashlib.sha256(_page(0, one).encode()).hexdigest() for one in (0, version))
    return {line.replace("Version 0000.", f"Version {version:04}.").replace(before, after) for line in lines}


@often(10)
def test_a_watch_that_is_killed_leaves_what_a_build_made(tmp_path: Path, kills: int) -> None:
    """Edits go on while it is killed; a reader finds each version whole."""
    pages, store = _figures(tmp_path, 5), tmp_path / "store"
    rdfkit.build([pages], store)
    base, moments, version = _lines(store), random.Random(666), 0
    for _ in range(kills):
        with _running("watch", store, pages):
            end = time.monotonic() + moments.uniform(0.3, 3)
            while time.monotonic() < end:
                version += 1
                (tmp_path / "next").write_text(_page(0, version), encoding="utf-8")
                (tmp_path / "next").replace(pages / "00000.md")
                time.sleep(moments.uniform(0, 0.3))
        found = _lines(store)
        seen = [number for number in range(version + 1) if found == _expected(base, number)]
        assert len(seen) == 1, "the store is no version"
    rdfkit.build([pages], store)
    assert _lines(store) == _expected(base, version)


def test_a_watch_goes_on_after_errors_until_ctrl_c(tmp_path: Path) -> None:
    pages, store = _figures(tmp_path, 3), tmp_path / "store"
    command = [sys.executable, "-m", "rdfkit", "build", "--watch", str(pages), "--store", str(store)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            _wait_for(store, 0)
            for version, text in enumerate(
                [_page(0, 1), "---\nfigid: [\n---\n", _page(0, 3), _page(0, 4)], 1
            ):
                (pages / "00000.md").write_text(text, encoding="utf-8")
                _wait_for(store, version if "Version" in text else None)
            process.send_signal(signal.SIGINT)
            assert process.wait(20) == 0
        finally:
            process.kill()


def _wait_for(store: Path, version: int | None) -> None:
    """Until a reader sees this version of the first page, or none of it."""
    page = "https://pfocr.wikipathways.org/figures/PMC70000__JCI0319974.f1.html"
    deadline = time.monotonic() + 120
    while True:
        assert time.monotonic() < deadline, f"version {version} was not seen"
        time.sleep(0.1)
        try:
            text = "\n".join(line for line in _lines(store) if page in line)
        except rdfkit.RdfkitError:
            continue
        if f"Version {version:04}." in text if version is not None else not text:
            return


@contextmanager
def _small_disk(folder: Path, megabytes: int) -> Iterator[Path]:
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(folder)], capture_output=True
    )
    if mounted.returncode:
        pytest.skip("mounting a tmpfs is not permitted here")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def _used(folder: Path) -> int:
    return sum(path.stat().st_blocks * 512 for path in folder.rglob("*") if path.is_file())


@pytest.mark.parametrize(
    "steps", [pytest.param(8, marks=pytest.mark.scale), pytest.param(25, marks=pytest.mark.thorough)]
)
def test_a_disk_that_fills_up_at_any_moment_leaves_the_old_store(tmp_path: Path, steps: int) -> None:
    """The disk has a little more room each time, so that it is full in one stage after the other."""
    pages = _figures(tmp_path, 400)
    undisturbed = outcome(tmp_path / "whole", rdfkit.build([pages], tmp_path / "whole"))
    most = 3 * _used(tmp_path / "whole")
    full = 0
    with _small_disk(tmp_path / "disk", 64 + 2 * most // 1_000_000) as disk:
        store = disk / "store"
        rdfkit.build([SEED], store)
        before = _lines(store)
        for step in range(steps):
            ballast = disk / "ballast"
            statistics = os.statvfs(disk)
            room = 50_000 + step * most // steps
            ballast.write_bytes(b"x" * (statistics.f_bavail * statistics.f_frsize - room))
            try:
                rdfkit.build([pages], store)
            except rdfkit.RdfkitError as error:
                full += 1
                assert "the disk is full" in str(error)
                assert error.exit_code == 4
                assert _lines(store) == before
            else:
                break
            finally:
                ballast.unlink()
        assert full > 2
        assert outcome(store, rdfkit.build([pages], store)) == undisturbed
