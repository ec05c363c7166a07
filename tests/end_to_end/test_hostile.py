"""Hostile clients and well-behaved ones at the same time: the server goes on, and every good answer is right."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import pytest

from tests.support.attacks import Repeated, Served, is_running, serving, write_store
from tests.support.hostile_clients import STATUSES, Outcome, attack, data

# Processes are started, stopped and waited for all the time.
pytestmark = [
    pytest.mark.scale,
    pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="looks at processes in /proc"),
]


TIME_LIMIT = 1.0
COUNT = 2000
_NUMBER = "http://www.w3.org/2001/XMLSchema#integer"
GOOD = {
    "SELECT (COUNT(?n) AS ?v) { ?s <http://example.org/p> ?n }": [str(COUNT)],
    "SELECT ?v { <http://example.org/s17> <http://example.org/p> ?v }": ["17"],
    "SELECT ?v { ?s <http://example.org/p> ?v FILTER(?v < 500) } ORDER BY ?v": [str(n) for n in range(500)],
    "SELECT (SUM(?n) AS ?v) { ?s <http://example.org/p> ?n }": [str(COUNT * (COUNT - 1) // 2)],
}


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("hostile") / "store"
    write_store(folder, data(COUNT))
    scratch = tmp_path_factory.mktemp("scratch")
    limits = {
        "time_limit": TIME_LIMIT,
        "memory": 1536,
        "body_timeout": 3,
        "send_timeout": 3,
        "queue_time": 30,
    }
    with serving(folder, workers=3, environment={"TMPDIR": str(scratch)}, **limits) as found:
        yield found


class Good(Repeated):
    """A client that asks what it may ask, one thing after the other, and looks at the answers."""

    def __init__(self, served: Served, client: str) -> None:
        super().__init__()
        self.answers = 0
        self.wrong: list[str] = []
        self.busy = 0
        self._served, self._client = served, client

    def once(self) -> None:
        for text, right in GOOD.items():
            try:
                answer = self._served.query(text, client=self._client, timeout=60)
            except OSError as error:
                self.wrong.append(f"{text}: {error!r}")
                continue
            self.answers += 1
            if answer.status == 503:
                self.busy += 1
            elif answer.status != 200 or not answer.whole or answer.values("v") != right:
                self.wrong.append(f"{text}: {answer.status} {answer.body[:200]!r}")
        time.sleep(0.05)


class Health(Repeated):
    """Looks at `/health` all the time."""

    def __init__(self, served: Served) -> None:
        super().__init__()
        self.answers = 0
        self.wrong: list[str] = []
        self._served = served

    def once(self) -> None:
        try:
            answer = self._served.get("/health", client="127.9.9.9")
        except OSError as error:
            self.wrong.append(f"/health: {error!r}")
            return
        self.answers += 1
        if answer.status != 200:
            self.wrong.append(f"/health: {answer.status} {answer.body[:200]!r}")
        time.sleep(0.02)


def run(served: Served, count: int, at_once: int = 6) -> tuple[list[Outcome], list[Good], Health]:
    """So many attacks, from several addresses, while 4 good clients go on."""
    goods = [Good(served, f"127.0.1.{number + 1}") for number in range(4)]
    with (
        Health(served) as health,
        goods[0],
        goods[1],
        goods[2],
        goods[3],
        ThreadPoolExecutor(at_once) as executor,
    ):
        outcomes = list(executor.map(lambda n: attack(served, f"127.0.2.{n % 5 + 1}", n), range(count)))
    return outcomes, goods, health


def spools(served: Served) -> list[str]:
    """The files of answers that wait for slow clients. The folder is the server's own."""
    return [name for name in served.open_files() if "scratch" in name]


def check(served: Served, outcomes: list[Outcome], goods: list[Good], health: Health) -> None:
    wrong = [line for one in (*goods, health) for line in one.wrong]
    assert wrong == []
    # Nothing that an attack asks for keeps the front process from this.
    assert health.answers > len(outcomes) // 10
    assert all(good.answers > good.busy for good in goods)
    assert served.process.poll() is None
    for outcome in outcomes:
        assert outcome.status in STATUSES | {0}, outcome
        answer = outcome.answer
        if answer is not None and answer.status != 200:
            # A problem says what it is.
            assert answer.json()["status"] == answer.status
    # Afterwards everything is as before.
    served.settled(20)
    until = time.monotonic() + 20
    while len(served.workers()) != 3 and time.monotonic() < until:
        time.sleep(0.1)
    assert len(served.workers()) == 3
    assert all(is_running(pid) for pid in served.workers())
    # What a client did not take in time is let go.
    until = time.monotonic() + 70
    while spools(served) and time.monotonic() < until:
        time.sleep(0.1)
    assert spools(served) == []


@pytest.mark.parametrize("count", [200, pytest.param(1000, marks=pytest.mark.thorough)])
def test_so_many_attacks(served: Served, capsys, count: int):
    before = served.memory()
    outcomes, goods, health = run(served, count)
    check(served, outcomes, goods, health)
    with capsys.disabled():
        print("\nstatuses:", dict(Counter(outcome.status for outcome in outcomes)))
        print("good answers:", sum(good.answers for good in goods), "busy:", sum(good.busy for good in goods))
        print("memory of the front process, MiB:", before, "→", served.memory())
    assert served.memory() - before < 100


@pytest.mark.parametrize(
    "text",
    [
        "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }",
        # This is planned for minutes before anything runs.
        "SELECT * { "
        + " ".join(f"OPTIONAL {{ ?s ?p{n} ?o{n} . ?o{n} ?q{n} ?r{n} }}" for n in range(64))
        + " }",
        "SELECT * { " + " . ".join(f"?a{n} ?b{n} ?a{n + 1}" for n in range(200)) + " }",
    ],
    ids=["running", "optionals", "patterns"],
)
def test_a_query_past_its_time_is_stopped(served: Served, text: str):
    served.settled()
    answer = served.query(text, client="127.0.3.1")
    assert answer.status in (422, 504, 507) or not answer.whole
    served.settled()
    assert served.query("ASK {}", client="127.0.3.1").status == 200


def test_a_cut_answer_is_never_whole(served: Served):
    # Too many rows, of which the first come at once.
    texts = [
        "SELECT * { ?a ?p ?x . ?b ?q ?y . ?c ?r ?z FILTER(?x > 1990) }",
        "SELECT * { ?a ?p ?x . ?b ?q ?y }",
    ]
    for text in texts:
        for accept in ("text/csv", "application/json"):
            for encoding in ("identity", "gzip" if accept.startswith("text") else "zstd"):
                headers = {
                    "Content-Type": "application/sparql-query",
                    "Accept": accept,
                    "Accept-Encoding": encoding,
                }
                answer = served.request("POST", "/sparql", text.encode(), headers, client="127.0.3.2")
                assert answer.status in (422, 504) or not answer.whole


def test_one_connection_cannot_fill_the_memory(served: Served):
    before = served.memory()
    for start, unit in (
        (b"GET /health HTTP/1.1\r\nX: ", b"a" * 1000),
        (b"", b"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n"),
    ):
        with served.connect("127.0.3.4") as connection, pytest.raises(OSError):
            connection.sendall(start)
            for _ in range(500):
                connection.sendall(unit * 1000)
    assert served.health()["status"] == "ok"
    assert served.memory() - before < 50


def test_connections_that_say_nothing_are_closed(served: Served):
    with served.connect("127.0.3.5") as silent, served.connect("127.0.3.5") as slow:
        slow.sendall(b"GET /health HTTP/1.1\r\n")
        for connection in (silent, slow):
            connection.settimeout(30)
            try:
                assert connection.recv(100) == b""
            except ConnectionResetError:
                continue


def test_silent_connections_keep_nobody_away(tmp_path: Path):
    write_store(tmp_path / "store", data(3))
    with serving(tmp_path / "store", files=400) as served:
        silent = []
        for number in range(600):
            connection = served.connect(f"127.0.5.{number % 20 + 1}")
            connection.sendall(b"GET /hea")
            silent.append(connection)
        for number in range(20):
            assert served.get("/health", client=f"127.0.4.{number + 1}").status == 200
            assert served.query("ASK {}", client=f"127.0.4.{number + 1}").status == 200
        assert len(served.open_files()) < 400
        for connection in silent:
            connection.close()


def test_a_header_is_never_so_long_that_a_proxy_refuses_it(served: Served):
    columns = " ".join(f"COUNT(?a_long_name_{number})" for number in range(300))
    answer = served.query(f"SELECT {columns} {{ ?s ?p ?o }}", client="127.0.3.7")
    assert answer.status in (200, 504)
    assert sum(len(name) + len(value) for name, value in answer.headers.items()) < 4000


def test_bodies_that_do_not_end_cannot_fill_the_memory(served: Served):
    before = served.memory()
    head = "POST /labels HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 1999999\r\n\r\n"
    opened = []
    for _ in range(300):
        connection = served.connect("127.0.3.8")
        opened.append(connection)
        with suppress(OSError):
            connection.sendall(head.encode() + b" " * 1_900_000)
    # As many requests as one client may have begun, each of 2 MB, and what they need beside it.
    assert served.memory() - before < 300
    assert served.get("/health", client="127.0.3.9").status == 200
    for connection in opened:
        connection.close()
    assert served.query("ASK {}", client="127.0.3.8").status == 200
