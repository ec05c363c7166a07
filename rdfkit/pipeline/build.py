"""Builds a store from sources: survey, convert, settle, check what is shared, describe, link, switch.

The first build of a store loads everything. The next ones begin as a copy of it and change the graphs of the pages that
changed; a build that was stopped goes on where it was. All give the same quads.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox

import rdfkit
from rdfkit import store, validation
from rdfkit.errors import SourceError, StoreError
from rdfkit.identifiers import expand
from rdfkit.pipeline.converter import (
    Advance,
    no_progress,
)
from rdfkit.pipeline.distributed.shards import read_manifest
from rdfkit.pipeline.scan import survey
from rdfkit.pipeline.stages.run import Phase, Request, Run
from rdfkit.pipeline.state.database import FILE, Inventory, State
from rdfkit.places import normal
from rdfkit.reconciliation import Account, Reconciliation
from rdfkit.report import Report, Severity

if TYPE_CHECKING:
    from rdfkit.pipeline.linkset import Thresholds

_GENE = expand("schema:Gene")
_MENTION = expand("oa:Annotation")


@dataclass(frozen=True, slots=True)
class Build:
    """What a build did.

    `reconciliation` accounts for every page and row. `quads`, `genes` (distinct) and `mentions` count what is in the
    store, `links` the linked pairs if that was asked for, `findings` how many there are of each severity, `seconds` is
    the time it took, `changed` how often a page was converted. `unreadable` says whether a source could not be read at
    all, `switched` whether the store now holds this build: a build without a single page to keep leaves it as it was.
    `folder` is that of the build.
    """

    reconciliation: Reconciliation
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
        with Inventory(self.folder) as inventory:
            return Report(tuple(inventory.findings()))

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


def build(
    sources: Iterable[str | Path],
    store_path: str | Path = store.DEFAULT_PATH,
    *,
    lexicons: Iterable[str | Path] = (),
    tables: Iterable[str | Path] = (),
    ontologies: Iterable[str | Path] = (),
    thresholds: Thresholds | None = None,
    keep_invalid: bool = False,
    engine: validation.Engine = validation.Engine.RDFKIT,
    full: bool = False,
    progress: Advance = no_progress,
) -> Build:
    """Builds the store at `store_path` from pages and switches it in when it is whole.

    Goes on from the last build of the same sources, or from one that was stopped, unless `full`. `lexicons` are files
    of genes (HGNC's complete set, NCBI's gene_info) to ground keywords with, beside what the pages teach; `tables` are
    folders of companion tables, beside the `_data` of each page; `ontologies` are files of terms, each loaded into its
    own graph. With `thresholds`, figures are linked to pathways. Pages with violations stay out unless `keep_invalid`.

    Raises SourceError when a source does not exist or holds no page, LexiconError, StoreBusyError when another build
    runs, StoreError when the store cannot be written; the previous store is then unchanged.
    """
    request = Request(
        sources=tuple(map(normal, sources)),
        lexicons=tuple(map(Path, lexicons)),
        tables=tuple(map(normal, tables)),
        ontologies=tuple(map(Path, ontologies)),
        thresholds=thresholds,
        keep_invalid=keep_invalid,
        shapes=validation.load_shapes(engine=engine),
    )
    found = None if full else _build(request, Path(store_path), progress, _is_usable(request))
    # None: so much has changed that a new build is quicker.
    return found or _build_new(request, Path(store_path), progress)


def examine(
    sources: Iterable[str | Path],
    shapes: validation.Shapes,
    *,
    tables: Iterable[str | Path] = (),
    progress: Advance = no_progress,
) -> Report:
    """The report on pages that a build would make, with shapes of the user's choice. No store is left behind.

    Raises what `build` raises.
    """
    request = Request(
        tuple(map(normal, sources)),
        (),
        tuple(map(normal, tables)),
        (),
        None,
        keep_invalid=True,
        shapes=shapes,
    )
    with tempfile.TemporaryDirectory(prefix="rdfkit-") as folder:
        path = Path(folder) / "store"
        with store.building(path, lambda _: False) as stage, Inventory(stage.folder) as inventory:
            run = Run(request, stage, inventory, progress)
            run.begin()
            survey(request.sources, request.tables, inventory)
            run.convert()
            run.settle()
            run.has_pages()
            run.check_shared()
            return Report(tuple(inventory.findings()))


def load(
    place: str | Path,
    store_path: str | Path = store.DEFAULT_PATH,
    *,
    lexicons: Iterable[str | Path] = (),
    ontologies: Iterable[str | Path] = (),
    thresholds: Thresholds | None = None,
    progress: Advance = no_progress,
) -> Build:
    """Builds the store from shards that `sharding.convert_to` has written to a place: the store that `build` makes.

    `lexicons` and `ontologies` are those of the conversion. Nodes that several pages describe are checked now. Raises
    ShardError when the shards cannot be read or are not those of the manifest, and what `build` raises.
    """
    started = time.monotonic()
    manifest = read_manifest(normal(place))
    request = Request(
        sources=manifest.sources,
        lexicons=tuple(map(Path, lexicons)),
        tables=manifest.tables,
        ontologies=tuple(map(Path, ontologies)),
        thresholds=thresholds,
        keep_invalid=manifest.keep_invalid,
        shapes=validation.load_shapes(),
    )
    with store.building(Path(store_path), lambda _: False) as stage, Inventory(stage.folder) as inventory:
        run = Run(request, stage, inventory, progress)
        run.begin()
        run.load(normal(place), manifest)
        return _complete(run, started)


def _build_new(request: Request, path: Path, progress: Advance) -> Build:
    found = _build(request, path, progress, lambda folder: False)
    if found is None:  # nothing is changed in an empty build, so it cannot be too much
        raise SourceError("no page with front matter", path=", ".join(request.sources))
    return found


def _build(
    request: Request, path: Path, progress: Advance, is_usable: Callable[[Path], bool]
) -> Build | None:
    """One build; None when it would change so much of the last one that a new one is quicker."""
    started = time.monotonic()
    with store.building(path, is_usable, (FILE,)) as stage, Inventory(stage.folder) as inventory:
        run = Run(request, stage, inventory, progress)
        run.begin()
        survey(request.sources, request.tables, inventory)
        if run.is_change and run.is_too_much():
            return None
        run.convert()
        return _complete(run, started)


def _complete(run: Run, started: float) -> Build:
    """What follows when all pages are converted."""
    run.settle()
    if not run.has_pages():
        return _summary(run, started, switched=False)
    if run.is_change:
        run.check_shared()
        run.describe_changes()
    else:
        run.describe(run.count_and_check())
    run.link()
    summary = _summary(run, started, switched=True)
    run.finish()
    run.inherit_labels()
    run.stage.commit(_metadata(summary))
    return summary


def _summary(run: Run, started: float, *, switched: bool) -> Build:
    inventory, graph = run.inventory, run.stage.graph
    return Build(
        reconciliation=_reconciliation(inventory),
        quads=run.number_of_quads(),
        genes=_instances(graph, _GENE),
        mentions=_instances(graph, _MENTION),
        links=int(inventory.setting("links") or 0) if run.request.thresholds else None,
        findings=inventory.count_findings(),
        seconds=time.monotonic() - started,
        changed=run.converted,
        unreadable=inventory.is_unreadable(),
        switched=switched,
        folder=run.stage.folder,
        kept_report=None if switched else Report(tuple(inventory.findings())),
    )


def _reconciliation(inventory: Inventory) -> Reconciliation:
    return Reconciliation(
        pages={kind: Account(*numbers) for kind, numbers in inventory.page_accounts().items()},
        rows={
            kind: Account(found, found - refused, refused)
            for kind, (found, refused) in inventory.row_accounts().items()
        },
        refused=inventory.refusals(),
        skipped=inventory.count(State.SKIPPED),
    )


def _instances(graph: ox.Store, kind: str) -> int:
    """How many things of a class there are."""
    rows: Any = graph.query(f"SELECT (COUNT(*) AS ?n) {{ ?thing a <{kind}> }}")
    return int(next(iter(rows))["n"].value)


def _is_usable(request: Request) -> Callable[[Path], bool]:
    """Whether an earlier build, finished or stopped, is one to go on from."""

    def is_usable(folder: Path) -> bool:
        if not (folder / FILE).exists():
            return False
        with Inventory(folder) as inventory:
            phase = inventory.setting("phase")
            usable = (Phase.CONVERTING, Phase.SETTLING, Phase.DONE)
            return phase in usable and inventory.setting("fingerprint") == request.fingerprint()

    return is_usable


def _metadata(summary: Build) -> dict[str, object]:
    return {
        "rdfkit": rdfkit.__version__,
        "pages": summary.pages,
        "reconciliation": summary.reconciliation.to_json(),
        "quads": summary.quads,
        "genes": summary.genes,
        "mentions": summary.mentions,
        "diagnostics": {str(severity): count for severity, count in summary.findings.items()},
        "seconds": round(summary.seconds, 3),
        **({"links": summary.links} if summary.links is not None else {}),
    }
