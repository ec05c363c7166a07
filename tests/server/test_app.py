"""What the application offers is what its description and the docs say."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import MutableMapping
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
import yaml
from starlette.routing import Mount, Route

from rdfkit.server import app
from rdfkit.server.http import endpoints
from rdfkit.server.settings import HELP, Settings
from tests.support.paths import PROJECT


def _paths() -> set[str]:
    routes = app.create_app("nowhere").routes
    found = {route.path for route in routes if isinstance(route, Route)}
    assert {route.path for route in routes if isinstance(route, Mount)} == {"/assets"}
    return {re.sub(r":path\}", "}", path) for path in found}


def test_openapi_names_all_addresses() -> None:
    described = yaml.safe_load(Path(endpoints.__file__).with_name("openapi.yaml").read_text(encoding="utf-8"))
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


def test_what_nobody_has_foreseen_is_a_problem_document() -> None:
    # An application that was never started has no build to answer from.
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: MutableMapping[str, Any]) -> None:
        sent.append(dict(message))

    scope = {
        "type": "http", "method": "GET", "path": "/sparql", "query_string": b"query=ASK%7B%7D", "headers": [],
        "scheme": "http", "server": ("localhost", 80), "client": ("127.0.0.1", 1), "http_version": "1.1",
    }  # fmt: skip
    with pytest.raises(ValueError, match="isoformat"):
        asyncio.run(app.create_app("nowhere")(scope, receive, send))
    head, body = sent
    assert head["status"] == 500
    assert (b"content-type", b"application/problem+json") in head["headers"]
    assert json.loads(body["body"])["type"] == "urn:rdfkit:problem:error"
