"""The spool of a build: batches of converted pages that wait, as files, to be loaded.

Processes fill it while the store is fed from it. A batch is there when its list of pages is, so what a stopped build
leaves behind can be loaded by the next; loading a batch twice changes nothing, as a graph is a set.
"""

from __future__ import annotations

import pickle
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import IO

from rdfkit.pipeline.converter import Batch, convert_batch, uncollected, without_known
from rdfkit.pipeline.page_uses import PageUses
from rdfkit.pipeline.state.model import Converted, PageState
from rdfkit.store.catalogue import dataset_of
from rdfkit.validation.shacl import CompiledShapes

FOLDER = "spool"
# Descriptions that a process remembers having written, so that most are written once.
_REMEMBERED = 200_000


@dataclass(frozen=True, slots=True)
class Job:
    """A batch to convert into the spool; its `shapes` are left to the spooler. `pages` are numbers in the database."""

    number: int
    pages: tuple[int, ...]
    batch: Batch


@dataclass(frozen=True, slots=True)
class Spooled:
    """A batch that is ready: a file of N-Quads, what became of each page, and what is counted of each dataset."""

    path: Path
    pages: tuple[tuple[int, Converted], ...]
    uses: Mapping[str, str] | None = None

    def remove(self) -> None:
        """Removes the files, when the batch is loaded and noted."""
        _list_of(self.path).unlink(missing_ok=True)
        self.path.unlink(missing_ok=True)


@dataclass(frozen=True, slots=True)
class Spooler:
    """Fills the spool of a build: what a process needs for all of its jobs, made once when it begins.

    `written` are the descriptions that it has written, `suspects` those that it has named: other pages need not
    repeat them.
    """

    folder: Path
    shapes: CompiledShapes | None
    written: set[int] = field(default_factory=set)
    suspects: set[tuple[int, str]] = field(default_factory=set)

    def spool(self, job: Job) -> Spooled:
        """Converts a batch and writes its quads. Raises OSError."""
        path = self.folder / f"{job.number:08}.nq"
        uses: defaultdict[str, PageUses] = defaultdict(PageUses)
        with uncollected(), path.open("w", encoding="utf-8", newline="\n") as file:
            pages = tuple(zip(job.pages, self._written_batch(job.batch, file, uses), strict=True))
        found = Spooled(path, pages, {name: one.to_json() for name, one in uses.items()})
        partial = path.with_suffix(".partial")
        partial.write_bytes(pickle.dumps(found))
        partial.replace(_list_of(path))
        return found

    def _written_batch(
        self, batch: Batch, file: IO[str], uses: defaultdict[str, PageUses]
    ) -> Iterator[Converted]:
        for outcome in convert_batch(replace(batch, shapes=self.shapes)):
            converted = self._without_known(outcome.converted)
            if converted.state is PageState.USED:
                file.write(outcome.n_quads())
                for one in converted.descriptions:
                    file.write(one.n_quads())
                dataset = dataset_of(converted.kind, converted.graph or "")
                if dataset is not None:
                    uses[dataset].add(outcome.own, outcome.shared)
            yield converted

    def _without_known(self, converted: Converted) -> Converted:
        """What became of a page, without what pages before it have said: suspects, and the texts of descriptions."""
        suspects = tuple(one for one in converted.suspects if one not in self.suspects)
        self.suspects.update(suspects)
        if len(self.written) > _REMEMBERED:
            self.written.clear()
        return replace(without_known(converted, self.written), suspects=suspects)


def spooled(folder: Path) -> Iterator[Spooled]:
    """The batches that a stopped build has left in a folder, ready to load; removes what is not whole."""
    for path in sorted(folder.glob("*.nq")):
        listed = _list_of(path)
        if listed.exists():
            found: Spooled = pickle.loads(listed.read_bytes())  # noqa: S301 - written by this program
            # The folder may have another name than when it was written.
            yield replace(found, path=path)
        else:
            path.unlink()


def _list_of(path: Path) -> Path:
    return path.with_suffix(".pages")
