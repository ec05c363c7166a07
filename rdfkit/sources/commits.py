"""The commits that hold the files of a build as they are now."""

from __future__ import annotations

import logging
import os
import re
import shlex
from dataclasses import dataclass
from pathlib import Path

from rdfkit.sources.filesystems import commit_of
from rdfkit.sources.git import run_git
from rdfkit.sources.locations import is_remote, on_disk

_DUBIOUS = re.compile(r"dubious ownership in repository at '(.*?)'")
_log = logging.getLogger("rdfkit.sources")


class Commits:
    """The commits of files; git is asked once for each folder."""

    def __init__(self) -> None:
        self._checkouts: dict[str, _Checkout | None] = {}
        self._changed: dict[tuple[str, str, str], frozenset[str] | None] = {}

    def of(self, path: str) -> str | None:
        """The hash, in hex, of the commit that is checked out; None outside a checkout and for a changed file."""
        if is_remote(path):
            return commit_of(path)
        folder, name = os.path.split(on_disk(path))
        if folder not in self._checkouts:
            self._checkouts[folder] = _checkout(folder)
        checkout = self._checkouts[folder]
        return checkout.commit if checkout is not None and name in checkout.unchanged else None

    def differ(self, path: str, old: str, new: str) -> bool:
        """Whether a file differs between two commits; also when git cannot tell."""
        folder, name = os.path.split(on_disk(path))
        key = (folder, old, new)
        if key not in self._changed:
            self._changed[key] = _names(
                folder, "diff", "--name-only", "--relative", "-z", old, new, "--", "."
            )
        changed = self._changed[key]
        return changed is None or name in changed


@dataclass(frozen=True, slots=True)
class _Checkout:
    """What is checked out in a folder: the commit, and the names of the files that are as they are in it."""

    commit: str
    unchanged: frozenset[str]


def _checkout(folder: str) -> _Checkout | None:
    try:
        commit = run_git(folder, "rev-parse", "--verify", "--quiet", "HEAD").decode("ascii").strip()
    except OSError as error:
        _warn(folder, error)
        return None
    tracked = _names(folder, "ls-tree", "--name-only", "-z", "HEAD", "./") or frozenset()
    changed = _names(folder, "diff", "--name-only", "--relative", "-z", "HEAD", "--", ".") or frozenset()
    return _Checkout(commit, tracked - changed)


def _warn(folder: str, error: OSError) -> None:
    """Says when there is a checkout and git does not tell of it: else versions would be missing without a word."""
    said = error.strerror or ""
    if found := _DUBIOUS.search(said):
        remedy = f"git config --global --add safe.directory {shlex.quote(found[1])}"
        _log.warning(
            "%s belongs to another user, so git does not tell its commit and pages have no version; "
            "if you trust it: %s", found[1], remedy,
        )  # fmt: skip
    elif error.filename == "git" and any((above / ".git").exists() for above in _above(folder)):
        _log.warning("%s is a checkout of git, but git is not installed: pages have no version", folder)


def _above(folder: str) -> list[Path]:
    found = Path(folder).absolute()
    return [found, *found.parents]


def _names(folder: str, *arguments: str) -> frozenset[str] | None:
    """The names that git lists, each with a NUL behind it; None when it cannot."""
    try:
        return frozenset(map(os.fsdecode, run_git(folder, *arguments).split(b"\0")))
    except OSError:
        return None
