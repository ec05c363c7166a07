"""What a connection may cost before its request gets to the application: bytes, seconds, and requests in advance.

uvicorn takes request lines and headers of any length (and joins their parts anew with each part), waits for the rest of
a request without end, and keeps as many requests as a client cares to send ahead. Each of the three lets one client
stop the server. `GuardedProtocol` is uvicorn's protocol with these limits.
"""

from __future__ import annotations

import asyncio
import sys
from collections import Counter
from typing import ClassVar

from httptools import HttpParserUpgrade, HttpRequestParser
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

if sys.platform != "win32":
    import resource

# The longest query, percent-encoded, and the headers; how much of a request may be neither body nor complete.
_MOST_OVERHEAD = 256 << 10
# A chunk of a body can be one byte with five around it.
_OVERHEAD_OF_BODY = 8
_MOST_AHEAD = 16
# Requests of one client that have come in part; a reverse proxy counts as one, and sends requests whole.
_MOST_PARTIAL = 64
# Files that the server has open besides connections and the answers that they wait for.
_OTHER_FILES = 256


class GuardedProtocol(HttpToolsProtocol):
    """One connection. It is closed when a request takes too long or too much to arrive, or too many come at once, and
    when there are too many connections, the one that has been silent for longest.
    """

    # Set by `guarded_protocol`.
    seconds = 30.0
    most_connections = 1000
    # How many requests of each client have come in part.
    partial: ClassVar[Counter[str]] = Counter()

    _timer: asyncio.TimerHandle | None = None
    _began = 0.0
    _overhead = 0
    _is_partial = False
    _received = b""

    @property
    def _offers_upgrade(self) -> bool:
        """Whether a request offers to go on in another protocol, as Java's client does with HTTP/2."""
        return bool(self.parser.should_upgrade()) and self.parser.get_method() != b"CONNECT"

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Takes a new connection, or refuses it."""
        super().connection_made(transport)
        self._began = self.loop.time()
        if len(self.connections) > self.most_connections:
            self._make_room()
        self._start_timer()

    def connection_lost(self, exc: Exception | None) -> None:
        """Lets go of a connection."""
        self._stop_timer()
        self._set_partial(False)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Takes what a client sends."""
        self._start_timer()
        self._overhead += len(data)
        self._received = data
        super().data_received(data)
        if self._is_partial and self._overhead > _MOST_OVERHEAD and not self.transport.is_closing():
            self.send_400_response("The request is too long")

    def on_message_begin(self) -> None:
        """Begins a request."""
        self._set_partial(True)
        self._overhead = 0
        self._start_timer()
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """Has a request answered, in its turn."""
        if self._offers_upgrade:
            return
        super().on_headers_complete()
        if len(self.pipeline) > _MOST_AHEAD:
            self.pipeline.clear()
            self.transport.abort()

    def on_body(self, body: bytes) -> None:
        """Takes a part of a body."""
        self._overhead -= _OVERHEAD_OF_BODY * len(body)
        super().on_body(body)

    def on_message_complete(self) -> None:
        """Ends a request."""
        if self._offers_upgrade:
            return
        self._set_partial(False)
        self._overhead = 0
        self._stop_timer()
        super().on_message_complete()

    def _unsupported_upgrade_warning(self) -> None:
        """Takes a request that offers another protocol for one that does not: RFC 9110, section 7.8.

        httptools stops at the end of its head, so without this its body would be lost.
        """
        error = sys.exception()
        if not self._offers_upgrade or not isinstance(error, HttpParserUpgrade):
            return
        version = self.parser.get_http_version().encode()
        lines = [b"%b %b HTTP/%b" % (self.parser.get_method(), self.url, version)]
        lines += [b"%b: %b" % pair for pair in self.headers if pair[0] != b"upgrade"]
        rest = self._received[error.args[0] :]
        self.parser = HttpRequestParser(self)
        self.data_received(b"\r\n".join([*lines, b"", rest]))

    def _start_timer(self) -> None:
        if self._timer is None:
            self._timer = self.loop.call_later(self.seconds, self._end)

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _end(self) -> None:
        self._timer = None
        # Some clients send a line break after a request. That is no reason to break off its answer.
        if self._is_partial or not self._is_answering:
            self.transport.abort()

    @property
    def _is_answering(self) -> bool:
        return self.cycle is not None and not self.cycle.response_complete

    def _set_partial(self, is_partial: bool) -> None:
        """Begins or ends a request. The bodies of too many at once would fill the memory."""
        host = self.client[0] if self.client else ""
        self.partial[host] += is_partial - self._is_partial
        self._is_partial = is_partial
        if self.partial[host] > _MOST_PARTIAL:
            self.transport.abort()
        elif not self.partial[host]:
            del self.partial[host]

    def _make_room(self) -> None:
        """Closes the connection that has asked for nothing for longest, this one if all others wait for answers."""
        others = [
            one
            for one in self.connections
            if isinstance(one, GuardedProtocol)
            and one is not self
            and not one._is_answering
            and not one.transport.is_closing()
        ]
        oldest = min(others, key=lambda one: one._began, default=self)
        oldest.transport.abort()


def guarded_protocol(seconds: float, connections: int) -> type[GuardedProtocol]:
    """The protocol with so many seconds for a request to arrive, and so many connections at once."""
    limits = {"seconds": seconds, "most_connections": connections, "partial": Counter()}
    return type("Guarded", (GuardedProtocol,), limits)


def allow_connections() -> int:
    """How many connections there may be. Has the system allow this process as many open files as it may have."""
    if sys.platform == "win32":
        return 500
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = 1 << 16 if most == resource.RLIM_INFINITY else min(most, 1 << 16)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    # Beside each connection the answer that it waits for can be in a file.
    return max((most - _OTHER_FILES) // 2, 16)
