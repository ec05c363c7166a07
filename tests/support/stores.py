"""Stores for tests that need no pages."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rdfkit.store import DEFAULT_PATH
from rdfkit.store.builds import Stage, building


@contextmanager
def new_build(path: str | Path = DEFAULT_PATH) -> Iterator[Stage]:
    """A build that begins empty, whatever is there. Raises as `building` does."""
    with building(path, lambda folder: False) as stage:
        yield stage
