"""What the state of a build says, as plain values: files, pages, tables, claims, and what became of each page."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from rdfkit.mapping.lookups import Definition, Lookup
from rdfkit.pipeline.descriptions import Description
from rdfkit.pipeline.provenance import Source
from rdfkit.report import Result

# What the kind of a page is called that could not be read, or is of no kind that we know.
UNREADABLE = "unreadable"
OTHER = "other"


class PageState(StrEnum):
    """What became of a page.

    `PENDING` waits to be converted, `USED` is in the graph, `INVALID` is not because of violations, `SECOND` because
    another page has its graph, `UNSETTLED` because of violations that only all pages together have, `REFUSED` could not
    be mapped, `SKIPPED` has no front matter, `GONE` is no longer among the sources.
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

    `kind` is the kind of page, `UNREADABLE` or `OTHER`; None for files without front matter. `definitions` are what
    it says that answers look-ups, `lookups` its own with the answers that it was given. `shared` are the nodes whose
    check needs the other pages, and `suspects` those that need it if another page makes them focus nodes, each with the
    number of the shape. `version` is the version of a pathway that it describes, `descriptions` are what it says of
    nodes that others describe, too. `refusals` are (file, reason), `line` is where its identifier stands, `quads`
    counts what its own graph holds.
    """

    path: str
    state: PageState
    sha256: str | None = None
    kind: str | None = None
    name: str | None = None
    graph: str | None = None
    line: int = 1
    quads: int = 0
    tables: tuple[UsedTable, ...] = ()
    findings: tuple[Result, ...] = ()
    refusals: tuple[tuple[str, str], ...] = ()
    definitions: tuple[Definition, ...] = ()
    lookups: tuple[tuple[Lookup, str], ...] = ()
    shared: tuple[str, ...] = ()
    suspects: tuple[tuple[int, str], ...] = ()
    version: str | None = None
    descriptions: tuple[Description, ...] = ()
    unreadable: bool = False


class File(NamedTuple):
    """A source file as the scan finds it. `position` sorts as sources are read; times are nanoseconds."""

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
    """What an earlier scan found of a file, and the hash that it had when it was read."""

    size: int
    modified: int | None
    sha256: str | None
    version: str | None
    position: str


@dataclass(frozen=True, slots=True)
class Companion:
    """A companion table as the scan finds it, with the page that its name names."""

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
    state: PageState
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
