"""The command line: one verb per job, arguments and then one call into the library."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn, TextIO

import typer
from typer.core import TyperGroup

import rdfkit
from rdfkit.errors import (
    BuildError,
    ParameterError,
    QueryError,
    QueryRefusedError,
    RdfkitError,
    RemoteError,
    SettingError,
)

if TYPE_CHECKING:
    from rdfkit.answers import Account
    from rdfkit.credentials import Credentials
    from rdfkit.network import Network
    from rdfkit.pipeline.distributed.dask_cluster import Cluster
    from rdfkit.pipeline.linkset import Linkset, Thresholds
    from rdfkit.pipeline.summary import Build
    from rdfkit.publishing import Publication
    from rdfkit.report import Report
    from rdfkit.store import StoreProtocol
    from rdfkit.targets import Target

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


class ReportFormat(StrEnum):
    """How a report is written."""

    TEXT = "text"
    JSON = "json"
    SARIF = "sarif"
    GITHUB = "github"
    TURTLE = "turtle"


class RdfFormat(StrEnum):
    """How a graph is written."""

    TURTLE = "turtle"
    TRIG = "trig"
    NQUADS = "nquads"
    NTRIPLES = "ntriples"
    JSONLD = "jsonld"
    RDFXML = "rdfxml"


class AnswerFormat(StrEnum):
    """How the answer to a query is written."""

    TABLE = "table"
    CSV = "csv"
    TSV = "tsv"
    JSON = "json"
    XML = "xml"
    TURTLE = "turtle"
    NTRIPLES = "ntriples"
    JSONLD = "jsonld"


class AuditFormat(StrEnum):
    """How an audit is written."""

    TEXT = "text"
    JSON = "json"


class EngineName(StrEnum):
    """What checks against shapes."""

    RDFKIT = "rdfkit"
    PYSHACL = "pyshacl"


class SeverityName(StrEnum):
    """The severities of SHACL, worst first."""

    VIOLATION = "violation"
    WARNING = "warning"
    INFO = "info"


Sources = Annotated[
    list[str],
    typer.Argument(
        help="Pages, folders of pages, archives, or URLs: see docs/scaling.md.", show_default=False
    ),
]
EngineOption = Annotated[
    EngineName, typer.Option("--engine", help="What checks. Both give the same; pyshacl takes longer.")
]
StorePath = Annotated[Path, typer.Option("--store", metavar="DIR", help="The folder of the store.")]
Lexicons = Annotated[
    list[Path],
    typer.Option(
        "--lexicon", metavar="FILE", help="HGNC complete set or NCBI gene_info, gzipped or not. Repeatable."
    ),
]
Tables = Annotated[
    list[str],
    typer.Option(
        "--tables", metavar="DIR", help="Companion tables, beside the _data of each page. Repeatable."
    ),
]
Ontologies = Annotated[
    list[Path],
    typer.Option(
        "--ontology", metavar="FILE", help="Terms with their hierarchy: OBO, OWL or Turtle. Repeatable."
    ),
]
MinShared = Annotated[int, typer.Option("--min-shared", min=1, help="Least number of shared genes.")]
MinJaccard = Annotated[
    float, typer.Option("--min-jaccard", min=0, max=1, help="Least Jaccard index of the two gene sets.")
]
MaxAdjustedP = Annotated[
    float,
    typer.Option("--max-adjusted-p", min=0, max=1, help="Highest adjusted p-value (Benjamini-Hochberg)."),
]
Quiet = Annotated[bool, typer.Option("-q", "--quiet", help="Only results and errors.")]
Verbose = Annotated[bool, typer.Option("-v", "--verbose", help="Say more: every finding, infos too.")]
Contact = Annotated[
    str | None, typer.Option("--contact", metavar="TEXT", help="Whom the endpoints may write to.")
]
Cache = Annotated[
    Path | None, typer.Option("--cache", metavar="DIR", help="Keep answers for as long as endpoints allow.")
]
Registry = Annotated[
    Path | None, typer.Option("--endpoints", metavar="FILE", help="Further endpoints, as TOML.")
]
AtEndpoint = Annotated[
    str | None, typer.Option("--endpoint", metavar="NAME|URL", help="Ask this endpoint, not the store.")
]
Method = Annotated[
    str, typer.Option("--method", metavar="KIND", help="The kind of store: see docs/publish.md.")
]
UpdateAt = Annotated[
    str | None, typer.Option("--update", metavar="URL", help="Where it takes updates, if not there.")
]
User = Annotated[str | None, typer.Option("--user", metavar="NAME", help="Who asks, for --password-file.")]
PasswordFile = Annotated[
    Path | None,
    typer.Option("--password-file", metavar="FILE", help="The password, if not RDFKIT_PASSWORD."),
]
TargetToken = Annotated[Path | None, typer.Option("--token-file", metavar="FILE", help="A token.")]
Output = Annotated[
    Path | None, typer.Option("-o", "--output", metavar="FILE", help="Write here, not to the screen.")
]

DEFAULT_STORE = Path("rdfkit-store")
# Of more findings the command line shows the beginning.
_SHOWN_FINDINGS = 200


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


@app.command(epilog=EXIT_CODES)
def build(
    sources: Sources,
    store: StorePath = DEFAULT_STORE,
    tables: Tables = [],  # noqa: B006 - typer copies it
    lexicon: Lexicons = [],  # noqa: B006
    ontology: Ontologies = [],  # noqa: B006
    link: Annotated[
        bool, typer.Option("--link", help="Link figures to pathways, as `rdfkit link` does.")
    ] = False,
    keep_invalid: Annotated[bool, typer.Option("--keep-invalid", help="Keep pages with violations.")] = False,
    engine: EngineOption = EngineName.RDFKIT,
    full: Annotated[
        bool,
        typer.Option("--full", help="Begin anew; default: change what changed, or go on where it stopped."),
    ] = False,
    watch: Annotated[
        bool,
        typer.Option(
            "--watch",
            help="Build again whenever a source changes, until Ctrl-C, which ends it with exit code 0.",
        ),
    ] = False,
    report: Annotated[
        Path | None, typer.Option("--report", metavar="FILE", help="Write the report here.")
    ] = None,
    report_format: Annotated[
        ReportFormat, typer.Option("--report-format", help="Form of the report.")
    ] = ReportFormat.TEXT,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Build the store from pages: read, map, validate, load, and switch it in when it is whole.

    Built again, only what changed is done; a build that was stopped goes on where it was. Pages with violations stay
    out and are listed. Examples: rdfkit build seeds/ · rdfkit build --watch pages/
    """
    from rdfkit.pipeline.build import build as build_store
    from rdfkit.progress import progress
    from rdfkit.validation import Engine

    def run(full: bool) -> Build:
        with progress(quiet) as advance:
            return build_store(
                sources,
                store,
                lexicons=lexicon,
                tables=tables,
                ontologies=ontology,
                thresholds=_thresholds() if link else None,
                keep_invalid=keep_invalid,
                engine=Engine(engine),
                full=full,
                progress=advance,
            )

    if watch:
        from rdfkit.pipeline.watch import watch as watched

        for done in watched(partial(run, False), [*sources, *tables]):
            _tell_watch(done, quiet)
        return
    done = run(full)
    if report is not None:
        _write(_rendered(done.report, report_format).encode(), report)
    if not quiet:
        _print_findings(done, verbose)
        sys.stdout.write(_summary(done, store))
    raise typer.Exit(done.exit_code)


@app.command(epilog=EXIT_CODES)
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
    from rdfkit.pipeline.distributed.convert import convert_to
    from rdfkit.pipeline.processes import in_processes
    from rdfkit.progress import progress

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


@app.command(epilog=EXIT_CODES)
def load(
    place: Annotated[str, typer.Argument(help="Where `rdfkit convert` has put its shards.")],
    store: StorePath = DEFAULT_STORE,
    lexicon: Lexicons = [],  # noqa: B006 - typer copies it
    ontology: Ontologies = [],  # noqa: B006
    link: Annotated[
        bool, typer.Option("--link", help="Link figures to pathways, as `rdfkit link` does.")
    ] = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Build the store from shards: the same store as `rdfkit build` makes of the pages.

    Name the lexicons and ontologies of the conversion again. Example: rdfkit load s3://site/shards
    """
    from rdfkit.pipeline.build import load as load_shards
    from rdfkit.progress import progress

    with progress(quiet) as advance:
        done = load_shards(
            place,
            store,
            lexicons=lexicon,
            ontologies=ontology,
            thresholds=_thresholds() if link else None,
            progress=advance,
        )
    if not quiet:
        _print_report(done.report, ReportFormat.TEXT, "info" if verbose else "warning", sys.stderr)
        sys.stdout.write(_summary(done, store))
    raise typer.Exit(done.exit_code)


@app.command(epilog=EXIT_CODES)
def validate(
    sources: Annotated[
        list[Path], typer.Argument(help="Pages, folders of pages, or RDF files.", show_default=False)
    ],
    shapes: Annotated[
        list[Path] | None,
        typer.Option("--shapes", metavar="FILE", help="SHACL to use in place of ours. Repeatable."),
    ] = None,
    engine: EngineOption = EngineName.RDFKIT,
    format: Annotated[ReportFormat, typer.Option("--format", help="Form of the report.")] = ReportFormat.TEXT,
    severity: Annotated[
        SeverityName, typer.Option("--severity", help="Leave out what is milder.")
    ] = SeverityName.INFO,
    output: Output = None,
    quiet: Quiet = False,
) -> None:
    """Check pages or RDF files against the shapes; every finding leads back to file and line.

    Examples: rdfkit validate seeds/ · rdfkit validate --format sarif -o report.sarif pages/ ·
    rdfkit validate --shapes mine.ttl data.ttl
    """
    from rdfkit.pipeline.validate import validate as check
    from rdfkit.progress import progress
    from rdfkit.report import Severity
    from rdfkit.validation import Engine

    with progress(quiet) as advance:
        found = check(sources, shapes=shapes, engine=Engine(engine), progress=advance)
    if output is not None:
        _write(_rendered(found.at_least(Severity(severity)), format).encode(), output)
    else:
        _print_report(found, format, severity, sys.stdout)
    unreadable = any(result.rule == "page-unreadable" for result in found.results)
    raise typer.Exit(3 if unreadable else 0 if found.conforms else 1)


@app.command(epilog=EXIT_CODES)
def query(
    query: Annotated[
        str, typer.Argument(help="A name from `rdfkit queries`, a .rq file, SPARQL, or - for stdin.")
    ],
    param: Annotated[
        list[str], typer.Option("--param", metavar="K=V", help="A parameter of the query. Repeatable.")
    ] = [],  # noqa: B006
    store: StorePath = DEFAULT_STORE,
    format: Annotated[
        AnswerFormat | None, typer.Option("--format", help="Default: a table on a terminal, CSV in a pipe.")
    ] = None,
    output: Output = None,
    exit_status: Annotated[
        bool, typer.Option("--exit-status", help="ASK: exit with 0 for yes, 1 for no.")
    ] = False,
    strict: Annotated[
        bool, typer.Option("--strict", help="Refuse what is not SPARQL 1.1, also if it could be repaired.")
    ] = False,
    federate: Annotated[
        bool, typer.Option("--federate", help="Ask the endpoints that the query names by SERVICE.")
    ] = False,
    explain: Annotated[
        bool, typer.Option("--explain", help="Show what would be asked of which endpoint, and ask none.")
    ] = False,
    endpoint: AtEndpoint = None,
    ledger: Annotated[
        Path | None, typer.Option("--ledger", metavar="FILE", help="Write what was asked, as JSON.")
    ] = None,
    require_complete: Annotated[
        bool, typer.Option("--require-complete", help="Fail when an endpoint may have cut its answer.")
    ] = False,
    bridge: Annotated[
        bool, typer.Option("--bridge/--no-bridge", help="Write identifiers as an endpoint does.")
    ] = True,
    contact: Contact = None,
    cache: Cache = None,
    record: Annotated[
        Path | None, typer.Option("--record", metavar="DIR", help="Record what endpoints answer.")
    ] = None,
    replay: Annotated[
        Path | None, typer.Option("--replay", metavar="DIR", help="Answer from a recording, ask nobody.")
    ] = None,
    registry: Registry = None,
    quiet: Quiet = False,
) -> None:
    """Ask the store. Prefixes of the data model need not be declared.

    Queries in Virtuoso's looser dialect are repaired, and an empty answer is explained, both on stderr. Other endpoints
    are asked with --federate or --endpoint alone; the ledger on stderr says what they gave, and whether it was all.

    Examples: rdfkit query figures-with-gene --param gene=IL6 · rdfkit query 'SELECT * { ?s a wp:Pathway }'
    """
    from rdfkit import asking
    from rdfkit.query import QueryText

    bound = QueryText(rdfkit.bind(asking.find(query, sys.stdin.read), _parameters(param)))
    network = None
    if federate or explain or endpoint is not None:
        from rdfkit.federation import Options
        from rdfkit.network import Network

        network = Network(
            registry, None, contact, cache, record, replay, require_complete, options=Options(bridge=bridge)
        )
    with _opened(store, endpoint, network) as opened:
        if network is not None and endpoint is None and explain:
            sys.stdout.write(asking.plan_text(network.explain(opened, bound)))
            raise typer.Exit()
        federated = network if endpoint is None else None
        answer = federated.federate(opened, bound) if federated else opened.query(bound, strict=strict)
        _write_ledger(answer.ledger, ledger, quiet)
        with asking.output_stream(output) as stream:
            chosen = format.value if format else asking.default_format(answer, stream)
            content = asking.write_answer(answer, chosen, stream)
        # Of the data of others we do not know what they might have meant.
        if not quiet and (endpoint is None or "reconciliation" in opened.metadata):
            sys.stderr.write(asking.remarks(answer.repairs, content, bound, opened))
    raise typer.Exit(asking.exit_status(answer) if exit_status else 0)


@app.command(epilog=EXIT_CODES)
def queries(
    name: Annotated[str | None, typer.Argument(help="A query of the library.", show_default=False)] = None,
    turtle: Annotated[
        bool, typer.Option("--turtle", help="All queries as RDF: sh:SPARQLExecutable, as SIB publishes them.")
    ] = False,
    endpoint: Annotated[
        str | None, typer.Option("--endpoint", metavar="URL", help="With --turtle: where they can be run.")
    ] = None,
) -> None:
    """List the library of queries, or show one: its text, parameters and an example call."""
    from rdfkit import asking

    if turtle:
        sys.stdout.buffer.write(asking.queries_as_turtle(rdfkit.library().values(), endpoint))
        return
    sys.stdout.write(
        asking.describe_query(rdfkit.find_query(name)) if name else asking.list_queries(rdfkit.library())
    )


@app.command(epilog=EXIT_CODES)
def serve(
    sources: Annotated[
        list[Path], typer.Argument(help="Pages to build the store from first.", show_default=False)
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
        list[str], typer.Option("--set", metavar="NAME=VALUE", help="One setting. Repeatable.")
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
    from rdfkit.settings import describe_settings, read_settings

    chosen = [*setting, *([f"workers={workers}"] if workers is not None else [])]
    settings = read_settings(config, chosen)
    if show_settings:
        sys.stdout.write(describe_settings(settings))
        return
    from rdfkit.network import Network
    from rdfkit.server import create_app, running
    from rdfkit.store import open_store

    token = running.read_token(token_file) if allow_update else None
    network = Network(registry, tuple(allow_service), contact)
    for name in allow_service:
        network.find(name)
    if endpoint is not None and (allow_update or sources):
        raise typer.BadParameter(
            "what is behind an endpoint is not built or updated here: see rdfkit publish"
        )
    origin = _checked_endpoint(endpoint, registry) if endpoint is not None else store
    application = create_app(origin, settings, token, network)
    # Whoever waits for a build should not then hear that the port is taken.
    listening = running.listen(host, port)
    if sources:
        from rdfkit.pipeline.build import build as build_store
        from rdfkit.progress import progress

        with progress(quiet) as advance:
            done = build_store(sources, store, progress=advance)
        if not quiet:
            _print_report(done.report, ReportFormat.TEXT, "warning", sys.stderr)
    if endpoint is None:
        open_store(store).close()
    _say(f"serving {origin} at {running.address_of(listening)}", quiet=False)
    # The application says what is wrong with a slow body; what it does not read is ended a little later.
    running.serve(
        application,
        listening,
        drain_time=settings.drain_time,
        request_time=settings.body_timeout + 5,
        log_requests=not quiet,
    )


@app.command(epilog=EXIT_CODES)
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
    from rdfkit.settings import Settings, read_settings
    from rdfkit.store import open_store

    try:
        from rdfkit.server.tools import create_tools
    except ModuleNotFoundError as error:
        raise SettingError("this needs the package mcp: pip install 'rdfkit[mcp]'") from error
    settings = read_settings(config, setting, Settings(workers=1, max_rows=1000, max_bytes=200_000))
    if endpoint is None:
        open_store(store).close()
    create_tools(_checked_endpoint(endpoint, None) if endpoint else store, settings).run("stdio")


@app.command(epilog=EXIT_CODES)
def endpoints(
    action: Annotated[
        str | None, typer.Argument(help="`check` asks each of them; without it they are listed.")
    ] = None,
    names: Annotated[list[str] | None, typer.Argument(help="Of these alone.", show_default=False)] = None,
    contact: Contact = None,
    registry: Registry = None,
) -> None:
    """List the SPARQL endpoints that have a name, or check whether they answer.

    Examples: rdfkit endpoints · rdfkit endpoints check wikipathways uniprot
    """
    from rdfkit import asking
    from rdfkit.network import Network, check

    network = Network(registry, contact=contact)
    if action is None:
        sys.stdout.write(asking.endpoints_text(network.known().values()))
        return
    if action != "check":
        raise ParameterError(f'"{action}" cannot be done', key="action", value=action, expected="check")
    failed = False
    for name in names or network.known():
        found = check(network, name)
        failed = failed or found.query is not None
        sys.stdout.write(asking.check_text(found))
        sys.stdout.flush()
    raise typer.Exit(5 if failed else 0)


@app.command(epilog=EXIT_CODES)
def export(
    sources: Annotated[
        list[Path] | None,
        typer.Argument(help="Pages to export straight; default: the store.", show_default=False),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", metavar="FILE|DIR", help="A file; with --per-page a folder."),
    ] = None,
    format: Annotated[
        RdfFormat | None, typer.Option("--format", help="Default: what the suffix of FILE says, else Turtle.")
    ] = None,
    per_page: Annotated[
        bool, typer.Option("--per-page", help="One file per page, in the folder of -o.")
    ] = False,
    release: Annotated[
        Path | None,
        typer.Option("--release", metavar="DIR", help="A release for WikiPathways' loader, with --date."),
    ] = None,
    date: Annotated[
        str | None, typer.Option("--date", metavar="DAY", help="The day of the release: 2026-11-20.")
    ] = None,
    store: StorePath = DEFAULT_STORE,
    lexicon: Lexicons = [],  # noqa: B006
    endpoint: AtEndpoint = None,
    registry: Registry = None,
    quiet: Quiet = False,
) -> None:
    """Write the graph, from the store or straight from pages.

    Examples: rdfkit export -o graph.ttl · rdfkit export seeds/ --format trig · rdfkit export --per-page -o out/ ·
    rdfkit export --release out/ --date 2026-11-20
    """
    from rdfkit import asking
    from rdfkit.export import write_pages
    from rdfkit.formats import of_file, of_name
    from rdfkit.quads import sorted_quads
    from rdfkit.serialization import serialize

    if release is not None or date is not None:
        if output is not None or format is not None or per_page:
            raise typer.BadParameter("a release has its own files: leave out -o, --format and --per-page")
        with _sources_or_store(sources, store, endpoint, registry, lexicon, quiet) as opened:
            _write_release(opened, release, date, quiet)
        return
    if per_page and output is None:
        raise typer.BadParameter("--per-page needs a folder: -o DIR")
    told = of_file(output) if output and not per_page else None
    chosen = of_name(format.value) if format else told or of_name("turtle")
    with _sources_or_store(sources, store, endpoint, registry, lexicon, quiet) as found:
        quads = sorted_quads(found.quads())
    if per_page and output is not None:
        written = write_pages(quads, output, chosen)
        _say(f"{len(written)} files in {output}", quiet)
    elif output is not None:
        _write(serialize(quads, chosen), output)
    else:
        with asking.output_stream(None) as stream:
            stream.write(serialize(quads, chosen))


@app.command(epilog=EXIT_CODES)
def link(
    store: StorePath = DEFAULT_STORE,
    endpoint: AtEndpoint = None,
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", metavar="FILE", help="With --endpoint: write the linkset here."),
    ] = None,
    to: Annotated[
        str | None, typer.Option("--to", metavar="URL", help="With --endpoint: publish the linkset there.")
    ] = None,
    method: Method = "gsp",
    update: UpdateAt = None,
    user: User = None,
    password_file: PasswordFile = None,
    token_file: TargetToken = None,
    registry: Registry = None,
    min_shared: MinShared = 3,
    min_jaccard: MinJaccard = 0.05,
    max_adjusted_p: MaxAdjustedP = 0.05,
    quiet: Quiet = False,
) -> None:
    """Link the figures of the store to the pathways that share more genes than chance explains.

    Writes the linkset into a new build of the store; a linkset that was there is replaced. With --endpoint it goes into
    a file, or into a store by --to. Examples: rdfkit link --min-shared 4 --max-adjusted-p 0.01 ·
    rdfkit link --endpoint http://localhost:8890/sparql -o links.nq
    """
    from rdfkit.pipeline.linkset import Thresholds, link_store

    thresholds = Thresholds(min_shared, min_jaccard, max_adjusted_p)
    if endpoint is None:
        if output is not None or to is not None:
            raise typer.BadParameter("-o and --to go with --endpoint")
        done = link_store(store, thresholds)
    else:
        if (output is None) == (to is None):
            raise typer.BadParameter("where to? Either -o FILE or --to URL")
        with _opened(store, endpoint, _network(registry)) as opened:
            done = _link_endpoint(opened, thresholds, output)
        if to is not None:
            credentials = _credentials(token_file, user, password_file, method)
            _publish_linkset(done, _target(to, method, credentials, endpoint, update), quiet)
    if not done.tests:
        _say(
            "nothing to compare: links need figures and pathways of the same organism, both with Entrez genes; "
            "build both sites, the pathways with their tables",
            quiet,
        )
    if not quiet:
        sys.stdout.write(
            f"compared      {done.figures} figures, {done.pathways} pathways\n"
            f"pairs tested  {done.tests}\nlinked        {len(done.overlaps)}\n"
        )


@app.command(epilog=EXIT_CODES)
def audit(
    store: StorePath = DEFAULT_STORE,
    endpoint: AtEndpoint = None,
    registry: Registry = None,
    against: Annotated[
        Path | None,
        typer.Option("--against", metavar="STORE|RDF", help="Another release: a store, or RDF, also packed."),
    ] = None,
    format: Annotated[AuditFormat, typer.Option("--format", help="Form of the audit.")] = AuditFormat.TEXT,
    output: Output = None,
) -> None:
    """Account for every page and row of the store; with --against say what appeared, vanished or changed.

    Exits with 1 when something is missing: a page or row that nobody accounts for, or a pathway or figure that the
    other release had. Examples: rdfkit audit · rdfkit audit --against last-month.zip
    """
    import json

    from rdfkit import asking, auditing, reconciliation

    with _opened(store, endpoint, _network(registry)) as opened:
        found = auditing.audit(opened)
        compared = auditing.compare(opened, against) if against else None
    if format is AuditFormat.JSON:
        values = found.to_json() | ({"comparison": compared.to_json()} if compared else {})
        text = json.dumps(values, ensure_ascii=False, indent=1) + "\n"
    else:
        text = reconciliation.render(found.coverage)
        text += "the store holds these pages\n" if found.passed else f"THE STORE HOLDS {found.pages}\n"
        text += "\n" + auditing.render_comparison(compared) if compared else ""
    with asking.output_stream(output) as stream:
        stream.write(text.encode())
    vanished = compared is not None and bool(compared.of(auditing.Status.VANISHED))
    raise typer.Exit(1 if vanished or not found.passed else 0)


@app.command(epilog=EXIT_CODES)
def info(
    store: StorePath = DEFAULT_STORE,
    endpoint: AtEndpoint = None,
    registry: Registry = None,
    diagram: Annotated[
        bool, typer.Option("--diagram", help="Draw classes and properties: a Mermaid class diagram.")
    ] = False,
) -> None:
    """Say what is in the store: pages, classes, graphs, when it was built and with what."""
    from rdfkit import asking
    from rdfkit.diagram import mermaid

    with _opened(store, endpoint, _network(registry)) as opened:
        for part in [mermaid(opened)] if diagram else asking.describe_store(opened):
            sys.stdout.write(part)
            sys.stdout.flush()


@app.command(epilog=EXIT_CODES)
def publish(
    to: Annotated[
        str, typer.Option("--to", metavar="URL", help="The store to load it into.", show_default=False)
    ],
    store: StorePath = DEFAULT_STORE,
    method: Method = "gsp",
    endpoint: Annotated[
        str | None, typer.Option("--endpoint", metavar="URL", help="Where it is asked, if not there.")
    ] = None,
    update: UpdateAt = None,
    user: User = None,
    password_file: PasswordFile = None,
    token_file: TargetToken = None,
    isql: Annotated[
        str, typer.Option("--isql", metavar="COMMAND", help="virtuoso-loader: its client with host and port.")
    ] = "isql localhost:1111",
    folder: Annotated[
        Path | None,
        typer.Option("--folder", metavar="DIR", help="virtuoso-loader: where the server may read files."),
    ] = None,
    quiet: Quiet = False,
) -> None:
    """Load the store into another SPARQL 1.1 store: the first time all of it, then what has changed.

    What broke off goes on when it is run again; graphs that are gone here go there. Examples:
    rdfkit publish --to http://localhost:8890 --method virtuoso --user dba --password-file secret ·
    rdfkit publish --to http://localhost:3030/ds --method fuseki
    """
    from rdfkit import publishing
    from rdfkit.progress import progress
    from rdfkit.targets import find_kind

    credentials = _credentials(token_file, user, password_file, method)
    loader = None
    if find_kind(method).loader is not None:
        from rdfkit.loaders import VirtuosoLoader

        if folder is None:
            raise typer.BadParameter("a bulk loader needs a folder that the server may read: --folder DIR")
        loader = VirtuosoLoader(isql, folder, credentials)
    with (
        rdfkit.open_store(store) as opened,
        _target(to, method, credentials, endpoint, update) as target,
        progress(quiet) as advance,
    ):
        done = publishing.publish(opened, target, loader=loader, progress=advance)
    if not quiet:
        sys.stdout.write(publishing.summary(done))
    raise typer.Exit(_exit_of(done))


def main() -> None:
    """Runs the command line; every rdfkit error becomes one line on stderr and its exit code."""
    try:
        app()
    except RdfkitError as error:
        _fail(error)


def _write_release(opened: StoreProtocol, folder: Path | None, date: str | None, quiet: bool) -> None:
    from rdfkit.progress import progress
    from rdfkit.release import MANIFEST, read_date, write_release

    if folder is None or date is None:
        raise typer.BadParameter("--release DIR and --date DAY go together")
    day = read_date(date)
    with progress(quiet) as advance:
        done = write_release(opened, folder, day, advance)
    _say(f"{len(done.files)} files and {MANIFEST} in {folder}", quiet)


@contextmanager
def _sources_or_store(
    sources: list[Path] | None,
    store: Path,
    endpoint: str | None,
    registry: Path | None,
    lexicon: list[Path],
    quiet: bool,
) -> Iterator[StoreProtocol]:
    """The graph that a command is about, or one that is made of sources for the time being."""
    from rdfkit.export import source_store
    from rdfkit.progress import progress

    if not sources:
        with _opened(store, endpoint, _network(registry)) as opened:
            yield opened
        return
    with (
        progress(quiet) as advance,
        source_store(sources, lexicons=lexicon, progress=advance) as (made, done),
    ):
        for path, reasons in done.refused.items():
            sys.stderr.write(f"left out: {path}: {'; '.join(reasons)}\n")
        yield made


def _opened(store: Path, endpoint: str | None, network: Network | None) -> StoreProtocol:
    """The graph that a command is about."""
    return (
        rdfkit.open_store(store)
        if endpoint is None
        else rdfkit.open_endpoint(endpoint, network, sends_service=True)
    )


def _network(registry: Path | None) -> Network | None:
    """How an endpoint is asked for all that it has; None for the usual way."""
    if registry is None:
        return None
    from rdfkit.network import Network
    from rdfkit.remote_store import READING

    return Network(registry, limits=READING)


def _checked_endpoint(name_or_url: str, registry: Path | None) -> str:
    """The URL of an endpoint that answers."""
    with rdfkit.open_endpoint(name_or_url, _network(registry)) as opened:
        return opened.endpoint.url


def _credentials(
    token_file: Path | None, user: str | None, password_file: Path | None, method: str
) -> Credentials:
    from rdfkit.credentials import read_credentials

    environment = dict(os.environ)
    if method != "rdfkit":
        # It is the token of our own server, and for nobody else.
        environment.pop("RDFKIT_TOKEN", None)
    return read_credentials(token_file, user, password_file, environment)


def _target(
    to: str, method: str, credentials: Credentials, endpoint: str | None, update: str | None
) -> Target:
    from rdfkit.targets import Target, find_kind

    return Target(find_kind(method), to, credentials, endpoint, update)


def _link_endpoint(opened: StoreProtocol, thresholds: Thresholds, output: Path | None) -> Linkset:
    """The linkset of the graph behind an endpoint, written to a file if there is one."""
    from rdfkit.formats import of_file, of_name
    from rdfkit.pipeline.linkset import linkset_of, linkset_quads
    from rdfkit.quads import sorted_quads
    from rdfkit.serialization import serialize

    done = linkset_of(opened, thresholds)
    if output is not None:
        format = of_file(output) or of_name("nquads")
        _write(serialize(sorted_quads(linkset_quads(done)), format), output)
    return done


def _publish_linkset(linkset: Linkset, target: Target, quiet: bool) -> None:
    from rdfkit import publishing
    from rdfkit.pipeline.linkset import LINKSET_GRAPH, linkset_quads

    triples = (quad.triple for quad in linkset_quads(linkset))
    with target:
        done = publishing.publish_graph(triples, LINKSET_GRAPH, target, told={"links": len(linkset.overlaps)})
    if done.missing:
        _say(publishing.summary(done), quiet=False)
        raise typer.Exit(_exit_of(done))


def _exit_of(done: Publication) -> int:
    return RemoteError.exit_code if done.missing else 0


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


def _thresholds() -> Thresholds:
    from rdfkit.pipeline.linkset import Thresholds, require_scipy

    # Before the build and not after it.
    require_scipy()
    return Thresholds()


def _parameters(texts: list[str]) -> dict[str, str]:
    pairs = [text.partition("=") for text in texts]
    for key, equals, _ in pairs:
        if not equals:
            raise ParameterError("a parameter has no value", key=key, expected="--param name=value")
    return {key: value for key, _, value in pairs}


def _write_ledger(ledger: Account | None, path: Path | None, quiet: bool) -> None:
    if ledger is None:
        return
    if path is not None:
        _write(json.dumps(ledger.to_json(), ensure_ascii=False, indent=1).encode() + b"\n", path)
    if not quiet or not ledger.is_complete:
        sys.stderr.write(ledger.render())


def _rendered(report: Report, format: ReportFormat) -> str:
    from rdfkit.renderings import render

    return render(report, format.value)


def _print_report(report: Report, format: ReportFormat, severity: str, stream: TextIO) -> None:
    from rdfkit.report import Severity

    shown = report.at_least(Severity(severity))
    if format is ReportFormat.TEXT and stream.isatty():
        from rich.console import Console

        from rdfkit.renderings import styled

        Console(file=stream, soft_wrap=True).print(styled(shown), end="", highlight=False)
    else:
        stream.write(_rendered(shown, format))


def _print_findings(done: Build, verbose: bool) -> None:
    """The findings of a build, of a long list the beginning unless all are asked for."""
    from rdfkit.report import Report, Severity

    least = Severity.INFO if verbose else Severity.WARNING
    told = sum(number for severity, number in done.findings.items() if severity.rank <= least.rank)
    if not told:
        return
    shown = done.report.at_least(least)
    rest = 0 if verbose else told - _SHOWN_FINDINGS
    if rest > 0:
        shown = Report(shown.results[:_SHOWN_FINDINGS])
    _print_report(shown, ReportFormat.TEXT, "info", sys.stderr)
    if rest > 0:
        sys.stderr.write(f"… and {rest} more: --verbose lists them, --report FILE keeps them\n")


def _tell_watch(done: Build | RdfkitError, quiet: bool) -> None:
    """One line for each build of a watch that did anything."""
    if isinstance(done, RdfkitError):
        sys.stderr.write(f"error: {done}\n")
    elif done.changed and not quiet:
        pages = f"{done.changed} page{'s' if done.changed > 1 else ''}"
        sys.stderr.write(f"{pages} converted, {done.quads} quads, {done.seconds:.2f} s\n")


def _summary(done: Build, store: Path) -> str:
    from rdfkit.reconciliation import render

    counts = done.findings
    lines = [
        f"store         {store}"
        if done.switched
        else f"store         {store} is as it was: no page to put into it",
        f"quads         {done.quads}",
        f"genes         {done.genes}",
        f"mentions      {done.mentions}",
        f"diagnostics   {', '.join(f'{n} {severity}' for severity, n in counts.items())}",
        f"seconds       {done.seconds:.2f}",
    ]
    return "\n".join(lines) + "\n\n" + render(done.reconciliation)


def _write(data: bytes, path: Path) -> None:
    from rdfkit.files import write_file

    write_file(data, path)


def _say(text: str, quiet: bool) -> None:
    if not quiet:
        sys.stderr.write(f"{text}\n")


def _version(on: bool) -> None:
    if on:
        sys.stdout.write(f"rdfkit {rdfkit.__version__}\n")
        raise typer.Exit()


def _fail(error: RdfkitError) -> NoReturn:
    hint = "; see `rdfkit queries`" if type(error) is QueryError and error.expected else ""
    if isinstance(error, QueryRefusedError) and error.key == "service":
        hint = "; --federate lets it ask the endpoints that it names, --explain shows what it would ask"
    sys.stderr.write(f"rdfkit: {error}{hint}\n")
    sys.exit(error.exit_code)
