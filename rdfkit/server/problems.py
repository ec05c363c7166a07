"""What the server says when something goes wrong: problem documents by RFC 9457, as JSON or as text."""

from __future__ import annotations

import json
from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from starlette.responses import Response

from rdfkit.errors import (
    AnswerTooLargeError,
    ExportError,
    LabelsPendingError,
    NotAcceptableError,
    NotFoundError,
    ParameterError,
    PreconditionError,
    QueryError,
    QueryRefusedError,
    RdfkitError,
    RemoteError,
    StoreBusyError,
    StoreError,
    UpdateError,
)
from rdfkit.server.negotiation import Offer, prefers

_JSON, _TEXT = Offer("json", "application/problem+json"), Offer("text", "text/plain")
_AS_JSON = (_JSON, Offer("json", "application/json"))
# All forms of a problem but the page.
PROBLEMS = (*_AS_JSON, _TEXT)
_TYPE = "urn:rdfkit:problem:"
# The first class that an error belongs to says its status and name.
_KINDS: tuple[tuple[type[RdfkitError], int, str, str], ...] = (
    (QueryRefusedError, 403, "query-refused", "The query is refused"),
    (AnswerTooLargeError, 422, "answer-too-large", "The answer is larger than this service gives"),
    (NotAcceptableError, 406, "not-acceptable", "The answer cannot be had in this format"),
    (NotFoundError, 404, "not-found", "There is nothing of this name"),
    (RemoteError, 502, "endpoint", "Another endpoint failed"),
    (ParameterError, 400, "parameter", "A parameter does not fit"),
    (PreconditionError, 412, "precondition", "A condition of the request does not hold; nothing was changed"),
    (UpdateError, 400, "update", "The update failed; nothing was changed"),
    (QueryError, 400, "query", "The query is not valid, or failed"),
    (ExportError, 400, "format", "The format does not fit"),
    (StoreBusyError, 503, "busy", "The store is being written"),
    (LabelsPendingError, 503, "names", "The names are not indexed yet"),
    (StoreError, 500, "store", "The store cannot be read or written"),
)


class Problem(Exception):
    """A request that ends in an error: status, a short name of the kind of problem, what is always said of this kind,
    what is said of this case, further members of the document, and headers.
    """

    def __init__(
        self,
        status: int,
        name: str,
        title: str,
        detail: str = "",
        members: Mapping[str, object] = MappingProxyType({}),
        headers: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        super().__init__(title)
        self.status = status
        self.name = name
        self.title = title
        self.detail = detail
        self.members = members
        self.headers = headers

    def document(self) -> dict[str, object]:
        """The members of the problem document."""
        said = {"type": _TYPE + self.name, "title": self.title, "status": self.status}
        return {**said, **({"detail": self.detail} if self.detail else {}), **self.members}

    @property
    def sentence(self) -> str:
        """What is said of this case, with its place in the query."""
        place = ", ".join(f"{key} {self.members[key]}" for key in ("line", "column") if key in self.members)
        return self.detail + (f" ({place})" if place else "")

    def text(self) -> str:
        """The problem in words."""
        lines = [f"{self.title}.", self.sentence]
        lines += [f"Expected: {self.members['expected']}"] if "expected" in self.members else []
        return "\n".join(line for line in lines if line) + "\n"

    def response(self, accept: str | None) -> Response:
        """The problem as a response, in text when the client would rather have text."""
        from starlette.responses import Response

        headers = {"Cache-Control": "no-store", **self.headers}
        if prefers(_TEXT, _AS_JSON, accept):
            return Response(self.text(), self.status, headers, media_type="text/plain")
        body = json.dumps(self.document(), ensure_ascii=False).encode()
        return Response(body, self.status, headers, media_type=_JSON.media_type)


def of_error(error: RdfkitError) -> Problem:
    """The problem that an error is to a client. Paths of the server's machine are not told."""
    fields = {"line": error.line, "column": error.column, "parameter": error.key, "expected": error.expected}
    members = {key: value for key, value in fields.items() if value is not None}
    for kind, status, name, title in _KINDS:
        if isinstance(error, kind):
            return Problem(status, name, title, error.message, members)
    return Problem(400, "request", "The request cannot be answered", error.message, members)


def bad_request(detail: str, name: str = "request") -> Problem:
    """A request that does not follow the protocol."""
    return Problem(400, name, "The request does not follow the protocol", detail)


def overloaded() -> Problem:
    """All workers are taken, and too many requests wait."""
    return Problem(
        503,
        "overloaded",
        "The service is busy",
        "All workers are taken, and the queue is full or slow. Try again in a moment.",
        headers={"Retry-After": "2"},
    )


def too_many() -> Problem:
    """One client has too many requests at once."""
    return Problem(
        429,
        "too-many-requests",
        "Too many requests at once",
        "Wait for your other requests to end, then try again.",
        headers={"Retry-After": "2"},
    )


def client_gone() -> Problem:
    """Nobody waits for the answer any more. Only the log sees this."""
    return Problem(499, "client-gone", "The client closed the connection")


def stopping() -> Problem:
    """The server has been told to stop."""
    return Problem(503, "stopping", "The service is being stopped", headers={"Retry-After": "10"})


def crashed() -> Problem:
    """A worker has ended in the middle of a job, and not at its deadline."""
    return Problem(
        507,
        "worker-ended",
        "The query brought its worker down",
        "Most often it needed more memory than it may have. Ask for less at once: add conditions or a LIMIT.",
    )


def timed_out(limit: float) -> Problem:
    """A job has been stopped at its deadline, so many seconds after its beginning."""
    return Problem(
        504,
        "time-limit",
        "The query took too long",
        f"It was stopped after {limit:g} seconds. Ask for less: add conditions or a LIMIT.",
    )
