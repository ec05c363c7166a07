"""What a scan notes of files and tables."""

from __future__ import annotations

from pathlib import Path

import pytest

from rdfkit.pipeline.scan import scan
from rdfkit.pipeline.state.database import Database
from rdfkit.pipeline.state.files import known_companions, known_files


def test_a_scan_that_is_stopped_has_noted_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sources = tmp_path / "site"
    sources.mkdir()
    (sources / "a.md").write_text("---\nfigid: a\n---\n")
    (sources / "a-genes.tsv").write_text("word\n")

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    with Database(tmp_path) as database:
        with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
            patch.setattr("rdfkit.pipeline.scan.await_named", stop)
            scan([str(sources)], (), database)
        assert (known_files(database), known_companions(database)) == ({}, {})
        assert scan([str(sources)], (), database)
        assert (len(known_files(database)), len(known_companions(database))) == (1, 1)
