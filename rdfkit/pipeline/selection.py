"""Which of the sources somebody wants to hear of: tables named alone, and what has changed since a revision."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path, PurePath

from rdfkit.errors import SourceError
from rdfkit.report import Report
from rdfkit.sources import filesystems, locations
from rdfkit.sources.changes import changed_files
from rdfkit.sources.discovery import PAGE_SUFFIXES, sources_of
from rdfkit.sources.tables import DATA_FOLDER, TABLE_SUFFIXES, table_kinds


def with_pages(places: Iterable[Path]) -> list[Path]:
    """The places with the page of a table in place of each table that is named alone.

    Raises SourceError for a table that belongs to no page: one of no known kind, or without a page beside it.
    """
    found = [_page_of(place) if _is_table(place) else place for place in places]
    return list(dict.fromkeys(found))


def changed_since(places: Iterable[Path], revision: str) -> frozenset[str]:
    """The names of the pages that have changed in git since a revision, or whose tables have.

    Raises SourceError for what is in no git checkout, and for a revision that git does not know.
    """
    names: set[str] = set()
    for folder in {place if place.is_dir() else place.parent for place in places}:
        names.update(map(page_name, changed_files(folder, revision)))
    return frozenset(names)


def has_any(places: Iterable[Path], names: frozenset[str]) -> bool:
    """Whether a page with one of these names is among the sources."""
    return any(
        page_name(source.path) in names for place in places for source in sources_of(locations.normal(place))
    )


def only(report: Report, names: frozenset[str]) -> Report:
    """The findings about pages with these names and about their tables."""
    found = tuple(result for result in report.results if result.path and page_name(result.path) in names)
    return replace(report, results=found)


def page_name(path: str) -> str:
    """The name of the page that a file is, or whose table it is."""
    stem = PurePath(path).stem
    owner, _, kind = stem.rpartition("-")
    return owner if locations.suffix(path) in TABLE_SUFFIXES and owner and kind in table_kinds() else stem


def _is_table(place: Path) -> bool:
    return place.suffix.lower() in TABLE_SUFFIXES and filesystems.kind_of(str(place)) == locations.FILE


def _page_of(table: Path) -> Path:
    name, kinds = page_name(str(table)), ", ".join(f"-{kind}" for kind in table_kinds())
    if name == table.stem:
        raise SourceError("is no companion table", path=str(table), expected=f"a name that ends in {kinds}")
    site = Path(os.path.normpath(table.parent / ".."))
    folders = (
        sorted(path for path in site.iterdir() if path.is_dir()) if table.parent.name == DATA_FOLDER else []
    )
    for folder in folders:
        for suffix in sorted(PAGE_SUFFIXES):
            page = folder / f"{name}{suffix}"
            if page.is_file():
                return page
    message = f"is a table of {name}, of which there is no page beside its folder"
    raise SourceError(message, path=str(table), expected=f"a page such as {site / '_pathways' / name}.md")
