"""The examples in the docs do what they show.

`console` blocks run in a shell, in a folder with the seeds; `...` stands for lines that are not compared.
`python` blocks run as they are.
"""

from __future__ import annotations

import doctest
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.support.paths import PROJECT, SEEDS

PAGES = [PROJECT / "README.md", *sorted((PROJECT / "docs").glob("*.md"))]
BLOCKS = [
    pytest.param(language, body, id=f"{page.stem}-{language}-{number}")
    for page in PAGES
    for number, (language, body) in enumerate(
        re.findall(r"^```(console|python)\n(.*?)^```", page.read_text(encoding="utf-8"), re.M | re.S)
    )
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copytree(SEEDS, tmp_path / "seeds")
    return tmp_path


def _run(command: list[str] | str, folder: Path) -> str:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        command,
        shell=isinstance(command, str),
        cwd=folder,
        capture_output=True,
        text=True,
        env={**os.environ, "PATH": path},
    )
    assert done.returncode == 0, done.stderr
    return done.stdout + done.stderr


@pytest.mark.docs
@pytest.mark.parametrize(("language", "body"), BLOCKS)
def test_example(language: str, body: str, folder: Path) -> None:
    if language == "python":
        _run([sys.executable, "-c", body], folder)
        return
    for command, expected in re.findall(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", body, re.M):
        found = _run(command, folder)
        checker = doctest.OutputChecker()
        assert checker.check_output(expected, found, doctest.ELLIPSIS), f"$ {command}\n{found}"


def test_links_between_pages_lead_somewhere() -> None:
    for page in PAGES:
        for target in re.findall(r"\]\((?!https?:)([^)#]+)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.name}: {target}"


@pytest.mark.docs
def test_the_workflow_of_the_release_page_does_it(tmp_path: Path) -> None:
    (text,) = re.findall(
        r"^```yaml\n(.*?)^```", (PROJECT / "docs" / "release.md").read_text(encoding="utf-8"), re.M | re.S
    )
    workflow = yaml.load(text, Loader=yaml.BaseLoader)
    assert workflow["on"]["schedule"]
    steps = workflow["jobs"]["release"]["steps"]
    assert all(("uses" in step) != ("run" in step) for step in steps)
    scripts = [step["run"] for step in steps if "run" in step]
    for script in scripts:
        _run(["bash", "-n", "-c", script], tmp_path)
    for site, pages in (("wikipathways", "WP*.md"), ("pfocr", "PMC*.md")):
        (tmp_path / site).mkdir()
        for page in SEEDS.glob(pages):
            shutil.copy(page, tmp_path / site)
    # All but what talks to GitHub, in the shell that GitHub uses.
    ours = [script for script in scripts if "rdfkit " in script and "gh " not in script]
    assert len(ours) == 2
    for script in ours:
        _run(["bash", "-e", "-o", "pipefail", "-c", script], tmp_path)
    assert (tmp_path / "report.txt").is_file()
    assert {"wikipathways.ttl.gz", "pfocr.ttl.gz"} <= {path.name for path in (tmp_path / "release").iterdir()}
