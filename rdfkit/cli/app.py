"""The command line: one verb per job, arguments and then one call into the library."""

from __future__ import annotations

import sys
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from rdfkit.cli import ending
from rdfkit.version import __version__

EXIT_CODES = """\
Exit codes: 0 done, warnings at most · 1 violations, "no" with --exit-status, a failed audit · 2 bad use, or an output
that cannot be written · 3 a source could not be read · 4 the store could not be opened or written · 5 an endpoint
failed · 70 a fault of rdfkit · 124 --timeout was reached · 130, 143 stopped."""

# Below the help of each verb.
SHORT = "Exit codes: `rdfkit --help`, or docs/exit-codes.md."


class _Verbs(TyperGroup):
    """The verbs. Whoever reads their output may go before its end, as `head` does: that is no error. Who stops them is
    told how to go on.
    """

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:  # noqa: ANN401 - as below
        """Reads the arguments; `help` and `help VERB` are what many try first."""
        return super().parse_args(ctx, [*args[1:2], "--help"] if args[:1] == ["help"] else args)

    def invoke(self, ctx: Any) -> Any:  # noqa: ANN401 - its type is no public one of typer
        """Runs the verb."""
        try:
            try:
                return super().invoke(ctx)
            finally:
                sys.stdout.flush()
        except BrokenPipeError:
            ending.give_up(sys.stdout)
            raise typer.Exit from None
        except OSError as error:
            raise ending.output_error(error) or error from error
        except KeyboardInterrupt as stop:
            ending.tell(ending.STOPPED)
            terminated = isinstance(stop, ending.Terminated)
            raise typer.Exit(ending.TERMINATED if terminated else ending.INTERRUPTED) from None


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
            "-V",
            "--version",
            help="Print the version and stop.",
            is_eager=True,
            callback=lambda on: _version(on),
        ),
    ] = False,
) -> None:
    """Takes the options that stand before the verb."""


def _version(on: bool) -> None:
    if on:
        sys.stdout.write(f"rdfkit {__version__}\n")
        raise typer.Exit()
