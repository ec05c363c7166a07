"""The library of queries: `.rq` files with headers and parameters, and the binding of values to them.

A header is a comment: `# title:`, `# category:`, `# description:` (repeatable) and
`# param: name | type | default | label`, the convention of WikiPathways' own collection. A parameter stands in the
query as `{{name}}`. Its value is escaped for the place where it stands, so that no value can change the query.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from types import MappingProxyType
from urllib.parse import quote

from rdfkit import package_data
from rdfkit.errors import ParameterError, QueryError
from rdfkit.rdf.identifiers import expand
from rdfkit.rdf.iris import is_iri, percent_encode
from rdfkit.sparql.parameters import read_value
from rdfkit.sparql.query import QueryText

_HEADER = re.compile(r"#+\s*(title|category|description|param)\s*:(.*)", re.IGNORECASE)
# A header may go on in comments that are indented.
_CONTINUATION = re.compile(r"#\s{2,}(\S.*)")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")
_HOLE = r"\{\{\s*[A-Za-z_][A-Za-z0-9_-]*\s*\}\}"
_TYPES = ("string", "integer", "uri", "taxon", "term", "enum", "autocomplete")
# These stand for an IRI.
_IRIS = ("uri", "taxon", "term")

# The places where a placeholder can stand, in the order in which they are tried: https://www.w3.org/TR/sparql11-query/#rIRIREF
_PLACE = re.compile(
    rf"""
      (?P<comment>\#[^\r\n]*)
    | (?P<iri><(?:{_HOLE}|[^\x00-\x20<>"{{}}|^`])*>)
    | (?P<string>
          '''(?:[^'\\]|\\.|'{{1,2}}(?!'))*'''
        | \"""(?:[^"\\]|\\.|"{{1,2}}(?!"))*\"""
        | '(?:[^'\\\r\n]|\\.)*'
        | "(?:[^"\\\r\n]|\\.)*"
      )
    | (?P<local>[A-Za-z][\w.-]*:(?:[\w.%:-]|\\.|{_HOLE})*)
    | (?P<bare>{_HOLE})
    """,
    re.VERBOSE | re.DOTALL,
)
# No leading zeros: "007" is a text.
_NUMBER = re.compile(r"-?(0|[1-9]\d*)(\.\d+)?", re.ASCII)
_LITERAL_ESCAPES = str.maketrans(
    {"\\": "\\\\", '"': '\\"', "'": "\\'", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\b": "\\b", "\f": "\\f"}
)
_LOCAL_MARKS = "~.-!$&'()*+,;=/@"


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter: `type` is string, integer, uri, taxon, term, enum (with `choices`) or
    autocomplete (`source` says of what). `parameters.read_value` says what each understands.
    """

    name: str
    type: str
    choices: tuple[str, ...]
    source: str | None
    default: str | None
    label: str


@dataclass(frozen=True)
class LibraryQuery:
    """One query: its name, what its headers say, and its text as it stands in the file."""

    name: str
    title: str
    category: str
    description: str
    parameters: tuple[Parameter, ...]
    text: str
    path: str

    @property
    def is_federated(self) -> bool:
        """Whether it asks other endpoints, so that the store alone cannot answer it."""
        return self._query.calls_service

    @property
    def endpoints(self) -> tuple[str, ...]:
        """The IRIs that its SERVICE clauses name, each once. Variables and prefixed names are left out."""
        return self._query.endpoints

    @cached_property
    def _query(self) -> QueryText:
        return QueryText(self.text)


def library(folder: Path | None = None) -> Mapping[str, LibraryQuery]:
    """The queries of a folder and its subfolders by name, sorted; by default those of the package.

    Raises QueryError when a file cannot be read or a header is malformed.
    """
    top = folder or package_data.queries_folder()
    found = (read_query(path) for path in sorted(top.rglob("*.rq")))
    return dict(sorted((query.name, query) for query in found))


@cache
def _packaged() -> Mapping[str, LibraryQuery]:
    return library()


def find_query(name: str) -> LibraryQuery:
    """The query of the package with this name. Raises QueryError with the nearest names."""
    queries = _packaged()
    if name not in queries:
        near = difflib.get_close_matches(name, queries, n=3, cutoff=0.5)
        raise QueryError(
            f'no query is named "{name}"', value=name, expected=" or ".join(near) or "a name of the library"
        )
    return queries[name]


def read_query(path: Path) -> LibraryQuery:
    """The query in a file. Raises QueryError when the file cannot be read or a header is malformed."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise QueryError(f"cannot be read: {error.strerror}", path=str(path)) from error
    except UnicodeDecodeError as error:
        raise QueryError(f"is not UTF-8: byte at offset {error.start}", path=str(path)) from error
    return parse_query(text, str(path))


def parse_query(text: str, path: str) -> LibraryQuery:
    """The query in a text. Missing headers are made from the file's name. Raises QueryError, with the line."""
    name = Path(path).stem
    headers: dict[str, list[str]] = {}
    parameters: dict[str, Parameter] = {}
    key = ""
    for number, line in enumerate(text.splitlines(), start=1):
        match = _HEADER.match(line.strip())
        if match is not None:
            key, value = match[1].lower(), match[2].strip()
            if key == "param":
                parameter = _parameter(value, path, number)
                parameters[parameter.name] = parameter
            else:
                headers.setdefault(key, []).append(value)
        elif key in headers and (more := _CONTINUATION.match(line)):
            headers[key].append(more[1].strip())
        else:
            key = ""
    return LibraryQuery(
        name=name,
        title=" ".join(headers.get("title", [name])),
        category=" ".join(headers.get("category", ["Other"])),
        description=" ".join(headers.get("description", [])),
        parameters=tuple(parameters.values()),
        text=text,
        path=path,
    )


def bind(
    query: LibraryQuery | str, values: Mapping[str, object] = MappingProxyType({}), **named: object
) -> str:
    """The SPARQL of a query, or of the query of that name, with its placeholders replaced by values or the defaults.

    Raises ParameterError for a value that no parameter takes, a parameter without value and default, a value that
    is none of an enum's choices, and one that is not of its type.
    """
    query = find_query(query) if isinstance(query, str) else query
    known = {parameter.name: parameter for parameter in query.parameters}
    texts = {name: str(value) for name, value in {**values, **named}.items()}
    for name in texts.keys() - known.keys():
        raise ParameterError(
            f'the query has no parameter "{name}"',
            key=name,
            expected=", ".join(known) or "no parameter at all",
        )
    given = {name: _value(parameter, texts.get(name)) for name, parameter in known.items()}
    return _PLACE.sub(lambda place: _replaced(place, known, given), query.text)


def _parameter(header: str, path: str, line: int) -> Parameter:
    parts = [part.strip() for part in header.split("|")]
    name, kind = parts[0], parts[1] if len(parts) > 1 else "string"
    type_, _, detail = kind.partition(":")
    if not _NAME.fullmatch(name) or type_ not in _TYPES or (type_ == "enum" and not detail):
        raise QueryError(
            "the param header is malformed",
            path=path,
            line=line,
            value=header,
            expected=f"name | type | default | label, with a type of {', '.join(_TYPES)}",
        )
    return Parameter(
        name=name,
        type=type_,
        # A choice may have a label: `GeneProduct=Gene Products`.
        choices=tuple(choice.partition("=")[0].strip() for choice in detail.split(","))
        if type_ == "enum"
        else (),
        source=detail if type_ == "autocomplete" else None,
        default=(parts[2] or None) if len(parts) > 2 else None,
        label=parts[3] if len(parts) > 3 else name,
    )


def _value(parameter: Parameter, given: str | None) -> str:
    value = given if given is not None else parameter.default
    if value is None:
        raise ParameterError("the parameter has no value", key=parameter.name, expected=parameter.label)
    if parameter.choices and value not in parameter.choices:
        raise ParameterError(
            f'"{value}" is none of the choices',
            key=parameter.name,
            value=value,
            expected=", ".join(parameter.choices),
        )
    kind = parameter.source if parameter.source in ("pathway", "figure") else parameter.type
    return read_value(kind, parameter.name, value)


def _replaced(place: re.Match[str], known: Mapping[str, Parameter], given: Mapping[str, str]) -> str:
    kind = str(place.lastgroup)
    if kind == "comment":
        return place[0]

    def one(placeholder: re.Match[str]) -> str:
        parameter = known.get(placeholder[0][2:-2].strip())
        if parameter is None:
            return placeholder[0]
        value = given[parameter.name]
        if kind == "string":
            return _in_literal(value)
        if kind == "iri":
            whole = place[0][1:-1] == placeholder[0]
            return _whole_iri(parameter, value) if whole else percent_encode(value)
        if kind == "local":
            return _in_local_name(value)
        return _bare(parameter, value)

    return re.sub(_HOLE, one, place[0])


def _in_literal(value: str) -> str:
    """Escapes that hold in short and in long literals.

    Some engines turn codepoint escapes (`\\u0022`) into characters before they parse, as the standard says, others
    while they read the literal. A `u` after a backslash is written as a codepoint, so that both read the same.
    """
    return value.translate(_LITERAL_ESCAPES).replace("\\\\u", "\\\\\\u0075").replace("\\\\U", "\\\\\\u0055")


def _whole_iri(parameter: Parameter, value: str) -> str:
    iri = expand(value)
    if not is_iri(iri):
        raise ParameterError(
            f'"{value}" is no IRI', key=parameter.name, value=value, expected="an IRI or a CURIE"
        )
    return iri


def _in_local_name(value: str) -> str:
    """Percent-encoded where an IRI needs it, with the backslashes of PN_LOCAL_ESC before the marks that stay."""
    encoded = quote(value, safe=_LOCAL_MARKS)
    return "".join(c if c.isalnum() or c in "_%" else f"\\{c}" for c in encoded)


def _bare(parameter: Parameter, value: str) -> str:
    if parameter.type in _IRIS:
        return f"<{_whole_iri(parameter, value)}>"
    if parameter.choices or _NUMBER.fullmatch(value):
        return value
    return f'"{_in_literal(value)}"'
