"""A build that goes on from the last one gives the store that a new build gives, whatever was edited."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import rdfkit
from rdfkit.pipeline.linkset import Thresholds
from rdfkit.validation.validator import Engine
from tests.support.examples import share_of_examples
from tests.support.sites import LEXICON, ONTOLOGY, Edit, apply, claims, edits, figure, outcome, sites, write

FEW = share_of_examples(0.12, HealthCheck.too_slow)
MANY = settings(max_examples=200, suppress_health_check=[HealthCheck.too_slow])
OPTIONS = st.fixed_dictionaries(
    {"keep_invalid": st.booleans(), "thresholds": st.sampled_from([None, None, Thresholds(1, 0.0, 1.0)])}
)


def check(site: dict[str, str], rounds: Sequence[Sequence[Edit]], options: dict[str, Any]) -> None:
    """Builds a site after each round of edits, from the last build and anew."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "site"
        write(root, site)
        compare(root, options)
        for some in rounds:
            for edit in some:
                apply(root, edit)
            compare(root, options)


def compare(root: Path, options: dict[str, Any]) -> None:
    """Compares what a build makes of the last one with what a new one makes."""
    files = {"lexicons": [root / LEXICON], "ontologies": [root / ONTOLOGY], "tables": [root / "more"]}
    changed, new = (_built(root, root.parent / name, files | options) for name in ("changed", "new"))
    assert changed == new


def _built(root: Path, store: Path, options: dict[str, Any]) -> object:
    try:
        done = rdfkit.build([root], store, full=store.name == "new", **options)
    except rdfkit.RdfkitError as error:
        return str(error).replace(str(store), "STORE")
    return outcome(store, done) if done.switched else (done.reconciliation, done.report.results)


A, B, C = (f"_figures/{name}.md" for name in "abc")
FIRST, SECOND = figure(1), figure(2)


@pytest.mark.parametrize(
    "rounds",
    [
        pytest.param(
            [[Edit(A, FIRST), Edit(B, SECOND), Edit(C, SECOND)], [Edit(A, SECOND)]],
            id="another page becomes the first",
        ),
        pytest.param(
            [
                [Edit(A, FIRST), Edit(B, FIRST), Edit(C, FIRST)],
                [Edit(A, None)],
                [Edit(A, FIRST)],
                [Edit(B, None)],
            ],
            id="the first goes and comes back",
        ),
        pytest.param(
            [[Edit(A, FIRST), Edit(B, FIRST)], [Edit(B, figure(1, "not a number"))]],
            id="the second is no longer valid",
        ),
        pytest.param(
            [[Edit(A, FIRST), Edit(B, SECOND), Edit(C, SECOND)], [Edit(A, SECOND), Edit(B, FIRST)]],
            id="two pages change places",
        ),
    ],
)
def test_who_is_refused_because_of_whom_follows_the_claims(rounds: list[list[Edit]]) -> None:
    check({}, rounds, {})


def test_a_page_is_of_another_site_once_other_collections_lie_beside_it() -> None:
    organism = "---\nlatin: Daphnia magna\nncbi: '35525'\ntitle: Daphnia magna\n---\n"
    site = {A: FIRST, "_organisms/daphnia.md": organism}
    check(site, [[Edit("_pathways/x.md", "No front matter.\n")], [Edit("_pathways/x.md", None)]], {})


@given(claims(), st.booleans())
@FEW
def test_claims_give_what_a_new_build_gives(rounds: list[list[Edit]], keep_invalid: bool) -> None:
    check({}, rounds, {"keep_invalid": keep_invalid})


@pytest.mark.thorough
@given(claims(), st.booleans())
@MANY
def test_hundreds_of_claims_give_what_a_new_build_gives(rounds: list[list[Edit]], keep_invalid: bool) -> None:
    check({}, rounds, {"keep_invalid": keep_invalid})


@given(sites(), edits(), OPTIONS)
@FEW
def test_edits_give_what_a_new_build_gives(
    site: dict[str, str], rounds: list[list[Edit]], options: dict[str, Any]
) -> None:
    check(site, rounds, options)


@pytest.mark.thorough
@given(sites(), edits(), OPTIONS)
@MANY
def test_hundreds_of_edits_give_what_a_new_build_gives(
    site: dict[str, str], rounds: list[list[Edit]], options: dict[str, Any]
) -> None:
    check(site, rounds, options)


@pytest.mark.scale
@given(sites(), edits(), st.booleans())
@settings(max_examples=5, suppress_health_check=[HealthCheck.too_slow])
def test_pyshacl_finds_the_same(site: dict[str, str], rounds: list[list[Edit]], keep_invalid: bool) -> None:
    check(site, rounds[:2], {"engine": Engine.PYSHACL, "keep_invalid": keep_invalid})


@pytest.mark.thorough
@given(sites(), edits())
@settings(max_examples=30, suppress_health_check=[HealthCheck.too_slow])
def test_a_checkout_of_another_commit_is_a_change(site: dict[str, str], rounds: list[list[Edit]]) -> None:
    """Each round is committed; then each commit is checked out again, the oldest last."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "site"
        write(root, site)
        _git(root, "init", "-q")
        commits = [_committed(root)]
        compare(root, {})
        for some in rounds:
            for edit in some:
                apply(root, edit)
            compare(root, {})
            commits.append(_committed(root))
            compare(root, {})
        for commit in reversed(commits):
            _git(root, "checkout", "-q", commit)
            # Git keeps no empty folders, and a folder of tables that is named must be there.
            (root / "more").mkdir(exist_ok=True)
            compare(root, {})


def _git(root: Path, *words: str) -> str:
    who = ("-c", "user.name=Ann", "-c", "user.email=ann@example.org")
    done = subprocess.run(["git", "-C", str(root), *who, *words], check=True, capture_output=True, text=True)
    return done.stdout.strip()


def _committed(root: Path) -> str:
    _git(root, "add", "-A")
    _git(root, "commit", "-q", "--allow-empty", "-m", "edits")
    return _git(root, "rev-parse", "HEAD")
