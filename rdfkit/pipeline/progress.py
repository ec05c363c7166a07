"""How far work is, for whoever shows it."""

from __future__ import annotations

from collections.abc import Callable

# What is being done, how much of it is done, and how much there is.
Advance = Callable[[str, int, int], None]


def no_progress(stage: str, done: int, total: int) -> None:
    """A listener for progress that does nothing."""
