"""How far work is, for whoever shows it."""

from __future__ import annotations

from collections.abc import Callable

# What is being done, how much of it is done, and how much there is: 0 where nobody knows beforehand.
Advance = Callable[[str, int, int], None]

# The stages of a build by name, in order.
SCANNING = "finding pages"
CONVERTING = "reading pages"
AGAIN = "reading again"
CHECKING = "checking what pages share"
DESCRIBING = "describing the datasets"
LINKING = "linking figures to pathways"
SWITCHING = "switching in"
# The stages of each piece of work that has several.
STAGES = (
    (SCANNING, CONVERTING, AGAIN, CHECKING, DESCRIBING, LINKING, SWITCHING),
    ("comparing", "sending", "merging"),
    ("writing pages", "writing other graphs", "describing"),
)


def no_progress(stage: str, done: int, total: int) -> None:
    """A listener for progress that does nothing."""


def numbered(stage: str) -> str:
    """The name of a stage with its number, if its work has several: `2/7 reading pages`."""
    for stages in STAGES:
        if stage in stages:
            return f"{stages.index(stage) + 1}/{len(stages)} {stage}"
    return stage
