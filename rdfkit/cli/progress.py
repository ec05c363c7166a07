"""How far work is, on stderr: a bar on a terminal, a line every ten seconds in a pipe."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TextIO

from rdfkit.pipeline.progress import Advance, no_progress, numbered

# So often a pipe hears of work that goes on.
EVERY = 10.0
# Before so much is done, nobody knows how long the rest takes.
_LEAST_SECONDS = 2.0


class State:
    """How far work is. What it tells never goes back: counts only grow, and the time left of a stage only shrinks."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._began = clock()
        self._before = 0
        self._total_before = 0
        self._until: float | None = None
        self.stage = ""
        self.done = 0
        self.total = 0

    def advance(self, stage: str, done: int, total: int) -> None:
        """Takes what the work says. A stage that begins again goes on counting."""
        if stage != self.stage:
            self.stage, self.done, self.total = stage, 0, 0
            self._before, self._total_before = 0, 0
            self._began, self._until = self._clock(), None
        elif self._before + done < self.done or total + self._total_before < self.total:
            self._before, self._total_before = self.done, self.done
        self.done, self.total = self._before + done, self._total_before + total
        self._estimate()

    @property
    def left(self) -> int | None:
        """The seconds that the stage still takes, as far as anybody knows."""
        return None if self._until is None else max(0, round(self._until - self._clock()))

    def line(self) -> str:
        """All of it in words."""
        counted = f": {self.done:,} of {self.total:,}" if self.total else ""
        left = f", {_words(self.left)} left" if self.left else ""
        return f"{numbered(self.stage)}{counted}{left}"

    def _estimate(self) -> None:
        taken = self._clock() - self._began
        if self.done and self.total and taken >= _LEAST_SECONDS:
            until = self._clock() + taken * (self.total - self.done) / self.done
            self._until = until if self._until is None else min(self._until, until)


@contextmanager
def progress(quiet: bool) -> Iterator[Advance]:
    """A listener that shows stage, count and time left on stderr; one that does nothing when it is to be quiet."""
    if quiet:
        yield no_progress
    elif sys.stderr.isatty():
        with _bar(State()) as advance:
            yield advance
    else:
        with _lines(State(), sys.stderr) as advance:
            yield advance


@contextmanager
def _bar(state: State) -> Iterator[Advance]:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=None)

        def advance(stage: str, done: int, total: int) -> None:
            state.advance(stage, done, total)
            # Without a total the bar only shows that something goes on.
            bar.update(task, description=state.line(), completed=state.done, total=state.total or None)

        yield advance


@contextmanager
def _lines(state: State, stream: TextIO) -> Iterator[Advance]:
    over = threading.Event()

    def tell() -> None:
        while not over.wait(EVERY):
            if state.stage:
                try:
                    stream.write(f"{state.line()}\n")
                    stream.flush()
                except (OSError, ValueError):
                    # Nobody reads it, and the work matters more.
                    return

    teller = threading.Thread(target=tell, daemon=True)
    teller.start()
    try:
        yield state.advance
    finally:
        over.set()
        teller.join(1)


def _words(seconds: int | None) -> str:
    minutes, rest = divmod(seconds or 0, 60)
    return f"{minutes} min {rest:02} s" if minutes else f"{rest} s"
