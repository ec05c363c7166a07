"""A query with a time limit, answered by a process that can be killed: Oxigraph itself cannot be stopped.

    python -m rdfkit.store.timed

reads what is asked from stdin, and writes what comes of it to stdout: both pickled, between a program and itself.
"""

from __future__ import annotations

import io
import os
import pickle
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import pyoxigraph as ox

from rdfkit.errors import QueryError, RdfkitError
from rdfkit.sparql import results
from rdfkit.sparql.results import Answer, Graph

if TYPE_CHECKING:
    from rdfkit.store.store import Store

_ALL = "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }"


@dataclass(frozen=True, slots=True)
class _Asked:
    """A query of a build on disk, or of the quads in a file, with the options of `Store.query`."""

    path: Path | None
    build: str
    quads: str
    metadata: Mapping[str, Any]
    text: str
    options: Mapping[str, Any]


def timed_answer(store: Store, text: str, timeout: float, options: Mapping[str, Any]) -> Answer:
    """The answer to a query, whole. Raises QueryError after `timeout` seconds, else what `Store.query` raises."""
    metadata = dict(store.metadata)
    with tempfile.TemporaryDirectory(prefix=f"rdfkit-{os.getpid()}-") as folder:
        quads = Path(folder) / "quads.nq"
        if store.path is None:
            store.graph.dump(str(quads), ox.RdfFormat.N_QUADS)
        asked = _Asked(store.path, metadata.get("name", ""), str(quads), metadata, text, options)
        answered = Path(folder) / "answer"
        with answered.open("w+b") as output:
            _run(asked, output, timeout)
            output.seek(0)
            kind, repairs = pickle.load(output)  # noqa: S301 - what the lines above have just written
            if isinstance(kind, RdfkitError):
                raise kind
            return _read(kind, repairs, output.read())


def _run(asked: _Asked, output: BinaryIO, timeout: float) -> None:
    # It finds what this process finds, also where a notebook has added folders.
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    with subprocess.Popen(
        [sys.executable, "-m", "rdfkit.store.timed"],
        stdin=subprocess.PIPE, stdout=output, env=environment,
    ) as running:  # fmt: skip
        try:
            running.communicate(pickle.dumps(asked), timeout=timeout)
        except subprocess.TimeoutExpired:
            raise QueryError(f"the query took longer than {timeout:g} s", key="timeout") from None
        finally:
            # Also at Ctrl-C: what nobody waits for need not go on.
            running.kill()
    if running.returncode:
        raise QueryError("the query failed: the process that answered it ended; is there enough memory?")


def _read(kind: type[Answer], repairs: Any, body: bytes) -> Answer:  # noqa: ANN401 - as it was pickled
    if kind is Graph:
        graph = ox.Store()
        graph.load(body, ox.RdfFormat.N_TRIPLES)
        return results.answer(graph.query(_ALL), graph, repairs)
    found = ox.parse_query_results(body, ox.QueryResultsFormat.JSON)
    return results.answer(found, None, repairs)


def _answer(asked: _Asked) -> Answer:
    from rdfkit.store.store import Store, open_named_build

    if asked.path is not None:
        return open_named_build(asked.path, asked.build).query(asked.text, **asked.options)
    graph = ox.Store()
    graph.load(path=asked.quads, format=ox.RdfFormat.N_QUADS)
    return Store(graph, metadata=asked.metadata).query(asked.text, **asked.options)


def main() -> int:
    """Answers what stdin asks."""
    asked: _Asked = pickle.load(sys.stdin.buffer)  # noqa: S301 - from the process that started this one
    body = io.BytesIO()
    try:
        answer = _answer(asked)
        answer.serialize(body, "ntriples" if isinstance(answer, Graph) else "json")
        head: object = (type(answer), answer.repairs)
    except RdfkitError as error:
        head = (error, ())
    sys.stdout.buffer.write(pickle.dumps(head) + body.getvalue())
    sys.stdout.buffer.flush()
    return 0


if __name__ == "__main__":
    # Pickled values name their module, which is not `__main__`.
    from rdfkit.store.timed import main as answer_once

    sys.exit(answer_once())
