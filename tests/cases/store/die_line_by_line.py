"""Builds a store again and again, each time dying by SIGKILL some lines of `rdfkit.store` later than before.

Arguments: the store, the line to begin with (counted as lines run), and the step. Ends with the first build
that lives. After each one, another process reads the store. Prints a JSON list: for every build its number
and what that process found.
"""

import json
import os
import signal
import sys
from itertools import count
from pathlib import Path
from types import FrameType
from typing import Any

import pyoxigraph as ox

from rdfkit import store
from rdfkit.store import builds

SAYS, GRAPH = ox.NamedNode("http://ex/says"), ox.NamedNode("http://ex/graph")
HOME = str(Path(store.__file__).parent)
PATH, FIRST, STEP = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])


def in_child(work: Any) -> tuple[int, str]:
    """Runs `work` in a forked process: its wait status, and the text it gives."""
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(read)
        os.write(write, work().encode())
        os._exit(0)
    os.close(write)
    with os.fdopen(read) as stream:
        text = stream.read()
    return os.waitpid(child, 0)[1], text


def build_nothing() -> str:
    """A build without quads, to begin with; in the end one that removes what the others left."""
    with builds.building(PATH, lambda folder: False) as stage:
        stage.commit({})
    return ""


def build(generation: int, fatal_line: int) -> str:
    """One build whose quads and metadata name the generation; dies at the given line, counted as they run."""
    lines = count(1)

    def trace(frame: FrameType, event: str, _: object) -> Any:
        if not frame.f_code.co_filename.startswith(HOME):
            return None
        if event == "line" and next(lines) == fatal_line:
            os.kill(os.getpid(), signal.SIGKILL)
        return trace

    sys.settrace(trace)
    with builds.changing(PATH) as (stage, _):
        stage.graph.clear()
        stage.load(
            ox.Quad(ox.NamedNode(f"http://ex/{index}"), SAYS, ox.Literal(generation), GRAPH)
            for index in range(20)
        )
        stage.commit({"generation": generation})
    return ""


def look() -> str:
    """What a reader finds: the generation in the metadata, and the values of all quads."""
    with store.open_store(PATH) as opened:
        values = [each.object.value for each in opened.quads() if isinstance(each.object, ox.Literal)]
        return json.dumps([opened.metadata["generation"], values])


def main() -> None:
    """Build, die, look; some lines further each time."""
    in_child(build_nothing)
    in_child(lambda: build(0, 0))
    found = []
    for generation in count(FIRST, STEP):
        status, _ = in_child(lambda: build(generation, generation))  # noqa: B023 - runs at once
        found.append([generation, *json.loads(in_child(look)[1])])
        if status == 0:
            break
    in_child(build_nothing)
    print(json.dumps(found))


main()
