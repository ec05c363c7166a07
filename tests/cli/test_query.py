"""What would be silent: defaults, what git keeps to itself, what a watch sees; and what is told to programs."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from rdfkit.cli.watching import Told
from rdfkit.pipeline.build import build
from rdfkit.report import Severity
from tests.support.command_line import run_command
from tests.support.paths import PROJECT, SEEDS


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("told")
    assert run_command("build", SEEDS, "-q", folder=folder).returncode == 0
    return folder


def test_defaults_of_parameters_are_told(folder: Path) -> None:
    done = run_command("query", "figures-with-gene", "--param", "taxon=human", folder=folder)
    assert "gene=STAT3 (default" in done.stderr
    assert "taxon=" not in done.stderr
    assert run_command("query", "figures-with-gene", "-q", folder=folder).stderr == ""


def test_a_parameter_given_twice_is_an_error(folder: Path) -> None:
    done = run_command("query", "figures-with-gene", "-p", "gene=IL6", "-p", "gene=STAT3", folder=folder)
    assert (done.returncode, done.stderr) == (
        2,
        "rdfkit: gene: the parameter is given 2 times (expected one value)\n",
    )


def test_terms_are_known_by_name(folder: Path) -> None:
    text = "SELECT ?label { ?x wp:ontologyTag ?term . ?term rdfs:label ?label } ORDER BY ?label LIMIT 1"
    label = run_command("query", text, folder=folder).stdout.splitlines()[1]
    found = run_command("query", "pathways-by-term", "-p", f"term={label.upper()}", folder=folder)
    assert "WP364" in found.stdout, found.stderr
    unknown = run_command("query", "pathways-by-term", "-p", "term=no such thing", folder=folder)
    assert unknown.returncode == 2


def test_a_mistake_is_shown_with_its_file_and_place(folder: Path, tmp_path: Path) -> None:
    file = tmp_path / "mine.rq"
    file.write_text("SELECT * {\n\t?s ?p ?o FILTR(?o)\n}\n")
    done = run_command("query", file, folder=folder)
    assert done.stderr == (
        f'rdfkit: {file}:2:11: not valid SPARQL: "FILTR" is no word of SPARQL; did you mean FILTER?\n'
        "  \t?s ?p ?o FILTR(?o)\n"
        "  \t         ^\n"
    )


@pytest.mark.skipif(shutil.which("git") is None, reason="needs git")
def test_what_git_keeps_to_itself_is_told(tmp_path: Path) -> None:
    """In a process of its own: what is said goes to its stderr by Python's log."""
    shutil.copy(SEEDS / "WP364.md", tmp_path)
    for arguments in (
        ["init", "-q"],
        ["add", "."],
        ["-c", "user.name=a", "-c", "user.email=a@b", "commit", "-qm", "a"],
    ):
        subprocess.run(["git", *arguments], cwd=tmp_path, check=True)
    done = subprocess.run(
        [sys.executable, "-m", "rdfkit", "validate", tmp_path],
        cwd=tmp_path, capture_output=True, text=True,
        env={**os.environ, "PYTHONPATH": str(PROJECT), "GIT_TEST_ASSUME_DIFFERENT_OWNER": "1"},
    )  # fmt: skip
    assert f"git config --global --add safe.directory {tmp_path}" in done.stderr
    assert done.returncode == 0


def test_a_watch_tells_what_is_new(tmp_path: Path) -> None:
    pages, store, told = tmp_path / "pages", tmp_path / "store", Told()
    pages.mkdir()
    for page in SEEDS.glob("*.md"):
        shutil.copy(page, pages)

    def tell(quiet: bool = False) -> str:
        return told.of(build([pages], store), quiet, Severity.WARNING)

    first = tell()
    assert "[placeholder-name]" in first
    assert "5 in the store" in first
    assert tell() == ""
    (pages / "WP364.md").write_text("---\na: [\n---\n")
    broken = tell()
    assert "WP364.md:3: violation: is not YAML" in broken
    assert "1 page left the store, 4 in the store" in broken
    assert "placeholder-name" not in broken
    shutil.copy(SEEDS / "WP364.md", pages)
    assert "1 finding fewer, 5 in the store" in tell()
    (pages / "WP364.md").unlink()
    assert "1 page left the store" in tell()
    (pages / "bad.md").write_text("---\na: [\n---\n")
    assert "bad.md:3: violation" in tell(quiet=True)


@pytest.mark.parametrize(
    ("arguments", "key"),
    [
        (["info"], "graphs"), (["build", SEEDS, "--store", "other"], "quads"), (["audit"], "reconciliation"),
    ],
)  # fmt: skip
def test_objects_for_programs(folder: Path, arguments: list[str], key: str) -> None:
    assert key in json.loads(run_command(*arguments, "-f", "json", folder=folder).stdout)


def test_lists_for_programs() -> None:
    (one,) = json.loads(run_command("queries", "figures-with-gene", "-f", "json").stdout)
    assert [item["name"] for item in one["parameters"]] == ["gene", "taxon"]
    known = json.loads(run_command("endpoints", "-f", "json").stdout)
    assert "wikipathways" in [item["name"] for item in known]


def test_rdf_is_no_page_and_what_takes_it_is_told(tmp_path: Path) -> None:
    (tmp_path / "data.ttl").write_text("<http://a> <http://b> <http://c> .")
    for verb in ("build", "export", "serve"):
        done = run_command(verb, "data.ttl", folder=tmp_path)
        assert done.returncode == 3
        assert "`rdfkit load` takes RDF files" in done.stderr
