"""What is made once for a whole test run, however many processes it has."""

from __future__ import annotations

import os
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import filelock
import pytest

Made = TypeVar("Made")


def once(folders: pytest.TempPathFactory, name: str, make: Callable[[Path], Made]) -> tuple[Made, Path]:
    """What `make` gives for a folder of that name, made by the first process that asks, and the folder."""
    base = folders.getbasetemp()
    # A process of pytest-xdist has a folder of its own within that of the run.
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    folder, made = shared / name, shared / f"{name}.pickle"
    with filelock.FileLock(shared / f"{name}.lock"):
        if not made.exists():
            made.write_bytes(pickle.dumps(make(folder)))
    found: Made = pickle.loads(made.read_bytes())
    return found, folder
