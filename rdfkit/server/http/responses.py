"""Sends the answer to a job: headers, caching by build, and a body that is whole or visibly broken off."""

from __future__ import annotations

import asyncio
import hashlib
import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from rdfkit.server import problems
from rdfkit.server.workers.pool import Pool
from rdfkit.server.workers.reply import BrokenAnswerError, Job, Reply

# A query with one of these gives another answer each time.
_CHANGING = re.compile(r"\b(?:rand|now|uuid|struuid|bnode)\b", re.IGNORECASE | re.ASCII)
# Most jobs end before this, and then nobody has to look whether the client is still there.
_SOON = 0.2
# The last bits of an IPv6 address are free to whoever has the first ones.
_OF_ONE_CLIENT = 64
_TEXT = ("text/", "application/sparql-results+xml", "application/xml")


@dataclass(slots=True)
class Record:
    """What the log and the metrics tell of a request, filled in while it is handled."""

    query: str | None = None
    rows: int | None = None
    build: str | None = None
    problem: str | None = None


def record(request: Request) -> Record:
    """The record of a request, made with the first call."""
    found: Record = request.scope.setdefault("rdfkit.record", Record())
    return found


def client_of(request: Request) -> str:
    """Who sends a request: the IP address, of IPv6 the part that one household or company has."""
    host = request.client.host if request.client else ""
    try:
        address = ipaddress.IPv6Address(host)
    except ValueError:
        return host
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(ipaddress.IPv6Address(int(address) >> _OF_ONE_CLIENT << _OF_ONE_CLIENT))


def is_constant(text: str) -> bool:
    """Whether a query gives the same answer as long as the data is the same."""
    return _CHANGING.search(text) is None


@dataclass(frozen=True, slots=True)
class Delivery:
    """Answers a request by having a job done, as an ASGI application. Raises Problem when there is no answer.

    If the answer is `cached`, clients may keep it and ask whether the store has a new build (RFC 9110, section 13).
    """

    request: Request
    pool: Pool
    job: Job
    headers: Mapping[str, str]
    cached: bool

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Has the job done and sends the answer."""
        request, pool = self.request, self.pool
        with pool.visit(client_of(request)):
            common = {"Vary": "Accept, Accept-Encoding", **self.headers}
            known = _validators(request, pool)
            if self.cached and has_tag(request, known["ETag"]):
                await Response(None, 304, {**common, **known})(scope, receive, send)
                return
            may_keep = self.cached and _is_reading(request)
            reply = pool.answered.find(known["ETag"]) if may_keep else None
            if reply is None:
                reply = await run_watched(pool, self.job, request)
            is_current = self.cached and reply.build == pool.build
            common |= _validators(request, pool) if is_current else {"Cache-Control": "no-store"}
            if may_keep and is_current:
                pool.answered.keep(common["ETag"], reply)
            if is_current and is_fresh(request, pool.built):
                await _let_go(reply)
                await Response(None, 304, common)(scope, receive, send)
                return
            if reply.body is not None:
                record(request).rows = reply.stats["rows"]
            await _send(request, send, reply, {**reply.head["headers"], **common}, pool.settings.send_timeout)


async def run_watched(pool: Pool, job: Job, request: Request) -> Reply:
    """Does a job, and stops it when the client goes away. Raises Problem."""
    running = asyncio.create_task(pool.run(job, client_of(request)))
    watching: asyncio.Task[None] | None = None
    try:
        await asyncio.wait({running}, timeout=_SOON)
        if not running.done():
            watching = asyncio.create_task(_disconnected(request))
            await asyncio.wait({running, watching}, return_when=asyncio.FIRST_COMPLETED)
        if not running.done():
            raise problems.client_gone()
        reply = await running
    finally:
        running.cancel()
        if watching is not None:
            watching.cancel()
    record(request).build = reply.build
    return reply


def entity_tag(request: Request, build: str) -> str:
    """A weak entity tag: the build, and everything in the request that the answer depends on."""
    # The address of the server stands in descriptions and in relative IRIs.
    parts = [str(request.base_url), request.url.path, request.url.query]
    parts += [request.headers.get(name, "") for name in ("accept", "accept-encoding")]
    digest = hashlib.sha256("\n".join([build, *parts]).encode()).hexdigest()
    return f'W/"{digest[:24]}"'


def has_tag(request: Request, tag: str) -> bool:
    """Whether the client names this entity tag in If-None-Match, so that it has had the answer from this server."""
    # Compared weakly, by RFC 9110, section 8.8.3.2.
    known = request.headers.get("if-none-match", "").split(",")
    return _is_reading(request) and tag.removeprefix("W/") in (
        one.strip().removeprefix("W/") for one in known
    )


def is_fresh(request: Request, built: str) -> bool:
    """Whether the client needs no answer of this build, provided that there is one: by `If-None-Match: *`, or by
    If-Modified-Since without If-None-Match (RFC 9110, section 13.2.2).
    """
    if not _is_reading(request):
        return False
    known = request.headers.get("if-none-match")
    if known is not None:
        return known.strip() == "*"
    return is_later(built, request.headers.get("if-modified-since", "")) is False


def is_later(built: str, date: str) -> bool | None:
    """Whether a build is later than a date of HTTP, by the second; None when it is no date."""
    try:
        found = parsedate_to_datetime(date)
    except (ValueError, OverflowError):
        return None
    # A date without a time zone is none of HTTP.
    return _second(built) > found if found.tzinfo is not None else None


def _is_reading(request: Request) -> bool:
    return request.method in ("GET", "HEAD")


async def _let_go(reply: Reply) -> None:
    """Lets go of an answer that nobody needs, at its end, since its worker would not outlive another."""
    if reply.rest is not None:
        await asyncio.wait({reply.rest})
    reply.discard()


def _validators(request: Request, pool: Pool) -> dict[str, str]:
    modified = format_datetime(_second(pool.built), usegmt=True)
    return {"ETag": entity_tag(request, pool.build), "Last-Modified": modified, "Cache-Control": "no-cache"}


def _second(built: str) -> datetime:
    return datetime.fromisoformat(built).astimezone(UTC).replace(microsecond=0)


async def _disconnected(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass


async def _send(
    request: Request, send: Send, reply: Reply, headers: Mapping[str, str], timeout: float
) -> None:
    media_type = reply.head["media_type"]
    charset = "; charset=utf-8" if media_type.startswith(_TEXT) and ";" not in media_type else ""
    headers = {**headers, "Content-Type": f"{media_type}{charset}"}
    if reply.head["encoding"]:
        headers["Content-Encoding"] = reply.head["encoding"]
    if reply.body is not None:
        headers["Content-Length"] = str(len(reply.body))
    raw = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]
    try:
        await send({"type": "http.response.start", "status": 200, "headers": raw})
        if reply.body is not None:
            body = b"" if request.method == "HEAD" else reply.body
            await send({"type": "http.response.body", "body": body})
        elif request.method == "HEAD":
            await send({"type": "http.response.body"})
        else:
            await _send_parts(request, reply, send, timeout)
    except (BrokenAnswerError, TimeoutError, RuntimeError) as error:
        # Leaving without the end of the body has the connection closed, which no client takes for a whole answer.
        # RuntimeError is uvloop's word for a connection that has been closed already.
        record(request).problem = _why(error)
    finally:
        reply.discard()
        record(request).rows = reply.stats.get("rows")


def _why(error: Exception) -> str:
    if isinstance(error, BrokenAnswerError):
        return error.problem.name
    return "slow-client" if isinstance(error, TimeoutError) else "client-gone"


async def _send_parts(request: Request, reply: Reply, send: Send, timeout: float) -> None:
    if reply.spool is None or reply.rest is None:
        return
    rest, watching = reply.rest, asyncio.create_task(_disconnected(request))
    # What is sent to a client that has gone goes nowhere, so nothing else would stop the job.
    watching.add_done_callback(lambda _: rest.cancel())
    try:
        async for part in reply.spool.parts():
            async with asyncio.timeout(timeout):
                await send({"type": "http.response.body", "body": part, "more_body": True})
        await send({"type": "http.response.body"})
    finally:
        watching.cancel()
