"""The endpoints for programs: SPARQL, VoID, and what operators look at."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import asdict
from functools import partial
from pathlib import Path

import yaml
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from rdfkit.server.http.metrics import Metrics, query_hash
from rdfkit.server.http.responses import is_constant, record
from rdfkit.server.http.service import Service
from rdfkit.server.http.sparql_protocol import (
    Operation,
    ProtocolRequest,
    read_body,
    read_parameters,
    read_request,
)
from rdfkit.server.negotiation import GRAPHS, HTML, ROWS, prefers
from rdfkit.server.problems import Problem
from rdfkit.server.views import routes
from rdfkit.sparql.query import QueryText

SPARQL = "/sparql"
_MOST_LABELS = 2_000_000
# The pages need their own scripts and styles, and nothing else.
PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self';"
    " font-src 'self' data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_PAGE = {"Content-Security-Policy": PAGE_POLICY}
# The methods of what can only be read.
READING = "GET, HEAD, OPTIONS"


class Endpoint:
    """An address as an ASGI application: a function says what answers a request. OPTIONS is answered by the methods."""

    def __init__(self, answer: Callable[[Request], Awaitable[ASGIApp]], methods: str = READING) -> None:
        self._answer = answer
        self._methods = methods

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one request. Raises Problem."""
        request = Request(scope, receive)
        if request.method == "OPTIONS":
            answer: ASGIApp = Response(None, 204, {"Allow": self._methods})
        else:
            answer = await self._answer(request)
        await answer(scope, receive, send)


class SparqlEndpoint:
    """The SPARQL 1.1 Protocol at `/sparql`. Without a query it describes itself, to people by a page."""

    METHODS = "GET, HEAD, POST, OPTIONS"

    def __init__(self, service: Service) -> None:
        self._service = service

    async def answer(self, request: Request) -> ASGIApp:
        """What answers a request. Raises Problem."""
        _check_method(request, self.METHODS, "The endpoint has no such method")
        found = await read_request(request, self._service.settings)
        if found.operation is Operation.UPDATE:
            return await self._update(request, found)
        if found.operation is Operation.DESCRIPTION:
            return self._description(request, found)
        record(request).query = query_hash(found.text)
        arguments, cached = self._arguments(request, found), self._is_cached(request, found)
        if _is_for_people(request, found):
            return self._service.answer(request, "asked", arguments, headers=_PAGE, cached=cached)
        return self._service.answer(request, "query", arguments, found.format, cached=cached)

    def _description(self, request: Request, found: ProtocolRequest) -> ASGIApp:
        """What the service says of itself; to people the editor."""
        if _is_for_people(request, found):
            return self._service.answer(request, "view", {"view": "editor", "parameters": {}}, headers=_PAGE)
        arguments = {"endpoint": _address(self._service, request), "updates": self._service.token is not None}
        return self._service.answer(request, "service", arguments, found.format)

    async def _update(self, request: Request, found: ProtocolRequest) -> Response:
        self._service.authorize(request)
        record(request).query = query_hash(found.text)
        await self._service.change(request, "update", self._arguments(request, found))
        return Response(status_code=204)

    def _arguments(self, request: Request, found: ProtocolRequest) -> dict[str, object]:
        dataset = found.dataset
        return {
            "text": found.text,
            "limits": asdict(self._service.settings.complexity),
            **self._service.asking(),
            "dataset": [list(dataset.default_graphs), list(dataset.named_graphs)] if dataset else None,
            "strict": found.strict,
            # What the service may take as base, by the protocol: section 2.1.5.
            "base_iri": _address(self._service, request),
        }

    def _is_cached(self, request: Request, found: ProtocolRequest) -> bool:
        """Whether clients may keep the answer: not if the same build may give another, or if part is from elsewhere."""
        if request.method == "POST" or not is_constant(found.text):
            return False
        return not (self._service.network.allowed and QueryText(found.text).calls_service)


class Endpoints:
    """What answers a request to each other address. All raise Problem."""

    LABEL_METHODS = "POST, OPTIONS"

    def __init__(self, service: Service, metrics: Metrics) -> None:
        self._service = service
        self._metrics = metrics
        text = Path(__file__).with_name("openapi.yaml").read_text(encoding="utf-8")
        self._description = yaml.safe_load(text)

    async def page(self, route: routes.Route, request: Request) -> ASGIApp:
        """A page, or by content negotiation the RDF of what it is about."""
        _check_method(request)
        # Of a parameter that is given twice the last one counts.
        parameters = {**dict(read_parameters(request.url.query).pairs), **request.path_params}
        about, format = route.about(parameters), parameters.get("format")
        accept = request.headers.get("accept")
        wants_rdf = format is not None or any(prefers(offer, [HTML], accept) for offer in GRAPHS)
        headers = {"Content-Security-Policy": _with_images(route.image_hosts)}
        cached = not (self._service.network.allowed and "run" in parameters)
        answer = partial(self._service.answer, request, headers=headers, cached=cached)
        if about is not None and wants_rdf:
            return answer("describe", {"iri": about}, format)
        return answer("view", {"view": route.view, "parameters": parameters, **self._service.asking()})

    async def labels(self, request: Request) -> ASGIApp:
        """Labels and pages for a list of IRIs, sent as JSON to `/labels`."""
        _check_method(request, self.LABEL_METHODS, "A list of IRIs is sent by POST")
        body = await read_body(request, _MOST_LABELS, self._service.settings.body_timeout)
        parameters = {"iris": body.decode("utf-8", "replace")}
        arguments = {"view": "labels", "parameters": parameters}
        return self._service.answer(request, "view", arguments, cached=False)

    async def void(self, request: Request) -> ASGIApp:
        """The description of the data at `/.well-known/void`: https://www.w3.org/TR/void/#discovery."""
        _check_method(request)
        format = read_parameters(request.url.query).first("format")
        return self._service.answer(request, "void", {"endpoint": _address(self._service, request)}, format)

    async def openapi(self, request: Request) -> ASGIApp:
        """The description of all addresses at `/openapi.json`: https://spec.openapis.org/oas/v3.1.0.html."""
        _check_method(request)
        return JSONResponse(self._description)

    async def health(self, request: Request) -> ASGIApp:
        """Whether the server answers, and which build: `/health`. Never waits for a worker."""
        _check_method(request)
        pool = self._service.pool
        said = {
            "status": "stopping" if pool.queue.is_closed else "ok",
            "build": pool.build,
            "built": pool.built,
            "names": "ready" if pool.has_labels else "being indexed",
            "running": pool.queue.running,
            "waiting": pool.queue.waiting,
        }
        return JSONResponse(said, 503 if pool.queue.is_closed else 200, {"Cache-Control": "no-store"})

    async def metrics(self, request: Request) -> ASGIApp:
        """Numbers for Prometheus: `/metrics`."""
        _check_method(request)
        return Response(self._metrics.render(self._service.pool), media_type=self._metrics.MEDIA_TYPE)


def _check_method(request: Request, methods: str = READING, title: str = "This can only be read") -> None:
    """Raises Problem for a method that an address does not have."""
    if request.method not in methods.split(", "):
        raise Problem(405, "method", title, headers={"Allow": methods})


def _address(service: Service, request: Request) -> str:
    """The address of the SPARQL endpoint as the client knows it."""
    return f"{service.address(request)}{SPARQL}"


def _is_for_people(request: Request, found: ProtocolRequest) -> bool:
    """Whether a query is sent by a browser that opens a link."""
    if request.method == "POST" or found.format is not None:
        return False
    return prefers(HTML, [*ROWS, *GRAPHS], request.headers.get("accept"))


def _with_images(hosts: tuple[str, ...]) -> str:
    """The policy of pages, of a page that also loads pictures from these hosts."""
    return PAGE_POLICY.replace("img-src 'self'", " ".join(("img-src 'self'", *hosts)))
