"""The settings of the server: one table, read from a TOML file and from `name=value` texts.

Each setting is a field of `Settings` with its default and what it does. Later sources win over earlier ones.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any, TypeVar

from rdfkit.errors import SettingError
from rdfkit.sparql.limits import Complexity

_T = TypeVar("_T")


def _setting(default: _T, help: str, least: float = 0) -> _T:
    """A setting: its default, what it does, and the least value of a number."""
    found: _T = field(default=default, metadata={"help": help, "least": least})
    return found


@dataclass(frozen=True, slots=True)
class Settings:
    """How the server behaves."""

    workers: int = _setting(max(2, os.cpu_count() or 2), "Processes that answer queries.", 1)
    time_limit: float = _setting(30.0, "Seconds that a query may take; then its worker is stopped.", 0.01)
    memory: int = _setting(3072, "Address space of a worker, in MiB; 0 is no limit.")
    max_rows: int = _setting(100_000, "Rows or triples in one answer.")
    max_bytes: int = _setting(100_000_000, "Bytes in one answer, before compression.")
    max_query_bytes: int = _setting(65_536, "Bytes in the text of a query or an update.")
    max_body_bytes: int = _setting(100_000_000, "Bytes in a graph that is sent to the graph store.")
    max_nesting: int = _setting(128, "Brackets within brackets in a query.")
    max_optionals: int = _setting(64, "OPTIONALs in a query.")
    max_triple_patterns: int = _setting(256, "Triple patterns in a query; each step of a path is one.")
    max_operators: int = _setting(1000, "Operators in a query: of expressions, paths and groups.")
    queue: int = _setting(64, "Requests that wait for a worker; the next one is told to come back (503).")
    queue_time: float = _setting(10.0, "Seconds that a request waits for a worker.", 0.01)
    client_requests: int = _setting(
        8, "Requests at once from one client, waiting or running; the next one is refused (429).", 1
    )
    client_running: int = _setting(0, "Workers that one client may keep busy; 0 is all but one.")
    send_timeout: float = _setting(60.0, "Seconds without a byte taken after which a slow client is left.")
    body_timeout: float = _setting(20.0, "Seconds that a client may take to send the body of a request.")
    drain_time: float = _setting(
        30.0, "Seconds that running requests have to end when the server is told to stop."
    )
    update_time: float = _setting(300.0, "Seconds that an update may take.")
    reload_interval: float = _setting(1.0, "Seconds between two looks for a new build in the store.", 0.01)
    kept_bytes: int = _setting(
        32_000_000, "Bytes of small answers kept in memory for those who ask the same again; 0 keeps none."
    )
    repair: bool = _setting(
        True, "Repair what is not SPARQL 1.1 if its form is known, unless a request says strict."
    )
    base_url: str = _setting("", "The address that users see, when it is not the one that requests carry.")

    @property
    def complexity(self) -> Complexity:
        """The limits on the text of a query or update."""
        return Complexity(self.max_nesting, self.max_optionals, self.max_triple_patterns, self.max_operators)

    @property
    def running_per_client(self) -> int:
        """How many workers one client may keep busy: all but one, unless set."""
        return self.client_running or max(1, self.workers - 1)


# What each setting does.
HELP: Mapping[str, str] = {one.name: one.metadata["help"] for one in fields(Settings)}
_LEAST: Mapping[str, float] = {one.name: one.metadata["least"] for one in fields(Settings)}
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
            said = f'no setting is named "{name}"'
            raise SettingError(said, path=path, key=name, expected=", ".join(kinds))
    read: dict[str, Any] = {name: _value(name, kinds[name], value, path) for name, value in values.items()}
    return replace(settings, **read)


def _value(name: str, kind: type, value: object, path: str | None) -> object:
    said, expected = f'"{value}" does not fit', _expected(name, kind)
    wrong = SettingError(said, path=path, key=name, value=str(value), expected=expected)
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
    if kind is not str and not _LEAST[name] <= read < float("inf"):
        raise wrong
    return read


def _expected(name: str, kind: type) -> str:
    if kind is bool:
        return "true or false"
    if kind is str:
        return "a text"
    return f"{'a whole number' if kind is int else 'a number'} of at least {_LEAST[name]}"
