"""What pages say of nodes that several describe: each description once, and which pages say it."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator, Sequence

from rdfkit.pipeline.state.database import Database
from rdfkit.pipeline.state.model import Converted
from rdfkit.rdf.identifiers import expand
from rdfkit.store.catalogue import spaces

_TYPE = expand("rdf:type")
# The texts are repetitive, and there are many.
_LEVEL = 1
_SUBJECTS = "SELECT subject FROM said JOIN description USING (digest) WHERE page = ?"


def add_descriptions(database: Database, rows: Sequence[tuple[int, Converted]]) -> None:
    """Adds what converted pages say of shared nodes. Those nodes are unsettled, unless the build is new."""
    told = [(page, one) for page, converted in rows for one in converted.descriptions]
    database.run_many(
        "INSERT OR IGNORE INTO description VALUES (?, ?, ?, ?)",
        (
            (one.digest, one.subject, zlib.compress(one.text.encode(), _LEVEL), one.is_foreign)
            for _, one in told
            if one.text is not None
        ),
    )
    database.run_many(
        "INSERT INTO said VALUES (?, ?, ?)", ((page, one.digest, one.space) for page, one in told)
    )
    if database.is_indexed:
        unsettle_nodes(database, (one.subject for _, one in told))


def unsettle_nodes(database: Database, subjects: Iterable[str]) -> None:
    """Notes that something else may be said of shared nodes than their graphs hold."""
    database.run_many("INSERT OR IGNORE INTO unsettled VALUES (?)", ((subject,) for subject in subjects))


def unsettle_nodes_of(database: Database, page: int) -> None:
    """Notes the same of all shared nodes that a page describes."""
    database.run(f"INSERT OR IGNORE INTO unsettled {_SUBJECTS}", (page,))


def unsettled_nodes(database: Database) -> Iterator[str]:
    """The shared nodes whose graphs may not hold what pages say."""
    return (row[0] for row in database.run("SELECT subject FROM unsettled ORDER BY subject"))


def settle_nodes(database: Database) -> None:
    """Notes that the graphs hold what pages say, and forgets what no page says any more."""
    database.run(
        "DELETE FROM description WHERE subject IN (SELECT subject FROM unsettled)"
        " AND NOT EXISTS (SELECT 1 FROM said WHERE said.digest = description.digest)"
    )
    database.run("DELETE FROM unsettled")


def descriptions(database: Database, subject: str) -> dict[str, str]:
    """What pages say of a shared node, as lines of N-Triples, each with the space of the first dataset that says it."""
    rows = database.run(
        "SELECT DISTINCT space, text FROM description JOIN said USING (digest) WHERE subject = ?", (subject,)
    )
    by_space = sorted(rows, key=lambda row: spaces().index(row[0]), reverse=True)
    return {line: space for space, text in by_space for line in _text(text).splitlines()}


def unsettle_repeated(database: Database) -> None:
    """Notes the nodes that pages of several datasets describe, or of which a page may say a line for itself."""
    database.run("INSERT OR IGNORE INTO unsettled SELECT subject FROM description WHERE is_foreign")
    database.run(
        "INSERT OR IGNORE INTO unsettled SELECT subject FROM description JOIN said USING (digest)"
        " GROUP BY subject HAVING COUNT(DISTINCT space) > 1"
    )


def saying(database: Database, subject: str, start: str) -> list[int]:
    """The pages that say a line of N-Triples of a shared node that begins like this."""
    rows = database.run(
        "SELECT DISTINCT page, text FROM description JOIN said USING (digest) WHERE subject = ? ORDER BY page",
        (subject,),
    )
    return list(dict.fromkeys(page for page, text in rows if f"\n{start}" in f"\n{_text(text)}"))


def classes_told(database: Database, space: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The nodes that pages of a dataset describe, each with the classes that one of the descriptions gives it."""
    rows = database.run(
        "SELECT subject, text FROM description"
        " WHERE EXISTS (SELECT 1 FROM said WHERE said.digest = description.digest AND space = ?)",
        (space,),
    )
    return ((subject, _classes(subject, text)) for subject, text in rows)


def classes_said(database: Database, space: str, subject: str) -> dict[str, tuple[str, ...]]:
    """The classes that pages of a dataset give a shared node, by their graphs."""
    rows = database.run(
        "SELECT graph, text FROM description JOIN said USING (digest) JOIN page ON page.id = said.page"
        " WHERE subject = ? AND space = ? AND state = 'used'",
        (subject, space),
    )
    return {graph: _classes(subject, text) for graph, text in rows}


def _classes(subject: str, text: bytes) -> tuple[str, ...]:
    start = f"<{subject}> <{_TYPE}> <"
    lines = (line for line in _text(text).splitlines() if line.startswith(start))
    return tuple(sorted(line[len(start) : -len("> .")] for line in lines))


def _text(packed: bytes) -> str:
    return zlib.decompress(packed).decode()
