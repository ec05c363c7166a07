"""Companion tables: found by name, read row by row, and whatever is wrong with them said and counted."""

from __future__ import annotations

import io
import shutil
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import rdfkit
from rdfkit.errors import SourceError
from rdfkit.pipeline.summary import Build
from rdfkit.sources.tables import TableFile, _lines, _small, count_rows, read_rows, table_kinds
from tests.support.paths import SEEDS

FIGURE = "PMC7378365__fimmu-11-01424-g0002"
NODES = "Label\tType\tIdentifier\tComment\tEnsembl\tNCBI gene\tHGNC\tUniProt\tWikidata\tChEBI\tInChI\tPubChem"
NODES += "\tChemSpider\tHMDB\tKEGG\tLipidMaps\n"
GENES = "organism_id\torganism_name\tword\tmatch\tncbigene_symbol\tncbigene_id\tsource\n"
STAT3 = "STAT3\tProtein\tncbigene:6774" + "\t" * 13 + "\n"


def _site(folder: Path, tables: dict[str, bytes]) -> Path:
    """A site of one pathway and one figure with these tables in `_data`."""
    for name, place in (("WP364", "_pathways"), (FIGURE, "_figures")):
        (folder / place).mkdir(parents=True)
        shutil.copy(SEEDS / f"{name}.md", folder / place)
    (folder / "_data").mkdir()
    for name, content in tables.items():
        (folder / "_data" / name).write_bytes(content)
    return folder


def _build(folder: Path, tables: dict[str, bytes]) -> Build:
    return rdfkit.build([_site(folder / "site", tables)], folder / "store")


def _told(done: Build) -> list[tuple[str, int | None, str]]:
    found = [r for r in done.report.results if (r.path or "").endswith(".tsv")]
    return [(Path(r.path or "").name, r.line, r.rule) for r in found]


@pytest.mark.parametrize(
    ("table", "line", "rule", "says", "used", "refused"),
    [
        (b"Name\tKind\nx\ty\nz\tw\n", 1, "table-unreadable", "header lacks Label", 0, 2),
        (b"", 1, "table-unreadable", "header lacks Label", 0, 0),
        (b"<!doctype html>\n<p>not found</p>\n", 1, "table-unreadable", "header lacks", 0, 1),
        (
            NODES.encode() + b"IL6\n" + STAT3.encode(),
            2,
            "row-refused",
            "1 cells",
            1,
            1,
        ),
        (NODES.encode() + b"STAT3\tProtein" + b"\tncbigene:6774" * 15, 2, "row-refused", "17 cells", 0, 1),
        (NODES.encode() + STAT3.replace("STAT3", "ST\0AT3").encode(), 2, "row-refused", "NUL", 0, 1),
        (NODES.encode() + STAT3.replace("STAT3", "Müller").encode("latin-1"), 2, "row-refused", "0xfc", 0, 1),
        (NODES.encode() + b"x" * 10_000_000 + b"\n" + STAT3.encode(), 2, "row-refused", "too long", 1, 1),
        (NODES.encode() + b"x" * 10_000_000, 2, "row-refused", "too long", 0, 1),
        (NODES.encode() + b"\t" * 15 + b"\n", 2, "row-refused", "neither a label nor", 0, 1),
        (NODES.encode() + b"\t" + STAT3.encode(), 2, "row-shifted", "stray tab", 1, 0),
        (
            NODES.encode() + STAT3.replace("Protein", "Fish").encode(),
            2,
            "datanode-type",
            "no type of data",
            1,
            0,
        ),
        (
            NODES.encode() + STAT3.replace("6774", "x").encode(),
            2,
            "datanode-identifier",
            "no identifier of Entrez Gene",
            1,
            0,
        ),
        (
            NODES.encode() + STAT3.replace("ncbigene", "zzz").encode(),
            2,
            "datanode-identifier",
            "known database",
            1,
            0,
        ),
        (
            NODES.replace("Comment", "Mood").encode() + STAT3.encode(),
            1,
            "key-unmapped",
            "not in the graph",
            1,
            0,
        ),
    ],
)
def test_a_bad_table_is_told_of_and_counted(
    table: bytes, line: int, rule: str, says: str, used: int, refused: int, tmp_path: Path
) -> None:
    done = _build(tmp_path, {"WP364-datanodes.tsv": table})
    (result,) = [r for r in done.report.results if (r.path or "").endswith(".tsv")]
    assert (result.line, result.rule) == (line, rule)
    assert says in result.message
    account = done.reconciliation.rows["datanodes"]
    assert (account.found, account.used, account.refused) == (used + refused, used, refused)
    assert done.pages == {"figure": 1, "pathway": 1}
    assert done.exit_code == (1 if refused or rule == "table-unreadable" else 0)


def test_a_table_without_its_page_is_told_of(tmp_path: Path) -> None:
    done = _build(tmp_path, {"WP999-datanodes.tsv": (NODES + STAT3).encode()})
    assert _told(done) == [("WP999-datanodes.tsv", 1, "table-stray")]
    assert "no pathway WP999" in next(iter(done.refused.values()))[0]
    account = done.reconciliation.rows["datanodes"]
    assert (account.found, account.used, account.refused) == (1, 0, 1)


def test_the_table_of_a_refused_page_is_refused(tmp_path: Path) -> None:
    site = _site(tmp_path / "site", {"WP364-datanodes.tsv": (NODES + STAT3).encode()})
    page = site / "_pathways" / "WP364.md"
    page.write_text(page.read_text().replace("revision: r142066", "revision: none"))
    done = rdfkit.build([site], tmp_path / "store")
    account = done.reconciliation
    assert account.balanced
    assert (account.pages["pathway"].refused, account.rows["datanodes"].refused) == (1, 1)


def test_a_folder_of_tables_goes_beside_the_data_of_the_site(tmp_path: Path) -> None:
    site = _site(tmp_path / "site", {})
    (tmp_path / "tables").mkdir()
    (tmp_path / "tables" / "WP364-datanodes.tsv").write_text(NODES + STAT3)
    done = rdfkit.build([site], tmp_path / "store", tables=[tmp_path / "tables"])
    assert done.reconciliation.rows["datanodes"].used == 1
    with pytest.raises(SourceError, match="no folder of tables"):
        rdfkit.build([site], tmp_path / "store", tables=[tmp_path / "nowhere"])


def test_a_second_table_of_a_page_is_told_of(tmp_path: Path) -> None:
    site = _site(tmp_path / "site", {"WP364-datanodes.tsv": (NODES + STAT3).encode()})
    (tmp_path / "tables").mkdir()
    (tmp_path / "tables" / "WP364-datanodes.tsv").write_text(NODES + STAT3)
    done = rdfkit.build([site], tmp_path / "store", tables=[tmp_path / "tables"])
    assert [rule for _, _, rule in _told(done)] == ["table-stray"]
    assert done.reconciliation.balanced


def test_one_page_finds_the_tables_beside_its_folder(tmp_path: Path) -> None:
    tables = {"WP364-datanodes.tsv": (NODES + STAT3).encode(), "WP1-datanodes.tsv": b"not asked for"}
    site = _site(tmp_path / "site", tables)
    done = rdfkit.build([site / "_pathways" / "WP364.md"], tmp_path / "store")
    assert done.reconciliation.rows["datanodes"].used == 1
    assert _told(done) == []


def test_a_table_of_a_figure_goes_before_its_own_rows(tmp_path: Path) -> None:
    rows = GENES + "10090\tMus musculus\tstat-3\tSTAT3\tStat3\t20848\tncbigene_synonym\n" * 2
    done = _build(tmp_path, {f"{FIGURE}-genes.tsv": rows.encode()})
    with rdfkit.open_store(tmp_path / "store") as store:
        found = store.query(
            """SELECT ?word ?symbol ?n ?gene ?taxon ?hgnc { ?m oa:hasBody ?gene ; pfocr:word ?word ;
               pfocr:symbol ?symbol ; pfocr:occurrences ?n . ?gene a schema:Gene ; schema:taxonomicRange ?taxon
               OPTIONAL { ?gene wp:bdbHgncSymbol ?hgnc } }"""
        ).fetch()
    assert [tuple(row.values()) for row in found] == [
        ("stat-3", "STAT3", 2, "https://identifiers.org/ncbigene/20848",
         "http://purl.obolibrary.org/obo/NCBITaxon_10090", None)
    ]  # fmt: skip
    assert any(r.rule == "rows-superseded" for r in done.report.results)


def test_a_gene_row_with_bad_cells_keeps_its_word(tmp_path: Path) -> None:
    rows = GENES + "man\tHomo\tIL-6\tIL-6\tIL6\tnone\tncbigene_synonym\n" + "9606\t\t\tx\tIL6\t3569\ty\n"
    done = _build(tmp_path, {f"{FIGURE}-genes.tsv": rows.encode()})
    assert [(line, rule) for _, line, rule in _told(done)] == [
        (2, "mention-identifier"), (2, "mention-identifier"), (3, "row-refused")
    ]  # fmt: skip
    account = done.reconciliation.rows["genes"]
    assert (account.used, account.refused) == (1, 1)


def test_a_shape_leads_back_to_the_row_of_the_table(tmp_path: Path) -> None:
    row = "9606\tHomo sapiens\tIL-6\tIL-6\tIL6\t3569\tno_such_lexicon\n"
    done = _build(tmp_path, {f"{FIGURE}-genes.tsv": (GENES + "\n" + row).encode()})
    (result,) = [r for r in done.report.results if (r.path or "").endswith(".tsv")]
    assert (result.rule, result.line, result.key) == ("MentionShape-lexicon", 3, "source")


def test_many_bad_rows_are_counted_but_not_all_told(tmp_path: Path) -> None:
    done = _build(tmp_path, {"WP364-datanodes.tsv": NODES.encode() + b"x\n" * 5000})
    assert done.reconciliation.rows["datanodes"].refused == 5000
    assert len(_told(done)) == 101


def test_a_long_table_is_never_held_whole(tmp_path: Path) -> None:
    table = tmp_path / "WP1-datanodes.tsv"
    with table.open("w") as file:
        file.write(NODES)
        for number in range(1, 50_001):
            file.write(STAT3.replace("6774", str(number)))
    rows = read_rows(_file(table))
    first = next(rows)
    assert (first.line, (first.texts or {})["Identifier"]) == (2, "ncbigene:1")
    # Nothing beyond the buffer has been read when the first row is there.
    rows.close()
    assert count_rows(_file(table)) == 50_000


def test_quotes_are_those_of_the_cell(tmp_path: Path) -> None:
    rows = 'ID\tDatabase\tCitation\n1\tPubmed\t"A ""B"" C."\n2\tPubmed\t5"-end\n3\tPubmed\t"open\n'
    table = tmp_path / "WP1-bibliography.tsv"
    table.write_text(rows)
    found = [(row.texts or {}).get("Citation") for row in read_rows(_file(table))]
    assert found == ['A "B" C.', '5"-end', '"open']


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ('"multi\nline"\tProtein\tx:1\nB\tProtein\n', [(2, "multi\nline", "Protein"), (4, "B", "Protein")]),
        ('"a\nb ""c""\nd"\tRna\tx:1\n', [(2, 'a\nb "c"\nd', "Rna")]),
        ('"a\nb\nc"\tRna\tx:1\n', [(2, "a\nb\nc", "Rna")]),
        ('A\tProtein\t"x\ny"\n', [(2, "A", "Protein")]),
        ('A\tProtein\t"x\nB\tRna\n', [(2, "A", "Protein"), (3, "B", "Rna")]),
        ('5"\tProtein\tx:1\n5"\tRna\tx:1\n', [(2, '5"', "Protein"), (3, '5"', "Rna")]),
    ],
)
def test_a_quoted_cell_may_go_over_lines(
    text: str, rows: list[tuple[int, str, str | None]], tmp_path: Path
) -> None:
    table = tmp_path / "WP1-datanodes.tsv"
    table.write_text(NODES + text)
    found = list(read_rows(_file(table)))
    shown = [(row.line, (row.texts or {}).get("Label"), (row.texts or {}).get("Type")) for row in found]
    assert shown == rows
    assert count_rows(_file(table)) == len(rows)


def _file(path: Path) -> TableFile:
    return TableFile(path.stem.rpartition("-")[2], str(path), str(path))


_PIECES = [b"a", b"\t", b"\r", b"\n", b" ", b'"', b"\x00", b"\xef\xbb\xbf", "\u2028é\x0b".encode(), b"\xff"]


@given(st.lists(st.sampled_from(_PIECES), max_size=12).map(b"".join))
def test_the_quick_way_through_a_small_table_gives_the_same_lines(content: bytes) -> None:
    quick = _small(content)
    if quick is not None:
        assert list(quick) == list(_lines(io.BytesIO(content)))
    else:
        assert any(piece in content for piece in (b'"', b"\0", b"\xff", b"\xef\xbb\xbf"))


@given(content=st.binary(max_size=300), kind=st.sampled_from(sorted(table_kinds())))
def test_any_bytes_can_follow_a_header(
    content: bytes, kind: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("any")
    (folder / f"X-{kind}.tsv").write_bytes("\t".join(table_kinds()[kind].columns).encode() + b"\n" + content)
    table = _file(folder / f"X-{kind}.tsv")
    rows = list(read_rows(table))
    assert len(rows) == count_rows(table)
    assert all(row.problem is not None for row in rows if row.texts is None)
