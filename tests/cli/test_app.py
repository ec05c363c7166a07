"""The command line, run as a user runs it; in a process of its own where pipes, terminals or imports count."""

from __future__ import annotations

import csv
import gzip
import io
import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.command_line import Done, run_command
from tests.support.paths import CASES, PROJECT, SEEDS

RDFKIT = [sys.executable, "-m", "rdfkit"]
BAD = CASES / "bad_pages"
COMMANDS = ["build", "validate", "query", "queries", "export", "info"]


def _run(*arguments: str | Path, folder: Path = PROJECT, stdin: str = "") -> Done:
    return run_command(*arguments, folder=folder, stdin=stdin)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a store in its default place."""
    folder = tmp_path_factory.mktemp("cli")
    done = _run("build", SEEDS, folder=folder)
    assert done.returncode == 0, done.stderr
    return folder


def test_version() -> None:
    assert _run("--version").stdout == "rdfkit 0.1.0\n"


@pytest.mark.parametrize("command", COMMANDS)
def test_help_explains_each_command(command: str) -> None:
    done = _run(command, "--help")
    assert done.returncode == 0
    assert "Exit codes" in done.stdout
    assert "xample" in done.stdout or command in ("info", "queries")


def test_no_arguments_show_help() -> None:
    assert "Serve and hand on" in _run().stdout


def test_build_prints_a_summary(tmp_path: Path) -> None:
    done = _run("build", SEEDS, "--store", tmp_path / "s")
    assert "pages                  5         5         0\n" in done.stdout
    assert "  figure               4         4         0\n" in done.stdout
    assert "diagnostics   0 violation, 1 warning, 1 info\n" in done.stdout
    assert "it stays out of the graph [placeholder-name]" in done.stderr


def test_quiet_builds_say_nothing(tmp_path: Path) -> None:
    done = _run("build", SEEDS, "--store", tmp_path / "s", "-q")
    assert (done.stdout, done.stderr, done.returncode) == ("", "", 0)


@pytest.mark.parametrize(
    ("source", "code"),
    [
        (SEEDS, 0),
        (BAD / "year_malformed", 1),
        (BAD / "not_utf8", 3),
        (PROJECT / "no-such-folder", 3),
        (BAD / "unknown_kind", 0),
    ],
)
def test_exit_codes(source: Path, code: int, tmp_path: Path) -> None:
    assert _run("build", source, "--store", tmp_path / "s").returncode == code
    assert _run("validate", source).returncode == code


def test_bad_use_is_exit_code_2(folder: Path) -> None:
    assert _run("build").returncode == 2
    assert _run("validate", SEEDS, "--format", "yaml").returncode == 2
    assert _run("export", "--per-page", folder=folder).returncode == 2
    assert _run("query", "no-such-query", folder=folder).returncode == 2
    assert _run("query", "SELECT ?x WHERE {", folder=folder).returncode == 2


def test_a_missing_store_is_exit_code_4(tmp_path: Path) -> None:
    done = _run("info", folder=tmp_path)
    assert done.returncode == 4
    assert "rdfkit build" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_folder_of_others_is_not_touched(tmp_path: Path) -> None:
    (tmp_path / "thesis.doc").write_text("mine")
    done = _run("build", SEEDS, "--store", tmp_path)
    assert done.returncode == 4
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.doc"]


def test_report_file(tmp_path: Path) -> None:
    report = tmp_path / "report.sarif"
    _run("build", SEEDS, "--store", tmp_path / "s", "--report", report, "--report-format", "sarif", "-q")
    assert json.loads(report.read_text())["version"] == "2.1.0"


def test_left_out_pages_are_listed(tmp_path: Path) -> None:
    done = _run("build", SEEDS, BAD / "year_malformed", "--store", tmp_path / "s")
    assert done.returncode == 1
    assert "pages                  6         5         1\n" in done.stdout
    assert 'year: "20x4" is not a year of four digits' in done.stdout


def test_validate_with_either_engine() -> None:
    done = [
        _run("validate", SEEDS, "--format", "json", "--engine", engine) for engine in ("rdfkit", "pyshacl")
    ]
    assert done[0].stdout == done[1].stdout
    assert json.loads(done[0].stdout)["results"]
    assert _run("validate", SEEDS, "--engine", "jena").returncode == 2


def test_validate_names_file_and_line() -> None:
    folder = "tests/cases/bad_pages/unknown_organism"
    done = _run("validate", f"{folder}/PMC1__f1.md")
    expected = (PROJECT / folder / "expected.txt").read_text().splitlines()[0]
    assert f"{folder}/{expected}" in done.stdout.splitlines()


def test_validate_severity_leaves_out_what_is_milder() -> None:
    assert "FigureShape" not in _run("validate", SEEDS, "--severity", "violation").stdout


def test_queries_are_csv_in_a_pipe(folder: Path) -> None:
    done = _run("query", "SELECT ?n { VALUES ?n { 1 2 } } ORDER BY ?n", folder=folder)
    assert [row["n"] for row in csv.DictReader(io.StringIO(done.stdout))] == ["1", "2"]


@pytest.mark.parametrize("format", ["table", "csv", "tsv", "json", "xml"])
def test_formats_of_tables(folder: Path, format: str) -> None:
    done = _run("query", "SELECT ?t { ?p a wp:Pathway ; dc:title ?t }", "--format", format, folder=folder)
    assert "IL6 signaling" in done.stdout


@pytest.mark.parametrize("format", ["turtle", "ntriples", "jsonld"])
def test_formats_of_graphs(folder: Path, format: str) -> None:
    text = "CONSTRUCT WHERE { ?p a wp:Pathway ; dc:title ?t }"
    assert "IL6 signaling" in _run("query", text, "--format", format, folder=folder).stdout


def test_a_format_that_does_not_fit_is_refused(folder: Path) -> None:
    done = _run("query", "CONSTRUCT WHERE { ?p a wp:Pathway }", "--format", "csv", folder=folder)
    assert (done.returncode, done.stdout) == (2, "")
    assert "turtle" in done.stderr


def test_queries_from_file_and_stdin(folder: Path, tmp_path: Path) -> None:
    text = '# param: id | string | WP364 | Identifier\nSELECT ?t { ?p dcterms:identifier "{{id}}" ; dc:title ?t }'
    (tmp_path / "mine.rq").write_text(text)
    assert "IL6 signaling" in _run("query", tmp_path / "mine.rq", folder=folder).stdout
    assert "IL6 signaling" in _run("query", "-", folder=folder, stdin=text).stdout
    assert "IL6" not in _run("query", "-", "--param", "id=WP1", folder=folder, stdin=text).stdout


def test_the_answer_of_ask_as_exit_status(folder: Path) -> None:
    assert _run("query", "ASK { ?p a wp:Pathway }", "--exit-status", folder=folder).returncode == 0
    assert _run("query", "ASK { ?p a wp:Nothing }", "--exit-status", folder=folder).returncode == 1
    assert _run("query", "ASK { ?p a wp:Nothing }", folder=folder).returncode == 0
    assert _run("query", "SELECT * { ?p a wp:Nothing }", "--exit-status", folder=folder).returncode == 2


def test_output_files_appear_whole(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.csv"
    assert _run("query", "SELECT ?n { VALUES ?n { 1 } }", "-o", out, folder=folder).returncode == 0
    assert out.read_text().split() == ["n", "1"]
    missing = tmp_path / "no" / "out.csv"
    assert _run("query", "SELECT ?n { VALUES ?n { 1 } }", "-o", missing, folder=folder).returncode == 2


def test_parameters_need_a_value(folder: Path) -> None:
    done = _run("query", "figures-with-gene", "--param", "gene", folder=folder)
    assert done.returncode == 2
    assert "--param name=value" in done.stderr


def test_the_library_is_listed_and_shown() -> None:
    listed = _run("queries").stdout
    assert "figures-sharing-genes-with-pathway" in listed
    shown = _run("queries", "figures-sharing-genes-with-pathway").stdout
    assert "Example: rdfkit query figures-sharing-genes-with-pathway --param" in shown


def test_export_to_file_and_stdout(folder: Path) -> None:
    assert _run("export", "-o", "graph.nq", folder=folder).returncode == 0
    assert (folder / "graph.nq").read_text() == _run("export", "--format", "nquads", folder=folder).stdout
    straight = _run("export", SEEDS, "--format", "nquads", folder=folder).stdout
    assert straight == (folder / "graph.nq").read_text()


def test_export_and_answers_are_packed_where_the_name_says_so(folder: Path) -> None:
    plain = _run("export", "--format", "nquads", folder=folder).stdout
    assert _run("export", "-o", "graph.nq.gz", folder=folder).returncode == 0
    assert gzip.decompress((folder / "graph.nq.gz").read_bytes()).decode() == plain
    text = "SELECT ?n { VALUES ?n { 1 2 } }"
    assert _run("query", text, "-o", "rows.csv.gz", folder=folder).returncode == 0
    assert gzip.decompress((folder / "rows.csv.gz").read_bytes()) == b"n\r\n1\r\n2\r\n"


def test_info_says_what_is_in_the_store(folder: Path) -> None:
    text = _run("info", folder=folder).stdout
    assert "wp:Pathway" in text
    assert "1 warning" in text


# Each statement with each: more rows than anybody waits for.
ENDLESS = "SELECT * { ?s ?p ?o . ?s2 ?p2 ?o2 . ?s3 ?p3 ?o3 }"


@pytest.mark.parametrize(
    "command",
    [
        "export --format nquads",
        "info",
        "queries",
        *(f"query '{ENDLESS}' --format {format}" for format in ("csv", "tsv", "table")),
    ],
)
def test_a_closed_pipe_is_no_error(folder: Path, command: str) -> None:
    """`head` has its lines at once, and then nothing goes on."""
    done = subprocess.run(
        f"set -o pipefail; {sys.executable} -m rdfkit {command} | head -n 1",
        shell=True,
        executable="bash",
        cwd=folder,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(PROJECT)},
        timeout=60,
    )
    assert len(done.stdout.splitlines()) == 1
    assert done.stderr == ""
    assert done.returncode == 0


def test_a_pipe_may_be_closed_before_anything_is_written(folder: Path) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        [*RDFKIT, "queries"],
        cwd=folder,
        stdout=writing,
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(PROJECT)},
        timeout=60,
    )
    os.close(writing)
    assert (done.returncode, done.stderr) == (0, b"")


def test_a_long_answer_is_several_tables_with_each_row_once(folder: Path) -> None:
    numbers = " ".join(map(str, range(1234)))
    text = _run(
        "query", f"SELECT ?n {{ VALUES ?n {{ {numbers} }} }}", "--format", "table", folder=folder
    ).stdout
    assert [int(line.strip("│ ")) for line in text.splitlines() if line.startswith("│")] == [*range(1234)]
    assert text.count("┃ n") == 3


_FOR_BUILDS = {"curies", "yaml", "rdfkit.mapping.registry", "rdfkit.endpoints.federation"}
_ALWAYS_LATER = {"rdflib", "pyshacl", "fastobo", "starlette", "httpcore2", "numpy", "scipy", "pandas"}


@pytest.mark.parametrize(
    ("arguments", "unwanted"),
    [
        (["--help"], {"pyoxigraph", "rdfkit.store", "rdfkit.sparql.library"}),
        (["query", "SELECT * { ?s a wp:Pathway }"], _FOR_BUILDS),
        (["query", "figures-sharing-genes-with-pathway", "--param", "pathway=WP364"], _FOR_BUILDS),
        (["info"], set()),
    ],
)
def test_a_quick_command_imports_only_what_it_needs(
    folder: Path, arguments: list[str], unwanted: set[str]
) -> None:
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "rdfkit", *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(PROJECT)},
    )
    assert done.returncode == 0
    imported = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}
    assert "rdfkit.cli.app" in imported
    assert imported & (unwanted | _ALWAYS_LATER) == set()


def test_terminals_get_a_table(folder: Path) -> None:
    main, side = pty.openpty()
    subprocess.run(
        [*RDFKIT, "query", "SELECT ?t { ?p a wp:Pathway ; dc:title ?t }"],
        cwd=folder,
        stdout=side,
        env={**os.environ, "PYTHONPATH": str(PROJECT)},
        check=True,
    )
    os.close(side)
    shown = os.read(main, 10_000).decode()
    os.close(main)
    assert "┃" in shown
    assert "IL6 signaling" in shown
