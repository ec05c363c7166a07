"""The errors that rdfkit raises, one class per stage, all with the fields that say what and where.

Every error is an `RdfkitError`. Its text is made from its fields, so a program can read the fields and
a person the text. `exit_code` is what the command line returns when the error ends the run.
"""

from __future__ import annotations

from typing import ClassVar


class RdfkitError(Exception):
    """The root of all errors raised by rdfkit.

    Fields: `message` (one sentence), `path` (file, as the user named it), `line` and `column` (from 1),
    `key` (front-matter key), `value` (what was found), `expected` (what would have been right).
    """

    exit_code: ClassVar[int] = 2

    def __init__(
        self,
        message: str,
        *,
        path: str | None = None,
        line: int | None = None,
        column: int | None = None,
        key: str | None = None,
        value: str | None = None,
        expected: str | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.path = path
        self.line = line
        self.column = column
        self.key = key
        self.value = value
        self.expected = expected

    def __reduce__(self) -> tuple[object, ...]:
        # Exceptions with keyword-only fields do not cross process borders without this.
        return (_rebuild, (type(self), self.message, dict(self.__dict__)))

    def __str__(self) -> str:
        place = ":".join(str(part) for part in (self.path, self.line, self.column) if part is not None)
        text = f"{place}: " if place else ""
        text += f"{self.key}: " if self.key else ""
        text += self.message
        return f"{text} (expected {self.expected})" if self.expected else text


def _rebuild(error_class: type[RdfkitError], message: str, fields: dict[str, object]) -> RdfkitError:
    error = error_class(message)
    error.__dict__.update(fields)
    return error


class SourceError(RdfkitError):
    """A source that the user named cannot be read at all."""

    exit_code = 3


class ArchiveError(RdfkitError):
    """A compressed file or an archive is damaged, or holds what rdfkit refuses to open.

    `path` is the archive, `key` the member as the archive spells it, `value` what was found.
    """

    exit_code = 3


class PageError(RdfkitError):
    """A page file is not a page: not UTF-8, not YAML, too large or too deep."""

    exit_code = 3


class TableError(RdfkitError):
    """A companion table cannot be read: no file, or not the columns of its kind."""

    exit_code = 3


class IdentifierError(RdfkitError):
    """A text does not fit the pattern of the prefix under which it was to become an IRI."""


class JsonLdError(RdfkitError):
    """A JSON-LD document cannot be turned into quads."""


class LexiconError(RdfkitError):
    """A lexicon file that the user named cannot be read."""

    exit_code = 3


class ShapesError(RdfkitError):
    """A shapes graph cannot be read or is not SHACL."""


class StoreError(RdfkitError):
    """The store cannot be opened, written or switched."""

    exit_code = 4


class StoreBusyError(StoreError):
    """Another build holds the store."""


class BuildError(RdfkitError):
    """A build cannot go on, though its sources and its store are as they should be."""

    exit_code = 4


class QueryError(RdfkitError):
    """A query is unknown, malformed, or failed."""


class FederationError(QueryError):
    """A SERVICE clause cannot be asked. `key` is what is in the way."""


class ParameterError(QueryError):
    """A parameter of a library query is missing, unknown or not allowed."""


class QueryRefusedError(QueryError):
    """A query asks for more than is allowed, or for what is not allowed. `key` names the limit."""


class EndpointError(QueryError):
    """An endpoint is unknown, or an entry of the registry is malformed. `key` names the entry."""


class RemoteError(QueryError):
    """An endpoint gave no answer that can be used.

    `message` says what the endpoint did. Further fields: `endpoint` (its URL), `status` (of HTTP, where it came that
    far) and `kind`: `timeout`, `too-large`, `refused` (by our own rules, before anything was sent), `status`,
    `content-type`, `malformed`, `connection`, `limit` (of the query: its requests or its time), `unrecorded` (no
    recording of the request is there to replay). `challenge` is how the endpoint wants to be told who asks (401).
    """

    exit_code = 5
    endpoint: str = ""
    status: int | None = None
    kind: str = "connection"
    challenge: str = ""

    @classmethod
    def of(cls, kind: str, endpoint: str, message: str, status: int | None = None) -> RemoteError:
        """An error of a kind, about an endpoint."""
        error = cls(message, key=endpoint)
        error.kind, error.endpoint, error.status = kind, endpoint, status
        return error

    @property
    def block_is_too_large(self) -> bool:
        """Whether the same request with fewer keys may succeed: one of them was too large or took too long."""
        return self.kind in ("timeout", "too-large") or self.status in (413, 414)


class PublishError(RdfkitError):
    """A store cannot be published: `key` is what is in the way."""


class RecordingError(QueryError):
    """A recording of remote requests cannot be read or written."""


class NotAcceptableError(RdfkitError):
    """An answer cannot be had in any format that the client takes."""


class NotFoundError(RdfkitError):
    """The data has nothing of the name that was asked for."""


class AnswerTooLargeError(RdfkitError):
    """An answer has more rows or bytes than is allowed."""


class SettingError(RdfkitError):
    """A setting of the server is unknown, or its value does not fit."""


class PreconditionError(RdfkitError):
    """A change was meant for a store in another state; nothing was changed."""


class UpdateError(RdfkitError):
    """An update of the store is malformed, or failed; nothing was changed."""


class LabelError(RdfkitError):
    """The index of labels cannot be made or read."""

    exit_code = 4


class LabelsPendingError(LabelError):
    """The index of labels is not there yet."""


class LinkError(RdfkitError):
    """Figures and pathways cannot be linked."""


class ExportError(RdfkitError):
    """The graph cannot be written in the format or to the place that the user named."""


class ShardError(RdfkitError):
    """A shard or its manifest cannot be written, or is not what the manifest says."""

    exit_code = 3
