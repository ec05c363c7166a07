"""What a repair is, and how the repairs of a file look as a diff."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterator
from dataclasses import dataclass

# Whether a rule is to be applied.
Chosen = Callable[[str], bool]
_NO_END = b"\\ No newline at end of file\n"


@dataclass(frozen=True, slots=True)
class Repair:
    """One repair: of which finding's rule, on which line (from 1) and key, what stood there and what stands now."""

    rule: str
    line: int
    key: str | None
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Fixed:
    """A file with its bytes as they were and as they would be, and the repairs between the two.

    `path` opens it, `shown` is the same as the user would type it.
    """

    path: str
    shown: str
    before: bytes
    after: bytes
    repairs: tuple[Repair, ...]


def unified_diff(fixed: Fixed) -> bytes:
    """The change of one file as `patch -p0` reads it, in the bytes and line ends of the file."""
    return b"".join(_diff(fixed))


def _diff(fixed: Fixed) -> Iterator[bytes]:
    name = fixed.shown.encode(errors="surrogateescape")
    lines = difflib.diff_bytes(
        difflib.unified_diff, _lines(fixed.before), _lines(fixed.after), name, name, lineterm=b"\n"
    )
    for line in lines:
        yield line if line.endswith(b"\n") else line + b"\n" + _NO_END


def _lines(content: bytes) -> list[bytes]:
    # `splitlines` would also split at the line ends of other systems, which git and patch do not.
    return [line + b"\n" for line in content.split(b"\n")[:-1]] + [
        rest for rest in [content.rpartition(b"\n")[2]] if rest
    ]
