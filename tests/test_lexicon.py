"""Symbols to genes, names to taxa."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest
from conftest import CASES
from hypothesis import given
from hypothesis import strategies as st

from rdfkit.errors import LexiconError
from rdfkit.lexicon import Entry, Lexicon, Taxa, read_lexicon

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


@pytest.mark.parametrize(
    ("content", "line", "words"),
    [
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


def test_case_and_taxon_count() -> None:
    lexicon = Lexicon()
    lexicon.learn("AR", "9606", "367", "learnedLexicon")
    assert lexicon.ground("AR", ["9606"]) == Entry("AR", "9606", "367", "learnedLexicon")
    assert lexicon.ground("ar", ["9606"]) is None
    assert lexicon.ground("AR", ["7227"]) is None
    assert lexicon.ground("AR", []) is None


def test_files_go_before_what_pages_teach() -> None:
    lexicon = Lexicon()
    for source in ("learnedLexicon", "hgncCompleteSet", "learnedLexicon"):
        lexicon.learn("IL6", "9606", "3569", source)
    assert lexicon.ground("IL6", ["9606"]) == Entry("IL6", "9606", "3569", "hgncCompleteSet")


_entries = st.lists(
    st.builds(
        Entry,
        symbol=st.sampled_from("AB"),
        taxon=st.sampled_from(["9606", "10090"]),
        entrez=st.sampled_from("123"),
        source=st.sampled_from(["learnedLexicon", "hgncCompleteSet"]),
    )
)


@given(_entries, st.lists(st.sampled_from(["9606", "10090"])), st.randoms())
def test_one_gene_or_none_whatever_the_order(entries: list[Entry], taxa: list[str], random) -> None:
    lexicon, shuffled = Lexicon(), Lexicon()
    for entry in entries:
        lexicon.learn(entry.symbol, entry.taxon, entry.entrez, entry.source)
    for entry in sorted(entries, key=lambda _: random.random()):
        shuffled.learn(entry.symbol, entry.taxon, entry.entrez, entry.source)
    genes = {(entry.taxon, entry.entrez) for entry in entries if entry.symbol == "A" and entry.taxon in taxa}
    found = lexicon.ground("A", taxa)
    assert (found is not None) == (len(genes) == 1)
    assert found is None or (found.taxon, found.entrez) in genes
    assert shuffled.ground("A", taxa) == found


def test_names_of_organisms() -> None:
    taxa = Taxa()
    assert taxa.taxon("Homo sapiens") == "9606"
    assert taxa.taxon("homo  Sapiens ") == "9606"
    assert taxa.taxon("Homo fictus") is None
    assert Taxa({"Homo fictus": "1"}).taxon("homo fictus") == "1"


def test_all_organisms_of_the_samples_are_known(samples: Path) -> None:
    import yaml

    names = set()
    for path in (samples / "wikipathways" / "_pathways").glob("*.md"):
        names |= set(yaml.load(path.read_text().split("---")[1], Loader=yaml.BaseLoader)["organisms"])
    assert {name for name in names if Taxa().taxon(name) is None} == set()
