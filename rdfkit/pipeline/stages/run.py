"""One run of a build: what it is to build, how far it is, and what each of its stages needs."""

from __future__ import annotations

import json
from collections.abc import Iterable, Set
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from rdfkit.entities.index import files
from rdfkit.pipeline.batches import Batches
from rdfkit.pipeline.fingerprint import program
from rdfkit.pipeline.progress import Advance
from rdfkit.pipeline.resolver import Resolver
from rdfkit.pipeline.state.database import Database
from rdfkit.pipeline.state.graphs import kind_of_graph
from rdfkit.pipeline.state.model import PageState
from rdfkit.pipeline.state.pages import count_in, count_pages
from rdfkit.sources.ontologies.model import Ontology
from rdfkit.sources.ontologies.reader import read_ontology
from rdfkit.store.builds import Stage
from rdfkit.store.graph_editor import Editor
from rdfkit.store.void import site_of_kind
from rdfkit.validation.validator import Shapes

if TYPE_CHECKING:
    from rdfkit.pipeline.linkset import Thresholds

# With fewer pages it takes longer to start processes, or a new build, than to do the work.
FEW_PAGES = 200
# A build that changes more than this share of the pages is quicker as a new one.
_MOST_CHANGED = 0.2


@dataclass(frozen=True, slots=True)
class Request:
    """What is to be built of what: see `build`."""

    sources: tuple[str, ...]
    shapes: Shapes
    lexicons: tuple[Path, ...] = ()
    tables: tuple[str, ...] = ()
    ontologies: tuple[Path, ...] = ()
    thresholds: Thresholds | None = None
    keep_invalid: bool = False

    def fingerprint(self) -> str:
        """What a build must have in common with an earlier one to go on from it: the program and what it was told."""
        told = [self.sources, self.tables, self.keep_invalid, self.shapes.compiled is None]
        return f"{program()} {json.dumps(told)}"


class Phase(StrEnum):
    """How far a build is. In the first two it can be stopped and gone on with."""

    CONVERTING = "converting"
    SETTLING = "settling"
    CHANGING = "changing"
    DESCRIBING = "describing"
    DONE = "done"


class GraphSites:
    """To which dataset each graph belongs: that of the page which first claimed it in this run, or before."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._known: dict[str, str | None] = {}

    def __call__(self, graph: str) -> str | None:
        """The dataset of a graph; None for one that is no page's."""
        if graph not in self._known:
            self._known[graph] = site_of_kind(kind_of_graph(self._database, graph), graph)
        return self._known[graph]

    def note(self, graph: str, kind: str | None) -> None:
        """Notes that a graph is that of a page of this kind, before the database has it."""
        self._known[graph] = site_of_kind(kind, graph)


@dataclass(frozen=True, slots=True)
class Run:
    """What the stages of a build need. `is_change` says that it goes on from a build that is whole."""

    request: Request
    stage: Stage
    database: Database
    progress: Advance
    is_change: bool
    ontologies: tuple[Ontology, ...]
    batches: Batches
    sites: GraphSites
    editor: Editor


@dataclass(frozen=True, slots=True)
class Changes:
    """What a stage has done, for those after it.

    `converted` counts conversions of pages, `altered` are the graphs of pages that have other quads than before,
    `reviewed` the nodes of changed pages whose check needs all pages. `owners` says that a graph or table may
    belong to another page than before.
    """

    converted: int = 0
    altered: Set[str] = field(default=frozenset())
    reviewed: Set[str] = field(default=frozenset())
    owners: bool = False

    @classmethod
    def of(cls, parts: Iterable[Changes]) -> Changes:
        """All that was done part by part."""
        converted, owners = 0, False
        altered: set[str] = set()
        reviewed: set[str] = set()
        for part in parts:
            converted += part.converted
            altered |= part.altered
            reviewed |= part.reviewed
            owners = owners or part.owners
        return cls(converted, altered, reviewed, owners)


def open_run(request: Request, stage: Stage, database: Database, progress: Advance) -> Run:
    """The run of a request on a stage of the store and the database beside it. Raises OntologyError."""
    ontologies = tuple(read_ontology(path) for path in request.ontologies)
    resolver = Resolver(database, request.lexicons, ontologies)
    sites = GraphSites(database)
    return Run(
        request=request,
        stage=stage,
        database=database,
        progress=progress,
        is_change=database.setting("phase") == Phase.DONE,
        ontologies=ontologies,
        batches=Batches(database, resolver, request.shapes.compiled, request.keep_invalid),
        sites=sites,
        editor=Editor(stage, sites),
    )


def is_too_much(database: Database) -> bool:
    """Whether so many pages wait that a new build is quicker than a change."""
    waiting = count_in(database, PageState.PENDING)
    return waiting > FEW_PAGES and waiting > _MOST_CHANGED * count_pages(database)


def add_quads(database: Database, number: int) -> int:
    """Adds to the number of quads of the build; gives their number."""
    quads = int(database.setting("quads") or 0) + number
    database.set("quads", str(quads))
    return quads


def finish(run: Run) -> None:
    """Notes that the build is whole, and has its index of labels made from that of the last: see `entities.index`."""
    run.database.set("phase", Phase.DONE)
    files.disinherit_labels(run.stage.folder)
    # Of one that was stopped at its end nobody knows any more what it had changed.
    if run.stage.base is not None:
        touched = (node.value for node in run.editor.touched)
        files.inherit_labels(run.stage.base, run.stage.folder, touched)
