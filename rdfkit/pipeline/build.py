"""Builds a store from sources: scan, convert, settle, check what is shared, describe, link, switch.

The first build of a store loads everything. The next ones begin as a copy of it and change the graphs of the pages that
changed; a build that was stopped goes on where it was. All give the same quads.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from rdfkit.errors import SourceError, StoreError
from rdfkit.pipeline.distributed.load import load_shards
from rdfkit.pipeline.distributed.shards import read_manifest
from rdfkit.pipeline.memory import share_arenas
from rdfkit.pipeline.progress import (
    CHECKING,
    DESCRIBING,
    LINKING,
    SCANNING,
    SWITCHING,
    Advance,
    no_progress,
)
from rdfkit.pipeline.scan import scan
from rdfkit.pipeline.stages.check import check_shared, count_and_check
from rdfkit.pipeline.stages.convert import begin, convert, load_batches, spool_folder
from rdfkit.pipeline.stages.describe import describe, describe_changes
from rdfkit.pipeline.stages.link import link
from rdfkit.pipeline.stages.run import Changes, Phase, Request, Run, finish, is_too_much, open_run
from rdfkit.pipeline.stages.settle import has_pages, settle
from rdfkit.pipeline.stages.share import settle_new, settle_shared
from rdfkit.pipeline.state.database import Database
from rdfkit.pipeline.state.findings import findings
from rdfkit.pipeline.state.schema import FILE
from rdfkit.pipeline.summary import Build, metadata_of, summarize
from rdfkit.report import Report
from rdfkit.sources.locations import all_normal, normal
from rdfkit.store import DEFAULT_PATH
from rdfkit.store.builds import building, keep_updates
from rdfkit.validation import validator
from rdfkit.validation.targets import count_in_store

if TYPE_CHECKING:
    from rdfkit.pipeline.linkset import Thresholds


def build(
    sources: str | Path | Iterable[str | Path],
    store_path: str | Path = DEFAULT_PATH,
    *,
    lexicons: Iterable[str | Path] = (),
    tables: Iterable[str | Path] = (),
    ontologies: Iterable[str | Path] = (),
    thresholds: Thresholds | None = None,
    keep_invalid: bool = False,
    engine: validator.Engine = validator.Engine.RDFKIT,
    full: bool = False,
    discard_updates: bool = False,
    progress: Advance = no_progress,
) -> Build:
    """Builds the store at `store_path` from pages and switches it in when it is whole.

    Goes on from the last build of the same sources, or from one that was stopped, unless `full`. `lexicons` are files
    of genes (HGNC's complete set, NCBI's gene_info) to ground keywords with, beside what the pages teach; `tables` are
    folders of companion tables, beside the `_data` of each page; `ontologies` are files of terms, each loaded into its
    own graph. With `thresholds`, figures are linked to pathways. Pages with violations stay out unless `keep_invalid`.

    Raises SourceError when a source does not exist or holds no page, LexiconError, StoreBusyError when another build
    runs, StoreError when the store cannot be written, or was changed by SPARQL or HTTP and `discard_updates` is not
    said; the previous store is then unchanged.
    """
    request = Request(
        sources=all_normal(sources),
        lexicons=tuple(map(Path, all_normal(lexicons))),
        tables=all_normal(tables),
        ontologies=tuple(map(Path, all_normal(ontologies))),
        thresholds=thresholds,
        keep_invalid=keep_invalid,
        shapes=validator.load_shapes(engine=engine),
    )
    if not discard_updates:
        keep_updates(store_path)
    found = None if full else _build(request, Path(store_path), progress, partial(_is_usable, request))
    # None: so much has changed that a new build is quicker.
    return found or _build_new(request, Path(store_path), progress)


def examine(
    sources: str | Path | Iterable[str | Path],
    shapes: validator.Shapes,
    *,
    tables: Iterable[str | Path] = (),
    progress: Advance = no_progress,
) -> Report:
    """The report on pages that a build would make, with shapes of the user's choice. No store is left behind.

    Raises what `build` raises.
    """
    request = Request(all_normal(sources), shapes, tables=all_normal(tables), keep_invalid=True)
    with tempfile.TemporaryDirectory(prefix=f"rdfkit-{os.getpid()}-") as folder:
        path = Path(folder) / "store"
        with building(path, lambda _: False) as stage, Database(stage.folder) as database:
            run = open_run(request, stage, database, progress)
            begin(run)
            progress(SCANNING, 0, 0)
            scan(request.sources, request.tables, database)
            changes = settle(run, convert(run))
            has_pages(run)
            progress(CHECKING, 0, 0)
            settle_new(run)
            check_shared(run, changes.reviewed)
            return Report(tuple(findings(database)), *count_in_store(shapes.graph, run.stage.graph))


def load(
    place: str | Path,
    store_path: str | Path = DEFAULT_PATH,
    *,
    lexicons: Iterable[str | Path] = (),
    ontologies: Iterable[str | Path] = (),
    thresholds: Thresholds | None = None,
    discard_updates: bool = False,
    progress: Advance = no_progress,
) -> Build:
    """Builds the store from shards that `convert_to` has written to a place: the store that `build` makes.

    `lexicons` and `ontologies` are those of the conversion. Nodes that several pages describe are checked now. Raises
    ShardError when the shards cannot be read or are not those of the manifest, and what `build` raises.
    """
    started = time.monotonic()
    if not discard_updates:
        keep_updates(store_path)
    manifest = read_manifest(normal(place))
    request = Request(
        sources=manifest.sources,
        lexicons=tuple(map(Path, all_normal(lexicons))),
        tables=manifest.tables,
        ontologies=tuple(map(Path, all_normal(ontologies))),
        thresholds=thresholds,
        keep_invalid=manifest.keep_invalid,
        shapes=validator.load_shapes(),
    )
    with building(Path(store_path), lambda _: False) as stage, Database(stage.folder) as database:
        run = open_run(request, stage, database, progress)
        begin(run)
        batches = load_shards(normal(place), manifest, database, spool_folder(run))
        changes = load_batches(run, batches, len(manifest.shards), manifest.program)
        return _complete(run, changes, started)


def _build_new(request: Request, path: Path, progress: Advance) -> Build:
    found = _build(request, path, progress, lambda folder: False)
    if found is None:  # nothing is changed in an empty build, so it cannot be too much
        raise SourceError("no page with front matter", path=", ".join(request.sources))
    return found


def _build(
    request: Request, path: Path, progress: Advance, is_usable: Callable[[Path], bool]
) -> Build | None:
    """One build; None when it would change so much of the last one that a new one is quicker."""
    share_arenas()
    started = time.monotonic()
    with building(path, is_usable, (FILE,)) as stage, Database(stage.folder) as database:
        run = open_run(request, stage, database, progress)
        taken_over = begin(run)
        progress(SCANNING, 0, 0)
        scanned = Changes(owners=scan(request.sources, request.tables, database))
        if run.is_change and is_too_much(database):
            return None
        return _complete(run, Changes.of([taken_over, scanned, convert(run)]), started)


def _complete(run: Run, changes: Changes, started: float) -> Build:
    """What follows when all pages are converted."""
    changes = settle(run, changes)
    if not has_pages(run):
        return summarize(run, changes, started, switched=False)
    run.progress(CHECKING, 0, 0)
    if run.is_change:
        settle_shared(run)
        refused = check_shared(run, changes.reviewed)
        run.progress(DESCRIBING, 0, 0)
        describe_changes(run, changes.altered | refused)
    else:
        settle_new(run)
        counts = count_and_check(run)
        run.progress(DESCRIBING, 0, 0)
        describe(run, counts)
    if run.request.thresholds is not None:
        run.progress(LINKING, 0, 0)
    link(run)
    run.progress(SWITCHING, 0, 0)
    summary = summarize(run, changes, started, switched=True)
    finish(run)
    run.stage.commit(metadata_of(summary))
    return summary


def _is_usable(request: Request, folder: Path) -> bool:
    """Whether an earlier build, finished or stopped, is one to go on from."""
    if not (folder / FILE).exists():
        return False
    try:
        with Database(folder) as database:
            phase = database.setting("phase")
            usable = (Phase.CONVERTING, Phase.SETTLING, Phase.DONE)
            return phase in usable and database.setting("fingerprint") == request.fingerprint()
    except StoreError:
        # The file is damaged, as after a power failure.
        return False
