"""The registry of SPARQL endpoints: `endpoints.toml` beside this module, and a file of the user's in the same form."""

from __future__ import annotations

import difflib
import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, urlencode, urlsplit

from rdfkit.errors import EndpointError
from rdfkit.package_data import beside
from rdfkit.rdf.iris import is_iri
from rdfkit.sparql.dataset import Dataset

_FILE_NAME = "endpoints.toml"
_TEXTS = ("title", "url", "homepage", "notes")
_FIELDS = (*_TEXTS, "max_rows", "method", "forms")
_METHODS = ("post", "get")
_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A SPARQL endpoint, and what is known of it. One that is in no registry has no name.

    `max_rows`: the rows at which it cuts an answer without an error. `method`: `get` where it does not take POST.
    `forms`: for prefixes of our prefix map, how it writes such identifiers (see `federation.identifier_mapping`).
    `dataset`: the graphs that its queries are about, where they are not those that it chooses itself.
    """

    name: str
    title: str
    url: str
    homepage: str | None = None
    max_rows: int | None = None
    forms: Mapping[str, str] = field(default_factory=dict)
    notes: str = ""
    method: str = "post"
    dataset: Dataset | None = None

    @property
    def asked_at(self) -> str:
        """Its URL with the graphs that it is asked about: the same query may have two answers at two such URLs."""
        graphs = urlencode(self.dataset.fields() if self.dataset is not None else [])
        return f"{self.url}{'&' if '?' in self.url else '?'}{graphs}" if graphs else self.url

    @property
    def label(self) -> str:
        """What to call it: its name, else its URL."""
        return self.name or self.url


def endpoints(extra: Path | None = None) -> Mapping[str, Endpoint]:
    """The endpoints by name: those of the package, then those of the user's file, which replace others of their name.

    The file is `extra`, else the one that RDFKIT_ENDPOINTS names, else `rdfkit/endpoints.toml` in the folder of
    configuration files (XDG Base Directory Specification), when it is there. Raises EndpointError when a file cannot be
    read or an entry is malformed.
    """
    path = extra or _users_file()
    return {**_packaged(), **(read_endpoints(path) if path is not None else {})}


def find_endpoint(name_or_url: str, known: Mapping[str, Endpoint]) -> Endpoint:
    """The endpoint of a name or of an http(s) URL: the known one, else, for a URL, one without a name.

    Raises EndpointError for an unknown name, with the nearest names, and for what is no URL of an endpoint.
    """
    if name_or_url in known:
        return known[name_or_url]
    if ":" not in name_or_url:
        near = difflib.get_close_matches(name_or_url.lower(), known, n=3, cutoff=0.5)
        expected = " or ".join(near) or "an http(s) URL, or a name that `rdfkit endpoints` lists"
        raise EndpointError(f'no endpoint is named "{name_or_url}"', value=name_or_url, expected=expected)
    wanted = _comparable(name_or_url)
    found = next((endpoint for endpoint in known.values() if _comparable(endpoint.url) == wanted), None)
    return found or Endpoint(name="", title=name_or_url, url=name_or_url)


def read_endpoints(path: Path) -> Mapping[str, Endpoint]:
    """The endpoints in a TOML file. Raises EndpointError when it cannot be read or an entry is malformed."""
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise EndpointError(f"cannot be read: {error.strerror}", path=str(path)) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise EndpointError(f"is not TOML: {error}", path=str(path)) from error
    return {name: _endpoint(name, table, str(path)) for name, table in tables.items()}


def origin(url: str) -> str:
    """Scheme, host and port of an http(s) URL, in one spelling (RFC 6454): `http://localhost:7878`.

    Raises EndpointError for any other text.
    """
    parts = _split(url)
    host = parts.hostname or ""
    port = parts.port or _PORTS[parts.scheme]
    return f"{parts.scheme}://{f'[{host}]' if ':' in host else host}:{port}"


def is_packaged(endpoint: Endpoint) -> bool:
    """Whether an endpoint is one of those that the package knows: of other people, for all to ask."""
    return endpoint.url in {known.url for known in _packaged().values()}


@cache
def _packaged() -> Mapping[str, Endpoint]:
    return read_endpoints(beside(__file__, _FILE_NAME))


def _users_file() -> Path | None:
    named = os.environ.get("RDFKIT_ENDPOINTS")
    if named:
        return Path(named)
    folder = os.environ.get("XDG_CONFIG_HOME")
    path = (Path(folder) if folder else Path.home() / ".config") / "rdfkit" / _FILE_NAME
    return path if path.is_file() else None


def _endpoint(name: str, table: object, path: str) -> Endpoint:
    if not name or ":" in name or not name.isprintable():
        raise EndpointError("a name cannot be empty or have a colon", path=path, key=name)
    if not isinstance(table, dict):
        raise EndpointError("is not a table", path=path, key=name, expected=f"[{name}]")
    for key, value in table.items():
        _check(name, key, value, path)
    if "url" not in table:
        raise EndpointError("an endpoint needs a url", path=path, key=name)
    try:
        origin(table["url"])
    except EndpointError as error:
        raise EndpointError(error.message, path=path, key=f"{name}.url", value=table["url"]) from error
    return Endpoint(name=name, **{"title": name, **table})


def _check(name: str, key: str, value: object, path: str) -> None:
    where: dict[str, Any] = {"path": path, "key": f"{name}.{key}", "value": str(value)}
    if key not in _FIELDS:
        raise EndpointError("an endpoint has no such field", expected=", ".join(_FIELDS), **where)
    if key in _TEXTS and not isinstance(value, str):
        raise EndpointError("is not a text", expected="a text in quotes", **where)
    if key == "max_rows" and (type(value) is not int or value < 1):
        raise EndpointError("is not a number of rows", expected="a whole number of at least 1", **where)
    if key == "method" and value not in _METHODS:
        raise EndpointError("is no method for queries", expected=" or ".join(_METHODS), **where)
    if key == "forms" and not _is_table_of_texts(value):
        raise EndpointError("is not a table of forms", expected='such as chebi = "http://…/{id}"', **where)


def _is_table_of_texts(value: object) -> bool:
    return isinstance(value, dict) and all(isinstance(each, str) for each in value.values())


def _comparable(url: str) -> tuple[str, str, str]:
    """What two spellings of the URL of one endpoint share."""
    parts = _split(url)
    return origin(url), parts.path.rstrip("/"), parts.query


def _split(url: str) -> SplitResult:
    wrong = EndpointError(
        f'"{url}" is no URL of an endpoint', value=url, expected="an http(s) URL without a user or a fragment"
    )
    try:
        parts = urlsplit(url)
        usable = parts.scheme in _PORTS and bool(parts.hostname) and parts.port != 0
    except ValueError as error:  # a port that is none, a bracket that is not closed
        raise wrong from error
    if not usable or not is_iri(url) or "@" in parts.netloc or "#" in url:
        raise wrong
    return parts
