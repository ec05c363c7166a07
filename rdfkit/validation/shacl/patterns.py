"""Regular expressions of sh:pattern, which are XPath's, for Python's `re`.

The two differ in what `\\p{L}`, `\\i`, `\\c`, `\\w`, `\\s`, `.` and `$` mean, and in their flags.
"""

from __future__ import annotations

import re

_FLAGS = {"i": re.IGNORECASE, "m": re.MULTILINE, "s": re.DOTALL}
# What means the same in both, beside `$` and `.` outside of a class.
_CLASS = r"\[\^?(?:[^\\\[\]&~|-]|-(?![-\[])|\\[.\\?*+{}()|\[\]/^$'\"tnr-])+\]"
_PLAIN = re.compile(rf"{_CLASS}|\\[.\\?*+{{}}()|\[\]/^$-]|\(\?:|\((?!\?)|[^\\\[\]().$]|[)$.]")
_PYTHON_ONLY = re.compile(r"\(\?(?:[=!]|<[=!])|\\[bB]")
_SPACE = re.compile(r"[ \t\r\n]+")
# Escapes that Python reads otherwise, any other escape, or a class.
_ESCAPES = re.compile(r"\\[wWsS]|\\.|\[(?:\\.|[^\\\[\]])*\]", re.DOTALL)
_SPELLED = {
    r"\w": r"[^\p{P}\p{Z}\p{C}]",
    r"\W": r"[\p{P}\p{Z}\p{C}]",
    r"\s": r"[ \t\n\r]",
    r"\S": r"[^ \t\n\r]",
}


def translated(pattern: str, flags: str = "") -> str:
    """A pattern for Python's `re`, with its flags inside. Raises ValueError for what is no regular expression.

    What XPath lacks and Python has, such as `(?!…)`, is left to Python, as other engines leave it to Java.
    """
    unknown = set(flags) - set("imsxq")
    if unknown:
        raise ValueError(f'"{"".join(sorted(unknown))}" is no flag of XPath')
    if "q" in flags:
        return ("(?i)" if "i" in flags else "") + re.escape(pattern)
    if "x" in flags:
        pattern = _without_space(pattern)
    bits = sum((_FLAGS[one] for one in set(flags) & set(_FLAGS)), re.RegexFlag(0))
    letters = "".join(sorted(set(flags) & set(_FLAGS)))
    pattern = _ESCAPES.sub(_spelled_out, pattern)
    text = _plain(pattern, bits) or _by_elementpath(pattern, bits)
    try:
        re.compile(text)
    except (re.error, OverflowError) as error:
        raise ValueError(str(error)) from error
    return f"(?{letters}){text}" if letters else text


def _plain(pattern: str, flags: re.RegexFlag) -> str | None:
    """The pattern, where it has nothing but what both read alike; spares the import of elementpath."""
    pieces, place = [], 0
    while place < len(pattern):
        found = _PLAIN.match(pattern, place)
        if found is None:
            return None
        piece = found[0]
        if piece == "." and not flags & re.DOTALL:
            piece = r"[^\r\n]"
        elif piece == "$" and not flags & re.MULTILINE:
            piece = r"\Z"
        pieces.append(piece)
        place = found.end()
    return "".join(pieces)


def _by_elementpath(pattern: str, flags: re.RegexFlag) -> str:
    from elementpath.regex import RegexError, translate_pattern

    try:
        return translate_pattern(pattern, flags=int(flags))
    except RegexError as error:
        if _PYTHON_ONLY.search(pattern):
            return pattern
        raise ValueError(str(error)) from error


def _spelled_out(found: re.Match[str]) -> str:
    piece = found[0]
    # Other escapes of a class say no more than one character each, or are elementpath's to read.
    return piece.replace(r"\s", r" \t\n\r") if piece.startswith("[") else _SPELLED.get(piece, piece)


def _without_space(pattern: str) -> str:
    """What flag x means: blanks outside of classes are nothing."""
    pieces, depth, place = [], 0, 0
    while place < len(pattern):
        one = pattern[place]
        size = 2 if one == "\\" else 1
        depth += {"[": 1, "]": -1}.get(one, 0)
        piece = pattern[place : place + size]
        pieces.append(piece if depth > 0 else _SPACE.sub("", piece))
        place += size
    return "".join(pieces)
