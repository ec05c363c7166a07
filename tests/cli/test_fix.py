"""`rdfkit fix`: shows a diff, or writes; what it tells and how it ends."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.support.command_line import run_command
from tests.support.paths import SAMPLES

PAGE = """---
wpid: WP1
title: A pathway
revision: r1
organisms: [Homo sapiens]
schema-jsonld:
  '@context': https://schema.org/
  '@type': Dataset
  name: CreativeWork
---"""
TABLE = "ID\tDatabase\n123.\tPubMed\n"


@pytest.fixture
def site(tmp_path: Path) -> Path:
    (tmp_path / "_pathways").mkdir()
    (tmp_path / "_data").mkdir()
    (tmp_path / "_pathways" / "WP1.md").write_bytes(PAGE.encode())
    (tmp_path / "_data" / "WP1-bibliography.tsv").write_bytes(TABLE.encode())
    (tmp_path / "_data" / "WP2-bibliography.tsv").write_bytes(TABLE.encode())
    return tmp_path


def test_what_is_shown_is_what_is_written(site: Path) -> None:
    shown = run_command("fix", "_pathways/WP1.md", folder=site)
    assert shown.returncode == 1
    assert "-  name: CreativeWork\n+  name: A pathway\n" in shown.stdout
    assert "-123.\tPubMed\n+123\tPubMed\n" in shown.stdout
    assert "in 2 files: placeholder-name ×1, reference-identifier ×1" in shown.stderr
    assert (site / "_pathways" / "WP1.md").read_text() == PAGE
    written = run_command("fix", "_pathways/WP1.md", "--write", folder=site)
    assert (written.returncode, written.stdout) == (0, "")
    after = (site / "_pathways" / "WP1.md").read_bytes()
    assert after == PAGE.replace("CreativeWork", "A pathway").encode()
    # The same by `patch`, and nothing is left to do.
    (site / "_pathways" / "WP1.md").write_bytes(PAGE.encode())
    (site / "_data" / "WP1-bibliography.tsv").write_bytes(TABLE.encode())
    subprocess.run(["patch", "-p0", "-s"], cwd=site, input=shown.output, check=True)
    assert (site / "_pathways" / "WP1.md").read_bytes() == after
    done = run_command("fix", "_pathways/WP1.md", folder=site)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "nothing to repair\n")


def test_a_folder_has_all_its_tables(site: Path) -> None:
    assert "in 3 files: reference-identifier ×2, placeholder-name ×1" in run_command("fix", site).stderr


def test_a_table_alone(site: Path) -> None:
    done = run_command("fix", site / "_data" / "WP2-bibliography.tsv", "--write", "-q")
    assert (done.returncode, done.stderr) == (0, "")
    assert (site / "_data" / "WP2-bibliography.tsv").read_text() == TABLE.replace("123.", "123")


def test_rules_are_chosen(site: Path) -> None:
    done = run_command("fix", site, "--rule", "placeholder-name", "--write")
    assert "in 1 file: placeholder-name ×1" in done.stderr
    assert (site / "_data" / "WP1-bibliography.tsv").read_text() == TABLE


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (("_pathways", "--rule", "text-html"), 2, "no repair for text-html"),
        (("nowhere",), 3, "no such file or folder"),
        (("_data/other.tsv",), 3, "is no companion table"),
        (("_pathways.zip",), 3, "cannot be repaired where it lies"),
    ],
)
def test_bad_use_is_told(site: Path, arguments: tuple[str, ...], code: int, told: str) -> None:
    (site / "_data" / "other.tsv").write_text("x")
    subprocess.run(["python3", "-m", "zipfile", "-c", "_pathways.zip", "_pathways/"], cwd=site, check=True)
    done = run_command("fix", *arguments, folder=site)
    assert told in done.stderr
    assert done.returncode == code


def test_a_page_that_cannot_be_read_is_left_alone(site: Path) -> None:
    (site / "_pathways" / "WP3.md").write_bytes(b"---\na: [\n---\n")
    done = run_command("fix", "_pathways", "--write", folder=site)
    assert done.returncode == 3
    assert "left alone: _pathways/WP3.md:3" in done.stderr
    assert "A pathway" in (site / "_pathways" / "WP1.md").read_text().split("name:")[1]


def test_links_and_rights_stay(site: Path) -> None:
    real = site / "real.md"
    (site / "_pathways" / "WP1.md").rename(real)
    real.chmod(0o640)
    (site / "_pathways" / "WP1.md").symlink_to(real)
    assert run_command("fix", site / "_pathways", "--write").returncode == 0
    assert (site / "_pathways" / "WP1.md").is_symlink()
    assert "name: A pathway" in real.read_text()
    assert real.stat().st_mode & 0o777 == 0o640


@pytest.mark.samples
@pytest.mark.skipif(not SAMPLES.is_dir(), reason="the pages of the real sites are not beside the checkout")
@pytest.mark.parametrize("site_name", ["wikipathways", "pfocr"])
def test_fixing_real_pages_changes_no_triple_but_an_organism(site_name: str, tmp_path: Path) -> None:
    import shutil

    shutil.copytree(SAMPLES / site_name, tmp_path / site_name)
    before = run_command("export", site_name, "--format", "nquads", "-q", folder=tmp_path).output
    assert run_command("fix", site_name, "--write", folder=tmp_path).returncode == 0
    assert run_command("fix", site_name, folder=tmp_path).returncode == 0
    after = run_command("export", site_name, "--format", "nquads", "-q", folder=tmp_path).output
    gone, new = _statements(before) - _statements(after), _statements(after) - _statements(before)
    assert not gone
    assert all(b"pfocr#organism>" in line for line in new)


def _statements(quads: bytes) -> set[bytes]:
    return {line for line in quads.splitlines() if b"pfocr#provenance>" not in line}
