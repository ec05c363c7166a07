"""Answers of endpoints on disk: a folder of plain files, one for each request, which people can read and compare."""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rdfkit.endpoints.http.response import Reply
from rdfkit.errors import RecordingError

_KEY_LENGTH = 32


class Shelf:
    """A folder with one JSON file for each request, named after the URL of the endpoint and the query."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def file(self, url: str, text: str) -> Path:
        """Where the answer of an endpoint to a query is kept, or would be."""
        digest = hashlib.sha256(f"{url}\n{text}".encode(errors="surrogatepass")).hexdigest()
        return self._folder / f"{digest[:_KEY_LENGTH]}.json"

    def find(self, url: str, text: str) -> Mapping[str, Any] | None:
        """What is kept of a request; None when there is nothing. Raises RecordingError when it cannot be read."""
        path = self.file(url, text)
        try:
            kept = json.loads(path.read_bytes().decode("utf-8", "surrogateescape"))
        except FileNotFoundError:
            return None
        except OSError as error:
            raise RecordingError(f"cannot be read: {error.strerror}", path=str(path)) from error
        except ValueError as error:
            raise RecordingError(f"is not JSON: {error}", path=str(path)) from error
        if not isinstance(kept, dict):
            raise RecordingError("is no answer of an endpoint", path=str(path))
        return kept

    def put(self, url: str, text: str, fields: Mapping[str, Any]) -> None:
        """Keeps something of a request, as a whole or not at all. Raises RecordingError when it cannot be written."""
        record = {"endpoint": url, "query": text.split("\n"), **fields}
        data = json.dumps(record, ensure_ascii=False, indent=1).encode("utf-8", "surrogateescape") + b"\n"
        path = self.file(url, text)
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile(dir=self._folder, prefix=".", delete=False) as file:
                file.write(data)
            os.replace(file.name, path)  # noqa: PTH105 - the same call, for a name that is a text
        except OSError as error:
            raise RecordingError(f"cannot be written: {error.strerror}", path=str(path)) from error


def reply_fields(reply: Reply) -> dict[str, Any]:
    """A reply as JSON. Its body is a list of lines, so that two of them can be compared line by line."""
    return {
        "media_type": reply.media_type,
        "headers": dict(reply.headers),
        "ends_by_closing": reply.ends_by_closing,
        "body": reply.body.decode("utf-8", "surrogateescape").split("\n"),
    }


def read_reply(kept: Mapping[str, Any], path: Path) -> Reply:
    """The reply that `reply_fields` was made of. Raises RecordingError when it is not whole."""
    try:
        return Reply(
            media_type=str(kept["media_type"]),
            body="\n".join(kept["body"]).encode("utf-8", "surrogateescape"),
            headers={str(name): str(value) for name, value in kept.get("headers", {}).items()},
            ends_by_closing=bool(kept.get("ends_by_closing", False)),
        )
    except (KeyError, TypeError, AttributeError, UnicodeEncodeError) as error:
        raise RecordingError("is no whole answer of an endpoint", path=str(path)) from error
