"""Tables named alone, and what has changed since a revision of git."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

import rdfkit
from rdfkit.errors import SourceError
from tests.support.command_line import run_command

PAGE = "---\nwpid: {name}\ntitle: Pathway {name}\nrevision: r1\norganisms: [Nobodia {name}]\ndescription: Words.\n---\n"
TABLE = "ID\tDatabase\tCitation\n12.\tPubMed\tWords.\n"


@pytest.fixture
def site(tmp_path: Path) -> Path:
    for name in ("WP1", "WP2", "WP3"):
        _write(tmp_path / "site" / "_pathways" / f"{name}.md", PAGE.format(name=name))
        _write(tmp_path / "site" / "_data" / f"{name}-bibliography.tsv", TABLE)
    _git(tmp_path, "init", "-q", "-b", "main")
    _commit(tmp_path)
    return tmp_path / "site"


def _write(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")


def _git(folder: Path, *arguments: str) -> None:
    identity = ["-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", *identity, *arguments], cwd=folder, check=True, capture_output=True)


def _commit(folder: Path) -> None:
    _git(folder, "add", "-A")
    _git(folder, "commit", "-q", "-m", "x")


def _told(site: Path, revision: str = "main", *places: Path) -> set[str]:
    report = rdfkit.validate(places or [site], changed_since=revision)
    return {Path(result.path).name for result in report.results if result.path}


def test_a_table_alone_is_validated_with_its_page(site: Path) -> None:
    table = site / "_data" / "WP2-bibliography.tsv"
    assert rdfkit.validate([table]) == rdfkit.validate([site / "_pathways" / "WP2.md"])
    found = {
        result.rule: result.path for result in rdfkit.validate([table, site / "_pathways" / "WP2.md"]).results
    }
    assert found["reference-identifier"] == str(table)


def test_a_table_without_page_is_told(site: Path) -> None:
    _write(site / "_data" / "WP9-bibliography.tsv", TABLE)
    _write(site / "_data" / "notes.tsv", TABLE)
    with pytest.raises(SourceError, match="there is no page beside"):
        rdfkit.validate([site / "_data" / "WP9-bibliography.tsv"])
    with pytest.raises(SourceError, match="is no companion table"):
        rdfkit.validate([site / "_data" / "notes.tsv"])


def test_nothing_has_changed(site: Path) -> None:
    (only,) = rdfkit.validate([site], changed_since="main").results
    assert (only.rule, str(only.severity)) == ("changed-since", "info")


def test_pages_and_pages_of_changed_tables(site: Path) -> None:
    page = site / "_pathways" / "WP1.md"
    page.write_text(page.read_text().replace("Words", "Other words"))
    assert _told(site) == {"WP1.md", "WP1-bibliography.tsv"}
    table = site / "_data" / "WP2-bibliography.tsv"
    table.write_text(TABLE + "13.\tPubMed\tWords.\n")
    expected = {"WP1.md", "WP1-bibliography.tsv", "WP2.md", "WP2-bibliography.tsv"}
    assert _told(site) == expected
    assert _told(site, "main", site / "_pathways" / "WP2.md", site / "_pathways" / "WP3.md") == {
        "WP2.md",
        "WP2-bibliography.tsv",
    }
    _commit(site)
    assert _told(site, "HEAD~1") == expected


def test_a_table_that_is_gone_and_a_page_that_is_new(site: Path) -> None:
    (site / "_data" / "WP3-bibliography.tsv").unlink()
    _write(site / "_pathways" / "WP4.md", PAGE.format(name="WP4"))
    assert _told(site) == {"WP3.md", "WP4.md"}


def test_what_others_have_changed_since_does_not_count(site: Path) -> None:
    _git(site, "checkout", "-q", "-b", "mine")
    _write(site / "_pathways" / "WP1.md", PAGE.format(name="WP1") + "\n")
    _commit(site)
    _git(site, "checkout", "-q", "main")
    _write(site / "_pathways" / "WP2.md", PAGE.format(name="WP2") + "\n")
    _commit(site)
    _git(site, "checkout", "-q", "mine")
    assert _told(site) == {"WP1.md", "WP1-bibliography.tsv"}


@pytest.mark.parametrize("revision", ["nowhere", "--output=x", ""])
def test_a_revision_that_is_none_is_told(site: Path, revision: str) -> None:
    with pytest.raises(SourceError, match="git: "):
        rdfkit.validate([site], changed_since=revision)


def test_the_command_tells_and_counts_only_what_is_new(site: Path, tmp_path: Path) -> None:
    before = tmp_path / "before.json"
    bad = site / "_pathways" / "WP1.md"
    bad.write_text(bad.read_text().replace("r1", "x"))
    assert run_command("validate", site, "--format", "json", "-o", before).returncode == 1
    done = run_command("validate", site, "--baseline", before)
    assert done.returncode == 0
    assert done.stdout.startswith("conforms; ")
    built = run_command("build", site, "--store", tmp_path / "store", "--baseline", before)
    assert built.returncode == 0
    worse = site / "_pathways" / "WP2.md"
    worse.write_text("\n" + worse.read_text().replace("r1", "x"))
    worse.write_text(worse.read_text().lstrip())
    done = run_command("validate", site, "--baseline", before)
    assert done.returncode == 1
    assert "WP2.md:4: violation: revision" in done.stdout
    assert "WP1.md" not in done.stdout
    built = run_command("build", site, "--store", tmp_path / "store", "--baseline", before)
    assert built.returncode == 1
    assert run_command("validate", site, "--changed-since", "main", "-q").returncode == 1
