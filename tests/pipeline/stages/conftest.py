"""A site without a page for each test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from rdfkit.pipeline.state.database import Database
from rdfkit.store.builds import building
from tests.support.stage_site import Site


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """A site without a page."""
    (tmp_path / "site").mkdir()
    with (
        building(tmp_path / "store", lambda _: False) as stage,
        Database(stage.folder) as database,
    ):
        yield Site(tmp_path / "site", stage, database)
