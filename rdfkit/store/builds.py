"""Builds of a store: begun empty or as a copy, seen by nobody before they are committed, then switched in at once."""

from __future__ import annotations

import json
import secrets
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import pyoxigraph as ox

from rdfkit.errors import RdfkitError, StoreError
from rdfkit.store.default_graph import cover_default_graph, named_quads, uncover_default_graph
from rdfkit.store.failures import loading, writing
from rdfkit.store.layout import (
    BUILD_NAME,
    CURRENT,
    DEFAULT_PATH,
    claim,
    current_build,
    now,
    read_json,
    replace,
    sync,
    sync_tree,
    write,
)
from rdfkit.store.locks import held, is_read
from rdfkit.store.store import Store, open_store

Result = TypeVar("Result")
# In the metadata of a build: how often it was changed by SPARQL or HTTP since it was built from pages.
UPDATES = "updates"


class Stage:
    """A build that nobody sees before `commit`. Made by `changing` and `building`."""

    def __init__(self, root: Path, folder: Path, base: Path | None = None) -> None:
        self._root = root
        self.folder = folder
        # The folder of the build that this one began as a copy of, just now.
        self.base = base
        self._graph: ox.Store | None = ox.Store(folder / "graph")
        self._is_merged = False

    def load(self, quads: Iterable[ox.Quad]) -> None:
        """Adds quads. One call with many quads is far quicker than many calls with few.

        Raises StoreError when the disk is full or cannot be written. What the iterable raises comes through.
        """
        with loading(self._root):
            self.graph.bulk_extend(quads)

    def load_file(self, path: Path) -> None:
        """Adds the quads of an N-Quads file.

        Raises StoreError when the disk is full or cannot be written.
        """
        with loading(self._root):
            self.graph.bulk_load(path=path, format=ox.RdfFormat.N_QUADS)

    def change(self, work: Callable[[ox.Store], Result]) -> Result:
        """Lets `work` change the build as the plain dataset of an Oxigraph store, whose default graph holds what was
        written without naming a graph, and nothing else; gives back what `work` gives.

        Raises StoreError when the disk is full or cannot be written. What `work` raises else comes through.
        """
        with loading(self._root):
            uncover_default_graph(self.graph)
            found = work(self.graph)
            self._is_merged = cover_default_graph(self.graph)
        return found

    def commit(self, metadata: Mapping[str, object]) -> None:
        """Makes this build the current one, on disk for good when this returns.

        `metadata` is JSON; `Store.metadata` gives it back with `built` (UTC), `oxigraph`, `name` and `merged` (whether
        the graph keeps a merge) added, and `quads` where it is not there. Raises StoreError when the disk is full or
        cannot be written.
        """
        with writing(self._root):
            self.graph.flush()
            added = {
                "built": now(),
                "oxigraph": ox.__version__,
                "name": self.folder.name,
                "merged": self._is_merged,
            }
            quads = metadata.get("quads") or named_quads(self.graph, is_merged=self._is_merged)
            self._close()
            described = {**metadata, "quads": quads, **added}
            write(self.folder / "build.json", json.dumps(described, ensure_ascii=False, indent=1))
            sync_tree(self.folder)
            sync(self.folder.parent)
            replace(self._root / CURRENT, self.folder.name)

    @property
    def graph(self) -> ox.Store:
        """The graph that is being built."""
        if self._graph is None:
            raise StoreError("this build is finished", path=str(self._root))
        return self._graph

    def _close(self) -> None:
        self._graph = None


@contextmanager
def changing(
    path: str | Path = DEFAULT_PATH, shared_files: Iterable[str] = ()
) -> Iterator[tuple[Stage, Mapping[str, Any]]]:
    """A build that begins as a copy of the current one, and the metadata of that one.

    Of `shared_files` beside the graph the copy has copies. Leaving without `Stage.commit` discards the build, and the
    store stays as it is. What earlier builds left behind is removed.

    Raises StoreBusyError when another build runs, StoreError when there is no store or it cannot be written.
    """
    root = Path(path)
    open_store(root).close()
    with held(root), open_store(root) as base, _staged(root, base, shared_files) as stage:
        yield stage, base.metadata


def keep_updates(path: str | Path) -> None:
    """Raises StoreError when the store at a path holds what was written by SPARQL or HTTP: a build would discard it."""
    root = Path(path)
    current = current_build(root) if root.is_dir() else None
    written = read_json(root / "builds" / current / "build.json").get(UPDATES, 0) if current else 0
    if written:
        times = "once" if written == 1 else f"{written} times"
        raise StoreError(
            f"was changed {times} by SPARQL or HTTP since it was built, and a build would discard that: "
            "--discard-updates does; `rdfkit export` keeps a copy, --store builds elsewhere",
            path=str(path),
        )


@contextmanager
def building(
    path: str | Path, is_usable: Callable[[Path], bool], shared_files: Iterable[str] = ()
) -> Iterator[Stage]:
    """A build that goes on where an earlier one stopped, or else begins as a copy of the current one, or else empty.

    `is_usable` is asked of the folder of each, and decides. Of `shared_files` a copy has a copy, too. The store is made
    when there is none, and stays as it is until `Stage.commit`. When the process ends before that, the folder of the
    build stays for the next one to go on.

    Raises StoreBusyError when another build runs, StoreError when the folder holds something else or cannot be written.
    """
    root = Path(path)
    with writing(root):
        claim(root)
    with held(root):
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
    with writing(root):
        _remove_old_builds(root, folder.name)
    stage = None
    try:
        # Not all that a build writes goes through the stage.
        with writing(root):
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
    with writing(root):
        _remove_old_builds(root)


@contextmanager
def _staged(root: Path, base: Store, shared_files: Iterable[str]) -> Iterator[Stage]:
    stage = None
    try:
        with writing(root):
            _remove_old_builds(root)
            stage = Stage(root, _new_folder(root, base, shared_files))
        yield stage
    finally:
        if stage is not None:
            stage._close()
        with writing(root):
            _remove_old_builds(root)


def _new_folder(root: Path, base: Store | None, shared_files: Iterable[str] = ()) -> Path:
    """The folder of a new build, empty or a copy. What is never changed is not copied: both builds have it."""
    with writing(root):
        folder = root / "builds" / f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{secrets.token_hex(4)}"
        folder.mkdir(parents=True)
        (folder / "readers").touch()
        if base is not None and base.folder is not None:
            base.graph.backup(folder / "graph")
            for name in shared_files:
                if (base.folder / name).exists():
                    # Whoever goes on with this folder finds the whole copy or none.
                    shutil.copyfile(base.folder / name, folder / f"{name}.part")
                    (folder / f"{name}.part").replace(folder / name)
    return folder


def _remove_old_builds(root: Path, kept: str | None = None) -> None:
    """Removes all builds but the current one, one to keep, and those that are being read. Call it only while `held`.

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
        if folder.name != current and BUILD_NAME.fullmatch(folder.name) and not is_read(folder)
    ]
