"""The significance of overlaps, for all pairs of two collections of sets at once. Numbers only; needs scipy.

All that is said of a pair follows from three numbers: the two sizes and the number of shared elements. Few such
combinations occur among many pairs. So the pairs are gone through twice, in blocks of sparse matrix products: first
to count how many have each combination, which is all that the adjustment needs, and then to find those of the
combinations that pass the thresholds. Memory holds one block, the combinations, and the pairs found.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array
from scipy.stats import hypergeom

Integers = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

# How many pairs one block has. A block needs some fifty bytes for each of them that shares an element.
_BLOCK = 4_000_000


@dataclass(frozen=True, slots=True)
class Family:
    """Two collections whose sets are compared, each with each, within one universe of elements.

    The rows of `left` and `right` are the sets and the columns the elements, with 1 for an element of the set;
    `left_ids` and `right_ids` are what the caller knows the rows by.
    """

    left: csr_array
    right: csr_array
    left_ids: Integers
    right_ids: Integers

    @property
    def tests(self) -> int:
        """How many pairs are compared."""
        return len(self.left_ids) * len(self.right_ids)

    @property
    def universe(self) -> int:
        """How many elements there are."""
        return int(self.left.shape[1])


@dataclass(frozen=True, slots=True)
class Pairs:
    """Pairs as columns of equal length, sorted by `left` and `right`, which are ids; `family` numbers families."""

    family: Integers
    left: Integers
    right: Integers
    shared: Integers
    jaccard: Floats
    p: Floats
    adjusted_p: Floats


@dataclass(frozen=True, slots=True)
class _Combinations:
    """The distinct (size, size, shared) of a family's pairs that share an element, and how many pairs have each."""

    keys: Integers
    pairs: Integers
    shared: Integers
    jaccard: Floats
    p: Floats


def family(
    left: Sequence[Collection[str]],
    right: Sequence[Collection[str]],
    left_ids: Sequence[int],
    right_ids: Sequence[int],
) -> Family:
    """The family of two collections of sets; its universe is all their elements."""
    columns = {element: column for column, element in enumerate(sorted(set().union(*left, *right)))}
    return Family(
        _incidence(left, columns),
        _incidence(right, columns),
        np.array(left_ids, dtype=np.int64),
        np.array(right_ids, dtype=np.int64),
    )


def significant(families: Sequence[Family], *, shared: int, jaccard: float, adjusted_p: float) -> Pairs:
    """The pairs with at least so many shared elements and such a Jaccard index, and at most such an adjusted p-value.

    p is P(X >= shared) for X hypergeometric: one set drawn from the universe without regard to the other. It is
    adjusted after Benjamini and Hochberg (1995, J R Stat Soc B 57:289) over all pairs of all families, which includes
    those that share nothing. A pair that is in several families stands once, for the one with the lowest p.
    """
    combinations = [_combinations(one) for one in families]
    adjusted = _adjusted(combinations, sum(one.tests for one in families))
    found = []
    for number, (one, have, own) in enumerate(zip(families, combinations, adjusted, strict=True)):
        kept = (have.shared >= shared) & (have.jaccard >= jaccard) & (own <= adjusted_p)
        left, right, places = _find(one, have.keys[kept])
        found.append(
            Pairs(
                family=np.full(len(left), number),
                left=one.left_ids[left],
                right=one.right_ids[right],
                shared=have.shared[kept][places],
                jaccard=have.jaccard[kept][places],
                p=have.p[kept][places],
                adjusted_p=own[kept][places],
            )
        )
    return _best(found)


def _incidence(sets: Sequence[Collection[str]], columns: Mapping[str, int]) -> csr_array:
    indices = [columns[element] for one in sets for element in one]
    pointers = np.cumsum([0, *(len(one) for one in sets)])
    ones = np.ones(len(indices), dtype=np.int32)
    return csr_array((ones, indices, pointers), shape=(len(sets), len(columns)))


def _blocks(one: Family) -> Iterator[tuple[Integers, Integers, Integers]]:
    """Of all pairs that share an element, block by block: their rows in `left` and `right`, and their combination."""
    base = one.universe + 1
    own, other = np.diff(one.left.indptr).astype(np.int64), np.diff(one.right.indptr).astype(np.int64)
    columns = one.right.T.tocsr()
    height = max(1, _BLOCK // max(1, len(other)))
    for start in range(0, len(own), height):
        product = (one.left[start : start + height] @ columns).tocoo()
        left, right = product.row.astype(np.int64) + start, product.col
        yield left, right, (own[left] * base + other[right]) * base + product.data


def _combinations(one: Family) -> _Combinations:
    keys, pairs = np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64)
    for _, _, found in _blocks(one):
        new, counts = np.unique(found, return_counts=True)
        keys, places = np.unique(np.concatenate((keys, new)), return_inverse=True)
        total = np.zeros(len(keys), dtype=np.int64)
        np.add.at(total, places, np.concatenate((pairs, counts)))
        pairs = total
    sizes, shared = np.divmod(keys, one.universe + 1)
    own, other = np.divmod(sizes, one.universe + 1)
    p = np.minimum(hypergeom.sf(shared - 1, one.universe, own, other), 1.0)
    return _Combinations(keys, pairs, shared, shared / (own + other - shared), p)


def _adjusted(combinations: Sequence[_Combinations], tests: int) -> list[Floats]:
    """The adjusted p-value of each combination. Tests that none of them has share nothing: p = 1, the last ranks."""
    if not combinations:
        return []
    p = np.concatenate([one.p for one in combinations])
    order = np.argsort(p, kind="stable")
    # Pairs of one combination are tied, so the last of their ranks counts for all.
    ranks = np.cumsum(np.concatenate([one.pairs for one in combinations])[order])
    lowest = np.minimum.accumulate((p[order] * tests / ranks)[::-1])[::-1]
    adjusted = np.empty_like(p)
    adjusted[order] = np.minimum(lowest, 1.0)
    return np.split(adjusted, np.cumsum([len(one.p) for one in combinations])[:-1])


def _find(one: Family, wanted: Integers) -> tuple[Integers, Integers, Integers]:
    """The pairs with one of these combinations, sorted: their rows in `left` and `right`, and its place in `wanted`."""
    parts = [(np.empty(0, dtype=np.int64),) * 3]
    # Most pairs share less than any wanted one, which is quicker to see than which combination they have.
    least = (wanted % (one.universe + 1)).min(initial=one.universe + 1)
    for left, right, keys in _blocks(one) if len(wanted) else ():
        likely = np.flatnonzero(keys % (one.universe + 1) >= least)
        places = np.minimum(np.searchsorted(wanted, keys[likely]), len(wanted) - 1)
        hit = wanted[places] == keys[likely]
        parts.append((left[likely[hit]], right[likely[hit]], places[hit]))
    left, right, places = (np.concatenate(columns) for columns in zip(*parts, strict=True))
    return left, right, places


def _best(found: Sequence[Pairs]) -> Pairs:
    if not found:
        nothing, none = np.empty(0, dtype=np.int64), np.empty(0, dtype=np.float64)
        return Pairs(nothing, nothing, nothing, nothing, none, none, none)
    columns = [np.concatenate([getattr(one, name) for one in found]) for name in Pairs.__dataclass_fields__]
    family, left, right, _, _, p, _ = columns
    order = np.lexsort((family, p, right, left))
    first = np.ones(len(order), dtype=bool)
    first[1:] = (np.diff(left[order]) != 0) | (np.diff(right[order]) != 0)
    return Pairs(*(column[order[first]] for column in columns))
