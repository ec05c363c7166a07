"""Start-up: what a user waits for before anything is done."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from suite import measuring
from suite.building import store_of
from suite.measuring import Sample
from suite.parts import Part, Setting

HELP, QUERY, FIRST = "rdfkit --help", "rdfkit query, one row", "first row of a SELECT of everything"


def measure(setting: Setting, _: Mapping[str, Part]) -> Part:
    """Starts each command in turn, many times."""
    store = store_of(setting)
    one = "SELECT ?title { ?figure a doco:Figure ; dcterms:title ?title } LIMIT 1"
    systems: dict[str, Callable[[], Sample]] = {
        HELP: partial(measuring.run, measuring.rdfkit("--help"), memory=False),
        QUERY: partial(measuring.run, measuring.rdfkit("query", one, "--store", store), memory=False),
        FIRST: partial(
            measuring.first_row, measuring.rdfkit("query", "SELECT * { ?s ?p ?o }", "--store", store)
        ),
    }
    for run in systems.values():
        run()
    found = measuring.in_turn(systems, setting.starts, lambda _: None)
    part = Part(f"Start-up, median of {setting.starts}", ("what", "seconds", "CPU s", "slowest"), notes=[])
    part.keep(found)
    for name, series in found.items():
        slowest = max(sample.wall for sample in series.samples)
        cpu = f"{series.cpu:.3f}" if name != FIRST else ""
        part.rows.append((name, f"{series.wall:.3f}", cpu, f"{slowest:.3f}"))
    part.numbers = {
        "help": found[HELP].wall,
        "query": found[QUERY].wall,
        "first_row": found[FIRST].wall,
    }
    part.bars = {"Start-up, s (less is better)": {name: series.wall for name, series in found.items()}}
    part.notes.append(
        "Each started anew, once before the clock runs; the first row is the first after the header."
    )
    return part
