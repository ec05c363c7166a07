"""Conversion alone: pages in a second by one process on one core, rdfkit beside its peers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from suite import measuring
from suite.comparing import Difference, difference
from suite.measuring import Sample, Series
from suite.parts import Part, Setting, mib, times
from suite.places import BENCHMARKS, MORPH_PYTHON, WORK

OURS = "rdfkit"
SCRIPT = "rdflib + PyYAML script"
RDFLIB = "rdflib JSON-LD parser, per page"
PYLD = "pyld, per page"
MORPH = "Morph-KGC over JSON"
_MAPPING = BENCHMARKS / "suite" / "systems" / "figures.yarrrml"
# Pages of which the triples are compared.
_COMPARED = 200


def measure(setting: Setting, _: Mapping[str, Part]) -> Part:
    """Converts the same pages with each system in turn."""
    folder = setting.figures.first(setting.sample, setting.figures.folder(setting.pages))
    part = Part(
        f"Conversion of {setting.sample:,} figures, one process on one core",
        ("system", "pages/s", "ms/page", "CPU ms/page", "rdfkit is faster by", "peak MiB", "triples as ours"),
    )
    found = measuring.in_turn(_systems(folder, "conversion"), setting.rounds, setting.say)
    part.keep(found)
    same = _compare(setting, folder)
    speeds = {name: _pages_per_second(series) for name, series in found.items()}
    for name, series in found.items():
        part.rows.append(
            (
                name,
                f"{speeds[name]:,.0f}",
                f"{1000 / speeds[name]:.2f}",
                f"{_cpu_per_page(series):.2f}",
                "" if name == OURS else times(speeds[OURS] / speeds[name]),
                mib(series.peak_mib),
                "" if name == OURS else f"{same[name].share:.1%}",
            )
        )
        if name != OURS:
            part.notes.extend(_said_of(name, same[name]))
    peers = {name: speed for name, speed in speeds.items() if name != OURS}
    part.numbers = {
        "pages_per_second": speeds[OURS],
        "over_script": speeds[OURS] / speeds[SCRIPT],
        "over_best_peer": speeds[OURS] / max(peers.values()),
    }
    part.bars = {"Conversion on one core, pages/s (more is better)": speeds}
    part.others = tuple(peers)
    part.notes.append(
        "Imports are not counted; reading, and writing N-Triples or N-Quads, is. The JSON-LD parsers get documents "
        "that rdfkit has made from the pages before, Morph-KGC gets rows of JSON: neither reads YAML or tables here."
    )
    if MORPH not in speeds:
        part.notes.append(f"{MORPH} could not be installed here.")
    return part


def _systems(folder: Path, name: str) -> dict[str, Callable[[], Sample]]:
    documents, rows = WORK / f"{name}.jsonl", WORK / f"{name}.json"
    measuring.run(measuring.system("documents", folder, documents, rows), memory=False)
    commands = {
        OURS: measuring.system("ours", folder, _out(name, OURS)),
        SCRIPT: measuring.system("rdflib_script", folder, _out(name, SCRIPT)),
        RDFLIB: measuring.system("rdflib_jsonld", documents, _out(name, RDFLIB)),
        PYLD: measuring.system("pyld_jsonld", documents, _out(name, PYLD)),
        MORPH: measuring.system("morph", rows, _MAPPING, _out(name, MORPH), python=MORPH_PYTHON),
    }
    if not MORPH_PYTHON.exists():
        del commands[MORPH]
    return {system: partial(measuring.run, command) for system, command in commands.items()}


def _out(name: str, system: str) -> Path:
    word = "".join(letter if letter.isalnum() else "-" for letter in system)
    return WORK / f"{name}-{word}.nq"


def _pages_per_second(series: Series) -> float:
    return series.median(lambda sample: sample.said["pages"] / sample.said["seconds"])


def _cpu_per_page(series: Series) -> float:
    return 1000 * series.median(lambda sample: sample.said["cpu_seconds"] / sample.said["pages"])


def _compare(setting: Setting, folder: Path) -> dict[str, Difference]:
    """How the triples of each peer differ from ours, on some of the pages."""
    some = setting.figures.first(min(_COMPARED, setting.sample), folder)
    for run in (systems := _systems(some, "compared")).values():
        run()
    ours = _out("compared", OURS)
    return {name: difference(ours, _out("compared", name)) for name in systems if name != OURS}


def _said_of(name: str, found: Difference) -> list[str]:
    """What a peer leaves out or says otherwise."""
    notes = []
    if found.missing:
        notes.append(f"{name}: {found.missing:,} triples are not there: {_listed(found.missing_predicates)}.")
    if found.more:
        notes.append(f"{name}: {found.more:,} triples are others: {_listed(found.more_predicates)}.")
    return notes


def _listed(predicates: Mapping[str, int], most: int = 6) -> str:
    names = [f"`{iri.rpartition('#')[2].rpartition('/')[2]}` {count:,}" for iri, count in predicates.items()]
    rest = f" and {len(names) - most} more predicates" if len(names) > most else ""
    return ", ".join(names[:most]) + rest
