"""The sample of WikiPathways with the Pathway Ontology as it is published."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

import rdfkit
from rdfkit.pipeline.summary import Build
from rdfkit.store import Store
from tests.support.once import once

pytestmark = pytest.mark.samples
OBO = "http://purl.obolibrary.org/obo/"


@pytest.fixture(scope="module")
def build(samples: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Build, Path]:
    """A build of the sample with the ontology, and the folder of its store."""
    file = samples / "ontologies" / "pw.obo"
    return once(
        tmp_path_factory,
        "samples-pw",
        lambda folder: rdfkit.build([samples / "wikipathways"], folder, ontologies=[file]),
    )


@pytest.fixture(scope="module")
def store(build: tuple[Build, Path]) -> Iterator[Store]:
    with rdfkit.open_store(build[1]) as opened:
        yield opened


def _names(store: Store, pattern: str) -> set[str]:
    rows = store.query(f"SELECT DISTINCT ?x {{ {pattern} }}")
    return {str(row["x"]).removeprefix(OBO) for row in rows}


def test_no_term_is_above_itself(store: Store) -> None:
    assert _names(store, "?x rdfs:subClassOf ?x") == set()
    # The top terms of the pages are there, and PW:0000001 is above those of the Pathway Ontology.
    assert _names(store, "GRAPH ?g { PW:0000003 a owl:Class ; rdfs:subClassOf ?x }") == {"PW_0000001"}


def test_obsolete_terms_are_said_to_be(build: tuple[Build, Path], store: Store) -> None:
    # 35 terms of the file, and the identifiers that it has merged into others.
    merged = f"GRAPH <{OBO}pw.owl> {{ ?x owl:deprecated true . MINUS {{ ?x obo:IAO_0100001 ?y }} }}"
    assert len(_names(store, merged)) == 35
    told = {
        (Path(one.path or "").stem, one.value)
        for one in build[0].report.results
        if one.rule == "term-obsolete"
    }
    used = "?x owl:deprecated true . ?version a wp:Pathway ; wp:ontologyTag ?x"
    assert {str(value).replace(":", "_") for _, value in told} == _names(store, used)
    assert told == {
        ("WP1065", "CL:0000093"),
        ("WP474", "CL:0000093"),
        ("WP4190", "CL:0000181"),
        ("WP4523", "DOID:0090121"),
    }


def test_labels_that_pages_lack_come_from_the_file(build: tuple[Build, Path], store: Store) -> None:
    assert "TermShape-label" not in {one.rule for one in build[0].report.results}
    rows = store.query(
        "SELECT ?label { ?v dcterms:identifier 'WP3851' ; wp:ontologyTag PW:0002644 . PW:0002644 rdfs:label ?label }"
    )
    assert [row["label"] for row in rows] == ["Toll-like receptor 4 signaling pathway"]


def test_every_parent_of_a_page_is_a_term(build: tuple[Build, Path], store: Store) -> None:
    assert _names(store, "?x pfocr:parentLabel ?label") == set()
    assert _names(store, "?y rdfs:subClassOf ?x . ?x owl:deprecated true") == set()
