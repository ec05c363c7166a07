"""The spool of a build: batches of converted pages that wait, as files, to be loaded.

Processes fill it while the store is fed from it. A batch is there when its list of pages is, so what a stopped build
leaves behind can be loaded by the next; loading a batch twice changes nothing, as a graph is a set.
"""

from __future__ import annotations

import gc
import pickle
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import IO

from rdfkit.kinds.site import Answers
from rdfkit.pipeline.converter import Batch, Outcome, Task, convert_batch, local_to
from rdfkit.pipeline.state.database import Converted, State
from rdfkit.shacl import CompiledShapes
from rdfkit.statements import Statements, to_n_triples

FOLDER = "spool"
# Triples about shared nodes that a process remembers having written, so that most are written once.
_REMEMBERED = 200_000


@dataclass(frozen=True, slots=True)
class Job:
    """A batch to convert into a folder, in a run of its own name.

    `pages` are the numbers of its pages in the inventory, `shapes` is pickled.
    """

    run: str
    number: int
    folder: str
    pages: tuple[int, ...]
    tasks: tuple[Task, ...]
    answers: Answers
    shapes: bytes | None
    keep_invalid: bool


@dataclass(frozen=True, slots=True)
class Spooled:
    """A batch that is ready: a file of N-Quads, and what became of each page."""

    path: Path
    pages: tuple[tuple[int, Converted], ...]

    def remove(self) -> None:
        """Removes the files, when the batch is loaded and noted."""
        _list_of(self.path).unlink(missing_ok=True)
        self.path.unlink(missing_ok=True)


def spool(job: Job) -> Spooled:
    """Converts a batch and writes its quads, with the triples of the merged default graph. Raises OSError."""
    path = Path(job.folder) / f"{job.number:08}.nq"
    # Nothing here makes cycles, and looking for them takes a quarter of the time.
    gc.disable()
    try:
        with path.open("w", encoding="utf-8", newline="\n") as file:
            pages = tuple(zip(job.pages, _written_batch(job, file), strict=True))
    finally:
        gc.enable()
    found = Spooled(path, pages)
    partial = path.with_suffix(".partial")
    partial.write_bytes(pickle.dumps(pages))
    partial.replace(_list_of(path))
    return found


def spooled(folder: Path) -> Iterator[Spooled]:
    """The batches that a stopped build has left in a folder, ready to load; removes what is not whole."""
    for path in sorted(folder.glob("*.nq")):
        listed = _list_of(path)
        if listed.exists():
            yield Spooled(path, pickle.loads(listed.read_bytes()))  # noqa: S301 - written by this program
        else:
            path.unlink()


def _list_of(path: Path) -> Path:
    return path.with_suffix(".pages")


def _written_batch(job: Job, file: IO[str]) -> Iterator[Converted]:
    batch = Batch(job.tasks, job.answers, _shapes(job.shapes), job.keep_invalid)
    for outcome in convert_batch(batch):
        if outcome.converted.state is State.USED:
            file.write(outcome.n_quads())
            _write_merged(outcome, _written(job.run), file)
        yield _without_known(outcome.converted, _suspected(job.run))


def _without_known(converted: Converted, known: set[tuple[int, str]]) -> Converted:
    """What became of a page, without the suspects of pages before it: they are the same for all."""
    new = tuple(one for one in converted.suspects if one not in known)
    known.update(new)
    return replace(converted, suspects=new)


def _write_merged(outcome: Outcome, written: set[str], file: IO[str]) -> None:
    """Writes the triples of a page for the default graph. Those about shared nodes come with many pages."""
    is_local = local_to(outcome.converted.graph or "")
    local: Statements = {}
    for subject, described in outcome.statements.items():
        if is_local(subject):
            local[subject] = described
            continue
        text = to_n_triples({subject: described})
        if text not in written:
            if len(written) > _REMEMBERED:
                written.clear()
            written.add(text)
            file.write(text)
    file.write(to_n_triples(local))


@lru_cache(maxsize=1)
def _written(run: str) -> set[str]:
    """The texts about shared nodes that this process has written in a run."""
    return set()


@lru_cache(maxsize=1)
def _suspected(run: str) -> set[tuple[int, str]]:
    """The suspects that this process has named in a run."""
    return set()


@lru_cache(maxsize=4)
def _shapes(pickled: bytes | None) -> CompiledShapes | None:
    if pickled is None:
        return None
    found: CompiledShapes = pickle.loads(pickled)  # noqa: S301 - comes from the process that started this one
    return found
