"""Whether systems say the same: the triples of two files, and what one of them leaves out."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pyoxigraph as ox


@dataclass(frozen=True, slots=True)
class Difference:
    """How the triples of a file differ from ours: counts, and the predicates of what is missing and what is more."""

    same: int
    missing: int
    more: int
    missing_predicates: dict[str, int]
    more_predicates: dict[str, int]

    @property
    def share(self) -> float:
        """The part of our triples that the file has too."""
        return self.same / (self.same + self.missing) if self.same + self.missing else 1.0


def difference(ours: Path, theirs: Path) -> Difference:
    """Compares two files of N-Triples or N-Quads, whose graphs do not count."""
    wanted, found = _triples(ours), _triples(theirs)
    missing, more = wanted - found, found - wanted
    return Difference(
        len(wanted & found), len(missing), len(more), _by_predicate(missing), _by_predicate(more)
    )


def _triples(path: Path) -> set[ox.Triple]:
    return {quad.triple for quad in ox.parse(path=str(path), format=ox.RdfFormat.N_QUADS)}


def _by_predicate(triples: set[ox.Triple]) -> dict[str, int]:
    return dict(Counter(triple.predicate.value for triple in triples).most_common())
