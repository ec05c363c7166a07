"""The entry point: all verbs in the order of their help, and errors as one line and an exit code."""

from __future__ import annotations

import os
import sys
from typing import NoReturn

from rdfkit.cli import ending
from rdfkit.cli.app import SHORT, app
from rdfkit.cli.audit import audit
from rdfkit.cli.build import build
from rdfkit.cli.convert import convert
from rdfkit.cli.endpoints import endpoints
from rdfkit.cli.export import export
from rdfkit.cli.fix import fix
from rdfkit.cli.info import info
from rdfkit.cli.link import link
from rdfkit.cli.load import load
from rdfkit.cli.mcp import mcp
from rdfkit.cli.publish import publish
from rdfkit.cli.queries import queries
from rdfkit.cli.query import query
from rdfkit.cli.serve import serve
from rdfkit.cli.validate import validate
from rdfkit.errors import QueryRefusedError, RdfkitError

# The groups of the help, with their verbs in order.
_VERBS = {
    "Make": (build, validate, fix, link, audit, convert, load),
    "Ask": (query, queries, endpoints, info),
    "Serve and hand on": (serve, mcp, export, publish),
}
for _group, _members in _VERBS.items():
    for _verb in _members:
        app.command(epilog=SHORT, rich_help_panel=_group)(_verb)


def main() -> None:
    """Runs the command line; every error becomes one line on stderr and its exit code."""
    ending.prepare_streams()
    try:
        with ending.answering_signals():
            app()
    except RdfkitError as error:
        _fail(error)
    except Exception as error:
        # A code of its own, or a crash would pass for a violation.
        if os.environ.get(ending.TRACEBACK):
            raise
        ending.tell(ending.crash(error))
        sys.exit(ending.CRASHED)


def _fail(error: RdfkitError) -> NoReturn:
    hint = "; see `rdfkit queries`" if error.message.startswith("no query is named") else ""
    if isinstance(error, QueryRefusedError) and error.key == "service":
        hint = "; --federate lets it ask the endpoints that it names, --explain shows what it would ask"
    ending.tell(f"{error}{hint}")
    sys.exit(error.exit_code)
