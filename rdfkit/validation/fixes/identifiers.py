"""Identifiers without what strayed into them: blanks, dots and signs around them, a prefix that stands there twice.

Only taking something away is certain. What would have to be changed or added stays as it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from rdfkit.rdf.databases import Database, database
from rdfkit.rdf.databases import prefixes as known_prefixes
from rdfkit.rdf.reading import read_curie, read_local, trimmed

_DOTS = ".,;: \u00a0"
_AROUND = ".,;:/-–—_ \u00a0"


def mended(text: str, prefixes: Iterable[str] = ()) -> str | None:
    """The identifier that a text is without what strayed into it; None when nothing has, or nobody can tell.

    `prefixes` are those that a text need not name itself; without any it is a CURIE.
    """
    found = [known for prefix in prefixes if (known := known_prefixes().get(prefix) or database(prefix))]
    named = database(text.partition(":")[0])
    if not found or named in found:
        return _mended_curie(text)
    if named is not None:
        return None
    return next((new for known in found if (new := _mended_local(text, known))), None)


def _mended_curie(text: str) -> str | None:
    read = read_curie(text)
    if read.local is None or read.database is None or _is_clean(text):
        return None
    for candidate in _candidates(trimmed(text), read.database):
        if _is_clean(candidate) and read_curie(candidate)[:2] == read[:2]:
            return candidate
    return None


def _mended_local(text: str, known: Database) -> str | None:
    read = read_local(known, text)
    if read is None or known.pattern.fullmatch(text):
        return None
    for candidate in (one for bare in _bare(text) for one in _unwrapped(bare)):
        again = read_local(known, candidate)
        if known.pattern.fullmatch(candidate) and again and again.text == read.text:
            return candidate
    return None


def _candidates(text: str, known: Database) -> Iterator[str]:
    prefix, _, rest = text.partition(":")
    prefix = prefix.strip()
    is_own = database(prefix) is known
    for bare in _bare(rest):
        for local in _unwrapped(bare):
            if is_own:
                yield f"{prefix}:{local}"
            elif local != bare:
                yield f"{known.prefix}:{local}"


def _bare(text: str) -> Iterator[str]:
    """A text without blanks around it, then also without dots behind it, then without signs around it."""
    yield trimmed(text)
    yield trimmed(text).rstrip(_DOTS)
    yield trimmed(text).strip(_AROUND)


def _unwrapped(text: str) -> Iterator[str]:
    """A text, and what stands in it behind one prefix after the other."""
    yield text
    inner, colon, rest = text.partition(":")
    if colon and database(inner) is not None:
        yield from _unwrapped(rest.strip())


def _is_clean(text: str) -> bool:
    """Whether a CURIE is a prefix and an identifier, and nothing else."""
    prefix, _, local = text.partition(":")
    known = database(prefix)
    if known is None or prefix != prefix.strip():
        return False
    # `chebi:CHEBI:16393` is as MIRIAM writes it; `CHEBI:CHEBI:16393` is not.
    bare = local if f"{prefix}:" == known.banana else local.removeprefix(known.banana)
    return known.pattern.fullmatch(bare) is not None
