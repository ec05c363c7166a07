"""Makes the label index of a store anew; `update` makes it from the index of an earlier build.

The index follows from facts: triples with a few predicates. To make it anew all of them are read. When the index of an
earlier build is there and it is known which nodes have changed since, only the facts around these are read, and the
same SQL makes of them the entries that are put in place of the old ones.

Entries are numbered with gaps, so that one can go between two others and no other has to move.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from rdfkit.entities.index.entries import (
    ENTRIES,
    LAYOUT,
    NAMES,
    TABLES,
    TAXA,
    count,
    define,
    failures,
    name_of,
    names_of,
)
from rdfkit.entities.index.facts import FACTS, AllFacts, read

if TYPE_CHECKING:
    from rdfkit.store import StoreProtocol


def make_labels(store: StoreProtocol, path: str | Path) -> None:
    """Makes the label index of a store in a file, whole or not at all. A file that is there is replaced.

    Raises LabelError when it cannot be written, StoreError when the store cannot be read.
    """
    with written_aside(Path(path)) as aside, closing(opened(aside)) as file:
        file.executescript(TABLES + FACTS)
        with file:
            read(AllFacts(store), file)
            file.execute("INSERT INTO entity " + ENTRIES.format(condition=""))
            name_of(file, names_of(file.execute(NAMES.format(source="entity"))))
            file.execute("INSERT INTO taxon " + TAXA.format(condition=""))
            count(file)
        file.executescript(f"PRAGMA user_version = {LAYOUT}; ANALYZE;")


@contextmanager
def written_aside(path: Path) -> Iterator[Path]:
    """A file to be written, which takes the place of another when it is whole, if it is still there."""
    aside = path.with_name(f"{path.name}.new")
    with failures(path):
        aside.unlink(missing_ok=True)
        yield aside
        if aside.exists():
            aside.replace(path)


def opened(path: Path) -> sqlite3.Connection:
    file = sqlite3.connect(path)
    # The file is made again if the machine fails meanwhile.
    file.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA temp_store = FILE;")
    define(file)
    return file
