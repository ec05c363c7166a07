"""Bulk loaders of other stores: programs that read our N-Quads from a file, faster than a store takes them by HTTP."""

from __future__ import annotations

import secrets
import shlex
import subprocess
from collections.abc import Iterable
from pathlib import Path
from typing import Protocol

from rdfkit.endpoints.auth import Credentials
from rdfkit.errors import ExportError, PublishError, RemoteError

_OPTIONS = ("VERBOSE=OFF", "BANNER=OFF", "PROMPT=OFF", "ERRORS=STDOUT")
_LONGEST = 24 * 3600
_FAILED = (
    "select cast(ll_state as varchar), ll_error from DB.DBA.load_list"
    " where ll_file = {file} and (ll_error is not null or ll_state <> 2);"
)
_FORGET = "delete from DB.DBA.load_list where ll_file = {file}; checkpoint;"


class Loader(Protocol):
    """What loads N-Quads into a store."""

    def load(self, quads: Iterable[bytes]) -> None:
        """Adds N-Quads. Raises RemoteError when the store says that it could not read them."""


class VirtuosoLoader:
    """Virtuoso's bulk loader (https://vos.openlinksw.com/owiki/wiki/VOS/VirtBulkRDFLoader), run by its client `isql`.

    `isql` is the command with host and port, `isql-vt localhost:1111`; `folder` one that the server may read
    (`DirsAllowed`) and that has the same path there.
    """

    def __init__(self, isql: str, folder: Path, credentials: Credentials) -> None:
        self._command = [
            *shlex.split(isql),
            credentials.user or "dba",
            credentials.password or "dba",
            *_OPTIONS,
        ]
        self._folder = folder.resolve()
        self._name = isql

    def load(self, quads: Iterable[bytes]) -> None:
        """As `Loader.load`. Raises PublishError without a client, ExportError when the file cannot be written."""
        path = self._folder / f"rdfkit-{secrets.token_hex(8)}.nq"
        try:
            self._write(path, quads)
            self._run(f"ld_dir({_text(self._folder)}, '{path.name}', 'urn:rdfkit:no-graph');")
            self._run("rdf_loader_run();")
            said = self._run(_FAILED.format(file=_text(path)))
            self._run(_FORGET.format(file=_text(path)))
        finally:
            path.unlink(missing_ok=True)
        if said.strip():
            raise self._failed(said)

    def _write(self, path: Path, quads: Iterable[bytes]) -> None:
        try:
            with path.open("wb") as file:
                file.writelines(quads)
            # The server is another user.
            path.chmod(0o644)
        except OSError as error:
            raise ExportError(f"cannot be written: {error.strerror}", path=str(path)) from error

    def _run(self, statement: str) -> str:
        """Runs SQL; gives what the client prints."""
        try:
            done = subprocess.run(  # noqa: S603 - the user's command
                [*self._command, f"EXEC={statement}"],
                capture_output=True,
                text=True,
                errors="replace",
                timeout=_LONGEST,
                check=False,
            )
        except OSError as error:
            raise PublishError(
                f"the loader cannot be run: {error.strerror}", key="isql", value=self._name
            ) from error
        except subprocess.TimeoutExpired as error:
            raise self._failed("it takes more than a day") from error
        if done.returncode or "*** Error" in done.stdout:
            raise self._failed(done.stdout + done.stderr)
        return done.stdout

    def _failed(self, said: str) -> RemoteError:
        return RemoteError.of("status", self._name, f"could not load: {' '.join(said.split())[:300]}")


def _text(path: Path) -> str:
    """A path as a text in SQL."""
    return "'{}'".format(str(path).replace("'", "''"))
