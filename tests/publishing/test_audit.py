"""The audit of a store, and its comparison with another release."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

import rdfkit
from rdfkit.errors import StoreError
from rdfkit.publishing.audit import Status, audit, compare
from rdfkit.store import Store
from rdfkit.store.coverage import Account, Coverage
from tests.support.command_line import Done, run_command
from tests.support.paths import CASES, SEEDS


@pytest.fixture
def edited(tmp_path: Path) -> Path:
    """A store of the seeds in which one figure is gone, one is new, and the pathway has a new revision."""
    pages = tmp_path / "pages"
    shutil.copytree(SEEDS, pages)
    (pages / "PMC198534__JCI0319974.f1.md").unlink()
    text = (pages / "PMC7378365__fimmu-11-01424-g0002.md").read_text()
    (pages / "new.md").write_text(text.replace("PMC7378365__", "PMC7378366__"))
    pathway = pages / "WP364.md"
    pathway.write_text(pathway.read_text().replace("revision: r142066", "revision: r150000"))
    figure = pages / "PMC7048131__12964_2020_527_Fig1_HTML.md"
    figure.write_text(figure.read_text().replace("figtitle: Classical", "figtitle: Well-known"))
    rdfkit.build([pages], tmp_path / "edited")
    return tmp_path / "edited"


def _run(*arguments: str | Path) -> Done:
    return run_command("audit", *arguments)


def test_the_account_of_the_build_is_printed_again(seed_store: Store) -> None:
    done = _run("--store", seed_store.path)
    assert done.returncode == 0
    assert "pages                  5         5         0\n" in done.stdout
    assert "the store holds these pages\n" in done.stdout


def test_refused_pages_are_told_with_their_reasons(tmp_path: Path) -> None:
    rdfkit.build(
        [SEEDS, CASES / "bad_pages" / "year_malformed", CASES / "bad_pages" / "not_yaml"], tmp_path / "s"
    )
    with rdfkit.open_store(tmp_path / "s") as store:
        found = audit(store)
    assert found.passed
    assert found.coverage.pages["figure"] == Account(found=5, used=4, refused=1)
    assert found.coverage.pages["unreadable"].refused == 1
    reasons = "\n".join(reason for told in found.coverage.refused.values() for reason in told)
    assert "is not a year" in reasons
    assert "is not YAML" in reasons


def test_a_page_that_nobody_accounts_for_fails_the_audit(seed_store: Store) -> None:
    metadata = dict(seed_store.metadata)
    account = Coverage.from_json(metadata["reconciliation"])
    pages = {**account.pages, "figure": Account(found=5, used=5, refused=0)}
    metadata["reconciliation"] = Coverage(pages, account.rows).to_json()
    lost = Store.from_quads(seed_store.quads())
    lost.metadata = metadata
    assert not audit(lost).passed
    assert not Coverage({"figure": Account(5, 4, 0)}, {}).balanced


def test_a_store_that_says_nothing_of_its_build() -> None:
    with pytest.raises(StoreError, match="does not say how it was built"):
        audit(Store.from_quads([]))


def test_a_store_against_itself_has_no_changes(seed_store: Store) -> None:
    assert compare(seed_store, seed_store.path or "").changes == ()


def test_changes_since_another_store(edited: Path, seed_store: Store) -> None:
    with rdfkit.open_store(edited) as store:
        found = compare(store, seed_store.path or "")
    told = {(change.status.value, change.identifier): change for change in found.changes}
    assert told.keys() == {
        ("appeared", "PMC7378366__fimmu-11-01424-g0002"),
        ("vanished", "PMC198534__JCI0319974.f1"),
        ("changed", "PMC7048131__12964_2020_527_Fig1_HTML"),
        # Its keywords were genes by the rows of the figure that is gone.
        ("changed", "PMC10846991__j-krcp-23-071f3"),
        ("changed", "WP364"),
    }
    pathway = told["changed", "WP364"]
    assert (pathway.before, pathway.after) == ("r142066", "r150000")
    assert told["changed", "PMC7048131__12964_2020_527_Fig1_HTML"].properties == (
        "dcterms:title",
        "schema:name",
    )
    assert len(found.of(Status.VANISHED)) == 1


@pytest.mark.parametrize("format", ["nt", "ttl", "trig"])
def test_changes_since_a_file_of_rdf(format: str, edited: Path, seed_store: Store, tmp_path: Path) -> None:
    name = {"nt": "ntriples", "ttl": "turtle", "trig": "trig"}[format]
    path = tmp_path / f"before.{format}"
    path.write_bytes(rdfkit.export_store(seed_store, name))
    with rdfkit.open_store(edited) as store:
        assert compare(store, path) == compare(store, seed_store.path or "")


def test_a_vanished_figure_fails_the_command(edited: Path, seed_store: Store, tmp_path: Path) -> None:
    done = _run("--store", edited, "--against", seed_store.path)
    assert done.returncode == 1
    assert "vanished  figure   PMC198534__JCI0319974.f1\n" in done.stdout
    assert "pathways: 1 before, 1 now; 0 appeared, 0 vanished, 1 changed\n" in done.stdout
    assert "WP364 r142066 → r150000" in done.stdout
    values = json.loads(_run("--store", edited, "--against", seed_store.path, "--format", "json").stdout)
    assert values["passed"]
    assert {change["status"] for change in values["comparison"]["changes"]} == {
        "appeared",
        "changed",
        "vanished",
    }
    assert _run("--store", edited, "--against", tmp_path / "nowhere.ttl").returncode == 3


def test_wikipathways_own_rdf_can_be_compared_with(seed_store: Store, tmp_path: Path) -> None:
    theirs = tmp_path / "wp.ttl"
    theirs.write_text(
        """@prefix wp: <http://vocabularies.wikipathways.org/wp#> . @prefix dcterms: <http://purl.org/dc/terms/> .
        <https://identifiers.org/wikipathways/WP364_r100000> a wp:Pathway ; dcterms:identifier "WP364" .
        <https://identifiers.org/wikipathways/WP1_r5> a wp:Pathway ; dcterms:identifier "WP1" ."""
    )
    found = compare(seed_store, theirs)
    pathways = [change for change in found.changes if change.kind == "pathway"]
    assert [(change.status, change.identifier, change.before, change.after) for change in pathways] == [
        (Status.VANISHED, "WP1", "r5", None),
        (Status.CHANGED, "WP364", "r100000", "r142066"),
    ]
