"""One worker process, seen from the server: started, given jobs, stopped."""

from __future__ import annotations

import asyncio
import logging
import signal
import sys
from asyncio.subprocess import PIPE, Process
from contextlib import suppress
from typing import Literal

from rdfkit.errors import StoreError
from rdfkit.server import problems
from rdfkit.server.problems import Problem
from rdfkit.server.settings import Settings
from rdfkit.server.workers.backends import Origin
from rdfkit.server.workers.reply import Job, Reply, Spool
from rdfkit.server.workers.wire import FrameKind, decode, json_frame, next_frame

log = logging.getLogger("rdfkit.server")

Labels = Literal["made", "found"]


# What the alarm of a worker needs at most to be noticed here.
_GRACE = 0.3
# A worker that has just been started reads its modules and opens the store; the first one of a build that has no
# index of labels makes it.
_START_TIME = 1800.0
# An idle worker ends when its stdin does.
_END_TIME = 10.0
# Each further attempt to start the workers means that one more build was switched in meanwhile.
_ATTEMPTS = 5


class Worker:
    """One worker process and the build that it reads. Made by `Worker.start`."""

    def __init__(self, process: Process) -> None:
        self.process = process
        self.build, self.built, self.has_labels = "", "", False
        # Whether the process was killed, or has ended, in the middle of a job.
        self.is_lost = False

    @classmethod
    async def start(
        cls, store: Origin, settings: Settings, folder: str | None = None, labels: Labels = "made"
    ) -> Worker:
        """Starts a worker on the current build of a store. Raises StoreError when there can be none or it cannot open
        the store. What it says in its last moments goes to our stderr, where the log is. `folder` is that for the
        labels of an endpoint; `labels` says whether the worker makes them first.
        """
        try:
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "rdfkit.server.workers.worker", str(store), str(settings.memory),
                labels, *([folder] if folder is not None else []),
                stdin=PIPE, stdout=PIPE,
            )  # fmt: skip
        except OSError as error:
            # Too many processes or open files: it may be better in a moment.
            raise StoreError(f"a worker could not be started: {error.strerror}", path=str(store)) from error
        worker = cls(process)
        try:
            kind, body = await asyncio.wait_for(worker._next(), _START_TIME)
            said = decode(body)
            if kind is not FrameKind.HEAD:
                raise StoreError(said.get("detail", "a worker could not open the store"), path=str(store))
        except (asyncio.IncompleteReadError, TimeoutError) as error:
            await worker.kill()
            raise StoreError("a worker could not be started", path=str(store)) from error
        except (asyncio.CancelledError, StoreError):
            await worker.kill()
            raise
        worker.build, worker.built, worker.has_labels = said["name"], said["built"], said["has_labels"]
        return worker

    @property
    def is_alive(self) -> bool:
        """Whether the process has not ended."""
        return self.process.returncode is None

    async def ask(self, job: Job, settings: Settings) -> Reply:
        """Has the worker do a job. Raises Problem when there is no answer.

        The worker is free when this returns, or when the reply's `rest` has ended.
        """
        limit = settings.time_limit if job.time is None else job.time
        deadline = asyncio.get_running_loop().time() + limit + _GRACE
        self._send(job, settings, limit)
        kind, body = await self._expect(limit, deadline)
        if kind is FrameKind.PROBLEM:
            raise Problem(**decode(body))
        head = decode(body)
        if head["whole"]:
            _, part = await self._expect(limit, deadline)
            _, end = await self._expect(limit, deadline)
            return Reply(head, self.build, part, stats=decode(end))
        spool = Spool()
        reply = Reply(head, self.build, None, spool)
        reply.rest = asyncio.create_task(self._fill(reply, spool, limit, deadline))
        reply.rest.add_done_callback(lambda task: self._filled(spool, task))
        return reply

    async def kill(self) -> None:
        """Ends the process, whatever it does."""
        self.abandon()
        await self.process.wait()

    def abandon(self) -> None:
        """Gives up the process: what it still says belongs to nobody."""
        self.is_lost = True
        with suppress(ProcessLookupError):
            self.process.kill()

    async def retire(self) -> None:
        """Ends an idle process."""
        if self.process.stdin is not None:
            self.process.stdin.close()
        try:
            await asyncio.wait_for(self.process.wait(), _END_TIME)
        except TimeoutError:
            await self.kill()
        except asyncio.CancelledError:
            await self.kill()
            raise

    async def _fill(self, reply: Reply, spool: Spool, limit: float, deadline: float) -> Problem | None:
        """Takes the rest of an answer from the worker. Returns why it is not whole, None if it is."""
        try:
            while True:
                kind, body = await self._expect(limit, deadline)
                if kind is FrameKind.END:
                    reply.stats.update(decode(body))
                    return None
                if kind is FrameKind.PROBLEM:
                    return Problem(**decode(body))
                spool.put(body)
        except Problem as found:
            return found
        except OSError as error:
            log.error("an answer cannot be kept for a slow client: %s", error)
            self.abandon()
            return problems.crashed()

    def _filled(self, spool: Spool, task: asyncio.Task[Problem | None]) -> None:
        """Ends an answer. A task that is cancelled early has not run at all, so this is not for the task to do."""
        if task.cancelled():
            self.abandon()
            spool.end(problems.client_gone())
        else:
            spool.end(task.result())

    def _send(self, job: Job, settings: Settings, limit: float) -> None:
        if self.process.stdin is None:
            raise problems.crashed()
        said = {
            "job": job.name,
            "arguments": dict(job.arguments),
            "accept": job.accept,
            "format": job.format,
            "encoding": job.encoding,
            "time": limit,
            "max_rows": settings.max_rows,
            "max_bytes": settings.max_bytes,
        }
        self.process.stdin.write(json_frame(FrameKind.JOB, said))

    async def _expect(self, limit: float, deadline: float) -> tuple[FrameKind, bytes]:
        try:
            async with asyncio.timeout_at(deadline):
                return await self._next()
        except TimeoutError:
            await self.kill()
            raise problems.timed_out(limit) from None
        except asyncio.IncompleteReadError:
            self.is_lost = True
            code = await self.process.wait()
            raise (problems.timed_out(limit) if code == -signal.SIGALRM else problems.crashed()) from None
        except asyncio.CancelledError:
            # Whoever asked has gone; nothing else stops a running query.
            await self.kill()
            raise

    async def _next(self) -> tuple[FrameKind, bytes]:
        if self.process.stdout is None:
            raise asyncio.IncompleteReadError(b"", None)
        return await next_frame(self.process.stdout)


async def start_workers(
    store: Origin, settings: Settings, folder: str | None = None, labels: Labels = "made"
) -> list[Worker]:
    """Starts all workers, on one build, as `Worker.start` does one. Raises StoreError."""
    for _ in range(_ATTEMPTS):
        starting = [
            asyncio.create_task(Worker.start(store, settings, folder, labels))
            for _ in range(settings.workers)
        ]
        try:
            found = await asyncio.gather(*starting, return_exceptions=True)
        except asyncio.CancelledError:
            for task in starting:
                if not task.cancelled() and task.exception() is None:
                    task.result().abandon()
            raise
        workers = [one for one in found if isinstance(one, Worker)]
        failed = [one for one in found if isinstance(one, BaseException)]
        if not failed and len({worker.build for worker in workers}) == 1:
            return workers
        # One of them failed, or a build was switched in between.
        await asyncio.gather(*(worker.kill() for worker in workers))
        if failed:
            raise failed[0]
    raise StoreError("the store changes faster than workers start", path=str(store))
