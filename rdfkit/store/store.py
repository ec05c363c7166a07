"""The embedded Oxigraph store on disk: built aside, switched in atomically, opened read-only.

    STORE/rdfkit-store.json      says that this folder is a store, and the number of this layout
    STORE/current                the name of the build that readers open
    STORE/builds/NAME/graph/     Oxigraph's files, never changed once the build is current: each page's named graph,
                                 and in the default graph every triple once
    STORE/builds/NAME/build.json what was built: versions, time, counts, and what the builder adds
    STORE/builds/NAME/readers    locked, shared, by everyone who reads this build
    STORE/lock, STORE/holder.json  locked by the build that runs; says who that is

A build writes a new folder under `builds/` and makes it current by replacing the one file `current`. So a
build that is killed at any moment leaves the store as it was or as it will be, never between. What it leaves
behind is a folder that `current` does not name; each build removes those, but for the ones still being read.
Locks are the system's and end with their process. Where a system has no `fcntl`, readers do not lock, and
the system itself refuses to remove files in use.
"""

from __future__ import annotations

import errno
import json
import os
import re
import secrets
import shutil
import socket
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import TYPE_CHECKING, Any, BinaryIO, Self, TypeVar

import filelock
import pyoxigraph as ox

from rdfkit import answers
from rdfkit.answers import Answer
from rdfkit.complexity import SAFE, Complexity, refuse
from rdfkit.datasets import Dataset, merge, read_dataset
from rdfkit.dialect import repair
from rdfkit.errors import QueryError, QueryRefusedError, RdfkitError, StoreBusyError, StoreError
from rdfkit.identifiers import expand, prefix_map
from rdfkit.sparql_tokens import calls_service, undeclared_name

if sys.platform != "win32":
    import fcntl

if TYPE_CHECKING:
    import rdflib

DEFAULT_PATH = Path("rdfkit-store")
# The name under which a store keeps the triples that were written without naming a graph.
DEFAULT_GRAPH = ox.NamedNode(expand("pfocr:default"))

_LAYOUT = 1
_MARKER = "rdfkit-store.json"
_CURRENT = "current"
_NAME = re.compile(r"[0-9]{8}T[0-9]{6}Z-[0-9a-f]{8}")
# Each further attempt to open means that one more build was switched in meanwhile.
_ATTEMPTS = 20
_SYNTAX_PLACE = re.compile(r"error at ([0-9]+):([0-9]+): ")
# Among what Oxigraph "expected" are tokens, and sentences about what is wrong. Only these help.
_SYNTAX_SENTENCE = re.compile(r"(?:expected (?:one of )?|, )((?!one of )[A-Za-z]+(?: [A-Za-z]+)+)(?=,|$)")


Result = TypeVar("Result")


class Stage:
    """A build that nobody sees before `commit`. Made by `staging`, `changing` and `building`."""

    def __init__(self, root: Path, folder: Path, base: Path | None = None) -> None:
        self._root = root
        self.folder = folder
        # The folder of the build that this one began as a copy of, just now.
        self.base = base
        self._graph: ox.Store | None = ox.Store(folder / "graph")

    def load(self, quads: Iterable[ox.Quad]) -> None:
        """Adds quads. One call with many quads is far quicker than many calls with few.

        Raises StoreError when the disk is full or cannot be written. What the iterable raises comes through.
        """
        with _loading(self._root):
            self.graph.bulk_extend(_with_default_graph(quads))

    def load_file(self, path: Path) -> None:
        """Adds the quads of an N-Quads file that has the triples of its named graphs in the default graph, too.

        Raises StoreError when the disk is full or cannot be written.
        """
        with _loading(self._root):
            self.graph.bulk_load(path=path, format=ox.RdfFormat.N_QUADS)

    def change(self, work: Callable[[ox.Store], Result]) -> Result:
        """Lets `work` change the build as the plain dataset of an Oxigraph store, whose default graph holds what was
        written without naming a graph, and nothing else; gives back what `work` gives.

        Raises StoreError when the disk is full or cannot be written. What `work` raises else comes through.
        """
        with _loading(self._root):
            _split_default_graph(self.graph)
            found = work(self.graph)
            _merge_default_graph(self.graph)
        return found

    def commit(self, metadata: Mapping[str, object]) -> None:
        """Makes this build the current one, on disk for good when this returns.

        `metadata` is JSON; `Store.metadata` gives it back with `built` (UTC), `oxigraph` and `name` added, and
        `quads` where it is not there. Raises StoreError when the disk is full or cannot be written.
        """
        with _writing(self._root):
            self.graph.flush()
            added = {"built": _now(), "oxigraph": ox.__version__, "name": self.folder.name}
            counted = {} if "quads" in metadata else {"quads": _named_quads(self.graph)}
            self._close()
            described = {**metadata, **counted, **added}
            _write(self.folder / "build.json", json.dumps(described, ensure_ascii=False, indent=1))
            _sync_tree(self.folder)
            _sync(self.folder.parent)
            _replace(self._root / _CURRENT, self.folder.name)

    @property
    def graph(self) -> ox.Store:
        """The graph that is being built, with the merged default graph that `load` keeps."""
        if self._graph is None:
            raise StoreError("this build is finished", path=str(self._root))
        return self._graph

    def _close(self) -> None:
        self._graph = None


class Store:
    """A read-only graph that answers SPARQL: `open_store` from disk, `Store.from_quads` in memory.

    `path` is the folder, None in memory; `metadata` is what was committed with the build, empty in memory.
    A context manager: leaving it closes the store.
    """

    def __init__(
        self,
        graph: ox.Store,
        path: Path | None = None,
        metadata: Mapping[str, Any] = MappingProxyType({}),
        reader: BinaryIO | None = None,
    ) -> None:
        self.path = path
        self.metadata = metadata
        self._graph: ox.Store | None = graph
        self._reader = reader

    @classmethod
    def from_quads(cls, quads: Iterable[ox.Quad]) -> Self:
        """A store in memory with these quads."""
        graph = ox.Store()
        graph.extend(_with_default_graph(quads))
        return cls(graph)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __len__(self) -> int:
        """The number of quads."""
        with _reading(self.path):
            return _named_quads(self._open_graph())

    @property
    def folder(self) -> Path | None:
        """The folder of the build that this store reads, None in memory."""
        return self.path / "builds" / self.metadata["name"] if self.path is not None else None

    def close(self) -> None:
        """Lets go of the files, so that the next build may remove them. A closed store answers nothing."""
        self._graph = None
        if self._reader is not None:
            self._reader.close()

    def query(
        self,
        text: str,
        *,
        prefixes: Mapping[str, str] | None = None,
        strict: bool = False,
        limits: Complexity = SAFE,
        dataset: Dataset | None = None,
        base_iri: str | None = None,
    ) -> Answer:
        """Answers a SPARQL 1.1 query: `Rows` for SELECT, `Truth` for ASK, `Graph` for CONSTRUCT and DESCRIBE.

        A text that is not SPARQL 1.1 is repaired if `dialect` knows its form, and the answer's `repairs` say how;
        `strict` refuses it.

        The default graph is the merge of all named graphs, unless the query says FROM, or there is a `dataset`, which
        counts for more than FROM. The prefixes of the data model and `prefixes` (prefix → IRI) need no declaration.
        Relative IRIs are resolved against `base_iri`. Nothing is fetched from the network.

        Raises QueryRefusedError for SERVICE and for more than `limits` allow, QueryError for what is not SPARQL (with
        line and column) and when it fails.
        """
        if calls_service(text):
            raise QueryRefusedError(
                "SERVICE is refused: a query of this store opens no network connection", key="service"
            )
        refuse(text, limits)
        known = {**prefix_map(), **(prefixes or {})}
        options = {"prefixes": known, "base_iri": base_iri}
        try:
            return answers.answer(self._run(text, options, dataset), self)
        except (SyntaxError, QueryError) as error:
            # Whatever comes of the repair, the user knows the text as it was.
            said = syntax_error(error, text, known) if isinstance(error, SyntaxError) else error
            repaired = repair(text, known)
            if strict or not repaired.repairs:
                raise said from error
        try:
            return answers.answer(self._run(repaired.text, options, dataset), self, repaired.repairs)
        except SyntaxError as error:
            raise said from error

    def evaluate(self, text: str, *, base_iri: str | None = None) -> Answer:
        """Answers a text that was made here from one that has been checked; repairs nothing.

        Raises QueryError for what is not SPARQL 1.1 and when it fails.
        """
        options = {"prefixes": prefix_map(), "base_iri": base_iri}
        try:
            return answers.answer(self._run(text, options, None), self)
        except SyntaxError as error:
            raise syntax_error(error, text, prefix_map()) from error

    def _run(self, text: str, options: Mapping[str, Any], dataset: Dataset | None) -> Any:  # noqa: ANN401
        """One of Oxigraph's results."""
        graph = self._open_graph()
        seen = dataset or (read_dataset(text, options["prefixes"]) if "FROM" in text.upper() else None)
        if seen is not None and len(seen.default_graphs) > 1:
            graph, options = merge(graph, seen), {**options, "default_graph": ox.DefaultGraph()}
        elif dataset is not None:
            options = {**options, **dataset.options()}
        try:
            return graph.query(text, **options)
        except (OSError, RuntimeError, ValueError) as error:
            raise QueryError(f"the query failed: {error}") from error

    def quads(
        self,
        graph: ox.NamedNode | ox.BlankNode | None = None,
        subject: ox.NamedNode | ox.BlankNode | ox.Triple | None = None,
    ) -> Iterator[ox.Quad]:
        """The quads of one named graph, or of all, in no order that can be relied on; None stands for any subject."""
        opened = self._open_graph()
        with _reading(self.path):
            for name in [graph] if graph is not None else opened.named_graphs():
                yield from opened.quads_for_pattern(subject, None, None, name)

    def triples(
        self,
        predicate: ox.NamedNode | None = None,
        subject: ox.NamedNode | None = None,
        value: ox.NamedNode | ox.Literal | None = None,
    ) -> Iterator[ox.Triple]:
        """The triples of all named graphs with this predicate, subject and value, each once, in no order to rely on.

        None stands for any.
        """
        opened = self._open_graph()
        with _reading(self.path):
            for quad in opened.quads_for_pattern(subject, predicate, value, ox.DefaultGraph()):
                yield quad.triple

    def has(
        self,
        subject: ox.NamedNode | None,
        predicate: ox.NamedNode | None,
        value: ox.NamedNode | ox.Literal | None,
        graph: ox.NamedNode | None = None,
    ) -> bool:
        """Whether there is a triple with these terms, in one graph or in any; None stands for any. One index lookup."""
        opened = self._open_graph()
        with _reading(self.path):
            found = opened.quads_for_pattern(subject, predicate, value, graph or ox.DefaultGraph())
            return next(found, None) is not None

    def has_graph(self, name: ox.NamedNode) -> bool:
        """Whether there is a named graph of this name, be it empty."""
        with _reading(self.path):
            return self._open_graph().contains_named_graph(name)

    def graphs(self) -> Iterator[ox.NamedNode | ox.BlankNode]:
        """The names of the named graphs."""
        found = self._open_graph().named_graphs()
        with _reading(self.path):
            yield from found

    def to_rdflib(self) -> rdflib.Dataset:
        """A copy of all quads as an rdflib dataset whose default graph is the union, as it is here."""
        import rdflib

        dataset = rdflib.Dataset(default_union=True)
        for name in self.graphs():
            _copy(self.quads(name), dataset.graph(answers.rdflib_term(name)))
        return dataset

    def _open_graph(self) -> ox.Store:
        if self._graph is None:
            raise StoreError("the store is closed", path=str(self.path) if self.path else None)
        return self._graph


@contextmanager
def staging(path: str | Path = DEFAULT_PATH) -> Iterator[Stage]:
    """An empty build of the store at `path`, made when there is none. Leaving without `Stage.commit` discards it.

    Removes what earlier builds left behind. The previous store stays as it is until `commit`.

    Raises StoreBusyError when another build runs, StoreError when the folder holds something else or cannot
    be written.
    """
    root = Path(path)
    with _writing(root):
        _claim(root)
    with _held(root), _staged(root, None) as stage:
        yield stage


@contextmanager
def changing(
    path: str | Path = DEFAULT_PATH, shared_files: Iterable[str] = ()
) -> Iterator[tuple[Stage, Mapping[str, Any]]]:
    """A build that begins as a copy of the current one, and the metadata of that one. Else as `staging`.

    Of `shared_files` beside the graph the copy has copies. Raises StoreError also when there is no store.
    """
    root = Path(path)
    open_store(root).close()
    with _held(root), open_store(root) as base, _staged(root, base, shared_files) as stage:
        yield stage, base.metadata


@contextmanager
def building(
    path: str | Path, is_usable: Callable[[Path], bool], shared_files: Iterable[str] = ()
) -> Iterator[Stage]:
    """A build that goes on where an earlier one stopped, or else begins as a copy of the current one, or else empty.

    `is_usable` is asked of the folder of each, and decides. Of `shared_files` a copy has a copy, too. When the process
    ends in between, the folder stays for the next build to go on. Else as `staging`.
    """
    root = Path(path)
    with _writing(root):
        _claim(root)
    with _held(root):
        current = current_build(root)
        stopped = [
            folder
            for folder in _unread_builds(root)
            # What was once the current build stays for as long as it is read, and has not been stopped.
            if (current is None or not (folder / "build.json").exists()) and is_usable(folder)
        ]
        if stopped:
            with _kept(root, stopped[-1]) as stage:
                yield stage
            return
        if current is None or not is_usable(root / "builds" / current):
            with _kept(root, _new_folder(root, None)) as stage:
                yield stage
            return
        with open_store(root) as base:
            folder = _new_folder(root, base, shared_files)
        # The base is closed by now: who reads it would keep it from being removed in the end.
        with _kept(root, folder, root / "builds" / current) as stage:
            yield stage


@contextmanager
def _kept(root: Path, folder: Path, base: Path | None = None) -> Iterator[Stage]:
    with _writing(root):
        _remove_old_builds(root, folder.name)
    stage = None
    try:
        # Not all that a build writes goes through the stage.
        with _writing(root):
            stage = Stage(root, folder, base)
            yield stage
    except RdfkitError:
        # It would fail again, and on a full disk the old store needs the room.
        if stage is not None:
            stage._close()
        _remove_old_builds(root)
        raise
    finally:
        if stage is not None:
            stage._close()
    with _writing(root):
        _remove_old_builds(root)


@contextmanager
def _staged(root: Path, base: Store | None, shared_files: Iterable[str] = ()) -> Iterator[Stage]:
    stage = None
    try:
        with _writing(root):
            _remove_old_builds(root)
            stage = Stage(root, _new_folder(root, base, shared_files))
        yield stage
    finally:
        if stage is not None:
            stage._close()
        with _writing(root):
            _remove_old_builds(root)


def _new_folder(root: Path, base: Store | None, shared_files: Iterable[str] = ()) -> Path:
    """The folder of a new build, empty or a copy. What is never changed is not copied: both builds have it."""
    with _writing(root):
        folder = root / "builds" / f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{secrets.token_hex(4)}"
        folder.mkdir(parents=True)
        (folder / "readers").touch()
        if base is not None and base.folder is not None:
            base._open_graph().backup(folder / "graph")
            for name in shared_files:
                if (base.folder / name).exists():
                    # Whoever goes on with this folder finds the whole copy or none.
                    shutil.copyfile(base.folder / name, folder / f"{name}.part")
                    (folder / f"{name}.part").replace(folder / name)
    return folder


def open_store(path: str | Path = DEFAULT_PATH) -> Store:
    """Opens the store at `path` for reading, as the last build left it.

    Later builds do not change what an open store answers. Raises StoreError when there is no store or it
    cannot be read.
    """
    root = Path(path)
    with _reading(root):
        for _ in range(_ATTEMPTS):
            name = current_build(root)
            if name is None:
                raise StoreError(
                    f"no store here: run `rdfkit build SOURCES --store {path}` first", path=str(path)
                )
            reader = _lock_for_reading(root / "builds" / name)
            if reader is not None:
                # While we lock the build that is current, no build removes it.
                if current_build(root) == name:
                    return _open_build(root, name, reader)
                reader.close()
    raise StoreError("the store is damaged: its current build is missing; build it again", path=str(path))


def _with_default_graph(quads: Iterable[ox.Quad]) -> Iterator[ox.Quad]:
    """Each quad, and its triple in the default graph.

    SPARQL asks for a default graph that has each triple once (https://www.w3.org/TR/sparql11-query/#specifyingDataset).
    Oxigraph's union of graphs gives a triple as often as there are graphs with it, so counts would be wrong.
    """
    for quad in quads:
        yield quad
        yield ox.Quad(quad.subject, quad.predicate, quad.object)


def _split_default_graph(graph: ox.Store) -> None:
    """Leaves in the default graph what was written there, and takes away its copy of all other graphs."""
    graph.clear_graph(ox.DefaultGraph())
    for quad in graph.quads_for_pattern(None, None, None, DEFAULT_GRAPH):
        graph.add(ox.Quad(quad.subject, quad.predicate, quad.object))
    graph.remove_graph(DEFAULT_GRAPH)


def _merge_default_graph(graph: ox.Store) -> None:
    written = graph.quads_for_pattern(None, None, None, ox.DefaultGraph())
    graph.extend([ox.Quad(quad.subject, quad.predicate, quad.object, DEFAULT_GRAPH) for quad in written])
    named = (
        quad
        for name in list(graph.named_graphs())
        for quad in graph.quads_for_pattern(None, None, None, name)
    )
    graph.bulk_extend(ox.Quad(quad.subject, quad.predicate, quad.object) for quad in named)


def _named_quads(graph: ox.Store) -> int:
    # The engine counts fifteen times as fast as a loop here, which makes an object of each quad.
    counted = graph.query("SELECT (COUNT(*) AS ?quads) { ?s ?p ?o }")
    merged = sum(int(row["quads"].value) for row in counted) if isinstance(counted, ox.QuerySolutions) else 0
    return len(graph) - merged


def _copy(quads: Iterable[ox.Quad], graph: rdflib.Graph) -> None:
    for quad in quads:
        graph.add(answers.rdflib_triple(quad.triple))


def _open_build(root: Path, name: str, reader: BinaryIO) -> Store:
    folder = root / "builds" / name
    try:
        metadata = _read_json(folder / "build.json")
        if metadata.get("name") != name or not isinstance(metadata.get("built"), str):
            raise StoreError("the store is damaged: `build.json` describes another build", path=str(root))
        graph = ox.Store.read_only(str(folder / "graph"))
    except BaseException:
        reader.close()
        raise
    return Store(graph, root, MappingProxyType(metadata), reader)


def _claim(root: Path) -> None:
    """Makes the folder of a store, or makes sure that it is one."""
    if root.exists() and not root.is_dir():
        raise StoreError("this is a file; a store is a folder", path=str(root))
    root.mkdir(parents=True, exist_ok=True)
    # The marker is the first file that a build makes, so one listing tells, whoever else begins now.
    names = {path.name for path in root.iterdir()}
    if names and _MARKER not in names:
        raise StoreError(
            "this folder has other files in it and is not an rdfkit store; nothing was changed",
            path=str(root),
            expected="an empty or new folder, or an rdfkit store",
        )
    _check_layout(root)
    marker = root / _MARKER
    if not marker.exists() or not marker.stat().st_size:
        _write(marker, json.dumps({"layout": _LAYOUT}))


def _check_layout(root: Path) -> None:
    marker = root / _MARKER
    # An empty marker is that of a build which was killed as it began.
    if marker.exists() and marker.stat().st_size and _read_json(marker).get("layout") != _LAYOUT:
        raise StoreError(
            "this store was made by another version of rdfkit", path=str(root), expected=f"layout {_LAYOUT}"
        )


@contextmanager
def _held(root: Path) -> Iterator[None]:
    """Keeps other builds out, and tells them who does."""
    lock = filelock.FileLock(root / "lock")
    holder = root / "holder.json"
    try:
        lock.acquire(blocking=False)
    except filelock.Timeout:
        raise _busy(root, holder) from None
    except OSError as error:
        raise _unwritable(root, error) from error
    try:
        with _writing(root):
            who = {"pid": os.getpid(), "host": socket.gethostname(), "started": _now()}
            holder.write_text(json.dumps(who), encoding="utf-8")
        yield
    finally:
        holder.unlink(missing_ok=True)
        lock.release()


def _busy(root: Path, holder: Path) -> StoreBusyError:
    try:
        who = json.loads(holder.read_text(encoding="utf-8"))
        text = "process {pid} on {host} since {started}".format(**who)
    except (OSError, ValueError, KeyError):  # it has only just begun, or has just ended
        return StoreBusyError("another build is running; try again when it has ended", path=str(root))
    return StoreBusyError(
        f"another build is running: {text}; try again when it has ended", path=str(root), value=text
    )


def current_build(root: Path) -> str | None:
    """The name of the current build of the store in a folder, None when there is none yet. Raises StoreError."""
    try:
        name = (root / _CURRENT).read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    _check_layout(root)
    if not _NAME.fullmatch(name):
        raise StoreError("the store is damaged: `current` names no build", path=str(root), value=name)
    return name


def _remove_old_builds(root: Path, kept: str | None = None) -> None:
    """Removes all builds but the current one, one to keep, and those that are being read. Call it only while `_held`.

    What cannot be removed now stays for the next build.
    """
    for folder in _unread_builds(root):
        if folder.name != kept:
            shutil.rmtree(folder, ignore_errors=True)


def _unread_builds(root: Path) -> list[Path]:
    """The folders of builds that are not current and that nobody reads, the oldest first."""
    current = current_build(root)
    folders = sorted((root / "builds").glob("*"))
    return [
        folder
        for folder in folders
        if folder.name != current and _NAME.fullmatch(folder.name) and not _is_read(folder)
    ]


if sys.platform == "win32":

    def _lock_for_reading(folder: Path) -> BinaryIO | None:
        try:
            return (folder / "readers").open("rb")
        except FileNotFoundError:
            return None

    def _is_read(folder: Path) -> bool:
        return False

    def _sync(path: Path) -> None:
        return None

else:

    def _lock_for_reading(folder: Path) -> BinaryIO | None:
        """Keeps a build from being removed until the file is closed. None when it is gone or going."""
        try:
            file = (folder / "readers").open("rb")
        except FileNotFoundError:
            return None
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            file.close()
            return None
        return file

    def _is_read(folder: Path) -> bool:
        try:
            # Open for writing too: some network file systems want that for an exclusive lock.
            with (folder / "readers").open("r+b") as file:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        except FileNotFoundError:
            return False
        return False

    def _sync(path: Path) -> None:
        """Has the system write a file or the entries of a folder to disk."""
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _sync_tree(folder: Path) -> None:
    for path in folder.rglob("*"):
        _sync(path)
    _sync(folder)


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")
    _sync(path)


def _replace(path: Path, text: str) -> None:
    """Gives a file a new text, whole or not at all, even when the power fails."""
    aside = path.with_name(f"{path.name}.new")
    _write(aside, text)
    aside.replace(path)
    _sync(path.parent)


def _read_json(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise StoreError("the store is damaged: this file is not JSON", path=str(path)) from error
    if not isinstance(found, dict):
        raise StoreError("the store is damaged: this file is not a JSON object", path=str(path))
    return found


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


@contextmanager
def _writing(root: Path) -> Iterator[None]:
    """Says in a StoreError why the store cannot be written."""
    try:
        yield
    except OSError as error:
        raise _unwritable(root, error) from error


@contextmanager
def _loading(root: Path) -> Iterator[None]:
    """As `_writing`, for Oxigraph's errors alone: those with a number come from what is being loaded."""
    try:
        yield
    except OSError as error:
        if error.errno is not None:
            raise
        raise _unwritable(root, error) from error


@contextmanager
def _reading(root: Path | None) -> Iterator[None]:
    """Says in a StoreError why the store cannot be read. Oxigraph's word for damage is RuntimeError."""
    try:
        yield
    except (OSError, RuntimeError) as error:
        place = str(root) if root else None
        raise StoreError(f"the store cannot be read: {_reason(error)}", path=place) from error


def _unwritable(root: Path, error: OSError) -> StoreError:
    reason = _reason(error)
    # RocksDB's errors have no number, only the words of the system.
    full = error.errno == errno.ENOSPC or os.strerror(errno.ENOSPC) in reason
    said = "the disk is full" if full else f"the store cannot be written: {reason}"
    return StoreError(f"{said}; nothing was switched, what was there before is unchanged", path=str(root))


def _reason(error: OSError | RuntimeError) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or str(error)


def syntax_error(error: SyntaxError, query: str, prefixes: Mapping[str, str]) -> QueryError:
    """What is wrong with a query and where. The engine may notice it some characters too late."""
    unknown = undeclared_name(query, prefixes)
    if unknown is not None:
        return _query_error(
            query, f'the prefix "{unknown.prefix}:" is not declared', *unknown.place_in(query)
        )
    place = _SYNTAX_PLACE.match(error.msg)
    if place is None:
        return QueryError(f"not valid SPARQL: {error.msg}")
    said = "; ".join(_SYNTAX_SENTENCE.findall(error.msg)) or "the mistake is here or shortly before"
    return _query_error(query, said, int(place[1]), int(place[2]))


def _query_error(query: str, said: str, line: int, column: int) -> QueryError:
    shown = query.split("\n")[line - 1]
    return QueryError(f"not valid SPARQL: {said}", line=line, column=column, value=shown.strip())
