"""Answers kept for the next time, for as long as the endpoint says (RFC 9111), and asked after with its validators."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from rdfkit.endpoints.http.response import Reply
from rdfkit.endpoints.http.storage import Shelf, read_reply, reply_fields
from rdfkit.errors import RecordingError

_MAX_AGE = re.compile(r"\bmax-age\s*=\s*\"?(\d{1,10})", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Kept:
    """A kept reply, and when it was kept (seconds since 1970)."""

    reply: Reply
    since: float

    @property
    def is_fresh(self) -> bool:
        """Whether it may be used without asking."""
        age = time.time() - self.since
        return 0 <= age < _lifetime(self.reply.headers)

    @property
    def conditions(self) -> dict[str, str]:
        """The headers that ask whether it still holds."""
        validators = {"etag": "If-None-Match", "last-modified": "If-Modified-Since"}
        headers = self.reply.headers
        return {condition: headers[name] for name, condition in validators.items() if name in headers}


class Cache:
    """A folder of kept replies. A file that cannot be read counts as not there."""

    def __init__(self, folder: Path) -> None:
        self._shelf = Shelf(folder)

    def find(self, url: str, text: str) -> Kept | None:
        """What is kept of a request, fresh or not."""
        try:
            fields = self._shelf.find(url, text)
            if fields is None or not isinstance(fields.get("since"), int | float):
                return None
            return Kept(read_reply(fields, self._shelf.file(url, text)), fields["since"])
        except RecordingError:
            return None

    def keep(self, url: str, text: str, reply: Reply) -> None:
        """Keeps a reply when the endpoint allows it and gives a way to know whether it still holds.

        Raises RecordingError when it cannot be written.
        """
        if _may_be_kept(reply.headers):
            self._shelf.put(url, text, {"since": time.time(), **reply_fields(reply)})


def _may_be_kept(headers: Mapping[str, str]) -> bool:
    forbidden = (
        "no-store" in headers.get("cache-control", "").lower() or headers.get("vary", "").strip() == "*"
    )
    # An answer that was cut, or not finished, may be whole the next time.
    cut = any(name in headers for name in ("x-sparql-maxrows", "x-sql-state", "x-sql-message"))
    known = "etag" in headers or "last-modified" in headers or _lifetime(headers) > 0
    return known and not forbidden and not cut


def _lifetime(headers: Mapping[str, str]) -> float:
    """Seconds for which a reply is fresh, from when it came."""
    control = headers.get("cache-control", "")
    found = _MAX_AGE.search(control)
    if found is None or "no-cache" in control.lower():
        return 0
    age = headers.get("age", "0").strip()
    return int(found[1]) - (int(age) if age.isascii() and age.isdigit() else 0)
