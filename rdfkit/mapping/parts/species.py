"""The species of a figure, and whether an entity is of one of them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import NamedTuple

from rdfkit.mapping.fields import Fields
from rdfkit.mapping.lookups import Site
from rdfkit.package_data import beside, read_toml
from rdfkit.rdf.taxa import packaged_taxa
from rdfkit.sources.lexicons import folded

# Folded names of viruses, and those of their families and orders.
_VIRUS = re.compile(r"virus|phage|vir(idae|inae|ales)|(sars|mers)-cov")
_FAMILY = re.compile(r"\w+vir(idae|inae|ales)")


class Species(NamedTuple):
    """What a page says of its species: all names under `organisms` and `organisms_ner`, and the taxa of these.

    `all_known` is true when every name has its taxon.
    """

    names: tuple[str, ...]
    taxa: frozenset[str]
    all_known: bool

    @classmethod
    def of(cls, fields: Fields, site: Site) -> Species:
        """The species of a figure page."""
        written = [*fields.texts("organisms"), *fields.texts("organisms_ner")]
        names = tuple(dict.fromkeys(map(folded, written)))
        found = [site.taxon(name) or _common_names().get(name) for name in names]
        return cls(names, frozenset(taxon for taxon in found if taxon), all(found))

    def is_other(self, taxon: str | None, name: str | None = None) -> bool:
        """Whether what is of this taxon, or of the species of this name, is of none of the page's species.

        False where nobody can tell: for a page that names no organism, and for an entity of which neither is known.
        Strains are of their species, and viruses of their family.
        """
        if not self.names or (taxon is None and name is None) or taxon in self.taxa:
            return False
        # A row may name its species otherwise than the page does: Canis familiaris, Canis lupus familiaris.
        names = [*([folded(name)] if name else []), *_names_of(taxon)]
        if not names:
            # It may be the very species of which no table knows the taxon.
            return self.all_known
        return not any(_is_same(one, own) for one in names for own in self.names)


def _is_same(one: str, other: str) -> bool:
    """Whether two names may be those of one species, or one is a strain, species or family of the other."""
    if f"{one} ".startswith(f"{other} ") or f"{other} ".startswith(f"{one} "):
        return True
    return any(_FAMILY.fullmatch(name) for name in (one, other)) and all(map(_VIRUS.search, (one, other)))


@cache
def _names_of(taxon: str | None) -> list[str]:
    return [folded(name) for name, number in packaged_taxa().items() if number == taxon]


@cache
def _common_names() -> Mapping[str, str]:
    taxa: dict[str, str] = read_toml(beside(__file__, "common_names.toml"))["taxa"]
    return taxa
