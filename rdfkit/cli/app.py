"""The command line: one verb per job, arguments and then one call into the library."""

from __future__ import annotations

import os
import sys
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from rdfkit.version import __version__

EXIT_CODES = """\
Exit codes: 0 done, warnings at most · 1 violations, "no" with --exit-status, a failed audit · 2 bad use · 3 a source
could not be read · 4 the store could not be opened or written · 5 an endpoint failed."""


class _Verbs(TyperGroup):
    """The verbs. Whoever reads their output may go before its end, as `head` does: that is no error."""

    def invoke(self, ctx: Any) -> Any:  # noqa: ANN401 - its type is no public one of typer
        """Runs the verb."""
        try:
            try:
                return super().invoke(ctx)
            finally:
                sys.stdout.flush()
        except BrokenPipeError:
            # What is still in a buffer goes nowhere, or Python would try to write it once more at its end.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise typer.Exit from None


app = typer.Typer(
    name="rdfkit",
    cls=_Verbs,
    help="Pages of PFOCR and WikiPathways as a validated RDF graph that answers SPARQL.",
    epilog=EXIT_CODES,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback()
def _root(
    version: Annotated[
        bool,
        typer.Option(
            "--version", help="Print the version and stop.", is_eager=True, callback=lambda on: _version(on)
        ),
    ] = False,
) -> None:
    """Takes the options that stand before the verb."""


def _version(on: bool) -> None:
    if on:
        sys.stdout.write(f"rdfkit {__version__}\n")
        raise typer.Exit()
