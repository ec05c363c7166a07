"""Chooses what to measure, measures it, and writes the results. Started by `benchmarks/run`."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping
from pathlib import Path

from suite import aims, asking, building, conversion, machine, starting, validation, writing
from suite.data import Figures
from suite.measuring import ROUNDS, CommandError
from suite.parts import Measure, Part, Setting
from suite.places import RESULTS, WORK

PARTS: Mapping[str, Measure] = {
    "conversion": conversion.measure,
    "validation": validation.measure,
    "build": building.full,
    "large": building.growth,
    "incremental": building.incremental,
    "start": starting.measure,
    "queries": asking.library,
    "link": asking.alone("link"),
    "endpoint": asking.alone("endpoint"),
}
# What runs when nothing is named: `large` takes as long as all these, `link` and `endpoint` stand alone.
USUAL = ("conversion", "validation", "build", "incremental", "start", "queries")
DESCRIPTION = """\
Measures rdfkit beside its peers and its floor, on the same input in the same run, and writes
benchmarks/results/DATE.{json,md,svg}. Without names it runs: conversion, validation, build,
incremental, start, queries. `large` builds a store of many figures too, `link` and `endpoint`
run the benchmarks of these names. What was measured before on the same day, of the same commit
and in the same sizes, stays in the results. `readme [RESULTS.json]` puts the table of the last run, or
of that file, into the README."""


def main() -> None:
    """The command line."""
    options = _options()
    if options.parts[:1] == ["readme"]:
        _readme([Path(name) for name in options.parts[1:]])
        return
    if unknown := [name for name in options.parts if name not in PARTS]:
        raise SystemExit(f"no such benchmark: {', '.join(unknown)}; there are {', '.join(PARTS)}")
    wanted = [*(options.parts or USUAL), *(["large"] if options.large else [])]
    sizes = _sizes(options)
    WORK.mkdir(exist_ok=True)
    setting = Setting(figures=Figures(options.figures), say=_say, **sizes)
    facts = machine.facts()
    day = facts["date"][:10]
    parts = writing.earlier(options.output / f"{day}.json", facts, sizes)
    failed: list[str] = []
    for name in (name for name in PARTS if name in wanted):
        _say(name)
        try:
            parts[name] = PARTS[name](setting, parts)
        except CommandError as error:
            failed.append(name)
            parts[name] = Part(f"{name}: not measured", notes=[str(error)])
            _say(f"{name} could not be measured: {error}")
        # After each part, so that one that fails does not lose those before it.
        parts = {one: parts[one] for one in PARTS if one in parts}
        found = writing.to_json(facts, sizes, parts, aims.judged(parts, setting.pages, setting.large))
        written = _write(found, options.output, day)
    sys.stdout.write(written.read_text(encoding="utf-8"))
    if failed:
        raise SystemExit(f"could not be measured: {', '.join(failed)}")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="benchmarks/run", description=DESCRIPTION, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("parts", nargs="*", metavar="NAME", help=f"what to run: {', '.join(PARTS)}")
    parser.add_argument("--quick", action="store_true", help="a short run: 2,000 figures in place of 20,000")
    parser.add_argument(
        "--large", action="store_true", help="add `large`: 100,000 figures, and their queries"
    )
    parser.add_argument("--figures", type=Path, metavar="DIR", help="figures to use in place of made ones")
    parser.add_argument("--pages", type=int, metavar="N", help="figures to build")
    parser.add_argument("--sample", type=int, metavar="N", help="figures that every peer converts and checks")
    parser.add_argument("--large-pages", type=int, metavar="N", help="figures of `large`")
    parser.add_argument("--rounds", type=int, default=ROUNDS, metavar="N", help="runs of each (default 3)")
    parser.add_argument("--output", type=Path, default=RESULTS, metavar="DIR", help="where results go")
    return parser.parse_args()


def _sizes(options: argparse.Namespace) -> dict[str, int]:
    pages, sample, large, starts = (2000, 300, 10_000, 5) if options.quick else (20_000, 2000, 100_000, 10)
    pages = options.pages or pages
    return {
        "pages": pages,
        "sample": min(options.sample or sample, pages),
        "large": options.large_pages or large,
        "rounds": options.rounds,
        "starts": starts,
    }


def _write(found: dict[str, object], folder: Path, day: str) -> Path:
    """Writes the three files; gives back the Markdown."""
    from suite.plotting import plot

    folder.mkdir(parents=True, exist_ok=True)
    page = folder / f"{day}.md"
    writing.write_json(found, page.with_suffix(".json"))
    plot(found, page.with_suffix(".svg"))
    page.write_text(writing.markdown(found, f"{day}.svg"), encoding="utf-8")
    return page


def _readme(named: list[Path]) -> None:
    """Writes the table of a run into the README: of the file that is named, else of the last day."""
    results = named[0] if named else max(RESULTS.glob("*.json"), default=None)
    if results is None:
        raise SystemExit("there are no results yet: run benchmarks/run first")
    found = json.loads(results.read_text(encoding="utf-8"))
    writing.write_readme(found, results.resolve())


def _say(text: str) -> None:
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


if __name__ == "__main__":
    main()
