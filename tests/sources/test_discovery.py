"""Finding source files."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from rdfkit.errors import SourceError
from tests.support.graphs import find_sources


def _touch(folder: Path, *names: str) -> None:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("---\n---\n")


def test_folders_are_searched_to_the_bottom_in_order(tmp_path: Path) -> None:
    _touch(tmp_path, "b.md", "a/z.markdown", "a/y.yml", "a/b/c/x.yaml", "t.TXT", "n.json", "no-suffix")
    found = [source.relative for source in find_sources([tmp_path])]
    assert found == ["b.md", "t.TXT", "a/y.yml", "a/z.markdown", "a/b/c/x.yaml"]


def test_hidden_and_generated_folders_are_skipped(tmp_path: Path) -> None:
    _touch(tmp_path, ".git/a.md", "node_modules/b.md", "_site/c.md", ".hidden.md", "_pathways/d.md")
    assert [source.relative for source in find_sources([tmp_path])] == ["_pathways/d.md"]


def test_a_file_is_taken_whatever_its_suffix_and_only_once(tmp_path: Path) -> None:
    _touch(tmp_path, "page.html", "b.md")
    found = find_sources([tmp_path / "page.html", tmp_path / "b.md", tmp_path])
    assert [(source.relative, source.named) for source in found] == [("page.html", True), ("b.md", True)]


def test_what_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="no such file or folder") as caught:
        find_sources([tmp_path / "gone"])
    assert caught.value.exit_code == 3


def test_a_pipe_is_neither_file_nor_folder(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.md")
    with pytest.raises(SourceError, match="neither a file nor a folder"):
        find_sources([tmp_path / "pipe.md"])
