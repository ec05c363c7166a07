"""Converts the pages that wait: read, mapped and checked by processes, and loaded into the graph."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from itertools import chain
from pathlib import Path

import pyoxigraph as ox

from rdfkit.pipeline.converter import Outcome, convert_batch
from rdfkit.pipeline.fingerprint import program
from rdfkit.pipeline.processes import in_background, in_workers
from rdfkit.pipeline.progress import AGAIN, CONVERTING
from rdfkit.pipeline.spool import FOLDER, Job, Spooled, Spooler, spooled
from rdfkit.pipeline.stages.run import FEW_PAGES, Changes, Phase, Run
from rdfkit.pipeline.state.findings import await_unsettled
from rdfkit.pipeline.state.graphs import holder, loaded, set_loaded, shared_of
from rdfkit.pipeline.state.model import PageState, Scope
from rdfkit.pipeline.state.pages import count_in, forget, gone_pages, pending, put
from rdfkit.pipeline.state.uses import add_uses, forget_uses
from rdfkit.store.void import site_of_kind

# Pages to a batch: some 10 MB of N-Quads, a second of work.
_BATCH = 250
# Batches that are loaded side by side: one is read while the files of another are written.
_LOADERS = 2


def begin(run: Run) -> Changes:
    """Takes over what an earlier build has left."""
    database = run.database
    database.set("fingerprint", run.request.fingerprint())
    if database.setting("phase") is None:
        database.set("phase", Phase.CONVERTING)
        return Changes()
    await_unsettled(database)
    if run.is_change:
        database.set("phase", Phase.CHANGING)
        return Changes()
    database.index()
    return Changes.of(_load(run, batch) for batch in spooled(run.stage.folder / FOLDER))


def load_batches(run: Run, batches: Iterable[Spooled], number: int, made_by: str) -> Changes:
    """Takes the pages of so many batches, which another program may have made, as if they had just been converted."""
    parts = []
    for done, batch in enumerate(batches, 1):
        parts.append(_load(run, batch))
        run.progress("shards", done, number)
    if made_by != program():
        # The next build must not take what another version has made for its own.
        run.database.set("fingerprint", made_by)
    run.database.index()
    run.database.set("phase", Phase.SETTLING)
    return Changes.of(parts)


def convert(run: Run) -> Changes:
    """Converts the pages that wait; loads those that are new, changes the graphs of the others."""
    changes = convert_waiting(run)
    if not run.is_change:
        run.database.index()
        run.database.set("phase", Phase.SETTLING)
    return changes


def convert_waiting(run: Run) -> Changes:
    """Converts the pages that wait, in a build that may have converted others before."""
    if run.is_change:
        return Changes.of(_convert_changed(run, Scope.ALL))
    return Changes.of(chain(_convert_new(run), _convert_changed(run, Scope.LOADED)))


def spool_folder(run: Run) -> Path:
    """The folder of the batches that wait to be loaded; made if it is not there."""
    folder = run.stage.folder / FOLDER
    folder.mkdir(exist_ok=True)
    return folder


def _convert_new(run: Run) -> Iterator[Changes]:
    """Converts the pages that are not in the store, in several processes, and loads them."""
    total = count_in(run.database, PageState.PENDING)
    stage = AGAIN if run.database.setting("phase") == Phase.SETTLING else CONVERTING
    run.progress(stage, 0, total)
    make = partial(Spooler, spool_folder(run), run.request.shapes.compiled)
    jobs = _jobs(run)
    batches = in_workers(make, Spooler.spool, jobs) if total > FEW_PAGES else map(make().spool, jobs)
    done = 0
    with ThreadPoolExecutor(_LOADERS) as pool:
        for batch in in_background(pool, partial(_load_graph, run), batches, _LOADERS + 1):
            yield _note(run, batch)
            done += len(batch.pages)
            run.progress(stage, done, total)


def _jobs(run: Run) -> Iterator[Job]:
    # Each process has the shapes already.
    batches = replace(run.batches, shapes=None)
    for number, pages in enumerate(pending(run.database, _BATCH, Scope.NEW)):
        yield Job(number, tuple(page.id for page in pages), batches.batch(pages))


def _load(run: Run, batch: Spooled) -> Changes:
    return _note(run, _load_graph(run, batch))


def _load_graph(run: Run, batch: Spooled) -> Spooled:
    run.stage.load_file(batch.path)
    return batch


def _note(run: Run, batch: Spooled) -> Changes:
    """Notes what became of the pages of a batch that is loaded."""
    owners = put(run.database, batch.pages)
    if batch.uses is None:
        forget_uses(run.database)
    else:
        # A page is loaded in one batch, though it may have been converted in others.
        first = next((page for page, one in batch.pages if one.state is PageState.USED), 0)
        add_uses(run.database, first, batch.uses)
    set_loaded(
        run.database,
        ((page, [one.graph]) for page, one in batch.pages if one.state is PageState.USED and one.graph),
    )
    batch.remove()
    return Changes(converted=len(batch.pages), owners=owners)


def _convert_changed(run: Run, scope: Scope) -> Iterator[Changes]:
    """Converts pages in this process, and changes their graphs."""
    for number in gone_pages(run.database):
        yield _change(run, number, None)
        forget(run.database, number)
    total, done = count_in(run.database, PageState.PENDING), 0
    for pages in pending(run.database, _BATCH, scope):
        outcomes = convert_batch(run.batches.batch(pages))
        for page, outcome in zip(pages, outcomes, strict=True):
            yield _change(run, page.id, outcome)
        done += len(pages)
        run.progress(AGAIN, done, max(done, total))


def _change(run: Run, page: int, outcome: Outcome | None) -> Changes:
    """Gives the graph of a page its quads, and takes them out of the graphs where they were."""
    database = run.database
    forget_uses(database)
    before, reviewed, altered = loaded(database, page), set(shared_of(database, page)), set()
    graph = outcome.converted.graph if outcome and outcome.converted.state is PageState.USED else None
    after = [graph] if graph is not None else []
    # Another page may have been there first.
    owners = graph is not None and graph not in before
    set_loaded(database, [(page, sorted({*before, *after}))])
    for name in before:
        if name != graph and holder(database, name) in (None, page):
            run.editor.replace(name, ())
            altered.add(name)
    if outcome is not None:
        if graph is not None:
            if run.sites(graph) != site_of_kind(outcome.converted.kind, graph):
                # What it held goes from the dataset that it was of.
                run.editor.replace(graph, ())
            run.sites.note(graph, outcome.converted.kind)
            run.editor.replace(graph, ox.parse(outcome.n_quads(), ox.RdfFormat.N_QUADS))
            altered.add(graph)
        owners = put(database, [(page, outcome.converted)]) or owners
        reviewed.update(outcome.converted.shared)
    set_loaded(database, [(page, after)])
    return Changes(int(outcome is not None), altered, reviewed, owners)
