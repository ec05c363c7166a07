"""Work in processes: all of it is done, whatever becomes of them."""

from __future__ import annotations

import os
import signal
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import pytest

from rdfkit.errors import BuildError
from rdfkit.pipeline.processes import in_background, in_processes, in_workers


def _work(folder: Path, number: int) -> int:
    """Ends its process the first time that it is asked for some numbers."""
    mark = folder / str(number)
    if number % 10 == 3 and not mark.exists():
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return number * number


def _die(number: int) -> int:
    os.kill(os.getpid(), signal.SIGKILL)
    return number


def test_the_jobs_of_killed_processes_are_done_again(tmp_path: Path) -> None:
    found = list(in_processes(partial(_work, tmp_path), range(20), 2))
    assert sorted(set(found)) == [number * number for number in range(20)]
    assert len(found) == 20
    assert {path.name for path in tmp_path.iterdir()} == {"3", "13"}


class _Worker:
    """What a process makes once; its first file tells which process it is."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / f"made-{os.getpid()}").touch(exist_ok=False)

    def work(self, number: int) -> tuple[int, int]:
        """Ends its process the first time that it is asked for some numbers."""
        return os.getpid(), _work(self.folder, number)


def test_each_process_makes_its_worker_once(tmp_path: Path) -> None:
    found = list(in_workers(partial(_Worker, tmp_path), _Worker.work, range(20), 2))
    assert sorted(result for _, result in found) == [number * number for number in range(20)]
    # Those of the first round were killed.
    made = {int(path.name.removeprefix("made-")) for path in tmp_path.glob("made-*")}
    assert {process for process, _ in found} <= made
    assert os.getpid() not in made


def test_processes_that_are_always_killed_are_told() -> None:
    with pytest.raises(BuildError, match="again and again"):
        list(in_processes(_die, range(3), 1))


def test_what_threads_make_comes_in_order() -> None:
    with ThreadPoolExecutor(2) as pool:
        assert list(in_background(pool, str, range(50), 3)) == [str(number) for number in range(50)]
