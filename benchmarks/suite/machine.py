"""What a measurement depends on: the machine, the versions, the commit, the time by the clock."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from datetime import datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import psutil

from suite.places import JENA, MORPH_PYTHON, PROJECT

_LIBRARIES = ("pyoxigraph", "rdflib", "PyYAML", "PyLD", "pyshacl")


def facts() -> dict[str, Any]:
    """The facts that a result is kept with."""
    return {
        "date": datetime.now().astimezone().isoformat(timespec="seconds"),
        "commit": _output("git", "rev-parse", "HEAD"),
        "changed_files": len(_output("git", "status", "--porcelain", "--untracked-files=no").splitlines()),
        "cpu": _cpu(),
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "memory_gib": round(psutil.virtual_memory().total / (1 << 30), 1),
        "system": platform.platform(),
        "python": platform.python_version(),
        "libraries": {**{name: _version(name) for name in _LIBRARIES}, **_others()},
        "load_before": os.getloadavg()[0],
    }


def _cpu() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.machine())


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def _others() -> dict[str, str | None]:
    """The versions of peers that live elsewhere."""
    ask = "from importlib.metadata import version; print(version('morph-kgc'))"
    morph = _output(str(MORPH_PYTHON), "-c", ask) if MORPH_PYTHON.exists() else ""
    jena = _output("dpkg-query", "-W", "-f", "${Version}", "libapache-jena-java") if JENA.exists() else ""
    return {"morph-kgc": morph or None, "Jena": jena or None}


def _output(*command: str) -> str:
    """What a command prints; nothing when it is not there or fails."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, cwd=PROJECT, check=False)  # noqa: S603
    except OSError:
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""


if sys.platform == "win32":
    raise SystemExit("the benchmarks need Linux or macOS: they measure with wait4")
