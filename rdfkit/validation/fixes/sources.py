"""Finds the pages and tables that the user names, and repairs each. Nothing is written here."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath

from rdfkit.errors import PageError, SourceError, TableError
from rdfkit.mapping.recognition import UnknownKindError, parse_page
from rdfkit.sources import filesystems, locations
from rdfkit.sources.discovery import Distinct, SourceFile, sources_of
from rdfkit.sources.front_matter import read_file
from rdfkit.sources.page import Page
from rdfkit.sources.tables import DATA_FOLDER, TABLE_SUFFIXES, table_kinds, tables_beside
from rdfkit.validation.fixes.page_rules import PAGE_RULES
from rdfkit.validation.fixes.pages import fix_page
from rdfkit.validation.fixes.repairs import Chosen, Fixed
from rdfkit.validation.fixes.tables import cell_rules, fix_table


def known_rules() -> list[str]:
    """The rules of which there is a repair, sorted."""
    return sorted(cell_rules() | PAGE_RULES.keys())


def fix_sources(
    places: Iterable[str | Path], rules: Iterable[str] = ()
) -> Iterator[Fixed | PageError | TableError]:
    """Every page and table that has something to repair, in order; for one that cannot be read its error.

    `places` are pages, folders of pages, and tables; the tables of a page are those beside it. With `rules` only
    their repairs are made (`known_rules`). Raises SourceError for a place that does not exist, and for one that is in
    an archive or elsewhere, where nothing can be written.
    """
    wanted = frozenset(rules)
    return _fixed(list(map(locations.normal, places)), lambda rule: not wanted or rule in wanted)


def _fixed(places: list[str], chosen: Chosen) -> Iterator[Fixed | PageError | TableError]:
    seen, tables, owners = Distinct(), list[tuple[str, str]](), dict[str, set[tuple[str, str]]]()
    for place in places:
        if locations.suffix(place) in TABLE_SUFFIXES and filesystems.kind_of(place) == locations.FILE:
            tables.append((place, _kind(place, named=True)))
            continue
        for source in sources_of(place):
            if locations.is_remote(source.path):
                raise SourceError(
                    "cannot be repaired where it lies", path=place, expected="files of this machine"
                )
            if seen.add(source.path):
                yield from _fixed_page(source, chosen, owners)
        tables.extend(_tables_in(place))
    for folder, pages in owners.items():
        for one in tables_beside(folder):
            kind = _kind(one.path)
            if kind and (table_kinds()[kind].page_kind, _page_name(one.path)) in pages:
                tables.append((one.path, kind))
    for path, kind in tables:
        if kind and seen.add(path):
            yield from _fixed_table(path, kind, chosen)


def _fixed_table(path: str, kind: str, chosen: Chosen) -> Iterator[Fixed | TableError]:
    try:
        before = Path(path).read_bytes()
    except OSError as error:
        yield TableError(f"cannot be read: {error.strerror}", path=path)
        return
    after, repairs = fix_table(before, kind, chosen)
    if repairs:
        yield Fixed(path, path, before, after, tuple(repairs))


def _fixed_page(
    source: SourceFile, chosen: Chosen, owners: dict[str, set[tuple[str, str]]]
) -> Iterator[Fixed | PageError]:
    try:
        content = read_file(source.path, source.shown)
        page = parse_page(content, source) if content is not None else None
    except UnknownKindError:
        return
    except PageError as error:
        yield error
        return
    if content is None or page is None:
        return
    folder = locations.folder_of(locations.folder_of(source.path))
    owners.setdefault(locations.join(folder, DATA_FOLDER), set()).add((page.kind, _id(page, source)))
    if not content.startswith((b"\xff\xfe", b"\xfe\xff")):
        after, repairs = fix_page(content, page, chosen)
        if repairs:
            yield Fixed(source.path, source.shown, content, after, tuple(repairs))


def _id(page: Page, source: SourceFile) -> str:
    return page.id or PurePosixPath(source.relative).stem


def _tables_in(place: str) -> Iterator[tuple[str, str]]:
    if filesystems.kind_of(place) == locations.FOLDER:
        for one in filesystems.list_files(place, TABLE_SUFFIXES):
            yield one.path, _kind(one.path)


def _kind(path: str, *, named: bool = False) -> str:
    """The kind of a table by its name, "" for none."""
    kind = PurePosixPath(path).stem.rpartition("-")[2]
    if kind in table_kinds():
        return kind
    if named:
        raise SourceError(
            "is no companion table", path=path, expected=f"a name that ends in {', '.join(table_kinds())}"
        )
    return ""


def _page_name(path: str) -> str:
    return PurePosixPath(path).stem.rpartition("-")[0]
