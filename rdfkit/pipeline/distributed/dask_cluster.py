"""Runs the work on shards on a cluster of Dask: the only place that knows about it (https://distributed.dask.org)."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeVar

from distributed import Client, as_completed
from distributed.client import FutureCancelledError
from distributed.scheduler import KilledWorker

from rdfkit.errors import BuildError

_Job = TypeVar("_Job")
_Done = TypeVar("_Done")
# Jobs that wait for each thread of the cluster, so that none is idle while an answer is on its way.
_AHEAD = 2
# Seconds for the scheduler to answer.
_PATIENCE = 10


class Cluster:
    """A running cluster, by the address of its scheduler, as `distributed.convert` has work done.

    Importing this module needs the extra `rdfkit[dask]`.
    """

    def __init__(self, address: str) -> None:
        self.address = address

    def __call__(self, work: Callable[[_Job], _Done], jobs: Iterable[_Job]) -> Iterator[_Done]:
        """What `work` makes of each job, as it is done.

        The jobs of workers that are lost Dask gives to others; so `work` must bear to be done twice. What `work` raises
        comes through. Raises BuildError when a job is lost again and again.
        """
        try:
            client = Client(self.address, timeout=_PATIENCE, set_as_default=False)
        except (OSError, ValueError) as error:
            raise BuildError(
                f"no scheduler of Dask answers: {error}", value=self.address, expected="tcp://host:port"
            ) from error
        with client:
            try:
                yield from _done(client, work, jobs)
            except KilledWorker as error:
                raise BuildError(
                    "a shard has killed one worker after the other; have they enough memory?",
                    value=self.address,
                ) from error
            except FutureCancelledError as error:
                raise BuildError("the cluster was lost", value=self.address) from error


def _done(client: Any, work: Callable[[_Job], _Done], jobs: Iterable[_Job]) -> Iterator[_Done]:  # noqa: ANN401 - untyped
    """Sends jobs as others are done, so that no more are held than the cluster is soon to do."""
    completed = as_completed(loop=client.loop, with_results=True)
    run = secrets.token_hex(4)
    for number, job in enumerate(jobs):
        completed.add(client.submit(work, job, key=f"rdfkit-{run}-{number}", pure=False))
        if completed.count() > _AHEAD * max(1, sum(client.nthreads().values())):
            yield next(completed)[1]
    for _, found in completed:
        yield found
