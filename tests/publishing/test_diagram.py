"""The picture in the docs is that of the data."""

from __future__ import annotations

import re
from pathlib import Path

import pyoxigraph as ox
import pytest

import rdfkit
from rdfkit import package_data
from rdfkit.pipeline.linkset import Thresholds
from rdfkit.publishing.diagram import mermaid
from rdfkit.rdf.identifiers import compress, expand
from tests.support.paths import PROJECT, SEEDS


@pytest.fixture(scope="module")
def store(samples: Path, tmp_path_factory: pytest.TempPathFactory) -> rdfkit.Store:
    """The sample sites with the figures of the seeds, which have what the sample figures lack."""
    folder = tmp_path_factory.mktemp("diagram") / "store"
    figures = sorted(SEEDS.glob("PMC*.md"))
    first = [path for path in figures if not (samples / "pfocr" / "_figures" / path.name).exists()]
    rdfkit.build([samples / "wikipathways", samples / "pfocr", *first], folder, thresholds=Thresholds())
    return rdfkit.open_store(folder)


@pytest.mark.scale
def test_the_picture_of_the_docs_is_that_of_the_data(store: rdfkit.Store) -> None:
    text = (PROJECT / "docs" / "data-model.md").read_text(encoding="utf-8")
    (shown,) = re.findall(r"^```mermaid\n(.*?)^```", text, re.M | re.S)
    assert shown == mermaid(store)


@pytest.mark.scale
def test_every_class_is_shown_or_hidden_for_a_reason(store: rdfkit.Store) -> None:
    table = package_data.read_toml(PROJECT / "rdfkit" / "publishing" / "diagram.toml")
    found = {compress(str(triple.object)[1:-1]) for triple in store.triples(ox.NamedNode(expand("rdf:type")))}
    assert found - set(table["classes"]) - set(table["hidden"]) == set()


def test_an_empty_store_has_an_empty_picture() -> None:
    assert mermaid(rdfkit.Store.from_quads([])) == "classDiagram\n  direction LR\n"
