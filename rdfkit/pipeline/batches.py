"""Makes batches of pages to convert: their files, their tables, and the answers to what they looked up before.

A batch is the same whether a process of this machine or a cluster converts it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from rdfkit.pipeline.converter import Batch, Task
from rdfkit.pipeline.resolver import Resolver
from rdfkit.pipeline.state.conflicts import owner
from rdfkit.pipeline.state.database import Database
from rdfkit.pipeline.state.files import companions_of
from rdfkit.pipeline.state.lookups import lookups_of
from rdfkit.pipeline.state.model import Companion, Waiting
from rdfkit.validation.shacl import CompiledShapes


@dataclass(frozen=True, slots=True)
class Batches:
    """Makes batches of the pages in a database; see `Batch` for `shapes` and `keep_invalid`."""

    database: Database
    resolver: Resolver
    shapes: CompiledShapes | None
    keep_invalid: bool

    def batch(self, pages: Sequence[Waiting]) -> Batch:
        """The work on some pages. Raises LexiconError."""
        # Of pages that were never read nothing is known yet.
        read = (page.id for page in pages if page.name is not None)
        return Batch(
            tuple(Task(page.file, tuple(_tables(self.database, page))) for page in pages),
            self.resolver.answers(lookups_of(self.database, read)),
            self.shapes,
            self.keep_invalid,
        )


def _tables(database: Database, page: Waiting) -> list[Companion]:
    """The tables that may be a page's: by its name if that is known and no page before has it, else by its file."""
    name = page.name if page.name is not None else PurePosixPath(page.file.relative).stem
    tables = companions_of(database, name)
    if tables and page.name is not None and owner(database, page.kind or "", name) != page.id:
        return []
    return tables
