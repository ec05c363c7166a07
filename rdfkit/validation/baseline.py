"""Findings of before: a JSON report, against which only what is new counts.

A finding is the same as before when file, rule, focus node and value are: lines may move, and so may the number of a
pathway's version. Of as many equal ones as there were before none is new.
"""

from __future__ import annotations

import json
import os
import re
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeAlias

from rdfkit.errors import SourceError
from rdfkit.report import Report, Result

# What names nodes by their row, by the revision of the pathway, or anew on every run.
_ROW = re.compile(r"#(node|reference|mention)-\d+")
_REVISION = re.compile(r"(WP\d+)_r\d+")
_BLANK = re.compile(r"_:.*")
Fingerprint: TypeAlias = tuple[str, str, str, str]


def fingerprint(result: Result) -> Fingerprint:
    """What a finding is known by, wherever in its file it stands."""
    focus = _BLANK.sub("_:", _REVISION.sub(r"\1", _ROW.sub(r"#\1", result.focus or "")))
    return _place(result.path), result.rule, focus, result.value or ""


def read_baseline(path: Path) -> Counter[Fingerprint]:
    """How often each finding is in a report that was written with `--format json`.

    Raises SourceError when the file cannot be read or is no such report.
    """
    try:
        found = json.loads(path.read_bytes())
        return Counter(_fingerprint(result) for result in found["results"])
    except OSError as error:
        message, expected = (
            f"cannot be read: {error.strerror}",
            "a report: rdfkit validate --format json -o FILE",
        )
        raise SourceError(message, path=str(path), expected=expected) from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        expected = "what `rdfkit validate --format json` writes"
        raise SourceError("is no report of rdfkit as JSON", path=str(path), expected=expected) from error


def new_since(report: Report, baseline: Counter[Fingerprint]) -> Report:
    """The findings that the baseline does not have; of more equal ones than it has, the last."""
    left = Counter(baseline)
    new = []
    for result in report.results:
        known = fingerprint(result)
        if left[known] > 0:
            left[known] -= 1
        else:
            new.append(result)
    return replace(report, results=tuple(new))


def _fingerprint(result: dict[str, Any]) -> Fingerprint:
    texts = {key: result.get(key) for key in ("path", "focus", "value")}
    if any(text is not None and not isinstance(text, str) for text in texts.values()):
        raise ValueError("a field is no text")
    return fingerprint(Result(result["severity"], str(result["rule"]), str(result["message"]), **texts))


def _place(path: str | None) -> str:
    """A path without needless parts, and from the current folder where it is below that."""
    if path is None or "://" in path:
        return path or ""
    whole = os.path.normpath(path)
    below = os.path.relpath(whole) if os.path.isabs(whole) else whole  # noqa: PTH117 - a path as text, as in reports
    return (whole if below.startswith("..") else below).replace(os.sep, "/")
