"""Results as files: JSON with every run, Markdown for people, and the table in the README."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from suite.aims import Aim
from suite.parts import Part
from suite.places import PROJECT, README

# A higher load average before the first run means that the machine was busy with something else.
_QUIET = 0.5
START, END = "<!-- benchmarks -->", "<!-- /benchmarks -->"


class MarkerError(Exception):
    """A file without the two markers, in this order, between which the table stands."""


def to_json(
    facts: Mapping[str, Any], sizes: Mapping[str, Any], parts: Mapping[str, Part], aims: Sequence[Aim]
) -> dict[str, Any]:
    """All that is kept of a run."""
    return {
        "facts": dict(facts),
        "sizes": dict(sizes),
        "aims": [asdict(aim) for aim in aims],
        "parts": {name: part.to_json() for name, part in parts.items()},
    }


def earlier(path: Path, facts: Mapping[str, Any], sizes: Mapping[str, Any]) -> dict[str, Part]:
    """The parts that a file of results has, if it is of the same commit, without changes, and of the same sizes."""
    if facts["changed_files"] or not facts["commit"] or not path.exists():
        return {}
    found = json.loads(path.read_text(encoding="utf-8"))
    before = found["facts"]
    same = (
        before["commit"] == facts["commit"] and not before["changed_files"] and found["sizes"] == dict(sizes)
    )
    return {name: Part(**part) for name, part in found["parts"].items()} if same else {}


def write_json(found: Mapping[str, Any], path: Path) -> None:
    """Writes what is kept of a run."""
    path.write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def markdown(found: Mapping[str, Any], plot: str) -> str:
    """A run as Markdown: the aims, the plot, a table for each part, the machine."""
    day = found["facts"]["date"][:10]
    lines = [f"# Benchmarks, {day}", "", *aims_table(found), "", f"![Benchmarks of {day}]({plot})", ""]
    for part in found["parts"].values():
        lines += [f"## {part['title']}", "", *_table(part["columns"], part["rows"]), ""]
        lines += [line for note in part["notes"] for line in (note, "")]
    return "\n".join([*lines, "## Machine", "", *_machine(found), ""])


def aims_table(found: Mapping[str, Any]) -> list[str]:
    """The table of aims: what was wanted, what was measured, whether that reaches it."""
    words = {True: "yes", False: "**no**", None: ""}
    rows = [(aim["aim"], aim["measured"], words[aim["reached"]]) for aim in found["aims"]]
    return _table(("aim", "measured", "reached"), rows)


def write_readme(found: Mapping[str, Any], results: Path, readme: Path = README) -> None:
    """Puts the table of aims of a run between the two markers. Raises MarkerError when they are not there."""
    text = readme.read_text(encoding="utf-8")
    before, start, rest = text.partition(START)
    _, end, after = rest.partition(END)
    if not start or not end:
        raise MarkerError(f"{readme} has no {START} and {END}")
    readme.write_text("\n".join([before + START, *_summary(found, results), END + after]), encoding="utf-8")


def _summary(found: Mapping[str, Any], results: Path) -> list[str]:
    facts, sizes = found["facts"], found["sizes"]
    page = results.with_suffix(".md")
    link = page.relative_to(PROJECT) if page.is_relative_to(PROJECT) else page
    said = (
        f"Measured on {facts['date'][:10]} with `benchmarks/run` ({facts['cpu']}, {facts['cores']} cores, "
        f"{facts['memory_gib']} GB of memory, Python {facts['python']}, commit {facts['commit'][:10]}): medians of "
        f"{sizes['rounds']} interleaved runs, load average {facts['load_before']:.1f} "
        f"before the first. All numbers and the peers: [{link.name}]({link.as_posix()})."
    )
    return ["", said, "", *aims_table(found), ""]


def _table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    if not columns:
        return []
    # A bar would end the cell.
    cells = [[cell.replace("|", "\\|") for cell in row] for row in (columns, *rows)]
    lines = [f"| {' | '.join(row)} |" for row in cells]
    return [lines[0], "|" + "---|" * len(columns), *lines[1:]]


def _machine(found: Mapping[str, Any]) -> list[str]:
    facts, sizes = found["facts"], found["sizes"]
    loads = [
        sample["load"]
        for part in found["parts"].values()
        for run in part["runs"].values()
        for sample in run.get("samples", ())
    ]
    libraries = ", ".join(f"{name} {number}" for name, number in facts["libraries"].items() if number)
    changed = f", {facts['changed_files']} files changed since" if facts["changed_files"] else ""
    lines = [
        f"- {facts['date']}, commit {facts['commit']}{changed}",
        f"- {facts['cpu']}, {facts['cores']} cores, {facts['memory_gib']} GB of memory, {facts['system']}",
        f"- Python {facts['python']}; {libraries}",
        f"- sizes: {', '.join(f'{name} {number:,}' for name, number in sizes.items())}",
        f"- load average {facts['load_before']:.2f} before the first run",
    ]
    if facts["load_before"] > _QUIET:
        lines.append("- **something else was running**: compare ratios at most")
    if loads:
        lines.append(f"- load average before each run {min(loads):.2f} to {max(loads):.2f}")
    return lines
