"""Builds again whenever a source changes, for as long as it is left to run."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from rdfkit.errors import RdfkitError, SourceError
from rdfkit.pipeline.summary import Build
from rdfkit.sources import locations

# Changes that come within this time are one.
_DEBOUNCE_MILLISECONDS = 200
_RETRY_MILLISECONDS = 2000


def watch(
    build: Callable[[], Build], paths: Iterable[str | Path], stop: threading.Event | None = None
) -> Iterator[Build | RdfkitError]:
    """What `build` makes now, and again each time that a file under the paths changes, until `stop` is set.

    A build that fails gives its error, and is tried again with the next change, or after some seconds. So is the first,
    once: what changed while it ran was not yet listened for; later changes are kept while a build runs. Raises
    SourceError for paths that are not on this machine: nobody tells of changes there.
    """
    from watchfiles import watch as changes

    watched = [str(path) for path in paths]
    for path in watched:
        if locations.is_remote(path):
            raise SourceError("cannot be watched", path=path, expected="files and folders of this machine")
    done = _tried(build)
    yield done
    is_due = True
    # Folders, since many editors put a new file in the place of the old one.
    folders = {path if Path(path).is_dir() else str(Path(path).absolute().parent) for path in watched}
    for found in changes(
        *sorted(folders),
        debounce=_DEBOUNCE_MILLISECONDS,
        rust_timeout=_RETRY_MILLISECONDS,
        yield_on_timeout=True,
        stop_event=stop,
        raise_interrupt=False,
    ):
        if found or is_due:
            before, done = done, _tried(build)
            is_due = isinstance(done, RdfkitError)
            # The same error is told once for each change, not once for each attempt.
            if found or not is_due or str(done) != str(before):
                yield done


def _tried(build: Callable[[], Build]) -> Build | RdfkitError:
    try:
        return build()
    except RdfkitError as error:
        return error
