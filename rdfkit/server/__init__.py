"""The HTTP server: SPARQL 1.1 Protocol, Graph Store Protocol, and pages for people.

`create_app(store, settings)` gives an ASGI application. One process takes the requests and never reads the graph;
worker processes do, one job at a time, and can be stopped at any moment.

    http/                        requests → jobs, and answers as they are sent
    workers/                     who waits, who runs, which build answers; the other process: a job → an answer
    negotiation.py problems.py   which format; what went wrong
    views/ templates/ assets/    pages
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rdfkit.server.app import create_app

__all__ = ["create_app", "mcp", "run", "settings"]


def __getattr__(name: str) -> object:
    # A worker is a module of this package, and starts without what HTTP needs.
    if name != "create_app":
        raise AttributeError(f"module 'rdfkit.server' has no attribute {name!r}")
    from rdfkit.server.app import create_app

    return create_app
