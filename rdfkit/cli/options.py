"""Options that several verbs have."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from rdfkit.cli import completion

# The group of options about other endpoints, in the help.
OTHERS = "Other endpoints"


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
    RDFXML = "rdfxml"
    TRIG = "trig"
    NQUADS = "nquads"


class AuditFormat(StrEnum):
    """How an audit, or what else a verb tells, is written."""

    TEXT = "text"
    JSON = "json"


class EngineName(StrEnum):
    """What checks against shapes."""

    RDFKIT = "rdfkit"
    PYSHACL = "pyshacl"


Sources = Annotated[
    list[str],
    typer.Argument(
        help="Pages, folders of pages, archives, or URLs: see docs/scaling.md.", show_default=False
    ),
]
EngineOption = Annotated[
    EngineName, typer.Option("--engine", help="What checks. Both give the same; pyshacl takes longer.")
]
StorePath = Annotated[Path, typer.Option("-s", "--store", metavar="DIR", help="The folder of the store.")]
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
TextOrJson = Annotated[AuditFormat, typer.Option("-f", "--format", help="Text, or JSON for programs.")]
DiscardUpdates = Annotated[
    bool,
    typer.Option("--discard-updates", help="Discard what was written into the store by SPARQL or HTTP."),
]
Quiet = Annotated[bool, typer.Option("-q", "--quiet", help="Only results and errors.")]
Verbose = Annotated[bool, typer.Option("-v", "--verbose", help="Say more: every finding, infos too.")]
Contact = Annotated[
    str | None,
    typer.Option(
        "--contact", metavar="TEXT", help="Whom the endpoints may write to.", rich_help_panel=OTHERS
    ),
]
Cache = Annotated[
    Path | None,
    typer.Option(
        "--cache",
        metavar="DIR",
        help="Keep answers for as long as endpoints allow.",
        rich_help_panel=OTHERS,
    ),
]
Registry = Annotated[
    Path | None,
    typer.Option("--endpoints", metavar="FILE", help="Further endpoints, as TOML.", rich_help_panel=OTHERS),
]
AtEndpoint = Annotated[
    str | None,
    typer.Option(
        "--endpoint",
        metavar="NAME|URL",
        help="Ask this endpoint, not the store.",
        rich_help_panel=OTHERS,
        autocompletion=completion.endpoints,
    ),
]
Method = Annotated[
    str,
    typer.Option(
        "--method",
        metavar="KIND",
        help="gsp, virtuoso, virtuoso-loader, fuseki, graphdb, qlever, oxigraph or rdfkit.",
        autocompletion=completion.methods,
    ),
]
UpdateAt = Annotated[
    str | None, typer.Option("--update", metavar="URL", help="Where it takes updates, if not there.")
]
User = Annotated[str | None, typer.Option("--user", metavar="NAME", help="Who asks, for --password-file.")]
PasswordFile = Annotated[
    Path | None, typer.Option("--password-file", metavar="FILE", help="The password, if not RDFKIT_PASSWORD.")
]
TargetToken = Annotated[Path | None, typer.Option("--token-file", metavar="FILE", help="A token.")]
Baseline = Annotated[
    Path | None,
    typer.Option(
        "--baseline", metavar="FILE", help="A report of before as JSON: only what is new is told and counts."
    ),
]
Output = Annotated[
    Path | None, typer.Option("-o", "--output", metavar="FILE", help="Write here, not to the screen.")
]

DEFAULT_STORE = Path("rdfkit-store")
