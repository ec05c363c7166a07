"""The pages of a folder as rdfkit's workers get them."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from rdfkit.pipeline.converter import Task
from rdfkit.pipeline.scan import scan
from rdfkit.pipeline.state.database import Database
from rdfkit.pipeline.state.files import companions_of
from rdfkit.pipeline.state.pages import pending

# As many as a build gives to a worker at once.
_BATCH = 250


def tasks(folder: str) -> Iterator[tuple[Task, ...]]:
    """Batches of pages with their tables, in the order in which a build takes them."""
    with tempfile.TemporaryDirectory(prefix="rdfkit-") as name, Database(Path(name)) as database:
        scan([folder], [], database)
        for pages in pending(database, _BATCH):
            yield tuple(
                Task(page.file, tuple(companions_of(database, PurePosixPath(page.file.relative).stem)))
                for page in pages
            )
