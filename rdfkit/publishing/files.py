"""Files that are written whole or not at all."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, cast

from rdfkit.errors import ExportError

# Level 9 takes three times as long for files that are hardly smaller.
LEVEL = 6


@contextmanager
def whole_file(path: Path) -> Iterator[BinaryIO]:
    """A file that appears when all is written, and not at all when writing fails.

    If its name ends in `.gz` it is gzipped, without a name or a time, so that the same content gives the same bytes
    (RFC 1952). Raises ExportError when the file cannot be written.
    """
    partial = path.with_name(f".{path.name}.partial")
    try:
        with ExitStack() as opened:
            file: BinaryIO = opened.enter_context(partial.open("wb"))
            if path.suffix.lower() == ".gz":
                packed = gzip.GzipFile(filename="", mode="wb", compresslevel=LEVEL, fileobj=file, mtime=0)
                file = cast("BinaryIO", opened.enter_context(packed))
            yield file
        partial.replace(path)
    except OSError as error:
        raise ExportError(f"cannot be written: {error.strerror}", path=str(path)) from error
    finally:
        with suppress(OSError):
            partial.unlink()


def write_file(data: bytes, path: Path) -> None:
    """Writes a file as `whole_file` does. Raises ExportError when it cannot be written."""
    with whole_file(path) as file:
        file.write(data)
