"""What is stopped, who waits, and what operators see: time, numbers, and clients that go away or do not read."""

from __future__ import annotations

import json
import re
import signal
import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.support.serving import Answer, Server, serving

# Processes are started, stopped and waited for all the time.
pytestmark = pytest.mark.scale

# Takes longer than anybody waits; counting makes nothing to send before the end.
ENDLESS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"
# Begins with an answer at once, and then takes as long.
BEGINS = f"SELECT * {{ {{ SELECT * {{ ?x ?y ?z }} LIMIT 900 }} UNION {{ {ENDLESS} }} }}"
LARGE = "SELECT (STR(?x) AS ?a) (STR(?z) AS ?b) { ?x ?p ?y . ?v ?q ?z } LIMIT 90000"
# A process that was told to stop ends well, or by that signal when it is done.
STOPPED = (0, -signal.SIGTERM)
QUICK = "ASK { ?s ?p ?o }"
# Seconds after which what has not come will not come, on however busy a machine; less than the long time limit.
PATIENCE = 30


def _ask(server: Server, query: str, client: str = "127.0.0.1") -> socket.socket:
    """Sends a query and leaves the answer in the connection."""
    connection = server.socket(client=client)
    connection.sendall(
        f"GET /sparql?query={quote(query)} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode()
    )
    return connection


def _wait_for(server: Server, running: int, waiting: int = 0) -> None:
    """Waits until so many jobs run and so many requests wait."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        said = server.health()
        if (said["running"], said["waiting"]) == (running, waiting):
            return
        time.sleep(0.01)
    raise TimeoutError(server.health())


def _drain(connection: socket.socket) -> bytes:
    """What comes until the server closes the connection."""
    parts = []
    try:
        while part := connection.recv(1 << 16):
            parts.append(part)
    except ConnectionResetError:
        pass
    return b"".join(parts)


@pytest.fixture(scope="module")
def patient(store_folder: Path) -> Iterator[Server]:
    """A server with one worker and a long time limit."""
    with serving(store_folder, "workers=1", "time_limit=60", "queue_time=0.5") as running:
        yield running


@pytest.fixture(scope="module")
def fair(store_folder: Path) -> Iterator[Server]:
    """A server with two workers, of which one client has one."""
    with serving(store_folder, "workers=2", "time_limit=60") as running:
        yield running


# Time


def test_query_is_stopped_at_its_deadline(tight: Server) -> None:
    answer = tight.query(ENDLESS)
    assert (answer.status, answer.json["type"]) == (504, "urn:rdfkit:problem:time-limit")
    assert "1 second" in answer.json["detail"]
    tight.wait_until_idle()


def test_worker_is_replaced(tight: Server) -> None:
    for _ in range(4):
        assert tight.query(ENDLESS, method="POST").status == 504
    assert tight.query(QUICK).json["boolean"] is True


def test_others_do_not_notice(tight: Server) -> None:
    with ThreadPoolExecutor() as pool:
        stopped = pool.submit(tight.query, ENDLESS)
        _wait_for(tight, running=1)
        while not stopped.done():
            assert tight.query(QUICK).json["boolean"] is True
    assert stopped.result().status == 504


def test_answer_that_has_begun_is_broken_off_at_the_deadline(tight: Server) -> None:
    received = b""
    # Now and then the engine takes the other side of the UNION first, and nothing has begun.
    for _ in range(10):
        with _ask(tight, BEGINS) as connection:
            received = _drain(connection)
        if received.startswith(b"HTTP/1.1 200 "):
            break
    assert len(received) > 65_536
    assert not received.endswith(b"0\r\n\r\n")
    tight.wait_until_idle()


# Numbers


def test_too_many_at_once_from_one_client(tight: Server) -> None:
    tight.wait_until_idle()
    with ThreadPoolExecutor() as pool:
        others = [pool.submit(tight.query, ENDLESS) for _ in range(3)]
        _wait_for(tight, running=2, waiting=1)
        answer = tight.query(QUICK)
        health = tight.get("/health")
    assert (answer.status, answer.json["type"]) == (429, "urn:rdfkit:problem:too-many-requests")
    assert int(answer.headers["retry-after"]) >= 1
    assert health.status == 200
    assert {one.result().status for one in others} == {504}
    assert tight.query(QUICK).status == 200


def test_full_queue(tight: Server) -> None:
    tight.wait_until_idle()
    with ThreadPoolExecutor() as pool:
        others = [pool.submit(tight.query, ENDLESS, client=f"127.0.0.{n}") for n in (2, 3, 4)]
        _wait_for(tight, running=2, waiting=1)
        answer = tight.query(QUICK, client="127.0.0.5")
    assert (answer.status, answer.json["type"]) == (503, "urn:rdfkit:problem:overloaded")
    assert int(answer.headers["retry-after"]) >= 1
    assert {one.result().status for one in others} == {504}
    assert tight.query(QUICK, client="127.0.0.5").status == 200


def test_waiting_has_an_end(patient: Server) -> None:
    with _ask(patient, ENDLESS):
        _wait_for(patient, running=1)
        answer = patient.query(QUICK, client="127.0.0.2")
        assert (answer.status, answer.json["type"]) == (503, "urn:rdfkit:problem:overloaded")
        assert "retry-after" in answer.headers
    patient.wait_until_idle()


def test_one_client_does_not_get_all_workers(fair: Server) -> None:
    with _ask(fair, ENDLESS), _ask(fair, ENDLESS):
        _wait_for(fair, running=1, waiting=1)
        assert fair.query(QUICK, client="127.0.0.2").json["boolean"] is True
        # Nothing had to end for that.
        health = fair.health()
        assert (health["running"], health["waiting"]) == (1, 1)
    fair.wait_until_idle()


# Clients that go, and clients that do not read


@pytest.mark.parametrize("query", [ENDLESS, BEGINS], ids=["before the answer", "within the answer"])
def test_client_that_goes_frees_its_worker(patient: Server, query: str) -> None:
    with _ask(patient, query):
        _wait_for(patient, running=1)
        time.sleep(0.5)
    patient.wait_until_idle()
    assert patient.query(QUICK).json["boolean"] is True


def test_client_that_goes_while_it_waits(patient: Server) -> None:
    with _ask(patient, ENDLESS):
        _wait_for(patient, running=1)
        with _ask(patient, ENDLESS, client="127.0.0.2"):
            _wait_for(patient, running=1, waiting=1)
    patient.wait_until_idle()
    assert patient.query(QUICK).json["boolean"] is True


def test_slow_reader_does_not_hold_a_worker(patient: Server) -> None:
    """With a single worker, others are answered while somebody reads a large answer slowly, and that one is whole."""
    with _ask(patient, LARGE, client="127.0.0.2") as slow:
        received = slow.recv(1)
        patient.wait_until_idle()
        for _ in range(5):
            assert patient.query(QUICK).json["boolean"] is True
            received += slow.recv(4096)
        while not received.endswith(b"0\r\n\r\n"):
            part = slow.recv(1 << 20)
            assert part
            received += part
    _, _, body = received.partition(b"\r\n\r\n")
    found = b"".join(_chunks(body))
    assert len(json.loads(found)["results"]["bindings"]) == 90_000


def _chunks(body: bytes) -> Iterator[bytes]:
    at = 0
    while found := re.compile(rb"([0-9a-fA-F]+)\r\n").match(body, at):
        size = int(found[1], 16)
        yield body[found.end() : found.end() + size]
        at = found.end() + size + 2


def test_reader_that_stops_is_left(store_folder: Path) -> None:
    with serving(store_folder, "workers=1", "send_timeout=0.5") as running:
        with _ask(running, LARGE) as connection:
            connection.recv(1)
            deadline = time.monotonic() + PATIENCE
            while not any(line.get("problem") == "slow-client" for line in running.log()):
                assert time.monotonic() < deadline, "who does not read is not left"
                time.sleep(0.05)
            rest = _drain(connection)
        assert not rest.endswith(b"0\r\n\r\n")


def test_slow_sender_is_left(store_folder: Path) -> None:
    with serving(store_folder, "workers=1", "body_timeout=0.5") as running, running.socket() as connection:
        connection.sendall(
            b"POST /sparql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/sparql-query\r\n"
            b"Content-Length: 100\r\n\r\nASK"
        )
        assert connection.recv(1 << 16).startswith(b"HTTP/1.1 408 ")


# The end


def test_running_requests_end_before_the_server_does(store_folder: Path) -> None:
    with serving(store_folder, "workers=1") as running, _ask(running, LARGE) as connection:
        received = connection.recv(1)
        running.process.send_signal(signal.SIGTERM)
        time.sleep(0.3)
        while not received.endswith(b"0\r\n\r\n"):
            part = connection.recv(1 << 20)
            assert part
            received += part
        assert running.process.wait(20) in STOPPED
        with pytest.raises(ConnectionRefusedError):
            running.socket()


@pytest.mark.parametrize("told", [signal.SIGTERM, signal.SIGINT])
def test_stopping_is_quiet(store_folder: Path, told: signal.Signals) -> None:
    with serving(store_folder, "workers=1") as running:
        assert running.query(QUICK).status == 200
        running.process.send_signal(told)
        assert running.process.wait(20) in (*STOPPED, 128 + told)
        assert not any("Traceback" in line or "rror" in line for line in running.lines)


def test_draining_has_an_end(store_folder: Path) -> None:
    with (
        serving(store_folder, "workers=1", "drain_time=1", "time_limit=60") as running,
        _ask(running, ENDLESS),
    ):
        _wait_for(running, running=1)
        # Stopping is waited for half as long as the query may run.
        assert running.stop() in STOPPED


# What operators see


def test_health(server: Server) -> None:
    answer = server.get("/health")
    assert (answer.status, answer.media_type) == (200, "application/json")
    assert {"status", "build", "built", "running", "waiting"} <= set(answer.json)
    assert answer.json["status"] == "ok"
    assert answer.headers["cache-control"] == "no-store"


def _metrics(server: Server) -> dict[str, float]:
    answer = server.get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain")
    lines = [line for line in answer.text.splitlines() if line and not line.startswith("#")]
    return {name: float(value) for name, _, value in (line.rpartition(" ") for line in lines)}


def _grown(after: dict[str, float], before: dict[str, float], name: str) -> float:
    return after[name] - before.get(name, 0)


def test_metrics(server: Server) -> None:
    server.wait_until_idle()
    before = _metrics(server)
    for _ in range(3):
        server.query("SELECT * { ?s ?p ?o } LIMIT 7")
    server.query("ASK {")
    after = _metrics(server)
    assert _grown(after, before, 'rdfkit_requests_total{part="sparql",status="200"}') == 3
    assert _grown(after, before, 'rdfkit_requests_total{part="sparql",status="400"}') == 1
    assert _grown(after, before, 'rdfkit_problems_total{problem="query"}') == 1
    assert _grown(after, before, "rdfkit_rows_total") == 21
    assert _grown(after, before, 'rdfkit_request_seconds_count{part="sparql"}') == 4
    assert after["rdfkit_jobs_running"] == after["rdfkit_jobs_waiting"] == 0


def _last(server: Server, answer: Answer) -> dict[str, object]:
    """The line of the log for the last request to `/sparql`; it is written when the answer has been sent."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        lines = [line for line in server.log() if line["path"] == "/sparql"]
        if lines and lines[-1]["bytes"] == len(answer.body):
            return lines[-1]
        time.sleep(0.01)
    raise TimeoutError


def test_access_log(server: Server) -> None:
    query = "SELECT * { ?s ?p ?o } LIMIT 3 # a secret"
    first = _last(server, server.query(query, method="POST"))
    assert {"time", "client", "method", "path", "status", "ms", "bytes", "query", "rows", "build"} <= set(
        first
    )
    assert (first["method"], first["status"], first["rows"]) == ("POST", 200, 3)
    assert first["build"] == server.health()["build"]
    again = _last(server, server.query(query))
    other = _last(server, server.query(query.replace("3", "4")))
    assert first["query"] == again["query"] != other["query"]
    assert not any("secret" in line for line in server.lines)


def test_access_log_of_a_problem(server: Server) -> None:
    line = _last(server, server.query("SELECT * { oops"))
    assert (line["status"], line["problem"]) == (400, "query")
