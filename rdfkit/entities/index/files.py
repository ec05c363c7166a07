"""The file of the label index: made where it is missing, brought up to date, handed on by a build."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import filelock

from rdfkit.entities.index.entries import failures
from rdfkit.entities.index.indexer import make_labels
from rdfkit.entities.index.search import Labels
from rdfkit.entities.index.update import update_labels
from rdfkit.errors import LabelError, LabelsPendingError

if TYPE_CHECKING:
    from rdfkit.store import StoreProtocol

_FILE = "labels.sqlite"
# The index of an earlier build, and the nodes whose triples have changed since then, one IRI a line.
_BEFORE, _TOUCHED = "labels-before.sqlite", "labels-touched.txt"


def ensure_labels(store: StoreProtocol) -> Path:
    """The file with the label index of a store on disk, beside its graph; made when it is not there yet, from that of
    the build before if that is there, and again when another version of rdfkit has made it.

    Whoever asks while another makes it waits. Raises LabelError when it cannot be written, StoreError.
    """
    if store.folder is None:
        raise LabelError("a store in memory has no index of labels on disk")
    target = store.folder / _FILE
    if not _is_usable(target):
        with failures(target), filelock.FileLock(store.folder / "labels.lock"):
            if not _is_usable(target):
                _make(store, store.folder, target)
    return target


def open_labels(store: StoreProtocol) -> Labels:
    """The label index of a store on disk, if it is there. Raises LabelsPendingError when it is not made yet."""
    if store.folder is not None:
        with suppress(LabelError):
            return Labels(store.folder / _FILE)
    raise LabelsPendingError("the index of names is being made; searches and pages answer when it is there")


def _make(store: StoreProtocol, folder: Path, target: Path) -> None:
    if not _is_updated(store, folder, target):
        make_labels(store, target)
    disinherit_labels(folder)


def _is_updated(store: StoreProtocol, folder: Path, target: Path) -> bool:
    """Makes the index from an earlier one, if that can be done."""
    before = folder / _BEFORE
    try:
        return _is_usable(before) and update_labels(store, before, _touched(folder), target)
    except LabelError:
        # The file is damaged, as after a power failure.
        return False


def inherit_labels(old: Path, new: Path, touched: Iterable[str]) -> None:
    """Has the label index of a build, once it is asked for, made from that of the build that it began as a copy of.

    `old` and `new` are the folders of the builds, `touched` the IRIs of the nodes whose triples are others in the new
    one. Costs a link and a file of these; without an index in the old folder nothing is done. Raises OSError.
    """
    changed = set(touched)
    # One that is being made meanwhile is there whole when what it is made of goes.
    for name in (_FILE, _BEFORE, _FILE):
        lines = sorted(changed.union(_touched(old) if name == _BEFORE else ()))
        (new / _TOUCHED).write_text("".join(f"{line}\n" for line in lines), encoding="utf-8", newline="\n")
        if _link(old / name, new / _BEFORE):
            return
    disinherit_labels(new)


def disinherit_labels(folder: Path) -> None:
    """Removes what `inherit_labels` has put into the folder of a build. Raises OSError."""
    # In this order: who finds the first finds the second.
    (folder / _BEFORE).unlink(missing_ok=True)
    (folder / _TOUCHED).unlink(missing_ok=True)


def _touched(folder: Path) -> list[str]:
    try:
        return (folder / _TOUCHED).read_text(encoding="utf-8").split("\n")[:-1]
    except FileNotFoundError:
        return []


def _link(old: Path, new: Path) -> bool:
    """Gives a file that is never changed a second name, or where the system cannot, a copy."""
    try:
        try:
            os.link(old, new)
        except FileNotFoundError:
            raise
        except OSError:
            shutil.copyfile(old, new)
    except FileNotFoundError:
        return False
    return True


def _is_usable(path: Path) -> bool:
    try:
        Labels(path).close()
    except LabelError:
        return False
    return True
