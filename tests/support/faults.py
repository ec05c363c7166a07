"""An endpoint on this machine that does what endpoints do on bad days. It speaks HTTP on bare sockets, to break it."""

from __future__ import annotations

import contextlib
import gzip
import json
import socket
import ssl
import struct
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeAlias
from urllib.parse import parse_qs, urlsplit

JSON = "application/sparql-results+json"


@dataclass(frozen=True)
class Asked:
    """A request as it came."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def query(self) -> str:
        """The SPARQL in it."""
        fields = self.body.decode() if self.method == "POST" else urlsplit(self.path).query
        return parse_qs(fields)["query"][0]


class Wire:
    """The connection to who asked."""

    def __init__(self, connection: socket.socket, stopped: threading.Event) -> None:
        self._connection = connection
        self._stopped = stopped

    def send(self, data: bytes) -> None:
        """Sends bytes as they are."""
        self._connection.sendall(data)

    def respond(self, status: int = 200, body: bytes = b"", **headers: str) -> None:
        """Sends a whole response. An underscore in the name of a header is a hyphen; an empty header is left out."""
        sent = {"Content-Type": JSON, "Content-Length": str(len(body)), "Connection": "close"}
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        lines = "".join(f"{name}: {value}\r\n" for name, value in sent.items() if value)
        self.send(f"HTTP/1.1 {status} Whatever\r\n{lines}\r\n".encode("latin-1") + body)

    def stall(self, seconds: float = 60) -> None:
        """Says nothing for long."""
        self._stopped.wait(seconds)

    def reset(self) -> None:
        """Ends the connection the hard way."""
        self._connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._connection.close()


Fault: TypeAlias = Callable[[Wire, Asked], None]


class Endpoint:
    """The server: where it is, and what it was asked. `at` adds what it does at a path."""

    def __init__(self, context: ssl.SSLContext | None = None) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._context = context
        self._faults: dict[str, Fault] = {}
        self._stopped = threading.Event()
        self.asked: list[Asked] = []
        self.connections = 0
        self._lock = threading.Lock()
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def port(self) -> int:
        """The port it listens at."""
        return int(self._listener.getsockname()[1])

    @property
    def url(self) -> str:
        """Its start."""
        return f"{'https' if self._context else 'http'}://127.0.0.1:{self.port}"

    def at(self, path: str, fault: Fault) -> str:
        """What it does at a path; gives the URL."""
        self._faults[path] = fault
        return self.url + path

    def stop(self) -> None:
        """Stops it, and all that stalls."""
        self._stopped.set()
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        # Who asked may be gone at any time, and often that is the point.
        with contextlib.suppress(OSError), connection:
            if self._context is not None:
                connection = self._context.wrap_socket(connection, server_side=True)
            asked = _read(connection)
            if asked is None:
                return
            with self._lock:
                self.asked.append(asked)
            self._faults[urlsplit(asked.path).path](Wire(connection, self._stopped), asked)


@contextmanager
def endpoint(context: ssl.SSLContext | None = None) -> Iterator[Endpoint]:
    """A running server, stopped in the end."""
    server = Endpoint(context)
    try:
        yield server
    finally:
        server.stop()


def rows(count: int = 1) -> bytes:
    """Results in JSON with so many rows of one variable `x`."""
    bindings = [{"x": {"type": "uri", "value": f"http://ex/{number}"}} for number in range(count)]
    return json.dumps({"head": {"vars": ["x"]}, "results": {"bindings": bindings}}).encode()


def bomb(size: int) -> bytes:
    """Results in JSON with a text of so many bytes, compressed."""
    text = b'{"head":{"vars":["x"]},"results":{"bindings":[{"x":{"type":"literal","value":"' + b"0" * size
    return gzip.compress(text + b'"}}]}}')


def _read(connection: socket.socket) -> Asked | None:
    data = b""
    while b"\r\n\r\n" not in data:
        piece = connection.recv(65_536)
        if not piece:
            return None
        data += piece
    head, _, body = data.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    method, path, _ = first.split(" ")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    while len(body) < int(headers.get("content-length", "0")):
        body += connection.recv(65_536)
    return Asked(method, path, headers, body)
