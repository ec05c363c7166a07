"""Makes the label index of a store (see `labels`), anew or from the index of an earlier build.

The index follows from facts: triples with a few predicates. To make it anew all of them are read. When the index of an
earlier build is there and it is known which nodes have changed since, only the facts around these are read, and the
same SQL makes of them the entries that are put in place of the old ones.

Entries are numbered with gaps, so that one can go between two others and no other has to move.
"""

from __future__ import annotations

import json
import re
import shutil
import sqlite3
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Set
from contextlib import closing, contextmanager
from functools import cache
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import pyoxigraph as ox

from rdfkit import resources
from rdfkit.addresses import identifier, kinds, table
from rdfkit.answers import Rows
from rdfkit.errors import LabelError
from rdfkit.identifiers import compress, expand

if TYPE_CHECKING:
    from rdfkit.store import StoreProtocol

LAYOUT = 3
# A pathway's page shows its newest version, so the versions themselves are not found.
VERSION = "version"
_KEY_LENGTH = 120
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
# Between the numbers of two entries there is room for this many others; so it is in `_ENTRIES`.
_GAP = 1 << 32
# With more entries to look at than this share of all it is quicker to make the index anew, unless they are few.
_MOST_CHANGED = 0.05
_FEW = 2000

_TABLES = """
CREATE TABLE entity (
  id INTEGER PRIMARY KEY, iri TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, label TEXT NOT NULL,
  identifier TEXT NOT NULL, taxon TEXT, year INTEGER, figures INTEGER NOT NULL, pathways INTEGER NOT NULL
);
CREATE TABLE taxon (iri TEXT PRIMARY KEY, name TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE name (key TEXT NOT NULL, entity INTEGER NOT NULL, PRIMARY KEY (key, entity)) WITHOUT ROWID;
CREATE TABLE named (id INTEGER PRIMARY KEY, names TEXT NOT NULL);
CREATE VIRTUAL TABLE words USING fts5(
  names, content='', prefix='1 2 3', tokenize='unicode61 remove_diacritics 2'
);
CREATE TABLE kind (
  name TEXT PRIMARY KEY, first INTEGER NOT NULL, last INTEGER NOT NULL, number INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE figures_of_year (year INTEGER PRIMARY KEY, figures INTEGER NOT NULL);
CREATE TABLE issued (iri TEXT PRIMARY KEY, year INTEGER NOT NULL) WITHOUT ROWID;
"""
_FACTS = """
CREATE TEMP TABLE said (iri TEXT NOT NULL, role INTEGER NOT NULL, text TEXT NOT NULL);
CREATE TEMP TABLE typed (iri TEXT PRIMARY KEY, kind INTEGER NOT NULL) WITHOUT ROWID;
CREATE TEMP TABLE used (iri TEXT PRIMARY KEY, figures INTEGER NOT NULL, pathways INTEGER NOT NULL) WITHOUT ROWID;
CREATE TEMP TABLE drawn (gene TEXT NOT NULL, node TEXT NOT NULL);
CREATE TEMP TABLE part (node TEXT NOT NULL, pathway TEXT NOT NULL);
CREATE TEMP TABLE dated (iri TEXT PRIMARY KEY, year INTEGER NOT NULL) WITHOUT ROWID;
CREATE TEMP TABLE lives (iri TEXT PRIMARY KEY, taxon TEXT NOT NULL) WITHOUT ROWID;
CREATE TEMP TABLE inhabited (taxon TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE INDEX temp.drawn_as ON drawn (node);
"""
_WANTED = "CREATE TEMP TABLE wanted (iri TEXT PRIMARY KEY) WITHOUT ROWID;"

_Row = tuple[Any, ...]


def make_labels(store: StoreProtocol, path: str | Path) -> None:
    """Makes the label index of a store in a file, whole or not at all. A file that is there is replaced.

    Raises LabelError when it cannot be written, StoreError when the store cannot be read.
    """
    with _aside(Path(path)) as aside, closing(_opened(aside)) as file:
        file.executescript(_TABLES + _FACTS)
        with file:
            _read(_AllFacts(store), file)
            file.execute("INSERT INTO entity " + _ENTRIES.format(condition=""))
            _name(file, _names(file.execute(_NAMES.format(source="entity"))))
            file.execute("INSERT INTO taxon " + _TAXA.format(condition=""))
            _count(file)
        file.executescript(f"PRAGMA user_version = {LAYOUT}; ANALYZE;")


def update_labels(store: StoreProtocol, before: str | Path, touched: Iterable[str], path: str | Path) -> bool:
    """Makes the label index of a store from that of an earlier build, and the IRIs of all nodes whose triples are
    others now: of each triple that came or went the subject and the object. The index holds what `make_labels` would
    put there, but for the numbers of entries, whose order is the same.

    False, and no file, if it is quicker to make it anew. Raises LabelError when a file cannot be read or written,
    StoreError when the store cannot be read.
    """
    with _aside(Path(path)) as aside:
        shutil.copyfile(before, aside)
        with closing(_opened(aside)) as file, file:
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
    file.executescript(_FACTS + _WANTED)
    file.executemany("INSERT INTO wanted VALUES (?)", ((iri,) for iri in wanted))
    file.execute("DELETE FROM issued WHERE iri IN wanted")
    _read(_FactsAround(store, wanted), file)
    file.execute("CREATE TEMP TABLE fresh AS " + _ENTRIES.format(condition="AND one.iri IN wanted"))
    file.execute("DELETE FROM taxon WHERE iri IN wanted")
    file.execute("INSERT INTO taxon " + _TAXA.format(condition="AND iri IN wanted"))
    fits = _exchange(file)
    if fits:
        _count(file)
    return fits


@contextmanager
def _aside(path: Path) -> Iterator[Path]:
    """A file to be written, which takes the place of another when it is whole, if it is still there."""
    aside = path.with_name(f"{path.name}.new")
    with failures(path):
        aside.unlink(missing_ok=True)
        yield aside
        if aside.exists():
            aside.replace(path)


def _opened(path: Path) -> sqlite3.Connection:
    file = sqlite3.connect(path)
    # The file is made again if the machine fails meanwhile.
    file.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA temp_store = FILE;")
    _define(file)
    return file


# --- which entries follow from what has changed ---


def _affected(store: StoreProtocol, file: sqlite3.Connection, touched: Set[str]) -> set[str]:
    """What has an entry that may be another when these nodes are. The other end of each triple that is gone is
    among them, so that what is there now is enough to go on from.
    """
    lent = {iri for node in touched for iri in _subjects(store, "pav:hasVersion", node)}
    found = {*touched, *lent}
    nodes = {
        node
        for pathway in found
        if pathway.startswith(_PATHWAY)
        for node in _subjects(store, "dcterms:isPartOf", pathway)
    }
    genes = {gene for node in found | nodes for gene in _values(store, "wp:bdbEntrezGene", node)}
    figures = {
        figure
        for article in touched
        if _year(store, article) != _year_before(file, article)
        for figure in _subjects(store, "dcterms:isPartOf", article)
        if figure.startswith(_FIGURE)
    }
    return found | {gene for gene in genes if gene.startswith(_GENE)} | figures


def _year(store: StoreProtocol, iri: str) -> int | None:
    found = store.triples(_node("dcterms:issued"), ox.NamedNode(iri))
    return min((year for triple in found if (year := _read_year(triple)) is not None), default=None)


def _year_before(file: sqlite3.Connection, iri: str) -> int | None:
    row = file.execute("SELECT year FROM issued WHERE iri = ?", (iri,)).fetchone()
    return row[0] if row else None


def _subjects(store: StoreProtocol, name: str, value: str) -> Iterator[str]:
    for triple in store.triples(_node(name), None, ox.NamedNode(value)):
        if isinstance(triple.subject, ox.NamedNode):
            yield triple.subject.value


def _values(store: StoreProtocol, name: str, subject: str) -> Iterator[str]:
    for triple in store.triples(_node(name), ox.NamedNode(subject)):
        if isinstance(triple.object, ox.NamedNode):
            yield triple.object.value


# --- reading facts ---


class _Facts(Protocol):
    """The triples that the index is made of."""

    def triples(self, name: str) -> Iterable[ox.Triple]:
        """Those with a predicate, each once."""

    def instances(self, kind: str) -> Iterable[str]:
        """The things of a class."""


class _AllFacts:
    """All facts of a store."""

    def __init__(self, store: StoreProtocol) -> None:
        self._store = store

    def triples(self, name: str) -> Iterable[ox.Triple]:
        return self._store.triples(_node(name))

    def instances(self, kind: str) -> Iterator[str]:
        answer = self._store.query(f"SELECT ?thing {{ ?thing a <{kind}> }}", strict=True)
        for row in answer.terms() if isinstance(answer, Rows) else ():
            thing = row["thing"]
            if isinstance(thing, ox.NamedNode):
                yield thing.value


class _FactsAround:
    """All facts that the entries of some things follow from, and some more.

    These are the facts that say something of them or have them as value; of genes also what is said of the nodes that
    stand for them and of the pathways of these; and what lends names, organisms and years.
    """

    def __init__(self, store: StoreProtocol, wanted: Set[str]) -> None:
        self._store = store
        self._wanted = sorted(wanted)
        genes = [iri for iri in self._wanted if iri.startswith(_GENE)]
        nodes = {node for gene in genes for node in _subjects(store, "wp:bdbEntrezGene", gene)}
        figures = [iri for iri in self._wanted if iri.startswith(_FIGURE)]
        wholes = {whole for part in (*nodes, *figures) for whole in _values(store, "dcterms:isPartOf", part)}
        around = wanted | nodes | wholes
        versions = {version for iri in around for version in _values(store, "pav:hasVersion", iri)}
        self._around = sorted(around | versions)

    def triples(self, name: str) -> Iterable[ox.Triple]:
        predicate = _node(name)
        found: dict[ox.Triple, None] = {}
        for iri in self._around:
            found.update(dict.fromkeys(self._store.triples(predicate, ox.NamedNode(iri))))
        for iri in self._wanted:
            found.update(dict.fromkeys(self._store.triples(predicate, None, ox.NamedNode(iri))))
        return found

    def instances(self, kind: str) -> Iterator[str]:
        type_, class_ = _node("rdf:type"), ox.NamedNode(kind)
        return (iri for iri in self._wanted if self._store.has(ox.NamedNode(iri), type_, class_))


def _read(facts: _Facts, file: sqlite3.Connection) -> None:
    _read_kinds(facts, file)
    names = table()["names"]
    for role, name in enumerate(names["label"]):
        file.executemany("INSERT INTO said VALUES (?, ?, ?)", _texts(facts, name, role))
    for name in names["name"]:
        file.executemany("INSERT INTO said VALUES (?, ?, ?)", _texts(facts, name, _OTHER_NAME))
    file.execute("CREATE INDEX temp.said_of ON said (iri, role)")
    organisms = _read_organisms(facts, file)
    _read_versions(facts, file, organisms)
    _read_genes(facts, file)
    _read_uses(facts, file, organisms)
    _read_years(facts, file)
    _name_organisms(file)


def _read_kinds(facts: _Facts, file: sqlite3.Connection) -> None:
    for number, kind in enumerate(kinds().values()):
        for class_ in kind.classes:
            rows = ((thing, number) for thing in facts.instances(class_))
            file.executemany("INSERT OR IGNORE INTO typed VALUES (?, ?)", rows)


def _read_organisms(facts: _Facts, file: sqlite3.Connection) -> dict[str, str]:
    """Where things say that they live; the first taxon of several."""
    found: dict[str, str] = {}
    for iri, taxon in _pairs(facts, "wp:organism"):
        found[iri] = min(taxon, found.get(iri, taxon))
        file.execute("INSERT OR IGNORE INTO inhabited VALUES (?)", (taxon,))
    return found


def _read_versions(facts: _Facts, file: sqlite3.Connection, organisms: Mapping[str, str]) -> None:
    """The newest version lends the pathway its names; the versions are told apart by their numbers."""
    versions: dict[str, list[str]] = {}
    for pathway, version in _pairs(facts, "pav:hasVersion"):
        versions.setdefault(pathway, []).append(version)
    newest = [(pathway, max(found, key=_by_revision)) for pathway, found in versions.items()]
    file.execute("CREATE TEMP TABLE newest (pathway TEXT, version TEXT)")
    file.executemany("INSERT INTO newest VALUES (?, ?)", newest)
    file.execute("INSERT INTO said SELECT pathway, role, text FROM newest CROSS JOIN said ON iri = version")
    lives = ((pathway, organisms[version]) for pathway, version in newest if version in organisms)
    file.executemany("INSERT OR IGNORE INTO lives VALUES (?, ?)", lives)
    pathway_kind = list(kinds()).index("pathway")
    file.executemany("REPLACE INTO typed VALUES (?, ?)", ((pathway, pathway_kind) for pathway in versions))
    file.executemany(
        "REPLACE INTO typed VALUES (?, -1)", ((version,) for found in versions.values() for version in found)
    )


def _by_revision(version: str) -> tuple[int, str]:
    return revision(version), version


def _read_genes(facts: _Facts, file: sqlite3.Connection) -> None:
    """A gene that pathways only refer to is called what they call it."""
    file.executemany(
        "INSERT INTO drawn (node, gene) VALUES (?, ?)",
        (pair for pair in _pairs(facts, "wp:bdbEntrezGene") if pair[1].startswith(_GENE)),
    )
    # The official symbol goes before the ways in which pathways write it.
    symbols = (
        (iri, _SYMBOL, symbol.partition(_SYMBOLS)[2]) for iri, symbol in _pairs(facts, "wp:bdbHgncSymbol")
    )
    file.executemany(
        "INSERT INTO said VALUES (?, ?, ?)", (row for row in symbols if row[0].startswith(_GENE) and row[2])
    )
    file.execute(
        "INSERT INTO said SELECT gene, ?, text FROM drawn CROSS JOIN said ON iri = node AND role = 0"
        " WHERE gene <> node",
        (_SECOND_HAND,),
    )


def _read_uses(facts: _Facts, file: sqlite3.Connection, organisms: Mapping[str, str]) -> None:
    figures: Counter[str] = Counter()
    pathways: Counter[str] = Counter()
    for name in table()["counted"]["properties"]:
        for subject, value in _pairs(facts, name):
            if subject.startswith(_FIGURE):
                figures[value] += 1
            elif subject.startswith(_PATHWAY):
                pathways[value] += 1
    pathways.update(_pathways_of_genes(facts, file, organisms))
    used = ((iri, figures[iri], pathways[iri]) for iri in figures.keys() | pathways.keys())
    file.executemany("INSERT INTO used VALUES (?, ?, ?)", used)


def _pathways_of_genes(
    facts: _Facts, file: sqlite3.Connection, organisms: Mapping[str, str]
) -> Mapping[str, int]:
    parts = (pair for pair in _pairs(facts, "dcterms:isPartOf") if pair[1].startswith(_PATHWAY))
    file.executemany("INSERT INTO part VALUES (?, ?)", parts)
    # A gene lives where all its pathways do. Said by the figures or by the gene itself, that goes first.
    file.executemany("INSERT OR IGNORE INTO lives VALUES (?, ?)", organisms.items())
    file.execute(
        "INSERT OR IGNORE INTO lives SELECT gene, min(taxon) FROM part JOIN drawn USING (node)"
        " JOIN lives ON lives.iri = pathway GROUP BY gene HAVING count(DISTINCT taxon) = 1"
    )
    return dict(
        file.execute("SELECT gene, COUNT(DISTINCT pathway) FROM part JOIN drawn USING (node) GROUP BY gene")
    )


def _read_years(facts: _Facts, file: sqlite3.Connection) -> None:
    """The years of articles, the first of several, and those of figures, which are their articles'."""
    years: dict[str, int] = {}
    for triple in facts.triples("dcterms:issued"):
        year = _read_year(triple)
        if year is not None and isinstance(triple.subject, ox.NamedNode):
            years[triple.subject.value] = min(year, years.get(triple.subject.value, year))
    file.executemany("REPLACE INTO issued VALUES (?, ?)", years.items())
    lent: dict[str, int] = {}
    for part, whole in _pairs(facts, "dcterms:isPartOf"):
        if part.startswith(_FIGURE) and whole in years:
            lent[part] = min(years[whole], lent.get(part, years[whole]))
    file.executemany("INSERT INTO dated VALUES (?, ?)", (lent | years).items())


def _read_year(triple: ox.Triple) -> int | None:
    value = triple.object
    return int(value.value) if isinstance(value, ox.Literal) and _YEAR.fullmatch(value.value) else None


def _name_organisms(file: sqlite3.Connection) -> None:
    """A taxon that the data name by its number alone is called what the package's table calls it."""
    lines = (resources.contexts_folder() / "organisms.tsv").read_text(encoding="utf-8").splitlines()[1:]
    rows = (line.split("\t") for line in lines)
    file.executemany(
        "INSERT INTO said SELECT taxon, 0, ? FROM inhabited WHERE taxon = ?"
        " AND NOT EXISTS (SELECT 1 FROM said WHERE iri = taxon AND role = 0)",
        ((name, expand(f"NCBITaxon:{taxon}")) for name, taxon in rows),
    )


def _texts(facts: _Facts, name: str, role: int) -> Iterator[tuple[str, int, str]]:
    for triple in facts.triples(name):
        if isinstance(triple.subject, ox.NamedNode) and isinstance(triple.object, ox.Literal):
            yield triple.subject.value, role, triple.object.value


def _pairs(facts: _Facts, name: str) -> Iterator[tuple[str, str]]:
    for triple in facts.triples(name):
        if isinstance(triple.subject, ox.NamedNode) and isinstance(triple.object, ox.NamedNode):
            yield triple.subject.value, triple.object.value


def _node(name: str) -> ox.NamedNode:
    return ox.NamedNode(expand(name))


def revision(version: str) -> int:
    """The number of a pathway's version, 0 for an IRI without one."""
    match = _REVISION.search(version)
    return int(match[1]) if match else 0


# --- from facts to entries ---

# Entries in the order of what matters; `_place` says the same in Python.
_ENTRIES = """
SELECT row_number() OVER (
    ORDER BY kind < 0, kind, ifnull(figures, 0) + ifnull(pathways, 0) DESC, year DESC, length(label), label, one.iri
  ) << 32 AS id,
  one.iri AS iri, kind_name(kind) AS kind, label, identifier(one.iri) AS identifier, taxon, year,
  ifnull(figures, 0) AS figures, ifnull(pathways, 0) AS pathways
FROM (
  SELECT said.iri AS iri, min(ifnull(typed.kind, 1000), of_namespace(said.iri)) AS kind,
    substr(first_value(text) OVER (PARTITION BY said.iri ORDER BY role, length(text), text), 1, 300) AS label,
    row_number() OVER (PARTITION BY said.iri ORDER BY role, length(text), text) AS place
  FROM said LEFT JOIN typed USING (iri)
) AS one
LEFT JOIN used ON used.iri = one.iri
LEFT JOIN dated ON dated.iri = one.iri
LEFT JOIN lives ON lives.iri = one.iri
WHERE place = 1 {condition}
ORDER BY id
"""
_NAMES = "SELECT id, iri, text FROM {source} JOIN said USING (iri) WHERE is_found(kind) ORDER BY id"
_TAXA = (
    "SELECT iri, min(text) FROM said WHERE role = 0 AND iri IN (SELECT taxon FROM inhabited) {condition}"
    " GROUP BY iri"
)
_FIRST = (
    "SELECT id, iri, kind, label, identifier, taxon, year, figures, pathways"
    " FROM entity WHERE id >= ? AND id < ? ORDER BY id LIMIT 1"
)


def _define(file: sqlite3.Connection) -> None:
    """Adds what the SQL asks of Python."""
    every = list(kinds().values())
    names = [kind.name for kind in every]
    hidden = {VERSION, *(kind.name for kind in every if kind.hidden)}

    def of_namespace(iri: str) -> int:
        # What stands below a page (page.html#creator) is not what the page is about.
        found = (number for number, kind in enumerate(every) if _is_in(iri, kind.namespaces))
        return next(found, len(names) - 1)

    file.create_function("of_namespace", 1, of_namespace, deterministic=True)
    file.create_function("kind_name", 1, lambda number: VERSION if number < 0 else names[number])
    file.create_function("identifier", 1, identifier, deterministic=True)
    file.create_function("is_found", 1, lambda kind: kind not in hidden, deterministic=True)


def _is_in(iri: str, namespaces: tuple[str, ...]) -> bool:
    start = next((start for start in namespaces if iri.startswith(start)), None)
    return start is not None and "#" not in iri[len(start) :]


def _name(file: sqlite3.Connection, named: Iterable[tuple[int, list[str]]]) -> None:
    """Fills `named`, `name` and `words` with the names of entries."""
    for identity, names in named:
        keys = {key_of(name) for name in names} - {""}
        file.executemany("INSERT INTO name VALUES (?, ?)", ((key, identity) for key in keys))
        file.execute("INSERT INTO words (rowid, names) VALUES (?, ?)", (identity, "\n".join(names)))
        file.execute("INSERT INTO named VALUES (?, ?)", (identity, _names_json(names)))


def _names(rows: Iterable[_Row]) -> Iterator[tuple[int, list[str]]]:
    """Of each entry all names, and its identifiers."""
    for (identity, iri), group in groupby(rows, key=itemgetter(0, 1)):
        texts = sorted({text for _, _, text in group})
        yield identity, list(dict.fromkeys((*texts, *_identifiers(iri))))


def _names_json(names: list[str]) -> str:
    return json.dumps(names, ensure_ascii=False)


def _identifiers(iri: str) -> Iterator[str]:
    curie = compress(iri)
    yield identifier(iri)
    if curie != iri:
        yield curie
        yield curie.partition(":")[2]
    yield iri


def _count(file: sqlite3.Connection) -> None:
    """Fills `kind` and `figures_of_year`."""
    file.execute("DELETE FROM kind")
    file.execute("INSERT INTO kind SELECT kind, min(id), max(id), count(*) FROM entity GROUP BY kind")
    file.execute("DELETE FROM figures_of_year")
    file.execute(
        "INSERT INTO figures_of_year SELECT year, count(*) FROM entity WHERE kind = 'figure' AND year NOT NULL"
        " GROUP BY year"
    )


# --- putting entries in the place of others ---


def _exchange(file: sqlite3.Connection) -> bool:
    """Puts what is in `fresh` in the place of the entries that are `wanted`. False when there is no room."""
    old = {
        row[1]: (row[0], row[2:])
        for row in file.execute(
            "SELECT entity.id, iri, kind, label, identifier, taxon, year, figures, pathways, names"
            " FROM wanted JOIN entity USING (iri) LEFT JOIN named ON named.id = entity.id"
        )
    }
    names = dict(_names(file.execute(_NAMES.format(source="fresh"))))
    new = [(row[1:], names.get(row[0])) for row in file.execute("SELECT * FROM fresh ORDER BY id")]
    same = {
        row[0]
        for row, found in new
        if row[0] in old and old[row[0]][1] == (*row[1:], None if found is None else _names_json(found))
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


def _insert(file: sqlite3.Connection, entries: list[tuple[_Row, list[str] | None]]) -> bool:
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
                _name(file, [(identity, names)])
    return True


def _neighbours(file: sqlite3.Connection, place: _Row) -> tuple[int, int | None]:
    """The numbers of the entries before and after a place: 0 before the first, None after the last."""
    low, after = 0, None
    (high,) = file.execute("SELECT ifnull(max(id), 0) + 1 FROM entity").fetchone()
    while high - low > 1:
        middle = (low + high) // 2
        row = file.execute(_FIRST, (middle, high)).fetchone()
        if row is not None and _place(row[1:]) < place:
            low = row[0]
        else:
            high = middle
            after = row[0] if row is not None else after
    return low, after


def _place(row: _Row) -> _Row:
    """What entries are ordered by, as in `_ENTRIES`."""
    iri, kind, label, _, _, year, figures, pathways = row
    number = _numbers().get(kind, -1)
    # SQLite puts NULL behind all years here, and measures a text up to its first NUL.
    dated = -year if year is not None else 1
    return number < 0, number, -(figures + pathways), dated, len(label.partition("\0")[0]), label, iri


@cache
def _numbers() -> Mapping[str, int]:
    return {name: number for number, name in enumerate(kinds())}


# --- texts ---


def key_of(text: str) -> str:
    """A text without marks, spaces and case, or as it is when nothing would be left."""
    folded = unicodedata.normalize("NFKD", encodable(text)).casefold()
    return ("".join(filter(str.isalnum, folded)) or "".join(folded.split()))[:_KEY_LENGTH]


def encodable(text: str) -> str:
    """A text that UTF-8 can hold."""
    return text.encode("utf-8", "replace").decode("utf-8")


@contextmanager
def failures(path: Path) -> Iterator[None]:
    """Says in a LabelError why an index cannot be used."""
    try:
        yield
    except (OSError, sqlite3.Error) as error:
        raise LabelError(f"the index of labels cannot be used: {error}", path=str(path)) from error
