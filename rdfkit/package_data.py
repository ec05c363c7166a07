"""The package's data files: where they are, and how tables of them are read.

A data file stands beside the module that reads it. `shapes/` and `queries/` stand at the top of the repository, for
people to find; a wheel carries them inside the package.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

_PACKAGE = Path(__file__).resolve().parent


def vocabulary_file() -> Path:
    """The ontology file of the pfocr vocabulary."""
    return _PACKAGE / "rdf" / "data" / "pfocr.ttl"


def shapes_folder() -> Path:
    """The folder of SHACL shapes."""
    return _installed_or_checkout("shapes", "shapes")


def queries_folder() -> Path:
    """The folder of library queries."""
    return _installed_or_checkout("queries_library", "queries")


def beside(module: str, name: str) -> Path:
    """The data file, or folder, of that name beside a module, which gives its `__file__`."""
    return Path(module).resolve().parent / name


def read_toml(path: Path) -> dict[str, Any]:
    """The values of a TOML file of the package."""
    with path.open("rb") as file:
        return tomllib.load(file)


def read_rows(path: Path) -> Iterator[list[str]]:
    """The rows of a tab-separated file of the package, without its line of column names."""
    lines = path.read_text(encoding="utf-8").splitlines()[1:]
    return (line.split("\t") for line in lines)


def _installed_or_checkout(installed: str, checkout: str) -> Path:
    folder = _PACKAGE / installed
    return folder if folder.is_dir() else _PACKAGE.parent / checkout
