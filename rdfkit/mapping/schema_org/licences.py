"""Licences by their names."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import cache

from rdfkit.package_data import beside


def licence(name: str) -> str | None:
    """The IRI of a licence from its name, such as `CC0` or `CC-BY-4.0`."""
    return licences().get(_plain(name))


@cache
def licences() -> Mapping[str, str]:
    """The IRIs of `licences.json`, by plain name: small letters, one space between words."""
    text = beside(__file__, "licences.json").read_text(encoding="utf-8")
    return {_plain(name): iri for name, iri in json.loads(text).items()}


def _plain(name: str) -> str:
    return re.sub(r"[\s_-]+", " ", name).strip().casefold()
