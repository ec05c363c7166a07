"""Commits of a local git repository, read by git itself: what files a commit has, and their bytes.

git is asked by its plumbing commands, so that no library of it is needed, and nothing is fetched.
"""

from __future__ import annotations

import errno
import io
import os
import subprocess
from dataclasses import dataclass
from typing import BinaryIO

_REGULAR = ("100644", "100755")


@dataclass(frozen=True, slots=True)
class Blob:
    """The content of a file: its hash in git, and how many bytes it has."""

    sha: str
    size: int


class Checkout:
    """A commit of a repository on this machine.

    `ref` is a branch, a tag or whatever else names a commit (gitrevisions(7)). Raises OSError when git or the
    repository is not there, or when the ref names no commit.
    """

    def __init__(self, repository: str, ref: str) -> None:
        self._repository = repository
        self._blobs: dict[str, Blob] | None = None
        self._reader: subprocess.Popen[bytes] | None = None
        found = run_git(
            repository, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{ref}^{{commit}}"
        )
        self.commit = found.decode("ascii").strip()

    def blobs(self) -> dict[str, Blob]:
        """The regular files of the commit by path, without links and submodules."""
        if self._blobs is None:
            listed = run_git(self._repository, "ls-tree", "-r", "-l", "-z", "--full-tree", self.commit)
            self._blobs = dict(_blobs(listed))
        return self._blobs

    def open(self, name: str) -> BinaryIO:
        """The bytes of a file of the commit. Raises OSError when git cannot give them."""
        blob = self.blobs().get(name)
        if blob is None:
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), name)
        return io.BytesIO(self._content(blob))

    def _content(self, blob: Blob) -> bytes:
        # One process answers for all files: `git cat-file --batch` (git-cat-file(1)).
        if self._reader is None or self._reader.poll() is not None:
            self._reader = subprocess.Popen(  # noqa: S603 - fixed arguments
                _command(self._repository, "cat-file", "--batch"),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=_environment(),
            )
        sent, answer = self._reader.stdin, self._reader.stdout
        if sent is None or answer is None:
            raise OSError(errno.EPIPE, os.strerror(errno.EPIPE))
        sent.write(f"{blob.sha}\n".encode())
        sent.flush()
        header = answer.readline().split()
        if header[1:2] != [b"blob"]:
            raise OSError(errno.EIO, f"git has no object {blob.sha}")
        content = answer.read(int(header[2]))
        answer.read(1)
        return content

    def __del__(self) -> None:
        """Ends the process that reads."""
        reader = getattr(self, "_reader", None)
        if reader is not None:
            reader.stdin.close()
            reader.stdout.close()
            reader.wait()


def run_git(folder: str, *arguments: str) -> bytes:
    """What git prints in a folder. Raises OSError when git or the repository is not there, or when git fails."""
    try:
        done = subprocess.run(  # noqa: S603 - fixed arguments, and a ref behind --end-of-options
            _command(folder, *arguments), capture_output=True, check=True, env=_environment()
        )
    except subprocess.CalledProcessError as error:
        said = error.stderr.decode(errors="replace").strip() or "git knows no such commit"
        raise OSError(errno.ENOENT, said) from error
    return done.stdout


def _command(folder: str, *arguments: str) -> list[str]:
    return ["git", "-C", folder or ".", *arguments]


def _blobs(listed: bytes) -> list[tuple[str, Blob]]:
    """The files in what `git ls-tree -l -z` says: mode, type, hash, size, a tab and the path."""
    found = []
    for line in listed.split(b"\0"):
        told, _, name = line.partition(b"\t")
        mode, _, rest = told.decode("ascii").partition(" ")
        if mode in _REGULAR:
            _, sha, size = rest.split()
            found.append((os.fsdecode(name), Blob(sha, int(size))))
    return found


def _environment() -> dict[str, str]:
    # A partial clone would fetch what it lacks.
    return {**os.environ, "GIT_NO_LAZY_FETCH": "1", "LC_ALL": "C"}
