"""The label index: what everything in a store is called, for search while people type, in one SQLite file.

    entity(id, iri, kind, label, identifier, organism, year, figures, pathways)
    name(key, entity)    each name without marks and case: `IL-6` and `il6` are the same key
    words                the words of all names (FTS5)

It is made once for a build and never changed. Entities are numbered by how much they matter: by kind, in the order of
`contexts/entities.toml`, and within a kind by how many figures and pathways they are in. So a search gives the first
rows that it finds, and needs to score and sort none.
"""

from __future__ import annotations

import json
import re
import sqlite3
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import filelock
import pyoxigraph as ox

from rdfkit import resources
from rdfkit.addresses import OTHER, compact, identifier, kinds, page_of, table
from rdfkit.answers import Rows
from rdfkit.errors import LabelError
from rdfkit.identifiers import compress, expand

if TYPE_CHECKING:
    from types import TracebackType

    from rdfkit.store import Store

_LAYOUT = 2
# A pathway's page shows its newest version, so the versions themselves are not found.
_VERSION = "version"
_KEY_LENGTH = 120
_WORD = re.compile(r"[^\W_]+")
# A name of more words than this matches nothing more by having them all looked up.
_MOST_WORDS = 12
_YEAR = re.compile(r"[0-9]{4}")
_REVISION = re.compile(r"_r([0-9]+)$")
_GENE = expand("ncbigene:")
_SYMBOLS = expand("hgnc.symbol:")
_FIGURE = expand("pfocr-site:figures/")
_PATHWAY = expand("wikipathways:")
# A label said by what refers to a gene goes behind all that the gene says itself.
_SECOND_HAND = 60
_OTHER_NAME = 50
_SYMBOL = -1

_TABLES = """
CREATE TABLE entity (
  id INTEGER PRIMARY KEY, iri TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, label TEXT NOT NULL,
  identifier TEXT NOT NULL, organism TEXT, year INTEGER, figures INTEGER NOT NULL, pathways INTEGER NOT NULL
);
CREATE TABLE name (key TEXT NOT NULL, entity INTEGER NOT NULL, PRIMARY KEY (key, entity)) WITHOUT ROWID;
CREATE VIRTUAL TABLE words USING fts5(
  names, content='', prefix='1 2 3', tokenize='unicode61 remove_diacritics 2'
);
CREATE TABLE kind (name TEXT PRIMARY KEY, first INTEGER NOT NULL, last INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE figures_of_year (year INTEGER PRIMARY KEY, figures INTEGER NOT NULL);
CREATE TEMP TABLE said (iri TEXT NOT NULL, role INTEGER NOT NULL, text TEXT NOT NULL);
CREATE TEMP TABLE typed (iri TEXT PRIMARY KEY, kind INTEGER NOT NULL) WITHOUT ROWID;
CREATE TEMP TABLE used (iri TEXT PRIMARY KEY, figures INTEGER NOT NULL, pathways INTEGER NOT NULL) WITHOUT ROWID;
CREATE TEMP TABLE drawn (gene TEXT NOT NULL, node TEXT NOT NULL);
CREATE TEMP TABLE issued (iri TEXT PRIMARY KEY, year INTEGER NOT NULL) WITHOUT ROWID;
CREATE TEMP TABLE lives (iri TEXT PRIMARY KEY, taxon TEXT NOT NULL) WITHOUT ROWID;
CREATE INDEX temp.taxa ON lives (taxon);
"""


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
        with _failures(self.path):
            self._file = sqlite3.connect(uri, uri=True, check_same_thread=False)
            (layout,) = self._file.execute("PRAGMA user_version").fetchone()
            if layout != _LAYOUT:
                self._file.close()
                raise LabelError("this is not an index of labels of this version", path=str(path))
            rows = self._file.execute("SELECT name, first, last FROM kind")
            self._ranges: dict[str, tuple[int, int]] = {name: (first, last) for name, first, last in rows}
        titled = (
            self._ranges[kind.name][0]
            for kind in kinds().values()
            if kind.titled and kind.name in self._ranges
        )
        self._last_named = min(titled, default=self._last() + 1) - 1

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Lets go of the file."""
        self._file.close()

    def search(self, text: str, kind: str | None = None, limit: int = 20) -> list[Entry]:
        """What has a name like `text`: first those named just so, then those whose name begins so, then those with
        all of its words, the last of which may be unfinished. Any text will do; one without letters finds little.
        Of what has a title rather than a name (figures, articles) the first word counts no more than the others.

        `kind` is a name of `addresses.kinds`; one that nothing is of gives nothing.
        """
        ranges = self._ranges if kind is None else {kind: self._ranges.get(kind, (1, 0))}
        key = _key(text)
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
        first, last = self._ranges.get(kind, (1, 0))
        return last - first + 1

    def browse(self, kind: str, offset: int = 0, limit: int = 50) -> list[Entry]:
        """The things of a kind, those in most figures and pathways first."""
        first, last = self._ranges.get(kind, (1, 0))
        rows = self._rows(_IN_ORDER, (first + max(0, offset), last, limit))
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
        with _failures(self.path):
            return self._file.execute(select, values).fetchall()


_EXACT = "SELECT entity FROM name WHERE key = ? AND entity BETWEEN ? AND ? ORDER BY entity LIMIT ?"
_BEGINNING = (
    "SELECT entity FROM name WHERE key > ? AND key < ? AND entity BETWEEN ? AND ?"
    " GROUP BY entity ORDER BY entity LIMIT ?"
)
_WORDS = "SELECT rowid FROM words WHERE words MATCH ? AND rowid BETWEEN ? AND ? ORDER BY rowid LIMIT ?"
_BY_IRI = (
    "SELECT iri, kind, label, identifier, organism, year, figures, pathways"
    " FROM json_each(?) JOIN entity ON entity.iri = json_each.value"
)
_BY_ID = (
    "SELECT entity.id, iri, kind, label, identifier, organism, year, figures, pathways"
    " FROM json_each(?) JOIN entity ON entity.id = json_each.value"
)
_IN_ORDER = (
    "SELECT iri, kind, label, identifier, organism, year, figures, pathways"
    " FROM entity WHERE id BETWEEN ? AND ? ORDER BY id LIMIT ?"
)


def make_labels(store: Store, path: str | Path) -> None:
    """Makes the label index of a store in a file, whole or not at all. A file that is there is replaced.

    Raises LabelError when it cannot be written, StoreError when the store cannot be read.
    """
    target = Path(path)
    aside = target.with_name(f"{target.name}.new")
    with _failures(target):
        aside.unlink(missing_ok=True)
        with closing(sqlite3.connect(aside)) as file:
            # The file is made again if the machine fails meanwhile.
            file.executescript(
                "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA temp_store = FILE;"
            )
            file.executescript(_TABLES)
            with file:
                _read(store, file)
                _number(file)
                _name(file)
            file.executescript(f"PRAGMA user_version = {_LAYOUT}; ANALYZE;")
        aside.replace(target)


def ensure_labels(store: Store) -> Path:
    """The file with the label index of a store on disk, beside its graph; made when it is not there yet, and again
    when another version of rdfkit has made it.

    Whoever asks while another makes it waits. Raises LabelError when it cannot be written, StoreError.
    """
    if store.folder is None:
        raise LabelError("a store in memory has no index of labels on disk")
    target = store.folder / "labels.sqlite"
    if not _is_usable(target):
        with _failures(target), filelock.FileLock(store.folder / "labels.lock"):
            if not _is_usable(target):
                make_labels(store, target)
    return target


def _is_usable(path: Path) -> bool:
    try:
        Labels(path).close()
    except LabelError:
        return False
    return True


# --- reading the store ---


def _read(store: Store, file: sqlite3.Connection) -> None:
    _read_kinds(store, file)
    names = table()["names"]
    for role, name in enumerate(names["label"]):
        file.executemany("INSERT INTO said VALUES (?, ?, ?)", _texts(store, name, role))
    for name in names["name"]:
        file.executemany("INSERT INTO said VALUES (?, ?, ?)", _texts(store, name, _OTHER_NAME))
    file.execute("CREATE INDEX said_of ON said (iri, role)")
    _read_versions(store, file)
    _read_genes(store, file)
    _read_uses(store, file)
    _read_years(store, file)
    _name_organisms(file)


def _read_kinds(store: Store, file: sqlite3.Connection) -> None:
    for number, kind in enumerate(kinds().values()):
        for class_ in kind.classes:
            answer = store.query(f"SELECT ?thing {{ ?thing a <{class_}> }}", strict=True)
            things = (row["thing"] for row in answer.terms()) if isinstance(answer, Rows) else ()
            rows = ((thing.value, number) for thing in things if isinstance(thing, ox.NamedNode))
            file.executemany("INSERT OR IGNORE INTO typed VALUES (?, ?)", rows)


def _read_versions(store: Store, file: sqlite3.Connection) -> None:
    """The newest version lends the pathway its names; the versions are told apart by their numbers."""
    versions: dict[str, list[str]] = {}
    for pathway, version in _pairs(store, "pav:hasVersion"):
        versions.setdefault(pathway, []).append(version)
    rows = [(pathway, max(found, key=revision)) for pathway, found in versions.items()]
    file.executemany("INSERT INTO said SELECT ?, role, text FROM said WHERE iri = ?", rows)
    organisms = [
        (pathway, taxon) for pathway, newest in rows for taxon in _named(store, newest, "wp:organism")
    ]
    file.executemany("INSERT OR IGNORE INTO lives VALUES (?, ?)", organisms)
    pathway_kind = list(kinds()).index("pathway")
    file.executemany("REPLACE INTO typed VALUES (?, ?)", ((pathway, pathway_kind) for pathway in versions))
    file.executemany(
        "REPLACE INTO typed VALUES (?, -1)", ((version,) for found in versions.values() for version in found)
    )


def _read_genes(store: Store, file: sqlite3.Connection) -> None:
    """A gene that pathways only refer to is called what they call it."""
    file.executemany(
        "INSERT INTO drawn (node, gene) VALUES (?, ?)",
        (pair for pair in _pairs(store, "wp:bdbEntrezGene") if pair[1].startswith(_GENE)),
    )
    # The official symbol goes before the ways in which pathways write it.
    symbols = (
        (iri, _SYMBOL, symbol.partition(_SYMBOLS)[2]) for iri, symbol in _pairs(store, "wp:bdbHgncSymbol")
    )
    file.executemany(
        "INSERT INTO said VALUES (?, ?, ?)", (row for row in symbols if row[0].startswith(_GENE) and row[2])
    )
    file.execute(
        "INSERT INTO said SELECT gene, ?, text FROM drawn JOIN said ON iri = node AND role = 0 WHERE gene <> node",
        (_SECOND_HAND,),
    )


def _read_uses(store: Store, file: sqlite3.Connection) -> None:
    figures: Counter[str] = Counter()
    pathways: Counter[str] = Counter()
    for name in table()["counted"]["properties"]:
        for subject, value in _pairs(store, name):
            if subject.startswith(_FIGURE):
                figures[value] += 1
            elif subject.startswith(_PATHWAY):
                pathways[value] += 1
    pathways.update(_pathways_of_genes(store, file))
    used = ((iri, figures[iri], pathways[iri]) for iri in figures.keys() | pathways.keys())
    file.executemany("INSERT INTO used VALUES (?, ?, ?)", used)


def _pathways_of_genes(store: Store, file: sqlite3.Connection) -> Mapping[str, int]:
    file.execute("CREATE INDEX drawn_as ON drawn (node)")
    file.execute("CREATE TEMP TABLE part (node TEXT, pathway TEXT)")
    parts = (pair for pair in _pairs(store, "dcterms:isPartOf") if pair[1].startswith(_PATHWAY))
    file.executemany("INSERT INTO part VALUES (?, ?)", parts)
    # A gene lives where all its pathways do. Said by the figures or by the gene itself, that goes first.
    file.executemany("INSERT OR IGNORE INTO lives VALUES (?, ?)", _pairs(store, "wp:organism"))
    file.execute(
        "INSERT OR IGNORE INTO lives SELECT gene, min(taxon) FROM part JOIN drawn USING (node)"
        " JOIN lives ON lives.iri = pathway GROUP BY gene HAVING count(DISTINCT taxon) = 1"
    )
    return dict(
        file.execute("SELECT gene, COUNT(DISTINCT pathway) FROM part JOIN drawn USING (node) GROUP BY gene")
    )


def _read_years(store: Store, file: sqlite3.Connection) -> None:
    """The years of articles, and those of figures, which are their articles'."""
    rows = (
        (triple.subject.value, int(triple.object.value))
        for triple in store.triples(_node("dcterms:issued"))
        if isinstance(triple.subject, ox.NamedNode)
        and isinstance(triple.object, ox.Literal)
        and _YEAR.fullmatch(triple.object.value)
    )
    file.executemany("INSERT OR IGNORE INTO issued VALUES (?, ?)", rows)
    parts = (pair for pair in _pairs(store, "dcterms:isPartOf") if pair[0].startswith(_FIGURE))
    file.executemany("INSERT OR IGNORE INTO issued SELECT ?, year FROM issued WHERE iri = ?", parts)


def _name_organisms(file: sqlite3.Connection) -> None:
    """A taxon that the data name by its number alone is called what the package's table calls it."""
    lines = (resources.contexts_folder() / "organisms.tsv").read_text(encoding="utf-8").splitlines()[1:]
    rows = (line.split("\t") for line in lines)
    file.executemany(
        "INSERT INTO said SELECT taxon, 0, ? FROM (SELECT DISTINCT taxon FROM lives WHERE taxon = ?)"
        " WHERE NOT EXISTS (SELECT 1 FROM said WHERE iri = taxon AND role = 0)",
        ((name, expand(f"NCBITaxon:{taxon}")) for name, taxon in rows),
    )


def _texts(store: Store, name: str, role: int) -> Iterator[tuple[str, int, str]]:
    for triple in store.triples(_node(name)):
        if isinstance(triple.subject, ox.NamedNode) and isinstance(triple.object, ox.Literal):
            yield triple.subject.value, role, triple.object.value


def _pairs(store: Store, name: str) -> Iterator[tuple[str, str]]:
    for triple in store.triples(_node(name)):
        if isinstance(triple.subject, ox.NamedNode) and isinstance(triple.object, ox.NamedNode):
            yield triple.subject.value, triple.object.value


def _named(store: Store, subject: str, name: str) -> Iterator[str]:
    for triple in store.triples(_node(name), ox.NamedNode(subject)):
        if isinstance(triple.object, ox.NamedNode):
            yield triple.object.value


def _node(name: str) -> ox.NamedNode:
    return ox.NamedNode(expand(name))


def revision(version: str) -> int:
    """The number of a pathway's version, 0 for an IRI without one."""
    match = _REVISION.search(version)
    return int(match[1]) if match else 0


# --- writing the index ---


def _number(file: sqlite3.Connection) -> None:
    """Fills `entity` in the order of what matters."""
    names = [kind.name for kind in kinds().values()]

    def of_namespace(iri: str) -> int:
        # What stands below a page (page.html#creator) is not what the page is about.
        found = (number for number, kind in enumerate(kinds().values()) if _is_in(iri, kind.namespaces))
        return next(found, len(names) - 1)

    file.create_function("of_namespace", 1, of_namespace, deterministic=True)
    file.create_function("kind_name", 1, lambda number: _VERSION if number < 0 else names[number])
    file.create_function("identifier", 1, identifier, deterministic=True)
    file.execute(
        """
        INSERT INTO entity (iri, kind, label, identifier, organism, year, figures, pathways)
        SELECT one.iri, kind_name(kind), label, identifier(one.iri), taxon.text, issued.year,
          ifnull(figures, 0), ifnull(pathways, 0)
        FROM (
          SELECT said.iri AS iri, min(ifnull(typed.kind, 1000), of_namespace(said.iri)) AS kind,
            substr(first_value(text) OVER (PARTITION BY said.iri ORDER BY role, length(text), text), 1,
              300) AS label,
            row_number() OVER (PARTITION BY said.iri ORDER BY role, length(text), text) AS place
          FROM said LEFT JOIN typed USING (iri)
        ) AS one
        LEFT JOIN used ON used.iri = one.iri
        LEFT JOIN issued ON issued.iri = one.iri
        LEFT JOIN lives ON lives.iri = one.iri
        LEFT JOIN said AS taxon ON taxon.iri = lives.taxon AND taxon.role = 0
        WHERE place = 1
        GROUP BY one.iri
        ORDER BY kind < 0, kind, ifnull(figures, 0) + ifnull(pathways, 0) DESC, issued.year DESC, length(label), label,
          one.iri
        """
    )
    file.execute("INSERT INTO kind SELECT kind, min(id), max(id) FROM entity GROUP BY kind")
    file.execute(
        "INSERT INTO figures_of_year SELECT year, count(*) FROM entity WHERE kind = 'figure' AND year NOT NULL"
        " GROUP BY year"
    )


def _is_in(iri: str, namespaces: tuple[str, ...]) -> bool:
    start = next((start for start in namespaces if iri.startswith(start)), None)
    return start is not None and "#" not in iri[len(start) :]


def _name(file: sqlite3.Connection) -> None:
    """Fills `name` and `words`: all names of what is not hidden, and its identifiers."""
    hidden = [_VERSION, *(kind.name for kind in kinds().values() if kind.hidden)]
    rows = file.execute(
        "SELECT id, entity.iri, text FROM entity JOIN said USING (iri)"
        " WHERE kind NOT IN (SELECT value FROM json_each(?)) ORDER BY id",
        (json.dumps(hidden),),
    )
    for (identity, iri), group in groupby(rows, key=itemgetter(0, 1)):
        names = dict.fromkeys((*(text for _, _, text in group), *_identifiers(iri)))
        keys = {_key(name) for name in names} - {""}
        file.executemany("INSERT INTO name VALUES (?, ?)", ((key, identity) for key in keys))
        file.execute("INSERT INTO words (rowid, names) VALUES (?, ?)", (identity, "\n".join(names)))


def _identifiers(iri: str) -> Iterator[str]:
    curie = compress(iri)
    yield identifier(iri)
    if curie != iri:
        yield curie
        yield curie.partition(":")[2]
    yield iri


def _key(text: str) -> str:
    """A text without marks, spaces and case, or as it is when nothing would be left."""
    folded = unicodedata.normalize("NFKD", _encodable(text)).casefold()
    return ("".join(filter(str.isalnum, folded)) or "".join(folded.split()))[:_KEY_LENGTH]


def _words(text: str) -> str:
    """The words of a text as an FTS5 query: all of them, the last as a prefix. They hold letters and digits only."""
    words = _WORD.findall(_encodable(text))[:_MOST_WORDS]
    return " ".join(f'"{word}"' for word in words) + ("*" if words else "")


def _encodable(text: str) -> str:
    return text.encode("utf-8", "replace").decode("utf-8")


def _json(texts: Iterable[str]) -> str:
    return json.dumps([_encodable(text) for text in texts])


@contextmanager
def _failures(path: Path) -> Iterator[None]:
    try:
        yield
    except (OSError, sqlite3.Error) as error:
        raise LabelError(f"the index of labels cannot be used: {error}", path=str(path)) from error


__all__ = ["OTHER", "Entry", "Labels", "ensure_labels", "make_labels", "revision"]
