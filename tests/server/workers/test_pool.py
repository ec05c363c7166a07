"""Who waits, who runs, what ends: the pool of workers, with real workers."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import signal
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import asdict
from pathlib import Path

import filelock
import pytest

from rdfkit.errors import StoreError
from rdfkit.server.problems import Problem
from rdfkit.server.settings import Settings
from rdfkit.server.workers.pool import Pool
from rdfkit.server.workers.reply import BrokenAnswerError, Job, Reply
from rdfkit.sparql.limits import Complexity
from tests.support.attacks import children, is_running, numbers, write_store

# Processes are started, stopped and waited for all the time.
pytestmark = [
    pytest.mark.scale,
    pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="looks at processes in /proc"),
]


# Thousands of millions of rows to compare, and none to give.
ENDLESS = "SELECT (COUNT(*) AS ?n) { ?a ?p ?x . ?b ?q ?y . ?c ?r ?z . ?d ?s ?w }"
# Rows at once, and more of them than anybody takes.
FLOWING = "SELECT * { ?a ?p ?x . ?b ?q ?y . ?c ?r ?z . ?d ?s ?w }"
UNLIMITED = {"max_rows": 10**9, "max_bytes": 10**11}
# Seconds after which what has not happened will not happen, on however busy a machine.
PATIENCE = 30.0
DEFAULTS = {"workers": 2, "time_limit": 20, "reload_interval": 0.05}


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pool") / "store"
    write_store(folder, numbers(300))
    return folder


def query(text: str, **options) -> Job:
    return Job(
        "query", {"text": text, "limits": asdict(Complexity())}, "application/sparql-results+json", **options
    )


def in_pool(store: Path, work: Callable[[Pool], Awaitable[None]], **settings) -> None:
    """Runs `work` with a pool that has started; its workers are gone afterwards."""

    async def run() -> None:
        pool = Pool(store, Settings(**{**DEFAULTS, **settings}))
        await pool.start()
        try:
            await work(pool)
        finally:
            await pool.stop()
        assert not any(is_running(pid) for pid in children(os.getpid()) if pid not in before)

    before = children(os.getpid())
    asyncio.run(asyncio.wait_for(run(), 2 * PATIENCE))


class Shared:
    """A pool that several tests use one after the other, and the loop that it lives in."""

    def __init__(self, runner: asyncio.Runner, pool: Pool) -> None:
        self._runner = runner
        self._pool = pool

    def __call__(self, work: Callable[[Pool], Awaitable[None]], **settings) -> None:
        """Runs `work` with other settings. Afterwards, whatever it did, the pool has all its workers and no more."""

        async def run() -> None:
            self._pool.settings = Settings(**{**DEFAULTS, **settings})
            await work(self._pool)
            await settled(self._pool)
            assert b'"300"' in await count(self._pool)

        self._runner.run(asyncio.wait_for(run(), 2 * PATIENCE))


@pytest.fixture(scope="module")
def shared(store: Path) -> Iterator[Shared]:
    with asyncio.Runner() as runner:
        pool = Pool(store, Settings(**DEFAULTS))
        runner.run(pool.start())
        yield Shared(runner, pool)
        runner.run(pool.stop())


async def body_of(reply: Reply) -> bytes:
    if reply.body is not None:
        return reply.body
    return b"".join([part async for part in reply.spool.parts()])


async def count(pool: Pool, client: str = "good") -> bytes:
    return await body_of(await pool.run(query("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"), client))


async def settled(pool: Pool) -> None:
    """Waits until all workers are there and nothing runs; fails when one is missing or too many."""
    async with asyncio.timeout(PATIENCE):
        while pool.queue.running or len(pool._idle) != pool.settings.workers:
            await asyncio.sleep(0.01)
    assert len(pool._workers) == pool.settings.workers
    assert all(worker.is_alive for worker in pool._workers)
    assert (pool.queue.running, pool.queue.waiting) == (0, 0)


async def running(pool: Pool, jobs: int) -> None:
    async with asyncio.timeout(PATIENCE):
        while pool.queue.running != jobs:
            await asyncio.sleep(0.01)


def test_jobs_of_many_clients_are_answered_and_counted_back(shared: Shared):
    async def work(pool: Pool) -> None:
        found = await asyncio.gather(*(count(pool, f"client{number}") for number in range(20)))
        assert all(b'"300"' in body for body in found)

    shared(work)


def test_a_job_past_its_time_is_ended_and_its_worker_replaced(shared: Shared):
    async def work(pool: Pool) -> None:
        before = {worker.process.pid for worker in pool._workers}
        with pytest.raises(Problem) as raised:
            await pool.run(query(ENDLESS, time=0.5), "bad")
        assert raised.value.status == 504
        await settled(pool)
        assert len({worker.process.pid for worker in pool._workers} - before) == 1
        assert b'"300"' in await count(pool)

    shared(work)


def test_one_client_never_has_all_workers_even_when_its_queries_kill_them(shared: Shared):
    async def work(pool: Pool) -> None:
        async def attack() -> None:
            while True:
                try:
                    await pool.run(query(ENDLESS, time=0.05), "bad")
                except Problem:
                    continue

        attacks = [asyncio.create_task(attack()) for _ in range(6)]
        ended = set()
        for _ in range(40):
            # There is always a worker that this client need not wait for.
            assert any(worker.is_alive for worker in pool._idle)
            ended |= pool._workers
            await count(pool)
            await asyncio.sleep(0.05)
        for one in attacks:
            one.cancel()
        await asyncio.gather(*attacks, return_exceptions=True)
        assert len(ended) > pool.settings.workers

    shared(work)


def test_requests_wait_in_order_but_not_behind_a_client_that_has_its_share(shared: Shared):
    async def work(pool: Pool) -> None:
        slow = [asyncio.create_task(pool.run(query(ENDLESS), "bad")) for _ in range(3)]
        await running(pool, 1)
        assert pool.queue.waiting == 2
        assert b'"300"' in await count(pool)
        assert (pool.queue.running, pool.queue.waiting) == (1, 2)
        for one in slow:
            one.cancel()
        await asyncio.gather(*slow, return_exceptions=True)

    shared(work)


def test_who_waits_too_long_is_told_to_come_back(shared: Shared):
    async def work(pool: Pool) -> None:
        slow = [asyncio.create_task(pool.run(query(ENDLESS, time=3), client)) for client in ("bad", "worse")]
        await running(pool, 2)
        with pytest.raises(Problem) as raised:
            await pool.run(query("ASK {}"), "good")
        assert (raised.value.status, raised.value.headers) == (503, {"Retry-After": "2"})
        for one in slow:
            one.cancel()
        await asyncio.gather(*slow, return_exceptions=True)

    shared(work, queue_time=0.2)


@pytest.mark.parametrize("moment", [0.0, 0.001, 0.01, 0.1, 0.3])
def test_a_cancelled_job_leaves_the_counts_right(shared: Shared, moment: float):
    async def work(pool: Pool) -> None:
        jobs = [asyncio.create_task(pool.run(query(ENDLESS), f"client{number % 3}")) for number in range(6)]
        await asyncio.sleep(moment)
        for job in jobs:
            job.cancel()
        await asyncio.gather(*jobs, return_exceptions=True)
        await settled(pool)
        assert b'"300"' in await count(pool)

    shared(work)


def test_jobs_cancelled_while_they_are_answered_leave_the_counts_right(shared: Shared):
    async def work(pool: Pool) -> None:
        for number in range(60):
            job = asyncio.create_task(pool.run(query("ASK {}"), f"client{number % 4}"))
            await asyncio.sleep(number / 20_000)
            job.cancel()
            await asyncio.gather(job, return_exceptions=True)

    shared(work)


def test_an_answer_that_nobody_takes_is_stopped(shared: Shared):
    async def work(pool: Pool) -> None:
        reply = await pool.run(query(FLOWING), "bad")
        assert reply.spool is not None
        reply.discard()

    shared(work, **UNLIMITED)


def test_an_answer_past_its_time_breaks_off(shared: Shared):
    async def work(pool: Pool) -> None:
        reply = await pool.run(query(FLOWING, time=0.6), "bad")
        with pytest.raises(BrokenAnswerError) as raised:
            await body_of(reply)
        assert raised.value.problem.status == 504

    shared(work, **UNLIMITED)


def test_an_answer_that_cannot_be_kept_breaks_off_and_the_next_one_is_not_mixed_with_it(shared: Shared):
    async def work(pool: Pool) -> None:
        reply = await pool.run(query(FLOWING), "bad")
        spool = reply.spool
        assert spool is not None
        # As a full disk does.
        full = Path("/dev/full").open("r+b", buffering=0)  # noqa: SIM115
        spool._file.close()
        spool._file = full
        with pytest.raises(BrokenAnswerError):
            await body_of(reply)
        for _ in range(3):
            assert b'"300"' in await count(pool, "bad")

    shared(work, **UNLIMITED)


def test_a_worker_killed_while_idle_is_replaced(shared: Shared):
    async def work(pool: Pool) -> None:
        victims = [worker.process.pid for worker in pool._idle]
        for pid in victims:
            os.kill(pid, signal.SIGKILL)
        await asyncio.sleep(0.2)
        assert b'"300"' in await count(pool)
        await count(pool)
        await settled(pool)
        assert not any(is_running(pid) for pid in victims)

    shared(work)


def test_a_worker_killed_while_busy_ends_its_job_and_is_replaced(shared: Shared):
    async def work(pool: Pool) -> None:
        job = asyncio.create_task(pool.run(query(ENDLESS), "bad"))
        await running(pool, 1)
        await asyncio.sleep(0.1)
        (busy,) = pool._workers - set(pool._idle)
        os.kill(busy.process.pid, signal.SIGKILL)
        with pytest.raises(Problem) as raised:
            await job
        assert raised.value.status == 507
        assert b'"300"' in await count(pool)

    shared(work)


def test_stopping_lets_a_running_job_end_and_no_new_one_begin(store: Path):
    async def work(pool: Pool) -> None:
        with pool.visit("good"):
            job = asyncio.create_task(pool.run(query(FLOWING, time=1), "good"))
            reply = await job
            stopping = asyncio.create_task(pool.stop())
            await asyncio.sleep(0)
            with pytest.raises(Problem) as raised, pool.visit("other"):
                pass
            assert raised.value.status == 503
            with pytest.raises(BrokenAnswerError) as broken:
                await body_of(reply)
            assert broken.value.problem.name == "time-limit"
        await stopping
        assert not any(worker.is_alive for worker in pool._workers)

    in_pool(store, work, **UNLIMITED)


def test_too_many_requests_of_one_client_are_refused_and_slow_readers_keep_nobody_away(shared: Shared):
    async def work(pool: Pool) -> None:
        visits = [pool.visit("bad") for _ in range(pool.settings.client_requests)]
        for visit in visits:
            visit.__enter__()
        with pytest.raises(Problem) as raised, pool.visit("bad"):
            pass
        assert raised.value.status == 429
        with pool.visit("good"):
            assert b'"300"' in await count(pool)
        for visit in visits:
            visit.__exit__(None, None, None)
        assert pool.queue.present == 0

    shared(work, queue=1)


def test_a_full_queue_refuses_more(shared: Shared):
    async def work(pool: Pool) -> None:
        jobs = [asyncio.create_task(pool.run(query(ENDLESS), f"client{number}")) for number in range(4)]
        await running(pool, 2)
        with pytest.raises(Problem) as raised, pool.visit("more"):
            pass
        assert raised.value.status == 503
        for job in jobs:
            job.cancel()
        await asyncio.gather(*jobs, return_exceptions=True)

    shared(work, queue=2)


def test_a_new_build_while_workers_are_replaced_leaves_as_many_workers(tmp_path: Path):
    async def work(pool: Pool) -> None:
        for size in (1, 2):
            for worker in list(pool._idle):
                os.kill(worker.process.pid, signal.SIGKILL)
            await asyncio.sleep(0.05)
            job = asyncio.create_task(count(pool))
            await asyncio.sleep(0.05)
            write_store(tmp_path / "store", numbers(size))
            await asyncio.gather(job, return_exceptions=True)
            async with asyncio.timeout(PATIENCE):
                while f'"{size}"'.encode() not in await count(pool):
                    await asyncio.sleep(0.05)
        await asyncio.sleep(1)
        await count(pool)
        await settled(pool)

    write_store(tmp_path / "store", numbers(300))
    in_pool(tmp_path / "store", work, workers=1)


def test_a_damaged_build_is_not_switched_in_and_a_good_one_after_it_is(tmp_path: Path):
    folder = tmp_path / "store"

    async def work(pool: Pool) -> None:
        write_store(folder, numbers(2))
        new = folder / "builds" / (folder / "current").read_text()
        (new / "graph" / "CURRENT").write_text("nonsense")
        await asyncio.sleep(1)
        assert b'"1"' in await count(pool)
        write_store(folder, numbers(3))
        async with asyncio.timeout(PATIENCE):
            while b'"3"' not in await count(pool):
                await asyncio.sleep(0.05)
        await settled(pool)

    write_store(folder, numbers(1))
    in_pool(folder, work, reload_interval=0.3)


def test_the_answers_go_on_without_the_folder_and_with_a_name_that_cannot_be_read(tmp_path: Path):
    folder = tmp_path / "store"

    async def work(pool: Pool) -> None:
        (folder / "current").rename(tmp_path / "kept")
        (folder / "current").mkdir()
        await asyncio.sleep(0.3)
        assert b'"1"' in await count(pool)
        (folder / "current").rmdir()
        (tmp_path / "kept").rename(folder / "current")
        write_store(folder, numbers(2))
        async with asyncio.timeout(PATIENCE):
            while b'"2"' not in await count(pool):
                await asyncio.sleep(0.05)
        shutil.rmtree(folder)
        await asyncio.sleep(0.3)
        assert b'"2"' in await count(pool)

    write_store(folder, numbers(1))
    in_pool(folder, work)


def test_a_pool_without_a_store_does_not_start(tmp_path: Path):
    async def start() -> None:
        await Pool(tmp_path / "none", Settings(workers=2)).start()

    before = children(os.getpid())
    with pytest.raises(StoreError):
        asyncio.run(start())
    assert not [pid for pid in children(os.getpid()) if pid not in before and is_running(pid)]


def test_queries_are_answered_while_the_names_of_a_large_build_are_indexed(tmp_path: Path) -> None:
    write_store(tmp_path / "store", numbers(300))
    (build,) = (tmp_path / "store" / "builds").glob("*/build.json")
    build.write_text(json.dumps({**json.loads(build.read_text()), "quads": 300_000}))
    search = Job("view", {"view": "search", "parameters": {"q": "x"}}, "text/html")

    # As if another process were making the index.
    lock = filelock.FileLock(build.parent / "labels.lock")
    lock.acquire()

    async def work(pool: Pool) -> None:
        assert not pool.has_labels
        assert await (await pool.run(query("ASK { }"), "me")).whole()
        with pytest.raises(Problem) as raised:
            await pool.run(search, "me")
        assert (raised.value.status, raised.value.name) == (503, "names")
        with pytest.raises(Problem):
            await pool.run(query(ENDLESS, time=0.5), "me")
        # The worker that comes in place of the killed one need not wait for the index either.
        assert await (await pool.run(query("ASK { }"), "me")).whole()
        lock.release()
        until = asyncio.get_running_loop().time() + PATIENCE
        while not pool.has_labels and asyncio.get_running_loop().time() < until:
            await asyncio.sleep(0.05)
        assert await (await pool.run(search, "me")).whole()

    in_pool(tmp_path / "store", work, workers=1)
