"""The plot: one panel of bars for each thing that was compared, as SVG whose text stays text."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

_OURS, _OTHERS = "#0b6e99", "#b8c4cc"
_SETTINGS = {
    "svg.fonttype": "none",
    # The same numbers give the same file.
    "svg.hashsalt": "rdfkit",
    "font.family": "sans-serif",
    "font.size": 11,
    "axes.spines.top": False,
    "axes.spines.right": False,
}
_BAR, _HEAD, _WIDTH = 0.36, 0.75, 9.0


def plot(found: Mapping[str, Any], path: Path) -> None:
    """Draws the bars of all parts of a run."""
    panels = {title: bars for part in found["parts"].values() for title, bars in part["bars"].items()}
    others = {name for part in found["parts"].values() for name in part["others"]}
    if not panels:
        panels = {"nothing to compare in this run": {"": 0.0}}
    heights = [_HEAD + _BAR * len(bars) for bars in panels.values()]
    with mpl.rc_context(_SETTINGS):
        figure = Figure(figsize=(_WIDTH, sum(heights)), layout="constrained")
        axes = figure.subplots(len(panels), 1, height_ratios=heights, squeeze=False)
        for axis, (title, bars) in zip(axes[:, 0], panels.items(), strict=True):
            _panel(axis, title, bars, others)
        figure.savefig(path, format="svg", metadata={"Date": None})


def _panel(axis: Axes, title: str, bars: Mapping[str, float], others: set[str]) -> None:
    names, values = list(bars), list(bars.values())
    colours = [_OTHERS if name in others else _OURS for name in names]
    drawn = axis.barh(names, values, color=colours)
    axis.bar_label(drawn, labels=[_shown(value) for value in values], padding=4)
    axis.invert_yaxis()
    axis.set_title(title, loc="left", fontsize=12, fontweight="bold")
    axis.set_xlim(0, max(values) * 1.15 or 1)
    axis.xaxis.set_visible(False)
    axis.spines["bottom"].set_visible(False)
    axis.tick_params(axis="y", length=0)


def _shown(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"
