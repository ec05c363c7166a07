"""Settles a build: until no page was told, or given, what is no longer true."""

from __future__ import annotations

import json

from rdfkit.errors import SourceError
from rdfkit.pipeline.conflicts import note_strays, settle_graphs, settle_tables
from rdfkit.pipeline.stages.convert import convert_waiting
from rdfkit.pipeline.stages.run import Changes, Run
from rdfkit.pipeline.state.lookups import await_misinformed, forget_touched, lookups, touched_lookups
from rdfkit.pipeline.state.model import PageState
from rdfkit.pipeline.state.pages import count_in, count_pages
from rdfkit.sources.filesystems import file_sha256


def settle(run: Run, changes: Changes) -> Changes:
    """Has pages converted again until each has its own graph, its own tables, and right answers.

    `changes` are those of the stages before; gives them with its own.
    """
    are_files_new = _are_files_new(run)
    while True:
        if changes.owners or not run.is_change:
            settle_graphs(run.database)
            settle_tables(run.database)
        _inform(run, are_files_new)
        if not count_in(run.database, PageState.PENDING):
            break
        changes = Changes.of([changes, convert_waiting(run)])
    if changes.owners or not run.is_change:
        note_strays(run.database)
    return changes


def has_pages(run: Run) -> bool:
    """Whether there is a page to keep. Raises SourceError when no source is a page, or even should be."""
    if not count_pages(run.database):
        raise SourceError(
            "no page with front matter",
            path=", ".join(run.request.sources),
            expected="Markdown or YAML files that begin with three hyphens",
        )
    return bool(count_in(run.database, PageState.USED))


def _inform(run: Run, are_files_new: bool) -> None:
    """Has pages converted again that were given answers which are wrong."""
    database = run.database
    if not run.is_change:
        wanted = lookups(database)
    else:
        wanted = touched_lookups(database)
        wanted += lookups(database, ("gene", "term", "described")) if are_files_new else []
    forget_touched(database)
    await_misinformed(database, run.batches.resolver.answers(dict.fromkeys(wanted)))


def _are_files_new(run: Run) -> bool:
    """Whether the files that the user names beside the pages are others than before."""
    paths = (*run.request.lexicons, *run.request.ontologies)
    now = json.dumps([[str(path), file_sha256(str(path))] for path in paths])
    before = run.database.setting("files")
    run.database.set("files", now)
    return now != before
