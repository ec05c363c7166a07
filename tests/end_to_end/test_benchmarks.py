"""The benchmarks: their floor is the store's quads, their tables say what was measured, and all of it runs."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path
from xml.etree import ElementTree

import pyoxigraph as ox
import pytest

import rdfkit
from tests.support.paths import PROJECT, SEEDS

sys.path.insert(0, str(PROJECT / "benchmarks"))

from suite import aims, writing
from suite.comparing import difference
from suite.floor import write_floor
from suite.parts import Part

FACTS = {
    "date": "2026-11-21T12:00:00+00:00",
    "commit": "0123456789abcdef",
    "changed_files": 0,
    "cpu": "a processor",
    "cores": 2,
    "memory_gib": 24.0,
    "system": "Linux",
    "python": "3.11.7",
    "libraries": {"pyoxigraph": "0.5.13", "Jena": None},
    "load_before": 0.1,
}
SIZES = {"pages": 20000, "sample": 2000, "large": 100000, "rounds": 3, "starts": 10}


def start(**numbers: float) -> dict[str, Part]:
    """A run that measured nothing but start-up."""
    wanted = {"help": 0.1, "query": 0.2, "first_row": 0.3}
    rows = [("rdfkit | --help", "0.10")]
    return {"start": Part("Start-up", ("what", "seconds"), rows, numbers={**wanted, **numbers})}


def found(parts: dict[str, Part]) -> dict[str, object]:
    return writing.to_json(FACTS, SIZES, parts, aims.judged(parts, SIZES["pages"], SIZES["large"]))


def test_the_floor_has_the_quads_of_the_store(tmp_path: Path) -> None:
    rdfkit.build([SEEDS], tmp_path / "store")
    number = write_floor(tmp_path / "store", tmp_path / "all.nq")
    loaded = ox.Store()
    loaded.bulk_load(path=tmp_path / "all.nq")
    build = next((tmp_path / "store" / "builds").iterdir())
    assert set(loaded) == set(ox.Store.read_only(str(build / "graph")))
    assert number == len(loaded)


def test_a_difference_is_told_by_predicate(tmp_path: Path) -> None:
    ours, theirs = tmp_path / "ours.nq", tmp_path / "theirs.nt"
    ours.write_text('<x:a> <x:p> "1" <x:g> .\n<x:a> <x:q> "1" <x:g> .\n<x:b> <x:q> "1" <x:g> .\n')
    theirs.write_text('<x:a> <x:p> "1" .\n<x:a> <x:r> "1" .\n')
    one = difference(ours, theirs)
    assert (one.same, one.missing, one.more) == (1, 2, 1)
    assert (one.missing_predicates, one.more_predicates) == ({"x:q": 2}, {"x:r": 1})
    assert one.share == pytest.approx(1 / 3)


@pytest.mark.parametrize(
    ("seconds", "reached"), [(0.29, True), (0.3, False), (5.0, False)], ids=["less", "just not", "more"]
)
def test_an_aim_is_reached_or_not(seconds: float, reached: bool) -> None:
    judged = {aim.aim: aim for aim in aims.judged(start(help=seconds), 20_000, 100_000)}
    assert judged["`rdfkit --help` in under 0.3 s"].reached is reached
    measured = [aim for aim in judged.values() if aim.reached is not None]
    assert len(measured) == 3
    assert all(aim.measured == "not measured in this run" for aim in judged.values() if aim not in measured)


def test_markdown_has_every_row_and_keeps_bars_out_of_the_cells() -> None:
    text = writing.markdown(found(start()), "plot.svg")
    assert "| rdfkit \\| --help | 0.10 |" in text
    assert "![Benchmarks of 2026-11-21](plot.svg)" in text
    assert "Jena" not in text
    assert text.count("not measured in this run") == len(aims.judged({}, 1, 1)) - 3


@pytest.mark.parametrize(
    ("facts", "sizes", "kept"),
    [
        ({}, {}, {"start"}),
        ({"date": "2026-11-21T18:00:00+00:00"}, {}, {"start"}),
        ({"commit": "fedcba"}, {}, set()),
        ({"commit": ""}, {}, set()),
        ({"changed_files": 1}, {}, set()),
        ({}, {"rounds": 1}, set()),
    ],
    ids=["same", "later", "other-commit", "no-commit", "changed", "other-sizes"],
)
def test_what_was_measured_before_stays(tmp_path: Path, facts: dict, sizes: dict, kept: set[str]) -> None:
    results = tmp_path / "2026-11-21.json"
    assert writing.earlier(results, FACTS, SIZES) == {}
    writing.write_json(found(start()), results)
    parts = writing.earlier(results, {**FACTS, **facts}, {**SIZES, **sizes})
    assert parts.keys() == kept
    assert found(parts)["parts"] == (json.loads(results.read_text())["parts"] if kept else {})


def test_the_readme_has_the_table_between_its_markers(tmp_path: Path) -> None:
    readme, results = tmp_path / "README.md", PROJECT / "benchmarks" / "results" / "2026-11-21.json"
    readme.write_text(f"before\n\n{writing.START}\nold\n{writing.END}\n\nafter\n", encoding="utf-8")
    writing.write_readme(found(start()), results, readme)
    once = readme.read_text(encoding="utf-8")
    assert "](benchmarks/results/2026-11-21.md)" in once
    assert "| `rdfkit --help` in under 0.3 s | 0.10 s | yes |" in once
    assert "old" not in once
    assert once.startswith("before\n\n")
    assert once.endswith("\n\nafter\n")
    writing.write_readme(found(start()), results, readme)
    assert readme.read_text(encoding="utf-8") == once


def test_a_readme_without_markers_is_left_alone(tmp_path: Path) -> None:
    readme = tmp_path / "README.md"
    readme.write_text(f"{writing.START} and no end", encoding="utf-8")
    with pytest.raises(writing.MarkerError):
        writing.write_readme(found(start()), tmp_path / "2026-11-21.json", readme)
    assert readme.read_text(encoding="utf-8") == f"{writing.START} and no end"


def test_our_readme_has_the_markers() -> None:
    text = (PROJECT / "README.md").read_text(encoding="utf-8")
    assert 0 < text.index(writing.START) < text.index(writing.END)


@pytest.mark.scale
def test_a_tiny_run_writes_everything(tmp_path: Path) -> None:
    """The whole of it, in environments that it makes itself: that alone can take minutes."""
    if not (PROJECT.parent / "shared" / "tools" / "make_figures.py").exists():
        pytest.skip("the tool that makes figures is not beside this checkout")
    sizes = ["--quick", "--pages", "60", "--sample", "40", "--large-pages", "120"]
    command = [str(PROJECT / "benchmarks" / "run"), "--large", *sizes, "--output", str(tmp_path)]
    done = subprocess.run([sys.executable, *command], capture_output=True, text=True, timeout=1800)
    assert done.returncode == 0, done.stderr
    files = {path.suffix: path for path in tmp_path.iterdir()}
    assert set(files) == {".json", ".md", ".svg"}
    kept = json.loads(files[".json"].read_text(encoding="utf-8"))
    page = files[".md"].read_text(encoding="utf-8")
    assert page == done.stdout
    _holds_all_rows(kept, page)
    drawn = ElementTree.parse(files[".svg"])  # noqa: S314 - we have just written it
    texts = [element.text for element in drawn.iter() if element.tag.endswith("}text")]
    bars = {name for part in kept["parts"].values() for names in part["bars"].values() for name in names}
    assert bars <= set(texts)


def _holds_all_rows(kept: dict[str, dict], page: str) -> None:
    facts, parts = kept["facts"], kept["parts"]
    assert facts["commit"]
    assert {"cpu", "cores", "memory_gib", "python", "libraries", "load_before", "date"} <= set(facts)
    least = {
        "conversion": {
            "rdfkit",
            "rdflib + PyYAML script",
            "rdflib JSON-LD parser, per page",
            "pyld, per page",
        },
        "validation": {"rdfkit", "pyshacl"},
        "build": {
            "rdfkit build",
            "floor: bulk load of the same quads",
        },
        "large": {"60", "120"},
        "incremental": {"nothing changed", "one page changed"},
        "start": {"rdfkit --help", "rdfkit query, one row", "first row of a SELECT of everything"},
        "queries": set(),
    }
    assert set(parts) == set(least)
    for name, systems in least.items():
        rows = parts[name]["rows"]
        assert systems <= {row[0] for row in rows}, name
        assert all(f"| {' | '.join(row)} |" in page for row in rows), name
        rounds = kept["sizes"]["starts" if name == "start" else "rounds"]
        assert all(len(parts[name]["runs"][system]["samples"]) == rounds for system in systems), name
        assert all(
            sample["load"] >= 0 for run in parts[name]["runs"].values() for sample in run.get("samples", ())
        )
    assert parts["validation"]["numbers"]["same_results"] == 1.0
    assert [aim["aim"] for aim in kept["aims"]] == [aim.aim for aim in aims.judged({}, 60, 120)]
    wanted = [
        asdict(aim) for aim in aims.judged({name: Part(**part) for name, part in parts.items()}, 60, 120)
    ]
    assert kept["aims"] == wanted
