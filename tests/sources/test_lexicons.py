"""Symbols to genes, names to taxa."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from rdfkit.errors import LexiconError
from rdfkit.sources.lexicons import Entry, better, folded, read_lexicon, shipped_taxon
from tests.support.paths import CASES

FILES = CASES / "lexicon"


def test_hgnc_complete_set() -> None:
    assert list(read_lexicon(FILES / "hgnc_complete_set.txt")) == [
        Entry("IL6", "9606", "3569", "hgncCompleteSet"),
        Entry("NM", "9606", "4827", "hgncCompleteSet"),
    ]


def test_gene_info() -> None:
    assert list(read_lexicon(FILES / "gene_info.tsv")) == [
        Entry("Il6", "10090", "16193", "ncbiGeneInfo"),
        Entry("AR", "9606", "367", "ncbiGeneInfo"),
    ]


def test_gzipped_files_are_the_same(tmp_path: Path) -> None:
    zipped = tmp_path / "anything"
    zipped.write_bytes(gzip.compress((FILES / "gene_info.tsv").read_bytes()))
    assert list(read_lexicon(zipped)) == list(read_lexicon(FILES / "gene_info.tsv"))


IL6 = Entry("IL6", "9606", "3569", "hgncCompleteSet")
OLD_GENE_INFO = (
    b"#Format: tax_id GeneID Symbol LocusTag Synonyms (tab is used as a separator, pound sign - start of a comment)\n"
    b"9606\t3569\tIL6\t-\t-\n"
)


@pytest.mark.parametrize(
    ("content", "entries"),
    [
        (b"symbol\tentrez_id\nIL6\t3569.0\nX\t\n", [IL6]),
        (b"symbol\tentrez_id\n\nIL6\t3569\n\n\r\n\t\n", [IL6]),
        (b"symbol\tentrez_id\tname\tlocation\nIL6\t3569\n", [IL6]),
        (b"HGNC ID\tApproved symbol\tNCBI Gene ID\nHGNC:6018\tIL6\t3569\n", [IL6]),
        (b"Approved symbol\tNCBI Gene ID(supplied by NCBI)\nIL6\t3569\n", [IL6]),
        (OLD_GENE_INFO, [Entry("IL6", "9606", "3569", "ncbiGeneInfo")]),
        (b"tax_id\tGeneID\tSymbol\n9606.0\t3569.0\tIL6\n", [Entry("IL6", "9606", "3569", "ncbiGeneInfo")]),
    ],
)
def test_files_as_people_have_them(content: bytes, entries: list[Entry], tmp_path: Path) -> None:
    path = tmp_path / "lexicon"
    path.write_bytes(content)
    assert list(read_lexicon(path)) == entries


@pytest.mark.parametrize(
    ("content", "line", "words"),
    [
        (b"symbol\tentrez_id\nIL6\tHGNC:6018\nTP53\tx\n", 3, "has no gene"),
        (b"", 1, "no lexicon"),
        (b"<html>\n", 1, "no lexicon"),
        (b"symbol\tentrez_id\nIL6\n", 2, "1 columns"),
        (b"symbol\tentrez_id\nCaf\xe9\t1\n", None, "not UTF-8"),
        (gzip.compress(b"symbol\tentrez_id\nIL6\t3569\n" * 1000, mtime=0)[:40], None, "damaged"),
    ],
)
def test_bad_files_say_what_is_wrong(content: bytes, line: int | None, words: str, tmp_path: Path) -> None:
    path = tmp_path / "lexicon"
    path.write_bytes(content)
    with pytest.raises(LexiconError, match=words) as caught:
        list(read_lexicon(path))
    assert caught.value.path == str(path)
    assert line is None or caught.value.line == line


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(LexiconError, match="cannot be read"):
        list(read_lexicon(tmp_path / "gone"))


def test_files_go_before_what_pages_teach() -> None:
    assert better("learnedLexicon", "hgncCompleteSet") == "hgncCompleteSet"
    assert better("ncbiGeneInfo", "learnedLexicon") == "ncbiGeneInfo"


def test_names_of_organisms() -> None:
    assert shipped_taxon(folded("Homo sapiens")) == "9606"
    assert shipped_taxon(folded("homo  Sapiens ")) == "9606"
    assert shipped_taxon(folded("Homo fictus")) is None


def test_all_organisms_of_the_samples_are_known(samples: Path) -> None:
    import yaml

    names = set()
    for path in (samples / "wikipathways" / "_pathways").glob("*.md"):
        names |= set(yaml.load(path.read_text().split("---")[1], Loader=yaml.BaseLoader)["organisms"])
    assert {name for name in names if shipped_taxon(folded(name)) is None} == set()


def test_a_lexicon_without_genes_is_not_told_that_its_header_is_wrong(tmp_path: Path) -> None:
    path = tmp_path / "lexicon.tsv"
    path.write_text("symbol\tentrez_id\nIL6\t\n")
    with pytest.raises(LexiconError) as raised:
        list(read_lexicon(path))
    assert raised.value.expected == "rows with values for symbol and entrez_id"
