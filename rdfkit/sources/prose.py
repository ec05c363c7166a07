"""Texts for people: characters that were read in a wrong encoding, and HTML where plain text belongs."""

from __future__ import annotations

import re
from html.entities import html5

# What bytes beyond ASCII look like in Windows-1252, where that has a character, and in Latin-1.
_BYTE_OF = {
    **{chr(byte): byte for byte in range(0x80, 0x100)},
    **{bytes([byte]).decode("cp1252", "ignore"): byte for byte in range(0x80, 0xA0)},
}
_BYTE_OF.pop("", None)
_REST = "".join(re.escape(character) for character, byte in _BYTE_OF.items() if byte < 0xC0)
# Marks that stand behind a letter in ordinary text, too: a dash, a quotation mark, an ellipsis, a blank.
_MARKS = re.escape("\u2013\u2014\u2018\u2019\u201c\u201d\u2026\u2022\u00a0\u00ab\u00bb")
# The letters that the first bytes of Latin, Greek and Cyrillic letters and of signs become. Others, such as those of
# Hebrew and Chinese, come before such marks in honest text more often than as a mistake.
_GARBLED = re.compile(
    f"(?:[\u00c2\u00c3][{_REST}]|[\u00c4\u00c5\u00ce-\u00d1](?![{_MARKS}])[{_REST}]"
    f"|[\u00e2\u00ef][{_REST}][{_REST}])+|\ufffd+"
)
_TAGS = (
    "a|abbr|b|big|blockquote|br|center|code|div|em|font|h[1-6]|hr|i|img|italic|li|ol|p|pre|small|span|strike|strong"
    "|sub|sup|table|tbody|td|th|tr|tt|u|ul|bold|underline"
)
_TAG = re.compile(rf"(</?(?:{_TAGS}))(?:\s+[\w:-]+\s*=[^<>]*)?\s*/?>", re.IGNORECASE)
_ENTITY = re.compile(r"&(?:#\d+|#x[0-9a-f]+|[a-z][a-z0-9]*);", re.IGNORECASE)


def may_be_odd(text: str) -> bool:
    """Whether a text is worth a closer look: nearly all are not."""
    return not text.isascii() or "<" in text or "&" in text


def garbled(text: str) -> dict[str, str]:
    """Pieces of a text that were read in a wrong encoding, each once, and what they were meant to be.

    A piece whose characters are lost (U+FFFD) was meant to be "".
    """
    found = {}
    for match in _GARBLED.finditer(text):
        piece = match[0]
        meant = "" if piece.startswith("\ufffd") else _meant(piece)
        if meant != piece:
            found[piece] = meant
    return found


def markup(text: str) -> list[str]:
    """The tags, without their attributes, and the entities of HTML in a text, each once."""
    tags = (f"{match[1]}>" for match in _TAG.finditer(text))
    entities = (match[0] for match in _ENTITY.finditer(text) if _is_entity(match[0]))
    return list(dict.fromkeys([*tags, *entities]))


def _meant(piece: str) -> str:
    """A garbled piece, read as it should have been, as often as it was read wrongly; itself if that cannot be."""
    try:
        plain = bytes(_BYTE_OF[character] for character in piece).decode("utf-8")
    except (KeyError, UnicodeDecodeError):
        return piece
    return _GARBLED.sub(lambda match: _meant(match[0]), plain)


def _is_entity(text: str) -> bool:
    return text.startswith("&#") or text.removeprefix("&") in html5
