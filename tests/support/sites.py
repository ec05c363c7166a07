"""Random small sites and edits of them, made of the texts in `cases/builds/files.toml`; what a build made of them."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from string import Template
from typing import Any, NamedTuple

import pyoxigraph as ox
from hypothesis import strategies as st

import rdfkit
from rdfkit.pipeline.summary import Build
from tests.support.paths import CASES

LEXICON, ONTOLOGY = "../lexicon.tsv", "../terms.obo"
_ALWAYS = {
    LEXICON: "hgnc_id\tsymbol\tname\tentrez_id\nHGNC:6018\tIL6\ta gene\t3569\n",
    ONTOLOGY: "format-version: 1.2\nontology: pw\n\n[Term]\nid: PW:0000777\nname: own parent\n",
}


class Edit(NamedTuple):
    """A change of one file: a new text, None to remove it, its own path to touch it, or `>PATH` to rename it."""

    path: str
    text: str | None


@cache
def _files() -> Mapping[str, Any]:
    with (CASES / "builds" / "files.toml").open("rb") as file:
        return tomllib.load(file)


def _texts(template: str) -> st.SearchStrategy[str]:
    found = Template(template.removeprefix("\n"))
    holes = {name: st.sampled_from(_files()["holes"][name]) for name in found.get_identifiers()}
    return st.fixed_dictionaries(holes).map(found.substitute)


def _puts() -> st.SearchStrategy[Edit]:
    kinds = [one for name, one in _files().items() if name != "holes"]
    return st.one_of([st.builds(Edit, st.sampled_from(one["paths"]), _texts(one["text"])) for one in kinds])


def _paths() -> list[str]:
    named = {path for name, one in _files().items() if name != "holes" for path in one["paths"]}
    return sorted(named - {LEXICON, ONTOLOGY})


def sites() -> st.SearchStrategy[dict[str, str]]:
    """Sites: text by path."""
    return st.lists(_puts(), min_size=1, max_size=12).map(_as_files)


def _as_files(puts: list[Edit]) -> dict[str, str]:
    return {one.path: one.text for one in puts if one.text is not None}


def edits() -> st.SearchStrategy[list[list[Edit]]]:
    """Some rounds of edits."""
    paths = st.sampled_from(_paths())
    renames = st.builds(Edit, paths, paths.map(lambda path: f">{path}"))
    touches = paths.map(lambda path: Edit(path, path))
    removals = st.builds(Edit, paths, st.none())
    one = st.one_of(_puts(), _puts(), _puts(), removals, renames, touches)
    return st.lists(st.lists(one, min_size=1, max_size=3), min_size=1, max_size=4)


def figure(number: int, pmcid: str = "PMC1") -> str:
    """A figure page with an identifier; with a PMC identifier that is none it is not valid."""
    row = _files()["figure_keywords"]["text"].removeprefix("\n")
    holes = {"organism": "Homo sapiens", "symbol": "IL6", "title": "One title"}
    return Template(row).substitute(holes, figid=f"PMC1__f{number}", pmcid=pmcid)


def claims() -> st.SearchStrategy[list[list[Edit]]]:
    """Rounds of edits of five pages, each of which takes one of two identifiers or vanishes."""
    paths = st.sampled_from([f"_figures/{name}.md" for name in "abcde"])
    pages = st.builds(figure, st.sampled_from([1, 2]), st.sampled_from(["PMC1", "PMC2", "not a number"]))
    one = st.builds(Edit, paths, pages | pages | pages | st.none())
    return st.lists(st.lists(one, min_size=1, max_size=4), min_size=2, max_size=5)


def write(root: Path, site: Mapping[str, str]) -> None:
    """Makes the files of a site, and those that are beside every one."""
    for folder in ("_data", "more"):
        (root / folder).mkdir(parents=True, exist_ok=True)
    for path, text in {**_ALWAYS, **site}.items():
        _put(root / path, text)


def _put(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def apply(root: Path, edit: Edit) -> None:
    """Makes an edit; one of a file that is not there does nothing."""
    path = root / edit.path
    if edit.text is None:
        path.unlink(missing_ok=True)
    elif edit.text == edit.path:
        if path.exists():
            os.utime(path, (1_500_000_000, 1_500_000_000))
    elif edit.text.startswith(">"):
        other = root / edit.text[1:]
        if path.exists():
            other.parent.mkdir(parents=True, exist_ok=True)
            path.replace(other)
    else:
        _put(path, edit.text)


class Outcome(NamedTuple):
    """All that a build gives but the time it took."""

    exit_code: int
    quads: set[ox.Quad]
    told: dict[str, object]
    findings: tuple[object, ...]


def outcome(store: Path, done: Build) -> Outcome:
    """What a build that was switched in has made."""
    with rdfkit.open_store(store) as opened:
        quads = list(ox.Store.read_only(str(opened.folder / "graph"))) if opened.folder else []
    # No triple stands in two graphs, so the union of the graphs has each once.
    assert len({quad.triple for quad in quads}) == len(quads)
    told: dict[str, object] = {
        "reconciliation": done.reconciliation,
        "quads": done.quads,
        "genes": done.genes,
        "mentions": done.mentions,
        "links": done.links,
        "severities": done.findings,
        "unreadable": done.unreadable,
        "pages": done.pages,
    }
    return Outcome(done.exit_code, set(quads), told, done.report.results)
