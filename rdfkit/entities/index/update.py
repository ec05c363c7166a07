"""The label index after a change of the graph: only the rows of what changed are made again."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Iterable, Mapping, Set
from contextlib import closing
from functools import cache
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING

import pyoxigraph as ox

from rdfkit.entities.index.entries import (
    ENTRIES,
    FIRST,
    LAYOUT,
    NAMES,
    TAXA,
    Row,
    count,
    key_of,
    name_of,
    names_json,
    names_of,
)
from rdfkit.entities.index.facts import (
    FACTS,
    FIGURE,
    GENE,
    PATHWAY,
    FactsAround,
    named_node,
    read,
    read_year,
    subjects,
    values,
)
from rdfkit.entities.index.indexer import opened, written_aside
from rdfkit.entities.types import kinds

if TYPE_CHECKING:
    from rdfkit.store import StoreProtocol

# Between the numbers of two entries there is room for this many others; so it is in `ENTRIES`.
_GAP = 1 << 32
# With more entries to look at than this share of all it is quicker to make the index anew, unless they are few.
_MOST_CHANGED = 0.05
_FEW = 2000
_WANTED = "CREATE TEMP TABLE wanted (iri TEXT PRIMARY KEY) WITHOUT ROWID;"


def update_labels(store: StoreProtocol, before: str | Path, touched: Iterable[str], path: str | Path) -> bool:
    """Makes the label index of a store from that of an earlier build, and the IRIs of all nodes whose triples are
    others now: of each triple that came or went the subject and the object. The index holds what `make_labels` would
    put there, but for the numbers of entries, whose order is the same.

    False, and no file, if it is quicker to make it anew. Raises LabelError when a file cannot be read or written,
    StoreError when the store cannot be read.
    """
    with written_aside(Path(path)) as aside:
        shutil.copyfile(before, aside)
        with closing(opened(aside)) as file, file:
            (layout,) = file.execute("PRAGMA user_version").fetchone()
            done = layout == LAYOUT and _update(store, file, set(touched))
        if not done:
            aside.unlink()
    return done


def _update(store: StoreProtocol, file: sqlite3.Connection, touched: set[str]) -> bool:
    (entries,) = file.execute("SELECT count(*) FROM entity").fetchone()
    most = max(_FEW, int(_MOST_CHANGED * entries))
    wanted = _affected(store, file, touched) if len(touched) <= most else touched
    if len(wanted) > most:
        return False
    file.executescript(FACTS + _WANTED)
    file.executemany("INSERT INTO wanted VALUES (?)", ((iri,) for iri in wanted))
    file.execute("DELETE FROM issued WHERE iri IN wanted")
    read(FactsAround(store, wanted), file)
    file.execute("CREATE TEMP TABLE fresh AS " + ENTRIES.format(condition="AND one.iri IN wanted"))
    file.execute("DELETE FROM taxon WHERE iri IN wanted")
    file.execute("INSERT INTO taxon " + TAXA.format(condition="AND iri IN wanted"))
    fits = _exchange(file)
    if fits:
        count(file)
    return fits


def _affected(store: StoreProtocol, file: sqlite3.Connection, touched: Set[str]) -> set[str]:
    """What has an entry that may be another when these nodes are. The other end of each triple that is gone is
    among them, so that what is there now is enough to go on from.
    """
    lent = {iri for node in touched for iri in subjects(store, "pav:hasVersion", node)}
    found = {*touched, *lent}
    nodes = {
        node
        for pathway in found
        if pathway.startswith(PATHWAY)
        for node in subjects(store, "dcterms:isPartOf", pathway)
    }
    genes = {gene for node in found | nodes for gene in values(store, "wp:bdbEntrezGene", node)}
    figures = {
        figure
        for article in touched
        if _year(store, article) != _year_before(file, article)
        for figure in subjects(store, "dcterms:isPartOf", article)
        if figure.startswith(FIGURE)
    }
    return found | {gene for gene in genes if gene.startswith(GENE)} | figures


def _year(store: StoreProtocol, iri: str) -> int | None:
    found = store.triples(named_node("dcterms:issued"), ox.NamedNode(iri))
    return min((year for triple in found if (year := read_year(triple)) is not None), default=None)


def _year_before(file: sqlite3.Connection, iri: str) -> int | None:
    row = file.execute("SELECT year FROM issued WHERE iri = ?", (iri,)).fetchone()
    return row[0] if row else None


def _exchange(file: sqlite3.Connection) -> bool:
    """Puts what is in `fresh` in the place of the entries that are `wanted`. False when there is no room."""
    old = {
        row[1]: (row[0], row[2:])
        for row in file.execute(
            "SELECT entity.id, iri, kind, label, identifier, taxon, year, figures, pathways, names"
            " FROM wanted JOIN entity USING (iri) LEFT JOIN named ON named.id = entity.id"
        )
    }
    names = dict(names_of(file.execute(NAMES.format(source="fresh"))))
    new = [(row[1:], names.get(row[0])) for row in file.execute("SELECT * FROM fresh ORDER BY id")]
    same = {
        row[0]
        for row, found in new
        if row[0] in old and old[row[0]][1] == (*row[1:], None if found is None else names_json(found))
    }
    for iri, (identity, (*_, before)) in old.items():
        if iri not in same:
            _remove(file, identity, before)
    return _insert(file, [(row, found) for row, found in new if row[0] not in same])


def _remove(file: sqlite3.Connection, identity: int, names: str | None) -> None:
    file.execute("DELETE FROM entity WHERE id = ?", (identity,))
    if names is not None:
        every = json.loads(names)
        keys = {key_of(name) for name in every}
        file.executemany("DELETE FROM name WHERE key = ? AND entity = ?", ((key, identity) for key in keys))
        # https://www.sqlite.org/fts5.html#the_delete_command: it must be told what was there.
        file.execute(
            "INSERT INTO words (words, rowid, names) VALUES ('delete', ?, ?)", (identity, "\n".join(every))
        )
        file.execute("DELETE FROM named WHERE id = ?", (identity,))


def _insert(file: sqlite3.Connection, entries: list[tuple[Row, list[str] | None]]) -> bool:
    """Adds entries, given in their order. What comes to stand between the same two others is spread evenly."""
    places = [(_neighbours(file, _place(row)), row, names) for row, names in entries]
    for (low, high), group in groupby(places, key=itemgetter(0)):
        some = list(group)
        step = (high - low) // (len(some) + 1) if high is not None else _GAP
        if not step:
            return False
        for number, (_, row, names) in enumerate(some, 1):
            identity = low + number * step
            file.execute("INSERT INTO entity VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", (identity, *row))
            if names is not None:
                name_of(file, [(identity, names)])
    return True


def _neighbours(file: sqlite3.Connection, place: Row) -> tuple[int, int | None]:
    """The numbers of the entries before and after a place: 0 before the first, None after the last."""
    low, after = 0, None
    (high,) = file.execute("SELECT ifnull(max(id), 0) + 1 FROM entity").fetchone()
    while high - low > 1:
        middle = (low + high) // 2
        row = file.execute(FIRST, (middle, high)).fetchone()
        if row is not None and _place(row[1:]) < place:
            low = row[0]
        else:
            high = middle
            after = row[0] if row is not None else after
    return low, after


def _place(row: Row) -> Row:
    """What entries are ordered by, as in `ENTRIES`."""
    iri, kind, label, _, _, year, figures, pathways = row
    number = _numbers().get(kind, -1)
    # SQLite puts NULL behind all years here, and measures a text up to its first NUL.
    dated = -year if year is not None else 1
    return number < 0, number, -(figures + pathways), dated, len(label.partition("\0")[0]), label, iri


@cache
def _numbers() -> Mapping[str, int]:
    return {name: number for number, name in enumerate(kinds())}
