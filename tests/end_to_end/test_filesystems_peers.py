"""Places in S3: a real server of its protocol (moto, in a process of its own) and s3fs."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

import rdfkit
from rdfkit.errors import PageError, SourceError
from rdfkit.mapping.recognition import read_page
from rdfkit.pipeline.build import load
from rdfkit.pipeline.distributed.convert import convert_to
from rdfkit.pipeline.distributed.shards import read_manifest
from rdfkit.sources.discovery import PAGE_SUFFIXES
from rdfkit.sources.filesystems import list_files
from tests.support.graphs import assemble, find_sources
from tests.support.paths import SEEDS

pytestmark = pytest.mark.peers


@pytest.fixture(scope="module")
def bucket() -> Iterator[str]:
    """A bucket with the seeds in the folder `site`."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = pytest.MonkeyPatch()
    environment.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{port}")
    environment.setenv("AWS_ACCESS_KEY_ID", "key")
    environment.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    environment.setenv("AWS_DEFAULT_REGION", "us-east-1")
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        try:
            _wait(port)
            import fsspec

            files = fsspec.filesystem("s3")
            files.mkdir("pages")
            for page in SEEDS.glob("*.md"):
                files.pipe_file(f"pages/site/_figures/{page.name}", page.read_bytes())
            files.pipe_file("pages/site/_figures/", b"")
            yield "s3://pages"
        finally:
            server.kill()
            environment.undo()


def _statements(source: str | Path) -> list[str]:
    # A commit is said only of what git holds.
    return [str(quad) for quad in assemble([source]).quads if "pav/version" not in str(quad.predicate)]


def _wait(port: int) -> None:
    deadline = time.monotonic() + 30
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)
        else:
            return


def test_a_bucket_gives_what_the_folder_gives(bucket: str) -> None:
    found = list(list_files(f"{bucket}/site", PAGE_SUFFIXES))
    assert [file.relative for file in found] == [
        f"_figures/{page.name}" for page in sorted(SEEDS.glob("*.md"))
    ]
    assert all(file.tag and file.mtime_ns and file.size for file in found)
    assert _statements(f"{bucket}/site/_figures") == _statements(SEEDS)


def test_what_a_bucket_does_not_have_is_an_error(bucket: str) -> None:
    with pytest.raises(SourceError, match="no such file or folder"):
        find_sources([f"{bucket}/gone.md"])
    with pytest.raises(SourceError, match="s3://nowhere/x"):
        find_sources(["s3://nowhere/x"])


def test_a_bucket_that_is_not_allowed_or_not_there_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "other")
    code = (
        "from rdfkit.sources.discovery import sources_of; from rdfkit.errors import SourceError\n"
        "try: list(sources_of('s3://pages/site'))\n"
        "except SourceError as error: assert error.path == 's3://pages/site' and 'cannot be read' in str(error)\n"
        "else: raise SystemExit('no error')"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=120)


def test_a_page_of_a_bucket_is_read(bucket: str) -> None:
    (source,) = find_sources([f"{bucket}/site/_figures/WP364.md"])
    page = read_page(source)
    assert page is not None and page.id == "WP364"
    import fsspec

    fsspec.filesystem("s3").pipe_file("pages/empty.md", b"")
    with pytest.raises(PageError, match="no front matter"):
        read_page(find_sources([f"{bucket}/empty.md"])[0])


def test_shards_lie_in_a_bucket(bucket: str, tmp_path: Path) -> None:
    source = f"{bucket}/site/_figures"
    manifest = convert_to([source], f"{bucket}/shards", shard_pages=2)
    convert_to([source], tmp_path / "shards", shard_pages=2)
    assert read_manifest(f"{bucket}/shards") == manifest == read_manifest(str(tmp_path / "shards"))
    # What is there already is taken from there.
    assert (
        convert_to([source], f"{bucket}/shards", shard_pages=2, run=lambda _, jobs: iter(list(jobs)[:0]))
        == manifest
    )
    loaded, built = load(f"{bucket}/shards", tmp_path / "loaded"), rdfkit.build([source], tmp_path / "built")
    assert (loaded.quads, loaded.pages, loaded.report) == (built.quads, built.pages, built.report)
