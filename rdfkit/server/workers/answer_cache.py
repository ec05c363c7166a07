"""Small answers of a build, kept in memory for those who ask the same again."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rdfkit.server.workers.reply import Reply

# What a reply takes beside its body.
_OVERHEAD = 2048


class Answered:
    """Whole replies by entity tag, up to a number of bytes; those not asked for longest go first."""

    def __init__(self, most_bytes: int) -> None:
        self._most_bytes = most_bytes
        self._replies: OrderedDict[str, Reply] = OrderedDict()
        self._bytes = 0
        self._build = ""

    def find(self, tag: str) -> Reply | None:
        """The reply that a tag stands for, if it is kept."""
        reply = self._replies.get(tag)
        if reply is not None:
            self._replies.move_to_end(tag)
        return reply

    def keep(self, tag: str, reply: Reply) -> None:
        """Keeps a reply if it is whole. Those of another build go: their tags will not be asked for again."""
        if reply.build != self._build:
            self._replies.clear()
            self._build, self._bytes = reply.build, 0
        if reply.body is None or _size(reply) > self._most_bytes or tag in self._replies:
            return
        self._replies[tag] = reply
        self._bytes += _size(reply)
        while self._bytes > self._most_bytes:
            _, oldest = self._replies.popitem(last=False)
            self._bytes -= _size(oldest)


def _size(reply: Reply) -> int:
    return len(reply.body or b"") + _OVERHEAD
