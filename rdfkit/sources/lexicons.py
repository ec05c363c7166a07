"""Lexicons: (symbol, taxon) → Entrez gene, and the name of an organism → its taxon."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from rdfkit.errors import ArchiveError, LexiconError
from rdfkit.rdf.taxa import packaged_taxa
from rdfkit.sources import archives

_HUMAN = "9606"
# Files that the user names say more than what the pages teach.
_SOURCES = ("hgncCompleteSet", "ncbiGeneInfo", "learnedLexicon")
_HEADERS = "a header with symbol and entrez_id (HGNC) or #tax_id, GeneID and Symbol (NCBI)"


@dataclass(frozen=True, slots=True)
class Entry:
    """One gene: official symbol, NCBI taxon, Entrez id, and the lexicon's name in the pfocr vocabulary."""

    symbol: str
    taxon: str
    entrez: str
    source: str


def better(source: str, other: str) -> str:
    """Which of two sources of the same entry counts: files go before what pages teach."""
    return min(source, other, key=_SOURCES.index)


def shipped_taxon(name: str) -> str | None:
    """The NCBI taxon id of a folded Latin name in the table that ships with the package."""
    return _shipped_taxa().get(name)


def read_lexicon(path: Path) -> Iterator[Entry]:
    """The entries of HGNC's complete set or NCBI's gene_info, as published, gzipped or not.

    The header tells which of the two it is; rows without an id or with `-` are passed over. Raises LexiconError
    with file and line.
    """
    line = 0
    try:
        with archives.open_bytes(path) as lines:
            columns = _cells(lines.readline())
            read = _row_reader(columns, path)
            for line, text in enumerate(lines, start=2):
                cells = _cells(text)
                if len(cells) < len(columns):
                    raise LexiconError(
                        f"the row has {len(cells)} columns",
                        path=str(path),
                        line=line,
                        expected=f"{len(columns)} columns",
                    )
                yield from read(dict(zip(columns, cells, strict=False)))
    except UnicodeDecodeError as error:
        raise LexiconError("is not UTF-8", path=str(path), line=line or 1, expected="UTF-8 text") from error
    except ArchiveError as error:
        raise LexiconError(error.message, path=error.path, expected=error.expected) from error
    except OSError as error:
        raise LexiconError(f"cannot be read: {error.strerror}", path=str(path)) from error


def _hgnc(row: dict[str, str]) -> Iterator[Entry]:
    if row["entrez_id"].isdigit() and row["symbol"]:
        yield Entry(row["symbol"], _HUMAN, row["entrez_id"], "hgncCompleteSet")


def _gene_info(row: dict[str, str]) -> Iterator[Entry]:
    if row["GeneID"].isdigit() and row["Symbol"] not in ("", "-", "NEWENTRY"):
        yield Entry(row["Symbol"], row["#tax_id"], row["GeneID"], "ncbiGeneInfo")


_READERS = (
    (frozenset({"symbol", "entrez_id"}), _hgnc),
    (frozenset({"#tax_id", "GeneID", "Symbol"}), _gene_info),
)


def _row_reader(columns: list[str], path: Path) -> Callable[[dict[str, str]], Iterator[Entry]]:
    for wanted, reader in _READERS:
        if wanted <= set(columns):
            return reader
    raise LexiconError("is no lexicon that rdfkit knows", path=str(path), line=1, expected=_HEADERS)


def _cells(line: bytes) -> list[str]:
    # HGNC quotes cells that hold quotes; ids and symbols never do.
    return [cell.strip('"') for cell in line.decode("utf-8-sig").rstrip("\r\n").split("\t")]


@cache
def _shipped_taxa() -> dict[str, str]:
    return {folded(name): taxon for name, taxon in packaged_taxa().items()}


def folded(name: str) -> str:
    """A Latin name as it is looked up: one space between words, no difference of case."""
    return " ".join(name.split()).casefold()
