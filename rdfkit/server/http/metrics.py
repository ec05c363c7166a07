"""What operators see: one line of JSON for each request in the log `rdfkit.access`, and numbers for Prometheus."""

from __future__ import annotations

import hashlib
import json
import logging
import time
from collections.abc import Mapping
from typing import Any

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
)
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from rdfkit.server.http.responses import Record, client_of, record
from rdfkit.server.workers.pool import Pool

_log = logging.getLogger("rdfkit.access")
_PARTS = ("sparql", "graphs", "api", "assets", "health", "metrics", ".well-known")


class Metrics:
    """The numbers of one server."""

    MEDIA_TYPE = CONTENT_TYPE_LATEST

    def __init__(self) -> None:
        made = self._registry = CollectorRegistry()
        self._requests = Counter("rdfkit_requests", "Requests answered.", ["part", "status"], registry=made)
        ended = "Requests that ended in a problem."
        self._problems = Counter("rdfkit_problems", ended, ["problem"], registry=made)
        lasted = "Seconds from request to the end of its answer."
        self._seconds = Histogram("rdfkit_request_seconds", lasted, ["part"], registry=made)
        self._rows = Counter("rdfkit_rows", "Rows and triples sent.", registry=made)
        self._running = Gauge("rdfkit_jobs_running", "Jobs that run now.", registry=made)
        self._waiting = Gauge("rdfkit_jobs_waiting", "Requests that wait now.", registry=made)

    def observe(self, part: str, status: int, seconds: float, found: Record) -> None:
        """Counts a request."""
        self._requests.labels(part, str(status)).inc()
        self._seconds.labels(part).observe(seconds)
        self._rows.inc(found.rows or 0)
        if found.problem is not None:
            self._problems.labels(found.problem).inc()

    def render(self, pool: Pool) -> bytes:
        """All numbers in the text format of Prometheus."""
        self._running.set(pool.queue.running)
        self._waiting.set(pool.queue.waiting)
        return generate_latest(self._registry)


class Monitoring:
    """ASGI middleware that logs and counts each request."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes a request on, and what comes back."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request, started = Request(scope), time.perf_counter()
        status, sent = 500, 0

        async def watched(message: Message) -> None:
            nonlocal status, sent
            if message["type"] == "http.response.start":
                status = message["status"]
            else:
                sent += len(message.get("body", b""))
            await send(message)

        try:
            await self._app(scope, receive, watched)
        finally:
            seconds = time.perf_counter() - started
            found = record(request)
            self._metrics.observe(_part(request.url.path), status, seconds, found)
            _log.info(json.dumps(_line(request, status, sent, seconds, found), ensure_ascii=False))


def query_hash(text: str) -> str:
    """A short name of a query in the log, so that equal queries can be found and no text has to be kept."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _line(request: Request, status: int, sent: int, seconds: float, found: Record) -> Mapping[str, Any]:
    said = {
        "time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "client": client_of(request),
        "method": request.method,
        "path": request.url.path,
        "status": status,
        "ms": round(seconds * 1000, 1),
        "bytes": sent,
        "query": found.query,
        "rows": found.rows,
        "build": found.build,
        "problem": found.problem,
    }
    return {key: value for key, value in said.items() if value is not None}


def _part(path: str) -> str:
    first = path.strip("/").partition("/")[0]
    return first if first in _PARTS else "pages"
