"""Pages: source files with front matter, their kind recognised by their keys."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from rdfkit.errors import PageError
from rdfkit.rdf.identifiers import is_missing
from rdfkit.sources.tables import TableFile
from rdfkit.sources.yaml_reader import KeyPath, Value


@dataclass(frozen=True, slots=True)
class Page:
    """One page.

    `kind` says what it is about (`figure`, `pathway`, ...), `id` is its identifier on the site, `fields` its
    front matter as text, `lines` the line of every key, found when asked for. `path` is the file as the user would
    type it, `relative` the path inside the site, `sha256` the hash of the file's bytes in hex. `tables` are its
    companion tables by kind. In a key path the name of a table is followed by a line of it, as in
    `("datanodes", 12, "Type")`. `site` is the name of the site it is of (see `sites`), if that is known.
    """

    kind: str
    id: str
    fields: dict[str, Value]
    path: str
    lines: Mapping[KeyPath, int]
    relative: str
    sha256: str
    closed: bool = True
    tables: Mapping[str, TableFile] = field(default_factory=dict)
    site: str | None = None

    @property
    def leads_elsewhere(self) -> bool:
        """Whether the page only leads to another one, so that nothing can be missing in it."""
        return has_text(self.fields.get("redirect_to"))

    def error(self, message: str, key: str, expected: str, value: str | None = None) -> PageError:
        """What to raise for a page that cannot be used because of what stands, or does not, under a key."""
        return PageError(
            message, path=self.path, line=self.line(key), key=key, value=value, expected=expected
        )

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


def has_text(field: Value | None) -> bool:
    """Whether a field, or something in it, is a text that says something."""
    if isinstance(field, str):
        return not is_missing(field)
    inner = field.values() if isinstance(field, dict) else field or ()
    return any(map(has_text, inner))
