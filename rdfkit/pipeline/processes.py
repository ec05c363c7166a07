"""Work side by side, in processes and threads: the only place that knows about processes."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Executor, Future, wait
from contextlib import contextmanager
from functools import partial
from itertools import chain
from typing import Any, TypeVar

from rdfkit.errors import BuildError

_Job = TypeVar("_Job")
_Done = TypeVar("_Done")
_Worker = TypeVar("_Worker")
_ATTEMPTS = 3


def in_processes(
    work: Callable[[_Job], _Done], jobs: Iterable[_Job], number: int | None = None
) -> Iterator[_Done]:
    """What `work` makes of each job, as it is done, by so many processes (default: one for each core).

    Only a few more jobs than processes are under way, so memory does not grow with their number. The jobs of processes
    that die are done again. What `work` raises comes through. Raises BuildError when processes die again and again.
    """
    return _in_processes(work, jobs, number, _begin, (os.getpid(),))


def in_workers(
    make: Callable[[], _Worker],
    work: Callable[[_Worker, _Job], _Done],
    jobs: Iterable[_Job],
    number: int | None = None,
) -> Iterator[_Done]:
    """What `work` makes of each job, as `in_processes` gives it; each process calls `make` once, as it begins.

    `work` gets what its own process has made, and the job. Raises what `in_processes` raises.
    """
    return _in_processes(partial(_with_worker, work), jobs, number, _begin_worker, (os.getpid(), make))


def _in_processes(
    work: Callable[[_Job], _Done],
    jobs: Iterable[_Job],
    number: int | None,
    initializer: Callable[..., None],
    initargs: tuple[object, ...],
) -> Iterator[_Done]:
    # Not of the standard library, whose processes would run a script again that builds without a guard.
    from loky import ProcessPoolExecutor

    processes = number or os.cpu_count() or 1
    waiting = iter(jobs)
    for _ in range(_ATTEMPTS):
        under_way: dict[Future[_Done], _Job] = {}
        taken: list[_Job] = []
        try:
            with _ended(ProcessPoolExecutor(processes, initializer=initializer, initargs=initargs)) as pool:
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


@contextmanager
def _ended(pool: Any) -> Iterator[Any]:  # noqa: ANN401 - loky has no types
    """A pool that ends with its work, or at once when that is broken off, as by Ctrl-C."""
    try:
        yield pool
    except (KeyboardInterrupt, GeneratorExit):
        pool.shutdown(wait=True, kill_workers=True)
        raise
    finally:
        pool.shutdown(wait=True)


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


# What a process has made when it began, for all its jobs. The process that starts them has nothing here.
_worker: list[Any] = []


def _begin_worker(parent: int, make: Callable[[], object]) -> None:
    _begin(parent)
    _worker[:] = [make()]


def _with_worker(work: Callable[[Any, _Job], _Done], job: _Job) -> _Done:
    return work(_worker[0], job)


def _begin(parent: int) -> None:
    """Has this process end soon after the one that started it, even if that was killed.

    Ctrl-C is for the one that started it, which then ends this one.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)

    def look() -> None:
        while os.getppid() == parent:
            time.sleep(1)
        os._exit(1)

    threading.Thread(target=look, daemon=True).start()
