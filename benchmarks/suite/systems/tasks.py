"""The pages of a folder as rdfkit's workers get them."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from rdfkit.pipeline.converter import Task
from rdfkit.pipeline.scan import survey
from rdfkit.pipeline.state.database import Inventory

# As many as a build gives to a worker at once.
_BATCH = 250


def tasks(folder: str) -> Iterator[tuple[Task, ...]]:
    """Batches of pages with their tables, in the order in which a build takes them."""
    with tempfile.TemporaryDirectory(prefix="rdfkit-") as name, Inventory(Path(name)) as inventory:
        survey([folder], [], inventory)
        for pages in inventory.pending(_BATCH):
            yield tuple(
                Task(page.file, tuple(inventory.companions_of(PurePosixPath(page.file.relative).stem)))
                for page in pages
            )
