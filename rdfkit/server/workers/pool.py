"""The workers that answer: who runs, what has to stop, and which build of the store they read.

A job runs in one worker, and a worker reads one build all its life; so an answer comes from one build. When the store
has a new build, workers for it are started; those of the old one end after their jobs.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections import deque
from collections.abc import Coroutine
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

from rdfkit.errors import StoreError
from rdfkit.server import problems
from rdfkit.server.settings import Settings
from rdfkit.server.workers.answer_cache import Answered
from rdfkit.server.workers.backends import Origin, find_current, remove_labels
from rdfkit.server.workers.process import Labels, Worker, log, start_workers
from rdfkit.server.workers.queue import Queue
from rdfkit.server.workers.reply import Job, Reply

_RETRY = 1.0
# A build that cannot be opened is tried again less and less often, at last with so many seconds between.
_LONGEST_RETRY = 60.0
# Seconds between two questions to an endpoint, whether something else was published there.
_ASKED_EVERY = 10.0


class Pool:
    """A fixed number of workers, all on the current build, and the requests that wait for one.

    One client never has all workers, so that others still get an answer (`Settings.running_per_client`).
    """

    def __init__(self, store: Origin, settings: Settings) -> None:
        self.store = store
        self.settings = settings
        self.build, self.built = "", ""
        # Whether names can be searched.
        self.has_labels = False
        self.answered = Answered(settings.kept_bytes)
        self.queue = Queue()
        self._workers: set[Worker] = set()
        self._idle: deque[Worker] = deque()
        self._tasks: set[asyncio.Task[None]] = set()
        self._reloading = asyncio.Lock()
        # Beside a store on disk there is room for its labels.
        on_disk = isinstance(store, Path)
        self._labels = None if on_disk else tempfile.TemporaryDirectory(prefix="rdfkit-labels-")
        self._folder = self._labels.name if self._labels is not None else None

    async def start(self) -> None:
        """Starts the workers, which answer queries at once. Raises StoreError when the store cannot be opened."""
        await self.reload()
        self._spawn(self._watch())
        if not self.has_labels:
            self._spawn(self._make_labels())

    async def stop(self) -> None:
        """Lets running requests end, for as long as the settings say, then ends all workers."""
        self.queue.close()
        until = asyncio.get_running_loop().time() + self.settings.drain_time
        while self.queue.present and asyncio.get_running_loop().time() < until:
            await asyncio.sleep(0.05)
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await asyncio.gather(*(worker.kill() for worker in list(self._workers)))
        if self._labels is not None:
            self._labels.cleanup()

    def visit(self, client: str) -> AbstractContextManager[None]:
        """Counts a request of a client from its arrival until its answer is sent. Raises Problem for one too many."""
        return self.queue.visit(client, self.settings)

    async def run(self, job: Job, client: str) -> Reply:
        """Does a job when its turn comes. Raises Problem when there is no answer."""
        worker = await self._acquire(client)
        try:
            reply = await worker.ask(job, self.settings)
        except BaseException:
            self._release(worker, client)
            raise
        if reply.rest is None:
            self._release(worker, client)
        else:
            reply.rest.add_done_callback(lambda _: self._release(worker, client))
        return reply

    async def reload(self) -> None:
        """Has all further jobs answered from the build that is current now. Raises StoreError when it cannot be opened;
        then the workers stay as they were.
        """
        async with self._reloading:
            if self.build and await find_current(self.store) == self.build:
                return
            # A new build is served when it has its names; until then there is the old one.
            labels: Labels = "made" if self.build else "found"
            started = await start_workers(self.store, self.settings, self._folder, labels)
            self.has_labels = all(worker.has_labels for worker in started)
            old, self._idle = self._idle, deque(started)
            self._workers.update(started)
            self.build, self.built = started[0].build, started[0].built
            for worker in old:
                self._discard(worker)
            if self._folder is not None:
                remove_labels(Path(self._folder), self.build)
            self._dispatch()

    async def _make_labels(self) -> None:
        """Has a worker of its own make the index of labels, again when that fails, until it is there."""
        log.info("making the index of names: searches and pages answer when it is there, queries at once")
        started = asyncio.get_running_loop().time()
        while not self.has_labels and not self.queue.is_closed:
            try:
                worker = await Worker.start(self.store, self.settings, self._folder)
            except StoreError as error:
                log.error("the index of names cannot be made: %s", error)
                await asyncio.sleep(_LONGEST_RETRY)
                continue
            self.has_labels = True
            log.info("the index of names is there, after %.0f s", asyncio.get_running_loop().time() - started)
            await worker.retire()

    async def _watch(self) -> None:
        """Looks for new builds."""
        now = asyncio.get_running_loop().time
        name = failed = None
        again, wait = 0.0, _RETRY
        # An endpoint is asked less often than a file is read.
        least = 0.0 if isinstance(self.store, Path) else _ASKED_EVERY
        while True:
            await asyncio.sleep(max(self.settings.reload_interval, least))
            try:
                name = await find_current(self.store)
                if name in (self.build, None) or (name == failed and now() < again):
                    continue
                await self.reload()
                log.info("reloaded: build %s", self.build)
            except (StoreError, OSError) as error:
                log.error("the new build cannot be opened, the old one stays: %s", error)
                # Starting workers in vain costs those who run.
                wait = min(2 * wait, _LONGEST_RETRY) if name == failed else _RETRY
                failed, again = name, now() + wait

    async def _acquire(self, client: str) -> Worker:
        future = self.queue.join(client)
        self._dispatch()
        try:
            async with asyncio.timeout(self.settings.queue_time):
                return await future
        except BaseException as error:
            if future.done() and not future.cancelled() and future.exception() is None:
                # The worker came just when waiting ended.
                self._release(future.result(), client)
            future.cancel()
            if isinstance(error, TimeoutError):
                raise problems.overloaded() from None
            raise

    def _dispatch(self) -> None:
        self.queue.dispatch(self._next_idle, self.settings.running_per_client)

    def _next_idle(self) -> Worker | None:
        while self._idle:
            worker = self._idle.popleft()
            if worker.is_alive:
                return worker
            self._replace(worker)
        return None

    def _release(self, worker: Worker, client: str) -> None:
        if not worker.is_alive or worker.is_lost:
            # Whose query has cost a worker has its place again when there is a new one; else one client could have
            # all workers killed faster than they start.
            self._spawn(self._leave_after(client, self._replace(worker)))
            return
        if worker.build != self.build:
            self._discard(worker)
        else:
            self._idle.append(worker)
        self.queue.leave(client)
        self._dispatch()

    async def _leave_after(self, client: str, replacing: asyncio.Task[None] | None) -> None:
        """Forgets a running job of a client when its worker has been replaced, or that takes too long."""
        if replacing is not None:
            await asyncio.wait({replacing}, timeout=_RETRY * 5)
        self.queue.leave(client)
        self._dispatch()

    def _replace(self, worker: Worker) -> asyncio.Task[None] | None:
        """Has a new worker started in place of a lost one, if it is still needed."""
        self._discard(worker)
        if worker.build != self.build or self.queue.is_closed:
            return None
        return self._spawn(self._add_worker(self.build))

    async def _add_worker(self, build: str) -> None:
        """Starts one more worker for a build, as long as it is the current one."""
        while self.build == build and not self.queue.is_closed:
            try:
                labels: Labels = "made" if self.has_labels else "found"
                worker = await Worker.start(self.store, self.settings, self._folder, labels)
            except StoreError as error:
                log.error("a worker cannot be started: %s", error)
                await asyncio.sleep(_RETRY)
                continue
            if worker.build == self.build == build:
                self._workers.add(worker)
                self._idle.append(worker)
                self._dispatch()
                return
            # There is a newer build: either it has all its workers, or `_watch` will find it.
            await worker.kill()
            if self.build == build:
                await asyncio.sleep(self.settings.reload_interval)

    def _discard(self, worker: Worker) -> None:
        self._workers.discard(worker)
        self._spawn(worker.retire())

    def _spawn(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task
