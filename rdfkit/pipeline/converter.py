"""Pages into checked statements: reads a batch of source files, maps each page, checks it, and writes its quads.

The work on a batch needs nothing but its files and what is known of the rest of the site, so that it can be done in
any process on any machine, twice or in any order, with the same result.
"""

from __future__ import annotations

import gc
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from rdfkit.errors import JsonLdError, PageError
from rdfkit.mapping import dispatch, registry
from rdfkit.mapping.document import Document, Tally
from rdfkit.mapping.jsonld.statements import Statements, statements, to_n_quads
from rdfkit.mapping.lookups import Answers, Site
from rdfkit.mapping.recognition import UnknownKindError, read_page
from rdfkit.pipeline.descriptions import Description, describe, local_to, part
from rdfkit.pipeline.state.model import OTHER, UNREADABLE, Companion, Converted, File, PageState, UsedTable
from rdfkit.report import Result, Severity
from rdfkit.sources.discovery import SourceFile
from rdfkit.sources.filesystems import file_sha256
from rdfkit.sources.page import Page
from rdfkit.sources.tables import TableFile, count_rows
from rdfkit.store.catalogue import dataset_of
from rdfkit.validation import tracing
from rdfkit.validation.shacl import CompiledShapes
from rdfkit.validation.shacl.page_validator import check_page


@dataclass(frozen=True, slots=True)
class Task:
    """One source file to convert, with the companion tables that are its if its name is what it seems to be."""

    file: File
    tables: tuple[Companion, ...] = ()


@dataclass(frozen=True, slots=True)
class Batch:
    """Source files to convert together, with what is known for certain of the rest of the site.

    `keep_invalid` keeps pages with violations; without `shapes` nothing is checked.
    """

    tasks: tuple[Task, ...]
    answers: Answers
    shapes: CompiledShapes | None
    keep_invalid: bool = False


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a file, the statements of its own graph, and what else it says; empty unless it is `USED`."""

    converted: Converted
    own: Statements = field(default_factory=dict)
    shared: Statements = field(default_factory=dict)

    def n_quads(self) -> str:
        """The statements of its own graph as N-Quads, each line once, in the order of the page."""
        return to_n_quads(self.own, self.converted.graph) if self.converted.graph else ""


@contextmanager
def uncollected() -> Iterator[None]:
    """Converts without the garbage collector: nothing here makes cycles, and looking for them takes a quarter of it."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def convert_batch(batch: Batch) -> Iterator[Outcome]:
    """Converts each file of a batch. A page or table that cannot be read is a finding in its outcome."""
    for task in batch.tasks:
        yield _convert(task, batch)


def without_known(converted: Converted, known: set[int]) -> Converted:
    """What became of a page, without the texts of the descriptions that are known; adds the others to those."""
    descriptions = tuple(
        replace(one, text=None) if one.digest in known else one for one in converted.descriptions
    )
    known.update(one.digest for one in descriptions)
    return replace(converted, descriptions=descriptions)


@dataclass(frozen=True, slots=True)
class Mapped:
    """A page, its document and its statements."""

    page: Page
    document: Document
    statements: Statements


def map_task(task: Task, answers: Answers) -> Mapped | None:
    """The page of a task, mapped; None when it has no front matter. Raises PageError."""
    page = read_task(task)
    return None if page is None else map_document(page, dispatch.to_document(page, Site(answers)))


def read_task(task: Task) -> Page | None:
    """The page of a task with its tables; None for a file without front matter. Raises PageError."""
    file = task.file
    page = read_page(SourceFile(file.path, file.path, file.relative, file.named))
    return None if page is None else replace(page, tables=_tables_of(page, task.tables))


def _tables_of(page: Page, candidates: Iterable[Companion]) -> Mapping[str, TableFile]:
    """The first table of each kind that is for this page."""
    found: dict[str, TableFile] = {}
    for one in candidates:
        if (one.page_kind, one.page_name) == (page.kind, page.id):
            found.setdefault(one.kind, TableFile(one.kind, one.file.path, one.file.path, one.expected))
    return found


def _convert(task: Task, batch: Batch) -> Outcome:
    try:
        page = read_task(task)
    except UnknownKindError as error:
        return Outcome(_refused(task, OTHER, _as_warning("page-kind", error)))
    except PageError as error:
        found = _refused(task, UNREADABLE, Result.from_error("page-unreadable", error))
        return Outcome(replace(found, unreadable=True))
    if page is None:
        return Outcome(Converted(task.file.path, PageState.SKIPPED))
    return _convert_page(page, task, batch)


def _convert_page(page: Page, task: Task, batch: Batch) -> Outcome:
    site = Site(batch.answers)
    dispatch.define(page, site)
    graph = None
    try:
        document = dispatch.to_document(page, site)
        graph = document.graph
        if site.is_guess:
            # It is converted again when the others have been read, and its tables are read then.
            waiting = Converted(page.path, PageState.PENDING)
            return Outcome(_of_page(waiting, replace(page, tables={}), graph, site, {}))
        mapped = map_document(page, document)
    except PageError as error:
        rule = "page-identifier" if graph is None else "page-jsonld"
        found = _refused(task, page.kind, Result.from_error(rule, error))
        return Outcome(_of_page(found, page, graph, site, {}))
    checked = _check(mapped, batch)
    refusals = tuple(_refusals(page, checked.findings, batch.keep_invalid))
    if site.is_guess:
        state = PageState.PENDING
    elif any(path == page.path for path, _ in refusals):
        state = PageState.INVALID
    else:
        state = PageState.USED
    version = mapped.document.version
    own: Statements = {}
    shared: Statements = {}
    descriptions: tuple[Description, ...] = ()
    if state is PageState.USED:
        own, shared = part(mapped.statements, document.graph, version)
        descriptions = tuple(describe(shared, dataset_of(page.kind, document.graph)))
    tallies = mapped.document.rows if state is PageState.USED else {}
    done = Converted(
        page.path,
        state,
        quads=sum(len(values) for described in own.values() for values in described.values()),
        findings=tuple(dict.fromkeys(checked.findings)),
        refusals=refusals,
        shared=checked.shared,
        suspects=checked.suspects,
        version=version,
        descriptions=descriptions,
    )
    return Outcome(_of_page(done, page, graph, site, tallies), own, shared)


def map_document(page: Page, document: Document) -> Mapped:
    """The statements of a document. Raises PageError when the page's own JSON-LD is none."""
    # Read to the end: what is found in tables on the way is known only then.
    document = replace(document, nodes=list(document.nodes))
    try:
        return Mapped(page, document, statements(document))
    except JsonLdError as error:
        raise PageError(
            error.message, path=page.path, line=page.line("schema-jsonld"), value=error.value
        ) from error


@dataclass(frozen=True, slots=True)
class _Checked:
    findings: list[Result]
    shared: tuple[str, ...] = ()
    suspects: tuple[tuple[int, str], ...] = ()


def _check(mapped: Mapped, batch: Batch) -> _Checked:
    problems = mapped.document.problems
    if batch.shapes is None:
        return _Checked(list(problems))
    checked = check_page(batch.shapes, mapped.statements, local_to(mapped.document.graph))
    traced = tracing.trace(checked.results, mapped.page, mapped.document)
    return _Checked(
        [*problems, *unsaid(traced, problems)],
        tuple(sorted(checked.open)),
        tuple(sorted(checked.suspects)),
    )


def unsaid(results: Iterable[Result], problems: Iterable[Result]) -> list[Result]:
    """The results of shapes that the mapping has not already said."""
    said = [problem for problem in problems if problem.key is not None]
    return [result for result in results if not _is_said(result, said)] if said else list(results)


def _is_said(result: Result, problems: list[Result]) -> bool:
    """Whether the mapping has already said of this key, or of one inside it, what the shape says again.

    Of a block that is not there, or was left out as a whole, all is said.
    """
    is_of_block = (result.key or "").partition(".")[0].partition("[")[0] == registry.BLOCK
    return any(
        problem.path == result.path
        and (
            problem.key == result.key
            or (problem.key or "").startswith(f"{result.key}.")
            or (is_of_block and problem.rule in registry.WITHOUT_BLOCK)
        )
        for problem in problems
    )


def _refusals(page: Page, findings: Iterable[Result], keep_invalid: bool) -> Iterator[tuple[str, str]]:
    """Why a page is not in the graph, or a table not as a whole."""
    tables = {table.shown for table in page.tables.values()}
    for result in findings:
        if result.severity is not Severity.VIOLATION:
            continue
        if result.path in tables and result.focus is None:
            # The mapping has left out the row or the table, so the page may stay.
            yield result.path or "", f"line {result.line}: {result.reason}"
        elif not keep_invalid:
            yield page.path, result.reason


def _refused(task: Task, kind: str, problem: Result) -> Converted:
    path = task.file.path
    return Converted(
        path,
        PageState.REFUSED,
        kind=kind,
        findings=(problem,),
        refusals=((problem.path or path, problem.reason),),
    )


def _of_page(
    found: Converted, page: Page, graph: str | None, site: Site, tallies: Mapping[str, Tally]
) -> Converted:
    """What became of a file that is a page. Of a page that is not used all rows are refused."""
    tables = []
    for kind, table in sorted(page.tables.items()):
        tally = tallies.get(kind) or _all_refused(table)
        tables.append(UsedTable(kind, table.shown, file_sha256(table.path), tally.found, tally.refused))
    return replace(
        found,
        sha256=page.sha256,
        kind=page.kind,
        name=page.id,
        graph=graph,
        line=_identifier_line(page),
        tables=tuple(tables),
        definitions=tuple(site.definitions),
        lookups=tuple(site.lookups.items()),
    )


def _identifier_line(page: Page) -> int:
    key = registry.kind(page.kind).id_key
    return page.line(key) if key else 1


def _all_refused(table: TableFile) -> Tally:
    rows = count_rows(table)
    return Tally(rows, rows)


def _as_warning(rule: str, error: PageError) -> Result:
    return Result(
        severity=Severity.WARNING,
        rule=rule,
        message=error.message,
        path=error.path,
        line=error.line,
        value=error.value,
        advice=f"expected {error.expected}",
    )
