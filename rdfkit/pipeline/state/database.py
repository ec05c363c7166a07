"""The inventory of a build: which files it read, what became of each, what each page asked, taught and was told.

A SQLite file beside the graph. With it the next build touches only what has changed, a stopped one goes on where it
was, and findings need not be held in memory.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import groupby
from pathlib import Path
from typing import Any, NamedTuple, Self

from rdfkit.errors import StoreError
from rdfkit.kinds.site import Lesson, Question
from rdfkit.provenance import Source
from rdfkit.report import Result, Severity
from rdfkit.tables import count_file_rows

FILE = "inventory.sqlite"
# What the kind of a page is called that could not be read, or is of no kind that we know.
UNREADABLE = "unreadable"
OTHER = "other"

_SCHEMA = """
CREATE TABLE setting (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE page (
    id INTEGER PRIMARY KEY, path TEXT NOT NULL UNIQUE, position TEXT NOT NULL, relative TEXT NOT NULL,
    named INTEGER NOT NULL, size INTEGER, modified INTEGER, sha256 TEXT, version TEXT, state TEXT NOT NULL,
    kind TEXT, name TEXT, graph TEXT, line INTEGER, loaded TEXT, tables TEXT, quads INTEGER NOT NULL DEFAULT 0);
CREATE INDEX page_by_name ON page (name);
CREATE INDEX page_by_graph ON page (graph);
CREATE INDEX page_by_state ON page (state, position);
CREATE TABLE companion (
    path TEXT PRIMARY KEY, position TEXT NOT NULL, relative TEXT NOT NULL, size INTEGER, modified INTEGER, sha256 TEXT,
    version TEXT, page_kind TEXT NOT NULL, page_name TEXT NOT NULL, kind TEXT NOT NULL, expected INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX companion_by_name ON companion (page_name);
CREATE TABLE lesson (page INTEGER, topic TEXT, key TEXT, value TEXT);
CREATE TABLE question (page INTEGER, topic TEXT, key TEXT, answer TEXT);
CREATE TABLE shared (page INTEGER, subject TEXT);
CREATE TABLE suspect (shape INTEGER, subject TEXT, PRIMARY KEY (shape, subject)) WITHOUT ROWID;
CREATE TABLE tally (page INTEGER, kind TEXT, found INTEGER, refused INTEGER);
CREATE TABLE refusal (page INTEGER, path TEXT, reason TEXT);
CREATE TABLE finding (
    page INTEGER, path TEXT, line INTEGER, rank INTEGER, rule TEXT, key TEXT, value TEXT, focus TEXT, body TEXT);
"""
# Made when the bulk is in: an index that grows row by row costs three times as much.
_INDEXES = """
CREATE INDEX IF NOT EXISTS lesson_by_page ON lesson (page);
CREATE INDEX IF NOT EXISTS lesson_by_key ON lesson (topic, key);
CREATE INDEX IF NOT EXISTS question_by_page ON question (page);
CREATE INDEX IF NOT EXISTS question_by_key ON question (topic, key);
CREATE INDEX IF NOT EXISTS shared_by_page ON shared (page);
CREATE INDEX IF NOT EXISTS shared_by_subject ON shared (subject);
CREATE INDEX IF NOT EXISTS tally_by_page ON tally (page);
CREATE INDEX IF NOT EXISTS refusal_by_page ON refusal (page);
CREATE INDEX IF NOT EXISTS finding_by_page ON finding (page);
CREATE INDEX IF NOT EXISTS finding_by_focus ON finding (focus);
"""
# Pages that stand for their graph, and pages that were read.
_CLAIMING = "graph IS NOT NULL AND state NOT IN ('gone', 'pending', 'skipped')"
_USED = "SELECT id, graph, kind, relative, sha256, version, tables FROM page"
_WAITING = "SELECT id, path, position, relative, size, modified, version, named, kind, name FROM page"
_ADD_FINDING = "INSERT INTO finding VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
# Findings about files that are no page.
_NO_PAGE = 0
_READ = "state NOT IN ('gone', 'skipped')"
_DETAILS = ("lesson", "question", "shared", "tally", "refusal", "finding")


class State(StrEnum):
    """What became of a page.

    `PENDING` waits to be converted, `USED` is in the graph, `INVALID` is not because of violations, `SECOND` because
    another page has its graph, `UNSETTLED` because of violations that only all pages
    together have, `REFUSED` could not be mapped, `SKIPPED` has no front matter, `GONE` is no longer
    among the sources.
    """

    PENDING = "pending"
    USED = "used"
    INVALID = "invalid"
    SECOND = "second"
    UNSETTLED = "unsettled"
    REFUSED = "refused"
    SKIPPED = "skipped"
    GONE = "gone"


class Scope(StrEnum):
    """Which pages are meant, as a condition of SQL: all, those that are not in the store, or those that are."""

    ALL = ""
    NEW = "AND loaded IS NULL"
    LOADED = "AND loaded IS NOT NULL"


@dataclass(frozen=True, slots=True)
class UsedTable:
    """A companion table that a page was read with: its kind, path as shown, hash, and how many rows it has."""

    kind: str
    path: str
    sha256: str | None
    found: int
    refused: int


@dataclass(frozen=True, slots=True)
class Converted:
    """What became of one source file when it was converted, without its quads.

    `kind` is the kind of page, or what `conversion` says of files that are none; None for files without front matter.
    `asked` are questions with the answers that were given, `shared` the nodes whose check needs the other pages, and
    `suspects` those that need it if another page makes them focus nodes, each with the number of the shape.
    `refusals` are (file, reason), `line` is where its identifier stands, `quads` counts what its own graph holds.
    """

    path: str
    state: State
    sha256: str | None = None
    kind: str | None = None
    name: str | None = None
    graph: str | None = None
    line: int = 1
    quads: int = 0
    tables: tuple[UsedTable, ...] = ()
    findings: tuple[Result, ...] = ()
    refusals: tuple[tuple[str, str], ...] = ()
    lessons: tuple[Lesson, ...] = ()
    asked: tuple[tuple[Question, str], ...] = ()
    shared: tuple[str, ...] = ()
    suspects: tuple[tuple[int, str], ...] = ()
    unreadable: bool = field(default=False)


class File(NamedTuple):
    """A source file as the survey finds it. `position` sorts as sources are read; times are nanoseconds."""

    path: str
    position: str
    relative: str
    size: int
    modified: int | None
    version: str | None = None
    named: bool = False


class Waiting(NamedTuple):
    """A page to convert: its number, its file, and its kind and name where they are known from before."""

    id: int
    file: File
    kind: str | None
    name: str | None


class Known(NamedTuple):
    """What an earlier survey found of a file, and the hash that it had when it was read."""

    size: int
    modified: int | None
    sha256: str | None
    version: str | None
    position: str


@dataclass(frozen=True, slots=True)
class Companion:
    """A companion table as the survey finds it, with the page that its name names."""

    file: File
    page_kind: str
    page_name: str
    kind: str
    expected: bool


class Used(NamedTuple):
    """A page in the graph: its id, graph and kind, its file and its tables by kind."""

    page: int
    graph: str
    kind: str
    source: Source
    tables: dict[str, Source]


class Claim(NamedTuple):
    """A page that has, or would have, a graph. `line` is where its identifier stands."""

    id: int
    path: str
    state: State
    kind: str
    name: str
    graph: str
    line: int


class Owned(NamedTuple):
    """The tables (kind → path) that belong to a page, and those that it was read with."""

    page: int
    tables: dict[str, str]
    read: dict[str, str]


class Stray(NamedTuple):
    """A table that no page is read with. `first` is the table of its kind that its page is read with, if any."""

    path: str
    page_kind: str
    page_name: str
    kind: str
    expected: bool
    first: str | None


class Inventory:
    """The inventory in a folder. Close it before the folder is moved; a context manager does."""

    def __init__(self, folder: Path) -> None:
        """Opens the inventory of a folder, or makes an empty one. Raises StoreError when it cannot be."""
        self._path = folder / FILE
        is_new = not self._path.exists()
        self._connection = sqlite3.connect(self._path, isolation_level=None)
        # The folder is switched in as a whole and synced before that, so single writes need not be.
        for pragma in ("journal_mode=MEMORY", "synchronous=OFF", "temp_store=FILE", "cache_size=-65536"):
            self._run(f"PRAGMA {pragma}")
        if is_new:
            self._connection.executescript(_SCHEMA)
        self._run("CREATE TEMP TABLE touched (topic TEXT, key TEXT)")
        self._run("CREATE TEMP TABLE moved (path TEXT, old TEXT, new TEXT)")
        self.are_names_touched = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Closes the file."""
        self._connection.close()

    def _run(self, statement: str, values: Sequence[Any] | Mapping[str, Any] = ()) -> sqlite3.Cursor:
        try:
            found: sqlite3.Cursor = self._connection.execute(statement, values)
        except sqlite3.Error as error:
            raise _failed(error, self._path) from error
        return found

    def _run_many(self, statement: str, rows: Iterable[Sequence[Any]]) -> None:
        try:
            self._connection.executemany(statement, rows)
        except sqlite3.Error as error:
            raise _failed(error, self._path) from error

    # --- settings ---

    def setting(self, name: str) -> str | None:
        """What was kept under a name; None when nothing was."""
        row = self._run("SELECT value FROM setting WHERE name = ?", (name,)).fetchone()
        return None if row is None else str(row[0])

    def set(self, name: str, value: str) -> None:
        """Keeps a text under a name."""
        self._run("INSERT OR REPLACE INTO setting VALUES (?, ?)", (name, value))

    # --- files ---

    def files(self) -> dict[str, Known]:
        """What is known of each source file, by path."""
        rows = self._run(
            "SELECT path, size, modified, sha256, version, position FROM page WHERE state <> 'gone'"
        )
        return {row[0]: Known(*row[1:]) for row in rows}

    def companions(self) -> dict[str, Known]:
        """What is known of each companion table, by path."""
        rows = self._run("SELECT path, size, modified, sha256, version, position FROM companion")
        return {row[0]: Known(*row[1:]) for row in rows}

    def companion_owners(self) -> dict[str, tuple[str, str]]:
        """Kind and name of the page that each companion table names, by path."""
        rows = self._run("SELECT path, page_kind, page_name FROM companion")
        return {row[0]: (row[1], row[2]) for row in rows}

    def add_files(self, files: Iterable[File]) -> None:
        """Adds source files, or what the survey found new of them. They wait to be converted."""
        self._run_many(
            "INSERT INTO page (path, position, relative, named, size, modified, version, state)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, 'pending') ON CONFLICT (path) DO UPDATE SET position = excluded.position,"
            " relative = excluded.relative, named = excluded.named, size = excluded.size,"
            " modified = excluded.modified, version = excluded.version, state = 'pending'",
            (
                (file.path, file.position, file.relative, file.named, file.size, file.modified, file.version)
                for file in files
            ),
        )

    def note_files(self, files: Iterable[File]) -> None:
        """Notes new times, places and versions of source files whose bytes are what they were."""
        self._note("page", files)

    def _note(self, table: str, files: Iterable[File]) -> None:
        noted = list(files)
        moved = f"INSERT INTO moved SELECT path, version, ? FROM {table} WHERE path = ? AND version IS NOT ?"
        self._run_many(moved, ((file.version, file.path, file.version) for file in noted))
        self._run_many(
            f"UPDATE {table} SET position = ?, modified = ?, version = ? WHERE path = ?",
            ((file.position, file.modified, file.version, file.path) for file in noted),
        )

    def new_versions(self) -> Iterator[tuple[str, str | None, tuple[str | None, str | None]]]:
        """The files that this run found in another commit than before, as graph, kind of table, old and new version."""
        for graph, old, new in self._run(
            "SELECT graph, old, new FROM moved JOIN page USING (path) WHERE state = 'used'"
        ).fetchall():
            yield graph, None, (old, new)
        for name, page_kind, kind, path, old, new in self._run(
            "SELECT page_name, page_kind, kind, path, old, new FROM moved JOIN companion USING (path)"
        ).fetchall():
            owner = self.owner(page_kind, name)
            row = self._run(
                "SELECT graph, tables FROM page WHERE id = ? AND state = 'used'", (owner,)
            ).fetchone()
            if row is not None and json.loads(row[1]).get(kind) == path:
                yield row[0], kind, (old, new)

    def lose_files(self, paths: Iterable[str]) -> None:
        """Notes that source files are no longer there."""
        paths = list(paths)
        self.are_names_touched = self.are_names_touched or bool(paths)
        self._run_many("UPDATE page SET state = 'gone' WHERE path = ?", ((path,) for path in paths))

    def add_companions(self, companions: Iterable[Companion]) -> None:
        """Adds companion tables, or what the survey found new of them."""
        self._run_many(
            "INSERT OR REPLACE INTO companion VALUES (?, ?, ?, ?, ?, NULL, ?, ?, ?, ?, ?)",
            (
                (
                    one.file.path,
                    one.file.position,
                    one.file.relative,
                    one.file.size,
                    one.file.modified,
                    one.file.version,
                    one.page_kind,
                    one.page_name,
                    one.kind,
                    one.expected,
                )
                for one in companions
            ),
        )

    def note_companions(self, companions: Iterable[Companion]) -> None:
        """Notes new times, places and versions of companion tables whose bytes are what they were."""
        self._note("companion", (one.file for one in companions))

    def lose_companions(self, paths: Iterable[str]) -> None:
        """Forgets companion tables that are no longer there."""
        self._run_many("DELETE FROM companion WHERE path = ?", ((path,) for path in paths))

    def touch_names(self, names: Iterable[tuple[str, str]]) -> None:
        """Has the pages of these (kind, name) converted again: their tables have changed."""
        names = list(names)
        self.are_names_touched = self.are_names_touched or bool(names)
        self._run_many(
            "UPDATE page SET state = 'pending' WHERE kind = ? AND name = ? AND state <> 'gone'", names
        )

    # --- pages that wait ---

    def count(self, state: State) -> int:
        """How many pages are in a state."""
        return int(self._run("SELECT COUNT(*) FROM page WHERE state = ?", (state,)).fetchone()[0])

    def pending(self, size: int, scope: Scope = Scope.ALL) -> Iterator[list[Waiting]]:
        """The pages that wait, in order, in batches."""
        last = ""
        while True:
            rows = self._run(
                f"{_WAITING} WHERE state = 'pending' {scope} AND position > ? ORDER BY position LIMIT ?",
                (last, size),
            ).fetchall()
            if not rows:
                return
            found = [_waiting(row) for row in rows]
            last = found[-1].file.position
            yield found

    def pages_between(self, first: int, last: int) -> list[Waiting]:
        """The pages with these numbers and those between them, in order, whatever became of them."""
        rows = self._run(f"{_WAITING} WHERE id BETWEEN ? AND ? ORDER BY id", (first, last))
        return [_waiting(row) for row in rows]

    def all_companions(self) -> Iterator[Companion]:
        """All companion tables, in order."""
        rows = self._run(
            "SELECT path, position, relative, size, modified, version, page_kind, page_name, kind, expected"
            " FROM companion ORDER BY position"
        )
        return map(_companion, rows)

    def companions_of(self, name: str) -> list[Companion]:
        """The companion tables whose names name a page, in order."""
        rows = self._run(
            "SELECT path, position, relative, size, modified, version, page_kind, page_name, kind, expected"
            " FROM companion WHERE page_name = ? ORDER BY position",
            (name,),
        )
        return [_companion(row) for row in rows]

    def questions_of(self, pages: Iterable[int]) -> list[Question]:
        """What these pages asked when they were last read."""
        found: dict[Question, None] = {}
        for page in pages:
            found.update(
                dict.fromkeys(self._run("SELECT topic, key FROM question WHERE page = ?", (page,)).fetchall())
            )
        return list(found)

    # --- what became of pages ---

    def put(self, converted: Iterable[tuple[int, Converted]]) -> None:
        """Notes what became of pages, in place of what was known of them. All or nothing."""
        rows = list(converted)
        self._note_names(rows)
        self._run("BEGIN")
        self._forget_details([page for page, _ in rows])
        self._run_many(
            "UPDATE page SET state = ?, sha256 = ?, kind = ?, name = ?, graph = ?, line = ?,"
            " quads = ?, tables = ? WHERE id = ?",
            (
                (
                    one.state,
                    one.sha256,
                    one.kind,
                    one.name,
                    one.graph,
                    one.line,
                    one.quads,
                    _tables_json(one),
                    page,
                )
                for page, one in rows
            ),
        )
        self._put_details(rows)
        if self.setting("indexed") is not None:
            topics = (lesson[:2] for _, one in rows for lesson in one.lessons)
            self._run_many("INSERT INTO touched VALUES (?, ?)", topics)
            asked = (question for _, one in rows for question, _ in one.asked)
            self._run_many("INSERT INTO touched VALUES (?, ?)", asked)
        self._run("COMMIT")

    def _note_names(self, rows: Sequence[tuple[int, Converted]]) -> None:
        """Notes whether a page is of another kind, name or graph than before: then what belongs to whom may change."""
        if not self.are_names_touched:
            before = "SELECT kind, name, graph FROM page WHERE id = ?"
            self.are_names_touched = any(
                self._run(before, (page,)).fetchone() != (one.kind, one.name, one.graph) for page, one in rows
            )

    def _put_details(self, rows: Sequence[tuple[int, Converted]]) -> None:
        """Adds what is in tables of their own. One statement for many rows: each costs more than a row."""
        run = self._run_many
        run(
            "INSERT INTO lesson VALUES (?, ?, ?, ?)",
            ((page, *lesson) for page, one in rows for lesson in one.lessons),
        )
        run(
            "INSERT INTO question VALUES (?, ?, ?, ?)",
            ((page, *question, answer) for page, one in rows for question, answer in one.asked),
        )
        run("INSERT INTO shared VALUES (?, ?)", ((page, node) for page, one in rows for node in one.shared))
        run("INSERT OR IGNORE INTO suspect VALUES (?, ?)", (pair for _, one in rows for pair in one.suspects))
        tables = [(page, table) for page, one in rows for table in one.tables]
        run(
            "INSERT INTO tally VALUES (?, ?, ?, ?)",
            ((page, table.kind, table.found, table.refused) for page, table in tables),
        )
        run(
            "UPDATE companion SET sha256 = ? WHERE path = ?",
            ((table.sha256, table.path) for _, table in tables),
        )
        run(
            "INSERT INTO refusal VALUES (?, ?, ?)",
            ((page, *pair) for page, one in rows for pair in one.refusals),
        )
        run(_ADD_FINDING, ((page, *_finding_row(found)) for page, one in rows for found in one.findings))

    def add_findings(self, page: int, findings: Iterable[Result]) -> None:
        """Adds findings about a page."""
        self._run_many(_ADD_FINDING, ((page, *_finding_row(found)) for found in findings))

    def add_refusals(self, page: int, refusals: Iterable[tuple[str, str]]) -> None:
        """Adds reasons why files of a page are not in the graph."""
        self._run_many("INSERT INTO refusal VALUES (?, ?, ?)", ((page, *refusal) for refusal in refusals))

    def index(self) -> None:
        """Makes the indexes by which single pages are found. Until then pages can only be added."""
        self._connection.executescript(_INDEXES)
        self.set("indexed", "yes")

    def _forget_details(self, pages: Iterable[int]) -> None:
        """Takes out what is known of pages, and remembers the topics of their lessons as touched."""
        if self.setting("indexed") is None:
            return
        for page in pages:
            self._run("INSERT INTO touched SELECT topic, key FROM lesson WHERE page = ?", (page,))
            for table in _DETAILS:
                self._run(f"DELETE FROM {table} WHERE page = ?", (page,))

    # --- questions and lessons ---

    def touched_questions(self) -> list[Question]:
        """The questions of pages to which lessons were added or taken away in this run, or that are new."""
        return self._run(
            "SELECT DISTINCT question.topic, question.key FROM question JOIN touched USING (topic, key)"
        ).fetchall()

    def questions(self, topics: Iterable[str] | None = None) -> list[Question]:
        """All questions that pages asked, or those on some topics."""
        if topics is None:
            return self._run("SELECT DISTINCT topic, key FROM question").fetchall()
        return [
            row
            for topic in topics
            for row in self._run("SELECT DISTINCT topic, key FROM question WHERE topic = ?", (topic,))
        ]

    def forget_touched(self) -> None:
        """Begins anew to note which questions are touched."""
        self._run("DELETE FROM touched")

    def lessons(self, question: Question) -> list[str]:
        """The distinct values that pages in the order of their positions give as answers, the last one last."""
        rows = self._run(
            "SELECT value FROM lesson JOIN page ON page.id = lesson.page WHERE topic = ? AND key = ?"
            " AND state <> 'gone' ORDER BY position",
            question,
        )
        return list(dict.fromkeys(reversed([row[0] for row in rows])))[::-1]

    def await_misinformed(self, answers: Mapping[Question, str]) -> int:
        """Has the pages converted again that were given other answers than these; gives their number."""
        self._run(
            "CREATE TEMP TABLE IF NOT EXISTS answer (topic TEXT, key TEXT, text TEXT, PRIMARY KEY (topic, key))"
        )
        self._run("DELETE FROM answer")
        rows = ((*question, text) for question, text in answers.items())
        self._run_many("INSERT INTO answer VALUES (?, ?, ?)", rows)
        return self._run(
            "UPDATE page SET state = 'pending' WHERE state NOT IN ('gone', 'pending') AND id IN"
            " (SELECT page FROM answer CROSS JOIN question ON question.topic = answer.topic"
            " AND question.key = answer.key WHERE question.answer <> answer.text)"
        ).rowcount

    # --- graphs and tables that several pages claim ---

    def await_page(self, page: int) -> None:
        """Has a page converted again."""
        self._run("UPDATE page SET state = 'pending' WHERE id = ?", (page,))

    def rival_claims(self) -> Iterator[list[Claim]]:
        """For each graph that several pages claim their claims, in order."""
        graphs = self._run(
            f"SELECT graph FROM page WHERE {_CLAIMING} GROUP BY graph HAVING COUNT(*) > 1 ORDER BY graph"
        ).fetchall()
        for (graph,) in graphs:
            rows = self._run(
                f"SELECT id, path, state, kind, name, graph, line FROM page WHERE {_CLAIMING} AND graph = ?"
                " ORDER BY position",
                (graph,),
            )
            yield [Claim(row[0], row[1], State(row[2]), *row[3:]) for row in rows]

    def await_sole_claims(self) -> None:
        """Has the pages converted that were refused for another page of their graph which is no more."""
        self._run(
            "UPDATE page SET state = 'pending' WHERE state = 'second' AND NOT EXISTS (SELECT 1 FROM page AS other"
            " WHERE other.graph = page.graph AND other.position < page.position"
            " AND other.state NOT IN ('gone', 'skipped'))"
        )

    def refuse_second(self, page: int, finding: Result) -> None:
        """Refuses a page whose graph another page has."""
        self._run("UPDATE page SET state = 'second', loaded = NULL WHERE id = ?", (page,))
        for table in ("shared", "refusal", "finding"):
            self._run(f"DELETE FROM {table} WHERE page = ?", (page,))
        self._run("UPDATE tally SET refused = found WHERE page = ?", (page,))
        self.add_findings(page, [finding])
        self.add_refusals(page, [(finding.path or "", finding.reason)])

    def owned_tables(self) -> Iterator[Owned]:
        """For each page that was read the tables that are its own, and those that it was read with."""
        tables = self._tables_by_owner()
        for (kind, name), pages in groupby(self._named_pages(), key=lambda row: (row[1], row[2])):
            own = tables.get((kind, name), {})
            for page, _, _, read in pages:
                yield Owned(page, own, json.loads(read or "{}"))
                own = {}

    def unread_tables(self) -> Iterator[Stray]:
        """The tables that no page is read with, in order."""
        first = self._tables_by_owner()
        owners = {(kind, name) for _, kind, name, _ in self._named_pages()}
        rows = self._run(
            "SELECT path, page_kind, page_name, kind, expected FROM companion ORDER BY position"
        ).fetchall()
        for path, page_kind, page_name, kind, expected in rows:
            used = first[page_kind, page_name][kind]
            if used != path:
                yield Stray(path, page_kind, page_name, kind, bool(expected), used)
            elif (page_kind, page_name) not in owners:
                yield Stray(path, page_kind, page_name, kind, bool(expected), None)

    def owner(self, kind: str, name: str) -> int | None:
        """The page to which the tables of a name belong."""
        row = self._run(
            f"SELECT id FROM page WHERE kind = ? AND name = ? AND {_READ} ORDER BY position LIMIT 1",
            (kind, name),
        ).fetchone()
        return None if row is None else int(row[0])

    def _named_pages(self) -> Iterator[tuple[int, str, str, str | None]]:
        return iter(
            self._run(
                f"SELECT id, kind, name, tables FROM page WHERE name IS NOT NULL AND {_READ}"
                " ORDER BY kind, name, position"
            )
        )

    def _tables_by_owner(self) -> dict[tuple[str, str], dict[str, str]]:
        found: dict[tuple[str, str], dict[str, str]] = {}
        for page_kind, page_name, kind, path in self._run(
            "SELECT page_kind, page_name, kind, path FROM companion ORDER BY position"
        ):
            found.setdefault((page_kind, page_name), {}).setdefault(kind, path)
        return found

    # --- graphs that are loaded ---

    def loaded(self, page: int) -> list[str]:
        """The graphs that may hold quads of a page."""
        row = self._run("SELECT loaded FROM page WHERE id = ?", (page,)).fetchone()
        return json.loads(row[0]) if row and row[0] else []

    def set_loaded(self, pages: Iterable[tuple[int, Sequence[str]]]) -> None:
        """Notes which graphs hold the quads of pages."""
        self._run_many(
            "UPDATE page SET loaded = ? WHERE id = ?",
            ((json.dumps(list(graphs)) if graphs else None, page) for page, graphs in pages),
        )

    def gone(self) -> list[int]:
        """The pages that are no longer among the sources."""
        return [row[0] for row in self._run("SELECT id FROM page WHERE state = 'gone' ORDER BY position")]

    def forget(self, page: int) -> None:
        """Forgets a page."""
        self._forget_details([page])
        self._run("DELETE FROM page WHERE id = ?", (page,))

    def holder(self, graph: str) -> int | None:
        """The page whose quads a graph should hold."""
        row = self._run("SELECT id FROM page WHERE graph = ? AND state = 'used'", (graph,)).fetchone()
        return None if row is None else int(row[0])

    def kind_of_graph(self, graph: str) -> str | None:
        """The kind of the page that claims a graph."""
        row = self._run(
            "SELECT kind FROM page WHERE graph = ? AND kind IS NOT NULL ORDER BY position LIMIT 1", (graph,)
        ).fetchone()
        return None if row is None else str(row[0])

    def used(self) -> Iterator[Used]:
        """The pages in the graph, in order, with what their provenance says."""
        for row in self._run(f"{_USED} WHERE state = 'used' ORDER BY position"):
            yield self._used(row)

    def used_graph(self, graph: str) -> Used | None:
        """What the provenance of a graph says; None when no page has it."""
        row = self._run(f"{_USED} WHERE state = 'used' AND graph = ?", (graph,)).fetchone()
        return None if row is None else self._used(row)

    def _used(self, row: tuple[Any, ...]) -> Used:
        *fields, tables = row
        sources = {}
        for kind, path in json.loads(tables or "{}").items():
            found = self._run(
                "SELECT relative, sha256, version FROM companion WHERE path = ?", (path,)
            ).fetchone()
            if found is not None:
                sources[kind] = Source(*found)
        page, graph, page_kind, *source = fields
        return Used(page, graph, page_kind, Source(*source), sources)

    # --- nodes that several pages describe ---

    def shared_subjects(self) -> Iterator[str]:
        """The nodes whose check needs all pages, sorted."""
        rows = self._run(
            "SELECT DISTINCT subject FROM shared JOIN page ON page.id = shared.page WHERE state = 'used'"
            " ORDER BY subject"
        )
        return (row[0] for row in rows)

    def suspects(self) -> Iterator[tuple[int, str]]:
        """The nodes of pages that are to be checked if they are focus nodes, each with the number of the shape.

        Some may be of pages that are no more.
        """
        return iter(self._run("SELECT shape, subject FROM suspect ORDER BY shape, subject"))

    def has_graph(self, graph: str) -> bool:
        """Whether a page claims a graph."""
        return self._run("SELECT 1 FROM page WHERE graph = ? LIMIT 1", (graph,)).fetchone() is not None

    def pages_of_graphs(self, graphs: Iterable[str]) -> list[Waiting]:
        """The pages in these graphs."""
        return [
            _waiting(row)
            for graph in graphs
            for row in self._run(f"{_WAITING} WHERE graph = ? AND state = 'used'", (graph,))
        ]

    def path(self, page: int) -> str:
        """The file of a page, as the user would type it."""
        return str(self._run("SELECT path FROM page WHERE id = ?", (page,)).fetchone()[0])

    def count_graphs(self) -> int:
        """How many graphs of pages there are."""
        return self.count(State.USED)

    def is_unreadable(self) -> bool:
        """Whether a file that should be a page could not be read."""
        row = self._run(
            "SELECT 1 FROM page WHERE kind = ? AND state = 'refused' LIMIT 1", (UNREADABLE,)
        ).fetchone()
        return row is not None

    def replace_strays(self, strays: Iterable[tuple[str, Result]]) -> None:
        """Notes the tables without a page as (kind, finding), in place of those known."""
        for table in ("tally", "refusal", "finding"):
            self._run(f"DELETE FROM {table} WHERE page = {_NO_PAGE}")
        for kind, finding in strays:
            rows = count_file_rows(finding.path or "")
            self._run("INSERT INTO tally VALUES (?, ?, ?, ?)", (_NO_PAGE, kind, rows, rows))
            self.add_refusals(_NO_PAGE, [(finding.path or "", finding.reason)])
            self.add_findings(_NO_PAGE, [finding])

    def replace_findings_about(self, nodes: Iterable[str], findings: Iterable[tuple[int, Result]]) -> None:
        """Notes the findings about nodes (IRIs) that need all pages, in place of those of pages in the graph.

        A page that stays out keeps what was found in it alone.
        """
        self._run("BEGIN")
        self._run_many(
            "DELETE FROM finding WHERE focus = ? AND page IN (SELECT id FROM page WHERE state = 'used')",
            ((node,) for node in nodes),
        )
        self._run_many(_ADD_FINDING, ((page, *_finding_row(finding)) for page, finding in findings))
        self._run("COMMIT")

    def unsettle(self, page: int, refusals: Iterable[tuple[str, str]]) -> None:
        """Notes that a page is not in the graph because of violations that only all pages together have."""
        self._run("UPDATE page SET state = 'unsettled' WHERE id = ?", (page,))
        self._run("UPDATE tally SET refused = found WHERE page = ?", (page,))
        self.add_refusals(page, refusals)

    def await_unsettled(self) -> None:
        """Has the pages converted again that other pages kept out, as these may have changed."""
        self._run("UPDATE page SET state = 'pending' WHERE state = 'unsettled'")

    def shared_of(self, page: int) -> list[str]:
        """The nodes of a page whose check needs all pages."""
        return [row[0] for row in self._run("SELECT subject FROM shared WHERE page = ?", (page,))]

    def graphs(self) -> Iterator[tuple[str, str]]:
        """Graph and kind of the pages in the graph."""
        return iter(self._run("SELECT graph, kind FROM page WHERE state = 'used'"))

    def count_pages(self) -> int:
        """How many files are pages, or should be: all but those without front matter."""
        return int(
            self._run("SELECT COUNT(*) FROM page WHERE state NOT IN ('gone', 'skipped')").fetchone()[0]
        )

    # --- accounts ---

    def page_accounts(self) -> dict[str, tuple[int, int, int]]:
        """For each kind how many pages were found, are in the graph, and were refused."""
        rows = self._run(
            "SELECT kind, COUNT(*), SUM(state = 'used'), SUM(state <> 'used') FROM page WHERE kind IS NOT NULL"
            " AND state NOT IN ('gone', 'skipped') GROUP BY kind ORDER BY kind"
        )
        return {row[0]: row[1:] for row in rows}

    def row_accounts(self) -> dict[str, tuple[int, int]]:
        """For each kind of table how many rows were found and refused."""
        rows = self._run("SELECT kind, SUM(found), SUM(refused) FROM tally GROUP BY kind ORDER BY kind")
        return {row[0]: row[1:] for row in rows}

    def refusals(self) -> dict[str, tuple[str, ...]]:
        """The reasons for each file that is not in the graph, sorted by file."""
        found: dict[str, dict[str, None]] = {}
        for path, reason in self._run("SELECT path, reason FROM refusal ORDER BY path, rowid"):
            found.setdefault(path, {})[reason] = None
        return {path: tuple(reasons) for path, reasons in found.items()}

    def quads(self) -> int:
        """How many quads the graphs of the pages hold."""
        return int(self._run("SELECT COALESCE(SUM(quads), 0) FROM page WHERE state = 'used'").fetchone()[0])

    def findings(self) -> Iterator[Result]:
        """The distinct findings by file and line."""
        rows = self._run(
            "SELECT DISTINCT path, line, rank, rule, key, value, focus, body FROM finding"
            " ORDER BY path, line, rank, rule, key, value, focus, body"
        )
        return map(_finding, rows)

    def count_findings(self) -> dict[Severity, int]:
        """How many distinct findings there are of each severity."""
        rows = dict(
            self._run(
                "SELECT rank, COUNT(*) FROM"
                " (SELECT DISTINCT path, line, rank, rule, key, value, focus, body FROM finding) GROUP BY rank"
            ).fetchall()
        )
        return {severity: rows.get(severity.rank, 0) for severity in Severity}


def _failed(error: sqlite3.Error, path: Path) -> StoreError:
    full = getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_FULL
    said = "the disk is full" if full else f"the inventory of the build cannot be used: {error}"
    return StoreError(f"{said}; nothing was switched, what was there before is unchanged", path=str(path))


def _waiting(row: tuple[Any, ...]) -> Waiting:
    number, *file, kind, name = row
    return Waiting(number, File(*file), kind, name)


def _companion(row: tuple[Any, ...]) -> Companion:
    *file, page_kind, page_name, kind, expected = row
    return Companion(File(*file), page_kind, page_name, kind, bool(expected))


def _tables_json(one: Converted) -> str:
    return json.dumps({table.kind: table.path for table in one.tables}, sort_keys=True)


def _finding_row(found: Result) -> tuple[Any, ...]:
    body = (found.message, found.advice, found.property_path, found.component, found.value_term)
    return (
        found.path,
        found.line,
        found.severity.rank,
        found.rule,
        found.key,
        found.value,
        found.focus,
        json.dumps(body, ensure_ascii=False),
    )


def _finding(row: tuple[Any, ...]) -> Result:
    path, line, rank, rule, key, value, focus, body = row
    message, advice, property_path, component, value_term = json.loads(body)
    return Result(
        list(Severity)[rank],
        rule,
        message,
        path,
        line,
        key,
        value,
        advice,
        focus,
        property_path,
        component,
        value_term,
    )
