"""Shards made by a real Dask cluster of processes, of which workers are killed."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from rdfkit.errors import BuildError, SourceError
from rdfkit.pipeline.distributed.convert import convert_to
from rdfkit.pipeline.distributed.shards import Shard, ShardJob
from tests.support.paths import SEEDS

SCHEDULER = [sys.executable, "-m", "distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", "0"]


@contextmanager
def _cluster(folder: Path, workers: int) -> Iterator[tuple[str, list[subprocess.Popen[bytes]]]]:
    """The address of a scheduler, and its workers: each a process of its own that nobody restarts."""
    told = folder / "scheduler.json"
    options = ["--no-dashboard", "--scheduler-file", str(told)]
    environment = {**os.environ, "DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "20"}
    started: list[subprocess.Popen[bytes]] = []
    scheduler = subprocess.Popen(
        [*SCHEDULER, *options], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment
    )
    try:
        deadline = time.monotonic() + 60
        while not told.exists() and time.monotonic() < deadline:
            time.sleep(0.1)
        started += [_worker(told, folder) for _ in range(workers)]
        yield json.loads(told.read_text())["address"], started
    finally:
        for process in [*started, scheduler]:
            process.kill()
            process.wait()


def _on(address: str) -> Callable[[Callable[[ShardJob], Shard], Iterable[ShardJob]], Iterator[Shard]]:
    """What does the work on a cluster."""
    # Takes a second, which a run without this file need not wait for.
    from rdfkit.pipeline.distributed.dask_cluster import Cluster

    return Cluster(address)


def _worker(told: Path, folder: Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "distributed.cli.dask_worker", "--scheduler-file", str(told)]
    options = ["--no-nanny", "--nthreads", "1", "--no-dashboard", "--local-directory", str(folder)]
    return subprocess.Popen([*command, *options], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def _site(folder: Path, copies: int) -> Path:
    """A site of many pages: copies of a figure under names of their own, each of which asks for genes."""
    site = folder / "site"
    (site / "_figures").mkdir(parents=True)
    text = (SEEDS / "PMC198534__JCI0319974.f1.md").read_text()
    for number in range(copies):
        name = f"PMC{9000000 + number}__x.f1"
        page = site / "_figures" / f"{name}.md"
        page.write_text(text.replace("PMC198534__JCI0319974.f1", name))
        os.utime(page, (1_700_000_000, 1_700_000_000))
    shutil.copy(SEEDS / "WP364.md", site)
    os.utime(site / "WP364.md", (1_700_000_000, 1_700_000_000))
    return site


def _content(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.peers
def test_workers_that_are_killed_lose_and_double_nothing(tmp_path: Path) -> None:
    site = _site(tmp_path, 120)
    convert_to([site], tmp_path / "local", shard_pages=4)
    moments = random.Random(6)
    killed = 0
    with _cluster(tmp_path, workers=3) as (address, workers):

        def run(work: Callable[[ShardJob], Shard], jobs: Iterable[ShardJob]) -> Iterator[Shard]:
            """Has the work done by the cluster, and kills a worker as others and itself are at work."""
            nonlocal killed
            for number, shard in enumerate(_on(address)(work, jobs)):
                yield shard
                if number % 5 == 2:
                    time.sleep(moments.uniform(0, 0.1))
                    victim = workers.pop(moments.randrange(len(workers)))
                    victim.send_signal(signal.SIGKILL)
                    killed += victim.wait() == -signal.SIGKILL
                    workers.append(_worker(tmp_path / "scheduler.json", tmp_path))

        convert_to([site], tmp_path / "cluster", shard_pages=4, run=run)
    assert killed >= 5
    assert _content(tmp_path / "cluster") == _content(tmp_path / "local")


def test_a_cluster_writes_what_this_machine_writes(tmp_path: Path) -> None:
    convert_to([_site(tmp_path, 20)], tmp_path / "local", shard_pages=5)
    with _cluster(tmp_path, workers=1) as (address, _):
        convert_to([tmp_path / "site"], tmp_path / "cluster", shard_pages=5, run=_on(address))
        # What a worker raises comes through.
        (tmp_path / "file").touch()
        with pytest.raises(Exception, match="cannot be written"):
            convert_to([tmp_path / "site"], tmp_path / "file" / "x", run=_on(address))
    assert _content(tmp_path / "cluster") == _content(tmp_path / "local")


def test_a_scheduler_that_is_not_there_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rdfkit.pipeline.distributed.dask_cluster._PATIENCE", 1)
    with pytest.raises(BuildError, match="no scheduler of Dask answers"):
        convert_to([SEEDS], tmp_path / "x", run=_on("tcp://127.0.0.1:1"))
    with pytest.raises(SourceError):
        convert_to([tmp_path / "gone"], tmp_path / "x", run=_on("tcp://127.0.0.1:1"))
