"""What a stream has given, kept so that it can be read again, as long as it is not too much."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Generic, TypeVar

from rdfkit.errors import QueryError

_T = TypeVar("_T")
# A longer answer stays a stream: it is read once, and memory does not grow with it.
MOST_KEPT = 100_000


class Kept(Generic[_T]):
    """A stream that can be read again from its beginning.

    One with more than `MOST_KEPT` items, one that failed and one that was taken away is read once: reading it again
    raises QueryError, for to give nothing would be a lie.
    """

    def __init__(self, source: Iterable[_T]) -> None:
        self._source = source
        self._items: list[_T] = []
        self._read = 0
        self._rest: Iterator[_T] | None = None
        self._is_over = False
        self._lost: str | None = None

    def __iter__(self) -> Iterator[_T]:
        """All items from the first on. Raises QueryError when they are gone."""
        place = 0
        while True:
            if place < self._read:
                if self._lost is not None:
                    raise QueryError(self._lost, expected="ask again, or fetch() once")
                yield self._items[place]
            elif self._is_over:
                return
            else:
                found = self._pull()
                if not found:
                    return
                yield found[0]
            place += 1

    def take(self) -> Iterable[_T]:
        """The stream itself, for who reads all of it by other means. Raises QueryError when some of it was read."""
        if self._read or self._lost is not None:
            raise QueryError(
                self._lost or "the answer was read in part", expected="ask again, or serialize first"
            )
        self._lose("the answer was written already")
        return self._source

    def _pull(self) -> list[_T]:
        """The next item, if there is one."""
        if self._rest is None:
            self._rest = iter(self._source)
        try:
            found = next(self._rest)
        except StopIteration:
            self._is_over = True
            return []
        except BaseException:
            self._lose("the query failed on the way")
            raise
        self._read += 1
        if self._lost is None:
            self._items.append(found)
            if len(self._items) > MOST_KEPT:
                self._lose(f"the answer was read already, and is too long to be kept ({MOST_KEPT:,} rows)")
        return [found]

    def _lose(self, why: str) -> None:
        self._items.clear()
        self._read = max(self._read, 1)
        self._lost = why
