"""How many examples a rule is tried with: `--hypothesis-profile` chooses."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

# What is fixed in a test by a number is a share of this, so that each profile means all tests.
PROFILES = {"usual": 25, "ci": 100, "thorough": 500}


def register_profiles() -> None:
    """Names the profiles. Test machines are shared, so no example has a deadline."""
    for name, number in PROFILES.items():
        settings.register_profile(name, deadline=None, max_examples=number)
    settings.load_profile("ci" if os.environ.get("CI") else "usual")


def share_of_examples(share: float, *suppressed: HealthCheck) -> settings:
    """For a rule whose examples are slow, or need luck: so many of those that other rules get, without some checks."""
    number = max(1, round(settings.default.max_examples * share))
    return settings(max_examples=number, suppress_health_check=suppressed)
