"""A real Virtuoso on loopback, in a folder of its own, for tests: https://vos.openlinksw.com"""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

SERVER = "virtuoso-t"
CLIENT = "isql-vt"
_DATABASE = "virtuoso.db"

_INI = """
[Database]
DatabaseFile = {folder}/virtuoso.db
ErrorLogFile = {folder}/virtuoso.log
LockFile = {folder}/virtuoso.lck
TransactionFile = {folder}/virtuoso.trx
xa_persistent_file = {folder}/virtuoso.pxa
FileExtend = 200
MaxCheckpointRemap = 2000
[TempDatabase]
DatabaseFile = {folder}/virtuoso-temp.db
TransactionFile = {folder}/virtuoso-temp.trx
FileExtend = 200
MaxCheckpointRemap = 2000
[Parameters]
ServerPort = 127.0.0.1:{sql}
ServerThreads = 10
DirsAllowed = {data}
NumberOfBuffers = 40000
MaxDirtyBuffers = 30000
[HTTPServer]
ServerPort = 127.0.0.1:{http}
ServerThreads = 5
[SPARQL]
ResultSetMaxRows = {rows}
MaxQueryExecutionTime = 60
"""


class Virtuoso:
    """A running server that has been given its folder of data."""

    def __init__(self, sql: int, http: int) -> None:
        self.sql = sql
        self.http = http

    def run(self, statement: str) -> str:
        """Runs SQL; gives what the client prints."""
        command = [CLIENT, f"127.0.0.1:{self.sql}", "dba", "dba", "VERBOSE=OFF", "BANNER=OFF", "PROMPT=OFF"]
        done = subprocess.run(
            [*command, "ERRORS=STDOUT", f"EXEC={statement}"], capture_output=True, text=True, timeout=300
        )
        return done.stdout

    def load(self, folder: Path, graph: str) -> list[str]:
        """Bulk-loads the Turtle files under a folder; gives the errors of the loader."""
        self.run(f"ld_dir_all('{folder}', '*.ttl', '{graph}');")
        self.run(f"ld_dir_all('{folder}', '*.ttl.gz', '{graph}');")
        self.run("rdf_loader_run();")
        self.run("checkpoint;")
        told = self.run(
            "select ll_file, ll_error from DB.DBA.load_list where ll_error is not null or ll_state <> 2;"
        )
        return [line for line in told.splitlines() if line.strip()]

    def rows(self, query: str, graph: str | None = None) -> list[dict[str, tuple[str, str]]]:
        """The rows of a SELECT, each value with its kind: `iri`, or the local name of its datatype.

        `graph` is the default graph. Raises HTTPError when the query is refused.
        """
        fields = {"query": query} | ({"default-graph-uri": graph} if graph else {})
        body = urllib.parse.urlencode(fields).encode()
        request = urllib.request.Request(f"http://127.0.0.1:{self.http}/sparql", body)
        request.add_header("Accept", "application/sparql-results+json")
        with urllib.request.urlopen(request, timeout=120) as response:
            bindings = json.load(response)["results"]["bindings"]
        return [{name: (_kind(term), term["value"]) for name, term in row.items()} for row in bindings]


def _kind(term: dict[str, str]) -> str:
    if term["type"] == "uri":
        return "iri"
    return term.get("datatype", "string").rpartition("#")[2]


@contextmanager
def virtuoso(folder: Path, data: Path, rows: int = 1_000_000) -> Iterator[Virtuoso]:
    """A server with its database in `folder` that may read `data`; stopped in the end, whatever happens.

    `rows`: how many it gives at most.
    """
    folder.mkdir(parents=True)
    shutil.copy(Path(_new().name) / _DATABASE, folder)
    with _started(folder, data, rows) as (server, _):
        yield server


@cache
def _new() -> tempfile.TemporaryDirectory[str]:
    """A folder with an empty database. Making one takes far longer than starting a server on it."""
    folder = tempfile.TemporaryDirectory(prefix="virtuoso")
    made = Path(folder.name) / "made"
    made.mkdir()
    with _started(made, made, 1) as (server, process):
        server.run("shutdown;")
        process.wait(60)
        (made / _DATABASE).rename(Path(folder.name) / _DATABASE)
    return folder


@contextmanager
def _started(folder: Path, data: Path, rows: int) -> Iterator[tuple[Virtuoso, subprocess.Popen[bytes]]]:
    """A server in a folder that is removed in the end, and its process."""
    sql, http = free_port(), free_port()
    ini = folder / "virtuoso.ini"
    ini.write_text(_INI.format(folder=folder, data=data, sql=sql, http=http, rows=rows))
    process = subprocess.Popen(
        [SERVER, "+foreground", "+configfile", str(ini)],
        cwd=folder,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait(process, http, folder)
        yield Virtuoso(sql, http), process
    finally:
        process.kill()
        process.wait()
        shutil.rmtree(folder, ignore_errors=True)


def free_port() -> int:
    """A port that nobody listens at."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait(process: subprocess.Popen[bytes], port: int, folder: Path) -> None:
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/sparql?query=ASK%7B%7D", timeout=5).close()
            return
        except (urllib.error.URLError, OSError):
            if process.poll() is not None:
                break
            time.sleep(0.1)
    log = folder / "virtuoso.log"
    raise RuntimeError(f"Virtuoso did not start: {log.read_text() if log.exists() else 'no log'}")
