"""What Oxigraph and the system say when something fails, as errors that a user can act on."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rdfkit.errors import StoreError


@contextmanager
def writing(root: Path) -> Iterator[None]:
    """Says in a StoreError why the store cannot be written."""
    try:
        yield
    except OSError as error:
        raise unwritable(root, error) from error


@contextmanager
def loading(root: Path) -> Iterator[None]:
    """As `writing`, for Oxigraph's errors alone: those with a number come from what is being loaded."""
    try:
        yield
    except OSError as error:
        if error.errno is not None:
            raise
        raise unwritable(root, error) from error


@contextmanager
def reading(root: Path | None) -> Iterator[None]:
    """Says in a StoreError why the store cannot be read. Oxigraph's word for damage is RuntimeError."""
    try:
        yield
    except (OSError, RuntimeError) as error:
        place = str(root) if root else None
        raise StoreError(f"the store cannot be read: {_reason(error)}", path=place) from error


def unwritable(root: Path, error: OSError) -> StoreError:
    """Why a store cannot be written, as an error."""
    reason = _reason(error)
    # RocksDB's errors have no number, only the words of the system.
    full = error.errno == errno.ENOSPC or os.strerror(errno.ENOSPC) in reason
    said = "the disk is full" if full else f"the store cannot be written: {reason}"
    return StoreError(f"{said}; nothing was switched, what was there before is unchanged", path=str(root))


def _reason(error: OSError | RuntimeError) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or str(error)
