"""A running `rdfkit serve`, and requests to it."""

from __future__ import annotations

import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

from starlette.requests import Request
from starlette.types import Message

TOKEN = "a token of 32 bytes that nobody guesses"
_SERVING = re.compile(r"serving .* at (http://\S+)")
_STARTS_WITHIN, _STOPS_WITHIN = 60, 30

JSON = "application/sparql-results+json"
FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True)
class Answer:
    """A whole response. Names of headers are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def media_type(self) -> str:
        return self.headers.get("content-type", "").partition(";")[0]

    @property
    def rows(self) -> list[dict[str, str]]:
        """The values of a SELECT in JSON."""
        return [
            {name: term["value"] for name, term in row.items()} for row in self.json["results"]["bindings"]
        ]


class Server:
    """A server process: where it is, and what it has logged."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self.url = ""
        self.lines: list[str] = []
        self._ready = threading.Event()
        # Somebody has to read what the server logs, or it waits for room in the pipe.
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    @property
    def address(self) -> tuple[str, int]:
        """Host and port."""
        parts = urlsplit(self.url)
        return parts.hostname or "", parts.port or 0

    def wait(self) -> None:
        """Waits until the server listens. Raises RuntimeError with its words when it does not."""
        deadline = time.monotonic() + _STARTS_WITHIN
        self._ready.wait(_STARTS_WITHIN)
        # The address is told before the workers are there; from then on connections are taken.
        while self.url and time.monotonic() < deadline:
            try:
                self.socket().close()
                return
            except ConnectionRefusedError:
                time.sleep(0.02)
        raise RuntimeError("\n".join(self.lines))

    def stop(self) -> int:
        """Stops the server as an operator does; gives its exit code."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(_STOPS_WITHIN)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise

    def log(self) -> list[dict[str, Any]]:
        """The access log."""
        return [json.loads(line) for line in list(self.lines) if line.startswith("{")]

    def connect(self, client: str = "127.0.0.1", timeout: float = 60) -> http.client.HTTPConnection:
        """A connection of its own, from one of this machine's loopback addresses."""
        return http.client.HTTPConnection(*self.address, timeout=timeout, source_address=(client, 0))

    def socket(self, timeout: float = 60, client: str = "127.0.0.1") -> socket.socket:
        """A connection without a client library: what is sent and received is seen as it is."""
        return socket.create_connection(self.address, timeout=timeout, source_address=(client, 0))

    def request(
        self,
        method: str,
        path: str,
        headers: Mapping[str, str] | None = None,
        body: bytes | str | None = None,
        client: str = "127.0.0.1",
    ) -> Answer:
        """One request on a connection of its own."""
        connection = self.connect(client)
        try:
            sent = body.encode() if isinstance(body, str) else body
            connection.request(method, path, sent, dict(headers or {}))
            response = connection.getresponse()
            found = response.read()
        finally:
            connection.close()
        return Answer(response.status, {name.lower(): value for name, value in response.getheaders()}, found)

    def get(self, path: str, accept: str | None = None, **headers: str) -> Answer:
        """GET. An underscore in the name of a header is a hyphen."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.request("GET", path, {**({"Accept": accept} if accept else {}), **sent})

    def query(
        self,
        text: str,
        accept: str = JSON,
        method: str = "GET",
        client: str = "127.0.0.1",
        **parameters: str,
    ) -> Answer:
        """A query with further parameters of the protocol."""
        fields = urlencode({"query": text, **parameters})
        if method != "POST":
            return self.request(method, f"/sparql?{fields}", {"Accept": accept}, client=client)
        headers = {"Accept": accept, "Content-Type": FORM}
        return self.request("POST", "/sparql", headers, fields, client=client)

    def update(self, text: str, token: str | None = TOKEN) -> Answer:
        """An update, with a token."""
        headers = {"Content-Type": "application/sparql-update"} | bearer(token)
        return self.request("POST", "/sparql", headers, text)

    def health(self) -> Any:
        """What `/health` says."""
        return self.get("/health").json

    def wait_until_idle(self, seconds: float = 30) -> None:
        """Waits until no job runs or waits. Raises TimeoutError."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            said = self.health()
            if not said["running"] and not said["waiting"]:
                return
            time.sleep(0.02)
        raise TimeoutError(f"a job still runs after {seconds} s")

    def _read(self) -> None:
        for line in self.process.stderr or ():
            self.lines.append(line.rstrip("\n"))
            if found := _SERVING.match(line):
                self.url = found[1].rstrip("/")
                self._ready.set()
        self._ready.set()


def request_of(method: str, query: bytes, headers: Mapping[str, str], parts: list[bytes]) -> Request:
    """A request as the application gets it, without a server; its body comes in parts."""
    waiting = [*parts, b""]

    async def receive() -> Message:
        part = waiting.pop(0)
        return {"type": "http.request", "body": part, "more_body": bool(waiting)}

    raw = [(name.encode("latin-1"), value.encode("latin-1", "replace")) for name, value in headers.items()]
    scope = {
        "type": "http", "method": method, "scheme": "http", "server": ("localhost", 80), "path": "/sparql",
        "query_string": query, "headers": raw,
    }  # fmt: skip
    return Request(scope, receive)


def bearer(token: str | None) -> dict[str, str]:
    """The header that a token is sent in."""
    return {} if token is None else {"Authorization": f"Bearer {token}"}


@contextmanager
def serving(
    store: Path | str, *options: str, token: str | None = None, services: tuple[str, ...] = ()
) -> Iterator[Server]:
    """A server on a store, or on an endpoint by its URL, at a free port of this machine; with a token it takes updates,
    and it may ask `services`. `options` are settings (`time_limit=1`). Stopped in the end.
    """
    arguments = [part for option in options for part in ("--set", option)]
    arguments += [part for service in services for part in ("--allow-service", service)]
    if token is not None:
        arguments.append("--allow-update")
    with started(store, *arguments, token=token) as server:
        yield server


@contextmanager
def started(
    store: Path | str,
    *arguments: str,
    token: str | None = None,
    environment: Mapping[str, str] | None = None,
    shell: tuple[str, ...] = (),
) -> Iterator[Server]:
    """A server with further arguments and environment, perhaps started by a shell. Stopped in the end."""
    where = "--store" if isinstance(store, Path) else "--endpoint"
    variables = {**os.environ, **(environment or {}), "RDFKIT_TOKEN": token or ""}
    process = subprocess.Popen(
        [*shell, sys.executable, "-m", "rdfkit", "serve", where, str(store), "--port", "0", *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        env=variables,
    )
    server = Server(process)
    try:
        server.wait()
        yield server
    finally:
        server.stop()
