"""Measures commands: wall-clock time, CPU time and memory of all their processes; rounds in turn; medians."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import psutil

from suite.places import BENCHMARKS, PROJECT

ROUNDS = 3
# Time between two looks at the memory of a command's processes: at least this, and so many times what a look takes.
LOOK_SECONDS, LOOK_PAUSE = 0.1, 25
_MIB = 1 << 20


class CommandError(Exception):
    """A command that ended otherwise than it should."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One run: seconds of wall clock and CPU, the highest memory seen, the load average before it.

    `peak_mib` is the sum over all processes of the command at one moment, of their proportional set sizes (a page
    that several share counts once), or of their resident sizes where the system does not know those. None when it
    was not measured. `said` is what the command itself told, as JSON, on its last line.
    """

    wall: float
    cpu: float
    peak_mib: float | None
    load: float
    said: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Series:
    """All runs of one system, in order."""

    samples: tuple[Sample, ...]

    def median(self, number: Callable[[Sample], float]) -> float:
        """The median of a number that each run has."""
        return statistics.median(number(sample) for sample in self.samples)

    @property
    def wall(self) -> float:
        """The median of the wall-clock seconds."""
        return self.median(lambda sample: sample.wall)

    @property
    def cpu(self) -> float:
        """The median of the CPU seconds."""
        return self.median(lambda sample: sample.cpu)

    @property
    def peak_mib(self) -> float | None:
        """The highest of all runs: a peak is not averaged away."""
        return max((sample.peak_mib for sample in self.samples if sample.peak_mib is not None), default=None)

    def to_json(self) -> dict[str, Any]:
        """The runs, and the medians that are quoted."""
        return {
            "wall": self.wall,
            "cpu": self.cpu,
            "peak_mib": self.peak_mib,
            "samples": [asdict(sample) for sample in self.samples],
        }


def in_turn(
    systems: Mapping[str, Callable[[], Sample]], rounds: int, say: Callable[[str], None]
) -> dict[str, Series]:
    """Runs the systems A B C A B C …, so that what else the machine does slows all alike."""
    found: dict[str, list[Sample]] = {name: [] for name in systems}
    for number in range(rounds):
        for name, run in systems.items():
            sample = run()
            found[name].append(sample)
            say(f"  {number + 1}/{rounds} {name}: {sample.wall:.2f} s")
    return {name: Series(tuple(samples)) for name, samples in found.items()}


def rdfkit(*arguments: str | Path) -> list[str]:
    """The command line of the clone that is measured."""
    return [sys.executable, "-m", "rdfkit", *map(str, arguments)]


def system(name: str, *arguments: str | Path, python: Path | None = None) -> list[str]:
    """The command of a program in `systems/`."""
    return [
        str(python or sys.executable),
        str(BENCHMARKS / "suite" / "systems" / f"{name}.py"),
        *map(str, arguments),
    ]


def environment() -> dict[str, str]:
    """The environment of every command: the code of the clone, and of no other."""
    return {**os.environ, "PYTHONPATH": str(PROJECT)}


def run(command: Sequence[str], *, codes: frozenset[int] = frozenset({0}), memory: bool = True) -> Sample:
    """Runs a command to its end. Raises CommandError when it ends with another code than these."""
    load = os.getloadavg()[0]
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as errors:
        started = time.perf_counter()
        process = subprocess.Popen(  # noqa: S603
            command, stdin=subprocess.DEVNULL, stdout=out, stderr=errors, env=environment(), cwd=PROJECT
        )
        peak = _Peak(process.pid) if memory else None
        # wait4 tells the CPU time of this process, and of those of its own that it has waited for.
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        peak_mib = peak.stop() if peak is not None else None
        told, complaints = _end(out), _end(errors)
        # Python ends with 1 when it crashes, as do commands that found something.
        if process.returncode not in codes or "Traceback (most recent call last)" in complaints:
            raise CommandError(
                f"{' '.join(command)} ended with {process.returncode}: {complaints} {told}".strip()
            )
        return Sample(wall, usage.ru_utime + usage.ru_stime, peak_mib, load, _said(told))


def first_row(command: Sequence[str]) -> Sample:
    """Runs a command until it has written a header and a row to a pipe, then ends it.

    Raises CommandError when it never does.
    """
    load, started = os.getloadavg()[0], time.perf_counter()
    with subprocess.Popen(  # noqa: S603
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=environment(),
        cwd=PROJECT,
    ) as process:
        lines = [process.stdout.readline() for _ in range(2)] if process.stdout else []
        wall = time.perf_counter() - started
        process.kill()
    if not all(line.endswith(b"\n") for line in lines):
        raise CommandError(f"{' '.join(command)} wrote no row")
    return Sample(wall, 0.0, None, load)


def printed(command: Sequence[str]) -> str:
    """What a command prints. Raises CommandError when it fails."""
    done = subprocess.run(  # noqa: S603
        command, capture_output=True, text=True, env=environment(), cwd=PROJECT, check=False
    )
    if done.returncode:
        raise CommandError(f"{' '.join(command)} ended with {done.returncode}: {done.stderr[-4000:]}")
    return done.stdout.strip()


class _Peak:
    """Looks at the memory of a process and of all below it, in a thread, until stopped."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._peak = 0.0
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()

    def stop(self) -> float:
        """The highest sum that was seen, in MiB."""
        self._stopped.set()
        self._thread.join()
        return self._peak

    def _look(self) -> None:
        while not self._stopped.is_set():
            started = time.perf_counter()
            self._peak = max(self._peak, _memory_of_tree(self._pid) / _MIB)
            took = time.perf_counter() - started
            # The system goes through all pages of a process to answer, so large ones are asked less often.
            self._stopped.wait(max(LOOK_SECONDS, LOOK_PAUSE * took))


def _memory_of_tree(pid: int) -> int:
    try:
        root = psutil.Process(pid)
        return sum(_memory(process) for process in [root, *root.children(recursive=True)])
    except psutil.Error:  # it has just ended
        return 0


def _memory(process: psutil.Process) -> int:
    try:
        # One line for all mappings, which costs the process far less than the list that psutil adds up.
        for line in Path(f"/proc/{process.pid}/smaps_rollup").read_text(encoding="ascii").splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    except OSError:
        pass
    try:
        return int(process.memory_info().rss)
    except psutil.Error:
        return 0


def _end(file: Any) -> str:  # noqa: ANN401 - a temporary file
    size = file.seek(0, os.SEEK_END)
    file.seek(max(0, size - 4000))
    return bytes(file.read()).decode(errors="replace").strip()


def _said(text: str) -> dict[str, Any]:
    """The JSON object on the last line of an output, if there is one."""
    line = text.rpartition("\n")[2]
    if not line.startswith("{"):
        return {}
    try:
        found = json.loads(line)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
