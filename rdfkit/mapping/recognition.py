"""Recognises what kind of page a file is, by its keys."""

from __future__ import annotations

import hashlib
from pathlib import PurePosixPath

from rdfkit.errors import PageError
from rdfkit.mapping import registry
from rdfkit.rdf.reading import trimmed
from rdfkit.sources import front_matter
from rdfkit.sources.discovery import SourceFile
from rdfkit.sources.page import Page
from rdfkit.sources.sites import site_of


class UnknownKindError(PageError):
    """A page with front matter that no kind of page recognises."""

    exit_code = 0


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
    stem = PurePosixPath(source.relative).stem
    kind = registry.recognise(matter.fields, stem)
    if kind is None:
        raise UnknownKindError(
            "is a page of no known kind",
            path=source.shown,
            line=1,
            value=", ".join(matter.fields) or "no keys",
            expected=f"one of the keys {', '.join(registry.telling_keys())}",
        )
    name = matter.fields.get(kind.id_key, "") if kind.id_key else stem
    if isinstance(name, list) and len(name) == 1:
        name = name[0]
    return Page(
        kind=kind.name,
        # An identifier that is a list or a mapping is none; the kind says so when it names the page.
        # Outer blanks are no part of it.
        id=trimmed(name) if isinstance(name, str) else "",
        fields=matter.fields,
        path=source.shown,
        lines=matter.lines,
        relative=source.relative,
        sha256=hashlib.sha256(content).hexdigest(),
        closed=matter.closed,
        site=kind.site or site_of(source.path),
    )
