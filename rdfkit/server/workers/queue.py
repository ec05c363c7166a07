"""Who waits for a worker: requests in their order, and no client with more than its share."""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rdfkit.server import problems
from rdfkit.server.settings import Settings
from rdfkit.server.workers.process import Worker


class Queue:
    """The requests that wait for a worker, and how many of each client run, or are there at all."""

    def __init__(self) -> None:
        self.is_closed = False
        self._waiting: deque[tuple[str, asyncio.Future[Worker]]] = deque()
        self._running: Counter[str] = Counter()
        self._present: Counter[str] = Counter()

    @property
    def waiting(self) -> int:
        """How many requests wait for a worker."""
        return len(self._waiting)

    @property
    def running(self) -> int:
        """How many jobs run."""
        return self._running.total()

    @property
    def present(self) -> int:
        """How many requests are waiting, running or being sent."""
        return self._present.total()

    def close(self) -> None:
        """Sends away those that wait, and all that come from now on."""
        self.is_closed = True
        for _, future in self._waiting:
            if not future.done():
                future.set_exception(problems.stopping())

    @contextmanager
    def visit(self, client: str, settings: Settings) -> Iterator[None]:
        """Counts a request of a client from its arrival until its answer is sent. Raises Problem for one too many."""
        if self.is_closed:
            raise problems.stopping()
        if self._present[client] >= settings.client_requests:
            raise problems.too_many()
        # Those who only take their answers slowly keep no worker, and nobody else away.
        if self.waiting >= settings.queue:
            raise problems.overloaded()
        self._present[client] += 1
        try:
            yield
        finally:
            self._present[client] -= 1
            self._present += Counter()  # forgets clients with nothing left

    def join(self, client: str) -> asyncio.Future[Worker]:
        """Has a client wait; the worker comes with `dispatch`, and then counts as running until `leave`."""
        future: asyncio.Future[Worker] = asyncio.get_running_loop().create_future()
        self._waiting.append((client, future))
        return future

    def leave(self, client: str) -> None:
        """Forgets one running job of a client."""
        self._running[client] -= 1
        self._running += Counter()

    def dispatch(self, next_idle: Callable[[], Worker | None], share: int) -> None:
        """Gives idle workers to those who have waited longest and have not their share yet."""
        held: deque[tuple[str, asyncio.Future[Worker]]] = deque()
        while self._waiting:
            client, future = self._waiting.popleft()
            if future.done():
                continue
            worker = next_idle() if self._running[client] < share else None
            if worker is None:
                held.append((client, future))
            else:
                self._running[client] += 1
                future.set_result(worker)
        self._waiting = held
