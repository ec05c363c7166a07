"""The store on disk: switched in atomically, whole after every death of a build, and quiet on the network."""

from __future__ import annotations

import json
import os
import random
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path
from types import FrameType
from typing import Any, TypeAlias

import pyoxigraph as ox
import pytest

import rdfkit
import rdfkit.store
from rdfkit.errors import QueryError, StoreBusyError, StoreError
from rdfkit.sparql.results import Graph, Rows, Truth
from rdfkit.store import Store, open_store
from rdfkit.store.builds import changing
from tests.support.paths import CASES
from tests.support.stores import new_build

CASE_FILES = CASES / "store"
SERVICE = json.loads((CASE_FILES / "service.json").read_text(encoding="utf-8"))
SYNTAX = json.loads((CASE_FILES / "syntax.json").read_text(encoding="utf-8"))
PACKAGE = Path(rdfkit.__file__).resolve().parent.parent

TraceFunction: TypeAlias = Callable[[FrameType, str, Any], Any]

THING = ox.NamedNode("http://ex/thing")
SAYS = ox.NamedNode("http://ex/says")
ONE = ox.NamedNode("http://ex/graph/1")
TWO = ox.NamedNode("http://ex/graph/2")


def quad(text: str, graph: ox.NamedNode = ONE) -> ox.Quad:
    return ox.Quad(THING, SAYS, ox.Literal(text), graph)


def build(path: Path, *texts: str) -> None:
    with new_build(path) as stage:
        stage.load(quad(text) for text in texts)
        stage.commit({"texts": list(texts)})


def said(path: Path) -> list[str]:
    with open_store(path) as store:
        return saying(store)


def saying(store: Store) -> list[str]:
    answer = store.query("SELECT ?text { ?s <http://ex/says> ?text } ORDER BY ?text")
    assert isinstance(answer, Rows)
    return [str(row["text"]) for row in answer]


def builds(path: Path) -> list[str]:
    return sorted(folder.name for folder in (path / "builds").iterdir())


def many_quads(number: int) -> Iterator[ox.Quad]:
    # Texts that do not compress, so that the size on disk is known.
    numbers = random.Random(number)
    return (quad(f"{numbers.getrandbits(512):x}") for _ in range(number))


@contextmanager
def child(script: str, *arguments: object) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, str(CASE_FILES / script), *map(str, arguments)]
    environment = {**os.environ, "PYTHONPATH": str(PACKAGE)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        try:
            yield process
        finally:
            process.kill()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "store"


# Building and reading


def test_a_build_gives_a_store_that_answers(path: Path):
    build(path, "hello", "good bye")
    with open_store(path) as store:
        assert len(store) == 2
        assert set(store.quads()) == {quad("hello"), quad("good bye")}
        assert saying(store) == ["good bye", "hello"]


def test_the_next_build_takes_its_place(path: Path):
    build(path, "old")
    build(path, "new")
    assert said(path) == ["new"]
    assert len(builds(path)) == 1


def test_metadata_come_back_with_what_the_store_knows(path: Path):
    with new_build(path) as stage:
        stage.load([quad("a"), quad("b"), quad("b")])
        stage.commit({"pages": {"figure": 2}, "title": "α"})
    with open_store(path) as store:
        assert store.metadata["pages"] == {"figure": 2}
        assert store.metadata["title"] == "α"
        assert store.metadata["quads"] == 2
        assert store.metadata["oxigraph"] == ox.__version__
        assert store.path == path


def test_an_empty_build_is_a_store(path: Path):
    build(path)
    with open_store(path) as store:
        assert len(store) == 0
        assert list(store.graphs()) == []


def test_the_default_folder_is_rdfkit_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    with new_build() as stage:
        stage.load([quad("here")])
        stage.commit({})
    with open_store() as store:
        assert saying(store) == ["here"]
    assert [entry.name for entry in tmp_path.iterdir()] == ["rdfkit-store"]


def test_reading_changes_no_file(path: Path):
    build(path, "hello")
    before = {file: file.stat().st_mtime_ns for file in path.rglob("*")}
    assert said(path) == ["hello"]
    assert {file: file.stat().st_mtime_ns for file in path.rglob("*")} == before


def test_graphs_and_their_quads():
    store = Store.from_quads([quad("1", ONE), quad("2", TWO)])
    assert set(store.graphs()) == {ONE, TWO}
    assert list(store.quads(TWO)) == [quad("2", TWO)]
    assert len(list(store.quads())) == len(store) == 2


def test_a_closed_store_says_so(path: Path):
    build(path, "hello")
    store = open_store(path)
    store.close()
    store.close()
    with pytest.raises(StoreError, match="closed"):
        store.query("ASK {}")


# Builds that fail


def test_leaving_without_commit_changes_nothing(path: Path):
    build(path, "old")
    with new_build(path) as stage:
        stage.load([quad("new")])
    assert said(path) == ["old"]
    assert len(builds(path)) == 1


def test_an_error_within_a_build_changes_nothing_and_comes_through(path: Path):
    build(path, "old")
    with pytest.raises(ZeroDivisionError), changing(path) as (stage, _):
        stage.load(quad(str(1 // number)) for number in (1, 0))
    assert said(path) == ["old"]
    assert len(builds(path)) == 1


def test_an_error_of_what_is_loaded_is_not_the_stores(path: Path, tmp_path: Path):
    build(path, "old")
    with pytest.raises(FileNotFoundError), changing(path) as (stage, _):
        stage.load(quad(line) for name in ["absent"] for line in (tmp_path / name).open())


def test_a_first_build_that_fails_leaves_no_store(path: Path):
    with new_build(path):
        pass
    with pytest.raises(StoreError, match="no store here: run `rdfkit build"):
        open_store(path)
    assert builds(path) == []


def test_a_committed_build_takes_no_more(path: Path):
    with new_build(path) as stage:
        stage.commit({})
        with pytest.raises(StoreError, match="finished"):
            stage.load([quad("late")])
    assert said(path) == []


@pytest.mark.parametrize(
    "turns", [pytest.param(12, marks=pytest.mark.scale), pytest.param(40, marks=pytest.mark.thorough)]
)
def test_a_build_killed_at_any_moment_leaves_the_store_as_before_or_as_after(path: Path, turns: int):
    number, done, moments = 400, 0, random.Random()
    for _ in range(turns):
        with child("keep_building.py", path, done + 1, number) as process:
            assert process.stdout is not None
            lines = [process.stdout.readline()]
            with suppress(subprocess.TimeoutExpired):
                process.wait(moments.uniform(0, 0.1))
            assert process.poll() is None  # it dies by our hand, not by its own
            process.kill()
            lines += process.stdout.readlines()
        told = int(lines[-1])
        with open_store(path) as store:
            done = store.metadata["generation"]
            assert done in (told, told + 1)
            values = [each.object.value for each in store.quads() if isinstance(each.object, ox.Literal)]
            assert values == [str(done)] * number
    build(path, "at last")
    assert said(path) == ["at last"]
    assert len(builds(path)) == 1


@pytest.mark.scale
@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_build_killed_line_by_line_leaves_the_store_as_before_or_as_after(path: Path):
    first = random.randint(1, 8)
    with child("die_line_by_line.py", path, first, 8) as process:
        found = json.loads(process.communicate()[0])
    before, switched = 0, 0
    for generation, described, values in found:
        assert described in (before, generation)
        assert [int(value) for value in values] == [described] * 20
        before, switched = described, switched + (described == generation)
    assert 1 < switched < len(found) - 10  # builds died on both sides of the switch
    assert len(builds(path)) == 1


def test_what_a_killed_build_left_is_removed_by_the_next(path: Path):
    build(path, "old")
    with child("hold.py", path) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "holding\n"
        assert len(builds(path)) == 2
    assert said(path) == ["old"]
    build(path, "new")
    assert said(path) == ["new"]
    assert len(builds(path)) == 1


def test_a_kill_before_the_first_file_is_written_leaves_a_folder_that_can_be_built(path: Path):
    path.mkdir()
    (path / "rdfkit-store.json").touch()
    build(path, "hello")
    assert said(path) == ["hello"]


# Two builds at once


def test_a_second_build_says_who_holds_the_store(path: Path):
    build(path, "old")
    with child("hold.py", path) as process:
        assert process.stdout is not None
        process.stdout.readline()
        with pytest.raises(StoreBusyError) as caught, new_build(path):
            pass
        assert f"process {process.pid} on {socket.gethostname()} since 2" in caught.value.message
        assert caught.value.path == str(path)
        assert said(path) == ["old"]
    build(path, "new")  # the lock ended with its holder
    assert said(path) == ["new"]


def test_two_builds_in_one_process_exclude_each_other(path: Path):
    with new_build(path) as stage:
        with pytest.raises(StoreBusyError, match=f"process {os.getpid()}"), new_build(path):
            pass
        stage.load([quad("first")])
        stage.commit({})
    assert said(path) == ["first"]


def test_who_holds_the_store_may_be_unknown(path: Path):
    with new_build(path):
        (path / "holder.json").unlink()
        with pytest.raises(StoreBusyError, match="another build is running"), new_build(path):
            pass


# Readers while builds happen


def test_an_open_store_keeps_answering_after_two_more_builds(path: Path):
    build(path, "first")
    with open_store(path) as old:
        build(path, "second")
        build(path, "third")
        assert said(path) == ["third"]
        assert saying(old) == ["first"]
        assert len(builds(path)) == 2
    build(path, "fourth")
    assert len(builds(path)) == 1


def test_a_store_may_be_opened_while_a_build_takes_its_place(path: Path):
    """Builds once at every line that opening runs through; what was opened is whole and stays."""
    watched = (open_store.__code__, rdfkit.store.locks.lock_for_reading.__code__)
    build(path, "0")
    for moment in count(1):
        lines = count(1)

        def trace(frame: FrameType, event: str, _: object) -> TraceFunction | None:
            if frame.f_code not in watched:
                return None
            if event == "line" and next(lines) == moment:  # noqa: B023 - runs at once
                build(path, f"at line {moment}")  # noqa: B023
            return trace

        previous = sys.gettrace()
        sys.settrace(trace)
        try:
            opened = open_store(path)
        finally:
            sys.settrace(previous)
        with opened:
            build(path, str(moment))
            assert saying(opened) in ([str(moment - 1)], [f"at line {moment}"])
            assert opened.metadata["name"] in builds(path)
        if next(lines) <= moment:
            break
    assert moment > 10


def test_readers_always_find_one_whole_build(path: Path):
    texts = [[f"{number}-{index}" for index in range(50)] for number in range(15)]
    build(path, *texts[0])
    found: list[list[str]] = []
    over = threading.Event()

    def read() -> None:
        while not over.is_set():
            found.append(said(path))

    readers = [threading.Thread(target=read) for _ in range(3)]
    for reader in readers:
        reader.start()
    try:
        for each in texts[1:]:
            build(path, *each)
    finally:
        over.set()
        for reader in readers:
            reader.join()
    assert found
    assert [each for each in found if each not in [sorted(text) for text in texts]] == []
    assert said(path) == sorted(texts[-1])


# Places where no store is or can be


def test_no_store_says_how_to_make_one(path: Path):
    with pytest.raises(
        StoreError, match=r"no store here: run `rdfkit build SOURCES --store .*/store` first"
    ) as caught:
        open_store(path)
    assert caught.value.path == str(path)
    assert caught.value.exit_code == 4
    assert not path.exists()


def test_a_folder_with_other_files_is_refused_and_not_touched(path: Path):
    (path / "builds" / "mine").mkdir(parents=True)
    (path / "thesis.txt").write_text("years of work")
    with pytest.raises(StoreError, match="not an rdfkit store"), new_build(path):
        pass
    assert sorted(entry.name for entry in path.iterdir()) == ["builds", "thesis.txt"]
    with pytest.raises(StoreError, match="no store here"):
        open_store(path)


def test_other_files_put_into_a_store_stay(path: Path):
    build(path, "old")
    (path / "builds" / "notes.txt").write_text("mine")
    build(path, "new")
    assert (path / "builds" / "notes.txt").read_text() == "mine"


def test_a_file_where_the_folder_belongs_is_refused(path: Path):
    path.write_text("a file")
    with pytest.raises(StoreError, match="this is a file"), new_build(path):
        pass
    with pytest.raises(StoreError, match="cannot be read: Not a directory"):
        open_store(path)
    assert path.read_text() == "a file"


def test_a_place_that_cannot_be_written_is_an_error(tmp_path: Path):
    (tmp_path / "file").touch()
    with (
        pytest.raises(StoreError, match="cannot be written: Not a directory"),
        new_build(tmp_path / "file" / "store"),
    ):
        pass


def test_a_store_of_another_layout_is_refused(path: Path):
    build(path, "old")
    (path / "rdfkit-store.json").write_text('{"layout": 99}')
    with pytest.raises(StoreError, match="another version"):
        open_store(path)
    with pytest.raises(StoreError, match="another version"), new_build(path):
        pass


@pytest.mark.parametrize("name", ["graph/CURRENT", "build.json", "readers"])
def test_a_build_with_a_missing_file_is_damaged(path: Path, name: str):
    build(path, "old")
    (path / "builds" / builds(path)[0] / name).unlink()
    with pytest.raises(StoreError, match=r"damaged|cannot be read"):
        open_store(path)
    build(path, "new")
    assert said(path) == ["new"]


@pytest.mark.parametrize(
    "text", ['{"quads": ', "[]", "{}", '{"name": "another", "built": "2026-11-20T00:00:00"}']
)
def test_a_build_whose_description_is_not_its_own_is_damaged(path: Path, text: str):
    build(path, "old")
    (path / "builds" / builds(path)[0] / "build.json").write_text(text)
    with pytest.raises(StoreError, match="damaged"):
        open_store(path)


def test_damage_found_while_reading_is_an_error(path: Path):
    with new_build(path) as stage:
        stage.load(many_quads(20_000))
        stage.commit({})
    for file in path.glob("builds/*/graph/*.sst"):
        size = file.stat().st_size
        if size > 100_000:  # in small files it would be found on opening
            with file.open("r+b") as stream:
                stream.seek(size // 3)
                stream.write(bytes(5000))
    with open_store(path) as store:
        with pytest.raises(StoreError, match="cannot be read: Corruption"):
            list(store.quads())
        answer = store.query("SELECT * { ?s ?p ?o }")
        with pytest.raises(QueryError, match="the query failed: Corruption"):
            list(answer)


# Full disks


@contextmanager
def small_disk(folder: Path, kilobytes: int) -> Iterator[Path]:
    folder.mkdir(exist_ok=True)
    if shutil.which("mount") is None:
        pytest.skip("there is no mount command here")
    options = ["-t", "tmpfs", "-o", f"size={kilobytes}k", "tmpfs", str(folder)]
    mounted = subprocess.run(["mount", *options], capture_output=True, text=True)
    if mounted.returncode:
        pytest.skip(f"small file systems cannot be mounted here: {mounted.stderr.strip()}")
    try:
        yield folder
    finally:
        # Lazily, because a failed test may still hold a file there.
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


@pytest.mark.parametrize("kilobytes", [2_000, 5_000, 12_000])
def test_a_full_disk_is_one_clear_error_and_nothing_half_written(tmp_path: Path, kilobytes: int):
    with small_disk(tmp_path / "disk", kilobytes) as disk:
        path = disk / "store"
        build(path, "old")
        before = shutil.disk_usage(disk).used
        with (
            pytest.raises(StoreError, match="the disk is full; nothing was switched") as caught,
            new_build(path) as stage,
        ):
            stage.load(many_quads(8 * kilobytes))
        assert caught.value.path == str(path)
        assert said(path) == ["old"]
        assert len(builds(path)) == 1
        assert shutil.disk_usage(disk).used <= before
        build(path, "new")
        assert said(path) == ["new"]


def test_wherever_the_disk_becomes_full_the_store_is_whole(tmp_path: Path):
    outcomes = set()
    with small_disk(tmp_path / "disk", 4_000) as disk:
        path = disk / "store"
        build(path, "old")
        ballast = disk / "ballast"
        for kilobytes in range(100, 1_500, 60):
            free = shutil.disk_usage(disk).free
            ballast.write_bytes(bytes(max(0, free - kilobytes * 1024)))
            try:
                build(path, *(f"{kilobytes}-{index}" for index in range(200)))
                expected = f"{kilobytes}-0"
            except StoreError as error:
                assert "the disk is full" in error.message
                expected = "old"
            outcomes.add(expected == "old")
            ballast.unlink()
            assert expected in said(path)
            assert len(builds(path)) == 1
            build(path, "old")
    assert outcomes == {True, False}


# Queries


def test_the_kinds_of_answers():
    store = Store.from_quads([quad("hello")])
    assert isinstance(store.query("SELECT * { ?s ?p ?o }"), Rows)
    assert isinstance(store.query("ASK { ?s ?p ?o }"), Truth)
    assert isinstance(store.query("CONSTRUCT WHERE { ?s ?p ?o }"), Graph)
    assert isinstance(store.query("DESCRIBE <http://ex/thing>"), Graph)


def test_the_default_graph_is_the_merge_of_all(path: Path):
    quads = [quad("1", ONE), quad("1", TWO), quad("2", TWO)]
    with new_build(path) as stage:
        stage.change(lambda graph: graph.extend(quads))
        stage.commit({})
    with open_store(path) as on_disk:
        for store in (on_disk, Store.from_quads(quads)):
            assert saying(store) == ["1", "2"]
            (row,) = store.query("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }")
            assert row["n"] == 2
            assert len(store) == len(list(store.quads())) == 3
        assert on_disk.metadata["quads"] == 3


@pytest.mark.parametrize(
    ("clause", "expected"),
    [
        ("FROM <http://ex/graph/1>", ["1"]),
        ("FROM <http://ex/graph/1> FROM <http://ex/graph/2>", ["1", "2"]),
        ("FROM <http://127.0.0.1:9/absent>", []),
        ("FROM NAMED <http://ex/graph/1>", []),
    ],
)
def test_from_chooses_the_default_graph(clause: str, expected: list[str]):
    store = Store.from_quads([quad("1", ONE), quad("2", TWO)])
    answer = store.query(f"SELECT ?text {clause} WHERE {{ ?s <http://ex/says> ?text }} ORDER BY ?text")
    assert isinstance(answer, Rows)
    assert [row["text"] for row in answer] == expected


def test_prefixes_of_the_model_and_own_ones_need_no_declaration():
    pathway = ox.NamedNode("http://vocabularies.wikipathways.org/wp#Pathway")
    store = Store.from_quads([ox.Quad(THING, SAYS, pathway)])
    assert store.query("ASK { ?s ex:says wp:Pathway }", prefixes={"ex": "http://ex/"})
    assert store.query("PREFIX wp: <http://ex/> ASK { wp:thing ?p ?o }")


@pytest.mark.parametrize("case", SYNTAX, ids=lambda case: case["query"])
def test_what_is_not_sparql_is_named_by_line_and_column(case: dict[str, object]):
    with pytest.raises(QueryError) as caught:
        Store.from_quads([]).query(str(case["query"]), strict=True)
    assert (caught.value.line, caught.value.column) == (case["line"], case["column"])
    assert str(case["says"]) in caught.value.message


def test_a_prefix_that_is_no_iri_is_an_error():
    with pytest.raises(QueryError, match="not an iri"):
        Store.from_quads([]).query("ASK {}", prefixes={"ex": "not an iri"})


@contextmanager
def listening() -> Iterator[tuple[str, list[object]]]:
    """A server on this machine that hangs up on everyone: its address, and who has called."""
    callers: list[object] = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def listen() -> None:
            with suppress(OSError):  # the server was closed
                while True:
                    connection, caller = server.accept()
                    callers.append(caller)
                    connection.close()

        thread = threading.Thread(target=listen)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.getsockname()[1]}/", callers
        finally:
            server.shutdown(socket.SHUT_RDWR)
            thread.join()


def test_service_is_refused_before_anything_is_sent():
    store = Store.from_quads([quad("hello")])
    with listening() as (url, callers):
        for query in SERVICE["refused"].values():
            with pytest.raises(QueryError, match="SERVICE is refused"):
                store.query(query.replace("URL", url))
        for query in SERVICE["allowed"].values():
            store.query(query.replace("URL", url))
    assert callers == []


def test_the_listener_of_these_tests_hears_oxigraph():
    with listening() as (url, callers), pytest.raises(OSError):
        ox.Store().query(f"ASK {{ SERVICE <{url}> {{}} }}")
    assert len(callers) == 1


def test_from_fetches_nothing():
    store = Store.from_quads([quad("hello")])
    with listening() as (url, callers):
        assert not store.query(f"ASK FROM <{url}> FROM NAMED <{url}> {{ ?s ?p ?o }}")
    assert callers == []


def test_a_copy_for_rdflib_has_every_graph_and_text():
    texts = [ox.Literal("01", datatype=ox.NamedNode("http://www.w3.org/2001/XMLSchema#integer")),
             ox.Literal("α", language="el"), ox.Literal('"\\\n\t'), ox.BlankNode("b1")]  # fmt: skip
    quads = [ox.Quad(THING, SAYS, text, ONE) for text in texts]
    store = Store.from_quads(quads)
    dataset = store.to_rdflib()
    back = ox.parse(dataset.serialize(format="nquads").encode(), ox.RdfFormat.N_QUADS)
    assert sorted(map(str, back)) == sorted(map(str, store.quads()))
    assert len(list(dataset.triples((None, None, None)))) == 4
