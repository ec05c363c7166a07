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
_OLD_HEADER = "#Format:"
# HGNC's custom downloads have titles for the names of the complete set.
_NAMES = {
    "Approved symbol": "symbol",
    "NCBI Gene ID": "entrez_id",
    "NCBI Gene ID(supplied by NCBI)": "entrez_id",
    "NCBI gene ID": "entrez_id",
    "Entrez Gene ID": "entrez_id",
}


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

    The header tells which of the two it is; HGNC's own downloads may have some of its columns only. Rows without an id
    or with `-`, and empty lines, are passed over. Raises LexiconError with file and line, also when no row has a gene.
    """
    line, is_empty, columns = 0, True, list[str]()
    try:
        with archives.open_bytes(path) as lines:
            columns = _header(lines.readline())
            needed, read = _row_reader(columns, path)
            for line, text in enumerate(lines, start=2):
                cells = _cells(text)
                if not any(cells):
                    continue
                if len(cells) < needed:
                    raise LexiconError(
                        f"the row has {len(cells)} columns",
                        path=str(path),
                        line=line,
                        expected=f"{needed} columns or more",
                    )
                for entry in read(dict(zip(columns, cells, strict=False))):
                    is_empty = False
                    yield entry
    except UnicodeDecodeError as error:
        raise LexiconError("is not UTF-8", path=str(path), line=line or 1, expected="UTF-8 text") from error
    except ArchiveError as error:
        raise LexiconError(error.message, path=error.path, expected=error.expected) from error
    except OSError as error:
        raise LexiconError(f"cannot be read: {error.strerror}", path=str(path)) from error
    if is_empty and line:
        raise LexiconError(
            "has no gene with a symbol and an Entrez id",
            path=str(path),
            line=line,
            expected=f"rows with values for {' and '.join(_columns_of(columns))}",
        )


def _hgnc(row: dict[str, str]) -> Iterator[Entry]:
    entrez = _number(row["entrez_id"])
    if entrez and row["symbol"]:
        yield Entry(row["symbol"], _HUMAN, entrez, "hgncCompleteSet")


def _gene_info(row: dict[str, str]) -> Iterator[Entry]:
    entrez, taxon = _number(row["GeneID"]), _number(row["tax_id"])
    if entrez and taxon and row["Symbol"] not in ("", "-", "NEWENTRY"):
        yield Entry(row["Symbol"], taxon, entrez, "ncbiGeneInfo")


_READERS = (
    (("symbol", "entrez_id"), _hgnc),
    (("tax_id", "GeneID", "Symbol"), _gene_info),
)


def _number(text: str) -> str | None:
    """The digits of an id. A spreadsheet that had empty cells in the column has written 3569 as 3569.0."""
    digits = text.strip().removesuffix(".0")
    return digits if digits.isascii() and digits.isdigit() else None


def _row_reader(columns: list[str], path: Path) -> tuple[int, Callable[[dict[str, str]], Iterator[Entry]]]:
    """How many cells a row must have, and what reads it."""
    for wanted, reader in _READERS:
        if set(wanted) <= set(columns):
            return 1 + max(map(columns.index, wanted)), reader
    raise LexiconError("is no lexicon that rdfkit knows", path=str(path), line=1, expected=_HEADERS)


def _columns_of(columns: list[str]) -> tuple[str, ...]:
    """The columns of which a row needs a value."""
    return next((wanted for wanted, _ in _READERS if set(wanted) <= set(columns)), ())


def _header(line: bytes) -> list[str]:
    """The names of the columns, as the complete sets have them."""
    text = line.decode("utf-8-sig").strip()
    if text.startswith(_OLD_HEADER):
        # gene_info until 2016: names between blanks, then how the file is laid out, in parentheses.
        return text.removeprefix(_OLD_HEADER).partition("(")[0].split()
    return [_NAMES.get(name, name) for name in (cell.strip().removeprefix("#") for cell in _cells(line))]


def _cells(line: bytes) -> list[str]:
    # HGNC quotes cells that hold quotes; ids and symbols never do.
    return [cell.strip('"') for cell in line.decode("utf-8-sig").rstrip("\r\n").split("\t")]


@cache
def _shipped_taxa() -> dict[str, str]:
    return {folded(name): taxon for name, taxon in packaged_taxa().items()}


def folded(name: str) -> str:
    """A Latin name as it is looked up: one space between words, no difference of case."""
    return " ".join(name.split()).casefold()
