"""What a watch tells of each build: what is new since the one before."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rdfkit.cli.options import ReportFormat
from rdfkit.cli.output import rendered
from rdfkit.errors import RdfkitError
from rdfkit.report import Report, Result, Severity

if TYPE_CHECKING:
    from rdfkit.pipeline.summary import Build


class Told:
    """What a watch has told so far."""

    def __init__(self) -> None:
        self._results: frozenset[Result] = frozenset()
        self._pages: int | None = None

    def of(self, done: Build | RdfkitError, quiet: bool, severity: Severity) -> str:
        """What is to be told of a build: its counts, pages that went, findings that are new. Nothing of no change.

        Quiet, it is errors and violations alone.
        """
        if isinstance(done, RdfkitError):
            return f"error: {done}\n"
        found = done.report.at_least(Severity.VIOLATION if quiet else severity)
        new = tuple(result for result in found.results if result not in self._results)
        mended = len(self._results - {*found.results})
        pages = sum(done.pages.values())
        before, self._pages, self._results = self._pages, pages, frozenset(found.results)
        text = rendered(Report(new), ReportFormat.TEXT) if new else ""
        if quiet or not (done.changed or new or mended or before != pages):
            return text
        gone = before - pages if before is not None else 0
        parts = [f"{done.changed} page{'' if done.changed == 1 else 's'} converted"]
        parts += [f"{gone} page{'' if gone == 1 else 's'} left the store"] if gone > 0 else []
        parts += [f"{mended} finding{'' if mended == 1 else 's'} fewer"] if mended else []
        return f"{text}{', '.join(parts)}, {pages} in the store, {done.quads} quads, {done.seconds:.2f} s\n"
