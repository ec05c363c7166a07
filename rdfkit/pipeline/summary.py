"""What a build did: counts, findings, and what became of every page and row."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyoxigraph as ox

from rdfkit.errors import StoreError
from rdfkit.pipeline.stages.run import Changes, Run, add_quads
from rdfkit.pipeline.state.database import Database
from rdfkit.pipeline.state.findings import count_findings, findings, refusals, row_accounts
from rdfkit.pipeline.state.model import PageState
from rdfkit.pipeline.state.pages import count_in, is_unreadable, page_accounts
from rdfkit.pipeline.state.schema import FILE
from rdfkit.rdf.identifiers import expand
from rdfkit.report import Report, Severity
from rdfkit.store.coverage import Account, Coverage
from rdfkit.version import __version__

_GENE = expand("schema:Gene")
_ENTREZ = expand("wp:bdbEntrezGene")
_MENTION = expand("oa:Annotation")


@dataclass(frozen=True, slots=True)
class Build:
    """What a build did.

    `reconciliation` covers every page and row. `quads`, `genes` (each once, of figures and of pathways) and `mentions`
    count what is in the store, `links` the linked pairs if that was asked for, `findings` how many there are of each
    severity, `seconds` is the time it took, `changed` how often a page was converted. `unreadable` says whether a
    source could not be read at all, `switched` whether the store now holds this build: a build without a single page to
    keep leaves it as it was. `folder` is that of the build.
    """

    reconciliation: Coverage
    quads: int
    genes: int
    mentions: int
    links: int | None
    findings: Mapping[Severity, int]
    seconds: float
    changed: int
    unreadable: bool
    switched: bool
    folder: Path
    kept_report: Report | None = None

    @property
    def report(self) -> Report:
        """All findings. They are read from the build, as there may be many.

        Raises StoreError when a later build has taken its place.
        """
        if self.kept_report is not None:
            return self.kept_report
        if not (self.folder / FILE).exists():
            raise StoreError(
                "the store was built again, and the findings of this build are gone", path=str(self.folder)
            )
        with Database(self.folder) as database:
            return Report(tuple(findings(database)))

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
        clean = not self.findings[Severity.VIOLATION] and self.reconciliation.balanced
        return 3 if self.unreadable else 0 if clean else 1

    def exit_code_of(self, new: Report) -> int:
        """The same where only some of the findings count: those that are new."""
        is_unreadable = any(result.rule == "page-unreadable" for result in new.results)
        return 3 if is_unreadable else 0 if new.conforms and self.reconciliation.balanced else 1


def summarize(run: Run, changes: Changes, started: float, *, switched: bool) -> Build:
    """What a run has done since `started` (`time.monotonic`), and whether it is to be switched in."""
    database, graph = run.database, run.stage.graph
    return Build(
        reconciliation=_coverage(database),
        quads=add_quads(database, run.editor.added if run.is_change else 0),
        genes=_count(graph, f"{{ ?thing a <{_GENE}> }} UNION {{ ?node <{_ENTREZ}> ?thing }}"),
        mentions=_count(graph, f"?thing a <{_MENTION}>"),
        links=int(database.setting("links") or 0) if run.request.thresholds else None,
        findings=count_findings(database),
        seconds=time.monotonic() - started,
        changed=changes.converted,
        unreadable=is_unreadable(database),
        switched=switched,
        folder=run.stage.folder,
        kept_report=None if switched else Report(tuple(findings(database))),
    )


def _coverage(database: Database) -> Coverage:
    return Coverage(
        pages={kind: Account(*numbers) for kind, numbers in page_accounts(database).items()},
        rows={
            kind: Account(found, found - refused, refused)
            for kind, (found, refused) in row_accounts(database).items()
        },
        refused=refusals(database),
        skipped=count_in(database, PageState.SKIPPED),
    )


def _count(graph: ox.Store, pattern: str) -> int:
    """How many things fit a pattern, each once."""
    rows: Any = graph.query(
        f"SELECT (COUNT(DISTINCT ?thing) AS ?n) {{ {pattern} }}", use_default_graph_as_union=True
    )
    return int(next(iter(rows))["n"].value)


def metadata_of(summary: Build) -> dict[str, object]:
    """What the store says of how it was built, as JSON values."""
    return {
        "rdfkit": __version__,
        "pages": summary.pages,
        "reconciliation": summary.reconciliation.to_json(),
        "quads": summary.quads,
        "genes": summary.genes,
        "mentions": summary.mentions,
        "diagnostics": {str(severity): count for severity, count in summary.findings.items()},
        "seconds": round(summary.seconds, 3),
        **({"links": summary.links} if summary.links is not None else {}),
    }
