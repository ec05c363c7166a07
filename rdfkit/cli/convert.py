"""`rdfkit convert`: shards of N-Quads, on this machine or on a cluster."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from rdfkit.cli.options import Lexicons, Ontologies, Quiet, Sources, Tables
from rdfkit.errors import BuildError

if TYPE_CHECKING:
    from rdfkit.pipeline.distributed.dask_cluster import Cluster


def convert(
    sources: Sources,
    to: Annotated[
        str, typer.Option("--to", metavar="PLACE", help="A folder, or a URL such as s3://bucket/folder.")
    ],
    tables: Tables = [],  # noqa: B006 - typer copies it
    lexicon: Lexicons = [],  # noqa: B006
    ontology: Ontologies = [],  # noqa: B006
    keep_invalid: Annotated[bool, typer.Option("--keep-invalid", help="Keep pages with violations.")] = False,
    shard_pages: Annotated[int, typer.Option("--shard-pages", min=1, help="Pages to a shard.")] = 1000,
    plain: Annotated[bool, typer.Option("--plain", help="Do not gzip the shards.")] = False,
    scheduler: Annotated[
        str | None,
        typer.Option("--scheduler", metavar="ADDRESS", help="Have the work done by this cluster of Dask."),
    ] = None,
    quiet: Quiet = False,
) -> None:
    """Convert and check pages into shards of N-Quads with a manifest; what is there already is not made again.

    Examples: rdfkit convert seeds/ --to shards/ · rdfkit convert s3://site/pages --to s3://site/shards
    --scheduler tcp://10.0.0.1:8786
    """
    from rdfkit.cli.progress import progress
    from rdfkit.pipeline.distributed.convert import convert_to
    from rdfkit.pipeline.processes import in_processes

    with progress(quiet) as advance:
        manifest = convert_to(
            sources,
            to,
            lexicons=lexicon,
            tables=tables,
            ontologies=ontology,
            keep_invalid=keep_invalid,
            shard_pages=shard_pages,
            compress=not plain,
            run=in_processes if scheduler is None else _cluster(scheduler),
            progress=advance,
        )
    if not quiet:
        found = ", ".join(f"{count} {name}s" for name, count in manifest.findings.items())
        sys.stdout.write(
            f"{sum(manifest.pages.values()):,} pages, {manifest.quads:,} quads in {len(manifest.shards):,} shards"
            f" at {to}; {found}\n"
        )
    raise typer.Exit(1 if manifest.findings["violation"] else 0)


def _cluster(address: str) -> Cluster:
    try:
        from rdfkit.pipeline.distributed.dask_cluster import Cluster
    except ModuleNotFoundError as error:
        raise BuildError(
            "a cluster needs a package that is not installed",
            key=error.name,
            expected="pip install 'rdfkit[dask]'",
        ) from error
    return Cluster(address)
