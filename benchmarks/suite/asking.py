"""The queries of the library, by `benchmarks/queries.py`; and the benchmarks that stand alone."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Mapping

from suite import measuring
from suite.building import large_store, store_of
from suite.parts import Part, Setting
from suite.places import BENCHMARKS

# A query that takes longer is ended.
_SECONDS = 30.0


def library(setting: Setting, parts: Mapping[str, Part]) -> Part:
    """Asks every query of the library; of the large store when that is measured too."""
    large = "large" in parts
    store = large_store(setting) if large else store_of(setting)
    pages = setting.large if large else setting.pages
    part = Part(
        f"Queries of the library on {pages:,} figures{' and the pathways' if large else ''}, slowest first",
        ("query", "parameters", "rows", "first, s", "then, s"),
    )
    if not (BENCHMARKS / "queries.py").exists():
        part.notes.append("`benchmarks/queries.py` is not here.")
        return part
    queries = importlib.import_module("queries")
    known = queries.hardest(str(store))
    found = []
    for query in queries.library().values():
        if query.is_federated:
            continue
        values = {one.name: known[one.name] for one in query.parameters if one.name in known}
        found.append(queries.measure(str(store), query, values, _SECONDS))
        setting.say(f"  {query.name}")
    for one in sorted(found, key=lambda one: -(one.median or one.first or _SECONDS)):
        shown = ", ".join(f"{name}={value}" for name, value in one.parameters.items())
        rows = "" if one.rows is None else f"{one.rows:,}"
        part.rows.append((one.name, shown, rows, _shown(one.first), _shown(one.median)))
        part.runs[one.name] = {"first": one.first, "median": one.median, "rows": one.rows}
    part.numbers = {
        "queries": len(found),
        "over_a_second": sum((one.median or _SECONDS) > 1 for one in found),
        "slowest": max(one.median or _SECONDS for one in found),
        "pages": pages,
        "with_pathways": float(large),
    }
    part.notes.append(
        "Each query in a process of its own, with the parameters that make it hardest; all rows are read. `first` is "
        f"the first time in a process that has just opened the store, `then` the median of three more times. A query "
        f"is ended after {_SECONDS:g} s."
    )
    return part


def _shown(value: float | None) -> str:
    return f"over {_SECONDS:g}" if value is None else f"{value:.3f}"


def alone(name: str) -> Callable[[Setting, Mapping[str, Part]], Part]:
    """A part that runs a benchmark which stands alone, and keeps what it prints."""

    def measure(_: Setting, __: Mapping[str, Part]) -> Part:
        out = measuring.printed([sys.executable, str(BENCHMARKS / f"{name}.py")])
        return Part(f"`benchmarks/{name}.py`", notes=[out])

    return measure
