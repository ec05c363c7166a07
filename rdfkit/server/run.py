"""Runs the application under uvicorn until it is told to stop."""

from __future__ import annotations

import asyncio
import logging
import os
import socket
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

import uvicorn
from starlette.applications import Starlette

from rdfkit.errors import SettingError, StoreError

TOKEN_VARIABLE = "RDFKIT_TOKEN"  # noqa: S105 - the name of the variable
_LAST_PORT = 65_535


def read_token(file: Path | None, environment: Mapping[str, str] = os.environ) -> str:
    """The token for updates, from a file or else from the environment variable RDFKIT_TOKEN.

    Raises SettingError when there is none, or the file cannot be read.
    """
    if file is None:
        token = environment.get(TOKEN_VARIABLE, "").strip()
        if not token:
            raise SettingError(
                "updates need a token", key=TOKEN_VARIABLE, expected=f"{TOKEN_VARIABLE} or --token-file FILE"
            )
        return token
    try:
        return file.read_text(encoding="utf-8").strip()
    except OSError as error:
        raise SettingError(f"cannot be read: {error.strerror}", path=str(file)) from error
    except UnicodeDecodeError as error:
        raise SettingError("is not a text", path=str(file)) from error


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens at an address; port 0 takes any free one. Raises SettingError when it is taken, or none."""
    if not 0 <= port <= _LAST_PORT:
        # The system would take what is left of it after division by 65,536.
        raise SettingError(
            "there is no such port", key="port", value=str(port), expected=f"0 to {_LAST_PORT}"
        )
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        family, kind, protocol, _, address = found[0]
        listening = socket.socket(family, kind, protocol)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(address)
    except OSError as error:
        raise SettingError(
            f"cannot listen at {host}:{port}: {error.strerror}", key="port", value=str(port)
        ) from error
    return listening


def address_of(listening: socket.socket) -> str:
    """The address of a socket as people type it."""
    host, port = listening.getsockname()[:2]
    return f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/"


def serve(
    app: Starlette, listening: socket.socket, *, drain_time: float, request_time: float, log_requests: bool
) -> None:
    """Serves until SIGTERM or SIGINT; then lets running requests end. The log goes to stderr.

    A request that has not wholly arrived after `request_time` seconds has its connection closed.

    Raises StoreError when the application cannot be started.
    """
    logging.basicConfig(format="%(message)s", level=logging.WARNING)
    logging.getLogger("rdfkit").setLevel(logging.INFO)
    logging.getLogger("rdfkit.access").setLevel(logging.INFO if log_requests else logging.ERROR)
    logging.getLogger("uvicorn.error").addFilter(lambda message: _failure(app) is None and _is_news(message))
    config = uvicorn.Config(
        app,
        http=_protocol(request_time),
        ws="none",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=int(drain_time) + 1,
        h11_max_incomplete_event_size=1 << 17,
    )
    try:
        uvicorn.Server(config).run(sockets=[listening])
    except SystemExit:
        # So newer versions of uvicorn end when the application has not started; older ones return.
        if _failure(app) is None:
            raise
    failure = _failure(app)
    if failure is not None:
        raise failure


def _failure(app: Starlette) -> StoreError | None:
    """Why the application could not be started."""
    found = getattr(app.state, "failure", None)
    return found if isinstance(found, StoreError) else None


def _protocol(request_time: float) -> type[asyncio.Protocol] | Literal["h11"]:
    try:
        from rdfkit.server.http.connection_limits import allow_connections, guarded_protocol
    except ImportError:  # httptools is not for Windows; h11 has a limit on headers by itself
        return "h11"
    return guarded_protocol(request_time, allow_connections())


def _is_news(message: logging.LogRecord) -> bool:
    """Whether uvicorn says something that the log of requests does not: a broken answer stands there."""
    return not message.getMessage().startswith("ASGI callable returned without completing response")
