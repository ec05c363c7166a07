"""What the parts of the server share: the pool of workers, the settings, and who may write."""

from __future__ import annotations

import asyncio
import hmac
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from starlette.requests import Request

from rdfkit.endpoints.session import Network
from rdfkit.errors import PreconditionError, SettingError, StoreError
from rdfkit.server.http.responses import Delivery, client_of, is_later
from rdfkit.server.negotiation import choose_encoding
from rdfkit.server.problems import Problem, of_error
from rdfkit.server.settings import Settings
from rdfkit.server.workers.pool import Pool
from rdfkit.server.workers.reply import Job, Reply

# As many bytes as nobody guesses.
_SHORTEST_TOKEN = 32


class Service:
    """One server: its pool, its settings, the token that updates need (None: there are no updates), and the endpoints
    that its queries may ask.
    """

    def __init__(self, pool: Pool, settings: Settings, token: str | None, network: Network) -> None:
        self.pool = pool
        self.settings = settings
        self.token = check_token(token)
        self.network = network
        self._changing = asyncio.Lock()

    def answer(
        self,
        request: Request,
        name: str,
        arguments: Mapping[str, Any],
        format: str | None = None,
        *,
        headers: Mapping[str, str] = MappingProxyType({}),
        cached: bool = True,
    ) -> Delivery:
        """What answers a request by a job, in the format that is named or else accepted, with further headers."""
        coding = choose_encoding(request.headers.get("accept-encoding"))
        job = Job(name, arguments, request.headers.get("accept"), format, coding)
        return Delivery(request, self.pool, job, headers, cached)

    def asking(self) -> dict[str, object]:
        """Which endpoints a job may ask (None: none) and how many seconds it has, among its arguments."""
        network = self.network
        services: dict[str, object] | None = None
        if network.allowed:
            registry = str(network.registry) if network.registry else None
            services = {"allowed": list(network.allowed), "registry": registry, "contact": network.contact}
        return {"services": services, "seconds": self.settings.time_limit}

    def address(self, request: Request) -> str:
        """The address of this server as the client knows it, without a slash at the end."""
        return self.settings.base_url.rstrip("/") or str(request.base_url).rstrip("/")

    def authorize(self, request: Request) -> None:
        """Raises Problem when a request may not write."""
        if self.token is None:
            raise Problem(
                403,
                "read-only",
                "This service is read-only",
                "Updates are taken only by a server started with --allow-update.",
            )
        scheme, _, given = request.headers.get("authorization", "").partition(" ")
        # Compared in a time that does not tell how much of it was right.
        right = hmac.compare_digest(given.strip().encode("utf-8", "replace"), self.token.encode())
        if scheme.lower() != "bearer" or not right:
            raise Problem(
                401,
                "token",
                "An update needs the token of this service",
                "Send it as: Authorization: Bearer TOKEN",
                headers={"WWW-Authenticate": 'Bearer realm="rdfkit"'},
            )

    async def change(self, request: Request, name: str, arguments: Mapping[str, Any]) -> Reply:
        """Changes the store by a job, one after the other; when this returns, all further answers show it.

        Raises Problem, also when the request wants the store as it was and it has changed (RFC 9110, section 13.1).
        """
        job = Job(name, arguments, time=self.settings.update_time)
        with self.pool.visit(client_of(request)):
            async with self._changing:
                _check_unchanged(request, self.pool.built)
                reply = await self.pool.run(job, client_of(request))
                try:
                    await self.pool.reload()
                except StoreError as error:
                    raise of_error(error) from error
        return reply


def _check_unchanged(request: Request, built: str) -> None:
    tags, date = request.headers.get("if-match"), request.headers.get("if-unmodified-since", "")
    # If-Match compares strongly, and the entity tags of this server are weak: the order of rows is not promised.
    if (tags is not None and tags.strip() != "*") or (tags is None and is_later(built, date)):
        raise of_error(
            PreconditionError("the store may have changed; If-Unmodified-Since takes its Last-Modified")
        )


def check_token(token: str | None) -> str | None:
    """The token as it is. Raises SettingError for one that could be guessed."""
    if token is not None and len(token.encode()) < _SHORTEST_TOKEN:
        raise SettingError(
            "the token for updates is too short", key="token", expected=f"at least {_SHORTEST_TOKEN} bytes"
        )
    return token
