"""What a part of the benchmark is given, and what it gives back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from suite.data import Figures
    from suite.measuring import Series


@dataclass(frozen=True, slots=True)
class Setting:
    """How much is measured.

    `pages` are built and changed, the first `sample` of them converted and validated by everybody, `large` built to
    see how it grows; `rounds` of each, `starts` of what takes less than a second. `say` tells the user what goes on.
    """

    figures: Figures
    pages: int
    sample: int
    large: int
    rounds: int
    starts: int
    say: Callable[[str], None]


@dataclass(slots=True)
class Part:
    """What a part found: a table for people, `numbers` by name for aims and plots, and all runs.

    `bars` are what the plot shows: a title with its unit, and a number for each name; `others` names those of them
    that are not rdfkit's.
    """

    title: str
    columns: tuple[str, ...] = ()
    rows: list[tuple[str, ...]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    numbers: dict[str, float] = field(default_factory=dict)
    bars: dict[str, dict[str, float]] = field(default_factory=dict)
    others: tuple[str, ...] = ()
    runs: dict[str, Any] = field(default_factory=dict)

    def keep(self, series: Mapping[str, Series]) -> None:
        """Adds all runs."""
        self.runs.update({name: one.to_json() for name, one in series.items()})

    def to_json(self) -> dict[str, Any]:
        """All of it, as JSON has it."""
        return asdict(self)


Measure = Callable[[Setting, Mapping[str, Part]], Part]


def seconds(value: float) -> str:
    """Seconds with as many places as count."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def times(value: float) -> str:
    """A ratio."""
    return f"{value:,.0f}×" if value >= 100 else f"{value:.1f}×" if value >= 10 else f"{value:.2f}×"


def mib(value: float | None) -> str:
    """A size in MiB."""
    return "" if value is None else f"{value:,.0f}"
