"""Responses of HTTP: whether they are a success, and their bodies, within bounds."""

from __future__ import annotations

import email.utils
import re
import time
import zlib
from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass, field

import httpcore2

from rdfkit.errors import RemoteError

KEPT_HEADERS = (
    "etag", "last-modified", "cache-control", "age", "vary", "x-sparql-maxrows", "x-sql-state", "x-sql-message"
)  # fmt: skip
_BUSY = frozenset({429, 503})
_TOO_SLOW = frozenset({408, 504})
# Blazegraph and Virtuoso say in the text of an error 500 that the time of a query is over.
_SAYS_TIMEOUT = re.compile(r"timeout|timed out|execution time", re.IGNORECASE)
_FAILURE_BYTES = 4096
# Bytes that come from a decompressor at a time, so that a bomb is seen before it goes off.
_PIECE = 262_144
_GZIP_OR_ZLIB = 47


@dataclass(frozen=True, slots=True)
class Reply:
    """A successful response: its media type, its whole body, uncompressed, and the headers of `KEPT_HEADERS`.

    `ends_by_closing`: the response did not say how long it is, so that a broken connection looks like its end.
    """

    media_type: str
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)
    ends_by_closing: bool = False


def shown(text: str) -> str:
    """What an endpoint says, as a short text of one line that can stand on a terminal."""
    line = " ".join("".join(each if each.isprintable() else " " for each in text).split())
    return line if len(line) <= 200 else line[:199] + "…"


class Busy(Exception):
    """The endpoint refuses for load, and may have said when to come again."""

    def __init__(self, status: int, seconds: float | None) -> None:
        super().__init__(status)
        self.status = status
        self.seconds = seconds


def read_response(
    response: httpcore2.Response, url: str, most: int, success: Container[int] = (200,)
) -> Reply | None:
    """A response as a reply, or None for 304. Reads until `most` bytes of body. `success` are the statuses of one.

    Raises Busy, and RemoteError for whatever else is no success.
    """
    headers = {
        name.decode("latin-1").lower(): value.decode("latin-1").strip() for name, value in response.headers
    }
    status = response.status
    if status == 304:
        return None
    if status in _BUSY:
        raise Busy(status, _seconds(headers.get("retry-after")))
    if status not in success:
        raise _failure(response, headers, url)
    media_type = headers.get("content-type", "").partition(";")[0].strip().lower()
    body = b"".join(_pieces(response, headers, url, most))
    return Reply(
        media_type=media_type,
        body=body,
        headers={name: headers[name] for name in KEPT_HEADERS if name in headers},
        ends_by_closing="content-length" not in headers and "transfer-encoding" not in headers,
    )


def _failure(response: httpcore2.Response, headers: Mapping[str, str], url: str) -> RemoteError:
    status = response.status
    if 300 <= status < 400:
        place = shown(headers.get("location", "nowhere"))
        return RemoteError.of(
            "status", url, f"redirects ({status}) to {place}, which is not followed", status
        )
    said = _beginning(response, headers, url)
    kind = "timeout" if status in _TOO_SLOW or (status == 500 and _SAYS_TIMEOUT.search(said)) else "status"
    is_page = "html" in headers.get("content-type", "").lower()
    error = RemoteError.of(
        kind, url, f"answers {status}{': ' + shown(said) if said and not is_page else ''}", status
    )
    error.challenge = headers.get("www-authenticate", "") if status == 401 else ""
    return error


def _beginning(response: httpcore2.Response, headers: Mapping[str, str], url: str) -> str:
    """How the text of an error begins."""
    found = b""
    try:
        for piece in _pieces(response, headers, url, None):
            found += piece[:_FAILURE_BYTES]
            if len(found) >= _FAILURE_BYTES:
                break
    except RemoteError:  # compressed in a way that cannot be read: the status says what matters
        return ""
    return found[:_FAILURE_BYTES].decode("utf-8", "replace")


def _pieces(
    response: httpcore2.Response, headers: Mapping[str, str], url: str, most: int | None
) -> Iterator[bytes]:
    """The body, uncompressed, piece by piece, each of a bounded size.

    Raises RemoteError: `too-large` beyond `most` bytes, `malformed` for what is compressed in another way or cut short.
    """
    length = headers.get("content-length", "")
    if most is not None and length.isascii() and length.isdigit() and int(length) > most:
        raise _too_large(url, most)
    total = 0
    for piece in _uncompressed(response, headers.get("content-encoding", ""), url):
        total += len(piece)
        if most is not None and total > most:
            raise _too_large(url, most)
        yield piece


def _uncompressed(response: httpcore2.Response, coding: str, url: str) -> Iterator[bytes]:
    if coding.lower() in ("", "identity"):
        yield from response.iter_stream()
        return
    if coding.lower() not in ("gzip", "x-gzip", "deflate"):
        raise RemoteError.of(
            "malformed", url, f"compressed its answer in a way not asked for: {shown(coding)}"
        )
    unpacker = zlib.decompressobj(_GZIP_OR_ZLIB)
    for chunk in response.iter_stream():
        left = chunk
        while left and not unpacker.eof:
            try:
                yield unpacker.decompress(left, _PIECE)
            except zlib.error as error:
                raise RemoteError.of(
                    "malformed", url, f"sent an answer whose compression is broken: {error}"
                ) from error
            left = unpacker.unconsumed_tail
        if left or unpacker.unused_data:
            raise RemoteError.of("malformed", url, "sent something after the end of its compressed answer")
    while not unpacker.eof and (rest := unpacker.decompress(b"", _PIECE)):
        yield rest
    if not unpacker.eof:
        raise RemoteError.of("malformed", url, "sent a compressed answer that is cut short")


def _too_large(url: str, most: int) -> RemoteError:
    return RemoteError.of("too-large", url, f"sent more than {most:,} bytes")


def _seconds(retry_after: str | None) -> float | None:
    """The seconds of a Retry-After header (RFC 9110, 10.2.3): a number or a date. None when it says nothing."""
    if retry_after is None:
        return None
    if retry_after.isascii() and retry_after.isdigit():
        return float(retry_after[:9])
    try:
        return max(0.0, email.utils.parsedate_to_datetime(retry_after).timestamp() - time.time())
    except (ValueError, TypeError, OverflowError):
        return None
