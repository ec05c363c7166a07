"""The locks of a store: one build at a time, and no build is removed while somebody reads it.

Locks are the system's and end with their process. Where a system has no `fcntl`, readers do not lock, and the system
itself refuses to remove files in use.
"""

from __future__ import annotations

import json
import os
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from rdfkit.errors import StoreBusyError
from rdfkit.store.failures import unwritable, writing
from rdfkit.store.layout import now

if sys.platform != "win32":
    import fcntl


@contextmanager
def held(root: Path) -> Iterator[None]:
    """Keeps other builds out, and tells them who does."""
    # Here and not above: who only reads a store needs none.
    import filelock

    lock = filelock.FileLock(root / "lock")
    holder = root / "holder.json"
    try:
        lock.acquire(blocking=False)
    except filelock.Timeout:
        raise _busy(root, holder) from None
    except OSError as error:
        raise unwritable(root, error) from error
    try:
        with writing(root):
            who = {"pid": os.getpid(), "host": socket.gethostname(), "started": now()}
            holder.write_text(json.dumps(who), encoding="utf-8")
        yield
    finally:
        holder.unlink(missing_ok=True)
        lock.release()


def _busy(root: Path, holder: Path) -> StoreBusyError:
    try:
        who = json.loads(holder.read_text(encoding="utf-8"))
        text = "process {pid} on {host} since {started}".format(**who)
    except (OSError, ValueError, KeyError):  # it has only just begun, or has just ended
        return StoreBusyError("another build is running; try again when it has ended", path=str(root))
    return StoreBusyError(
        f"another build is running: {text}; try again when it has ended", path=str(root), value=text
    )


if sys.platform == "win32":

    def lock_for_reading(folder: Path) -> BinaryIO | None:
        """Opens the file of those who read a build. None when it is gone."""
        try:
            return (folder / "readers").open("rb")
        except FileNotFoundError:
            return None

    def is_read(folder: Path) -> bool:
        """Whether anybody reads the build in a folder."""
        return False

else:

    def lock_for_reading(folder: Path) -> BinaryIO | None:
        """Keeps a build from being removed until the file is closed. None when it is gone or going."""
        try:
            file = (folder / "readers").open("rb")
        except FileNotFoundError:
            return None
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            file.close()
            return None
        return file

    def is_read(folder: Path) -> bool:
        """Whether anybody reads the build in a folder."""
        try:
            # Open for writing too: some network file systems want that for an exclusive lock.
            with (folder / "readers").open("r+b") as file:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        except FileNotFoundError:
            return False
        return False
