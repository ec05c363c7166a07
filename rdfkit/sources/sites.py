"""Which site a page is of, where pages of its kind are on several: organisms are on both."""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import cache

from rdfkit.package_data import beside, read_toml
from rdfkit.sources.filesystems import kind_of
from rdfkit.sources.locations import FOLDER, folder_of, is_remote, join

# A page lies in a collection of its site, or a few folders deeper.
_LEVELS = 4


def site_of(path: str) -> str | None:
    """The name of the site whose own collections lie beside the page's, or further up; None when none or several do.

    Over HTTP nobody knows what lies beside a page.
    """
    if path.startswith(("http://", "https://")):
        return None
    for folder in _folders(path):
        found = [
            name for name, collections in _sites().items() if any(_is_in(folder, one) for one in collections)
        ]
        if found:
            return found[0] if len(found) == 1 else None
    return None


def _folders(path: str) -> list[str]:
    """The folders that a page lies in, the nearest first."""
    folder = folder_of(path if is_remote(path) else os.path.abspath(path))  # noqa: PTH100 - a Path costs more
    found = [folder]
    while (above := folder_of(folder)) != folder and len(found) < _LEVELS:
        found.append(folder := above)
    return found


def _is_in(folder: str, collection: str) -> bool:
    return kind_of(join(folder, collection)) == FOLDER


@cache
def _sites() -> Mapping[str, tuple[str, ...]]:
    return {
        name: tuple(site["collections"]) for name, site in read_toml(beside(__file__, "sites.toml")).items()
    }
