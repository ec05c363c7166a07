"""The aims, and whether a run reached them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from suite.parts import Part, seconds, times

_MIB_IN_GB = (1 << 20) / 1e9
_MEMORY_GB = 1.5
_DISK_GB = 0.9
# More than this is growth, less is chance.
_SAME = 1.1
# What a build may take longer for each page of a larger site.
_GROWTH = 1.04
# "At once", as a number: what a query that gives one row may take.
_AT_ONCE = 0.5


@dataclass(frozen=True, slots=True)
class Aim:
    """An aim: what it says, what was measured, and whether that reaches it; None when that was not measured."""

    aim: str
    measured: str
    reached: bool | None


# Part, what is wanted, what was measured of it, whether that is enough.
_Numbers = Mapping[str, float]
_AIMS: tuple[tuple[str, str, Callable[[_Numbers], str], Callable[[_Numbers], bool | None]], ...] = (
    (
        "build",
        "Full build of {pages} figures, validated: at most 1.6× the bulk load of the same quads",
        lambda n: f"{times(n['over_floor'])} ({seconds(n['seconds'])} s to {seconds(n['floor_seconds'])} s)",
        lambda n: n["over_floor"] <= 1.6,
    ),
    (
        "large",
        "{large} figures: at most {growth} the time of {pages}",
        lambda n: times(n["ratio"]),
        lambda n: n["ratio"] <= _GROWTH * n["pages_ratio"],
    ),
    (
        "build",
        "Peak memory of all processes, {pages} figures: under 1.5 GB",
        lambda n: f"{n['peak_mib'] * _MIB_IN_GB:.2f} GB",
        lambda n: n["peak_mib"] * _MIB_IN_GB < _MEMORY_GB,
    ),
    (
        "large",
        "Peak memory of all processes, {large} figures: under 1.5 GB",
        lambda n: f"{n['peak_mib'] * _MIB_IN_GB:.2f} GB",
        lambda n: n["peak_mib"] * _MIB_IN_GB < _MEMORY_GB,
    ),
    (
        "large",
        "Peak memory does not grow with the number of pages (at most 1.1× from {pages} to {large})",
        lambda n: times(n["peak_ratio"]),
        lambda n: n["peak_ratio"] <= _SAME,
    ),
    (
        "build",
        "The store of {pages} figures: at most 0.9 GB on disk",
        lambda n: f"{n['store_gb']:.2f} GB",
        lambda n: n["store_gb"] <= _DISK_GB,
    ),
    (
        "conversion",
        "Conversion alone, one core: at least 20× the rdflib + PyYAML script",
        lambda n: f"{times(n['over_script'])} ({n['pages_per_second']:,.0f} pages/s)",
        lambda n: n["over_script"] >= 20,
    ),
    (
        "conversion",
        "Conversion alone, one core: ahead of every peer",
        lambda n: f"{times(n['over_best_peer'])} the best of them",
        lambda n: n["over_best_peer"] > 1,
    ),
    (
        "validation",
        "Validation of all pages: at least 10× pyshacl, with the same results",
        lambda n: (
            f"{times(n['over_pyshacl'])} with reading, {times(n['engine_over_pyshacl'])} without; "
            f"{'the same' if n['same_results'] else 'other'} results"
        ),
        lambda n: n["over_pyshacl"] >= 10 and bool(n["same_results"]),
    ),
    (
        "incremental",
        "One changed page among {pages}: a query sees it in under 2 s",
        lambda n: f"{seconds(n['changed_seconds'])} s",
        lambda n: n["changed_seconds"] < 2,
    ),
    (
        "incremental",
        "One changed page among {pages}: under 1% of a full build",
        lambda n: f"{n['changed_share']:.2%}",
        lambda n: n["changed_share"] < 0.01,
    ),
    (
        "start",
        "`rdfkit --help` in under 0.3 s",
        lambda n: f"{n['help']:.2f} s",
        lambda n: n["help"] < 0.3,
    ),
    (
        "start",
        "`rdfkit query` on a built store in under 0.5 s",
        lambda n: f"{n['query']:.2f} s",
        lambda n: n["query"] < 0.5,
    ),
    (
        "start",
        "First results of a large SELECT at once (under 0.5 s from the start of the command)",
        lambda n: f"{n['first_row']:.2f} s",
        lambda n: n["first_row"] < _AT_ONCE,
    ),
    (
        "queries",
        "Queries of the library: each under 1 s, on {large} figures and the 240 pathways",
        lambda n: (
            f"{n['over_a_second']:.0f} of {n['queries']:.0f} over 1 s, the slowest {seconds(n['slowest'])} s, "
            f"on {n['pages']:,.0f} figures"
        ),
        # On less than that it is reached too easily.
        lambda n: n["over_a_second"] == 0 if n["with_pathways"] else None,
    ),
)


def judged(parts: Mapping[str, Part], pages: int, large: int) -> list[Aim]:
    """Every aim with what these parts measured."""
    sizes = {"pages": f"{pages:,}", "large": f"{large:,}", "growth": times(_GROWTH * large / pages)}
    return [
        Aim(aim.format(**sizes), measured(part.numbers), reached(part.numbers))
        if (part := parts.get(name)) is not None and part.numbers
        else Aim(aim.format(**sizes), "not measured in this run", None)
        for name, aim, measured, reached in _AIMS
    ]
