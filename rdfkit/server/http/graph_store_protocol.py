"""The SPARQL 1.1 Graph Store HTTP Protocol: https://www.w3.org/TR/sparql11-http-rdf-update/.

The graph store is at `/graphs`. A graph is named by `?graph=IRI`, by `?default`, or is the one whose IRI is the address
of the request, below `/graphs/`.
"""

from __future__ import annotations

import json
import secrets
import tempfile
from pathlib import Path

from python_multipart.exceptions import FormParserError
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp

from rdfkit.rdf.formats import FORMATS, of_file
from rdfkit.server.http.service import Service
from rdfkit.server.http.sparql_protocol import check_iri, read_body, read_parameters
from rdfkit.server.problems import Problem, bad_request

PATH = "/graphs"
_READING, _WRITING = ("GET", "HEAD"), ("PUT", "POST", "DELETE")
_MULTIPART = "multipart/form-data"
# What the protocol has a server assume, section 5.3.
_ASSUMED = "application/rdf+xml"
# In place of the IRI of a graph that the request does not name.
_NEW = ""


class GraphStore:
    """The graphs of a store at `/graphs`, to be read, and to be written when there are updates."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self.methods = ", ".join([*_READING, *(_WRITING if service.token else ()), "OPTIONS"])

    async def answer(self, request: Request) -> ASGIApp:
        """What answers a request. Raises Problem."""
        if request.method in _READING:
            return self._read(request)
        # Without updates, the methods that write are known, and refused.
        if request.method in _WRITING:
            return await self._write(request)
        raise Problem(405, "method", "The graph store has no such method", headers={"Allow": self.methods})

    def _read(self, request: Request) -> ASGIApp:
        graph = self._named(request)
        # With updates, the default graph is what was written there; without, the merge of all graphs.
        written = graph is None and self._service.token is not None
        format = read_parameters(request.url.query).first("format")
        return self._service.answer(request, "graph", {"graph": graph, "written": written}, format)

    async def _write(self, request: Request) -> Response:
        self._service.authorize(request)
        if request.method == "DELETE":
            await self._service.change(request, "delete_graph", {"graph": self._named(request)})
            return Response(status_code=204)
        # A POST may leave the name to us: section 5.5.
        graph = self._graph(request) if request.method == "POST" else self._named(request)
        if graph is _NEW:
            graph = f"{self._service.address(request)}{PATH}/{secrets.token_hex(8)}"
        created = await self._put(request, graph)
        headers = {"Location": graph} if created and graph else {}
        return Response(status_code=201 if created else 204, headers=headers)

    async def _put(self, request: Request, graph: str | None) -> bool:
        """Writes the body of a request into a graph. Returns whether the graph is new."""
        with tempfile.TemporaryDirectory(prefix="rdfkit-") as folder:
            documents = await self._documents(request, Path(folder))
            arguments = {
                "graph": graph,
                "documents": [[str(path), format] for path, format in documents],
                "merge": request.method == "POST",
                "is_there": _condition(request),
                "base_iri": graph or f"{self._service.address(request)}{PATH}",
            }
            reply = await self._service.change(request, "put_graph", arguments)
        return bool(json.loads(reply.body or b"{}").get("created"))

    async def _documents(self, request: Request, folder: Path) -> list[tuple[Path, str]]:
        """The documents of a request as files, with the names of their formats."""
        settings = self._service.settings
        kind = request.headers.get("content-type", _ASSUMED).partition(";")[0].strip().lower()
        if kind != _MULTIPART:
            path = folder / "document"
            path.write_bytes(await read_body(request, settings.max_body_bytes, settings.body_timeout))
            return [(path, _format(kind, None))]
        most = settings.max_body_bytes
        if int(request.headers.get("content-length") or most + 1) > most:
            raise Problem(413, "too-large", "The request is too large, or does not say its length")
        found = []
        try:
            async with request.form(max_files=100, max_fields=100) as form:
                for number, (_, part) in enumerate(form.multi_items()):
                    if isinstance(part, UploadFile):
                        path = folder / str(number)
                        path.write_bytes(await part.read())
                        kind = (part.content_type or "").partition(";")[0]
                        found.append((path, _format(kind, part.filename)))
        except FormParserError as error:
            # Not all versions of Starlette answer by themselves.
            raise bad_request(f"the form cannot be read: {error}") from error
        if not found:
            raise bad_request("the form has no file")
        return found

    def _named(self, request: Request) -> str | None:
        """As `_graph`. Raises Problem for a request that names none."""
        graph = self._graph(request)
        if graph is _NEW:
            raise bad_request("the request names no graph: add ?default or ?graph=IRI")
        return graph

    def _graph(self, request: Request) -> str | None:
        """The IRI of the graph that a request names; None for the default graph, `_NEW` for none."""
        parameters = read_parameters(request.url.query)
        graph, default = parameters.one("graph"), parameters.one("default")
        if graph is not None and default is not None:
            raise bad_request("a request has either ?graph or ?default")
        if graph is not None:
            check_iri(graph)
            return graph
        if default is not None:
            return None
        path = request.url.path
        if path.rstrip("/") == PATH:
            return _NEW
        graph = f"{self._service.address(request)}{path}"
        check_iri(graph)
        return graph


def _condition(request: Request) -> bool | None:
    """Whether the graph has to be there (True) or not (False): `If-Match: *` and `If-None-Match: *`."""
    if request.headers.get("if-match", "").strip() == "*":
        return True
    return False if request.headers.get("if-none-match", "").strip() == "*" else None


def _format(media_type: str, filename: str | None) -> str:
    for format in FORMATS.values():
        if format.media_type == media_type.strip().lower():
            return format.name
    by_name = of_file(Path(filename)) if filename else None
    if by_name is not None:
        return by_name.name
    raise Problem(
        415,
        "content-type",
        "The content type is none of RDF",
        f'Found "{media_type}".',
        {"expected": ", ".join(format.media_type for format in FORMATS.values())},
    )
