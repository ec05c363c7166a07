"""Pages into documents and quads: reads all sources, learns from all pages, then maps each page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType

import pyoxigraph as ox

from rdfkit import kinds, lexicon
from rdfkit.documents import Document
from rdfkit.errors import JsonLdError, PageError, SourceError
from rdfkit.kinds.site import Site
from rdfkit.pages import Page, UnknownKindError, read_page
from rdfkit.quads import graph_iri, parse
from rdfkit.report import Result, Severity
from rdfkit.sources import SourceFile, find_sources
from rdfkit.tables import TableFile, find_tables, table_kinds

# What `Conversion.found` says of files with front matter that are no page.
UNREADABLE = "unreadable"
OTHER = "other"

Advance = Callable[[str, int, int], None]


def no_progress(stage: str, done: int, total: int) -> None:
    """A listener for progress that does nothing."""


@dataclass(slots=True)
class Conversion:
    """What became of a set of sources.

    `found` has the kind of every file with front matter, by path: `UNREADABLE` or `OTHER` for those that are no page.
    `read` are the pages that could be read, with their tables; `refused` says of files that are left out why.
    `pages` has page and document of every page that could be mapped, by graph IRI in file order; `quads` their
    quads; `problems` what was found on the way; `skipped` how many files had no front matter; `stray_tables` the
    tables without a page; `unreadable` says whether anything could not be read at all.
    """

    found: dict[str, str] = field(default_factory=dict)
    read: list[Page] = field(default_factory=list)
    refused: dict[str, list[str]] = field(default_factory=dict)
    pages: dict[str, tuple[Page, Document]] = field(default_factory=dict)
    quads: list[ox.Quad] = field(default_factory=list)
    problems: list[Result] = field(default_factory=list)
    skipped: int = 0
    stray_tables: list[TableFile] = field(default_factory=list)
    unreadable: bool = False

    def refuse(self, problem: Result) -> None:
        """Adds a problem that keeps its file out."""
        self.problems.append(problem)
        self.refused.setdefault(problem.path or "", []).append(problem.reason)

    def counts(self) -> dict[str, int]:
        """The number of pages of each kind, sorted by kind."""
        return dict(sorted(Counter(page.kind for page, _ in self.pages.values()).items()))

    def without(self, graphs: Iterable[str]) -> Conversion:
        """The conversion without the pages of these graphs."""
        left_out = set(graphs)
        return replace(
            self,
            pages={graph: page for graph, page in self.pages.items() if graph not in left_out},
            quads=[quad for quad in self.quads if graph_iri(quad) not in left_out],
        )


def convert(
    sources: Iterable[str | Path],
    *,
    lexicons: Iterable[str | Path] = (),
    tables: Iterable[str | Path] = (),
    terms: Mapping[tuple[str, str], str] = MappingProxyType({}),
    progress: Advance = no_progress,
) -> Conversion:
    """Converts the pages in files and folders, with their companion tables.

    `lexicons` are files of genes (HGNC's complete set, NCBI's gene_info) to ground keywords with, beside what
    the pages themselves teach. `tables` are folders of companion tables, beside the `_data` of each page. `terms`
    are ontology terms by prefix and label, beside those of the pages. Raises SourceError when a source does not
    exist or holds no page, LexiconError when a lexicon cannot be read. A page or a table that cannot be read is a
    problem in the result.
    """
    conversion = Conversion()
    places = [Path(source) for source in sources]
    files = find_sources(places)
    pages = list(_read_all(files, conversion, progress))
    if not pages and not conversion.problems:
        raise SourceError(
            "no page with front matter",
            path=", ".join(map(str, places)),
            expected="Markdown or YAML files that begin with three hyphens",
        )
    found = find_tables(places, [Path(page.path) for page in pages], [Path(folder) for folder in tables])
    pages = _with_tables(pages, found, conversion)
    conversion.read.extend(pages)
    site = _learn(pages, lexicons, terms)
    _convert_all(pages, site, conversion, progress)
    return conversion


def _read_all(files: list[SourceFile], conversion: Conversion, progress: Advance) -> Iterator[Page]:
    for index, source in enumerate(files):
        try:
            page = read_page(source)
        except UnknownKindError as error:
            conversion.found[source.shown] = OTHER
            conversion.refuse(_as_warning("page-kind", error))
        except PageError as error:
            conversion.found[source.shown] = UNREADABLE
            conversion.unreadable = True
            conversion.refuse(Result.from_error("page-unreadable", error))
        else:
            if page is None:
                conversion.skipped += 1
            else:
                conversion.found[page.path] = page.kind
                yield page
        progress("reading", index + 1, len(files))


def _with_tables(pages: list[Page], found: list[TableFile], conversion: Conversion) -> list[Page]:
    """The pages with their tables. Tables without a page and second tables of a page become problems."""
    by_page: dict[tuple[str, str], dict[str, TableFile]] = {}
    owners = {(page.kind, page.id) for page in pages}
    for table in found:
        owner = (table_kinds()[table.kind].page_kind, table.page_id)
        own = by_page.setdefault(owner, {})
        if table.kind in own:
            _stray(
                table,
                f"this is a second table of {table.page_id}; {own[table.kind].shown} is used",
                conversion,
            )
        elif owner in owners:
            own[table.kind] = table
        elif table.expected:
            _stray(
                table,
                f"this table has no page: no {owner[0]} {table.page_id} is among the sources",
                conversion,
            )
    # Of two pages with one identifier the first is kept, so it has the tables.
    return [replace(page, tables=by_page.pop((page.kind, page.id), {})) for page in pages]


def _stray(table: TableFile, message: str, conversion: Conversion) -> None:
    conversion.stray_tables.append(table)
    conversion.refuse(
        Result(
            severity=Severity.WARNING,
            rule="table-stray",
            message=message,
            path=table.shown,
            line=1,
            value=table.page_id,
            advice="Add the page, or remove the table.",
        )
    )


def _learn(pages: list[Page], lexicons: Iterable[str | Path], terms: Mapping[tuple[str, str], str]) -> Site:
    site = Site()
    site.terms.update(terms)
    for path in lexicons:
        for entry in lexicon.read_lexicon(Path(path)):
            site.lexicon.learn(entry.symbol, entry.taxon, entry.entrez, entry.source)
    kinds.learn(pages, site)
    return site


def _convert_all(pages: list[Page], site: Site, conversion: Conversion, progress: Advance) -> None:
    failed: list[JsonLdError] = []
    for item in parse(_documents(pages, site, conversion, progress)):
        if isinstance(item, JsonLdError):
            failed.append(item)
        else:
            conversion.quads.append(item)
    # What was found while a document's tables were read is known only now.
    for _, document in conversion.pages.values():
        conversion.problems.extend(document.problems)
    for graph, error in {error.value: error for error in failed}.items():
        _drop(graph or "", error, conversion)


def _documents(
    pages: list[Page], site: Site, conversion: Conversion, progress: Advance
) -> Iterator[Document]:
    for index, page in enumerate(pages):
        document = _document(page, site, conversion)
        if document is not None:
            yield document
        progress("mapping", index + 1, len(pages))


def _document(page: Page, site: Site, conversion: Conversion) -> Document | None:
    try:
        document = kinds.to_document(page, site)
    except PageError as error:
        conversion.refuse(Result.from_error("page-identifier", error))
        return None
    same = conversion.pages.get(document.graph)
    if same is not None:
        conversion.refuse(_duplicate(page, same[0], document.graph))
        return None
    conversion.pages[document.graph] = page, document
    return document


def _duplicate(page: Page, first: Page, graph: str) -> Result:
    kind = kinds.kind(page.kind)
    return Result(
        severity=Severity.VIOLATION,
        rule="page-duplicate",
        message=f'"{page.id}" is already the page {first.path}, so this one is left out',
        path=page.path,
        line=page.line(kind.id_key) if kind.id_key else 1,
        key=kind.id_key,
        value=graph,
        advice="Keep one of the two, or give each its own identifier and @id.",
    )


def _drop(graph: str, error: JsonLdError, conversion: Conversion) -> None:
    """Leaves out a page whose own JSON-LD is none."""
    page, _ = conversion.pages.pop(graph)
    error.path, error.line = page.path, page.line("schema-jsonld")
    conversion.refuse(Result.from_error("page-jsonld", error))
    conversion.quads = [quad for quad in conversion.quads if graph_iri(quad) != graph]


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
