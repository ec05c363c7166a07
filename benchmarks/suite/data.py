"""The input: synthetic figures of any number, made once and kept; subsets of them; copies to change."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from suite.places import MAKE_FIGURES, WORK


class Figures:
    """Folders of synthetic figures: made by the project's tool, or taken from a folder that the user names."""

    def __init__(self, given: Path | None = None) -> None:
        self._given = given

    def folder(self, count: int) -> Path:
        """A folder with that many figures, with `_figures` and `_data`, that is only to be read.

        Raises FileNotFoundError when there is nothing to make them with or to take them from, ValueError when
        the folder of the user has too few.
        """
        if self._given is None:
            return _made(count)
        names = sorted(path.name for path in (self._given / "_figures").iterdir())
        if len(names) < count:
            raise ValueError(f"{self._given} has {len(names)} figures, not {count}")
        return self._given if len(names) == count else _subset(self._given, names[:count])

    def first(self, count: int, folder: Path) -> Path:
        """The first figures of a folder, in a folder of their own."""
        names = sorted(path.name for path in (folder / "_figures").iterdir())
        return folder if count >= len(names) else _subset(folder, names[:count])

    def copy(self, folder: Path, name: str) -> Path:
        """A copy in which pages may be replaced. What is not replaced shares its bytes with the original."""
        target = WORK / name
        shutil.rmtree(target, ignore_errors=True)
        try:
            shutil.copytree(folder, target, copy_function=os.link)
        except OSError:  # another file system
            shutil.rmtree(target, ignore_errors=True)
            shutil.copytree(folder, target)
        return target


def pages(folder: Path) -> list[Path]:
    """The page files of a folder of figures, sorted."""
    return sorted((folder / "_figures").iterdir())


def replace(path: Path, text: str) -> None:
    """Gives a page another text, as a new file: its bytes may be shared with another copy."""
    aside = path.with_suffix(".new")
    aside.write_text(text, encoding="utf-8")
    aside.replace(path)


def _made(count: int) -> Path:
    target = WORK / f"figures-{count}"
    if target.exists():
        return target
    if not MAKE_FIGURES.exists():
        raise FileNotFoundError(
            f"{MAKE_FIGURES} is not there to make figures with: name a folder with --figures DIR"
        )
    aside = WORK / f"figures-{count}.new"
    shutil.rmtree(aside, ignore_errors=True)
    subprocess.run([sys.executable, str(MAKE_FIGURES), str(count), str(aside)], check=True)  # noqa: S603
    return aside.rename(target)


def _subset(folder: Path, names: list[str]) -> Path:
    target = WORK / f"{folder.name}-first-{len(names)}"
    shutil.rmtree(target, ignore_errors=True)
    for part in ("_figures", "_data"):
        (target / part).mkdir(parents=True)
    wanted = {name.removesuffix(".md") for name in names}
    for name in names:
        shutil.copyfile(folder / "_figures" / name, target / "_figures" / name)
    # A table is named after its page: PAGE-genes.tsv.
    for table in (folder / "_data").iterdir():
        if table.stem.rpartition("-")[0] in wanted:
            shutil.copyfile(table, target / "_data" / table.name)
    return target
