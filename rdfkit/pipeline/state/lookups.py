"""Look-ups and definitions: what pages need of the rest of the site and were answered, and what they give it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from rdfkit.mapping.lookups import Lookup
from rdfkit.pipeline.state.database import Database
from rdfkit.pipeline.state.model import Converted


def lookups(database: Database, topics: Iterable[str] | None = None) -> list[Lookup]:
    """All look-ups of pages, or those on some topics, each once."""
    if topics is None:
        return database.run("SELECT DISTINCT topic, key FROM lookup").fetchall()
    return [
        row
        for topic in topics
        for row in database.run("SELECT DISTINCT topic, key FROM lookup WHERE topic = ?", (topic,))
    ]


def lookups_of(database: Database, pages: Iterable[int]) -> list[Lookup]:
    """What these pages looked up when they were last read, each once."""
    found: dict[Lookup, None] = {}
    for page in pages:
        rows = database.run("SELECT topic, key FROM lookup WHERE page = ?", (page,)).fetchall()
        found.update(dict.fromkeys(rows))
    return list(found)


def touched_lookups(database: Database) -> list[Lookup]:
    """The look-ups whose definitions came or went in this run, and those that are new."""
    return database.run(
        "SELECT DISTINCT lookup.topic, lookup.key FROM lookup JOIN touched USING (topic, key)"
    ).fetchall()


def touch_new(database: Database, rows: Sequence[tuple[int, Converted]]) -> None:
    """Notes the topics of what converted pages define and look up as touched."""
    defined = (definition[:2] for _, one in rows for definition in one.definitions)
    database.run_many("INSERT INTO touched VALUES (?, ?)", defined)
    looked_up = (lookup for _, one in rows for lookup, _ in one.lookups)
    database.run_many("INSERT INTO touched VALUES (?, ?)", looked_up)


def touch_old(database: Database, page: int) -> None:
    """Notes the topics of what a page has defined so far as touched."""
    database.run("INSERT INTO touched SELECT topic, key FROM definition WHERE page = ?", (page,))


def forget_touched(database: Database) -> None:
    """Begins anew to note which look-ups are touched."""
    database.run("DELETE FROM touched")


def add_lookups(database: Database, rows: Sequence[tuple[int, Converted]]) -> None:
    """Adds what converted pages define and look up."""
    database.run_many(
        "INSERT INTO definition VALUES (?, ?, ?, ?)",
        ((page, *definition) for page, one in rows for definition in one.definitions),
    )
    database.run_many(
        "INSERT INTO lookup VALUES (?, ?, ?, ?)",
        ((page, *lookup, answer) for page, one in rows for lookup, answer in one.lookups),
    )


def definitions(database: Database, lookup: Lookup) -> list[str]:
    """The distinct values that pages in the order of their positions give as answers, the last one last."""
    rows = database.run(
        "SELECT value FROM definition JOIN page ON page.id = definition.page WHERE topic = ? AND key = ?"
        " AND state <> 'gone' ORDER BY position",
        lookup,
    )
    return list(dict.fromkeys(reversed([row[0] for row in rows])))[::-1]


def await_misinformed(database: Database, answers: Mapping[Lookup, str]) -> int:
    """Has the pages converted again that were given other answers than these; gives their number."""
    database.run("DELETE FROM answer")
    rows = ((*lookup, text) for lookup, text in answers.items())
    database.run_many("INSERT INTO answer VALUES (?, ?, ?)", rows)
    return database.run(
        "UPDATE page SET state = 'pending' WHERE state NOT IN ('gone', 'pending') AND id IN"
        " (SELECT page FROM answer CROSS JOIN lookup ON lookup.topic = answer.topic"
        " AND lookup.key = answer.key WHERE lookup.answer <> answer.text)"
    ).rowcount
