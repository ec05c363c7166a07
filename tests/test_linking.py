"""Links between figures and pathways, against exact fractions and the textbook's Benjamini-Hochberg."""

from __future__ import annotations

import subprocess
import sys
from fractions import Fraction
from math import comb
from pathlib import Path

import pyoxigraph as ox
import pytest
from conftest import SEEDS
from hypothesis import given, settings
from hypothesis import strategies as st

import rdfkit
from rdfkit.errors import StoreError
from rdfkit.formats import of_name
from rdfkit.identifiers import expand
from rdfkit.linking import GRAPH, GeneSet, Thresholds, link, link_store, linkset_quads
from rdfkit.quads import sorted_quads
from rdfkit.serialization import serialize

EVERYTHING = Thresholds(shared=1, jaccard=0.0, adjusted_p=1.0)
SETS = st.lists(
    st.tuples(st.sampled_from(["9606", "10090"]), st.frozensets(st.integers(1, 30), max_size=12)), max_size=8
)


def _sets(name: str, members: list[tuple[str, frozenset[int]]]) -> list[GeneSet]:
    return [
        GeneSet(
            f"http://x/{name}{index}",
            frozenset({f"taxon:{taxon}"}),
            frozenset(f"gene:{gene}" for gene in genes),
        )
        for index, (taxon, genes) in enumerate(members)
    ]


def _exact(
    figures: list[GeneSet], pathways: list[GeneSet]
) -> dict[tuple[str, str], tuple[int, Fraction, Fraction]]:
    """Shared genes, p-value and Jaccard index of every pair, by the definitions."""
    found = {}
    for taxon in {taxon for one in pathways for taxon in one.taxa}:
        shown = [one for one in figures if taxon in one.taxa and one.genes]
        drawn = [one for one in pathways if taxon in one.taxa and one.genes]
        universe = len(frozenset().union(*(one.genes for one in [*shown, *drawn]))) if shown and drawn else 0
        for figure in shown:
            for pathway in drawn:
                n, k, shared = len(figure.genes), len(pathway.genes), len(figure.genes & pathway.genes)
                ways = sum(comb(k, i) * comb(universe - k, n - i) for i in range(shared, min(n, k) + 1))
                either = len(figure.genes | pathway.genes)
                found[figure.iri, pathway.iri] = (
                    shared,
                    Fraction(ways, comb(universe, n)),
                    Fraction(shared, either),
                )
    return found


def _adjusted(p: dict[tuple[str, str], Fraction]) -> dict[tuple[str, str], Fraction]:
    """For each test the least of p(j) * m / j over all ranks j from its own upwards."""
    ranked = sorted(p, key=lambda pair: p[pair])
    found = {}
    for rank, pair in enumerate(ranked, start=1):
        found[pair] = min(
            p[other] * len(p) / place for place, other in enumerate(ranked[rank - 1 :], start=rank)
        )
    return found


@settings(deadline=None)
@given(SETS, SETS)
def test_numbers_are_those_of_the_definitions(
    shown: list[tuple[str, frozenset[int]]], drawn: list[tuple[str, frozenset[int]]]
) -> None:
    figures, pathways = _sets("f", shown), _sets("w", drawn)
    exact = _exact(figures, pathways)
    adjusted = _adjusted({pair: p for pair, (_, p, _) in exact.items()})
    found = link(figures, pathways, EVERYTHING)
    assert found.tests == len(exact)
    assert {(one.figure, one.pathway) for one in found.overlaps} == {
        p for p, (shared, _, _) in exact.items() if shared
    }
    for one in found.overlaps:
        shared, p, jaccard = exact[one.figure, one.pathway]
        assert one.shared == shared == len(one.genes)
        assert one.p == pytest.approx(float(p), rel=1e-9)
        assert one.jaccard == pytest.approx(float(jaccard))
        assert one.adjusted_p == pytest.approx(float(min(adjusted[one.figure, one.pathway], 1)), rel=1e-9)


def test_thresholds_leave_out_what_is_below() -> None:
    figures = _sets("f", [("9606", frozenset(range(1, 6))), ("9606", frozenset({1, 20}))])
    pathways = _sets("w", [("9606", frozenset(range(1, 8))), ("9606", frozenset(range(10, 31)))])
    every = {(one.figure[-2:], one.pathway[-2:]): one for one in link(figures, pathways, EVERYTHING).overlaps}
    assert every.keys() == {("f0", "w0"), ("f1", "w0"), ("f1", "w1")}
    assert [one.shared for one in link(figures, pathways, Thresholds(2, 0.0, 1.0)).overlaps] == [5]
    assert [one.shared for one in link(figures, pathways, Thresholds(1, 0.5, 1.0)).overlaps] == [5]
    limit = every["f0", "w0"].adjusted_p
    assert [one.shared for one in link(figures, pathways, Thresholds(1, 0.0, limit)).overlaps] == [5]


def test_other_organisms_are_not_compared() -> None:
    found = link(
        _sets("f", [("9606", frozenset({1, 2}))]), _sets("w", [("10090", frozenset({1, 2}))]), EVERYTHING
    )
    assert (found.tests, found.overlaps) == (0, ())


@pytest.fixture
def pages(samples: Path) -> list[Path]:
    """The seeds' figures and a few of the sample pathways."""
    pathways = samples / "wikipathways" / "_pathways"
    names = ("WP1", "WP364", "WP382", "WP75", "WP3869")
    return [*(pathways / f"{name}.md" for name in names), *sorted(SEEDS.glob("PMC*.md"))]


@pytest.fixture
def site(pages: list[Path], tmp_path: Path) -> Path:
    """A store of these pages."""
    rdfkit.build(pages, tmp_path / "store")
    return tmp_path / "store"


def _linkset(store: Path) -> bytes:
    with rdfkit.open_store(store) as opened:
        return serialize(sorted_quads(opened.quads(GRAPH)), of_name("nquads"))


def test_the_command_links_a_store_and_can_be_run_again(site: Path) -> None:
    def run() -> str:
        command = [sys.executable, "-m", "rdfkit", "link", "--store", str(site), "--min-shared", "5"]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout

    assert "compared      4 figures, 5 pathways\n" in run()
    first = _linkset(site)
    run()
    assert _linkset(site) == first
    with rdfkit.open_store(site) as store:
        (row,) = store.query(
            """SELECT ?n ?genes { ?o a pfocr:GeneOverlap ; rdf:subject ?f ; rdf:object wikipathways:WP364 ;
               pfocr:sharedGenes ?n ; pfocr:adjustedPValue ?p . ?f dcterms:relation wikipathways:WP364 ;
               dcterms:identifier "PMC198534__JCI0319974.f1"
               { SELECT ?o (COUNT(?g) AS ?genes) { ?o schema:mentions ?g } GROUP BY ?o } FILTER(?p < 0.05) }"""
        )
        assert row["n"] == row["genes"] == 7
        assert store.metadata["links"] == sum(1 for _ in store.query("SELECT * { ?o a pfocr:GeneOverlap }"))
        assert store.metadata["pages"] == {"figure": 4, "pathway": 5}


def test_a_build_with_links_is_a_build_and_then_links(site: Path, pages: list[Path], tmp_path: Path) -> None:
    rdfkit.build(pages, tmp_path / "both", thresholds=Thresholds())
    link_store(site, Thresholds())
    assert _linkset(site) == _linkset(tmp_path / "both")


def test_the_linkset_describes_itself() -> None:
    quads = list(linkset_quads(link([], [], Thresholds(4, 0.1, 0.01))))
    said = {quad.predicate.value: quad.object.value for quad in quads}
    assert said[expand("rdf:type")] == expand("void:Linkset")
    assert said[expand("void:triples")] == "0"
    assert "at least 4 shared Entrez genes" in said[expand("dcterms:description")]
    assert all(quad.graph_name == GRAPH for quad in quads)


def test_numbers_survive_the_store() -> None:
    figures = _sets("f", [("9606", frozenset(range(1, 6)))])
    pathways = _sets("w", [("9606", frozenset(range(1, 60)))])
    quads = list(linkset_quads(link(figures, pathways, EVERYTHING)))
    store = ox.Store()
    store.extend(quads)
    assert set(store) == set(quads)


def test_a_store_without_pathways_has_no_links(tmp_path: Path) -> None:
    rdfkit.build(sorted(SEEDS.glob("PMC*.md")), tmp_path / "store")
    assert link_store(tmp_path / "store", EVERYTHING).overlaps == ()
    with pytest.raises(StoreError, match="no store here"):
        link_store(tmp_path / "nowhere", EVERYTHING)
    assert not (tmp_path / "nowhere").exists()
