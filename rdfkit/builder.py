"""Builds a store from sources: convert, validate, load, switch."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

import pyoxigraph as ox

import rdfkit
from rdfkit import store, validation
from rdfkit.conversion import Advance, Conversion, convert, no_progress
from rdfkit.identifiers import expand
from rdfkit.provenance import Commits, prefix_quads, provenance_quads
from rdfkit.quads import sorted_quads
from rdfkit.report import Report, Result, Severity

if TYPE_CHECKING:
    import rdflib

_TYPE = ox.NamedNode(expand("rdf:type"))
_GENE = ox.NamedNode(expand("schema:Gene"))
_MENTION = ox.NamedNode(expand("oa:Annotation"))


@dataclass(frozen=True, slots=True)
class Build:
    """What a build did.

    `pages` counts the pages in the graph by kind, `skipped` the files without front matter, `refused` maps each
    page left out to the reasons. `quads`, `genes` (distinct) and `mentions` count what is in the store, `report`
    has every finding, `seconds` is the time it took. `unreadable` says whether a source could not be read at all,
    `switched` whether the store now holds this build: a build without a single page to keep leaves it as it was.
    """

    pages: dict[str, int]
    skipped: int
    refused: dict[str, tuple[str, ...]]
    quads: int
    genes: int
    mentions: int
    report: Report
    seconds: float
    unreadable: bool
    switched: bool

    @property
    def exit_code(self) -> int:
        """0 clean or warnings only, 1 violations, 3 something could not be read."""
        return 3 if self.unreadable else 0 if self.report.conforms else 1


@dataclass(frozen=True, slots=True)
class Graph:
    """Checked quads, sorted, with the conversion and the report that they come from."""

    quads: list[ox.Quad]
    conversion: Conversion
    report: Report
    refused: dict[str, tuple[str, ...]]


def build(
    sources: Iterable[str | Path],
    store_path: str | Path = store.DEFAULT_PATH,
    *,
    lexicons: Iterable[str | Path] = (),
    keep_invalid: bool = False,
    progress: Advance = no_progress,
) -> Build:
    """Builds the store at `store_path` from pages and switches it in when it is whole.

    Pages with violations stay out unless `keep_invalid`. Raises SourceError, LexiconError, StoreBusyError when
    another build runs, StoreError when the store cannot be written; the previous store is then unchanged.
    """
    started = time.monotonic()
    with store.staging(Path(store_path)) as stage:
        graph = assemble(sources, lexicons=lexicons, keep_invalid=keep_invalid, progress=progress)
        if not graph.conversion.pages:
            return _summary(graph, time.monotonic() - started, switched=False)
        stage.load(graph.quads)
        summary = _summary(graph, time.monotonic() - started, switched=True)
        stage.commit(_metadata(summary))
    return summary


def assemble(
    sources: Iterable[str | Path],
    *,
    lexicons: Iterable[str | Path] = (),
    keep_invalid: bool = False,
    progress: Advance = no_progress,
) -> Graph:
    """The checked quads of pages, with their provenance: what `build` loads and `export` writes."""
    conversion = convert(sources, lexicons, progress)
    report = check(conversion, validation.load_shapes())
    refused = _refused(report, conversion, keep_invalid)
    kept = conversion.without(graph for graph, (page, _) in conversion.pages.items() if page.path in refused)
    described = provenance_quads(((graph, page) for graph, (page, _) in kept.pages.items()), Commits())
    quads = sorted_quads(chain(kept.quads, described, prefix_quads()))
    return Graph(quads, kept, report, refused)


def check(conversion: Conversion, shapes: rdflib.Graph) -> Report:
    """The report on converted pages: what the mapping found and what the shapes find."""
    triples = (quad.triple for quad in conversion.quads)
    found = validation.check(triples, shapes)
    traced = validation.trace(found, conversion.pages, conversion.quads)
    return Report.of([*conversion.problems, *(r for r in traced if not _is_said(r, conversion.problems))])


def _is_said(result: Result, problems: list[Result]) -> bool:
    """Whether the mapping has already said of this key, or of one inside it, what the shape says again."""
    return any(
        problem.path == result.path
        and problem.key is not None
        and (problem.key == result.key or problem.key.startswith(f"{result.key}."))
        for problem in problems
    )


def _refused(report: Report, conversion: Conversion, keep_invalid: bool) -> dict[str, tuple[str, ...]]:
    """Each page that is not in the graph, with the reasons."""
    mapped = {page.path for page, _ in conversion.pages.values()}
    reasons: dict[str, list[str]] = {}
    for result in report.results:
        kept = keep_invalid and result.path in mapped
        if result.severity is Severity.VIOLATION and result.path is not None and not kept:
            reasons.setdefault(result.path, []).append(_reason(result))
    return {path: tuple(found) for path, found in reasons.items()}


def _reason(result: Result) -> str:
    return f"{result.key}: {result.message}" if result.key else result.message


def _summary(graph: Graph, seconds: float, *, switched: bool) -> Build:
    types = [quad for quad in graph.quads if quad.predicate == _TYPE]
    return Build(
        pages=graph.conversion.counts(),
        skipped=graph.conversion.skipped,
        refused=graph.refused,
        quads=len(graph.quads),
        genes=len({quad.subject for quad in types if quad.object == _GENE}),
        mentions=len({quad.subject for quad in types if quad.object == _MENTION}),
        report=graph.report,
        seconds=seconds,
        unreadable=graph.conversion.unreadable,
        switched=switched,
    )


def _metadata(summary: Build) -> dict[str, object]:
    return {
        "rdfkit": rdfkit.__version__,
        "pages": summary.pages,
        "skipped": summary.skipped,
        "refused": {path: list(reasons) for path, reasons in summary.refused.items()},
        "quads": summary.quads,
        "genes": summary.genes,
        "mentions": summary.mentions,
        "diagnostics": {str(severity): count for severity, count in summary.report.count().items()},
        "seconds": round(summary.seconds, 3),
    }
