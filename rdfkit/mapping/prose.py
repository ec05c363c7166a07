"""What is wrong with texts for people, as findings with an advice."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from rdfkit.report import Severity
from rdfkit.sources.prose import garbled, markup, may_be_odd

# How many pieces of one text are told.
_TOLD = 3
# Rule, severity, message, the piece of the text, advice.
Problem = tuple[str, Severity, str, str, str]


def prose_problems(text: str, is_title: bool) -> Iterator[Problem]:
    """The problems of a text for people; outer blanks are one in a title."""
    if may_be_odd(text):
        yield from _encoding(text)
        yield from _html(text)
    if is_title and text != text.strip():
        message = "blanks stand before or after the text; they are left out"
        yield "text-blank", Severity.INFO, message, text, "Take them out of the page."


def _encoding(text: str) -> Iterator[Problem]:
    pieces = garbled(text)
    if pieces:
        meant = (f'"{one}"' if one else "the character that is lost" for one in pieces.values())
        wrong = _first(f'"{piece}"' for piece in pieces)
        message = f"characters were read in a wrong encoding: {wrong}"
        advice = f"Write {_first(meant)} in their place, and read and save the text as UTF-8."
        yield "text-encoding", Severity.WARNING, message, next(iter(pieces)), advice


def _html(text: str) -> Iterator[Problem]:
    pieces = markup(text)
    if pieces:
        message = f"HTML stands in a plain text: {_first(pieces)}"
        advice = "Write the text without tags, and characters as they are, such as & for &amp;."
        yield "text-html", Severity.INFO, message, pieces[0], advice


def _first(pieces: Iterable[str]) -> str:
    shown = list(pieces)
    return ", ".join([*shown[:_TOLD], *(["…"] if len(shown) > _TOLD else [])])
