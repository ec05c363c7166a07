"""Where the tests find what they read."""

from __future__ import annotations

from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent.parent
SEEDS = PROJECT / "seeds"
CASES = PROJECT / "tests" / "cases"
SAMPLES = PROJECT.parent / "shared" / "data"
