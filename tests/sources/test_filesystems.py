"""Places: archives, commits, HTTP and what fsspec has, all of them real, give what a folder on disk gives."""

from __future__ import annotations

import functools
import http.server
import os
import shutil
import subprocess
import sys
import tarfile
import threading
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import fsspec
import pytest

import rdfkit
from rdfkit.errors import ArchiveError, PageError, RdfkitError, SourceError
from rdfkit.mapping.recognition import read_page
from rdfkit.sources.discovery import PAGE_SUFFIXES
from rdfkit.sources.filesystems import commit_of, file_sha256, kind_of, list_files, open_bytes
from rdfkit.sources.front_matter import MAX_FILE_BYTES
from rdfkit.sources.locations import FILE, FOLDER, folder_of, is_remote, join, name_of, normal
from tests.support.graphs import assemble, find_sources
from tests.support.paths import SEEDS

FIGURE = "PMC7378365__fimmu-11-01424-g0002"
GENES = "organism_id\torganism_name\tword\tmatch\tncbigene_symbol\tncbigene_id\tsource\n"
ROW = "10090\tMus musculus\tstat-3\tSTAT3\tStat3\t20848\tncbigene_synonym\n"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site of the seeds, with a companion table, and with files that no place may give."""
    site = tmp_path_factory.mktemp("places") / "site"
    for folder in ("_figures", "_data", ".hidden", "_figures/node_modules"):
        (site / folder).mkdir(parents=True)
    for page in SEEDS.glob("*.md"):
        shutil.copy(page, site / "_figures")
    (site / "_data" / f"{FIGURE}-genes.tsv").write_text(GENES + ROW)
    for name in (".hidden/a.md", "_figures/.b.md", "_figures/node_modules/c.md", "d.html"):
        (site / name).write_text("---\ntitle: not for us\n---\n")
    (site / "README.md").write_text("no front matter\n")
    return site


def _zip(site: Path) -> str:
    path = site.parent / "site.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in _files(site):
            archive.write(file, file.relative_to(site))
    return str(path)


def _tar(site: Path) -> str:
    with tarfile.open(site.parent / "site.tar", "w") as archive:
        for file in _files(site):
            archive.add(file, str(file.relative_to(site)))
    return str(site.parent / "site.tar")


def _tar_gz(site: Path) -> str:
    with tarfile.open(site.parent / "site.tar.gz", "w:gz") as archive:
        for file in reversed(_files(site)):
            archive.add(file, str(file.relative_to(site)))
    return str(site.parent / "site.tar.gz")


def _git(site: Path) -> str:
    checkout = site.parent / "checkout"
    shutil.copytree(site, checkout)
    _run(checkout, "init", "--quiet", "--initial-branch=main")
    _run(checkout, "add", "--all", "--force")
    _run(checkout, "-c", "user.name=T", "-c", "user.email=t@example.org", "commit", "--quiet", "-m", "One")
    _run(checkout, "tag", "v1")
    # What the checkout holds now is not what the commit holds.
    shutil.rmtree(checkout / "_figures")
    return f"git://{checkout}:v1@"


def _memory(site: Path) -> str:
    memory = fsspec.filesystem("memory")
    for file in _files(site):
        memory.pipe_file(f"/site/{file.relative_to(site)}", file.read_bytes())
    return "memory://site"


def _zip_in_memory(site: Path) -> str:
    fsspec.filesystem("memory").pipe_file("/kept/site.zip", Path(_zip(site)).read_bytes())
    return "memory://kept/site.zip"


def _tar_in_zip(site: Path) -> str:
    with zipfile.ZipFile(site.parent / "outer.zip", "w") as archive:
        archive.write(_tar(site), "inner/site.tar")
    return f"tar://::zip://inner/site.tar::{site.parent / 'outer.zip'}"


def _run(folder: Path, *arguments: str) -> str:
    return subprocess.run(["git", *arguments], cwd=folder, check=True, capture_output=True, text=True).stdout


def _files(site: Path) -> list[Path]:
    return sorted(path for path in site.rglob("*") if path.is_file())


MAKERS: list[Callable[[Path], str]] = [_zip, _tar, _tar_gz, _git, _memory, _zip_in_memory, _tar_in_zip]


@pytest.fixture(scope="module", params=MAKERS, ids=lambda make: make.__name__.strip("_"))
def place(request: pytest.FixtureRequest, site: Path) -> str:
    """The site in a place that is no folder on disk."""
    return str(request.param(site))


@pytest.fixture(scope="module")
def web(site: Path) -> Iterator[str]:
    """The address of an HTTP server that shows the folder above the site."""
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=str(site.parent))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture(scope="module")
def of_folder(site: Path) -> list[str]:
    """The statements of the site where it lies in a folder."""
    return _statements(site)


def _statements(source: str | Path) -> list[str]:
    # A commit is said only of what git holds.
    quads = assemble([source]).quads
    return [str(quad) for quad in quads if "pav/version" not in str(quad.predicate)]


def test_a_place_lists_what_a_folder_lists(place: str, site: Path) -> None:
    expected = {file.relative: file for file in list_files(str(site), PAGE_SUFFIXES)}
    found = list(list_files(place, PAGE_SUFFIXES))
    assert [file.relative for file in found] == list(expected)
    assert "README.md" in expected and len(expected) == 6
    for file in found:
        assert file.size == expected[file.relative].size
        assert file.mtime_ns is not None or file.tag is not None
        assert is_remote(file.path)
        assert name_of(file.path) == file.relative.rpartition("/")[2]
        with open_bytes(file.path) as stream:
            assert stream.read() == (site / file.relative).read_bytes()
        assert file_sha256(file.path) == file_sha256(str(site / file.relative))
        assert (kind_of(file.path), kind_of(folder_of(file.path))) == (FILE, FOLDER)
        assert kind_of(join(folder_of(file.path), "gone.md")) is None


def test_a_build_of_a_place_is_that_of_the_folder(place: str, of_folder: list[str], tmp_path: Path) -> None:
    assert _statements(place) == of_folder
    done = rdfkit.build([place], tmp_path / "store")
    assert done.reconciliation.balanced
    assert (done.reconciliation.rows["genes"].used, done.exit_code) == (1, 0)


def test_a_page_in_a_place_has_its_tables(place: str, site: Path) -> None:
    page = next(file.path for file in list_files(place, PAGE_SUFFIXES) if FIGURE in file.path)
    assert _statements(page) == _statements(site / "_figures" / f"{FIGURE}.md")
    assert find_sources([page])[0].named


@pytest.mark.parametrize("make", [_zip, _memory], ids=["zip", "memory"])
def test_a_pattern_names_what_it_matches(make: Callable[[Path], str], site: Path) -> None:
    place = make(site)
    pattern = f"zip://_figures/*8*::{place}" if place.endswith(".zip") else f"{place}/_figures/*8*"
    found = [source.relative for source in find_sources([pattern])]
    assert found == sorted(path.name for path in (site / "_figures").glob("[!.]*8*.md"))
    assert found


def test_a_folder_in_an_archive_is_a_place(site: Path) -> None:
    whole = [file.relative for file in list_files(str(site / "_figures"), PAGE_SUFFIXES)]
    assert [file.relative for file in list_files(f"zip://_figures::{_zip(site)}", PAGE_SUFFIXES)] == whole
    assert [file.relative for file in list_files(f"tar://_figures::{_tar_gz(site)}", PAGE_SUFFIXES)] == whole


def test_tables_can_lie_in_another_place(site: Path, tmp_path: Path) -> None:
    page = site / "_figures" / f"{FIGURE}.md"
    shutil.copy(page, tmp_path)
    memory = fsspec.filesystem("memory")
    memory.pipe_file(f"/tables/deep/{FIGURE}-genes.tsv", (GENES + ROW * 3).encode())
    done = rdfkit.build([tmp_path / page.name], tmp_path / "store", tables=["memory://tables"])
    assert done.reconciliation.rows["genes"].used == 3
    with pytest.raises(SourceError, match="no folder of tables"):
        rdfkit.build([tmp_path / page.name], tmp_path / "store", tables=["memory://nowhere"])


def test_a_commit_is_named_in_what_it_gives(tmp_path: Path, site: Path) -> None:
    (tmp_path / "site").mkdir()
    place = _git(shutil.copytree(site, tmp_path / "site" / "site"))
    commit = _run(tmp_path / "site" / "checkout", "rev-parse", "HEAD").strip()
    found = next(list_files(place, PAGE_SUFFIXES))
    assert commit_of(found.path) == commit
    assert commit in found.path
    quads = assemble([f"{place}_figures"]).quads
    assert {quad.object.value for quad in quads if "pav/version" in str(quad.predicate)} >= {commit}
    # A branch that moves on while its files are read gives those that were listed.
    assert [file.relative for file in list_files(place.replace(":v1@", ":main@"), PAGE_SUFFIXES)]


@pytest.mark.parametrize("ref", ["gone", "--help", "HEAD^{tree}x", ""])
def test_a_ref_that_is_none_is_an_error(ref: str, tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="cannot be read"):
        find_sources([f"git://{tmp_path}:{ref}@"])


def test_pages_come_by_http(web: str, site: Path, of_folder: list[str]) -> None:
    page = f"{web}/site/_figures/{FIGURE}.md"
    (source,) = find_sources([page])
    assert (source.named, source.shown, source.relative) == (True, page, f"{FIGURE}.md")
    folder = [file.relative for file in list_files(f"{web}/site/_figures/", PAGE_SUFFIXES)]
    assert folder == [file.relative for file in list_files(str(site / "_figures"), PAGE_SUFFIXES)]
    assert _statements(f"{web}/site/") == of_folder
    _zip(site)
    assert _statements(f"{web}/site.zip") == of_folder


def test_what_http_does_not_have_is_an_error_with_its_address(web: str, tmp_path: Path) -> None:
    with pytest.raises(PageError, match=r"127\.0\.0\.1.*cannot be read: No such file"):
        read_page(find_sources([f"{web}/site/gone.md"])[0])
    with pytest.raises(SourceError, match=r"127\.0\.0\.1.*cannot be read: No such file"):
        find_sources([f"{web}/gone/"])
    with pytest.raises(PageError, match=r"127\.0\.0\.1:1/x.md: cannot be read"):
        read_page(find_sources(["http://127.0.0.1:1/x.md"])[0])


class _Endless(http.server.BaseHTTPRequestHandler):
    """A page that never ends, with the number of bytes that were sent."""

    sent = 0

    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"---\n")
        try:
            while True:
                _Endless.sent += self.wfile.write(b"# comment\n" * 6400)
        except OSError:
            return

    def log_message(self, *_: object) -> None:
        """Says nothing."""


def test_no_more_is_read_than_a_page_may_have() -> None:
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Endless) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        (source,) = find_sources([f"http://127.0.0.1:{server.server_port}/page.md"])
        with pytest.raises(PageError, match="too large for a page"):
            read_page(source)
        server.shutdown()
    # What is on its way in sockets and buffers, some megabytes, comes on top.
    assert MAX_FILE_BYTES < _Endless.sent < 3 * MAX_FILE_BYTES


@pytest.mark.parametrize(
    ("place", "says"),
    [
        ("nosuch://bucket/site", "nosuch"),
        ("memory://nowhere", "no such file or folder"),
        ("zip://::gone.zip", "cannot be read: No such file"),
        ("git://gone:main@", "cannot be read"),
    ],
)
def test_a_place_that_is_not_there_is_an_error(place: str, says: str) -> None:
    with pytest.raises(SourceError, match=says) as caught:
        find_sources([place])
    assert caught.value.path == place
    assert caught.value.exit_code == 3


def test_an_archive_is_not_trusted(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "site.zip", "w") as archive:
        archive.writestr("../out.md", "---\n---\n")
    with pytest.raises(ArchiveError, match="leads out of its folder"):
        find_sources([tmp_path / "site.zip"])
    (tmp_path / "other.tar.gz").write_bytes(b"no tar")
    with pytest.raises(RdfkitError, match="no archive that can be read"):
        find_sources([tmp_path / "other.tar.gz"])


def test_an_archive_that_changes_is_read_anew(tmp_path: Path) -> None:
    for number in (1, 2):
        with zipfile.ZipFile(tmp_path / "site.zip", "w") as archive:
            for name in range(number):
                archive.writestr(f"{name}.md", "---\ntitle: x\n---\n" * number)
        assert [file.relative for file in list_files(str(tmp_path / "site.zip"), PAGE_SUFFIXES)] == [
            f"{name}.md" for name in range(number)
        ]


def test_a_fork_reads_the_archive_by_itself(site: Path) -> None:
    place = _tar(site)
    files = list(list_files(place, PAGE_SUFFIXES))
    before = [file_sha256(file.path) for file in files]
    child = os.fork()
    if child == 0:
        same = [file_sha256(file.path) for file in files] == before
        os._exit(0 if same else 1)
    assert [file_sha256(file.path) for file in files] == before
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def test_threads_read_one_archive(site: Path) -> None:
    files = list(list_files(_tar_gz(site), PAGE_SUFFIXES)) * 20
    expected = [file_sha256(str(site / file.relative)) for file in files]
    found: list[list[str | None]] = []

    def read() -> None:
        found.append([file_sha256(file.path) for file in files])

    threads = [threading.Thread(target=read) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [expected] * 4


def test_local_paths_stay_as_they_are(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(site)
    assert [file.path for file in list_files(".", PAGE_SUFFIXES)][:1] == ["README.md"]
    assert [normal(place) for place in ("./a/", Path("a") / "b", "s3://b//x", "file:///a%20b")] == [
        "a", "a/b", "s3://b//x", "/a b"
    ]  # fmt: skip
    assert not is_remote("a::b.md") and not is_remote("a/http://b") and is_remote("simplecache::s3://b/x")


def test_local_paths_do_not_import_fsspec(site: Path, tmp_path: Path) -> None:
    code = (
        "import sys, rdfkit; n = sum(rdfkit.build([sys.argv[1]], sys.argv[2]).pages.values());"
        "assert n == 5 and 'fsspec' not in sys.modules, sorted(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code, str(site), str(tmp_path)], check=True)
