"""Where everything lies in the folder of a store, and how its files are written for good.

    STORE/rdfkit-store.json      says that this folder is a store, and the number of this layout
    STORE/current                the name of the build that readers open
    STORE/builds/NAME/graph/     Oxigraph's files, never changed once the build is current: the named graphs of
                                 pages, and of what many pages say alike
    STORE/builds/NAME/build.json what was built: versions, time, counts, and what the builder adds
    STORE/builds/NAME/readers    locked, shared, by everyone who reads this build
    STORE/lock, STORE/holder.json  locked by the build that runs; says who that is

A build writes a new folder under `builds/` and makes it current by replacing the one file `current`. So a
build that is killed at any moment leaves the store as it was or as it will be, never between. What it leaves
behind is a folder that `current` does not name; each build removes those, but for the ones still being read.
Locks are the system's and end with their process. Where a system has no `fcntl`, readers do not lock, and
the system itself refuses to remove files in use.
"""

from __future__ import annotations

import json
import os
import re
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rdfkit.errors import StoreError

DEFAULT_PATH = Path("rdfkit-store")
CURRENT = "current"
BUILD_NAME = re.compile(r"[0-9]{8}T[0-9]{6}Z-[0-9a-f]{8}")
_LAYOUT = 2
_MARKER = "rdfkit-store.json"


def claim(root: Path) -> None:
    """Makes the folder of a store, or makes sure that it is one."""
    if root.exists() and not root.is_dir():
        raise StoreError("this is a file; a store is a folder", path=str(root))
    root.mkdir(parents=True, exist_ok=True)
    # The marker is the first file that a build makes, so one listing tells, whoever else begins now.
    names = {path.name for path in root.iterdir()}
    if names and _MARKER not in names:
        raise StoreError(
            "this folder has other files in it and is not an rdfkit store; nothing was changed",
            path=str(root),
            expected="an empty or new folder, or an rdfkit store",
        )
    check_layout(root)
    marker = root / _MARKER
    if not marker.exists() or not marker.stat().st_size:
        write(marker, json.dumps({"layout": _LAYOUT}))


def check_layout(root: Path) -> None:
    """Raises StoreError when the store in a folder has another layout than this one."""
    marker = root / _MARKER
    # An empty marker is that of a build which was killed as it began.
    if marker.exists() and marker.stat().st_size and read_json(marker).get("layout") != _LAYOUT:
        raise StoreError(
            "this store was made by another version of rdfkit: delete the folder, or build into another with --store",
            path=str(root),
            expected=f"layout {_LAYOUT}",
        )


def current_build(root: Path) -> str | None:
    """The name of the current build of the store in a folder, None when there is none yet. Raises StoreError."""
    try:
        name = (root / CURRENT).read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    check_layout(root)
    if not BUILD_NAME.fullmatch(name):
        raise StoreError("the store is damaged: `current` names no build", path=str(root), value=name)
    return name


if sys.platform == "win32":

    def sync(path: Path) -> None:
        """Nothing: the system has no such call."""

else:

    def sync(path: Path) -> None:
        """Has the system write a file or the entries of a folder to disk."""
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def sync_tree(folder: Path) -> None:
    """Has the system write a folder to disk with all that is in it."""
    for path in folder.rglob("*"):
        sync(path)
    sync(folder)


def write(path: Path, text: str) -> None:
    """Writes a file, on disk for good when this returns."""
    path.write_text(text, encoding="utf-8")
    sync(path)


def replace(path: Path, text: str) -> None:
    """Gives a file a new text, whole or not at all, even when the power fails."""
    aside = path.with_name(f"{path.name}.new")
    write(aside, text)
    aside.replace(path)
    sync(path.parent)


def read_json(path: Path) -> dict[str, Any]:
    """The JSON object in a file of a store. Raises StoreError for anything else."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise StoreError("the store is damaged: this file is not JSON", path=str(path)) from error
    if not isinstance(found, dict):
        raise StoreError("the store is damaged: this file is not a JSON object", path=str(path))
    return found


def now() -> str:
    """The time (UTC) as ISO 8601 has it, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")
