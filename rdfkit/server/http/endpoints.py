"""The endpoints for programs: SPARQL, VoID, and what operators look at."""

from __future__ import annotations

from pathlib import Path

import yaml
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send

from rdfkit.server.http.metrics import Metrics, query_hash
from rdfkit.server.http.responses import deliver, is_constant, record
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
from rdfkit.server.workers.reply import Job
from rdfkit.sparql.query import QueryText

SPARQL = "/sparql"
_MOST_LABELS = 2_000_000
# The pages need their own scripts and styles, and nothing else.
PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self';"
    " font-src 'self' data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
# The methods of what can only be read.
READING = "GET, HEAD, OPTIONS"


class SparqlEndpoint:
    """The SPARQL 1.1 Protocol at `/sparql`. Without a query it describes itself, to people by a page."""

    METHODS = "GET, HEAD, POST, OPTIONS"

    def __init__(self, service: Service) -> None:
        self._service = service

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one request. Raises Problem."""
        request = Request(scope, receive)
        if request.method not in ("GET", "HEAD", "POST"):
            raise Problem(405, "method", "The endpoint has no such method", headers={"Allow": self.METHODS})
        found = await read_request(request, self._service.settings)
        if found.operation is Operation.UPDATE:
            await self._update(request, found)
            await Response(status_code=204)(scope, receive, send)
        elif self._is_for_people(request, found):
            await self._show(request, receive, send, found)
        elif found.operation is Operation.DESCRIPTION:
            await self._describe(request, receive, send, found)
        else:
            await self._query(request, receive, send, found)

    async def _query(self, request: Request, receive: Receive, send: Send, found: ProtocolRequest) -> None:
        record(request).query = query_hash(found.text)
        job = self._service.job("query", self._arguments(request, found), request, found.format)
        cached = request.method in ("GET", "HEAD") and self._is_cached(found)
        await deliver(request, receive, send, self._service.pool, job, cached=cached)

    async def _show(self, request: Request, receive: Receive, send: Send, found: ProtocolRequest) -> None:
        """What a person opens in a browser is a page: the answer, or the editor."""
        if found.operation is Operation.DESCRIPTION:
            job = self._service.job("view", {"view": "editor", "parameters": {}}, request)
        else:
            record(request).query = query_hash(found.text)
            job = self._service.job("asked", self._arguments(request, found), request)
        headers = {"Content-Security-Policy": PAGE_POLICY}
        cached = self._is_cached(found)
        await deliver(request, receive, send, self._service.pool, job, headers, cached=cached)

    async def _update(self, request: Request, found: ProtocolRequest) -> None:
        self._service.authorize(request)
        record(request).query = query_hash(found.text)
        await self._service.change(request, Job("update", self._arguments(request, found)))

    async def _describe(self, request: Request, receive: Receive, send: Send, found: ProtocolRequest) -> None:
        endpoint = f"{self._service.address(request)}{SPARQL}"
        arguments = {"endpoint": endpoint, "updates": self._service.token is not None}
        job = self._service.job("service", arguments, request, found.format)
        await deliver(request, receive, send, self._service.pool, job)

    def _arguments(self, request: Request, found: ProtocolRequest) -> dict[str, object]:
        dataset = found.dataset
        return {
            "text": found.text,
            "limits": self._service.limits(),
            **self._service.asking(),
            "dataset": [list(dataset.default_graphs), list(dataset.named_graphs)] if dataset else None,
            "strict": found.strict,
            # What the service may take as base, by the protocol: section 2.1.5.
            "base_iri": f"{self._service.address(request)}{SPARQL}",
        }

    def _is_cached(self, found: ProtocolRequest) -> bool:
        """Whether the same build gives the same answer: it does not if it may be from elsewhere."""
        may_ask = self._service.services() is not None and QueryText(found.text).calls_service
        return is_constant(found.text) and not may_ask

    def _is_for_people(self, request: Request, found: ProtocolRequest) -> bool:
        if request.method == "POST" or found.format is not None:
            return False
        return prefers(HTML, [*ROWS, *GRAPHS], request.headers.get("accept"))


class PageEndpoint:
    """One route of `rdfkit.server.views`. What a page is about can be had as RDF by content negotiation."""

    def __init__(self, service: Service, page: routes.Route) -> None:
        self._service = service
        self._page = page

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one request. Raises Problem."""
        request = Request(scope, receive)
        only_reading(request)
        parameters = self._parameters(request)
        about, format = self._page.about(parameters), parameters.get("format")
        wants_rdf = format is not None or any(
            prefers(offer, [HTML], request.headers.get("accept")) for offer in GRAPHS
        )
        if about is not None and wants_rdf:
            job = self._service.job("describe", {"iri": about}, request, format)
        else:
            job = self._service.job("view", self._arguments(parameters), request)
        headers = {"Content-Security-Policy": _with_images(self._page.image_hosts)}
        cached = not (self._service.services() and "run" in parameters)
        await deliver(request, receive, send, self._service.pool, job, headers, cached=cached)

    def _arguments(self, parameters: dict[str, str]) -> dict[str, object]:
        return {"view": self._page.view, "parameters": parameters, **self._service.asking()}

    def _parameters(self, request: Request) -> dict[str, str]:
        # Of a parameter that is given twice the last one counts.
        return {**dict(read_parameters(request.url.query).pairs), **request.path_params}


class LabelsEndpoint:
    """Labels and pages for a list of IRIs, sent as JSON to `/labels`."""

    METHODS = "POST, OPTIONS"

    def __init__(self, service: Service) -> None:
        self._service = service

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one request. Raises Problem."""
        request = Request(scope, receive)
        if request.method != "POST":
            raise Problem(405, "method", "A list of IRIs is sent by POST", headers={"Allow": self.METHODS})
        settings = self._service.settings
        body = await read_body(request, _MOST_LABELS, settings.body_timeout)
        parameters = {"iris": body.decode("utf-8", "replace")}
        job = self._service.job("view", {"view": "labels", "parameters": parameters}, request)
        await deliver(request, receive, send, self._service.pool, job, cached=False)


class VoidEndpoint:
    """The description of the data at `/.well-known/void`: https://www.w3.org/TR/void/#discovery."""

    def __init__(self, service: Service) -> None:
        self._service = service

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one request. Raises Problem."""
        request = Request(scope, receive)
        only_reading(request)
        format = read_parameters(request.url.query).first("format")
        endpoint = f"{self._service.address(request)}{SPARQL}"
        job = self._service.job("void", {"endpoint": endpoint}, request, format)
        await deliver(request, receive, send, self._service.pool, job)


class OpenApiEndpoint:
    """The description of all endpoints at `/openapi.json`: https://spec.openapis.org/oas/v3.1.0.html."""

    def __init__(self) -> None:
        text = Path(__file__).with_name("openapi.yaml").read_text(encoding="utf-8")
        self._description = yaml.safe_load(text)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one request. Raises Problem."""
        only_reading(Request(scope, receive))
        await JSONResponse(self._description)(scope, receive, send)


class HealthEndpoint:
    """Whether the server answers, and which build: `/health`. Never waits for a worker."""

    def __init__(self, service: Service) -> None:
        self._service = service

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one request. Raises Problem."""
        only_reading(Request(scope, receive))
        pool = self._service.pool
        said = {
            "status": "stopping" if pool.is_stopping else "ok",
            "build": pool.build,
            "built": pool.built,
            "running": pool.running,
            "waiting": pool.waiting,
        }
        status = 503 if pool.is_stopping else 200
        await JSONResponse(said, status, {"Cache-Control": "no-store"})(scope, receive, send)


class MetricsEndpoint:
    """Numbers for Prometheus: `/metrics`."""

    def __init__(self, service: Service, metrics: Metrics) -> None:
        self._service = service
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one request. Raises Problem."""
        only_reading(Request(scope, receive))
        body = self._metrics.render(self._service.pool)
        await Response(body, media_type=self._metrics.MEDIA_TYPE)(scope, receive, send)


def _with_images(hosts: tuple[str, ...]) -> str:
    """The policy of pages, of a page that also loads pictures from these hosts."""
    return PAGE_POLICY.replace("img-src 'self'", " ".join(("img-src 'self'", *hosts)))


def only_reading(request: Request) -> None:
    """Raises Problem for methods other than GET and HEAD."""
    if request.method not in ("GET", "HEAD"):
        raise Problem(405, "method", "This can only be read", headers={"Allow": READING})
