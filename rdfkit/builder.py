"""Builds a store from sources: convert, validate, load, switch."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

import pyoxigraph as ox

import rdfkit
from rdfkit import store, validation
from rdfkit.conversion import Advance, Conversion, convert, no_progress
from rdfkit.identifiers import expand
from rdfkit.ontologies import labels, read_ontology
from rdfkit.provenance import GRAPH as PROVENANCE
from rdfkit.provenance import Commits, ontology_provenance_quads, prefix_quads, provenance_quads
from rdfkit.quads import graph_iri, sorted_quads
from rdfkit.reconciliation import Reconciliation, reconcile
from rdfkit.report import Report, Result, Severity
from rdfkit.void import describe, site_of

if TYPE_CHECKING:
    import rdflib

    from rdfkit.linking import Thresholds

_TYPE = ox.NamedNode(expand("rdf:type"))
_GENE = ox.NamedNode(expand("schema:Gene"))
_MENTION = ox.NamedNode(expand("oa:Annotation"))
_OVERLAP = ox.NamedNode(expand("pfocr:GeneOverlap"))


@dataclass(frozen=True, slots=True)
class Build:
    """What a build did.

    `reconciliation` accounts for every page and row. `quads`, `genes` (distinct) and `mentions` count what is in the
    store, `report` has every finding, `seconds` is the time it took. `unreadable` says whether a source could not be
    read at all, `switched` whether the store now holds this build: a build without a single page to keep leaves it
    as it was.
    """

    reconciliation: Reconciliation
    quads: int
    genes: int
    mentions: int
    report: Report
    seconds: float
    unreadable: bool
    switched: bool

    @property
    def pages(self) -> dict[str, int]:
        """The number of pages in the graph by kind."""
        return {kind: account.used for kind, account in self.reconciliation.pages.items() if account.used}

    @property
    def refused(self) -> Mapping[str, tuple[str, ...]]:
        """The files that are not in the graph, with the reasons."""
        return self.reconciliation.refused

    @property
    def exit_code(self) -> int:
        """0 clean or warnings only, 1 violations or an account that does not balance, 3 something could not be read."""
        clean = self.report.conforms and self.reconciliation.balanced
        return 3 if self.unreadable else 0 if clean else 1


@dataclass(frozen=True, slots=True)
class Graph:
    """Checked quads, sorted, with the conversion and the report that they come from, and the account of both."""

    quads: list[ox.Quad]
    conversion: Conversion
    report: Report
    reconciliation: Reconciliation

    @property
    def refused(self) -> Mapping[str, tuple[str, ...]]:
        """The files that are not in the graph, with the reasons."""
        return self.reconciliation.refused


def build(
    sources: Iterable[str | Path],
    store_path: str | Path = store.DEFAULT_PATH,
    *,
    lexicons: Iterable[str | Path] = (),
    tables: Iterable[str | Path] = (),
    ontologies: Iterable[str | Path] = (),
    thresholds: Thresholds | None = None,
    keep_invalid: bool = False,
    progress: Advance = no_progress,
) -> Build:
    """Builds the store at `store_path` from pages and switches it in when it is whole.

    `lexicons` and `tables` as in `convert`; `ontologies` are files of terms, each loaded into its own graph.
    With `thresholds`, figures are linked to pathways. Pages with violations stay out unless `keep_invalid`. Raises
    SourceError, LexiconError, StoreBusyError when another build runs, StoreError when the store cannot be written;
    the previous store is then unchanged.
    """
    started = time.monotonic()
    with store.staging(Path(store_path)) as stage:
        graph = assemble(
            sources,
            lexicons=lexicons,
            tables=tables,
            ontologies=ontologies,
            thresholds=thresholds,
            keep_invalid=keep_invalid,
            progress=progress,
        )
        if not graph.conversion.pages:
            return _summary(graph, time.monotonic() - started, switched=False)
        stage.load(graph.quads)
        summary = _summary(graph, time.monotonic() - started, switched=True)
        links = {} if thresholds is None else {"links": _count(graph.quads, _OVERLAP)}
        stage.commit({**_metadata(summary), **links})
    return summary


def assemble(
    sources: Iterable[str | Path],
    *,
    lexicons: Iterable[str | Path] = (),
    tables: Iterable[str | Path] = (),
    ontologies: Iterable[str | Path] = (),
    thresholds: Thresholds | None = None,
    keep_invalid: bool = False,
    progress: Advance = no_progress,
) -> Graph:
    """The checked quads of pages and ontologies, with their provenance: what `build` loads and `export` writes."""
    hierarchy = [read_ontology(Path(path)) for path in ontologies]
    conversion = convert(
        sources, lexicons=lexicons, tables=tables, terms=labels(hierarchy), progress=progress
    )
    conversion.problems.extend(problem for ontology in hierarchy for problem in ontology.problems)
    report = check(conversion, validation.load_shapes())
    refused = _refused(report, conversion, keep_invalid)
    kept = conversion.without(graph for graph, (page, _) in conversion.pages.items() if page.path in refused)
    commits = Commits()
    described = chain(
        provenance_quads(((graph, page) for graph, (page, _) in kept.pages.items()), commits),
        ontology_provenance_quads(((ontology.iri, Path(ontology.path)) for ontology in hierarchy), commits),
        prefix_quads(),
    )
    terms = chain.from_iterable(ontology.quads() for ontology in hierarchy)
    links = _links(kept.quads, thresholds) if thresholds else ()
    quads = [*kept.quads, *terms, *described, *links]
    site = site_of({graph: page.kind for graph, (page, _) in kept.pages.items()})
    quads = sorted_quads([*quads, *describe(quads, site, PROVENANCE)])
    return Graph(quads, kept, report, reconcile(kept, _built(quads, kept), refused))


def _links(quads: list[ox.Quad], thresholds: Thresholds) -> Iterator[ox.Quad]:
    from rdfkit.linking import gene_sets, link, linkset_quads

    return linkset_quads(link(*gene_sets(quad.triple for quad in quads), thresholds))


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
    """Each page that is not in the graph, and each table that is not there as a whole, with the reasons."""
    owners = {page.path: page.path for page, _ in conversion.pages.values()}
    tables = {
        table.shown: page.path for page, _ in conversion.pages.values() for table in page.tables.values()
    }
    reasons = {path: list(found) for path, found in conversion.refused.items()}
    for result in report.results:
        if result.severity is not Severity.VIOLATION or result.path is None:
            continue
        if result.path in tables and result.focus is None:
            # The mapping has left out the row or the table, so the page may stay.
            reasons.setdefault(result.path, []).append(f"line {result.line}: {result.reason}")
        elif result.path in owners | tables and not keep_invalid:
            reasons.setdefault((owners | tables)[result.path], []).append(result.reason)
    return {path: tuple(found) for path, found in reasons.items()}


def _built(quads: list[ox.Quad], conversion: Conversion) -> Counter[str]:
    """How many pages of each kind the quads hold."""
    graphs = {graph_iri(quad) for quad in quads}
    return Counter(page.kind for graph, (page, _) in conversion.pages.items() if graph in graphs)


def _count(quads: list[ox.Quad], kind: ox.NamedNode) -> int:
    """How many things of a class the quads tell of."""
    return len({quad.subject for quad in quads if quad.predicate == _TYPE and quad.object == kind})


def _summary(graph: Graph, seconds: float, *, switched: bool) -> Build:
    return Build(
        reconciliation=graph.reconciliation,
        quads=len(graph.quads),
        genes=_count(graph.quads, _GENE),
        mentions=_count(graph.quads, _MENTION),
        report=graph.report,
        seconds=seconds,
        unreadable=graph.conversion.unreadable,
        switched=switched,
    )


def _metadata(summary: Build) -> dict[str, object]:
    return {
        "rdfkit": rdfkit.__version__,
        "pages": summary.pages,
        "reconciliation": summary.reconciliation.to_json(),
        "quads": summary.quads,
        "genes": summary.genes,
        "mentions": summary.mentions,
        "diagnostics": {str(severity): count for severity, count in summary.report.count().items()},
        "seconds": round(summary.seconds, 3),
    }
