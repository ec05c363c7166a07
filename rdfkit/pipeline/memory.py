"""How the C library keeps memory for the threads of a build."""

from __future__ import annotations

import ctypes
import sys

# mallopt's M_ARENA_MAX, https://man7.org/linux/man-pages/man3/mallopt.3.html
_ARENA_MAX = -8
_ARENAS = 2


def share_arenas() -> None:
    """Has all threads take memory from the same two arenas, where the C library is glibc.

    By default glibc has eight for each core, and none gives back what another could use: a build of 20,000 figures then
    holds 770 MB at its peak, in place of 600, and takes no less time.
    """
    if sys.platform == "linux":
        library = ctypes.CDLL(None)
        if hasattr(library, "mallopt"):
            library.mallopt(_ARENA_MAX, _ARENAS)
