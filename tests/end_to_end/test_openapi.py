"""The server against its own description: schemathesis makes requests from it, valid and invalid."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.attacks import Served, numbers, serving, write_store


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("openapi") / "store"
    write_store(folder, numbers(20))
    with serving(folder, time_limit=5, client_requests=50) as found:
        yield found


@pytest.mark.scale
def test_requests_made_from_the_description(served: Served, tmp_path: Path):
    pytest.importorskip("schemathesis")
    command = [
        sys.executable, "-m", "schemathesis.cli", "run", f"http://127.0.0.1:{served.port}/openapi.json",
        "--checks", "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance",
        "--phases", "examples,coverage,fuzzing", "--max-examples", "40", "--seed", "1", "--no-color",
        "--request-timeout", "20",
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, timeout=900)
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
    assert served.health()["status"] == "ok"


def test_every_path_of_the_description_is_there(served: Served):
    description = served.get("/openapi.json", "application/json").json()
    for path, item in description["paths"].items():
        if "get" not in item or "{" in path:
            continue
        parameters = [*item.get("parameters", ()), *item["get"].get("parameters", ())]
        # The graph store needs to be told a graph, and some pages what they are about.
        is_whole = path != "/graphs" and not any(one.get("required") for one in parameters)
        status = served.get(path, "*/*").status
        assert status == 200 if is_whole else status in (400, 404), path
