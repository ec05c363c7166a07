"""`rdfkit query`: a question to the store, or to an endpoint."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

import rdfkit
from rdfkit.cli import completion, ending
from rdfkit.cli.opening import open_graph
from rdfkit.cli.options import (
    DEFAULT_STORE,
    OTHERS,
    AnswerFormat,
    AtEndpoint,
    Cache,
    Contact,
    Output,
    Quiet,
    Registry,
    StorePath,
)
from rdfkit.cli.output import say, write
from rdfkit.cli.places import answer_suffixes, chosen_format, refuse_without_effect
from rdfkit.errors import ParameterError
from rdfkit.publishing.files import try_place

if TYPE_CHECKING:
    from rdfkit.sparql.results import Account

# Options that only matter where other endpoints are asked.
_OF_OTHERS = ("ledger", "require_complete", "bridge", "contact", "cache", "record", "replay", "registry")


def query(
    context: typer.Context,
    query: Annotated[
        str,
        typer.Argument(
            help="A name from `rdfkit queries`, a .rq file, SPARQL, or - for stdin.",
            autocompletion=completion.queries,
        ),
    ],
    param: Annotated[
        list[str],
        typer.Option(
            "-p",
            "--param",
            metavar="K=V",
            help="A parameter of the query. Repeatable.",
            autocompletion=completion.parameters,
        ),
    ] = [],  # noqa: B006
    store: StorePath = DEFAULT_STORE,
    format: Annotated[
        AnswerFormat | None,
        typer.Option(
            "-f", "--format", help="Default: the suffix of FILE, a table on a terminal, CSV in a pipe."
        ),
    ] = None,
    output: Output = None,
    exit_status: Annotated[
        bool, typer.Option("--exit-status", help="ASK: exit with 0 for yes, 1 for no.")
    ] = False,
    strict: Annotated[
        bool, typer.Option("--strict", help="Refuse what is not SPARQL 1.1, also if it could be repaired.")
    ] = False,
    federate: Annotated[
        bool,
        typer.Option(
            "--federate", help="Ask the endpoints that the query names by SERVICE.", rich_help_panel=OTHERS
        ),
    ] = False,
    explain: Annotated[
        bool,
        typer.Option(
            "--explain",
            help="Show what would be asked of which endpoint, and ask none.",
            rich_help_panel=OTHERS,
        ),
    ] = False,
    endpoint: AtEndpoint = None,
    ledger: Annotated[
        Path | None,
        typer.Option(
            "--ledger", metavar="FILE", help="Write what was asked, as JSON.", rich_help_panel=OTHERS
        ),
    ] = None,
    require_complete: Annotated[
        bool,
        typer.Option(
            "--require-complete",
            help="Fail when an endpoint may have cut its answer.",
            rich_help_panel=OTHERS,
        ),
    ] = False,
    bridge: Annotated[
        bool,
        typer.Option(
            "--bridge/--no-bridge", help="Write identifiers as an endpoint does.", rich_help_panel=OTHERS
        ),
    ] = True,
    contact: Contact = None,
    cache: Cache = None,
    record: Annotated[
        Path | None,
        typer.Option("--record", metavar="DIR", help="Record what endpoints answer.", rich_help_panel=OTHERS),
    ] = None,
    replay: Annotated[
        Path | None,
        typer.Option(
            "--replay", metavar="DIR", help="Answer from a recording, ask nobody.", rich_help_panel=OTHERS
        ),
    ] = None,
    registry: Registry = None,
    timeout: Annotated[
        float | None,
        typer.Option("--timeout", metavar="SECONDS", min=0.001, help="Give up after so long: exit code 124."),
    ] = None,
    quiet: Quiet = False,
) -> None:
    """Ask the store. Prefixes of the data model need not be declared.

    Queries in Virtuoso's looser dialect are repaired, and an empty answer is explained, both on stderr. Other endpoints
    are asked with --federate or --endpoint alone; the ledger on stderr says what they gave, and whether it was all.

    Examples: rdfkit query figures-with-gene --param gene=IL6 · rdfkit query 'SELECT * { ?s a wp:Pathway }'
    """
    from rdfkit.cli import query_output, query_plan
    from rdfkit.sparql.query import QueryText

    if not (federate or explain or endpoint is not None):
        refuse_without_effect(context, _OF_OTHERS, "without --federate or --endpoint")
    wanted = chosen_format(output, format, answer_suffixes(), [query])
    if ledger is not None:
        try_place(ledger, [query])
    found, values = query_output.find(query, sys.stdin.read), _parameters(param)
    if endpoint is None and query_output.names_terms(found, values):
        with open_graph(store, None, None) as opened:
            values = query_output.with_terms(found, values, opened)
    bound = QueryText(rdfkit.bind(found, values))
    for one in found.parameters:
        if one.name not in values:
            say(f"{one.name}={one.default} (default; --param {one.name}=… says another)", quiet)
    network = None
    if federate or explain or endpoint is not None:
        from rdfkit.endpoints.federation import Options
        from rdfkit.endpoints.session import Network

        network = Network(
            registry, None, contact, cache, record, replay, require_complete, options=Options(bridge=bridge)
        )
    with ending.time_limit(timeout), open_graph(store, endpoint, network) as opened:
        if network is not None and endpoint is None and explain:
            sys.stdout.write(query_plan.plan_text(network.explain(opened, bound)))
            raise typer.Exit()
        federated = network if endpoint is None else None
        with query_output.errors_of(found, bound):
            answer = federated.federate(opened, bound) if federated else opened.query(bound, strict=strict)
        _write_ledger(answer.ledger, ledger, quiet)
        with query_output.output_stream(output) as stream:
            chosen = wanted.value if wanted else query_output.default_format(answer, stream)
            content = query_output.write_answer(answer, chosen, stream)
        # Of the data of others we do not know what they might have meant.
        if not quiet and (endpoint is None or "reconciliation" in opened.metadata):
            sys.stderr.write(query_output.remarks(answer.repairs, content, bound, opened))
    raise typer.Exit(query_output.exit_status(answer) if exit_status else 0)


def _write_ledger(ledger: Account | None, path: Path | None, quiet: bool) -> None:
    if ledger is None:
        return
    if path is not None:
        write(json.dumps(ledger.to_json(), ensure_ascii=False, indent=1).encode() + b"\n", path)
    if not quiet or not ledger.is_complete:
        sys.stderr.write(ledger.render())


def _parameters(texts: list[str]) -> dict[str, str]:
    pairs = [text.partition("=") for text in texts]
    for key, equals, _ in pairs:
        if not equals:
            raise ParameterError("a parameter has no value", key=key, expected="--param name=value")
    given = {key: value for key, _, value in pairs}
    for key in given:
        if (number := sum(key == other for other, _, _ in pairs)) > 1:
            raise ParameterError(f"the parameter is given {number} times", key=key, expected="one value")
    return given
