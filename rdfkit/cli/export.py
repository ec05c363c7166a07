"""`rdfkit export`: the graph as files, and releases."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rdfkit.cli.opening import sources_or_store
from rdfkit.cli.options import DEFAULT_STORE, AtEndpoint, Lexicons, Quiet, RdfFormat, Registry, StorePath
from rdfkit.cli.output import say, write
from rdfkit.cli.places import chosen_format, rdf_suffixes, refuse_without_effect

if TYPE_CHECKING:
    from rdfkit.store import StoreProtocol


def export(
    context: typer.Context,
    sources: Annotated[
        list[str] | None,
        typer.Argument(help="Pages to export straight; default: the store.", show_default=False),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", metavar="FILE|DIR", help="A file; with --per-page a folder."),
    ] = None,
    format: Annotated[
        RdfFormat | None,
        typer.Option("-f", "--format", help="Default: what the suffix of FILE says, else Turtle."),
    ] = None,
    per_page: Annotated[
        bool, typer.Option("--per-page", help="One file per page, in the folder of -o.")
    ] = False,
    schema_org: Annotated[
        Path | None,
        typer.Option(
            "--schema-org",
            metavar="DIR",
            help="The schema.org block of each page, as JSON-LD, in this folder.",
        ),
    ] = None,
    release: Annotated[
        Path | None,
        typer.Option("--release", metavar="DIR", help="A release for WikiPathways' loader, with --date."),
    ] = None,
    date: Annotated[
        str | None, typer.Option("--date", metavar="DAY", help="The day of the release: 2026-11-20.")
    ] = None,
    base_url: Annotated[
        str | None,
        typer.Option("--base-url", metavar="URL", help="Where the files of the release will lie, for DCAT."),
    ] = None,
    sparql_endpoint: Annotated[
        str | None,
        typer.Option(
            "--sparql-endpoint", metavar="URL", help="The endpoint that serves the release, for VoID."
        ),
    ] = None,
    previous: Annotated[
        str | None, typer.Option("--previous", metavar="DAY", help="The day of the release before this one.")
    ] = None,
    store: StorePath = DEFAULT_STORE,
    lexicon: Lexicons = [],  # noqa: B006
    endpoint: AtEndpoint = None,
    registry: Registry = None,
    quiet: Quiet = False,
) -> None:
    """Write the graph, from the store or straight from pages.

    Examples: rdfkit export -o graph.ttl · rdfkit export seeds/ --format trig · rdfkit export --per-page -o out/ ·
    rdfkit export --release out/ --date 2026-11-20 --base-url https://data.example.org/20261120/
    """
    from rdfkit.cli import query_output
    from rdfkit.publishing.export import self_contained, write_pages
    from rdfkit.rdf.formats import of_name
    from rdfkit.rdf.quads import sorted_quads
    from rdfkit.rdf.serializer import serialize

    unused = ("store", "endpoint", "registry") if sources else ("lexicon",)
    refuse_without_effect(context, unused, "with pages" if sources else "without pages")
    if schema_org is not None:
        if output is not None or format is not None or per_page or release is not None or date is not None:
            raise typer.BadParameter(
                "--schema-org has its own files: leave out -o, --format, --per-page, --release"
            )
        from rdfkit.publishing.schema_org import write_blocks

        with sources_or_store(sources, store, endpoint, registry, lexicon, quiet) as (opened, code):
            say(f"{len(write_blocks(opened, schema_org))} files in {schema_org}", quiet)
        raise typer.Exit(code)
    told = {"base_url": base_url, "sparql_endpoint": sparql_endpoint, "previous": previous}
    if release is not None or date is not None:
        if output is not None or format is not None or per_page:
            raise typer.BadParameter("a release has its own files: leave out -o, --format and --per-page")
        with sources_or_store(sources, store, endpoint, registry, lexicon, quiet) as (opened, code):
            _write_release(opened, release, date, told, quiet)
        raise typer.Exit(code)
    if any(told.values()):
        raise typer.BadParameter(
            "--base-url, --sparql-endpoint and --previous are of a release: add --release"
        )
    if per_page and output is None:
        raise typer.BadParameter("--per-page needs a folder: -o DIR")
    by_name = format if per_page else chosen_format(output, format, rdf_suffixes(), sources or ())
    chosen = of_name(by_name or RdfFormat.TURTLE)
    with sources_or_store(sources, store, endpoint, registry, lexicon, quiet) as (found, code):
        quads = sorted_quads(self_contained(found) if per_page else found.quads())
    if per_page and output is not None:
        written = write_pages(quads, output, chosen)
        say(f"{len(written)} files in {output}", quiet)
    elif output is not None:
        write(serialize(quads, chosen), output)
    else:
        with query_output.output_stream(None) as stream:
            stream.write(serialize(quads, chosen))
    raise typer.Exit(code)


def _write_release(
    opened: StoreProtocol, folder: Path | None, date: str | None, told: Mapping[str, str | None], quiet: bool
) -> None:
    from rdfkit.cli.progress import progress
    from rdfkit.publishing.release.description import Publication
    from rdfkit.publishing.release.release import MANIFEST, read_date, write_release

    if folder is None or date is None:
        raise typer.BadParameter("--release DIR and --date DAY go together")
    day, before = read_date(date), told["previous"]
    publication = Publication(
        base_url=told["base_url"],
        sparql_endpoint=told["sparql_endpoint"],
        previous=read_date(before, "--previous") if before is not None else None,
    )
    with progress(quiet) as advance:
        done = write_release(opened, folder, day, advance, publication)
    say(f"{len(done.files)} files and {MANIFEST} in {folder}", quiet)
