"""What the application offers is what its description and the docs say."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

import yaml
from conftest import PROJECT
from starlette.routing import Mount, Route

from rdfkit.server import app
from rdfkit.settings import HELP, Settings


def _paths() -> set[str]:
    routes = app.create_app("nowhere").routes
    found = {route.path for route in routes if isinstance(route, Route)}
    assert {route.path for route in routes if isinstance(route, Mount)} == {"/assets"}
    return {re.sub(r":path\}", "}", path) for path in found}


def test_openapi_names_all_addresses() -> None:
    described = yaml.safe_load(Path(app.__file__).with_name("openapi.yaml").read_text(encoding="utf-8"))
    # The endpoint answers with and without a slash, and a graph may be named by its own address.
    assert _paths() - {"/sparql/", "/graphs/{path}"} == set(described["paths"])


def test_every_setting_has_help_and_stands_in_the_docs() -> None:
    names = [field.name for field in fields(Settings)]
    assert names == list(HELP)
    documented = re.findall(
        r"^\| `(\w+)` \|", (PROJECT / "docs" / "serve.md").read_text(encoding="utf-8"), re.M
    )
    assert documented == names


def test_the_docs_name_the_defaults() -> None:
    text = (PROJECT / "docs" / "serve.md").read_text(encoding="utf-8")
    documented = dict(re.findall(r"^\| `(\w+)` \| ([^|]*) \|", text, re.M))
    # That of the workers depends on the machine.
    del documented["workers"]
    settings = Settings()
    assert documented == {name: _shown(getattr(settings, name)) for name in documented}


def _shown(value: object) -> str:
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).lower() if isinstance(value, bool) else str(value)
