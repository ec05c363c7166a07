"""Which files of a git checkout have changed since a revision, as a pull request shows them."""

from __future__ import annotations

import os
from pathlib import Path

from rdfkit.errors import SourceError
from rdfkit.sources.git import run_git


def changed_files(folder: str | Path, revision: str) -> frozenset[str]:
    """The real paths of all files of the checkout around a folder that differ from a revision, are new, or are gone.

    Compared is with the commit where the current branch left that of the revision, so what others have changed there
    since does not count. Files that are not committed do. Raises SourceError when git does not know the revision.
    """
    place = str(folder)
    try:
        top = os.fsdecode(run_git(place, "rev-parse", "--show-toplevel")).removesuffix("\n")
        commit = _one(
            run_git(place, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
        )
    except OSError as error:
        expected = "a branch, a tag or a commit of the pages' git checkout"
        raise SourceError(f"git: {error.strerror}", path=place, value=revision, expected=expected) from error
    try:
        start = _one(run_git(top, "merge-base", commit, "HEAD"))
    except OSError:
        # A shallow checkout does not know it.
        start = commit
    differ = run_git(top, "diff", "--name-only", "--no-renames", "-z", start, "--")
    new = run_git(top, "ls-files", "--others", "--exclude-standard", "-z")
    names = (os.fsdecode(name) for name in (differ + new).split(b"\0") if name)
    return frozenset(os.path.realpath(Path(top, name)) for name in names)


def _one(printed: bytes) -> str:
    return printed.decode("ascii").split()[0]
