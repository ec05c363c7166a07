"""Validation: rdfkit, pyshacl and Jena's SHACL engine on the same graph with the same shapes."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

import pyoxigraph as ox

from suite import measuring
from suite.measuring import CommandError, Sample
from suite.parts import Part, Setting, mib, seconds, times
from suite.places import JENA, PROJECT, WORK

OURS, PYSHACL, JENA_SHACL = "rdfkit", "pyshacl", "Jena shacl"
# Its time, beside that of pyshacl's engine, is in a note.
ALONE = "rdfkit's engine alone"
_DATA, _SHAPES = WORK / "validation.nt", WORK / "shapes.ttl"
_CASES = PROJECT / "tests" / "cases" / "shapes"
_SH = "http://www.w3.org/ns/shacl#"


def measure(setting: Setting, _: Mapping[str, Part]) -> Part:
    """Validates the same file with each system in turn, and compares the results of each shape."""
    folder = setting.figures.first(setting.sample, setting.figures.folder(setting.pages))
    _SHAPES.write_bytes(b"\n".join(path.read_bytes() for path in sorted((PROJECT / "shapes").glob("*.ttl"))))
    made = measuring.run(measuring.system("shacl_data", folder, _CASES, _DATA), memory=False)
    part = Part(
        f"Validation of {setting.sample:,} figures, {made.said['triples']:,} triples",
        ("system", "seconds", "CPU s", "rdfkit is faster by", "peak MiB", "results"),
    )
    found = measuring.in_turn(_systems(), setting.rounds, setting.say)
    part.keep(found)
    alone = found.pop(ALONE).median(lambda sample: sample.said["seconds"])
    engine = found[PYSHACL].median(lambda sample: sample.said["engine_seconds"])
    results = {name: _RESULTS[name]() for name in found}
    for name, series in found.items():
        part.rows.append(
            (
                name,
                seconds(series.wall),
                seconds(series.cpu),
                "" if name == OURS else times(series.wall / found[OURS].wall),
                mib(series.peak_mib),
                f"{results[name].total():,}{'' if results[name] == results[OURS] else ' (not the same)'}",
            )
        )
        if results[name] != results[OURS]:
            part.notes.append(f"{name} finds otherwise: {_unlike(results[OURS], results[name])}.")
    part.numbers = {
        "over_pyshacl": found[PYSHACL].wall / found[OURS].wall,
        "engine_over_pyshacl": engine / alone,
        "same_results": float(all(one == results[OURS] for one in results.values())),
    }
    part.notes.append(
        "Whole commands, from a file of N-Triples to the report, reading included; the graph has the figures and all "
        f"failing cases of the shapes' tests. Without reading the graph: rdfkit {seconds(alone)} s, pyshacl "
        f"{seconds(engine)} s, {times(engine / alone)}."
    )
    part.bars = {"Validation, s (less is better)": {name: series.wall for name, series in found.items()}}
    part.others = (PYSHACL, JENA_SHACL)
    if JENA_SHACL not in found:
        part.notes.append(f"{JENA_SHACL} is not here (Debian: libapache-jena-java).")
    return part


def _systems() -> dict[str, Callable[[], Sample]]:
    ours = measuring.rdfkit("validate", _DATA, "--format", "json", "-q", "-o", _result(OURS))
    # The cases are made to fail.
    failing = frozenset({0, 1})
    systems: dict[str, Callable[[], Sample]] = {
        OURS: partial(measuring.run, ours, codes=failing),
        PYSHACL: partial(measuring.run, measuring.system("pyshacl_alone", _DATA, _SHAPES, _result(PYSHACL))),
    }
    systems[ALONE] = partial(measuring.run, measuring.system("shacl_alone", _DATA))
    jena = ["/bin/sh", "-c", 'exec "$0" "$@" > "$OUT"', str(JENA), "shacl.shacl", "validate"]
    command = [*jena, "--shapes", str(_SHAPES), "--data", str(_DATA)]
    if JENA.exists() and _runs([str(JENA), "riotcmd.riot", "--version"]):
        systems[JENA_SHACL] = partial(
            measuring.run, ["env", f"OUT={_result(JENA_SHACL)}", *command], codes=failing
        )
    return systems


def _runs(command: list[str]) -> bool:
    try:
        measuring.run(command, memory=False)
    except CommandError:
        return False
    return True


def _result(name: str) -> Path:
    return WORK / f"validation-{name.split()[0]}.out"


def _results_of_ours() -> Counter[str]:
    found = json.loads(_result(OURS).read_bytes())["results"]
    return Counter(result["rule"] for result in found)


def _results_of_pyshacl() -> Counter[str]:
    return Counter(json.loads(_result(PYSHACL).read_bytes()))


def _results_of_jena() -> Counter[str]:
    quads = list(ox.parse(path=str(_result(JENA_SHACL)), format=ox.RdfFormat.TURTLE))
    # Only what the report names: results of inner shapes are explanations of these.
    named = {quad.object for quad in quads if quad.predicate.value == f"{_SH}result"}
    return Counter(
        quad.object.value.rpartition("#")[2]
        for quad in quads
        if quad.predicate.value == f"{_SH}sourceShape"
        and quad.subject in named
        and isinstance(quad.object, ox.NamedNode)
    )


_RESULTS: Mapping[str, Callable[[], Counter[str]]] = {
    OURS: _results_of_ours,
    PYSHACL: _results_of_pyshacl,
    JENA_SHACL: _results_of_jena,
}


def _unlike(ours: Counter[str], theirs: Counter[str]) -> str:
    names = sorted(name for name in ours | theirs if ours[name] != theirs[name])
    return ", ".join(f"{name} {theirs[name]} in place of {ours[name]}" for name in names[:5])
