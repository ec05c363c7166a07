"""What comes back from a worker: its first words in memory, the rest in a file."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from rdfkit.server.problems import Problem

# As much of an answer is kept in memory while a slow client takes it; else it is in a temporary file.
_IN_MEMORY = 256 << 10


class BrokenAnswerError(Exception):
    """An answer that has begun cannot be completed; `problem` says why."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.detail)
        self.problem = problem


@dataclass(frozen=True, slots=True)
class Job:
    """One thing for a worker to do (see `jobs.JOBS`): its name and arguments, what the client accepts, the content
    coding of the answer, and its own time limit in seconds if it has one.
    """

    name: str
    arguments: Mapping[str, Any] = field(default_factory=dict)
    accept: str | None = None
    format: str | None = None
    encoding: str | None = None
    time: float | None = None


class Spool:
    """Takes the parts of an answer as fast as a worker gives them, gives them out as fast as a client takes them."""

    def __init__(self) -> None:
        self._file = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115 - `close` closes it
        self._written = 0
        self._more = asyncio.Event()
        self._ended = False
        self._problem: Problem | None = None

    def put(self, data: bytes) -> None:
        """Takes the next part."""
        if self._file.closed:
            return
        self._file.seek(self._written)
        self._written += self._file.write(data)
        self._more.set()

    def end(self, problem: Problem | None = None) -> None:
        """Says that this was all, or why there will be no more."""
        self._ended, self._problem = True, problem
        self._more.set()

    def close(self) -> None:
        """Lets go of what nobody will take."""
        self._file.close()

    async def parts(self) -> AsyncIterator[bytes]:
        """The parts in order. Raises BrokenAnswerError at the end of an answer that is not whole."""
        read = 0
        while True:
            self._more.clear()
            while read < self._written:
                self._file.seek(read)
                data = self._file.read(1 << 16)
                read += len(data)
                yield data
            if self._ended and read >= self._written:
                break
            await self._more.wait()
        if self._problem is not None:
            raise BrokenAnswerError(self._problem)


@dataclass(slots=True)
class Reply:
    """An answer: what it is, the build that it comes from, and either its whole body, or a spool that `rest` fills.

    `stats` has `rows` and `bytes` when the answer is whole.
    """

    head: Mapping[str, Any]
    build: str
    body: bytes | None
    spool: Spool | None = None
    rest: asyncio.Task[Problem | None] | None = None
    stats: dict[str, int] = field(default_factory=dict)

    async def whole(self) -> bytes:
        """The whole body. Raises Problem when it is broken off."""
        if self.spool is None:
            return self.body or b""
        try:
            return b"".join([part async for part in self.spool.parts()])
        except BrokenAnswerError as error:
            raise error.problem from None
        finally:
            self.discard()

    def discard(self) -> None:
        """Lets go of what has not been sent, and stops the job if it still runs."""
        if self.rest is not None:
            self.rest.cancel()
        if self.spool is not None:
            self.spool.close()
