"""Remote requests on record: made once with the endpoints, and again later without them.

A recording is a folder to put beside a paper or into a repository. What failed is on record, too, so that a query which
coped with a failure does the same again.
"""

from __future__ import annotations

from pathlib import Path

from rdfkit.endpoints.http.response import Reply
from rdfkit.endpoints.http.storage import Shelf, read_reply, reply_fields
from rdfkit.errors import RemoteError


class Recording:
    """A folder of requests. `replays`: answers come from it, and nothing is sent; else it is written."""

    def __init__(self, folder: Path, *, replays: bool) -> None:
        self.replays = replays
        self._shelf = Shelf(folder)

    def replay(self, url: str, text: str) -> Reply:
        """The recorded reply to a query. Raises the RemoteError that was recorded, or one that says that none was.

        Raises RecordingError when the file cannot be read.
        """
        kept = self._shelf.find(url, text)
        path = self._shelf.file(url, text)
        if kept is None:
            raise RemoteError.of(
                "unrecorded", url, f"was not asked this when the recording was made ({path.name})"
            )
        failure = kept.get("error")
        if isinstance(failure, dict):
            kind, message, status = failure.get("kind"), failure.get("message"), failure.get("status")
            raise RemoteError.of(str(kind), url, str(message), status if isinstance(status, int) else None)
        return read_reply(kept, path)

    def record(self, url: str, text: str, reply: Reply) -> None:
        """Records a reply. Raises RecordingError when it cannot be written."""
        self._shelf.put(url, text, reply_fields(reply))

    def record_failure(self, url: str, text: str, error: RemoteError) -> None:
        """Records that an endpoint failed. Raises RecordingError when it cannot be written."""
        failure = {"kind": error.kind, "status": error.status, "message": error.message}
        self._shelf.put(url, text, {"error": failure})
