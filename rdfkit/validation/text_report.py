"""A report as text for people: worst first, findings of one rule together, each with its `file:line:`.

A line reads `file:line: severity: key: message [rule]`, in a file, in a pipe and on a terminal.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from rdfkit.report import Report, Result, RuleGroup, Severity

# Of more findings of one rule than the first number the second is shown.
FOLDED_FROM = 5
SHOWN_OF_MANY = 3
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_COLOURS = {Severity.VIOLATION: "bold red", Severity.WARNING: "yellow", Severity.INFO: "cyan"}
# What makes a piece of a line look like something: the piece, and the style of rich.
_Paint = Callable[[str, str], str]


def text(report: Report) -> str:
    """A line for each result, with what to do on the next line, worst first; the last line counts.

    Control characters are shown as escapes, so that a page cannot write to the terminal.
    """
    lines = [line for result in report.worst_first() for line in _lines(result, _plain)]
    return "\n".join([*lines, count_line(report)]) + "\n"


def folded(report: Report) -> str:
    """The text with all violations, and of many other findings of one rule the first and how many there are."""
    return _folded(report, _plain)


def styled(report: Report) -> str:
    """The folded text for a terminal, coloured by severity, in rich's markup."""
    return _folded(report, _painted)


def styled_whole(report: Report) -> str:
    """The text with every finding for a terminal, in rich's markup."""
    lines = [line for result in report.worst_first() for line in _lines(result, _painted)]
    return "\n".join([*lines, _painted(count_line(report), "bold")]) + "\n"


def is_folded(report: Report) -> bool:
    """Whether the folded text leaves something out."""
    return any(map(_is_many, report.by_rule()))


def line_of(result: Result) -> str:
    """The line of one result."""
    return _line(result, _plain)


def said(result: Result) -> str:
    """Key and message of a result."""
    return visible(f"{result.key}: {result.message}" if result.key else result.message)


def said_with_advice(result: Result) -> str:
    """Key, message and advice of a result in one sentence."""
    return f"{said(result)}. {result.advice}" if result.advice else said(result)


def visible(message: str) -> str:
    """A text without characters that would break a line or steer a terminal: they are shown as escapes."""
    return _CONTROL.sub(lambda found: found[0].encode("unicode_escape").decode(), message)


def count_line(report: Report) -> str:
    """How many results there are of each severity, in how many files, and how much was checked where it is known."""
    return _counted(report) + _checked(report)


def _checked(report: Report) -> str:
    if report.shapes is None or report.focus_nodes is None:
        return ""
    shapes = f"{report.shapes:,} shape{'s' if report.shapes != 1 else ''}"
    nodes = f"{report.focus_nodes:,} focus node{'s' if report.focus_nodes != 1 else ''}"
    return f"; {shapes} with targets, {nodes}"


def _counted(report: Report) -> str:
    if not report.results:
        return "conforms"
    counts = [
        f"{count:,} {severity}{'s' if count != 1 else ''}"
        for severity, count in report.count().items()
        if count
    ]
    return ", ".join(counts) + _in_files(len({result.path for result in report.results} - {None}))


def _folded(report: Report, paint: _Paint) -> str:
    lines = [line for group in report.by_rule() for line in _group_lines(group, paint)]
    return "\n".join([*lines, paint(count_line(report), "bold")]) + "\n"


def _group_lines(group: RuleGroup, paint: _Paint) -> Iterator[str]:
    results = group.results
    for result in results[:SHOWN_OF_MANY] if _is_many(group) else results:
        yield from _lines(result, paint)
    if _is_many(group):
        many = f"{visible(group.rule)} ×{len(results):,}{_in_files(group.files)}"
        yield paint(f"… {many}: {len(results) - SHOWN_OF_MANY:,} more like these", "bold")


def _is_many(group: RuleGroup) -> bool:
    return group.severity is not Severity.VIOLATION and len(group.results) > FOLDED_FROM


def _in_files(files: int) -> str:
    return f" in {files:,} file{'s' if files != 1 else ''}" if files else ""


def _lines(result: Result, paint: _Paint) -> Iterator[str]:
    yield _line(result, paint)
    if result.advice:
        yield paint(f"    → {visible(result.advice)}", "dim")


def _line(result: Result, paint: _Paint) -> str:
    place = ":".join(visible(str(part)) for part in (result.path, result.line) if part is not None)
    severity = paint(str(result.severity), _COLOURS[result.severity])
    what = f"{paint(said(result), '')} {paint(f'[{visible(result.rule)}]', 'dim')}"
    return ": ".join(part for part in (paint(place, "bold") if place else "", severity, what) if part)


def _plain(piece: str, style: str) -> str:
    return piece


def _painted(piece: str, style: str) -> str:
    from rich.markup import escape

    # A backslash at the end would take the next tag for text.
    safe = escape(piece)
    return f"[{style}]{safe}[/{style}]" if style else safe
