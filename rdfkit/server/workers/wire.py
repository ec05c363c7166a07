"""What the server's process and a worker say to each other: frames of a kind, a length and a body."""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping
from enum import IntEnum
from typing import TYPE_CHECKING, Any, BinaryIO

if TYPE_CHECKING:
    from asyncio import StreamReader

_HEADER = struct.Struct(">BI")


class FrameKind(IntEnum):
    """What a frame is: a `JOB` for the worker; of its answer the `HEAD`, `CHUNK`s of the body (one if the head says
    that it is `whole`), and the `END`. `PROBLEM` comes in place of the head, or breaks off what has begun.
    """

    JOB = 1
    HEAD = 2
    CHUNK = 3
    END = 4
    PROBLEM = 5


def frame(kind: FrameKind, body: bytes) -> bytes:
    """One frame as bytes."""
    return _HEADER.pack(kind, len(body)) + body


def json_frame(kind: FrameKind, body: Mapping[str, Any]) -> bytes:
    """One frame with a JSON body."""
    return frame(kind, json.dumps(body, ensure_ascii=False).encode("utf-8", "surrogatepass"))


def decode(body: bytes) -> dict[str, Any]:
    """The JSON body of a frame."""
    found = json.loads(body.decode("utf-8", "surrogatepass"))
    return found if isinstance(found, dict) else {}


def read_frame(stream: BinaryIO) -> tuple[FrameKind, bytes] | None:
    """The next frame, None when the other side has closed the stream."""
    header = stream.read(_HEADER.size)
    if len(header) < _HEADER.size:
        return None
    kind, length = _HEADER.unpack(header)
    return FrameKind(kind), stream.read(length)


async def next_frame(stream: StreamReader) -> tuple[FrameKind, bytes]:
    """The next frame. Raises IncompleteReadError when the other side has closed the stream."""
    kind, length = _HEADER.unpack(await stream.readexactly(_HEADER.size))
    return FrameKind(kind), await stream.readexactly(length)
