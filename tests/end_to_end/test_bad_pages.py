"""Each bad page gives one clear finding, and does no harm to the page beside it.

A case is a folder of `cases/bad_pages` with its pages and `expected.txt`: the findings, a line each.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

import rdfkit
from rdfkit.report import Result
from tests.support.paths import CASES, SEEDS

BAD = CASES / "bad_pages"
GOOD = "PMC198534__JCI0319974.f1.md"
FIGURE = "https://pfocr.wikipathways.org/figures/PMC198534__JCI0319974.f1.html#figure"


def _line(result: Result, folder: Path) -> str:
    place = f"{Path(result.path or '').relative_to(folder)}:{result.line}"
    key = f"{result.key}: " if result.key else ""
    return f"{place}: {result.severity}: {key}{result.message} [{result.rule}]".replace(f"{folder}/", "")


@pytest.mark.parametrize("case", sorted(path.name for path in BAD.iterdir()))
def test_bad_page(case: str, tmp_path: Path) -> None:
    folder = tmp_path / "pages"
    shutil.copytree(BAD / case, folder)
    shutil.copy(SEEDS / GOOD, folder)
    done = rdfkit.build([folder], tmp_path / "store")
    expected = (BAD / case / "expected.txt").read_text(encoding="utf-8").splitlines()
    found = [
        _line(result, folder) for result in done.report.results if result.path and GOOD not in result.path
    ]
    assert found == expected
    with rdfkit.open_store(tmp_path / "store") as store:
        (row,) = store.query(f"SELECT (COUNT(*) AS ?genes) WHERE {{ <{FIGURE}> schema:mentions ?gene }}")
    assert row["genes"] >= 15


def test_every_case_says_what_is_expected() -> None:
    assert all((case / "expected.txt").exists() for case in BAD.iterdir())


def test_a_title_keeps_every_character(tmp_path: Path) -> None:
    rdfkit.build([BAD / "awkward_title"], tmp_path / "store")
    with rdfkit.open_store(tmp_path / "store") as store:
        (row,) = store.query("SELECT ?title WHERE { ?figure a doco:Figure ; dcterms:title ?title }")
    assert row["title"] == 'A "quoted" \\ back\tslash\nline α 🧬 שלום'


def test_odd_user_names_are_encoded(tmp_path: Path) -> None:
    rdfkit.build([BAD / "odd_username"], tmp_path / "store")
    with rdfkit.open_store(tmp_path / "store") as store:
        rows = list(
            store.query("SELECT ?author ?name { ?author a foaf:Person ; foaf:name ?name } ORDER BY ?name")
        )
    assert [(row["author"].rpartition("/")[2], row["name"]) for row in rows] == [
        ("%25(%5E", "%(^"),
        ("42", "42"),
        ("Christine_Chichester", "Christine Chichester"),
    ]


def test_front_matter_over_one_megabyte(tmp_path: Path) -> None:
    page = tmp_path / "X.md"
    page.write_text(f"---\nfigid: PMC1__f1\ncaption: {'x' * 1_100_000}\n---\n")
    done = rdfkit.build([tmp_path], tmp_path / "store")
    (result,) = done.report.results
    assert (result.path, result.line) == (str(page), 1)
    assert "too large" in result.message
    assert done.exit_code == 3


def test_a_folder_without_pages(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("# No front matter\n")
    with pytest.raises(rdfkit.RdfkitError, match="no page with front matter") as caught:
        rdfkit.build([tmp_path], tmp_path / "store")
    assert caught.value.exit_code == 3
    assert not (tmp_path / "store" / "current").exists()


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    shutil.copy(SEEDS / GOOD, tmp_path)
    (tmp_path / "X.md").symlink_to("/nowhere/X.md")
    done = rdfkit.build([tmp_path], tmp_path / "store")
    (result,) = [r for r in done.report.results if r.rule == "page-unreadable"]
    assert result.message == "cannot be read: No such file or directory"
    assert done.pages == {"figure": 1}
    assert done.exit_code == 3


def test_nothing_but_bad_pages_leaves_the_store_as_it_was(tmp_path: Path) -> None:
    store = tmp_path / "store"
    rdfkit.build([SEEDS], store)
    before = (store / "current").read_text()
    done = rdfkit.build([BAD / "not_yaml"], store)
    assert not done.switched
    assert (store / "current").read_text() == before
