"""Starting `rdfkit serve`: what cannot be is told in one line, with the exit code of its kind."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from rdfkit.errors import SettingError
from rdfkit.server.run import listen
from tests.support.command_line import run_command
from tests.support.paths import PROJECT
from tests.support.serving import serving


def _serve(*options: str | Path) -> tuple[int, list[str]]:
    done = run_command("serve", *options, environment={"RDFKIT_TOKEN": ""})
    return done.returncode, done.stderr.splitlines()


def _copy(store: Path, to: Path) -> tuple[Path, Path]:
    """A copy of a store without its index of labels, and the folder of its build."""
    shutil.copytree(store, to)
    (build,) = (to / "builds").iterdir()
    for name in ("labels.sqlite", "labels.lock"):
        (build / name).unlink(missing_ok=True)
    return to, build


def test_a_store_that_workers_cannot_open(store_folder: Path, tmp_path: Path) -> None:
    folder, build = _copy(store_folder, tmp_path / "store")
    # As on a disk that cannot be written: nobody can make the index.
    (build / "labels.lock").mkdir()
    # It has begun to serve, with workers and a log: for that it has a process of its own.
    command = [sys.executable, "-m", "rdfkit", "serve", "--store", str(folder), "--port", "0"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    said = done.stderr.splitlines()
    assert done.returncode == 4
    assert said[0].startswith("serving ")
    (sentence,) = said[1:]
    assert sentence.startswith(f"rdfkit: {folder}: the index of labels cannot be used")


@pytest.mark.parametrize("port", ["65536", "99999", "-1"])
def test_a_port_that_there_is_not(store_folder: Path, port: str) -> None:
    code, said = _serve("--store", str(store_folder), "--port", port)
    assert (code, said) == (2, ["rdfkit: port: there is no such port (expected 0 to 65535)"])


def test_a_port_that_is_taken() -> None:
    with listen("127.0.0.1", 0) as first:
        first.listen()
        with pytest.raises(SettingError, match="cannot listen at"):
            listen("127.0.0.1", first.getsockname()[1])


def test_a_port_that_is_taken_is_told_before_the_build(tmp_path: Path) -> None:
    with listen("127.0.0.1", 0) as first:
        first.listen()
        port = str(first.getsockname()[1])
        code, said = _serve(str(PROJECT / "seeds"), "--store", str(tmp_path / "store"), "--port", port)
    assert (code, len(said)) == (2, 1)
    assert not (tmp_path / "store").exists()


def test_a_token_that_could_be_guessed(store_folder: Path, tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text("short\n", encoding="utf-8")
    code, said = _serve(
        "--store", str(store_folder), "--port", "0", "--allow-update", "--token-file", str(file)
    )
    assert (code, said) == (
        2, ["rdfkit: token: the token for updates is too short (expected at least 32 bytes)"]
    )  # fmt: skip


def test_an_index_of_labels_is_made_where_it_is_missing(store_folder: Path, tmp_path: Path) -> None:
    folder, build = _copy(store_folder, tmp_path / "store")
    with serving(folder, "workers=1") as server:
        assert [entry["label"] for entry in server.get("/api/search?q=WP364").json][:1] == ["IL6 signaling"]
    assert (build / "labels.sqlite").is_file()
