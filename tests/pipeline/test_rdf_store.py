"""RDF of one's own in a store: asked, served and exported as what pages make."""

from __future__ import annotations

from pathlib import Path

import pytest

from rdfkit.errors import SourceError
from rdfkit.pipeline.rdf_store import load_rdf
from rdfkit.store import open_store
from tests.support.command_line import run_command
from tests.support.paths import SEEDS

DATA = "@prefix ex: <http://example.org/> . ex:a ex:p [ ex:q 1 ] , ex:b ."


def test_files_are_loaded_and_asked(tmp_path: Path) -> None:
    (tmp_path / "data.ttl").write_text(DATA)
    e = "http://example.org/"
    (tmp_path / "more.nq").write_text(f"<{e}c> <{e}p> <{e}d> <{e}g> .\n")
    done = run_command("load", "data.ttl", "more.nq", folder=tmp_path)
    assert (done.returncode, done.stderr) == (0, "4 quads from 2 files in rdfkit-store\n")
    asked = run_command("query", "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }", folder=tmp_path)
    assert asked.stdout.split() == ["n", "4"]
    for verb in (["info"], ["info", "-f", "json"], ["export", "--format", "nquads"]):
        assert run_command(*verb, folder=tmp_path).returncode == 0


def test_it_is_added_to_what_pages_made_and_not_discarded_unasked(tmp_path: Path) -> None:
    assert run_command("build", SEEDS, "-q", folder=tmp_path).returncode == 0
    with open_store(tmp_path / "rdfkit-store") as opened:
        before = len(opened)
    (tmp_path / "data.ttl").write_text(DATA)
    assert load_rdf([tmp_path / "data.ttl"], tmp_path / "rdfkit-store") == 3
    with open_store(tmp_path / "rdfkit-store") as opened:
        assert len(opened) == before + 3
    refused = run_command("build", SEEDS, "-q", folder=tmp_path)
    assert refused.returncode == 4
    assert "--discard-updates" in refused.stderr
    assert run_command("build", SEEDS, "-q", "--discard-updates", folder=tmp_path).returncode == 0


def test_what_is_no_rdf_leaves_the_store_alone(tmp_path: Path) -> None:
    (tmp_path / "data.ttl").write_text("no turtle")
    with pytest.raises(SourceError, match="is not Turtle"):
        load_rdf([tmp_path / "data.ttl"], tmp_path / "store")
    assert not (tmp_path / "store").exists()
