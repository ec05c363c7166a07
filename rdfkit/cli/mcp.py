"""`rdfkit mcp`: the store as tools for language models."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from rdfkit.cli import ending
from rdfkit.cli.opening import checked_endpoint
from rdfkit.cli.options import DEFAULT_STORE, AtEndpoint, StorePath
from rdfkit.errors import SettingError


def mcp(
    store: StorePath = DEFAULT_STORE,
    endpoint: AtEndpoint = None,
    config: Annotated[Path | None, typer.Option("--config", metavar="FILE", help="Settings as TOML.")] = None,
    setting: Annotated[
        list[str], typer.Option("--set", metavar="NAME=VALUE", help="One setting. Repeatable.")
    ] = [],  # noqa: B006
) -> None:
    """Serve the store to a language model: the Model Context Protocol on stdin and stdout.

    Answers have at most 1,000 rows and 200,000 bytes, unless set otherwise. Example, as the command of an MCP client:
    rdfkit mcp --store rdfkit-store
    """
    from rdfkit.server.settings import Settings, read_settings
    from rdfkit.store import open_store

    try:
        from rdfkit.server.mcp import create_tools
    except ModuleNotFoundError as error:
        raise SettingError("this needs the package mcp: pip install 'rdfkit[mcp]'") from error
    settings = read_settings(config, setting, Settings(workers=1, max_rows=1000, max_bytes=200_000))
    if endpoint is None:
        open_store(store).close()
    ending.leave_signals_alone()
    create_tools(checked_endpoint(endpoint, None) if endpoint else store, settings).run("stdio")
