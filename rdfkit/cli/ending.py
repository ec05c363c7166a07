"""How a command ends other than by being done: stopped, out of time, unable to write, or by a fault of ours."""

from __future__ import annotations

import errno
import io
import os
import select
import shutil
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType, TracebackType
from typing import NoReturn, TextIO

from rdfkit.errors import ExportError
from rdfkit.publishing.files import discard_unfinished

STOPPED = "stopped; run it again to go on"
INTERRUPTED = 130
TERMINATED = 143
OUT_OF_TIME = 124
CRASHED = 70
# Shows where a fault of ours is, in place of one line.
TRACEBACK = "RDFKIT_TRACEBACK"
# What is running in Oxigraph or SQLite does not hear of Ctrl-C; so long it has to come back by itself.
_GRACE = 0.6
# What an output says that takes nothing more.
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EFBIG, errno.EBADF)


class Terminated(KeyboardInterrupt):
    """SIGTERM: ends a command as Ctrl-C does."""


def prepare_streams() -> None:
    """Has everything that may be said written somehow, whatever the encoding of the terminal or pipe.

    A standard output that is closed takes nothing, and says so; messages that nobody wants go nowhere.
    """
    if sys.stdout is None:
        sys.stdout = open(os.open(os.devnull, os.O_RDONLY), "w", encoding="utf-8")  # noqa: PTH123, SIM115
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


@contextmanager
def answering_signals() -> Iterator[None]:
    """Has Ctrl-C and SIGTERM end the command soon, also while a query runs that cannot be stopped."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    # Python calls its own handlers when the main thread comes back; this is written to at once.
    before = signal.set_wakeup_fd(writing, warn_on_full_buffer=False)
    ours = signal.getsignal(signal.SIGTERM) is signal.SIG_DFL
    if ours:
        signal.signal(signal.SIGTERM, _terminate)
    threading.Thread(target=_wait_for_signals, args=(reading,), daemon=True).start()
    try:
        yield
    finally:
        signal.set_wakeup_fd(before)
        if ours:
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
        # Ends the thread.
        os.close(writing)


def leave_signals_alone() -> None:
    """For verbs that end by themselves when their work is done, as servers do."""
    if threading.current_thread() is threading.main_thread():
        signal.set_wakeup_fd(-1)
        if signal.getsignal(signal.SIGTERM) is _terminate:
            signal.signal(signal.SIGTERM, signal.SIG_DFL)


@contextmanager
def time_limit(seconds: float | None) -> Iterator[None]:
    """Ends the process when what is done here takes longer; None is no limit."""
    if seconds is None:
        yield
        return
    timer = threading.Timer(seconds, end_now, (f"the query took longer than {seconds:g} s", OUT_OF_TIME))
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def end_now(said: str, code: int) -> NoReturn:
    """Ends the process without waiting for what runs; removes what is half-written."""
    discard_unfinished()
    for folder in Path(tempfile.gettempdir()).glob(f"rdfkit-{os.getpid()}-*"):
        shutil.rmtree(folder, ignore_errors=True)
    tell(said)
    os._exit(code)


def tell(said: str) -> None:
    """A line on stderr, whatever has become of it."""
    with suppress(OSError, ValueError):
        # A progress bar hides the cursor.
        shown = "\x1b[?25h\r\x1b[K" if sys.stderr.isatty() else ""
        sys.stderr.write(f"{shown}rdfkit: {said}\n")
        sys.stderr.flush()


def output_error(error: OSError) -> ExportError | None:
    """The error when it was standard output that could not be written; None for any other."""
    if error.filename is not None or error.errno not in _FULL:
        return None
    give_up(sys.stdout)
    return ExportError(f"cannot be written: {error.strerror}", path="standard output")


def give_up(stream: TextIO) -> None:
    """Has what is still in a buffer go nowhere, or Python would try to write it once more at its end."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def crash(error: BaseException) -> str:
    """What is said of an error that nobody has foreseen: what, where, and what to do about it."""
    place = _last_place(error.__traceback__)
    said = " ".join(str(error).split())
    return (
        f"a fault of rdfkit, not of yours: {type(error).__name__}: {said} ({place}); please report this line and the "
        f"command where you have rdfkit from ({TRACEBACK}=1 shows more)"
    )


def _last_place(trace: TracebackType | None) -> str:
    """The last place of our own code."""
    place = "no place"
    while trace is not None:
        path = trace.tb_frame.f_code.co_filename
        if "rdfkit" in path:
            place = f"rdfkit{path.rpartition('rdfkit')[2]}:{trace.tb_lineno}"
        trace = trace.tb_next
    return place


def _terminate(number: int, frame: FrameType | None) -> NoReturn:
    raise Terminated


def _ends_within(reading: int, seconds: float) -> bool:
    """Whether the other end of a pipe is closed within some seconds."""
    if sys.platform == "win32":  # where only sockets can be waited for
        time.sleep(seconds)
        return False
    until = time.monotonic() + seconds
    while (left := until - time.monotonic()) > 0:
        ready, _, _ = select.select([reading], [], [], left)
        if ready and not os.read(reading, 1):
            return True
    return False


def _wait_for_signals(reading: int) -> None:
    while number := os.read(reading, 1):
        # The other end is closed when the command has ended by itself.
        if number[0] in (signal.SIGINT, signal.SIGTERM) and not _ends_within(reading, _GRACE):
            end_now(STOPPED, INTERRUPTED if number[0] == signal.SIGINT else TERMINATED)
    os.close(reading)
