"""`rdfkit serve`: the store over HTTP."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from rdfkit.cli import completion, ending
from rdfkit.cli.opening import checked_endpoint, refuse_rdf
from rdfkit.cli.options import DEFAULT_STORE, AtEndpoint, Contact, Quiet, Registry, ReportFormat, StorePath
from rdfkit.cli.output import print_report, say
from rdfkit.report import Severity


def serve(
    sources: Annotated[
        list[str], typer.Argument(help="Pages to build the store from first.", show_default=False)
    ] = [],  # noqa: B006
    store: StorePath = DEFAULT_STORE,
    host: Annotated[str, typer.Option("--host", help="Address to listen at.")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", help="Port to listen at; 0 takes a free one.")] = 7878,
    workers: Annotated[
        int | None, typer.Option("--workers", min=1, help="Processes that answer. Default: one a core.")
    ] = None,
    allow_update: Annotated[
        bool, typer.Option("--allow-update", help="Take updates from whoever sends the token.")
    ] = False,
    token_file: Annotated[
        Path | None, typer.Option("--token-file", metavar="FILE", help="The token, if not RDFKIT_TOKEN.")
    ] = None,
    config: Annotated[Path | None, typer.Option("--config", metavar="FILE", help="Settings as TOML.")] = None,
    setting: Annotated[
        list[str],
        typer.Option(
            "--set",
            metavar="NAME=VALUE",
            help="One setting. Repeatable.",
            autocompletion=completion.settings,
        ),
    ] = [],  # noqa: B006
    show_settings: Annotated[
        bool, typer.Option("--show-settings", help="List the settings with their values, and stop.")
    ] = False,
    allow_service: Annotated[
        list[str],
        typer.Option(
            "--allow-service", metavar="NAME|URL", help="Let queries ask this endpoint. Repeatable."
        ),
    ] = [],  # noqa: B006
    endpoint: AtEndpoint = None,
    contact: Contact = None,
    registry: Registry = None,
    quiet: Quiet = False,
) -> None:
    """Serve a SPARQL endpoint and its pages, read-only, on this machine alone unless told otherwise.

    A new build of the store is served as soon as it is there. Stops at Ctrl-C or SIGTERM, when running requests have
    ended. Examples: rdfkit serve · rdfkit serve seeds/ --port 8080 · rdfkit serve --set time_limit=10 ·
    rdfkit serve --endpoint http://localhost:8890/sparql
    """
    from rdfkit.server.settings import describe_settings, read_settings

    chosen = [*setting, *([f"workers={workers}"] if workers is not None else [])]
    settings = read_settings(config, chosen)
    if show_settings:
        sys.stdout.write(describe_settings(settings))
        return
    from rdfkit.endpoints.session import Network
    from rdfkit.server import create_app, run
    from rdfkit.store import open_store

    token = run.read_token(token_file) if allow_update else None
    network = Network(registry, tuple(allow_service), contact)
    for name in allow_service:
        network.find(name)
    if endpoint is not None and (allow_update or sources):
        raise typer.BadParameter(
            "what is behind an endpoint is not built or updated here: see rdfkit publish"
        )
    origin = checked_endpoint(endpoint, registry) if endpoint is not None else store
    application = create_app(origin, settings, token, network)
    # Whoever waits for a build should not then hear that the port is taken.
    refuse_rdf(sources)
    listening = run.listen(host, port)
    if sources:
        from rdfkit.cli.progress import progress
        from rdfkit.pipeline.build import build as build_store

        with progress(quiet) as advance:
            done = build_store(sources, store, progress=advance)
        if not quiet:
            print_report(done.report, ReportFormat.TEXT, Severity.WARNING, sys.stderr)
    if endpoint is None:
        open_store(store).close()
    say(f"serving {origin} at {run.address_of(listening)}", quiet=False)
    ending.leave_signals_alone()
    # The application says what is wrong with a slow body; what it does not read is ended a little later.
    try:
        run.serve(
            application,
            listening,
            drain_time=settings.drain_time,
            request_time=settings.body_timeout + 5,
            log_requests=not quiet,
        )
    except KeyboardInterrupt:
        # It has ended as it should; there is nothing to go on with.
        raise typer.Exit(ending.INTERRUPTED) from None
