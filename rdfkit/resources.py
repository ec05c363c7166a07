"""Where the package's data files are: shapes, queries, contexts and vocabulary.

`shapes/` and `queries/` stand at the top of the repository, for people to find; a wheel carries
them inside the package.
"""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def contexts_folder() -> Path:
    """The folder of JSON-LD contexts."""
    return _PACKAGE / "contexts"


def kinds_folder() -> Path:
    """The folder of page kinds with their lists of keys."""
    return _PACKAGE / "kinds"


def vocabulary_file() -> Path:
    """The ontology file of the pfocr vocabulary."""
    return _PACKAGE / "vocabulary" / "pfocr.ttl"


def shapes_folder() -> Path:
    """The folder of SHACL shapes."""
    return _installed_or_checkout("shapes", "shapes")


def queries_folder() -> Path:
    """The folder of library queries."""
    return _installed_or_checkout("queries_library", "queries")


def _installed_or_checkout(installed: str, checkout: str) -> Path:
    folder = _PACKAGE / installed
    return folder if folder.is_dir() else _PACKAGE.parent / checkout
