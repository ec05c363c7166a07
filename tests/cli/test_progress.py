"""What is told of work that goes on: it names the stage, and never goes back."""

from __future__ import annotations

import io
import sys
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rdfkit.cli import progress
from rdfkit.cli.progress import State
from rdfkit.pipeline.build import build
from rdfkit.pipeline.progress import AGAIN, CONVERTING, STAGES, numbered
from tests.support.paths import SEEDS


class Clock:
    """A clock that is set by hand."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


@given(
    st.lists(st.tuples(st.floats(0.1, 50), st.integers(0, 40), st.integers(1, 40)), min_size=1, max_size=40)
)
def test_counts_only_grow_and_time_left_only_shrinks(steps: list[tuple[float, int, int]]) -> None:
    """Also where a stage runs several times, each with a number of pages of its own."""
    clock = Clock()
    state = State(clock)
    done, left = 0, None
    for seconds, number, total in steps:
        clock.now += seconds
        state.advance(AGAIN, min(number, total), total)
        assert done <= state.done <= state.total
        if left is not None and state.left is not None:
            assert state.left <= left
        done, left = state.done, state.left


def test_a_stage_has_name_number_count_and_time() -> None:
    clock = Clock()
    state = State(clock)
    state.advance(CONVERTING, 0, 2853)
    clock.now = 60.0
    state.advance(CONVERTING, 1000, 2853)
    assert state.line() == "2/7 reading pages: 1,000 of 2,853, 1 min 51 s left"
    state.advance("checking what pages share", 0, 0)
    assert state.line() == "4/7 checking what pages share"
    assert numbered("of its own") == "of its own"


def test_a_build_names_its_stages_in_order(tmp_path) -> None:
    told: list[str] = []
    build([SEEDS], tmp_path / "store", progress=lambda stage, done, total: told.append(stage))
    order = [STAGES[0].index(stage) for stage in told]
    assert order == sorted(order)
    assert {0, 1, 3, 4, 6} <= {*order}


def test_a_pipe_hears_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    errors = io.StringIO()
    monkeypatch.setattr(sys, "stderr", errors)
    monkeypatch.setattr(progress, "EVERY", 0.01)
    with progress.progress(quiet=False) as advance:
        advance(CONVERTING, 5, 10)
        while not errors.getvalue():
            time.sleep(0.01)
    assert errors.getvalue().splitlines()[0] == "2/7 reading pages: 5 of 10"
