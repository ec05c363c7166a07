"""The command line, run in this process as a user runs it: arguments, folder, input and environment go in; output,
errors and exit code come out, the same as those of `python -m rdfkit`.

For all that is about what a command says. Processes, pipes, signals and terminals need a process of their own.
"""

from __future__ import annotations

import io
import os
import runpy
import sys
from collections.abc import Mapping
from contextlib import ExitStack, chdir, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch


@dataclass(frozen=True)
class Done:
    """A command that has ended: its exit code, and the bytes that it wrote."""

    returncode: int
    output: bytes
    errors: bytes

    @property
    def stdout(self) -> str:
        """Its output as text, each end of line as a line feed."""
        return _text(self.output)

    @property
    def stderr(self) -> str:
        """What it wrote to standard error as text."""
        return _text(self.errors)


def run_command(
    *arguments: str | os.PathLike[str],
    folder: Path | None = None,
    stdin: str = "",
    environment: Mapping[str, str] | None = None,
) -> Done:
    """Runs `rdfkit` with these arguments, in a folder (usually the one of this process).

    An empty value in `environment` removes a variable. An error that is no `RdfkitError` is raised and not told.
    """
    output, errors = io.BytesIO(), io.BytesIO()
    out, err = _stream(output), _stream(errors, "backslashreplace")
    changed = {"COLUMNS": "200", "RDFKIT_TRACEBACK": "1", **(environment or {})}
    with ExitStack() as block:
        block.enter_context(patch.dict(os.environ, changed))
        for name in (name for name, value in changed.items() if not value):
            del os.environ[name]
        block.enter_context(patch.object(sys, "argv", ["rdfkit", *map(os.fspath, arguments)]))
        block.enter_context(patch.object(sys, "stdin", _stream(io.BytesIO(stdin.encode()))))
        block.enter_context(redirect_stdout(out))
        block.enter_context(redirect_stderr(err))
        block.enter_context(chdir(folder or Path.cwd()))
        code = _exit_code()
    out.flush()
    err.flush()
    return Done(code, output.getvalue(), errors.getvalue())


def _exit_code() -> int:
    """Runs what `python -m rdfkit` runs; gives the exit code of Python's end."""
    try:
        runpy.run_module("rdfkit", run_name="__main__", alter_sys=True)
    except SystemExit as end:
        if isinstance(end.code, str):
            sys.stderr.write(f"{end.code}\n")
            return 1
        return end.code or 0
    return 0


def _stream(data: io.BytesIO, errors: str = "strict") -> io.TextIOWrapper:
    return io.TextIOWrapper(data, encoding="utf-8", errors=errors)


def _text(data: bytes) -> str:
    return data.decode().replace("\r\n", "\n").replace("\r", "\n")
