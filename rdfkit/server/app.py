"""The ASGI application: which address leads where, and what every response carries."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

from starlette.applications import Starlette
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from rdfkit.endpoints.session import Network
from rdfkit.errors import RdfkitError, StoreError
from rdfkit.server import views
from rdfkit.server.http.endpoints import PAGE_POLICY, SPARQL, Endpoint, Endpoints, SparqlEndpoint
from rdfkit.server.http.graph_store_protocol import PATH, GraphStore
from rdfkit.server.http.metrics import Metrics, Monitoring
from rdfkit.server.http.responses import record
from rdfkit.server.http.service import Service
from rdfkit.server.negotiation import HTML, prefers
from rdfkit.server.problems import PROBLEMS, Problem, of_error
from rdfkit.server.settings import Settings
from rdfkit.server.views.routes import ROUTES
from rdfkit.server.workers.backends import read_origin
from rdfkit.server.workers.pool import Pool

ASSETS = Path(__file__).with_name("assets")
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Content-Security-Policy": "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
}


def create_app(
    store: str | Path,
    settings: Settings | None = None,
    token: str | None = None,
    network: Network | None = None,
) -> Starlette:
    """An ASGI application that serves the store in a folder, and each new build of it; or an endpoint's, by URL.

    With a `token` (at least 32 bytes), whoever sends it may update the store. Raises SettingError for a shorter one.
    SERVICE clauses may ask the endpoints that are allowed by name in `network`; without, they are refused.
    Starting the application raises StoreError when there is no store.
    """
    settings = settings or Settings()
    pool, metrics = Pool(read_origin(store), settings), Metrics()
    service = Service(pool, settings, token, network or Network(allowed=()))

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        try:
            await pool.start()
        except StoreError as error:
            # ASGI servers only say that starting failed.
            app.state.failure = error
            raise
        try:
            yield
        finally:
            await pool.stop()

    return Starlette(
        routes=_routes(service, metrics),
        middleware=[
            Middleware(Monitoring, metrics=metrics),
            Middleware(SafeHeaders),
            Middleware(
                CORSMiddleware,
                allow_origins=["*"],
                allow_methods=["GET", "HEAD", "POST"],
                allow_headers=["Accept", "Content-Type", "If-None-Match", "If-Modified-Since"],
                expose_headers=["ETag", "Last-Modified", "Retry-After", "Rdfkit-Repairs", "Rdfkit-Ledger"],
                max_age=86400,
            ),
        ],
        # What nobody has foreseen is a problem document, too; the server logs it.
        exception_handlers=dict.fromkeys((Problem, RdfkitError, HTTPException, Exception), _problem),
        lifespan=lifespan,
    )


def _routes(service: Service, metrics: Metrics) -> list[BaseRoute]:
    sparql, graph_store, others = SparqlEndpoint(service), GraphStore(service), Endpoints(service, metrics)
    return [
        Route(SPARQL, Endpoint(sparql.answer, sparql.METHODS)),
        Route(f"{SPARQL}/", Endpoint(sparql.answer, sparql.METHODS)),
        Route(PATH, Endpoint(graph_store.answer, graph_store.methods)),
        Route(f"{PATH}/{{path:path}}", Endpoint(graph_store.answer, graph_store.methods)),
        Route("/.well-known/void", Endpoint(others.void)),
        Route("/openapi.json", Endpoint(others.openapi)),
        Route("/health", Endpoint(others.health)),
        Route("/metrics", Endpoint(others.metrics)),
        Route("/labels", Endpoint(others.labels, others.LABEL_METHODS)),
        *(Route(page.path, Endpoint(partial(others.page, page))) for page in ROUTES),
        Mount("/assets", GZipMiddleware(StaticFiles(directory=ASSETS))),
    ]


class SafeHeaders:
    """ASGI middleware: headers that keep a browser from doing with a response what it is not meant for."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes a request on, and what comes back."""

        async def safe(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, safe)


async def _problem(request: Request, error: Exception) -> Response:
    """What the client is told of an error: a page, or a problem document."""
    problem = _meaning(error)
    record(request).problem = problem.name
    accept = request.headers.get("accept")
    if not prefers(HTML, PROBLEMS, accept):
        return problem.response(accept)
    page = views.problem(problem.title, problem.sentence)
    headers = {"Cache-Control": "no-store", "Content-Security-Policy": PAGE_POLICY, **problem.headers}
    return HTMLResponse(page.text, problem.status, headers)


def _meaning(error: Exception) -> Problem:
    if isinstance(error, Problem):
        return error
    if isinstance(error, RdfkitError):
        return of_error(error)
    if isinstance(error, HTTPException):
        name = "not-found" if error.status_code == 404 else "request"
        return Problem(error.status_code, name, str(error.detail), headers=dict(error.headers or {}))
    return Problem(500, "error", "Something went wrong")
