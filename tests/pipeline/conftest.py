"""Databases of their own for the tests of the pipeline."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from rdfkit.pipeline.state.database import Database


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """An empty database with indexes, as it is when all pages were converted once."""
    with Database(tmp_path) as found:
        found.index()
        yield found
