"""TODO: what rdfkit.cli.main.main is for."""

from __future__ import annotations

import sys
from typing import NoReturn

from rdfkit.cli.app import app
from rdfkit.errors import QueryError, QueryRefusedError, RdfkitError


def main() -> None:
    """Runs the command line; every rdfkit error becomes one line on stderr and its exit code."""
    try:
        app()
    except RdfkitError as error:
        _fail(error)


def _fail(error: RdfkitError) -> NoReturn:
    hint = "; see `rdfkit queries`" if type(error) is QueryError and error.expected else ""
    if isinstance(error, QueryRefusedError) and error.key == "service":
        hint = "; --federate lets it ask the endpoints that it names, --explain shows what it would ask"
    sys.stderr.write(f"rdfkit: {error}{hint}\n")
    sys.exit(error.exit_code)
