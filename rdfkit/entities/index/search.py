"""The label index: what everything in a store is called, for search while people type, in one SQLite file.

    entity(id, iri, kind, label, identifier, taxon, year, figures, pathways)
    taxon(iri, name)     what the taxa are called that things live in
    name(key, entity)    each name without marks and case: `IL-6` and `il6` are the same key
    words                the words of all names (FTS5)
    named(id, names)     these names, for the day when they are taken out again

It belongs to one build. `indexer` makes it anew, `update` from the index of the build before. Entities are numbered by
how much they matter: by kind, in the order of `types.toml`, and within a kind by how many figures and pathways they are
in. So a search gives the first rows that it finds, and needs to score and sort none.
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from rdfkit.entities.index.entries import LAYOUT, encodable, failures, key_of
from rdfkit.entities.types import compact, kinds, page_of
from rdfkit.errors import LabelError

_WORD = re.compile(r"[^\W_]+")
# A name of more words than this matches nothing more by having them all looked up.
_MOST_WORDS = 12


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing: what it is called, of what kind it is, and in how many figures and pathways.

    `identifier` is what people know it by (WP364, 3569, PW:0000516), `organism` a name, `year` that of its article.
    """

    iri: str
    kind: str
    label: str
    identifier: str
    organism: str | None
    year: int | None
    figures: int
    pathways: int

    @property
    def page(self) -> str:
        """The path of its page."""
        return page_of(self.iri)


class Labels:
    """The label index of a build, opened for reading. Several threads may share one."""

    def __init__(self, path: str | Path) -> None:
        """Opens the index in a file made by `make_labels`. Raises LabelError when it is none."""
        self.path = Path(path)
        uri = f"{self.path.resolve().as_uri()}?mode=ro&immutable=1"
        with failures(self.path):
            self._file = sqlite3.connect(uri, uri=True, check_same_thread=False)
            (layout,) = self._file.execute("PRAGMA user_version").fetchone()
            if layout != LAYOUT:
                self._file.close()
                raise LabelError("this is not an index of labels of this version", path=str(path))
            rows = self._file.execute("SELECT name, first, last, number FROM kind").fetchall()
            self._ranges: dict[str, tuple[int, int]] = {name: (first, last) for name, first, last, _ in rows}
            self._counts: dict[str, int] = {name: number for name, _, _, number in rows}
        titled = (
            self._ranges[kind.name][0]
            for kind in kinds().values()
            if kind.titled and kind.name in self._ranges
        )
        self._last_named = min(titled, default=self._last() + 1) - 1

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Lets go of the file."""
        self._file.close()

    def search(self, text: str, kind: str | None = None, limit: int = 20) -> list[Entry]:
        """What has a name like `text`: first those named just so, then those whose name begins so, then those with
        all of its words, the last of which may be unfinished. Any text will do; one without letters finds little.
        Of what has a title rather than a name (figures, articles) the first word counts no more than the others.

        `kind` is a name of `types.kinds`; one that nothing is of gives nothing.
        """
        ranges = self._ranges if kind is None else {kind: self._ranges.get(kind, (1, 0))}
        key = key_of(text)
        found: dict[int, None] = {}
        for select, wanted, (first, last), most in (
            self._searches(key, text, ranges, limit) if key and ranges else ()
        ):
            if len(found) < limit and first <= last:
                rows = self._rows(select, (*wanted, first, last, most))
                found.update(dict.fromkeys(identity for (identity,) in rows))
        return self._by_id(list(found)[:limit])

    def labels(self, iris: Iterable[str]) -> dict[str, str]:
        """A label for each IRI: what the data call it, else its CURIE or what it ends in."""
        wanted = list(dict.fromkeys(iris))
        entries = self.entries(wanted)
        return {iri: entries[iri].label if iri in entries else compact(iri) for iri in wanted}

    def entries(self, iris: Iterable[str]) -> dict[str, Entry]:
        """What is known of these IRIs; those that have no name in the data are left out."""
        rows = self._rows(_BY_IRI, (_json(iris),))
        return {row[0]: Entry(*row) for row in rows}

    def count(self, kind: str) -> int:
        """How many things there are of a kind."""
        return self._counts.get(kind, 0)

    def browse(self, kind: str, offset: int = 0, limit: int = 50) -> list[Entry]:
        """The things of a kind, those in most figures and pathways first."""
        first, last = self._ranges.get(kind, (1, 0))
        rows = self._rows(_IN_ORDER, (first, last, limit, max(0, offset)))
        return [Entry(*row) for row in rows]

    def figures_of_years(self) -> dict[int, int]:
        """How many figures there are from each year."""
        return dict(self._rows("SELECT year, figures FROM figures_of_year ORDER BY year", ()))

    def _searches(
        self, key: str, text: str, ranges: Mapping[str, tuple[int, int]], limit: int
    ) -> Iterator[tuple[str, tuple[str, ...], tuple[int, int], int]]:
        """The ways to search: SQL, what it needs first, the entities that it is about, and how many to take.

        Of each kind some that begin so go before the rest of the first kind. What stands behind the things with names
        in the order of kinds (data nodes are called as their genes are) does not crowd out what begins so.
        """
        first, last = min(first for first, _ in ranges.values()), max(last for _, last in ranges.values())
        named = first, min(last, self._last_named)
        beginning = key, key + chr(0x10FFFF)
        yield _EXACT, (key,), named, limit
        for start, end in sorted(ranges.values()) if len(ranges) > 1 else ():
            if end <= self._last_named:
                yield _BEGINNING, beginning, (start, end), max(1, limit // 3)
        yield _BEGINNING, beginning, named, limit
        yield _EXACT, (key,), (first, last), limit
        words = _words(text)
        if words:
            yield _WORDS, (words,), (first, last), limit

    def _by_id(self, ids: list[int]) -> list[Entry]:
        rows = self._rows(_BY_ID, (json.dumps(ids),))
        entries = {identity: Entry(*rest) for identity, *rest in rows}
        return [entries[identity] for identity in ids]

    def _last(self) -> int:
        return max((last for _, last in self._ranges.values()), default=0)

    def _rows(self, select: str, values: tuple[object, ...]) -> list[tuple[Any, ...]]:
        with failures(self.path):
            return self._file.execute(select, values).fetchall()


_EXACT = "SELECT entity FROM name WHERE key = ? AND entity BETWEEN ? AND ? ORDER BY entity LIMIT ?"
_BEGINNING = (
    "SELECT entity FROM name WHERE key > ? AND key < ? AND entity BETWEEN ? AND ?"
    " GROUP BY entity ORDER BY entity LIMIT ?"
)
_WORDS = "SELECT rowid FROM words WHERE words MATCH ? AND rowid BETWEEN ? AND ? ORDER BY rowid LIMIT ?"
_BY_IRI = (
    "SELECT entity.iri, kind, label, identifier, taxon.name, year, figures, pathways FROM json_each(?)"
    " JOIN entity ON entity.iri = json_each.value LEFT JOIN taxon ON taxon.iri = entity.taxon"
)
_BY_ID = (
    "SELECT entity.id, entity.iri, kind, label, identifier, taxon.name, year, figures, pathways FROM json_each(?)"
    " JOIN entity ON entity.id = json_each.value LEFT JOIN taxon ON taxon.iri = entity.taxon"
)
_IN_ORDER = (
    "SELECT entity.iri, kind, label, identifier, taxon.name, year, figures, pathways"
    " FROM entity LEFT JOIN taxon ON taxon.iri = entity.taxon WHERE id BETWEEN ? AND ? ORDER BY id LIMIT ? OFFSET ?"
)


def _words(text: str) -> str:
    """The words of a text as an FTS5 query: all of them, the last as a prefix. They hold letters and digits only."""
    words = _WORD.findall(encodable(text))[:_MOST_WORDS]
    return " ".join(f'"{word}"' for word in words) + ("*" if words else "")


def _json(texts: Iterable[str]) -> str:
    return json.dumps([encodable(text) for text in texts])
