"""New builds under load, and the end: no answer fails, none is of two builds, and what runs may end."""

from __future__ import annotations

import http.client
import signal
import time
from pathlib import Path

import pyoxigraph as ox
import pytest

from tests.support.attacks import Repeated, Served, get_query, is_running, numbers, serving, write_store

# Processes are started, stopped and waited for all the time.
pytestmark = pytest.mark.scale

ROWS = 3000
GRAPH = "http://example.org/g"
ALL = "SELECT ?s ?v { ?s <http://example.org/p> ?v }"
TWO = "SELECT ?v { { SELECT ?v { ?s <http://example.org/p> ?v } LIMIT 1 } UNION { ?s <http://example.org/p> ?v } }"


def marked(value: int) -> list[ox.Quad]:
    """So many quads that all say the same number."""
    predicate, graph = ox.NamedNode("http://example.org/p"), ox.NamedNode(GRAPH)
    return [
        ox.Quad(ox.NamedNode(f"http://example.org/s{number}"), predicate, ox.Literal(value), graph)
        for number in range(ROWS)
    ]


class Reader(Repeated):
    """Asks all the time; an answer must be whole and all of one build, and builds never go back."""

    def __init__(self, served: Served, client: str, text: str, rows: int) -> None:
        super().__init__()
        self.wrong: list[str] = []
        self.seen: list[str] = []
        self._served, self._client, self._text, self._rows = served, client, text, rows

    def once(self) -> None:
        try:
            answer = self._served.query(self._text, client=self._client)
        except (OSError, http.client.HTTPException) as error:
            self.wrong.append(repr(error))
            return
        if answer.status != 200 or not answer.whole:
            self.wrong.append(f"{answer.status} {answer.body[:200]!r}")
            return
        values = answer.values("v")
        if len(values) != self._rows or len(set(values)) != 1:
            self.wrong.append(f"{len(values)} rows of {set(values)}")
        self.seen.append(values[0])


def switch_builds(folder: Path, count: int, at_least: int) -> None:
    """Switches in new builds under load."""
    write_store(folder, marked(0))
    with serving(folder, reload_interval=0.05, queue_time=60) as served:
        readers = [
            Reader(served, f"127.0.1.{number + 1}", text, rows)
            for number, (text, rows) in enumerate([(ALL, ROWS), (TWO, ROWS + 1), (ALL, ROWS)])
        ]
        with readers[0], readers[1], readers[2]:
            for value in range(1, count + 1):
                write_store(folder, marked(value))
                time.sleep(0.05)
            until = time.monotonic() + 30
            while served.query(ALL).values("v")[0] != str(count) and time.monotonic() < until:
                time.sleep(0.05)
        assert served.query(ALL).values("v")[0] == str(count)
        assert served.health()["build"] == (folder / "current").read_text()
        served.settled()
        until = time.monotonic() + 20
        while len(served.workers()) != 2 and time.monotonic() < until:
            time.sleep(0.1)
        assert len(served.workers()) == 2
    for reader in readers:
        assert reader.wrong == []
        assert len(set(reader.seen)) >= at_least
        assert reader.seen == sorted(reader.seen, key=int)


def test_builds_under_load(tmp_path: Path):
    switch_builds(tmp_path / "store", 20, at_least=2)


@pytest.mark.thorough
def test_fifty_builds_under_load(tmp_path: Path):
    switch_builds(tmp_path / "store", 50, at_least=5)


def test_a_download_ends_with_the_build_that_it_began_with_and_before_the_server(tmp_path: Path):
    folder = tmp_path / "store"
    write_store(folder, marked(1))
    rows, pair = 400_000, "?s <http://example.org/p> ?v . ?t <http://example.org/p> ?w"
    text = f"SELECT ?v ?w ?s ?t {{ {pair} }} LIMIT {rows}"
    with serving(folder, reload_interval=0.05, max_rows=10**7) as served:
        connection = http.client.HTTPConnection("127.0.0.1", served.port, timeout=30)
        connection.request("GET", get_query(text), headers={"Accept": "text/csv"})
        response = connection.getresponse()
        data = response.read(1000)
        write_store(folder, marked(2))
        until = time.monotonic() + 20
        while served.query(ALL).values("v")[0] != "2" and time.monotonic() < until:
            time.sleep(0.05)
        workers = served.workers()
        served.process.send_signal(signal.SIGTERM)
        time.sleep(0.5)
        with pytest.raises(OSError):
            served.get("/health")
        while part := response.read(200_000):
            data += part
            time.sleep(0.01)
        lines = data.decode().split("\r\n")
        assert {line[:4] for line in lines[1:-1]} == {"1,1,"}
        assert len(lines) - 2 == rows
        connection.close()
        assert served.process.wait(15) in (0, -signal.SIGTERM)
        assert not any(is_running(pid) for pid in workers)


def test_a_query_that_does_not_end_does_not_keep_the_server(tmp_path: Path):
    write_store(tmp_path / "store", marked(1))
    with serving(tmp_path / "store", drain_time=1) as served:
        text = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"
        with served.connect() as connection:
            connection.sendall(f"GET {get_query(text)} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
            time.sleep(0.5)
            workers = served.workers()
            served.process.send_signal(signal.SIGTERM)
            served.process.wait(15)
        assert not any(is_running(pid) for pid in workers)


@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="looks at processes in /proc")
def test_a_server_that_is_killed_leaves_no_worker_and_no_listener(tmp_path: Path):
    write_store(tmp_path / "store", numbers(3))
    with serving(tmp_path / "store") as served:
        workers = served.workers()
        assert len(workers) == 2
        served.process.kill()
        served.process.wait(10)
        with pytest.raises(ConnectionRefusedError):
            served.connect()
        until = time.monotonic() + 10
        while any(is_running(pid) for pid in workers) and time.monotonic() < until:
            time.sleep(0.05)
        assert not any(is_running(pid) for pid in workers)
