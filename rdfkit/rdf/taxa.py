"""Organisms by name: NCBI's taxa of the species that both sites speak of."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from rdfkit.package_data import beside, read_rows


@cache
def packaged_taxa() -> Mapping[str, str]:
    """Latin name → number of the taxon in NCBI's taxonomy, from `data/organisms.tsv`."""
    return {row[0]: row[1] for row in read_rows(beside(__file__, "data/organisms.tsv"))}
