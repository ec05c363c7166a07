"""The settings of the server: one table, read from a TOML file and from `name=value` texts.

Each setting is a field of `Settings` with its default; `HELP` says what it does. Later sources win over earlier ones.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

from rdfkit.errors import SettingError
from rdfkit.sparql.limits import Complexity


@dataclass(frozen=True, slots=True)
class Settings:
    """How the server behaves. What each field means, and its unit, stands in `HELP`."""

    workers: int = max(2, os.cpu_count() or 2)
    time_limit: float = 30.0
    memory: int = 3072
    max_rows: int = 100_000
    max_bytes: int = 100_000_000
    max_query_bytes: int = 65_536
    max_body_bytes: int = 100_000_000
    max_nesting: int = 128
    max_optionals: int = 64
    max_triple_patterns: int = 256
    max_operators: int = 1000
    queue: int = 64
    queue_time: float = 10.0
    client_requests: int = 8
    client_running: int = 0
    send_timeout: float = 60.0
    body_timeout: float = 20.0
    drain_time: float = 30.0
    update_time: float = 300.0
    reload_interval: float = 1.0
    kept_bytes: int = 32_000_000
    repair: bool = True
    base_url: str = ""

    @property
    def complexity(self) -> Complexity:
        """The limits on the text of a query or update."""
        return Complexity(self.max_nesting, self.max_optionals, self.max_triple_patterns, self.max_operators)

    @property
    def running_per_client(self) -> int:
        """How many workers one client may keep busy: all but one, unless set."""
        return self.client_running or max(1, self.workers - 1)


HELP: Mapping[str, str] = {
    "workers": "Processes that answer queries.",
    "time_limit": "Seconds that a query may take; then its worker is stopped.",
    "memory": "Address space of a worker, in MiB; 0 is no limit.",
    "max_rows": "Rows or triples in one answer.",
    "max_bytes": "Bytes in one answer, before compression.",
    "max_query_bytes": "Bytes in the text of a query or an update.",
    "max_body_bytes": "Bytes in a graph that is sent to the graph store.",
    "max_nesting": "Brackets within brackets in a query.",
    "max_optionals": "OPTIONALs in a query.",
    "max_triple_patterns": "Triple patterns in a query; each step of a path is one.",
    "max_operators": "Operators in a query: of expressions, paths and groups.",
    "queue": "Requests that wait for a worker; the next one is told to come back (503).",
    "queue_time": "Seconds that a request waits for a worker.",
    "client_requests": "Requests at once from one client, waiting or running; the next one is refused (429).",
    "client_running": "Workers that one client may keep busy; 0 is all but one.",
    "send_timeout": "Seconds without a byte taken after which a slow client is left.",
    "body_timeout": "Seconds that a client may take to send the body of a request.",
    "drain_time": "Seconds that running requests have to end when the server is told to stop.",
    "update_time": "Seconds that an update may take.",
    "reload_interval": "Seconds between two looks for a new build in the store.",
    "kept_bytes": "Bytes of small answers kept in memory for those who ask the same again; 0 keeps none.",
    "repair": "Repair what is not SPARQL 1.1 if its form is known, unless a request says strict.",
    "base_url": "The address that users see, when it is not the one that requests carry.",
}

# The least value of each number, where it is not 0.
_LEAST = {"workers": 1, "time_limit": 0.01, "queue_time": 0.01, "client_requests": 1, "reload_interval": 0.01}
_BOOLEANS = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}


def read_settings(
    path: Path | None = None, assignments: Iterable[str] = (), defaults: Settings | None = None
) -> Settings:
    """The defaults, changed by a TOML file, changed by texts like `time_limit=10`.

    Raises SettingError for a file that cannot be read, an unknown name, and a value that does not fit.
    """
    settings = defaults or Settings()
    if path is not None:
        settings = _changed(settings, _read_file(path), str(path))
    return _changed(settings, dict(_split(text) for text in assignments), None)


def describe_settings(settings: Settings) -> str:
    """Each setting on a line: its name, its value, what it does."""
    return "".join(
        f"{name:<20} {getattr(settings, name)!s:<12} {sentence}\n" for name, sentence in HELP.items()
    )


def _read_file(path: Path) -> dict[str, object]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SettingError(f"cannot be read: {error.strerror}", path=str(path)) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingError(f"is not TOML: {error}", path=str(path)) from error


def _split(text: str) -> tuple[str, object]:
    name, equals, value = text.partition("=")
    if not equals:
        raise SettingError("a setting needs a value", value=text, expected="name=value")
    return name.strip().replace("-", "_"), value.strip()


def _changed(settings: Settings, values: Mapping[str, object], path: str | None) -> Settings:
    kinds = {field.name: type(getattr(settings, field.name)) for field in fields(settings)}
    for name in values:
        if name not in kinds:
            raise SettingError(
                f'no setting is named "{name}"', path=path, key=name, expected=", ".join(kinds)
            )
    read: dict[str, Any] = {name: _value(name, kinds[name], value, path) for name, value in values.items()}
    return replace(settings, **read)


def _value(name: str, kind: type, value: object, path: str | None) -> object:
    wrong = SettingError(
        f'"{value}" does not fit', path=path, key=name, value=str(value), expected=_expected(name, kind)
    )
    if kind is bool:
        found = _BOOLEANS.get(str(value).lower())
        if found is None:
            raise wrong
        return found
    try:
        read = kind(value)
    except (TypeError, ValueError) as error:
        raise wrong from error
    # NaN is neither less nor more than anything.
    if kind is not str and not _LEAST.get(name, 0) <= read < float("inf"):
        raise wrong
    return read


def _expected(name: str, kind: type) -> str:
    if kind is bool:
        return "true or false"
    if kind is str:
        return "a text"
    return f"{'a whole number' if kind is int else 'a number'} of at least {_LEAST.get(name, 0)}"
