"""Where the graph is that the server shows: the folder of a store, or the URL of an endpoint that has it."""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path

from rdfkit.errors import RemoteError, StoreError
from rdfkit.store import StoreProtocol, current_build, open_store

Origin = Path | str
"""A folder, or the URL of an endpoint."""


def read_origin(text: str | Path) -> Origin:
    """The origin that a text means."""
    shown = str(text)
    return shown if shown.startswith(("http://", "https://")) else Path(text)


def open_origin(origin: Origin, folder: Path | None = None) -> StoreProtocol:
    """The graph of an origin. `folder` is where the index of labels of an endpoint is kept.

    Raises StoreError, RemoteError when an endpoint fails.
    """
    if isinstance(origin, Path):
        return open_store(origin)
    # A worker starts with each build, and one on a folder needs no client of endpoints.
    from rdfkit.endpoints.remote_store import open_endpoint

    return open_endpoint(origin, folder=folder)


def current(origin: Origin) -> str | None:
    """What the current build of an origin is called, as `store.current_build` says it. Raises StoreError."""
    if isinstance(origin, Path):
        return current_build(origin)
    from rdfkit.endpoints.client import RemoteLimits
    from rdfkit.endpoints.remote_store import open_endpoint
    from rdfkit.endpoints.session import Network

    # Who stops the server does not wait for an endpoint.
    limits = RemoteLimits(request_seconds=10, query_seconds=10, retries=0)
    try:
        with open_endpoint(origin, Network(limits=limits)) as opened:
            return str(opened.metadata["name"])
    except RemoteError as error:
        raise StoreError(str(error), path=origin) from error


async def find_current(origin: Origin) -> str | None:
    """As `current`, without keeping the event loop while an endpoint is asked."""
    return current(origin) if isinstance(origin, Path) else await asyncio.to_thread(current, origin)


def remove_labels(folder: Path, build: str) -> None:
    """Removes from the folder for the labels of an endpoint those of all builds but one."""
    from rdfkit.endpoints.remote_store import folder_name

    for path in folder.iterdir():
        if path.name != folder_name(build):
            shutil.rmtree(path, ignore_errors=True)
