"""A worker in a bad moment: a mistake of ours, a signal that is not meant for it."""

from __future__ import annotations

import asyncio
import os
import signal
import threading
import time
from pathlib import Path

import pytest

from rdfkit.server.problems import Problem
from rdfkit.server.settings import Settings
from rdfkit.server.workers.pool import Pool
from rdfkit.server.workers.reply import Job
from tests.support.attacks import children
from tests.support.serving import serving

# Processes are started, stopped and waited for all the time.
pytestmark = pytest.mark.scale

# Keeps a worker busy to its deadline.
ENDLESS = "SELECT (COUNT(*) AS ?n) { ?a ?p ?x . ?b ?q ?y . ?c ?r ?z . ?d ?s ?w }"


def test_what_brought_a_worker_down_stands_in_the_log(
    store_folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    async def run() -> bytes:
        pool = Pool(store_folder, Settings(workers=1))
        await pool.start()
        try:
            with pytest.raises(Problem) as raised:
                await pool.run(Job("a job that nobody has written"), "client")
            assert (raised.value.status, raised.value.name) == (507, "worker-ended")
            # Another worker takes its place.
            reply = await pool.run(Job("build"), "client")
            return await reply.whole()
        finally:
            await pool.stop()

    assert b"built" in asyncio.run(asyncio.wait_for(run(), 60))
    assert "KeyError: 'a job that nobody has written'" in capfd.readouterr().err


@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="looks at processes in /proc")
@pytest.mark.parametrize("told", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_to_all_processes_lets_running_jobs_end(store_folder: Path, told: signal.Signals) -> None:
    """So systemd stops a service, and Ctrl-C what runs in a terminal."""
    with serving(store_folder, "workers=1", "time_limit=2") as server:
        answers = []
        asking = threading.Thread(target=lambda: answers.append(server.query(ENDLESS)))
        asking.start()
        while not server.health()["running"]:
            time.sleep(0.02)
        for pid in (*children(server.process.pid), server.process.pid):
            os.kill(pid, told)
        asking.join(30)
        # The query has had all its time; a worker that was ended would be 507.
        assert [answer.status for answer in answers] == [504]
