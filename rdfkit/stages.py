"""The stages of a build, in order: begin, convert, settle, check what is shared, describe, link, finish.

Each works on the graph of a stage of the store and on the inventory beside it. `builder` runs them.
"""

from __future__ import annotations

import json
import pickle
import secrets
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from enum import StrEnum
from itertools import chain, islice
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

import pyoxigraph as ox

from rdfkit import labels, ownership, validation
from rdfkit.conversion import (
    Advance,
    Batch,
    Outcome,
    Task,
    convert_batch,
    map_task,
    unsaid,
)
from rdfkit.errors import SourceError
from rdfkit.identifiers import expand
from rdfkit.inventory import Companion, Inventory, Scope, State, Waiting
from rdfkit.knowledge import Knowledge
from rdfkit.ontologies import Ontology, read_ontology
from rdfkit.places import file_sha256
from rdfkit.processes import in_background, in_processes
from rdfkit.program import program
from rdfkit.provenance import GRAPH as PROVENANCE
from rdfkit.provenance import (
    Commits,
    ontology_provenance_quads,
    prefix_quads,
    provenance_quads,
    provenance_triples,
    version_quad,
)
from rdfkit.quads import sorted_quads
from rdfkit.report import Result, Severity
from rdfkit.shacl import CompiledShapes, ShapeResult
from rdfkit.sharding import unpacked
from rdfkit.shards import Manifest
from rdfkit.spool import FOLDER as SPOOL
from rdfkit.spool import Job, Spooled, spool, spooled
from rdfkit.store import Stage, Store
from rdfkit.store.graph_editor import Editor
from rdfkit.store.statistics import Counts, count_merged, count_store
from rdfkit.store.void import describe, site_of_kind
from rdfkit.union import can_be_parted, check_union, confirmed_suspects, holders

if TYPE_CHECKING:
    from rdfkit.linking import Thresholds

_DERIVED = ox.NamedNode(expand("prov:wasDerivedFrom"))
_LINKSET = expand("pfocr:linkset")
# Pages to a batch: some 10 MB of N-Quads, a second of work.
_BATCH = 250
# Batches that are loaded side by side: one is read while the files of another are written.
_LOADERS = 2
# With fewer pages it takes longer to start processes than to do the work.
_FEW = 200
# A build that changes more than this share of the pages is quicker as a new one.
_MOST_CHANGED = 0.2
# Quads that are written and loaded together.
_SLICE = 500_000


@dataclass(frozen=True, slots=True)
class Request:
    """What is to be built of what: see `build`."""

    sources: tuple[str, ...]
    lexicons: tuple[Path, ...]
    tables: tuple[str, ...]
    ontologies: tuple[Path, ...]
    thresholds: Thresholds | None
    keep_invalid: bool
    shapes: validation.Shapes

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


class Run:
    """One run of a build: its stages, in order."""

    def __init__(self, request: Request, stage: Stage, inventory: Inventory, progress: Advance) -> None:
        self.request = request
        self.stage = stage
        self.inventory = inventory
        self.progress = progress
        self.is_change = inventory.setting("phase") == Phase.DONE
        self.shapes = request.shapes
        self.ontologies = tuple(read_ontology(path) for path in request.ontologies)
        self.knowledge = Knowledge(inventory, request.lexicons, self.ontologies)
        self.editor = Editor(stage, self._site)
        self.converted = 0
        self.reviewed: set[str] = set()
        self.altered: set[str] = set()
        self._sites: dict[str, str | None] = {}

    # --- survey ---

    def begin(self) -> None:
        """Takes over what an earlier build has left."""
        self.inventory.set("fingerprint", self.request.fingerprint())
        if self.is_change:
            self.inventory.set("phase", Phase.CHANGING)
            self.inventory.await_unsettled()
        elif self.inventory.setting("phase") is None:
            self.inventory.set("phase", Phase.CONVERTING)
        else:
            self.inventory.index()
            for batch in spooled(self.stage.folder / SPOOL):
                self._load(batch)

    def is_too_much(self) -> bool:
        """Whether so much has changed that a new build is quicker."""
        waiting = self.inventory.count(State.PENDING)
        return waiting > _FEW and waiting > _MOST_CHANGED * self.inventory.count_pages()

    def load(self, place: str, manifest: Manifest) -> None:
        """Takes the pages of shards as if they had just been converted."""
        folder = self.stage.folder / SPOOL
        folder.mkdir(exist_ok=True)
        for number, batch in enumerate(unpacked(place, manifest, self.inventory, folder), 1):
            self._load(batch)
            self.progress("shards", number, len(manifest.shards))
        if manifest.program != program():
            # The next build must not take what another version has made for its own.
            self.inventory.set("fingerprint", manifest.program)
        self.inventory.index()
        self.inventory.set("phase", Phase.SETTLING)

    # --- convert: read, map, check, load ---

    def convert(self) -> None:
        """Converts the pages that wait; loads those that are new, changes the graphs of the others."""
        self._convert_waiting()
        if not self.is_change:
            self.inventory.index()
            self.inventory.set("phase", Phase.SETTLING)

    def _convert_waiting(self) -> None:
        if not self.is_change:
            self._convert_new()
        self._convert_changed()

    def _convert_new(self) -> None:
        """Converts the pages that are not in the store, in several processes, and loads them."""
        total = self.inventory.count(State.PENDING)
        jobs = self._jobs()
        batches = in_processes(spool, jobs) if total > _FEW else map(spool, jobs)
        done = 0
        with ThreadPoolExecutor(_LOADERS) as pool:
            for batch in in_background(pool, self._load_graph, batches, _LOADERS + 1):
                self._note(batch)
                done += len(batch.pages)
                self.progress("pages", done, total)

    def _jobs(self) -> Iterator[Job]:
        folder = self.stage.folder / SPOOL
        folder.mkdir(exist_ok=True)
        name, shapes = secrets.token_hex(8), pickle.dumps(self.shapes.compiled)
        for number, pages in enumerate(self.inventory.pending(_BATCH, Scope.NEW)):
            batch = self._batch(pages)
            numbers = tuple(page.id for page in pages)
            yield Job(
                name, number, str(folder), numbers, batch.tasks, batch.answers, shapes, batch.keep_invalid
            )

    def _batch(self, pages: list[Waiting]) -> Batch:
        """The work on some pages: their files, tables, and answers to what they asked when they were last read."""
        asked = self.inventory.questions_of(page.id for page in pages if page.name is not None)
        return Batch(
            tuple(Task(page.file, tuple(self._tables(page))) for page in pages),
            self.knowledge.answers(asked),
            self.shapes.compiled,
            self.request.keep_invalid,
        )

    def _tables(self, page: Waiting) -> list[Companion]:
        """The tables that may be a page's: by its name if that is known and no page before has it, else by its file."""
        name = page.name if page.name is not None else PurePosixPath(page.file.relative).stem
        tables = self.inventory.companions_of(name)
        if tables and page.name is not None and self.inventory.owner(page.kind or "", name) != page.id:
            return []
        return tables

    def _load(self, batch: Spooled) -> None:
        self._note(self._load_graph(batch))

    def _load_graph(self, batch: Spooled) -> Spooled:
        self.stage.load_file(batch.path)
        return batch

    def _note(self, batch: Spooled) -> None:
        """Notes what became of the pages of a batch that is loaded."""
        self.inventory.put(batch.pages)
        loaded = ((page, [one.graph]) for page, one in batch.pages if one.state is State.USED and one.graph)
        self.inventory.set_loaded(loaded)
        batch.remove()
        self.converted += len(batch.pages)

    def _convert_changed(self) -> None:
        """Converts pages in this process, and changes their graphs."""
        for number in self.inventory.gone():
            self._change(number, None)
            self.inventory.forget(number)
        for pages in self.inventory.pending(_BATCH, Scope.ALL if self.is_change else Scope.LOADED):
            outcomes = convert_batch(self._batch(pages))
            for page, outcome in zip(pages, outcomes, strict=True):
                self._change(page.id, outcome)
                self.converted += 1

    def _change(self, page: int, outcome: Outcome | None) -> None:
        """Gives the graph of a page its quads, and takes them out of the graphs where they were."""
        before = self.inventory.loaded(page)
        self.reviewed.update(self.inventory.shared_of(page))
        graph = outcome.converted.graph if outcome and outcome.converted.state is State.USED else None
        after = [graph] if graph is not None else []
        if graph is not None and graph not in before:
            # Another page may have been there first.
            self.inventory.are_names_touched = True
        self.inventory.set_loaded([(page, sorted({*before, *after}))])
        for name in before:
            if name != graph and self.inventory.holder(name) in (None, page):
                self._replace(name, ())
        if outcome is not None:
            if graph is not None:
                self._sites[graph] = site_of_kind(outcome.converted.kind, graph)
                self._replace(graph, ox.parse(outcome.n_quads(), ox.RdfFormat.N_QUADS))
            self.inventory.put([(page, outcome.converted)])
            self.reviewed.update(outcome.converted.shared)
        self.inventory.set_loaded([(page, after)])

    def _replace(self, graph: str, quads: Iterable[ox.Quad]) -> None:
        self.altered.add(graph)
        self.editor.replace(graph, quads)

    def _site(self, graph: str) -> str | None:
        """The dataset that a graph belongs to."""
        if graph not in self._sites:
            self._sites[graph] = site_of_kind(self.inventory.kind_of_graph(graph), graph)
        return self._sites[graph]

    # --- settle: until no page was told, or given, what is no longer true ---

    def settle(self) -> None:
        """Has pages converted again until each has its own graph, its own tables, and right answers."""
        files = self._files_changed()
        while True:
            if self.inventory.are_names_touched or not self.is_change:
                ownership.settle_graphs(self.inventory)
                ownership.settle_tables(self.inventory)
            self._inform(files)
            if not self.inventory.count(State.PENDING):
                break
            self._convert_waiting()
        if self.inventory.are_names_touched or not self.is_change:
            ownership.note_strays(self.inventory)

    def _inform(self, files_changed: bool) -> None:
        """Has pages converted again that were given answers which are wrong."""
        if not self.is_change:
            asked = self.inventory.questions()
        else:
            asked = self.inventory.touched_questions()
            asked += self.inventory.questions(("gene", "term")) if files_changed else []
        self.inventory.forget_touched()
        self.inventory.await_misinformed(self.knowledge.answers(dict.fromkeys(asked)))

    def _files_changed(self) -> bool:
        """Whether the files that the user names beside the pages are others than before."""
        paths = (*self.request.lexicons, *self.request.ontologies)
        now = json.dumps([[str(path), file_sha256(str(path))] for path in paths])
        before = self.inventory.setting("files")
        self.inventory.set("files", now)
        return now != before

    def has_pages(self) -> bool:
        """Whether there is a page to keep. Raises SourceError when no source is a page, or even should be."""
        if not self.inventory.count_pages():
            raise SourceError(
                "no page with front matter",
                path=", ".join(self.request.sources),
                expected="Markdown or YAML files that begin with three hyphens",
            )
        return bool(self.inventory.count_graphs())

    # --- check what several pages describe ---

    def check_shared(self) -> None:
        """Checks the nodes that several pages describe, with all that is said of them; refuses pages by it."""
        compiled, graph = self.shapes.compiled, self.stage.graph
        if compiled is None or not can_be_parted(graph, compiled):
            found = list(validation.check(self._triples(), self.shapes))
            nodes = {result.focus for result in found}
        else:
            terms = self._changed_nodes() if self.is_change else self._open_nodes(compiled)
            found = list(check_union(graph, compiled, sorted(terms)))
            nodes = {term[1:-1] for term in terms}
        traced = list(self._traced(found))
        self.inventory.replace_findings_about(nodes, traced)
        if not self.request.keep_invalid:
            self._refuse(traced)

    def count_and_check(self) -> Counts:
        """Has Oxigraph count what pages say while `check_shared` runs; gives the counts."""
        before = self.editor.added
        with ThreadPoolExecutor(1) as pool:
            counting = pool.submit(count_merged, self.stage.graph)
            self.check_shared()
            whole = counting.result()
        return whole if self.editor.added == before else count_merged(self.stage.graph)

    def _open_nodes(self, compiled: CompiledShapes) -> set[str]:
        """The nodes of all pages whose check needs all pages."""
        suspects = confirmed_suspects(self.stage.graph, compiled, self.inventory.suspects())
        return {*self.inventory.shared_subjects(), *suspects}

    def _changed_nodes(self) -> set[str]:
        """The nodes whose check needs all pages, and of which this run may have changed what is said."""
        touched = (
            str(node)
            for node in self.editor.touched
            if not self.inventory.has_graph(node.value.partition("#")[0])
        )
        return {*self.reviewed, *touched}

    def _triples(self) -> Iterator[ox.Triple]:
        for quad in self.stage.graph.quads_for_pattern(None, None, None, ox.DefaultGraph()):
            yield quad.triple

    def _traced(self, found: Iterable[ShapeResult]) -> Iterator[tuple[int, Result]]:
        """The results at the places of the pages that hold them."""
        by_page: dict[int, list[ShapeResult]] = {}
        waiting: dict[int, Waiting] = {}
        for result in found:
            for page in self.inventory.pages_of_graphs(holders(self.stage.graph, result)):
                waiting[page.id] = page
                by_page.setdefault(page.id, []).append(result)
        for number, results in sorted(by_page.items()):
            batch = self._batch([waiting[number]])
            mapped = map_task(batch.tasks[0], batch.answers)
            if mapped is not None:
                traced = validation.trace(results, mapped.page, mapped.document)
                yield from ((number, result) for result in unsaid(traced, mapped.document.problems))

    def _refuse(self, findings: Iterable[tuple[int, Result]]) -> None:
        """Takes the pages out that have violations."""
        reasons: dict[int, list[tuple[str, str]]] = {}
        for page, finding in findings:
            if finding.severity is Severity.VIOLATION:
                reasons.setdefault(page, []).append((self.inventory.path(page), finding.reason))
        for page, refusals in reasons.items():
            for graph in self.inventory.loaded(page):
                self._replace(graph, ())
            self.inventory.unsettle(page, refusals)
            self.inventory.set_loaded([(page, ())])

    # --- describe: provenance, ontologies, prefixes, datasets ---

    def describe(self, whole: Counts) -> None:
        """Adds what is said of the graphs and of the datasets; `whole` counts what pages say."""
        self.inventory.set("phase", Phase.DESCRIBING)
        counts = count_store(self.stage.graph, whole, self._dataset_graphs(), self._site)
        self.inventory.set("counts", _counts_json(counts))
        number = self._load_provenance()
        others = sorted_quads(
            chain(
                *(one.quads() for one in self.ontologies),
                *map(_told_of, self.ontologies),
                prefix_quads(),
                describe(counts, PROVENANCE),
            )
        )
        self.stage.load(others)
        self.inventory.set("ontologies", json.dumps([one.iri for one in self.ontologies]))
        self.inventory.set("quads", str(self.inventory.quads() + number + len(others)))

    def _dataset_graphs(self) -> Iterator[tuple[str, str | None]]:
        return ((graph, site_of_kind(kind, graph)) for graph, kind in self.inventory.graphs())

    def _load_lines(self, quads: Iterator[ox.Quad]) -> int:
        """Loads quads by way of files, so that no more than a slice of them is held; gives their number."""
        path = self.stage.folder / "lines.nq"
        number = 0
        while some := list(islice(quads, _SLICE)):
            merged = (ox.Quad(quad.subject, quad.predicate, quad.object) for quad in some)
            ox.serialize(chain(some, merged), str(path), format=ox.RdfFormat.N_QUADS)
            self.stage.load_file(path)
            number += len(some)
        path.unlink(missing_ok=True)
        return number

    def _load_provenance(self) -> int:
        """Loads where all pages come from, as text; gives the number of quads."""
        path = self.stage.folder / "provenance.nq"
        number = 0
        with path.open("w", encoding="utf-8", newline="\n") as file:
            for page in self.inventory.used():
                for triple in provenance_triples(page.graph, page.kind, page.source, page.tables):
                    file.write(f"{triple} {PROVENANCE} .\n{triple} .\n")
                    number += 1
        self.stage.load_file(path)
        path.unlink()
        return number

    def describe_changes(self) -> None:
        """Brings what is said of the graphs and of the datasets up to date."""
        counts = {
            name: Counts.from_json(one)
            for name, one in json.loads(self.inventory.setting("counts") or "{}").items()
        }
        before = list(describe(counts, PROVENANCE))
        for name, pattern, number in self.editor.differences():
            counts.setdefault(name, Counts()).add(pattern, number)
        old = [*before, *chain.from_iterable(map(self._told, sorted(self.altered)))]
        self.inventory.set("counts", _counts_json(counts))
        new = list(describe(counts, PROVENANCE))
        for graph in sorted(self.altered):
            page = self.inventory.used_graph(graph)
            if page is not None:
                new += provenance_quads(page.graph, page.kind, page.source, page.tables)
        self.editor.change(old, new)
        self._describe_files()

    def _told(self, graph: str) -> Iterator[ox.Quad]:
        """What the store says of where a graph comes from."""
        for quad in self.stage.graph.quads_for_pattern(ox.NamedNode(graph), None, None, PROVENANCE):
            yield quad
            if quad.predicate == _DERIVED and isinstance(quad.object, ox.NamedNode):
                yield from self.stage.graph.quads_for_pattern(quad.object, None, None, PROVENANCE)

    def _describe_files(self) -> None:
        """Brings ontologies up to date, and the commits of files that are themselves unchanged."""
        before = set(json.loads(self.inventory.setting("ontologies") or "[]"))
        now = {one.iri: one for one in self.ontologies}
        for iri in sorted(before | now.keys()):
            self.editor.replace(iri, now[iri].quads() if iri in now else ())
            self.editor.change(self._told(iri), _told_of(now[iri]) if iri in now else ())
        self.inventory.set("ontologies", json.dumps(sorted(now)))
        old, new = [], []
        for graph, kind, versions in self.inventory.new_versions():
            if graph not in self.altered:
                gone, come = (version_quad(graph, kind, version) for version in versions)
                old += [gone] if gone else []
                new += [come] if come else []
        self.editor.change(old, new)

    # --- link ---

    def link(self) -> None:
        """Links figures to pathways, if that is asked for."""
        thresholds = self.request.thresholds
        told = repr(thresholds) if thresholds else None
        if (
            self.is_change
            and told == (self.inventory.setting("thresholds") or None)
            and not self.editor.touched
        ):
            return
        if self.is_change:
            self.editor.clear(_LINKSET)
        if thresholds is not None:
            from rdfkit.linking import linkset_of, linkset_quads

            linkset = linkset_of(Store(self.stage.graph), thresholds)
            self._add_quads(self._load_lines(self._touching(linkset_quads(linkset))))
            self.inventory.set("links", str(len(linkset.overlaps)))
        self.inventory.set("thresholds", told or "")

    def _touching(self, quads: Iterable[ox.Quad]) -> Iterator[ox.Quad]:
        """Notes the nodes of quads that do not come by way of the editor."""
        for quad in quads:
            if self.is_change:
                self.editor.touch(quad)
            yield quad

    def _add_quads(self, number: int) -> None:
        self.inventory.set("quads", str(int(self.inventory.setting("quads") or 0) + number))

    # --- finish ---

    def finish(self) -> None:
        """Notes that the build is whole."""
        self.inventory.set("phase", Phase.DONE)

    def inherit_labels(self) -> None:
        """Has the index of labels made from that of the last build: when it is first asked for, see `labels`."""
        labels.disinherit_labels(self.stage.folder)
        # Of one that was stopped at its end nobody knows any more what it had changed.
        if self.stage.base is not None:
            touched = (node.value for node in self.editor.touched)
            labels.inherit_labels(self.stage.base, self.stage.folder, touched)

    def number_of_quads(self) -> int:
        if self.is_change:
            self._add_quads(self.editor.added)
        return int(self.inventory.setting("quads") or 0)


def _told_of(ontology: Ontology) -> Iterator[ox.Quad]:
    return ontology_provenance_quads(ontology.iri, Path(ontology.path), Commits())


def _counts_json(counts: Mapping[str, Counts]) -> str:
    return json.dumps({name: one.to_json() for name, one in sorted(counts.items())})
