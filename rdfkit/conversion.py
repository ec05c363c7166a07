"""Pages into documents and quads: reads all sources, learns from all pages, then maps each page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pyoxigraph as ox

from rdfkit import kinds, lexicon
from rdfkit.documents import Document
from rdfkit.errors import JsonLdError, PageError, SourceError
from rdfkit.kinds import figure
from rdfkit.kinds.site import Site
from rdfkit.pages import Page, UnknownKindError, read_page
from rdfkit.quads import graph_iri, quads
from rdfkit.report import Result, Severity
from rdfkit.sources import SourceFile, find_sources

Advance = Callable[[str, int, int], None]


def no_progress(stage: str, done: int, total: int) -> None:
    """A listener for progress that does nothing."""


@dataclass(slots=True)
class Conversion:
    """What became of a set of sources.

    `pages` has page and document of every page that could be mapped, by graph IRI in file order; `quads` their
    quads; `problems` what was found on the way; `skipped` how many files had no front matter;
    `unreadable` says whether anything could not be read at all.
    """

    pages: dict[str, tuple[Page, Document]] = field(default_factory=dict)
    quads: list[ox.Quad] = field(default_factory=list)
    problems: list[Result] = field(default_factory=list)
    skipped: int = 0
    unreadable: bool = False

    def counts(self) -> dict[str, int]:
        """The number of pages of each kind, sorted by kind."""
        return dict(sorted(Counter(page.kind for page, _ in self.pages.values()).items()))

    def without(self, graphs: Iterable[str]) -> Conversion:
        """The conversion without the pages of these graphs."""
        left_out = set(graphs)
        return Conversion(
            pages={graph: page for graph, page in self.pages.items() if graph not in left_out},
            quads=[quad for quad in self.quads if graph_iri(quad) not in left_out],
            problems=self.problems,
            skipped=self.skipped,
            unreadable=self.unreadable,
        )


def convert(
    sources: Iterable[str | Path], lexicons: Iterable[str | Path] = (), progress: Advance = no_progress
) -> Conversion:
    """Converts the pages in files and folders.

    `lexicons` are files of genes (HGNC's complete set, NCBI's gene_info) to ground keywords with, beside the
    gene rows of the pages themselves. Raises SourceError when a source does not exist or holds no page,
    LexiconError when a lexicon cannot be read. A page that cannot be read is a problem in the result.
    """
    conversion = Conversion()
    places = list(sources)
    files = find_sources(places)
    pages = list(_read_all(files, conversion, progress))
    if not pages and not conversion.problems:
        raise SourceError(
            "no page with front matter",
            path=", ".join(map(str, places)),
            expected="Markdown or YAML files that begin with three hyphens",
        )
    site = _learn(pages, lexicons)
    for index, page in enumerate(pages):
        _map(page, site, conversion)
        progress("mapping", index + 1, len(pages))
    conversion.quads = list(_all_quads(conversion))
    return conversion


def _read_all(files: list[SourceFile], conversion: Conversion, progress: Advance) -> Iterator[Page]:
    for index, source in enumerate(files):
        try:
            page = read_page(source)
        except UnknownKindError as error:
            conversion.problems.append(_as_warning("page-kind", error))
        except PageError as error:
            conversion.unreadable = True
            conversion.problems.append(Result.from_error("page-unreadable", error))
        else:
            if page is None:
                conversion.skipped += 1
            else:
                yield page
        progress("reading", index + 1, len(files))


def _learn(pages: list[Page], lexicons: Iterable[str | Path]) -> Site:
    site = Site()
    for path in lexicons:
        for entry in lexicon.read_lexicon(Path(path)):
            site.lexicon.learn(entry.symbol, entry.taxon, entry.entrez, entry.source)
    for page in pages:
        if page.kind == "figure":
            figure.learn(page, site)
    return site


def _map(page: Page, site: Site, conversion: Conversion) -> None:
    try:
        document = kinds.document(page, site)
    except PageError as error:
        conversion.problems.append(Result.from_error("page-identifier", error))
        return
    same = conversion.pages.get(document.graph)
    if same is not None:
        conversion.problems.append(_duplicate(page, same[0], document.graph))
        return
    conversion.pages[document.graph] = page, document
    conversion.problems.extend(document.problems)


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


def _all_quads(conversion: Conversion) -> Iterator[ox.Quad]:
    documents = [document for _, document in conversion.pages.values()]
    try:
        yield from list(quads(documents))
    except JsonLdError:
        # One document spoils its batch: take them one by one to find it.
        yield from _one_by_one(conversion)


def _one_by_one(conversion: Conversion) -> Iterator[ox.Quad]:
    for graph, (page, document) in list(conversion.pages.items()):
        try:
            found = list(quads([document]))
        except JsonLdError as error:
            error.path, error.line = page.path, page.line("schema-jsonld")
            conversion.problems.append(Result.from_error("page-jsonld", error))
            del conversion.pages[graph]
        else:
            yield from found


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
