"""What Bioschemas asks of the things of the graph: their profiles, and the pages about them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from rdfkit.package_data import beside, read_toml


def profile(type_: str, *minimum: object) -> str | None:
    """The CURIE of the profile of a type, once all that its minimum asks for is there; else None."""
    return _table()["profiles"].get(type_) if all(minimum) else None


def page_about(curie: str) -> str | None:
    """The address (as a CURIE) of the page for people about what a CURIE names; None where none is known."""
    prefix, _, local = curie.partition(":")
    start = _table()["pages"].get(prefix)
    return f"{start}{local}" if start else None


def is_placeholder(name: str) -> bool:
    """Whether a name is what a site's template writes where it has none."""
    return name.strip().casefold() in {one.casefold() for one in _table()["placeholders"]["names"]}


@cache
def _table() -> Mapping[str, Any]:
    return read_toml(beside(__file__, "profiles.toml"))
