"""Pages: source files with front matter, their kind recognised by their keys."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from rdfkit import front_matter, kinds
from rdfkit.errors import PageError
from rdfkit.front_matter import KeyPath, Value
from rdfkit.sources import SourceFile
from rdfkit.tables import TableFile


class UnknownKindError(PageError):
    """A page with front matter that no kind of page recognises."""

    exit_code = 0


@dataclass(frozen=True, slots=True)
class Page:
    """One page.

    `kind` says what it is about (`figure`, `pathway`, ...), `id` is its identifier on the site, `fields` its
    front matter as text, `lines` the line of every key, found when asked for. `path` is the file as the user would
    type it, `relative` the path inside the site, `sha256` the hash of the file's bytes in hex. `tables` are its
    companion tables by kind. In a key path the name of a table is followed by a line of it, as in
    `("datanodes", 12, "Type")`.
    """

    kind: str
    id: str
    fields: dict[str, Value]
    path: str
    lines: Mapping[KeyPath, int]
    relative: str
    sha256: str
    closed: bool = field(default=True)
    tables: Mapping[str, TableFile] = field(default_factory=dict)

    def file(self, *key_path: str | int) -> str:
        """The file in which a key stands: a companion table, or the page."""
        return self.tables[str(key_path[0])].shown if self._in_table(key_path) else self.path

    def line(self, *key_path: str | int) -> int:
        """The line of a key, of the nearest key above it, or of the first line of the front matter."""
        if self._in_table(key_path):
            return int(key_path[1]) if len(key_path) > 1 else 1
        for length in range(len(key_path), 0, -1):
            line = self.lines.get(key_path[:length])
            if line is not None:
                return line
        return 1

    def shown_key(self, *key_path: str | int) -> str | None:
        """A key path as people read it, `genes[3].entrez`: of a table the column, None for the whole file."""
        if self._in_table(key_path):
            key_path = key_path[2:]
        shown = ""
        for part in key_path:
            shown += f"[{part}]" if isinstance(part, int) else f".{part}" if shown else part
        return shown or None

    def _in_table(self, key_path: KeyPath) -> bool:
        return bool(key_path) and key_path[0] in self.tables


def read_page(source: SourceFile) -> Page | None:
    """The page in a source file; None for a file without front matter that the user did not name.

    Raises PageError when the file cannot be read, is not a page, or is of no known kind.
    """
    content = front_matter.read_file(source.path, source.shown)
    if content is not None:
        return parse_page(content, source)
    if source.named:
        raise PageError(
            "has no front matter", path=source.shown, line=1, expected="a first line of three hyphens"
        )
    return None


def parse_page(content: bytes, source: SourceFile) -> Page:
    """The page in a file's bytes. Raises PageError when they are not a page of a known kind."""
    matter = front_matter.read_front_matter(content, source.shown)
    kind = kinds.recognise(matter.fields)
    if kind is None:
        raise UnknownKindError(
            "is a page of no known kind",
            path=source.shown,
            line=1,
            value=", ".join(matter.fields) or "no keys",
            expected=f"one of the keys {', '.join(kinds.telling_keys())}",
        )
    name = matter.fields.get(kind.id_key, "") if kind.id_key else PurePosixPath(source.relative).stem
    return Page(
        kind=kind.name,
        # An identifier that is a list or a mapping is none; the kind says so when it names the page.
        id=name if isinstance(name, str) else "",
        fields=matter.fields,
        path=source.shown,
        lines=matter.lines,
        relative=source.relative,
        sha256=hashlib.sha256(content).hexdigest(),
        closed=matter.closed,
    )
