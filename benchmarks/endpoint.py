"""How fast the endpoint answers, beside others on the same data: python benchmarks/endpoint.py [SOURCE...]

Builds a store from pages (the seeds when none are named) and asks the same queries of `rdfkit serve`, of
rdflib-endpoint, of Virtuoso, and of `Store.query` with serialization in this process, which is the least it can take.
In rounds: each round asks each system some times, so that what else the machine does slows all alike. Prints median and
99th percentile with one client, and requests in a second with one and with eight clients, each from an address of its
own. Needs rdflib-endpoint and Virtuoso (Debian: virtuoso-opensource-7); what is not there is left out.
"""

from __future__ import annotations

import importlib.util
import io
import json
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from itertools import cycle
from pathlib import Path
from urllib.parse import urlencode

import pyoxigraph as ox

import rdfkit
from rdfkit.store import Store

PROJECT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(PROJECT))

from tests.support.serving import serving  # noqa: E402
from tests.support.virtuoso import SERVER, virtuoso  # noqa: E402

ROUNDS, SECONDS, CLIENTS = 5, 1.0, 8
# Of what takes long there are fewer.
MOST_REQUESTS = 400
NEW, LIMITED = "a new connection each", "1,000 rows"
GRAPH = "http://example.org/all"
LOOKUP = """
PREFIX dc: <http://purl.org/dc/elements/1.1/>
SELECT ?title WHERE {{ <{thing}> dc:title ?title }}"""
ROWS = """
SELECT ?thing ?property ?value WHERE { ?thing ?property ?value } LIMIT 1000"""
AGGREGATE = """
PREFIX wp: <http://vocabularies.wikipathways.org/wp#>
PREFIX dcterms: <http://purl.org/dc/terms/>
SELECT ?tag (COUNT(DISTINCT ?pathway) AS ?count)
WHERE { ?pathway wp:ontologyTag ?tag ; wp:organism ?organism ; dcterms:identifier ?identifier }
GROUP BY ?tag ORDER BY DESC(?count) ?tag"""

Ask = Callable[[], bytes]
# Texts that are asked in turn.
Query = list[str]


class Client:
    """Sends requests in turn, on one connection or on a new one each time. Does as little as it can, for all alike."""

    def __init__(
        self,
        address: tuple[str, int],
        path: str,
        query: Query,
        fields: dict[str, str],
        number: int,
        *,
        stays: bool,
    ) -> None:
        targets = (f"{path}?{urlencode({'query': text, **fields})}" for text in query)
        headers = (
            f"Host: {address[0]}:{address[1]}\r\nAccept: application/sparql-results+json\r\n"
            f"Connection: {'keep-alive' if stays else 'close'}\r\n\r\n"
        )
        self._sent = cycle(f"GET {target} HTTP/1.1\r\n{headers}".encode() for target in targets)
        self._address, self._number, self._stays = address, number, stays
        self._connection: socket.socket | None = None

    def __call__(self) -> bytes:
        """Asks once; gives the body. Raises ValueError when the answer is none."""
        if self._connection is None:
            self._connection = socket.create_connection(
                self._address, 120, source_address=(f"127.0.0.{self._number}", 0)
            )
            self._connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._connection.sendall(next(self._sent))
        received = self._receive(b"")
        while (end := received.find(b"\r\n\r\n")) < 0:
            received = self._receive(received)
        head, body = received[:end].lower(), received[end + 4 :]
        if not head.startswith(b"http/1.1 200"):
            raise ValueError(received[:500].decode(errors="replace"))
        if b"content-length:" in head:
            length = int(head.partition(b"content-length:")[2].split(b"\r\n", 1)[0])
            while len(body) < length:
                body = self._receive(body)
        else:
            while not body.endswith(b"0\r\n\r\n"):
                body = self._receive(body)
            body = _unchunked(body)
        if not self._stays or b"connection: close" in head:
            self.close()
        return body

    def close(self) -> None:
        """Lets go of the connection."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _receive(self, before: bytes) -> bytes:
        if self._connection is None or not (part := self._connection.recv(1 << 18)):
            raise ValueError("the connection was closed within an answer")
        return before + part


def _unchunked(body: bytes) -> bytes:
    parts, at = [], 0
    while True:
        end = body.index(b"\r\n", at)
        size = int(body[at:end], 16)
        if size == 0:
            return b"".join(parts)
        parts.append(body[end + 2 : end + 2 + size])
        at = end + 4 + size


class System:
    """One of those compared: makes what asks one query, for the client of that number."""

    def __init__(self, name: str, asking: Callable[[Query, int, bool], Ask]) -> None:
        self.name = name
        self._asking = asking
        self.times: dict[str, list[float]] = {}
        self.rates: dict[tuple[str, int], list[float]] = {}

    def asking(self, query: Query, number: int = 1, *, stays: bool = True) -> Ask:
        """What asks a query; each client has a number."""
        return self._asking(query, number, stays)


def bare(store: Store) -> System:
    """`Store.query` and serialization, in this process."""

    def asking(query: Query, _: int, stays: bool) -> Ask:
        texts = cycle(query)

        def ask() -> bytes:
            written = io.BytesIO()
            store.query(next(texts)).serialize(written, "json")
            return written.getvalue()

        return ask

    return System("`Store.query` in-process", asking)


def over_http(name: str, address: tuple[str, int], path: str, **fields: str) -> System:
    """An endpoint at an address."""
    return System(
        name, lambda query, number, stays: Client(address, path, query, fields, number, stays=stays)
    )


@contextmanager
def rdflib_endpoint(data: Path) -> Iterator[System]:
    """rdflib-endpoint with a file of triples, as its command line starts it."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "rdflib_endpoint", "serve", "--host", "127.0.0.1", "--port", str(port)]
    process = subprocess.Popen(  # noqa: S603
        [*command, str(data)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=data.parent
    )
    try:
        _wait_for(("127.0.0.1", port), process)
        yield over_http("rdflib-endpoint", ("127.0.0.1", port), "/")
    finally:
        process.terminate()
        process.wait(30)


def _wait_for(address: tuple[str, int], process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 300
    while time.monotonic() < deadline and process.poll() is None:
        try:
            socket.create_connection(address, 5).close()
            return
        except OSError:
            time.sleep(0.3)
    raise RuntimeError("rdflib-endpoint did not start")


@contextmanager
def systems(store: Store, folder: Path) -> Iterator[list[System]]:
    """All of them with the same triples."""
    data = folder / "data"
    data.mkdir()
    with (data / "all.ttl").open("wb") as file:
        # N-Triples are Turtle, and each of the others reads them.
        ox.serialize(store.triples(), file, ox.RdfFormat.N_TRIPLES)
    found = [bare(store)]
    with ExitStack() as stack:
        if store.path is None:
            raise ValueError("the store must be on disk")
        server = stack.enter_context(serving(store.path))
        found.append(over_http("rdfkit serve", server.address, "/sparql"))
        if shutil.which(SERVER):
            other = stack.enter_context(virtuoso(folder / "virtuoso", data))
            if errors := other.load(data, GRAPH):
                raise RuntimeError("\n".join(errors))
            address = ("127.0.0.1", other.http)
            found.append(over_http("Virtuoso", address, "/sparql", **{"default-graph-uri": GRAPH}))
        if importlib.util.find_spec("rdflib_endpoint"):
            found.append(stack.enter_context(rdflib_endpoint(data / "all.ttl")))
        yield found


def check(system: System, name: str, query: Query, expected: bytes) -> None:
    """Raises ValueError when a system answers otherwise: of LIMIT the number of rows counts, else their values."""
    rows, wanted = (json.loads(text)["results"]["bindings"] for text in (system.asking(query)(), expected))
    values, right = (
        sorted(tuple(sorted((key, term["value"]) for key, term in row.items())) for row in found)
        for found in (rows, wanted)
    )
    if len(rows) != len(wanted) or (name != LIMITED and values != right):
        raise ValueError(f"{system.name} answers otherwise: {values[:3]}, not {right[:3]}")


def alone(ask: Ask) -> list[float]:
    """The times of requests one after the other."""
    times: list[float] = []
    until = time.perf_counter() + SECONDS
    while len(times) < MOST_REQUESTS and (not times or time.perf_counter() < until):
        started = time.perf_counter()
        ask()
        times.append(time.perf_counter() - started)
    return times


def together(asks: list[Ask]) -> float:
    """Requests in a second by several clients at once."""
    counts = [0] * len(asks)
    started = time.perf_counter()

    def run(number: int, ask: Ask) -> None:
        while time.perf_counter() - started < SECONDS:
            ask()
            counts[number] += 1

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(asks)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(counts) / (time.perf_counter() - started)


def measure(system: System, name: str, query: Query) -> None:
    """One round of one query."""
    asks = [system.asking(query, number + 1, stays=NEW not in name) for number in range(CLIENTS)]
    for ask in asks:
        ask()
    times = alone(asks[0])
    system.times.setdefault(name, []).extend(times)
    system.rates.setdefault((name, 1), []).append(len(times) / sum(times))
    system.rates.setdefault((name, CLIENTS), []).append(together(asks))
    for ask in asks:
        if isinstance(ask, Client):
            ask.close()


def table(found: list[System], name: str) -> str:
    """The numbers of one query in Markdown."""
    lines = [
        f"\n{name}\n",
        f"| | median ms | 99% ms | req/s, 1 client | req/s, {CLIENTS} clients | median ÷ in-process |",
        "|---|---|---|---|---|---|",
    ]
    least = statistics.median(found[0].times[name])
    for system in found:
        times = sorted(system.times[name])
        middle, late = statistics.median(times), times[min(len(times) - 1, int(len(times) * 0.99))]
        rates = [statistics.median(system.rates[name, clients]) for clients in (1, CLIENTS)]
        lines.append(
            f"| {system.name} | {middle * 1000:.2f} | {late * 1000:.2f} | {rates[0]:,.0f} | {rates[1]:,.0f} "
            f"| {middle / least:.2f} |"
        )
    return "\n".join(lines)


def main() -> None:
    """Measures all of them and prints a table for each query."""
    sources = [Path(name) for name in sys.argv[1:]] or [PROJECT / "seeds"]
    with tempfile.TemporaryDirectory(prefix="rdfkit-") as name:
        folder = Path(name)
        rdfkit.build(sources, folder / "store")
        with rdfkit.open_store(folder / "store") as store, systems(store, folder) as found:
            rows = store.query("SELECT ?thing { ?thing a wp:Pathway ; dc:title ?title } ORDER BY ?thing")
            lookups = [LOOKUP.format(thing=row["thing"]) for row in rows]
            queries = {
                "tiny lookup, each time of another thing": lookups,
                "tiny lookup, always the same": lookups[:1],
                f"tiny lookup, always the same, {NEW}": lookups[:1],
                LIMITED: [ROWS],
                "aggregate": [AGGREGATE],
            }
            for query_name, query in queries.items():
                for system in found:
                    check(system, query_name, query, found[0].asking(query)())
            _say(
                f"{len(store)} quads, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} at the beginning"
            )
            for _ in range(ROUNDS):
                for query_name, query in queries.items():
                    for system in found:
                        measure(system, query_name, query)
            _say(f"load {os.getloadavg()[0]:.1f} at the end (this benchmark is part of it)")
            for query_name in queries:
                _say(table(found, query_name))


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
