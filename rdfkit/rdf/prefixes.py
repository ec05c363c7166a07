"""The prefix map: one for contexts, Turtle, shapes and queries. It stands in `data/prefixes.jsonld`."""

from __future__ import annotations

import json
from functools import cache

from rdfkit.package_data import beside


@cache
def prefix_map() -> dict[str, str]:
    """Prefix → namespace IRI, sorted by prefix."""
    terms = json.loads(beside(__file__, "data/prefixes.jsonld").read_text(encoding="utf-8"))[
        "@context"
    ].items()
    # As `curies` has it; but that and what it is built on take longer to import than a query to run.
    return dict(sorted((name, term if isinstance(term, str) else term["@id"]) for name, term in terms))
