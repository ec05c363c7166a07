"""The table of settings, and how it is read."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rdfkit.errors import SettingError
from rdfkit.server.settings import HELP, Settings, describe_settings, read_settings

NAMES = [field.name for field in fields(Settings)]


def test_every_setting_says_what_it_does():
    assert list(HELP) == NAMES
    said = describe_settings(Settings())
    assert [line.split()[0] for line in said.splitlines()] == NAMES


def test_assignments_win_over_the_file_and_the_file_over_the_defaults(tmp_path: Path):
    file = tmp_path / "settings.toml"
    file.write_text('time_limit = 5\nmax_rows = 10\nbase_url = "me"\nrepair = false\n', encoding="utf-8")
    found = read_settings(file, ["max-rows=20", " workers = 3 ", "time_limit=1", "time_limit=2.5"])
    assert (found.time_limit, found.max_rows, found.base_url, found.repair) == (2.5, 20, "me", False)
    assert (found.workers, found.queue) == (3, Settings().queue)


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("workers", None),
        ("worker=1", "worker"),
        ("workers=0", "workers"),
        ("workers=1.5", "workers"),
        ("workers=", "workers"),
        ("time_limit=0", "time_limit"),
        ("time_limit=-1", "time_limit"),
        ("time_limit=nan", "time_limit"),
        ("time_limit=inf", "time_limit"),
        ("memory=-1", "memory"),
        ("repair=maybe", "repair"),
        ("queue=many", "queue"),
    ],
)
def test_what_does_not_fit_is_an_error(text: str, key: str | None):
    with pytest.raises(SettingError) as raised:
        read_settings(None, [text])
    assert raised.value.key == key
    assert raised.value.expected


@pytest.mark.parametrize(
    "content",
    [b"workers", b"workers = ", b"\xff", b"wrong = 1", b"workers = []", b"repair = 2", b"[workers]\na=1"],
)
def test_a_file_that_does_not_fit_is_named(tmp_path: Path, content: bytes):
    file = tmp_path / "settings.toml"
    file.write_bytes(content)
    with pytest.raises(SettingError) as raised:
        read_settings(file)
    assert raised.value.path == str(file)


def test_a_file_that_is_not_there_is_named(tmp_path: Path):
    with pytest.raises(SettingError, match="cannot be read"):
        read_settings(tmp_path / "none.toml")


@given(st.sampled_from(NAMES), st.text() | st.integers().map(str) | st.floats().map(str))
def test_any_value_fits_or_is_refused(name: str, value: str):
    try:
        found = read_settings(None, [f"{name}={value}"])
    except SettingError as error:
        assert error.key == name
    else:
        assert type(getattr(found, name)) is type(getattr(Settings(), name))


@given(st.integers(1, 50), st.integers(0, 50))
def test_one_client_leaves_a_worker_to_others(workers: int, most: int):
    found = Settings(workers=workers, client_running=most)
    assert found.running_per_client == (most or max(1, workers - 1))


def test_the_limits_on_texts_are_settings():
    found = Settings(max_nesting=1, max_optionals=2, max_triple_patterns=3, max_operators=4).complexity
    assert (found.nesting, found.optionals, found.triple_patterns, found.operators) == (1, 2, 3, 4)
