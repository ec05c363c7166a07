"""Endpoints of this machine that stand for public ones: small data of their shape, over HTTP."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from pathlib import Path
from urllib.parse import parse_qs

import pyoxigraph as ox

from rdfkit.cli.query_output import write_answer
from rdfkit.endpoints.registry import Endpoint, find_endpoint
from rdfkit.endpoints.session import Network
from rdfkit.sparql.limits import Complexity
from rdfkit.store import Store

_ANYTHING = Complexity(10**6, 10**6, 10**6, 10**6)


@dataclass
class Endpoints:
    """Endpoints by the names of their fixtures, each at a path of one server. `asked` has the queries that came."""

    stores: Mapping[str, Store]
    base: str = ""
    asked: list[tuple[str, str]] = field(default_factory=list)

    @property
    def requests(self) -> Counter[str]:
        """How often each was asked."""
        return Counter(name for name, _ in self.asked)


@dataclass(frozen=True)
class Nearby(Network):
    """A network in which these endpoints stand for the public ones: all that is known of those, but for the address."""

    base: str = ""

    def find(self, name_or_url: str) -> Endpoint:
        """The endpoint of a fixture."""
        known = find_endpoint(name_or_url, self.known())
        return replace(known, url=f"{self.base}/{known.name}")


@contextmanager
def serving_endpoints(folder: Path) -> Iterator[Endpoints]:
    """A server with an endpoint for each Turtle and TriG file of a folder."""
    files = [path for path in sorted(folder.iterdir()) if path.suffix in (".ttl", ".trig")]
    endpoints = Endpoints({path.stem: _store(path) for path in files})

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            name, _, parameters = self.path[1:].partition("?")
            self.answer(name, parameters)

        def do_POST(self) -> None:
            self.answer(self.path[1:], self.rfile.read(int(self.headers["Content-Length"])).decode())

        def answer(self, name: str, parameters: str) -> None:
            query = parse_qs(parameters)["query"][0]
            endpoints.asked.append((name, query))
            body = BytesIO()
            write_answer(endpoints.stores[name].query(query, strict=True, limits=_ANYTHING), "json", body)
            self.send_response(200)
            self.send_header("Content-Type", "application/sparql-results+json")
            self.send_header("Content-Length", str(body.tell()))
            self.end_headers()
            self.wfile.write(body.getvalue())

        def log_message(self, format: str, *arguments: object) -> None:
            """Nothing: the tests look at what was asked."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    endpoints.base = f"http://127.0.0.1:{server.server_port}"
    try:
        yield endpoints
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _store(path: Path) -> Store:
    quads = ox.parse(path=path, format=ox.RdfFormat.TRIG)
    default = ox.NamedNode(f"urn:fixture:{path.stem}")
    return Store.from_quads(
        ox.Quad(
            quad.subject,
            quad.predicate,
            quad.object,
            default if isinstance(quad.graph_name, ox.DefaultGraph) else quad.graph_name,
        )
        for quad in quads
    )
