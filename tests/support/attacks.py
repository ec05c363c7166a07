"""A server in a process of its own, clients with addresses of their own, and small stores to serve."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Self
from urllib.parse import quote, urlencode

import pyoxigraph as ox

from tests.support.serving import started
from tests.support.stores import new_build

TOKEN = "hostile-tests-" + "t" * 32


def write_store(folder: Path, quads: list[ox.Quad]) -> None:
    """Makes these quads the current build of the store in a folder."""
    with new_build(folder) as stage:
        stage.load(quads)
        stage.commit({})


def numbers(count: int, graph: str = "http://example.org/g") -> list[ox.Quad]:
    """So many quads, each with a number of its own."""
    return [
        ox.Quad(
            ox.NamedNode(f"http://example.org/s{number}"),
            ox.NamedNode("http://example.org/p"),
            ox.Literal(number),
            ox.NamedNode(graph),
        )
        for number in range(count)
    ]


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: `whole` is False when the connection broke off before the end of the body."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    whole: bool = True

    def json(self) -> dict:
        return json.loads(self.body)

    def values(self, column: str) -> list[str]:
        """The values in one column of SPARQL results in JSON."""
        return [row[column]["value"] for row in self.json()["results"]["bindings"]]


class Served:
    """A running `rdfkit serve`."""

    def __init__(self, process: subprocess.Popen[str], port: int) -> None:
        self.process = process
        self.port = port

    def request(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        *,
        client: str = "127.0.0.1",
        timeout: float = 30.0,
    ) -> Answer:
        """One request on a connection of its own, from a loopback address."""
        connection = http.client.HTTPConnection(
            "127.0.0.1", self.port, timeout=timeout, source_address=(client, 0)
        )
        try:
            connection.request(method, path, body, dict(headers or {}))
            response = connection.getresponse()
            try:
                data, whole = response.read(), True
            except http.client.IncompleteRead as error:
                data, whole = error.partial, False
            return Answer(response.status, {k.lower(): v for k, v in response.getheaders()}, data, whole)
        finally:
            connection.close()

    def get(self, path: str, accept: str = "application/sparql-results+json", **options) -> Answer:
        return self.request("GET", path, None, {"Accept": accept}, **options)

    def query(self, text: str, accept: str = "application/sparql-results+json", **options) -> Answer:
        """The answer to a query sent by POST."""
        headers = {"Content-Type": "application/sparql-query", "Accept": accept}
        return self.request("POST", "/sparql", text.encode(), headers, **options)

    def update(self, text: str, parameters: Mapping[str, str] | None = None) -> Answer:
        """The answer to an update that is allowed."""
        headers = {"Content-Type": "application/sparql-update", "Authorization": f"Bearer {TOKEN}"}
        address = "/sparql" + (f"?{urlencode(parameters)}" if parameters else "")
        return self.request("POST", address, text.encode(), headers)

    def connect(self, client: str = "127.0.0.1") -> socket.socket:
        """A plain connection."""
        connection = socket.socket()
        connection.bind((client, 0))
        connection.settimeout(10)
        connection.connect(("127.0.0.1", self.port))
        return connection

    def health(self) -> dict:
        return self.get("/health").json()

    def settled(self, seconds: float = 30.0) -> dict:
        """What `/health` says when nothing runs any more."""
        until = time.monotonic() + seconds
        while (said := self.health())["running"] or said["waiting"]:
            if time.monotonic() > until:
                raise AssertionError(f"still busy: {said}")
            time.sleep(0.05)
        return said

    def workers(self) -> list[int]:
        """The process ids of the workers."""
        return children(self.process.pid)

    def memory(self) -> int:
        """The MiB that the front process has in memory."""
        pages = int(Path(f"/proc/{self.process.pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") >> 20

    def open_files(self) -> list[str]:
        """What the front process has open."""
        found = []
        for entry in Path(f"/proc/{self.process.pid}/fd").iterdir():
            try:
                found.append(str(entry.readlink()))
            except FileNotFoundError:
                continue
        return found


class Repeated(ABC):
    """A client that does the same over and over in a thread of its own, as long as the block runs."""

    def __init__(self) -> None:
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    @abstractmethod
    def once(self) -> None:
        """Does it once."""

    def _run(self) -> None:
        while not self._stop.is_set():
            self.once()


def children(pid: int) -> list[int]:
    """The processes that a process has started and that have not been reaped."""
    return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def is_running(pid: int) -> bool:
    """Whether there is such a process, and it is no zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


@contextmanager
def serving(
    store: Path,
    *options: str,
    workers: int = 2,
    environment: Mapping[str, str] | None = None,
    files: int | None = None,
    **settings: object,
) -> Iterator[Served]:
    """A server for a store, with settings; it is ended and its workers are gone after the block.

    With `files` it may have so many files open.
    """
    arguments = ["--quiet", "--workers", str(workers), *options]
    arguments += [part for name, value in settings.items() for part in ("--set", f"{name}={value}")]
    shell = ("sh", "-c", f'ulimit -n {files}; exec "$@"', "sh") if files is not None else ()
    with started(store, *arguments, token=TOKEN, environment=environment, shell=shell) as server:
        try:
            yield Served(server.process, server.address[1])
        finally:
            end(server.process)


def end(process: subprocess.Popen[str]) -> None:
    """Has a server end, by force if it must be; all its workers end, too."""
    workers = children(process.pid) if process.poll() is None else []
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(10)
    until = time.monotonic() + 10
    while any(is_running(pid) for pid in workers) and time.monotonic() < until:
        time.sleep(0.05)


class Listener:
    """A TCP server on loopback that remembers who connected, and answers with an empty document."""

    def __init__(self) -> None:
        self.heard: list[bytes] = []
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._socket.getsockname()[1]
        threading.Thread(target=self._listen, daemon=True).start()

    def close(self) -> None:
        self._socket.close()

    def _listen(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            self.heard.append(b"connected")
            with connection:
                connection.settimeout(1)
                try:
                    self.heard[-1] = connection.recv(4096) or b"connected"
                    connection.sendall(
                        b"HTTP/1.1 200 OK\r\nContent-Type: text/turtle\r\nContent-Length: 0\r\n\r\n"
                    )
                except OSError:
                    continue


def get_query(text: str) -> str:
    """The address of a query."""
    return f"/sparql?query={quote(text)}"
