"""Releases: every triple is in them, any concatenation is the graph, the same input gives the same bytes."""

from __future__ import annotations

import datetime
import gzip
import hashlib
import json
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pyoxigraph as ox
import pytest
from conftest import SEEDS
from hypothesis import given
from hypothesis import strategies as st

import rdfkit
from rdfkit.errors import ExportError
from rdfkit.release import read_date, write_release
from rdfkit.store import Store

DAY = datetime.date(2026, 11, 20)


@pytest.fixture(scope="module")
def release(sample_store: Store, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_release(sample_store, tmp_path_factory.mktemp("release") / "out", DAY).folder


def _members(folder: Path) -> Iterator[tuple[str, bytes]]:
    for path in sorted(folder.glob("*.zip")):
        with zipfile.ZipFile(path) as packed:
            for name in packed.namelist():
                yield name, packed.read(name)


def _triples(turtle: bytes) -> set[ox.Triple]:
    return {quad.triple for quad in ox.parse(turtle, ox.RdfFormat.TURTLE)}


def test_files_are_those_that_the_loader_takes(release: Path) -> None:
    assert sorted(path.name for path in release.iterdir()) == [
        "graphs.ttl.gz",
        "manifest.json",
        "pfocr-20261120-rdf.zip",
        "pfocr.ttl",
        "pfocr.ttl.gz",
        "queries.ttl",
        "wikipathways-20261120-rdf-authors.zip",
        "wikipathways-20261120-rdf-pages.zip",
        "wikipathways-20261120-rdf-wp.zip",
        "wikipathways-rdf-void.ttl",
        "wikipathways.ttl.gz",
    ]
    names = [name for name, _ in _members(release)]
    assert "wp/Homo_sapiens/WP364_r142066.ttl" in names
    assert "authors/WP364.ttl" in names
    assert (
        sum(name.startswith("wp/") for name in names)
        == sum(name.startswith("authors/") for name in names)
        == 240
    )
    assert sum(name.startswith("pfocr/") for name in names) == 2
    assert sum(name.startswith("pages/") for name in names) == 171 + 20 + 39 + 21


def test_nothing_is_lost(release: Path, sample_store: Store) -> None:
    everything = set(sample_store.triples())
    whole = b"".join(gzip.decompress(path.read_bytes()) for path in sorted(release.glob("*.ttl.gz")))
    assert _triples(whole) == everything
    members = b"".join(content for _, content in _members(release))
    assert _triples(members + gzip.decompress((release / "graphs.ttl.gz").read_bytes())) == everything


def test_any_order_of_files_is_the_same_graph(release: Path) -> None:
    contents = [content for _, content in _members(release)]
    assert _triples(b"".join(contents)) == _triples(b"".join(reversed(contents)))
    assert all(content.endswith(b".\n") for content in contents)
    assert not any(b"@base" in content or b"_:" in content for content in contents)


def test_authors_are_in_their_own_file(release: Path) -> None:
    members = dict(_members(release))
    pathway, authors = members["wp/Homo_sapiens/WP364_r142066.ttl"], members["authors/WP364.ttl"]
    assert b"foaf:Person" not in pathway
    assert b"orcid:0000-0001-7542-0286" in authors
    assert authors.count(b"wpq:series_ordinal") == 12


def test_no_name_needs_a_backslash(release: Path) -> None:
    # Virtuoso 7 would take that of doi:10.1016\\/j as a part of the name.
    for _, text in _members(release):
        assert b"\\" not in re.sub(rb'"(?:[^"\\]|\\.)*"', b"", text)


def test_the_manifest_tells_hashes_sizes_and_counts(release: Path) -> None:
    manifest = json.loads((release / "manifest.json").read_text())
    assert manifest["date"] == "2026-11-20"
    assert manifest["pages"]["pathway"] == 240
    files = {file["name"]: file for file in manifest["files"]}
    assert files.keys() == {path.name for path in release.iterdir()} - {"manifest.json"}
    for name, file in files.items():
        content = (release / name).read_bytes()
        assert (file["sha256"], file["bytes"]) == (hashlib.sha256(content).hexdigest(), len(content))
    turtle = gzip.decompress((release / "pfocr.ttl.gz").read_bytes())
    assert files["pfocr.ttl.gz"]["triples"] >= len(_triples(turtle)) > 0
    assert files["pfocr.ttl.gz"]["files"] == 2


def test_void_has_the_date_and_the_files(release: Path) -> None:
    text = (release / "wikipathways-rdf-void.ttl").read_text()
    assert 'pav:createdOn "2026-11-20"^^xsd:date' in text
    assert '"wikipathways.ttl.gz"' in text


def test_queries_are_published_in_the_form_of_sib(release: Path) -> None:
    triples = _triples((release / "queries.ttl").read_bytes())
    store = Store.from_quads(ox.Quad(triple.subject, triple.predicate, triple.object) for triple in triples)
    rows = store.query(
        """SELECT ?q ?text { ?q a sh:SPARQLExecutable ; sh:select|sh:ask|sh:construct ?text ; sh:prefixes ?p ;
           rdfs:comment ?comment . ?p sh:declare ?d . ?d sh:prefix "wp" }"""
    ).fetch()
    assert {str(row["q"]).rpartition("#query-")[2] for row in rows} == rdfkit.library().keys()
    with Store.from_quads([]) as empty:
        for row in rows:
            assert "{{" not in str(row["text"])
            empty.query(str(row["text"]), strict=True)


def test_the_same_store_and_date_give_the_same_bytes(seed_store: Store, tmp_path: Path) -> None:
    first = write_release(seed_store, tmp_path / "one", DAY)
    again = write_release(seed_store, tmp_path / "two", DAY)
    assert first.files == again.files
    assert write_release(seed_store, tmp_path / "two", DAY).files == first.files
    other = write_release(seed_store, tmp_path / "three", datetime.date(2026, 11, 21))
    assert {file.sha256 for file in other.files} != {file.sha256 for file in first.files}


def _export(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "rdfkit", "export", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True)


def test_one_command_goes_from_pages_to_a_release(seed_store: Store, tmp_path: Path) -> None:
    done = _export(SEEDS, "--release", tmp_path / "out", "--date", "2026-11-20")
    assert done.returncode == 0
    stored = write_release(seed_store, tmp_path / "stored", DAY)
    files = json.loads((tmp_path / "out" / "manifest.json").read_text())["files"]
    assert {f["name"]: f["sha256"] for f in files} == {f.name: f.sha256 for f in stored.files}


@pytest.mark.parametrize(
    "text", ["2026-02-30", "20261120", "tomorrow", "", "2026-11-20T10:00", "2026-1-2", "0000-01-01"]
)
def test_a_date_that_is_none(text: str, seed_store: Store, tmp_path: Path) -> None:
    done = _export("--store", seed_store.path, "--release", tmp_path / "out", "--date", text)
    assert done.returncode == 2
    assert done.stderr == f'rdfkit: --date: "{text}" is no date (expected a day such as 2026-11-20)\n'
    assert list(tmp_path.iterdir()) == []


def test_a_release_needs_its_date(seed_store: Store, tmp_path: Path) -> None:
    done = _export("--store", seed_store.path, "--release", tmp_path / "out")
    assert done.returncode == 2
    assert "go together" in done.stderr


def test_a_folder_of_other_things_is_left_alone(seed_store: Store, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "thesis.txt").write_text("mine")
    with pytest.raises(ExportError, match="something else than a release"):
        write_release(seed_store, tmp_path / "out", DAY)
    assert [path.name for path in tmp_path.rglob("*")] == ["out", "thesis.txt"]


def test_a_folder_that_cannot_be_written(seed_store: Store, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ExportError, match="cannot be written"):
        write_release(seed_store, tmp_path / "file" / "out", DAY)
    done = _export("--store", seed_store.path, "--release", "/proc/rdfkit-release", "--date", "2026-11-20")
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)


def test_a_release_that_fails_leaves_the_one_before(seed_store: Store, tmp_path: Path) -> None:
    before = write_release(seed_store, tmp_path / "out", DAY).files

    def stop(stage: str, done: int, total: int) -> None:
        if done == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_release(seed_store, tmp_path / "out", datetime.date(2027, 1, 1), stop)
    assert [path.name for path in tmp_path.iterdir()] == ["out"]
    assert json.loads((tmp_path / "out" / "manifest.json").read_text())["date"] == "2026-11-20"
    assert {file.name for file in before} < {path.name for path in (tmp_path / "out").iterdir()}


def test_names_that_would_leave_the_folder_do_not(tmp_path: Path) -> None:
    page = (SEEDS / "PMC198534__JCI0319974.f1.md").read_text()
    pages = tmp_path / "pages"
    pages.mkdir()
    for index, name in enumerate(("../../etc/passwd", "a b%2Fc", "..", "CON", "x" * 300)):
        text = page.replace("PMC198534__JCI0319974.f1", name.replace("%", "%"))
        (pages / f"{index}.md").write_text(text)
    rdfkit.build([pages], tmp_path / "store", keep_invalid=True)
    with rdfkit.open_store(tmp_path / "store") as store:
        write_release(store, tmp_path / "out", DAY)
    names = [name for name, _ in _members(tmp_path / "out")]
    assert names
    assert all(name.startswith("pfocr/") and name.count("/") == 2 and ".." not in name for name in names)


@given(st.text(max_size=12))
def test_a_date_is_a_day_or_an_error(text: str) -> None:
    try:
        assert read_date(text).isoformat() == text
    except ExportError as error:
        assert error.value == text
