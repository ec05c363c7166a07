"""Where verbs write: whatever stands there, nothing is destroyed, and nothing half-written stays."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.support.command_line import run_command
from tests.support.paths import PROJECT, SEEDS

if sys.platform == "win32":
    pytest.skip("pipes and devices have no names there", allow_module_level=True)

# Every verb that writes a file, with the option last; the suffix of what it writes.
WRITING = {
    "build": (["build", SEEDS, "--report"], ".json"),
    "validate": (["validate", SEEDS, "-o"], ".json"),
    "query": (["query", "SELECT ?n { VALUES ?n { 1 2 3 } }", "-o"], ".csv"),
    "construct": (["query", "CONSTRUCT { ?s a ?c } WHERE { ?s a ?c }", "-o"], ".nt"),
    "export": (["export", "-o"], ".nt"),
    "audit": (["audit", "-o"], ".json"),
}
# Every verb that writes to standard output.
TELLING: dict[str, Sequence[str | Path]] = {
    "build": ["build", SEEDS],
    "validate": ["validate", SEEDS],
    "query": ["query", "SELECT * { ?s ?p ?o }"],
    "table": ["query", "SELECT * { ?s ?p ?o }", "--format", "table"],
    "queries": ["queries"],
    "endpoints": ["endpoints"],
    "export": ["export", "--format", "nquads"],
    "audit": ["audit"],
    "info": ["info"],
    "convert": ["convert", SEEDS, "--to", "shards"],
    "load": ["load", "shards", "--store", "loaded"],
    "link": ["link"],
    "library": ["queries", "--turtle"],
    "settings": ["serve", "--show-settings"],
}
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(PROJECT)}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("places")
    assert run_command("build", SEEDS, "-q", folder=folder).returncode == 0
    assert run_command("convert", SEEDS, "--to", "shards", "-q", folder=folder).returncode == 0
    return folder


@pytest.mark.parametrize("verb", WRITING)
def test_a_symbolic_link_is_followed(folder: Path, tmp_path: Path, verb: str) -> None:
    arguments, suffix = WRITING[verb]
    real, link = tmp_path / f"real{suffix}", tmp_path / f"link{suffix}"
    real.write_text("old")
    real.chmod(0o640)
    link.symlink_to(real.name)
    assert run_command(*arguments, link, folder=folder).returncode == 0
    assert link.is_symlink()
    assert real.read_text() != "old"
    assert stat.S_IMODE(real.stat().st_mode) == 0o640
    assert {path.name for path in tmp_path.iterdir()} == {real.name, link.name}


@pytest.mark.parametrize("verb", WRITING)
def test_a_pipe_with_a_name_is_written_to(folder: Path, tmp_path: Path, verb: str) -> None:
    arguments, _ = WRITING[verb]
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    read: list[bytes] = []
    reader = threading.Thread(target=lambda: read.append(pipe.read_bytes()), daemon=True)
    reader.start()
    assert run_command(*arguments, pipe, folder=folder).returncode == 0
    reader.join(10)
    assert pipe.is_fifo()
    assert read and read[0]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root makes devices")
@pytest.mark.parametrize("verb", WRITING)
def test_a_device_is_written_to(folder: Path, tmp_path: Path, verb: str) -> None:
    """The null device's numbers under another name, so that a failure costs the machine nothing."""
    arguments, _ = WRITING[verb]
    device = tmp_path / "null"
    try:
        os.mknod(device, 0o666 | stat.S_IFCHR, os.makedev(1, 3))
        device.write_bytes(b"")
    except PermissionError:
        pytest.skip("devices cannot be made here")
    assert run_command(*arguments, device, folder=folder).returncode == 0
    assert device.is_char_device()


@pytest.mark.skipif(not Path("/dev/full").is_char_device(), reason="no device that is full")
@pytest.mark.parametrize("verb", WRITING)
def test_a_full_disk_is_one_line(folder: Path, tmp_path: Path, verb: str) -> None:
    """By a link: where the fix is missing the link is replaced, and not the device."""
    arguments, _ = WRITING[verb]
    link = tmp_path / "full"
    link.symlink_to("/dev/full")
    done = run_command(*arguments, link, folder=folder)
    assert done.returncode == 2
    assert done.stderr.splitlines()[-1] == f"rdfkit: {link}: cannot be written: No space left on device"
    assert link.is_symlink()


@pytest.mark.parametrize("verb", WRITING)
def test_a_dash_is_standard_output(folder: Path, verb: str) -> None:
    arguments, _ = WRITING[verb]
    done = run_command(*arguments, "-", folder=folder)
    assert done.returncode == 0
    assert done.stdout
    assert not (folder / "-").exists()


@pytest.mark.parametrize("verb", WRITING)
def test_the_place_is_tried_before_the_work(folder: Path, tmp_path: Path, verb: str) -> None:
    arguments, suffix = WRITING[verb]
    store = (folder / "rdfkit-store/current").read_bytes() if verb == "build" else b""
    for place in (tmp_path / "none" / f"out{suffix}", tmp_path, Path(f"/proc/out{suffix}")):
        done = run_command(*arguments, place, folder=folder)
        assert (done.returncode, done.stdout) == (2, "")
        assert str(place) in done.stderr
    assert store == ((folder / "rdfkit-store/current").read_bytes() if verb == "build" else b"")
    assert not [*tmp_path.iterdir()]


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["build", SEEDS, "--store", "/proc/store"], 4),
        (["load", "shards", "--store", "/proc/store"], 4),
        (["convert", SEEDS, "--to", "/proc/shards"], 3),
        (["export", "--per-page", "-o", "/proc/pages"], 2),
        (["export", "--release", "/proc/release", "--date", "2026-11-20"], 2),
        (["export", "--per-page", "-o", "data.ttl"], 2),
        (["build", SEEDS, "--store", "data.ttl"], 4),
    ],
)
def test_folders_that_cannot_be_made(folder: Path, arguments: list[str | Path], code: int) -> None:
    """Nobody makes a folder in /proc, root neither; and a file is no folder."""
    (folder / "data.ttl").write_text("mine")
    done = run_command(*arguments, folder=folder)
    assert done.returncode == code, done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert (folder / "data.ttl").read_text() == "mine"


@pytest.mark.parametrize("verb", WRITING)
def test_a_folder_that_is_read_only(folder: Path, tmp_path: Path, verb: str) -> None:
    arguments, suffix = WRITING[verb]
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o555)
    if os.access(closed, os.W_OK):
        pytest.skip("nothing is read-only to this user; /proc stands for it above")
    assert run_command(*arguments, closed / f"out{suffix}", folder=folder).returncode == 2


@pytest.mark.parametrize("verb", WRITING)
def test_the_suffix_decides_and_an_unknown_one_is_refused(folder: Path, tmp_path: Path, verb: str) -> None:
    arguments, suffix = WRITING[verb]
    done = run_command(*arguments, tmp_path / "out.foo", folder=folder)
    assert done.returncode == 2
    assert "no format has the suffix .foo" in done.stderr
    assert not [*tmp_path.iterdir()]
    assert run_command(*arguments, tmp_path / f"out{suffix}", folder=folder).returncode == 0
    first = (tmp_path / f"out{suffix}").read_text().lstrip()[0]
    assert first == {".json": "{", ".csv": "n", ".nt": "<"}[suffix]


@pytest.mark.parametrize("suffix", ["json", "xml", "tsv", "srx", "csv"])
def test_answers_have_the_format_of_the_suffix(folder: Path, tmp_path: Path, suffix: str) -> None:
    out = tmp_path / f"out.{suffix}"
    assert run_command("query", "SELECT ?n { VALUES ?n { 1 } }", "-o", out, folder=folder).returncode == 0
    assert out.read_text()[:2] == {"json": '{"', "xml": "<?", "srx": "<?", "tsv": "?n", "csv": "n\n"}[suffix]


@pytest.mark.parametrize("suffix", ["ttl", "nt", "jsonld", "rdf", "nq", "trig"])
def test_graphs_have_the_format_of_the_suffix(folder: Path, tmp_path: Path, suffix: str) -> None:
    import pyoxigraph as ox

    out = tmp_path / f"out.{suffix}"
    text = "CONSTRUCT { ?s a wp:Pathway } WHERE { ?s a wp:Pathway }"
    assert run_command("query", text, "-o", out, folder=folder).returncode == 0
    assert len([*ox.parse(path=str(out), format=ox.RdfFormat.from_extension(suffix))]) > 0


def test_a_source_is_not_overwritten(folder: Path, tmp_path: Path) -> None:
    data = tmp_path / "data.ttl"
    data.write_text("<http://a> <http://b> <http://c> .\n")
    for arguments in (["validate", data, "-o", data], ["export", data, "-o", data]):
        done = run_command(*arguments, folder=folder)
        assert done.returncode == 2
        assert "is a source" in done.stderr
    assert data.read_text().startswith("<http://a>")


def test_a_name_that_is_a_format_was_meant_as_one(folder: Path) -> None:
    done = run_command("build", SEEDS, "--report", "sarif", folder=folder)
    assert done.returncode == 2
    assert "--report-format" in done.stderr


def test_a_report_format_alone_is_on_standard_output(folder: Path) -> None:
    done = run_command("build", SEEDS, "--report-format", "sarif", folder=folder)
    assert done.stdout.startswith("{")
    assert "quads" in done.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ["query", "SELECT * {}", "--ledger", "x.json"],
        ["query", "SELECT * {}", "--require-complete"],
        ["link", "--user", "dba"],
        ["build", SEEDS, "--watch", "--full"],
        ["queries", "--endpoint", "http://localhost/"],
        ["export", "--lexicon", "hgnc.tsv"],
    ],
)
def test_an_option_without_effect_is_refused(folder: Path, arguments: list[str]) -> None:
    done = run_command(*arguments, folder=folder)
    assert done.returncode == 2
    assert "no effect" in done.stderr


@pytest.mark.skipif(not Path("/dev/full").is_char_device(), reason="no device that is full")
@pytest.mark.parametrize("verb", TELLING)
def test_standard_output_that_is_full(folder: Path, verb: str) -> None:
    with Path("/dev/full").open("wb") as full:
        done = _process(TELLING[verb], folder, full)
    assert done.returncode == 2
    assert done.stderr.splitlines()[-1] == (
        b"rdfkit: standard output: cannot be written: No space left on device"
    )
    assert b"Traceback" not in done.stderr and b"Exception" not in done.stderr


@pytest.mark.parametrize("verb", TELLING)
def test_standard_output_whose_reader_has_gone(folder: Path, verb: str) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    done = _process(TELLING[verb], folder, writing)
    os.close(writing)
    assert done.returncode == 0
    assert b"Traceback" not in done.stderr and b"Exception" not in done.stderr


@pytest.mark.parametrize("place", ["/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"])
def test_what_is_open_is_gone_on_with(folder: Path, tmp_path: Path, place: str) -> None:
    """`>> log` keeps what is in the log."""
    log = tmp_path / "log"
    log.write_text("before\n")
    with log.open("ab") as file:
        text = "SELECT ?n { VALUES ?n { 1 } }"
        assert _process(["query", text, "-o", place], folder, file).returncode == 0
    assert log.read_text().split() == ["before", "n", "1"]


def _process(
    arguments: Sequence[str | Path], folder: Path, output: object
) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "rdfkit", *map(str, arguments)],
        cwd=folder,
        stdout=output,  # type: ignore[call-overload]
        stderr=subprocess.PIPE,
        env=ENVIRONMENT,
        timeout=120,
    )
