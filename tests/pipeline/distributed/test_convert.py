"""Shards: what is written, gone on with, loaded, and refused."""

from __future__ import annotations

import gzip
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from pathlib import Path

import fsspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

import rdfkit
from rdfkit.errors import ShardError, SourceError
from rdfkit.pipeline import build
from rdfkit.pipeline.distributed.convert import convert_to
from rdfkit.pipeline.distributed.shard_records import Record, from_line, to_line
from rdfkit.pipeline.distributed.shards import Shard, ShardJob, read_manifest, read_shard
from rdfkit.pipeline.state.model import Converted, File, PageState
from rdfkit.pipeline.summary import Build
from rdfkit.report import Result, Severity
from tests.support.paths import SEEDS

FIGURE = "PMC7378365__fimmu-11-01424-g0002"
GENES = "organism_id\torganism_name\tword\tmatch\tncbigene_symbol\tncbigene_id\tsource\n"
ROW = "10090\tMus musculus\tstat-3\tSTAT3\tStat3\t20848\tncbigene_synonym\n"


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A site that the test may change."""
    return _site(tmp_path)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, Build]:
    """A site, the store of a build of it, and that build."""
    folder = tmp_path_factory.mktemp("built")
    site = _site(folder)
    return site, folder / "store", build.build([site], folder / "store")


def _site(folder: Path) -> Path:
    """A site of the seeds with a table, a stray table, a second page of one graph, an invalid page, and no page."""
    site = folder / "site"
    (site / "_figures").mkdir(parents=True)
    (site / "_data").mkdir()
    for page in SEEDS.glob("*.md"):
        shutil.copy(page, site / "_figures")
    shutil.copy(SEEDS / f"{FIGURE}.md", site / "_figures" / "second.md")
    pathway = (SEEDS / "WP364.md").read_text()
    (site / "WP365.md").write_text(
        pathway.replace("WP364", "WP365").replace("revision: r142066", "revision: none")
    )
    (site / "broken.md").write_bytes(b"---\n\xff\n---\n")
    (site / "README.md").write_text("no page\n")
    (site / "_data" / f"{FIGURE}-genes.tsv").write_text(GENES + ROW + "man\tshort\n")
    (site / "_data" / "WP999-bibliography.tsv").write_text("ID\tDatabase\tCitation\n")
    for file in site.rglob("*"):
        os.utime(file, (1_700_000_000, 1_700_000_000))
    return site


def _here(work: Callable[[ShardJob], Shard], jobs: Iterable[ShardJob]) -> Iterator[Shard]:
    """Does the work in this process."""
    return map(work, jobs)


class _Counting:
    """Does the work in this process, and counts it."""

    def __init__(self) -> None:
        self.jobs: list[int] = []

    def __call__(self, work: Callable[[ShardJob], Shard], jobs: Iterable[ShardJob]) -> Iterator[Shard]:
        for job in jobs:
            self.jobs.append(job.number)
            yield work(job)


def _content(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def _quads(store: Path) -> set[str]:
    with rdfkit.open_store(store) as opened:
        rows = opened.query("SELECT * { { ?s ?p ?o } UNION { GRAPH ?g { ?s ?p ?o } } }").fetch()
        return {str(row) for row in rows}


def _same(one: Build, other: Build) -> bool:
    return (one.quads, one.genes, one.mentions, one.reconciliation, one.report, one.exit_code) == (
        other.quads, other.genes, other.mentions, other.reconciliation, other.report, other.exit_code
    )  # fmt: skip


@pytest.mark.parametrize("shard_pages", [1, 3, 100])
@pytest.mark.parametrize("compress", [True, False])
def test_loading_shards_makes_the_store_of_a_build(
    shard_pages: int, compress: bool, built: tuple[Path, Path, Build], tmp_path: Path
) -> None:
    site, store, done = built
    manifest = convert_to([site], tmp_path / "shards", shard_pages=shard_pages, compress=compress, run=_here)
    loaded = build.load(tmp_path / "shards", tmp_path / "loaded")
    assert _same(done, loaded)
    assert _quads(store) == _quads(tmp_path / "loaded")
    assert manifest.pages == done.pages
    assert sum(shard.files for shard in manifest.shards) == 9
    # The next build goes on from the loaded store.
    assert build.build([site], tmp_path / "loaded").changed == 0


def test_a_shard_holds_the_graphs_of_its_pages_once(site: Path, tmp_path: Path) -> None:
    manifest = convert_to([site], tmp_path / "shards", shard_pages=4, run=_here)
    shards = [read_shard(str(tmp_path / "shards"), shard).splitlines() for shard in manifest.shards]
    assert all(len(lines) == len(set(lines)) for lines in shards)
    assert sum(map(len, shards)) == manifest.quads
    graphs = {line.rpartition(b" <")[2] for line in chain(*shards) if b"/#" not in line.rpartition(b" <")[2]}
    assert len(graphs) == sum(manifest.pages.values()) == 5
    assert read_manifest(str(tmp_path / "shards")) == manifest


def test_what_is_there_is_not_made_again(site: Path, tmp_path: Path) -> None:
    place = tmp_path / "shards"
    first, again = _Counting(), _Counting()
    manifest = convert_to([site], place, shard_pages=2, run=first)
    before = _content(place)
    assert set(first.jobs) == set(range(len(manifest.shards)))
    assert convert_to([site], place, shard_pages=2, run=again) == manifest
    assert again.jobs == [] and _content(place) == before
    # A page that changes has its shard made anew; of the old one nothing stays.
    page = site / "_figures" / "WP364.md"
    page.write_text(page.read_text().replace("title:", "title: A"))
    changed = convert_to([site], place, shard_pages=2, run=again)
    assert len(set(again.jobs)) == 1
    files = {shard.file for shard in changed.shards if shard.file}
    assert {str(path.relative_to(place)) for path in (place / "shards").iterdir()} == files
    assert len({shard.file for shard in manifest.shards if shard.file} & files) == len(files) - 1


def test_a_run_that_is_killed_is_gone_on_with(site: Path, tmp_path: Path) -> None:
    convert_to([site], tmp_path / "whole", shard_pages=1, run=_here)
    expected = _content(tmp_path / "whole")
    code = (
        "import sys\nfrom rdfkit.pipeline.distributed.convert import convert_to\n"
        "convert_to([sys.argv[1]], sys.argv[2], shard_pages=1, run=map)"
    )
    place = tmp_path / "killed"
    for records in (1, 4, 12):
        with subprocess.Popen([sys.executable, "-c", code, str(site), str(place)]) as process:
            while process.poll() is None and len(list(place.glob("records/*"))) < records:
                time.sleep(0.001)
            process.send_signal(signal.SIGKILL)
    convert_to([site], place, shard_pages=1, run=_here)
    found = {name: data for name, data in _content(place).items() if "/." not in name}
    assert found == expected


def test_shards_lie_in_any_place(site: Path, tmp_path: Path) -> None:
    fsspec.filesystem("memory").rm("/", recursive=True) if fsspec.filesystem("memory").ls("/") else None
    local = convert_to([site], tmp_path / "shards", run=_here)
    assert convert_to([site], "memory://deep/shards", run=_here) == local
    loaded = build.load("memory://deep/shards", tmp_path / "store")
    assert loaded.quads == build.load(tmp_path / "shards", tmp_path / "other").quads
    again = _Counting()
    convert_to([site], "memory://deep/shards", run=again)
    assert again.jobs == []
    with zipfile.ZipFile(tmp_path / "y.zip", "w") as archive:
        archive.writestr("x/y", "")
    with pytest.raises(ShardError, match="archives and commits are not written to"):
        convert_to([site], f"zip://x::{tmp_path / 'y.zip'}", run=_here)


def test_what_is_not_that_of_the_manifest_is_refused(site: Path, tmp_path: Path) -> None:
    place, store = tmp_path / "shards", tmp_path / "store"
    with pytest.raises(ShardError, match="cannot be read: No such file"):
        build.load(place, store)
    manifest = convert_to([site], place, run=_here)
    shard = place / str(manifest.shards[0].file)
    whole = shard.read_bytes()
    shard.write_bytes(gzip.compress(gzip.decompress(whole) + b"<x:a> <x:b> <x:c> <x:d> .\n"))
    with pytest.raises(ShardError, match="not the shard that the manifest lists"):
        build.load(place, store)
    shard.write_bytes(whole[:-20])
    with pytest.raises(ShardError, match="damaged"):
        build.load(place, store)
    shard.write_bytes(whole)
    text = (place / "manifest.json").read_text()
    for name in ("../../etc/passwd", "http://127.0.0.1/x", "shards/../x.nq", "/etc/passwd"):
        (place / "manifest.json").write_text(re.sub(r'"shards/[^"]*"', json.dumps(name), text))
        with pytest.raises(ShardError):
            build.load(place, store)
    (place / "manifest.json").write_text(text.replace('"layout": 2', '"layout": 1'))
    with pytest.raises(ShardError, match="another layout"):
        build.load(place, store)
    assert not (store / "current").exists()


def test_sources_without_a_page_are_an_error(tmp_path: Path) -> None:
    (tmp_path / "site").mkdir()
    with pytest.raises(SourceError, match="no page with front matter"):
        convert_to([tmp_path / "site"], tmp_path / "shards", run=_here)


_texts = st.text(max_size=5)
_results = st.builds(
    Result,
    severity=st.sampled_from(Severity),
    rule=_texts,
    message=_texts,
    path=st.none() | _texts,
    line=st.none() | st.integers(0, 9),
    value=st.none() | _texts,
)


@given(
    state=st.sampled_from(PageState),
    findings=st.tuples(_results, _results),
    lookups=st.tuples(st.tuples(st.tuples(_texts, _texts), _texts)),
    definitions=st.tuples(st.tuples(_texts, _texts, _texts)),
    refusals=st.tuples(st.tuples(_texts, _texts)),
    path=_texts,
)
def test_a_record_is_read_as_it_was_written(state, findings, lookups, definitions, refusals, path) -> None:
    converted = Converted(
        path,
        state,
        findings=findings,
        lookups=lookups,
        definitions=definitions,
        refusals=refusals,
        shared=(path,),
        suspects=((3, path),),
    )
    record = Record(File(path, "0", path, 1, None), (), converted)
    line = to_line(record)
    assert "\n" not in line and from_line(line, "x") == record


@pytest.mark.parametrize("line", ["", "{}", "[]", '{"file": 1}', '{"file": {"x": 1}}', "\\", "null"])
def test_a_line_that_is_no_record_is_an_error(line: str) -> None:
    with pytest.raises(ShardError, match="no record"):
        from_line(line, "x")
