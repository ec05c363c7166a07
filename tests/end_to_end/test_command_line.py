"""What `tests.support.command_line` gives is what a process gives: most tests of what commands say rest on it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from rdfkit.store import Store
from tests.support.command_line import run_command
from tests.support.paths import CASES, PROJECT

ROWS = 'SELECT ?t ?n { ?p a wp:Pathway ; dc:title ?t VALUES ?n { 1 "ä 𝔸\\r\\nb" } } ORDER BY ?n'
COMMANDS: list[tuple[str, ...]] = [
    ("--version",),
    ("query", "--help"),
    ("quary",),
    ("validate", "seeds", "--format", "yaml"),
    ("validate", "seeds/PMC10846991__j-krcp-23-071f3.md"),
    ("validate", str(CASES / "bad_pages" / "year_malformed"), "--format", "json"),
    ("info", "--store", "nowhere"),
    ("query", "SELECT ?x WHERE {"),
    ("query", "-"),
    ("query", "-", "--format", "table"),
    ("query", "ASK { ?p a wp:Catalysis }", "--exit-status"),
    ("query", "CONSTRUCT WHERE { ?p a wp:Pathway ; dc:title ?t }"),
    ("export", "--format", "nquads"),
]


@pytest.mark.scale
def test_a_command_says_here_what_it_says_in_a_process(seed_store: Store, tmp_path: Path) -> None:
    (tmp_path / ".rdfkit").symlink_to(str(seed_store.path))
    (tmp_path / "seeds").symlink_to(PROJECT / "seeds")
    codes = set()
    for command in COMMANDS:
        stdin = ROWS if "-" in command else ""
        process = subprocess.run(
            [sys.executable, "-m", "rdfkit", *command],
            cwd=tmp_path,
            input=stdin.encode(),
            capture_output=True,
            env={**os.environ, "PYTHONPATH": str(PROJECT), "COLUMNS": "200"},
        )
        here = run_command(*command, folder=tmp_path, stdin=stdin)
        assert here.output == process.stdout, command
        assert here.errors == process.stderr, command
        assert here.returncode == process.returncode, command
        codes.add(here.returncode)
    assert codes == {0, 1, 2, 4}


def test_ends_of_lines_are_as_a_text_has_them(seed_store: Store) -> None:
    done = run_command("query", "SELECT ?n { VALUES ?n { 1 2 } }", "--store", str(seed_store.path))
    assert done.output == b"n\r\n1\r\n2\r\n"
    assert done.stdout == "n\n1\n2\n"


def test_nothing_of_a_command_stays(seed_store: Store, tmp_path: Path) -> None:
    before = (
        Path.cwd(),
        dict(os.environ),
        sys.argv,
        sys.stdin,
        sys.stdout,
        sys.stderr,
        sys.modules["__main__"],
    )
    for command in (("info", "--store", str(seed_store.path)), ("info",), ("query", "-")):
        run_command(
            *command, folder=tmp_path, stdin="ASK {}", environment={"COLUMNS": "", "RDFKIT_TOKEN": "x"}
        )
    after = (
        Path.cwd(),
        dict(os.environ),
        sys.argv,
        sys.stdin,
        sys.stdout,
        sys.stderr,
        sys.modules["__main__"],
    )
    assert after == before
