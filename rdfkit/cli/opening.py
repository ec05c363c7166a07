"""What several verbs open before they work: stores, endpoints, log-ins."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import rdfkit
from rdfkit.errors import SourceError

if TYPE_CHECKING:
    from rdfkit.endpoints.auth import Credentials
    from rdfkit.endpoints.session import Network
    from rdfkit.pipeline.linkset import Thresholds
    from rdfkit.publishing.targets import Target
    from rdfkit.store import StoreProtocol


def refuse_rdf(sources: Iterable[str]) -> None:
    """Raises SourceError for an RDF file among sources that are to be pages, and says what takes it."""
    from rdfkit.rdf.formats import of_file

    for source in sources:
        if of_file(Path(source)) is not None:
            raise SourceError(
                "is RDF, not a page", path=source, expected="pages; `rdfkit load` takes RDF files"
            )


@contextmanager
def sources_or_store(
    sources: list[str] | None,
    store: Path,
    endpoint: str | None,
    registry: Path | None,
    lexicon: list[Path],
    quiet: bool,
) -> Iterator[tuple[StoreProtocol, int]]:
    """The graph that a command is about, or one that is made of sources for the time being, and the exit code of that.

    Raises SourceError when no source can be read.
    """
    from rdfkit.cli.progress import progress
    from rdfkit.publishing.export import source_store

    if not sources:
        with open_graph(store, endpoint, open_network(registry)) as opened:
            yield opened, 0
        return
    refuse_rdf(sources)
    with (
        progress(quiet) as advance,
        source_store(sources, lexicons=lexicon, progress=advance) as (made, done),
    ):
        for path, reasons in done.refused.items():
            sys.stderr.write(f"left out: {path}: {'; '.join(reasons)}\n")
        if not done.switched:
            raise SourceError(
                "no page can be read, so nothing is written",
                path=", ".join(map(str, sources)),
                expected="pages with front matter",
            )
        yield made, done.exit_code


def index_names(store: Path) -> None:
    """Makes the index of names of a store, if it is not there. Raises StoreError, LabelError."""
    from rdfkit.entities.index.files import ensure_labels

    with rdfkit.open_store(store) as opened:
        ensure_labels(opened)


def open_graph(store: Path, endpoint: str | None, network: Network | None) -> StoreProtocol:
    """The graph that a command is about."""
    return (
        rdfkit.open_store(store)
        if endpoint is None
        else rdfkit.open_endpoint(endpoint, network, sends_service=True)
    )


def open_network(registry: Path | None) -> Network | None:
    """How an endpoint is asked for all that it has; None for the usual way."""
    if registry is None:
        return None
    from rdfkit.endpoints.remote_store import READING
    from rdfkit.endpoints.session import Network

    return Network(registry, limits=READING)


def checked_endpoint(name_or_url: str, registry: Path | None) -> str:
    """The URL of an endpoint that answers."""
    with rdfkit.open_endpoint(name_or_url, open_network(registry)) as opened:
        return opened.endpoint.url


def given_credentials(
    token_file: Path | None, user: str | None, password_file: Path | None, method: str
) -> Credentials:
    """The log-in for a store that is to be changed: from options, files and the environment."""
    from rdfkit.endpoints.auth import read_credentials

    environment = dict(os.environ)
    if method != "rdfkit":
        # It is the token of our own server, and for nobody else.
        environment.pop("RDFKIT_TOKEN", None)
    return read_credentials(token_file, user, password_file, environment)


def open_target(
    to: str, method: str, credentials: Credentials, endpoint: str | None, update: str | None
) -> Target:
    """The store that is to be changed. Raises PublishError for an unknown kind of store."""
    from rdfkit.publishing.targets import Target, find_kind

    return Target(find_kind(method), to, credentials, endpoint, update)


def link_thresholds() -> Thresholds:
    """The usual thresholds of `--link`. Raises LinkError without scipy."""
    from rdfkit.pipeline.linkset import Thresholds, require_scipy

    # Before the build and not after it.
    require_scipy()
    return Thresholds()
