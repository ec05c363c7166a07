"""Checks what several pages describe, with all that is said of it; refuses pages by it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import chain, islice
from operator import itemgetter

import pyoxigraph as ox

from rdfkit.pipeline.converter import Batch, map_task, unsaid
from rdfkit.pipeline.processes import in_processes
from rdfkit.pipeline.stages.run import FEW_PAGES, Run
from rdfkit.pipeline.stages.share import settle_shared
from rdfkit.pipeline.state.descriptions import saying
from rdfkit.pipeline.state.findings import focus_nodes, replace_findings_about, unsettle
from rdfkit.pipeline.state.graphs import has_graph, holder, loaded, set_loaded, shared_subjects, suspects
from rdfkit.pipeline.state.model import Waiting
from rdfkit.pipeline.state.pages import pages_between, path_of
from rdfkit.pipeline.state.uses import forget_uses
from rdfkit.rdf.identifiers import expand
from rdfkit.rdf.iris import is_iri
from rdfkit.report import Result, Severity
from rdfkit.store.graph_editor import Object
from rdfkit.store.statistics import Counts, count_merged
from rdfkit.validation import tracing, validator
from rdfkit.validation.shacl import CompiledShapes, ShapeResult
from rdfkit.validation.shared_nodes import can_be_parted, check_union, confirmed_suspects

_TYPE = ox.NamedNode(expand("rdf:type"))


@dataclass(frozen=True, slots=True)
class _TraceJob:
    """Pages to map once more, each with the results that are to be found in it."""

    pages: Sequence[int]
    batch: Batch
    results: Sequence[list[ShapeResult]]


def check_shared(run: Run, reviewed: Set[str]) -> set[str]:
    """Checks the nodes that several pages describe; gives the graphs of the pages that it refuses.

    In a build of changes these are the nodes `reviewed` and those of which the run has changed what is said.
    """
    compiled, graph = run.request.shapes.compiled, run.stage.graph
    if compiled is None or not can_be_parted(graph, compiled):
        found = list(validator.check(_triples(graph), run.request.shapes).results)
        nodes = {*focus_nodes(run.database), *(result.focus for result in found)}
    else:
        terms = {*reviewed, *_touched_nodes(run)} if run.is_change else _open_nodes(run, compiled)
        found = list(check_union(graph, compiled, sorted(terms)))
        nodes = {term[1:-1] for term in terms}
    traced = list(_traced(run, found))
    replace_findings_about(run.database, nodes, traced)
    return set() if run.request.keep_invalid else _refuse(run, traced)


def count_and_check(run: Run) -> Counts:
    """Has Oxigraph count what pages say while `check_shared` runs in a new build; gives the counts."""
    before = run.editor.changes
    with ThreadPoolExecutor(1) as pool:
        counting = pool.submit(count_merged, run.stage.graph)
        check_shared(run, frozenset())
        settle_shared(run)
        whole = counting.result()
    return whole if run.editor.changes == before else count_merged(run.stage.graph)


def _open_nodes(run: Run, compiled: CompiledShapes) -> set[str]:
    """The nodes of all pages whose check needs all pages."""
    confirmed = confirmed_suspects(run.stage.graph, compiled, suspects(run.database))
    return {*shared_subjects(run.database), *confirmed}


def _touched_nodes(run: Run) -> Iterator[str]:
    """The nodes of no page alone of which this run has changed what is said."""
    for node in run.editor.touched:
        if not has_graph(run.database, node.value.partition("#")[0]):
            yield str(node)


def _triples(graph: ox.Store) -> Iterator[ox.Triple]:
    for quad in graph.quads_for_pattern(None, None, None, None):
        yield quad.triple


def _traced(run: Run, found: Iterable[ShapeResult]) -> Iterator[tuple[int, Result]]:
    """The results at the places of the pages that hold them, with the numbers of the pages."""
    by_page: dict[int, list[ShapeResult]] = {}
    waiting: dict[int, Waiting] = {}
    for result in found:
        for page in _holders(run, result):
            waiting[page.id] = page
            by_page.setdefault(page.id, []).append(result)
    jobs = _trace_jobs(run, waiting, by_page)
    traced = in_processes(_trace, jobs) if len(waiting) > FEW_PAGES else map(_trace, jobs)
    yield from sorted(chain.from_iterable(traced), key=itemgetter(0))


def _trace_jobs(
    run: Run, waiting: Mapping[int, Waiting], by_page: Mapping[int, list[ShapeResult]]
) -> Iterator[_TraceJob]:
    # Nothing is checked again.
    batches = replace(run.batches, shapes=None)
    numbers = iter(sorted(waiting))
    while some := list(islice(numbers, FEW_PAGES)):
        yield _TraceJob(some, batches.batch([waiting[one] for one in some]), [by_page[one] for one in some])


def _trace(job: _TraceJob) -> list[tuple[int, Result]]:
    traced = []
    for number, task, results in zip(job.pages, job.batch.tasks, job.results, strict=True):
        mapped = map_task(task, job.batch.answers)
        if mapped is not None:
            found = tracing.trace(results, mapped.page, mapped.document)
            traced += [(number, result) for result in unsaid(found, mapped.document.problems)]
    return traced


def _holders(run: Run, result: ShapeResult) -> list[Waiting]:
    """The pages that say what a result is about, else those that describe its focus node.

    What they say is the offending triple or, where there are too many, any value of the property. What is missing is
    asked of those that say all of what the node is: an article has a reference where a figure is from it.
    """
    if not is_iri(result.focus):
        return []
    focus = ox.NamedNode(result.focus)
    path = ox.NamedNode(result.path) if result.path is not None else None
    exact = _saying(run, focus, path, result.value) if path is not None else []
    return _pages(run, exact or _telling(run, focus) or _saying(run, focus))


def _telling(run: Run, focus: ox.NamedNode) -> list[int]:
    """The pages that say all the types that a node has."""
    types = {quad.object for quad in run.stage.graph.quads_for_pattern(focus, _TYPE, None, None)}
    pages = [set(_saying(run, focus, _TYPE, one)) for one in types]
    return sorted(set.intersection(*pages)) if pages else []


def _saying(
    run: Run, focus: ox.NamedNode, path: ox.NamedNode | None = None, value: Object | None = None
) -> list[int]:
    """The numbers of the pages that say this of a node; None stands for any."""
    found = run.stage.graph.quads_for_pattern(focus, path, value, None)
    graphs = {quad.graph_name.value for quad in found if isinstance(quad.graph_name, ox.NamedNode)}
    own = [page for graph in sorted(graphs) if (page := holder(run.database, graph)) is not None]
    start = " ".join(str(term) for term in (focus, path, value) if term is not None)
    return [*own, *saying(run.database, focus.value, f"{start} ")]


def _pages(run: Run, numbers: Iterable[int]) -> list[Waiting]:
    return [page for number in dict.fromkeys(numbers) for page in pages_between(run.database, number, number)]


def _refuse(run: Run, found: Iterable[tuple[int, Result]]) -> set[str]:
    """Takes the pages out that have violations; gives their graphs."""
    reasons: dict[int, list[tuple[str, str]]] = {}
    for page, finding in found:
        if finding.severity is Severity.VIOLATION:
            reasons.setdefault(page, []).append((path_of(run.database, page), finding.reason))
    altered = set()
    if reasons:
        forget_uses(run.database)
    for page, refusals in reasons.items():
        # Before its quads go: a build that is stopped here has the page converted again by the next.
        unsettle(run.database, page, refusals)
        for graph in loaded(run.database, page):
            run.editor.replace(graph, ())
            altered.add(graph)
        set_loaded(run.database, [(page, ())])
    return altered
