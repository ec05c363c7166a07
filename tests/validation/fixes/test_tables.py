"""What is repaired in companion tables, and that no other byte of them changes."""

from __future__ import annotations

import tempfile
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rdfkit.sources.tables import TableFile, TableRow, read_rows
from rdfkit.validation.fixes.repairs import Repair
from rdfkit.validation.fixes.tables import fix_table
from tests.support.paths import CASES

CASE = tomllib.loads((CASES / "fixes" / "tables.toml").read_text(encoding="utf-8"))
HEADER, GOOD = CASE["header"], CASE["good"]
ROWS = [
    pytest.param(row["before"], row.get("after"), row["rules"], id=name) for name, row in CASE["rows"].items()
]


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("last", ["", GOOD])
@pytest.mark.parametrize(("row", "expected", "rules"), ROWS)
def test_a_row_is_repaired_and_all_else_stays(
    row: str, expected: str | None, rules: list[str], ending: str, mark: str, last: str
) -> None:
    before = (mark + ending.join([HEADER, GOOD, row, last])).encode()
    after, repairs = fix_table(before, "datanodes", lambda rule: True)
    wanted = row if expected is None else expected
    assert after.decode() == mark + ending.join([HEADER, GOOD, wanted, last])
    assert [repair.rule for repair in repairs] == rules
    assert all(repair.line == 3 for repair in repairs)
    assert fix_table(after, "datanodes", lambda rule: True) == (after, [])


def test_references_are_repaired_by_their_database() -> None:
    before = b"ID\tDatabase\tCitation\n27252646.\tPubMed\tWords.\n27252646.\t\tWords.\n10.1000/Abc,\tDOI\t\n"
    after, repairs = fix_table(before, "bibliography", lambda rule: True)
    assert (
        after
        == b"ID\tDatabase\tCitation\n27252646\tPubMed\tWords.\n27252646.\t\tWords.\n10.1000/Abc\tDOI\t\n"
    )
    assert repairs[0] == Repair("reference-identifier", 2, "ID", "27252646.", "27252646")


def test_the_tables_of_figures() -> None:
    before = b"word\tmesh\tmatch\nCa2+\tmesh:mesh:D002118\tCalcium\nCa\tMESH:D002118 \tCalcium"
    after, repairs = fix_table(before, "chemicals", lambda rule: rule == "mention-identifier")
    assert after == b"word\tmesh\tmatch\nCa2+\tmesh:D002118\tCalcium\nCa\tMESH:D002118\tCalcium"
    assert len(repairs) == 2


@pytest.mark.parametrize(
    "content", [b"", b"\xff\n", b"Label\tType\n", b"Label\tLabel\tType\tIdentifier\nA\t\tProtein\tx\n"]
)
def test_what_is_no_such_table_stays(content: bytes) -> None:
    assert fix_table(content, "datanodes", lambda rule: True) == (content, [])


def test_cells_of_a_shifted_row_wait_for_its_own_rule() -> None:
    before = f"{HEADER}\n{CASE['rows']['shifted_with_a_doubled_prefix']['before']}".encode()
    assert fix_table(before, "datanodes", lambda rule: rule == "datanode-identifier") == (before, [])


_cells = st.sampled_from(
    [
        "",
        "",
        '""',
        "A",
        " B ",
        "Protein",
        "GeneProduct",
        "uniprot:Q99570",
        "uniprot:Q99570.",
        "x;y",
        '5"',
        '"q"',
    ]
)


@given(
    st.lists(st.lists(_cells, min_size=1, max_size=18).map("\t".join), max_size=4),
    st.sampled_from(["\n", "\r\n"]),
)
def test_repaired_rows_read_as_before_without_their_findings(rows: list[str], ending: str) -> None:
    before = ending.join([HEADER, *rows]).encode()
    after, repairs = fix_table(before, "datanodes", lambda rule: True)
    assert fix_table(after, "datanodes", lambda rule: True) == (after, [])
    lines = {repair.line for repair in repairs}
    old, new = before.split(b"\n"), after.split(b"\n")
    assert [line for number, line in enumerate(old, 1) if number not in lines] == [
        line for number, line in enumerate(new, 1) if number not in lines
    ]
    moved = {repair.line for repair in repairs if repair.rule == "row-shifted"}
    assert not any(row.problem for row in _rows(after) if row.line in moved)
    assert [_texts(row) for row in _rows(before)] == [_texts(row) for row in _rows(after)]


def _rows(content: bytes) -> list[TableRow]:
    with tempfile.NamedTemporaryFile(suffix="-datanodes.tsv") as file:
        Path(file.name).write_bytes(content)
        return list(read_rows(TableFile("datanodes", file.name, file.name)))


def _texts(row: TableRow) -> dict[str, str]:
    """The texts of a row, without the signs that strayed into identifiers."""
    return {key: text.replace("Q99570.", "Q99570").strip() for key, text in (row.texts or {}).items()}
