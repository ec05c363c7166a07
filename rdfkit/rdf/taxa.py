"""Organisms by name: NCBI's taxa of the species that both sites speak of."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from rdfkit.package_data import beside, read_rows


@cache
def packaged_taxa() -> Mapping[str, str]:
    """Latin name → number of the taxon in NCBI's taxonomy, from `data/organisms.tsv`."""
    return {row[0]: row[1] for row in read_rows(beside(__file__, "data/organisms.tsv"))}


def taxon_of(name: str) -> str | None:
    """The number of the organism that has this Latin or common name, in letters of any size; None for any other."""
    return _by_name().get(" ".join(name.split()).casefold())


@cache
def _by_name() -> Mapping[str, str]:
    common = {row[0]: row[1] for row in read_rows(beside(__file__, "data/common_names.tsv"))}
    return {name.casefold(): taxon for name, taxon in {**common, **packaged_taxa()}.items()}
