"""Where a verb writes and in which format: the place is tried first, and its suffix decides."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from pathlib import Path
from typing import TypeVar

import typer

from rdfkit.cli.options import AnswerFormat, AuditFormat, RdfFormat, ReportFormat
from rdfkit.errors import ExportError
from rdfkit.publishing.files import is_stream, try_place

_Format = TypeVar("_Format", bound=StrEnum)

REPORT_SUFFIXES = {
    ".sarif.json": ReportFormat.SARIF,
    ".json": ReportFormat.JSON,
    ".sarif": ReportFormat.SARIF,
    ".ttl": ReportFormat.TURTLE,
    ".txt": ReportFormat.TEXT,
    ".log": ReportFormat.TEXT,
}
AUDIT_SUFFIXES = {".json": AuditFormat.JSON, ".txt": AuditFormat.TEXT}
_TABLE_SUFFIXES = {
    ".csv": AnswerFormat.CSV,
    ".tsv": AnswerFormat.TSV,
    ".json": AnswerFormat.JSON,
    ".srj": AnswerFormat.JSON,
    ".xml": AnswerFormat.XML,
    ".srx": AnswerFormat.XML,
    ".txt": AnswerFormat.TABLE,
}


def rdf_suffixes() -> dict[str, RdfFormat]:
    """The suffixes of RDF."""
    # Not for `--help`: it takes a while.
    from rdfkit.rdf.formats import FORMATS

    return {suffix: RdfFormat(item.name) for item in FORMATS.values() for suffix in item.suffixes}


def answer_suffixes() -> dict[str, AnswerFormat]:
    """The suffixes of answers: of rows, and of graphs."""
    return _TABLE_SUFFIXES | {suffix: AnswerFormat(item.value) for suffix, item in rdf_suffixes().items()}


def chosen_format(
    path: Path | None,
    given: _Format | None,
    suffixes: Mapping[str, _Format],
    sources: Iterable[str | Path] = (),
    option: str = "--format",
) -> _Format | None:
    """The format for a place: the one given, else what the suffix says; None where neither says anything.

    Raises ExportError for a suffix that says nothing and for a place that cannot be written or is one of the sources.
    """
    if path is None:
        return given
    found = given or _by_suffix(path, suffixes, option)
    try_place(path, sources)
    return found


def _by_suffix(path: Path, suffixes: Mapping[str, _Format], option: str) -> _Format | None:
    name = path.name.lower().removesuffix(".gz")
    found = next((format for suffix, format in suffixes.items() if name.endswith(suffix)), None)
    if found is None and not is_stream(path):
        if Path(name).suffix:
            raise ExportError(
                f"no format has the suffix {Path(name).suffix}",
                path=str(path),
                expected=f"{', '.join(suffixes)}, or {option}",
            )
        if name in {str(format) for format in suffixes.values()}:
            raise ExportError("is the name of a format, not of a file", path=str(path), expected=option)
    return found


def refuse_without_effect(context: typer.Context, names: Iterable[str], why: str) -> None:
    """Refuses options of the verb that runs which were given and do nothing. Raises BadParameter."""
    for name in names:
        source = context.get_parameter_source(name)
        if source is not None and source.name == "COMMANDLINE":
            option = next(item for item in context.command.params if item.name == name)
            raise typer.BadParameter(f"{option.opts[0]} has no effect {why}")
