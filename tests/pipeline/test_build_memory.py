"""A build takes no more memory for many pages than for few."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.support.paths import PROJECT, SEEDS

PROGRAM = PROJECT / "tests" / "support" / "keep_building.py"
SEED = SEEDS / "PMC198534__JCI0319974.f1.md"
# Text that each page has of its own: whoever holds all pages holds all of it.
OWN = "".join(f" word{number}" for number in range(8_000))
LIMIT = 700 << 20


def _tree(root: int) -> list[int]:
    """A process and all that it has started."""
    found = [root]
    for number in found:
        for task in Path(f"/proc/{number}/task").glob("*/children"):
            found += map(int, _text(task).split())
    return found


def _text(path: Path) -> str:
    try:
        return path.read_text()
    except OSError:  # the process has just ended
        return ""


def _memory(numbers: list[int]) -> int:
    """The memory of processes in bytes, with what they share counted once."""
    lines = (line for one in numbers for line in _text(Path(f"/proc/{one}/smaps_rollup")).splitlines())
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))


def _peak(folder: Path, pages: int) -> int:
    """The most memory that a build of so many pages takes; it is killed, and fails, above the limit."""
    sources = folder / f"pages{pages}"
    sources.mkdir()
    text = SEED.read_text(encoding="utf-8")
    for number in range(pages):
        own = text.replace("PMC198534", f"PMC{70_000 + number}")
        own = own.replace("caption: ", f"caption: Number {number}{OWN} ", 1)
        (sources / f"{number}.md").write_text(own, encoding="utf-8")
    command = [sys.executable, str(PROGRAM), "build", str(folder / f"store{pages}"), str(sources)]
    most = 0
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, env=os.environ) as process:
        try:
            while process.poll() is None:
                most = max(most, _memory(_tree(process.pid)))
                assert most < LIMIT, f"{most >> 20} MB with {pages} pages"
                time.sleep(0.05)
        finally:
            process.kill()
    assert process.returncode == 0
    return most


@pytest.mark.scale
@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_memory_does_not_grow_with_the_pages(tmp_path: Path) -> None:
    few, many = _peak(tmp_path, 2000), _peak(tmp_path, 6000)
    assert many < 1.25 * few, f"{many >> 20} MB in place of {few >> 20}"
