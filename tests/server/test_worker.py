"""A worker that ends in the middle of a job: the client is told in general, the operator in particular."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from rdfkit.server.pool import Job, Pool
from rdfkit.server.problems import Problem
from rdfkit.settings import Settings


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
