"""How commands end: each code for each verb as docs/exit-codes.md has it, faults of ours, and being stopped."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from typer.core import TyperCommand

from rdfkit.cli.app import EXIT_CODES
from tests.support.command_line import Done, run_command
from tests.support.paths import CASES, PROJECT, SEEDS

ENVIRONMENT = {**os.environ, "PYTHONPATH": str(PROJECT)}
# Nobody listens there.
NOBODY = "http://127.0.0.1:9/sparql"
LONG = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o . ?s2 ?p2 ?o2 . ?s3 ?p3 ?o3 }"
VIOLATING = CASES / "bad_pages" / "pmcid_malformed"
UNREADABLE = CASES / "bad_pages" / "not_yaml"
TABLE = re.compile(r"^\| `(\w+)` \| ([\d, ]+) \|$", re.MULTILINE)

# What gives each code, in a folder with a store and shards, for each verb.
CASES_OF: dict[str, dict[int, Sequence[str | Path]]] = {
    "build": {
        0: ["build", SEEDS, "--store", "new"],
        1: ["build", VIOLATING, "--store", "violating"],
        2: ["build", SEEDS, "--engine", "none"],
        3: ["build", "nowhere"],
        4: ["build", SEEDS, "--store", "file"],
    },
    "convert": {
        0: ["convert", SEEDS, "--to", "parts"],
        1: ["convert", VIOLATING, "--to", "violating-parts"],
        2: ["convert", SEEDS],
        3: ["convert", "nowhere", "--to", "none"],
    },
    "load": {
        0: ["load", "shards", "--store", "loaded"],
        2: ["load"],
        3: ["load", "nowhere"],
        4: ["load", "shards", "--store", "file"],
    },
    "validate": {
        0: ["validate", SEEDS],
        1: ["validate", VIOLATING],
        2: ["validate", SEEDS, "-o", "report.foo"],
        3: ["validate", "nowhere"],
    },
    "query": {
        0: ["query", "ASK { ?s ?p ?o }", "--exit-status"],
        1: ["query", "ASK { ?s ?s ?s }", "--exit-status"],
        2: ["query", "selct"],
        4: ["query", "ASK { ?s ?p ?o }", "--store", "nowhere"],
        5: ["query", "ASK { ?s ?p ?o }", "--endpoint", NOBODY],
    },
    "queries": {0: ["queries"], 2: ["queries", "none"]},
    "serve": {
        2: ["serve", "--set", "none=1"],
        3: ["serve", "nowhere", "--port", "0"],
        4: ["serve", "--store", "nowhere", "--port", "0"],
        5: ["serve", "--endpoint", NOBODY],
    },
    "mcp": {
        2: ["mcp", "--set", "none=1"],
        4: ["mcp", "--store", "nowhere"],
        5: ["mcp", "--endpoint", NOBODY],
    },
    "endpoints": {
        0: ["endpoints"],
        2: ["endpoints", "none"],
        5: ["endpoints", "check", NOBODY],
    },
    "export": {
        0: ["export", SEEDS],
        1: ["export", SEEDS, VIOLATING],
        2: ["export", "-o", "graph.foo"],
        3: ["export", SEEDS, UNREADABLE],
        4: ["export", "--store", "nowhere"],
        5: ["export", "--endpoint", NOBODY],
    },
    "link": {
        0: ["link"],
        2: ["link", "-o", "links.nq"],
        4: ["link", "--store", "nowhere"],
        5: ["link", "--endpoint", NOBODY, "-o", "links.nq"],
    },
    "audit": {
        0: ["audit"],
        1: ["audit", "--against", "more.ttl"],
        2: ["audit", "-o", "audit.foo"],
        4: ["audit", "--store", "nowhere"],
        5: ["audit", "--endpoint", NOBODY],
    },
    "info": {
        0: ["info"],
        2: ["info", "--none"],
        4: ["info", "--store", "nowhere"],
        5: ["info", "--endpoint", NOBODY],
    },
    "publish": {
        2: ["publish", "--to", NOBODY, "--method", "none"],
        4: ["publish", "--to", NOBODY, "--store", "nowhere"],
        5: ["publish", "--to", NOBODY, "--endpoint", NOBODY],
    },
}
# A process of its own: it ends the process.
APART = {("query", 124): ["query", LONG, "--timeout", "0.3"]}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("endings")
    assert run_command("build", SEEDS, "-q", folder=folder).returncode == 0
    assert run_command("convert", SEEDS, "--to", "shards", "-q", folder=folder).returncode == 0
    (folder / "file").write_text("no store")
    more = folder / "more.ttl"
    assert run_command("export", "-o", more, folder=folder).returncode == 0
    pathway = (
        "<https://identifiers.org/wikipathways/WP9> a <http://vocabularies.wikipathways.org/wp#Pathway> ."
    )
    more.write_text(more.read_text() + f"\n{pathway}\n")
    return folder


def test_the_table_of_codes_is_that_of_the_tests() -> None:
    told = {
        (verb, int(code))
        for verb, codes in TABLE.findall((PROJECT / "docs" / "exit-codes.md").read_text())
        for code in codes.split(",")
    }
    assert told == {(verb, code) for verb, cases in CASES_OF.items() for code in cases} | APART.keys()


def test_the_help_names_each_code() -> None:
    codes = {*map(int, re.findall(r"(?:·|:|,) (\d+)", EXIT_CODES))}
    assert codes == {0, 1, 2, 3, 4, 5, 70, 124, 130, 143}


@pytest.mark.parametrize(("verb", "code"), [(verb, code) for verb in CASES_OF for code in CASES_OF[verb]])
def test_each_code_of_each_verb(folder: Path, verb: str, code: int) -> None:
    if verb == "link":
        pytest.importorskip("scipy")
    if verb == "mcp":
        pytest.importorskip("mcp")
    done = run_command(*CASES_OF[verb][code], folder=folder)
    assert done.returncode == code, done.stderr
    if code > 1 and done.stderr:
        assert "Traceback" not in done.stderr


@pytest.mark.parametrize(("verb", "code"), APART)
def test_the_codes_that_end_a_process(folder: Path, verb: str, code: int) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "rdfkit", *APART[verb, code], "-o", "out.csv"],
        cwd=folder, env=ENVIRONMENT, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (code, "rdfkit: the query took longer than 0.3 s\n")
    assert not [*folder.glob("*out.csv*"), *folder.glob(".rdfkit-*.partial")]


@pytest.mark.parametrize("verb", CASES_OF)
@pytest.mark.parametrize(
    ("raised", "code", "said"),
    [
        (ZeroDivisionError("by\nnothing"), 70, "a fault of rdfkit"),
        (KeyboardInterrupt(), 130, "stopped; run it again to go on"),
    ],
)
def test_what_nobody_foresaw_and_ctrl_c(
    verb: str, raised: BaseException, code: int, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise raised

    monkeypatch.setattr(TyperCommand, "invoke", fail)
    arguments = next(iter(CASES_OF[verb].values()))
    done = run_command(*arguments, environment={"RDFKIT_TRACEBACK": ""})
    assert done.returncode == code
    assert done.stderr.startswith(f"rdfkit: {said}")
    assert len(done.stderr.splitlines()) == 1


def _stopped(
    folder: Path, arguments: Sequence[str | Path], number: signal.Signals, ready: Iterator[bool]
) -> Done:
    running = subprocess.Popen(
        [sys.executable, "-m", "rdfkit", *map(str, arguments)],
        cwd=folder, env=ENVIRONMENT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True,
    )  # fmt: skip
    while not next(ready):
        time.sleep(0.05)
    os.killpg(running.pid, number)
    output, errors = running.communicate(timeout=30)
    return Done(running.returncode, output, errors)


def _after(seconds: float) -> Iterator[bool]:
    until = time.monotonic() + seconds
    while True:
        yield time.monotonic() > until


@pytest.mark.skipif(sys.platform == "win32", reason="groups of processes")
@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_running_query_is_stopped(folder: Path, number: signal.Signals, code: int) -> None:
    """Oxigraph does not come back to Python before it has counted what nobody waits for."""
    done = _stopped(folder, ["query", LONG, "-o", "counted.csv"], number, _after(2))
    assert (done.returncode, done.stderr) == (code, "rdfkit: stopped; run it again to go on\n")
    assert not [*folder.glob("*counted*"), *folder.glob(".rdfkit-*.partial")]


@pytest.mark.skipif(sys.platform == "win32", reason="groups of processes")
@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_build_is_stopped_and_goes_on(
    folder: Path, tmp_path: Path, number: signal.Signals, code: int
) -> None:
    """With enough pages for processes, whose library has things to say of its own."""
    text = (SEEDS / "WP364.md").read_text()
    for page in range(1, 1500):
        (tmp_path / f"WP{page}.md").write_text(text.replace("WP364", f"WP{page}"))
    store = folder / f"stopped-{number}"
    working = (bool([*store.glob("**/*.nq"), *store.glob("**/spool*/*")]) for _ in iter(int, 1))
    done = _stopped(folder, ["build", tmp_path, "--store", store], number, working)
    assert (done.returncode, done.stderr) == (code, "rdfkit: stopped; run it again to go on\n")


@pytest.mark.parametrize("encoding", ["ascii", "cp1252"])
@pytest.mark.parametrize("arguments", [["validate", SEEDS], ["queries"]])
def test_any_encoding_of_standard_output(folder: Path, encoding: str, arguments: list[str]) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "rdfkit", *map(str, arguments)],
        cwd=folder, env={**ENVIRONMENT, "PYTHONIOENCODING": encoding}, capture_output=True, timeout=60,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout.decode(encoding)


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="names of files are text there")
@pytest.mark.parametrize("name", [b"WP364_\xe4.md", b"\xff\xfe.md", b"a\nb.md", "ü.md".encode("cp1252")])
def test_names_of_any_bytes(folder: Path, tmp_path: Path, name: bytes) -> None:
    path = os.path.join(os.fsencode(tmp_path), name)  # noqa: PTH118 - bytes
    with open(path, "wb") as file:  # noqa: PTH123 - bytes
        file.write((SEEDS / "WP364.md").read_bytes())
    for place in (tmp_path, os.fsdecode(path)):
        for format in ("text", "json", "sarif", "turtle", "github"):
            done = run_command("validate", place, "--format", format, "-o", "-", folder=folder)
            assert done.returncode == 0, done.stderr
            assert done.output.decode()
        store = tmp_path / "store"
        assert run_command("build", place, "--store", store, folder=folder).returncode == 0
        assert "No page" not in run_command("info", "--store", store, folder=folder).stdout
        assert run_command("export", place, "-o", tmp_path / "out.nq", folder=folder).returncode == 0
