"""What a shell completes, and the ways that many try first."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from rdfkit.cli import completion
from rdfkit.cli.main import app
from tests.support.command_line import run_command


def test_names_are_completed() -> None:
    context: Any = SimpleNamespace(params={"query": "figures-with-gene"})
    assert "figures-with-gene" in dict(completion.queries("figures-w"))
    assert [*dict(completion.parameters(context, ""))] == ["gene=", "taxon="]
    assert not dict(completion.parameters(SimpleNamespace(params={"query": "none"}), ""))  # type: ignore[arg-type]
    assert "wikipathways" in dict(completion.endpoints("wiki"))
    assert "time_limit=" in dict(completion.settings("time"))


def test_the_help_names_each_kind_of_store() -> None:
    text = run_command("publish", "--help").stdout
    assert all(name in text for name in dict(completion.methods("")))


@pytest.mark.parametrize("arguments", [["help"], ["help", "query"], ["-V"], ["query", "-h"]])
def test_what_many_try_first(arguments: list[str]) -> None:
    assert run_command(*arguments).returncode == 0


def test_each_verb_is_in_a_group() -> None:
    assert all(command.rich_help_panel for command in app.registered_commands)
