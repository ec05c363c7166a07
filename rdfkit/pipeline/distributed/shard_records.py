"""Records: what became of source files, as lines of JSON that any machine can write and another read.

A record has the file, the companion tables that it was offered, and what became of it. Reading checks the form, since
records come from a place that others may write to.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from rdfkit.errors import ShardError
from rdfkit.pipeline.descriptions import Description
from rdfkit.pipeline.state.model import Companion, Converted, File, PageState, UsedTable
from rdfkit.report import Result, Severity


@dataclass(frozen=True, slots=True)
class Record:
    """A source file with the companion tables that may be its, and what became of it."""

    file: File
    tables: tuple[Companion, ...]
    converted: Converted


def to_line(record: Record) -> str:
    """The record as one line of JSON, the same for equal records."""
    converted = _told(record.converted)
    converted["findings"] = [_told(result) for result in record.converted.findings]
    converted["descriptions"] = [asdict(one) for one in record.converted.descriptions]
    converted["tables"] = [asdict(table) for table in record.converted.tables]
    told = {
        "file": record.file._asdict(),
        "tables": [companion_json(table) for table in record.tables],
        "converted": converted,
    }
    # In ASCII: then no character but the last ends the line, and names of files need not be UTF-8.
    return json.dumps(told, separators=(",", ":"))


def from_line(line: str, path: str) -> Record:
    """The record in a line. Raises ShardError, naming the file at `path`, when the line has none."""
    try:
        told = json.loads(line)
        return Record(
            File(**told["file"]), tuple(map(companion, told["tables"])), _converted(told["converted"])
        )
    except (ValueError, KeyError, TypeError) as error:
        raise ShardError(
            f"has a line that is no record: {error}", path=path, value=line[:80], expected="a line of rdfkit"
        ) from error


def companion_json(table: Companion) -> dict[str, Any]:
    """A companion table as JSON values; `companion` gives it back."""
    return {**asdict(table), "file": table.file._asdict()}


def companion(told: Mapping[str, Any]) -> Companion:
    """The companion table in JSON values. Raises KeyError or TypeError when they are none."""
    return Companion(**{**told, "file": File(**told["file"])})


def lines(records: Iterable[Record]) -> Iterator[str]:
    """A line for each record, with its end."""
    return (f"{to_line(record)}\n" for record in records)


def _told(one: Converted | Result) -> dict[str, Any]:
    """The fields that do not have their default values."""
    return {
        field.name: value for field in fields(one) if (value := getattr(one, field.name)) != field.default
    }


def _converted(told: dict[str, Any]) -> Converted:
    return Converted(
        **{
            **told,
            "state": PageState(told["state"]),
            "tables": tuple(UsedTable(**table) for table in told.get("tables", ())),
            "findings": tuple(
                Result(**{**found, "severity": Severity(found["severity"])})
                for found in told.get("findings", ())
            ),
            "refusals": tuple((path, reason) for path, reason in told.get("refusals", ())),
            "definitions": tuple((topic, key, value) for topic, key, value in told.get("definitions", ())),
            "lookups": tuple(((topic, key), answer) for (topic, key), answer in told.get("lookups", ())),
            "shared": tuple(told.get("shared", ())),
            "descriptions": tuple(Description(**one) for one in told.get("descriptions", ())),
            "suspects": tuple((shape, node) for shape, node in told.get("suspects", ())),
        }
    )
