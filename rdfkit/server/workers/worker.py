"""A worker: a process that holds the store open and does one job at a time, read from stdin, answered on stdout.

    python -m rdfkit.server.workers.worker STORE MEMORY_MIB LABELS [FOLDER]

STORE is a folder, or the URL of an endpoint, whose index of labels is then kept in FOLDER. With LABELS "made" a worker
makes the index before it says that it is ready, with "found" only that of a small store; any other it uses once
somebody has made it.

It can be killed at any moment, and ends by itself: at the deadline of its job by the system's alarm, which no
running query can put off; when it needs more memory than it may have; and when the server's process has gone.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, BinaryIO

from rdfkit.entities.index.files import ensure_labels, open_labels
from rdfkit.entities.index.search import Labels
from rdfkit.errors import LabelsPendingError, RdfkitError
from rdfkit.server.problems import Problem, crashed, of_error
from rdfkit.server.workers.backends import open_origin, read_origin
from rdfkit.server.workers.jobs import JOBS, Context
from rdfkit.server.workers.output import Output
from rdfkit.server.workers.wire import FrameKind, decode, json_frame, read_frame
from rdfkit.store import StoreProtocol

# Of a store with fewer the index is made in a second.
_FEW_QUADS = 200_000

if sys.platform != "win32":
    import resource
    import signal


def main(arguments: list[str]) -> int:
    """Opens the store, says so in a HEAD frame (or why not, in a PROBLEM), then does jobs until stdin ends."""
    origin, memory = read_origin(arguments[0]), int(arguments[1])
    folder = Path(arguments[3]) if len(arguments) > 3 else None
    jobs, answers = sys.stdin.buffer, _private_stdout()
    _ignore_signals()
    try:
        store = open_origin(origin, folder)
        if arguments[2] == "made" or store.metadata.get("quads", _FEW_QUADS) < _FEW_QUADS:
            ensure_labels(store)
    except RdfkitError as error:
        _refuse(answers, of_error(error))
        return 0
    _limit_memory(memory)
    with store:
        head = {key: store.metadata[key] for key in ("name", "built")}
        labels = _KeptLabels(store)
        _say(answers, FrameKind.HEAD, {**head, "has_labels": labels.are_there})
        while (found := read_frame(jobs)) is not None:
            _do(store, labels, decode(found[1]), answers)
    return 0


class _KeptLabels:
    """The label index of a store, opened once it is there."""

    def __init__(self, store: StoreProtocol) -> None:
        self._store = store
        self._labels: Labels | None = None

    def __call__(self) -> Labels:
        """The index. Raises LabelsPendingError."""
        if self._labels is None:
            self._labels = open_labels(self._store)
        return self._labels

    @property
    def are_there(self) -> bool:
        """Whether the index is made."""
        try:
            self()
        except LabelsPendingError:
            return False
        return True


def _do(store: StoreProtocol, labels: Callable[[], Labels], job: Mapping[str, Any], stream: BinaryIO) -> None:
    output = Output(stream, encoding=job["encoding"], max_rows=job["max_rows"], max_bytes=job["max_bytes"])
    _set_alarm(job["time"])
    try:
        JOBS[job["job"]](Context(store, labels, job["accept"], job["format"]), job["arguments"], output)
        # From the end of the answer on the worker may get the next job, so no alarm of this one may follow.
        _set_alarm(0)
        output.finish()
    except RdfkitError as error:
        _refuse(stream, of_error(error))
    except MemoryError:
        _refuse(stream, crashed())
    finally:
        _set_alarm(0)


def _refuse(stream: BinaryIO, problem: Problem) -> None:
    said = {name: getattr(problem, name) for name in ("status", "name", "title", "detail")}
    _say(stream, FrameKind.PROBLEM, {**said, "members": dict(problem.members)})


def _say(stream: BinaryIO, kind: FrameKind, body: Mapping[str, Any]) -> None:
    stream.write(json_frame(kind, body))
    stream.flush()


def _private_stdout() -> BinaryIO:
    """Our own stdout. What anything else prints goes to stderr, and not among the frames."""
    private = os.fdopen(os.dup(1), "wb", buffering=1 << 17)
    os.dup2(2, 1)
    return private


if sys.platform == "win32":

    def _limit_memory(mebibytes: int) -> None:
        return None

    def _ignore_signals() -> None:
        return None

    def _set_alarm(seconds: float) -> None:
        return None

else:

    def _limit_memory(mebibytes: int) -> None:
        if mebibytes:
            resource.setrlimit(resource.RLIMIT_AS, (mebibytes << 20, mebibytes << 20))
        # A query that brings the process down leaves no image of its memory on the disk.
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))

    def _ignore_signals() -> None:
        # Ctrl-C goes to the server and its workers, as does what systemd sends to stop a service; the server says when
        # a worker ends, after the jobs that run.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, signal.SIG_IGN)

    def _set_alarm(seconds: float) -> None:
        # SIGALRM is left to the system, which ends the process.
        signal.setitimer(signal.ITIMER_REAL, seconds)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
