"""Work side by side, in processes and threads: the only place that knows about processes."""

from __future__ import annotations

import os
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Executor, Future, wait
from itertools import chain
from typing import TypeVar

from rdfkit.errors import BuildError

_Job = TypeVar("_Job")
_Done = TypeVar("_Done")
_ATTEMPTS = 3


def in_processes(
    work: Callable[[_Job], _Done], jobs: Iterable[_Job], number: int | None = None
) -> Iterator[_Done]:
    """What `work` makes of each job, as it is done, by so many processes (default: one for each core).

    Only a few more jobs than processes are under way, so memory does not grow with their number. The jobs of processes
    that die are done again. What `work` raises comes through. Raises BuildError when processes die again and again.
    """
    # Not of the standard library, whose processes would run a script again that builds without a guard.
    from loky import ProcessPoolExecutor

    processes = number or os.cpu_count() or 1
    waiting = iter(jobs)
    for _ in range(_ATTEMPTS):
        under_way: dict[Future[_Done], _Job] = {}
        taken: list[_Job] = []
        try:
            with ProcessPoolExecutor(processes, initializer=_end_with, initargs=(os.getpid(),)) as pool:
                for job in waiting:
                    taken = [job]
                    under_way[pool.submit(work, job)] = job
                    taken = []
                    if len(under_way) > 2 * processes:
                        yield from _taken(under_way)
                while under_way:
                    yield from _taken(under_way)
            return
        except BrokenExecutor:
            waiting = chain([*under_way.values(), *taken], waiting)
    raise BuildError("processes of the build are killed again and again; is there enough memory?")


def in_background(
    pool: Executor, work: Callable[[_Job], _Done], jobs: Iterable[_Job], most: int
) -> Iterator[_Done]:
    """What `work` makes of each job, in their order, by a pool in which at most so many are under way."""
    under_way: deque[Future[_Done]] = deque()
    for job in jobs:
        under_way.append(pool.submit(work, job))
        if len(under_way) == most:
            yield under_way.popleft().result()
    while under_way:
        yield under_way.popleft().result()


def _taken(under_way: dict[Future[_Done], _Job]) -> Iterator[_Done]:
    """What the jobs that are done have made, at least one; they are no longer under way."""
    done, _ = wait(under_way, return_when=FIRST_COMPLETED)
    for future in done:
        found = future.result()
        del under_way[future]
        yield found


def _end_with(parent: int) -> None:
    """Has this process end soon after the one that started it, even if that was killed."""

    def look() -> None:
        while os.getppid() == parent:
            time.sleep(1)
        os._exit(1)

    threading.Thread(target=look, daemon=True).start()
