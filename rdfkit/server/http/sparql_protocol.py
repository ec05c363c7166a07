"""Requests of the SPARQL 1.1 Protocol, read: https://www.w3.org/TR/sparql11-protocol/."""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass
from email.message import Message
from enum import StrEnum
from urllib.parse import parse_qsl

import pyoxigraph as ox
from starlette.requests import ClientDisconnect, Request

from rdfkit.server.problems import Problem, bad_request, client_gone
from rdfkit.server.settings import Settings
from rdfkit.sparql.dataset import Dataset

_FORM = "application/x-www-form-urlencoded"
_MOST_PARAMETERS = 1000
_TRUE = frozenset({"", "1", "true", "yes", "on"})
# https://www.w3.org/TR/sparql11-query/#iriRefIssues: what a graph's name cannot contain.
_NOT_IN_IRIS = re.compile(r"[\x00-\x20<>\"{}|^`\\]")


class Operation(StrEnum):
    """What a request asks for: the answer to a query, an update, or what the service says of itself."""

    QUERY = "query"
    UPDATE = "update"
    DESCRIPTION = "description"


# The parameters for default graphs and for named graphs.
_GRAPHS = {
    Operation.QUERY: ("default-graph-uri", "named-graph-uri"),
    Operation.UPDATE: ("using-graph-uri", "using-named-graph-uri"),
}


@dataclass(frozen=True, slots=True)
class ProtocolRequest:
    """One operation: its text, the dataset named by the request, the format it wants, and whether it is `strict`."""

    operation: Operation
    text: str
    dataset: Dataset | None
    format: str | None
    strict: bool


@dataclass(frozen=True, slots=True)
class Parameters:
    """Parameters of a query string or a form, in order."""

    pairs: tuple[tuple[str, str], ...]

    def all(self, name: str) -> tuple[str, ...]:
        """All values of a parameter."""
        return tuple(value for key, value in self.pairs if key == name)

    def one(self, name: str) -> str | None:
        """The only value of a parameter, None without any. Raises Problem for more than one."""
        found = self.all(name)
        if len(found) > 1:
            raise bad_request(f'the parameter "{name}" is given {len(found)} times, and may be given once')
        return found[0] if found else None

    def first(self, name: str) -> str | None:
        """The first value of a parameter that is not the protocol's: SPARQLWrapper sends "format" twice."""
        return next(iter(self.all(name)), None)


async def read_request(request: Request, settings: Settings) -> ProtocolRequest:
    """What a request to the endpoint asks for. Raises Problem for one that does not follow the protocol."""
    address = read_parameters(request.url.query)
    if request.method in ("GET", "HEAD"):
        if address.all("update"):
            raise bad_request("an update must be sent by POST")
        return _operation(Operation.QUERY, address, address.one("query"), address, settings)
    kind = _content_type(request)
    # What `parse_qsl` reads takes three bytes for one.
    limit = settings.max_query_bytes * (4 if kind == _FORM else 1)
    body = await read_body(request, limit, settings.body_timeout)
    if kind == _FORM:
        form = read_parameters(_decode(body))
        # Other parameters than those of the protocol may stand in either place.
        both = Parameters(form.pairs + address.pairs)
        if form.all("update"):
            if form.all("query"):
                raise bad_request('a request has either "query" or "update"')
            return _operation(Operation.UPDATE, form, form.one("update") or "", both, settings)
        text = form.one("query")
        if text is None:
            raise bad_request('the form has neither "query" nor "update"')
        return _operation(Operation.QUERY, form, text, both, settings)
    if kind == "application/sparql-query":
        return _operation(Operation.QUERY, address, _decode(body), address, settings)
    if kind == "application/sparql-update":
        return _operation(Operation.UPDATE, address, _decode(body), address, settings)
    raise Problem(
        415,
        "content-type",
        "The request's content type is none of the protocol's",
        f'Found "{kind}".' if kind else "The request does not say its content type.",
        {"expected": f"{_FORM}, application/sparql-query or application/sparql-update"},
    )


def read_parameters(text: str) -> Parameters:
    """The parameters of a query string or a form. Raises Problem for what is not UTF-8, and for too many."""
    try:
        pairs = parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=_MOST_PARAMETERS)
    except UnicodeDecodeError as error:
        raise bad_request("the parameters are not UTF-8") from error
    except ValueError as error:
        raise bad_request(f"more than {_MOST_PARAMETERS} parameters") from error
    return Parameters(tuple(pairs))


async def read_body(request: Request, limit: int, seconds: float) -> bytes:
    """The body of a request. Raises Problem for one that is too large or comes too slowly, or is compressed."""
    if request.headers.get("content-encoding", "identity") != "identity":
        raise Problem(415, "content-encoding", "A compressed request is not taken")
    parts, size = [], 0
    try:
        async with asyncio.timeout(seconds):
            async for part in request.stream():
                size += len(part)
                if size > limit:
                    raise Problem(
                        413, "too-large", "The request is too large", f"It may have {limit} bytes at most."
                    )
                parts.append(part)
    except ClientDisconnect as error:
        raise client_gone() from error
    except TimeoutError as error:
        raise Problem(
            408, "timeout", "The request came too slowly", f"More than {seconds:g} seconds."
        ) from error
    return b"".join(parts)


def _operation(
    operation: Operation, names: Parameters, text: str | None, options: Parameters, settings: Settings
) -> ProtocolRequest:
    """The request for an operation: `names` has the graphs, `options` the other parameters. Raises Problem."""
    dataset, format = _dataset(names, *_GRAPHS[operation]), options.first("format") or None
    if text is None:
        return ProtocolRequest(Operation.DESCRIPTION, "", None, format, strict=False)
    size = len(text.encode("utf-8", "surrogatepass"))
    if size > settings.max_query_bytes:
        raise Problem(
            413,
            "query-too-long",
            "The query is too long",
            f"It has {size} bytes, and may have {settings.max_query_bytes} at most.",
        )
    if "\0" in text:
        raise bad_request("the text has a NUL character")
    asked = options.one("strict")
    strict = not settings.repair or (asked is not None and asked.lower() in _TRUE)
    return ProtocolRequest(operation, text, dataset, format, strict)


def _dataset(parameters: Parameters, default: str, named: str) -> Dataset | None:
    graphs = Dataset(parameters.all(default), parameters.all(named))
    for iri in graphs.default_graphs + graphs.named_graphs:
        check_iri(iri)
    return graphs if graphs.default_graphs or graphs.named_graphs else None


def check_iri(iri: str) -> None:
    """Raises Problem for what cannot be an absolute IRI."""
    try:
        # What the workers' engine does not take would bring a worker down.
        ox.NamedNode(iri)
    except ValueError as error:
        raise bad_request(f'"{iri[:200]}" is no absolute IRI') from error
    if _NOT_IN_IRIS.search(iri):
        raise bad_request(f'"{iri[:200]}" is no absolute IRI')


def _content_type(request: Request) -> str:
    """The media type of the body. Raises Problem for an encoding that the protocol does not have."""
    message = Message()
    message["content-type"] = request.headers.get("content-type", "")
    charset = message.get_param("charset")
    if charset is not None and str(charset).lower() not in ("utf-8", "utf8", "us-ascii"):
        raise Problem(415, "charset", "A request must be in UTF-8", f'Found "{charset}".')
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


def _decode(body: bytes) -> str:
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise bad_request("the request is not UTF-8") from error
