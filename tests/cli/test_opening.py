"""What verbs open: a store whose names are indexed needs no further writing."""

from __future__ import annotations

from pathlib import Path

import pytest

from rdfkit.entities.index.files import open_labels
from rdfkit.errors import LabelsPendingError
from rdfkit.store import open_store
from tests.support.command_line import run_command
from tests.support.paths import SEEDS


def test_a_build_indexes_the_names_when_it_is_told_to(tmp_path: Path) -> None:
    store = tmp_path / "store"
    assert run_command("build", SEEDS, "--store", store, "-q").returncode in (0, 1)
    with open_store(store) as opened, pytest.raises(LabelsPendingError):
        open_labels(opened)
    assert run_command("build", SEEDS, "--store", store, "-q", "--labels").returncode in (0, 1)
    with open_store(store) as opened, open_labels(opened) as labels:
        assert labels.search("IL6")
