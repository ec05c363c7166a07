"""The rows of the label index: names, identifiers and the keys by which they are found."""

from __future__ import annotations

import json
import sqlite3
import unicodedata
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any

from rdfkit.entities.types import identifier, kinds
from rdfkit.errors import LabelError
from rdfkit.rdf.identifiers import compress

LAYOUT = 3
# A pathway's page shows its newest version, so the versions themselves are not found.
VERSION = "version"
_KEY_LENGTH = 120
TABLES = """
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


Row = tuple[Any, ...]


# Entries in the order of what matters; `_place` says the same in Python.
ENTRIES = """
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


NAMES = "SELECT id, iri, text FROM {source} JOIN said USING (iri) WHERE is_found(kind) ORDER BY id"
TAXA = (
    "SELECT iri, min(text) FROM said WHERE role = 0 AND iri IN (SELECT taxon FROM inhabited) {condition}"
    " GROUP BY iri"
)


FIRST = (
    "SELECT id, iri, kind, label, identifier, taxon, year, figures, pathways"
    " FROM entity WHERE id >= ? AND id < ? ORDER BY id LIMIT 1"
)


def define(file: sqlite3.Connection) -> None:
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


def name_of(file: sqlite3.Connection, named: Iterable[tuple[int, list[str]]]) -> None:
    """Fills `named`, `name` and `words` with the names of entries."""
    for identity, names in named:
        keys = {key_of(name) for name in names} - {""}
        file.executemany("INSERT INTO name VALUES (?, ?)", ((key, identity) for key in keys))
        file.execute("INSERT INTO words (rowid, names) VALUES (?, ?)", (identity, "\n".join(names)))
        file.execute("INSERT INTO named VALUES (?, ?)", (identity, names_json(names)))


def names_of(rows: Iterable[Row]) -> Iterator[tuple[int, list[str]]]:
    """Of each entry all names, and its identifiers."""
    for (identity, iri), group in groupby(rows, key=itemgetter(0, 1)):
        texts = sorted({text for _, _, text in group})
        yield identity, list(dict.fromkeys((*texts, *_identifiers(iri))))


def names_json(names: list[str]) -> str:
    return json.dumps(names, ensure_ascii=False)


def _identifiers(iri: str) -> Iterator[str]:
    curie = compress(iri)
    yield identifier(iri)
    if curie != iri:
        yield curie
        yield curie.partition(":")[2]
    yield iri


def count(file: sqlite3.Connection) -> None:
    """Fills `kind` and `figures_of_year`."""
    file.execute("DELETE FROM kind")
    file.execute("INSERT INTO kind SELECT kind, min(id), max(id), count(*) FROM entity GROUP BY kind")
    file.execute("DELETE FROM figures_of_year")
    file.execute(
        "INSERT INTO figures_of_year SELECT year, count(*) FROM entity WHERE kind = 'figure' AND year NOT NULL"
        " GROUP BY year"
    )


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
