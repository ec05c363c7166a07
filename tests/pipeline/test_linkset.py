"""Links between figures and pathways, against exact fractions and the textbook's Benjamini-Hochberg."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from math import comb
from pathlib import Path

import pyoxigraph as ox
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

import rdfkit
from rdfkit.errors import StoreBusyError, StoreError
from rdfkit.pipeline.gene_sets import GeneSet, gene_sets
from rdfkit.pipeline.linkset import Thresholds, link, link_store, linkset_quads
from rdfkit.rdf.formats import of_name
from rdfkit.rdf.graphs import LINKSET_GRAPH
from rdfkit.rdf.identifiers import expand
from rdfkit.rdf.quads import sorted_quads
from rdfkit.rdf.serializer import serialize
from rdfkit.sparql.library import bind, find_query, library
from rdfkit.store import Store
from rdfkit.validation import validator
from tests.support.command_line import run_command
from tests.support.paths import SEEDS
from tests.support.stores import new_build

EVERYTHING = Thresholds(shared=1, jaccard=0.0, adjusted_p=1.0)
SETS = st.lists(
    st.tuples(
        st.frozensets(st.sampled_from(["9606", "10090"]), max_size=2),
        st.frozensets(st.integers(1, 30), max_size=12),
    ),
    max_size=8,
)
Pair = tuple[str, str]
Test = tuple[str, str, str]


def _sets(name: str, members: list[tuple[frozenset[str], frozenset[int]]]) -> list[GeneSet]:
    return [
        GeneSet(
            f"http://x/{name}{index}",
            frozenset(f"taxon:{taxon}" for taxon in taxa),
            frozenset(f"gene:{gene}" for gene in genes),
        )
        for index, (taxa, genes) in enumerate(members)
    ]


def _human(name: str, *members: frozenset[int] | set[int]) -> list[GeneSet]:
    return _sets(name, [(frozenset({"9606"}), frozenset(genes)) for genes in members])


def _tail(universe: int, one: int, other: int, shared: int) -> Fraction:
    """The probability that `one` genes drawn from the universe have `shared` or more of `other` certain ones."""
    ways = sum(comb(other, i) * comb(universe - other, one - i) for i in range(shared, min(one, other) + 1))
    return Fraction(ways, comb(universe, one))


def _exact(
    figures: list[GeneSet], pathways: list[GeneSet]
) -> dict[Test, tuple[int, Fraction, Fraction, int]]:
    """Shared genes, p-value, Jaccard index and universe of every comparison, by the definitions."""
    found = {}
    for taxon in {taxon for one in pathways for taxon in one.taxa}:
        shown = [one for one in figures if taxon in one.taxa and one.genes]
        drawn = [one for one in pathways if taxon in one.taxa and one.genes]
        universe = len(frozenset().union(*(one.genes for one in [*shown, *drawn]))) if shown and drawn else 0
        for figure in shown:
            for pathway in drawn:
                shared = len(figure.genes & pathway.genes)
                p = _tail(universe, len(figure.genes), len(pathway.genes), shared)
                jaccard = Fraction(shared, len(figure.genes | pathway.genes))
                found[figure.iri, pathway.iri, taxon] = (shared, p, jaccard, universe)
    return found


def _adjusted(p: dict[Test, Fraction]) -> dict[Test, Fraction]:
    """For each test the least of p(j) * m / j over all ranks j from its own upwards."""
    ranked = sorted(p, key=lambda test: p[test])
    found = {}
    for rank, test in enumerate(ranked, start=1):
        found[test] = min(
            p[other] * len(p) / place for place, other in enumerate(ranked[rank - 1 :], start=rank)
        )
    return found


@given(SETS, SETS)
def test_numbers_are_those_of_the_definitions(
    shown: list[tuple[frozenset[str], frozenset[int]]], drawn: list[tuple[frozenset[str], frozenset[int]]]
) -> None:
    figures, pathways = _sets("f", shown), _sets("w", drawn)
    exact = _exact(figures, pathways)
    adjusted = _adjusted({test: p for test, (_, p, _, _) in exact.items()})
    best: dict[Pair, Fraction] = {}
    for (figure, pathway, _), (shared, p, _, _) in exact.items():
        if shared:
            best[figure, pathway] = min(p, best.get((figure, pathway), p))
    found = link(figures, pathways, EVERYTHING)
    assert found.tests == len(exact)
    assert found.figures == len({figure for figure, _, _ in exact})
    assert found.pathways == len({pathway for _, pathway, _ in exact})
    assert [(one.figure, one.pathway) for one in found.overlaps] == sorted(best)
    for one in found.overlaps:
        shared, p, jaccard, universe = exact[one.figure, one.pathway, one.taxon]
        assert (one.shared, len(one.genes), one.universe) == (shared, shared, universe)
        assert one.p == pytest.approx(float(p), rel=1e-9)
        assert one.p == pytest.approx(float(best[one.figure, one.pathway]), rel=1e-9)
        assert one.jaccard == pytest.approx(float(jaccard))
        expected = min(adjusted[one.figure, one.pathway, one.taxon], 1)
        assert one.adjusted_p == pytest.approx(float(expected), rel=1e-9)


def test_an_example_by_hand() -> None:
    figures, pathways = _human("f", {1, 2, 3}, {8, 9}), _human("w", {1, 2, 3, 4}, {5, 6, 7, 8, 9, 10})
    found = link(figures, pathways, EVERYTHING)
    assert (found.figures, found.pathways, found.tests, found.universes) == (2, 2, 4, {"taxon:9606": 10})
    first, second = found.overlaps
    assert (first.shared, first.jaccard, first.genes) == (3, 3 / 4, ("gene:1", "gene:2", "gene:3"))
    assert (first.p, first.adjusted_p) == (pytest.approx(4 / 120), pytest.approx(4 / 120 * 4 / 1))
    assert (second.shared, second.jaccard) == (2, 2 / 6)
    assert (second.p, second.adjusted_p) == (pytest.approx(15 / 45), pytest.approx(15 / 45 * 4 / 2))


def test_small_probabilities_in_a_large_universe() -> None:
    figures = _human("f", set(range(200)))
    pathways = _human("w", set(range(140, 400)), set(range(20_000)))
    first, _ = link(figures, pathways, EVERYTHING).overlaps
    p = _tail(20_000, 200, 260, 60)
    assert p < Fraction(1, 10**50)
    assert first.p == pytest.approx(float(p), rel=1e-9, abs=0)
    assert first.adjusted_p == pytest.approx(float(p * 2), rel=1e-9, abs=0)


@pytest.mark.parametrize("pairs", [1, 7, 40])
def test_blocks_change_nothing(pairs: int, monkeypatch: pytest.MonkeyPatch) -> None:
    members = [{(a * b) % 31 for b in range(1, a % 7 + 3)} for a in range(1, 30)]
    figures, pathways = _human("f", *members[:20]), _human("w", *members[15:])
    whole = list(link(figures, pathways, Thresholds(1, 0.05, 1.0)).overlaps)
    assert len(whole) > 50
    monkeypatch.setattr("rdfkit.pipeline.significance._BLOCK", pairs)
    assert list(link(figures, pathways, Thresholds(1, 0.05, 1.0)).overlaps) == whole


def test_thresholds_leave_out_what_is_below() -> None:
    figures = _human("f", set(range(1, 6)), {1, 20})
    pathways = _human("w", set(range(1, 8)), set(range(10, 31)))
    every = {(one.figure[-2:], one.pathway[-2:]): one for one in link(figures, pathways, EVERYTHING).overlaps}
    assert every.keys() == {("f0", "w0"), ("f1", "w0"), ("f1", "w1")}
    assert [one.shared for one in link(figures, pathways, Thresholds(2, 0.0, 1.0)).overlaps] == [5]
    assert [one.shared for one in link(figures, pathways, Thresholds(1, 0.5, 1.0)).overlaps] == [5]
    limit = every["f0", "w0"].adjusted_p
    assert [one.shared for one in link(figures, pathways, Thresholds(1, 0.0, limit)).overlaps] == [5]


def test_other_organisms_are_not_compared() -> None:
    mice = _sets("w", [(frozenset({"10090"}), frozenset({1, 2}))])
    found = link(_human("f", {1, 2}), mice, EVERYTHING)
    assert (found.tests, found.figures, found.pathways, len(found.overlaps)) == (0, 0, 0, 0)


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
        return serialize(sorted_quads(opened.quads(LINKSET_GRAPH)), of_name("nquads"))


def test_the_command_links_a_store_and_can_be_run_again(site: Path) -> None:
    done = run_command("link", "--store", str(site), "--min-shared", "5")
    assert (done.returncode, done.stderr) == (0, "")
    # One of the pathways is of mice, and no figure is.
    assert done.stdout.startswith("compared      4 figures, 4 pathways\npairs tested  16\n")
    first = _linkset(site)
    with rdfkit.open_store(site) as store:
        quads = len(store)
    command = [sys.executable, "-m", "rdfkit", "link", "--store", str(site), "--min-shared", "5"]
    subprocess.run(command, check=True, env={**os.environ, "PYTHONHASHSEED": "1"})
    assert _linkset(site) == first
    with rdfkit.open_store(site) as store:
        assert len(store) == quads
        (row,) = store.query(
            """SELECT ?n ?genes { ?o a pfocr:GeneOverlap ; rdf:subject ?f ; rdf:object wikipathways:WP364 ;
               pfocr:sharedGenes ?n ; pfocr:adjustedPValue ?p . ?f dcterms:relation wikipathways:WP364 ;
               dcterms:identifier "PMC198534__JCI0319974.f1"
               { SELECT ?o (COUNT(?g) AS ?genes) { ?o pfocr:sharesGene ?g } GROUP BY ?o } FILTER(?p < 0.05) }"""
        )
        assert row["n"] == row["genes"] == 7
        assert store.metadata["links"] == sum(1 for _ in store.query("SELECT * { ?o a pfocr:GeneOverlap }"))
        assert store.metadata["pages"] == {"figure": 4, "pathway": 5}


# Queries about all that is in the store, which the linkset is a part of.
ABOUT_EVERYTHING = {"classes", "datasets", "linksets"}


def test_links_change_no_answer_about_pages(site: Path) -> None:
    def answers() -> dict[str, list[str]]:
        with rdfkit.open_store(site) as store:
            return {
                name: [str(row) for row in store.query(bind(query, {}))]  # type: ignore[union-attr]
                for name, query in library().items()
                if query.category != "Links" and name not in ABOUT_EVERYTHING and not query.is_federated
            }

    before = answers()
    assert len(link_store(site, EVERYTHING).overlaps) > 10
    assert answers() == before


def test_a_build_with_links_is_a_build_and_then_links(site: Path, pages: list[Path], tmp_path: Path) -> None:
    rdfkit.build(pages, tmp_path / "both", thresholds=Thresholds())
    assert run_command("link", "--store", str(site)).returncode == 0
    with rdfkit.open_store(site) as one, rdfkit.open_store(tmp_path / "both") as other:
        assert list(sorted_quads(one.quads())) == list(sorted_quads(other.quads()))
        links = {
            quad for quad in one.quads(LINKSET_GRAPH) if quad.predicate.value == expand("dcterms:relation")
        }
        assert one.metadata["links"] == other.metadata["links"] == len(links) > 0


def test_stricter_thresholds_take_links_away(site: Path) -> None:
    with rdfkit.open_store(site) as store:
        before = set(store.quads())
    many = len(link_store(site, EVERYTHING).overlaps)
    few = link_store(site, Thresholds(shared=7))
    assert 0 < len(few.overlaps) < many
    with rdfkit.open_store(site) as store:
        assert set(store.quads(LINKSET_GRAPH)) == set(linkset_quads(few))
        assert {quad for quad in store.quads() if quad.graph_name != LINKSET_GRAPH} == before


def test_links_keep_to_the_shapes(site: Path) -> None:
    link_store(site, EVERYTHING)
    with rdfkit.open_store(site) as store:
        triples = [quad.triple for quad in store.quads(LINKSET_GRAPH)]
    assert validator.check(triples, validator.load_shapes()).results == []
    # The shapes do look: without their numbers the same overlaps are wrong.
    p = expand("pfocr:pValue")
    bare = [triple for triple in triples if triple.predicate.value != p]
    assert len(validator.check(bare, validator.load_shapes()).results) == len(triples) - len(bare) > 0


def test_the_linkset_describes_itself() -> None:
    linkset = link(*gene_sets(_pages()), Thresholds(2, 0.1, 0.5))
    quads = list(linkset_quads(linkset))
    assert all(quad.graph_name == LINKSET_GRAPH for quad in quads)
    said = {quad.predicate.value: quad.object.value for quad in quads if quad.subject == LINKSET_GRAPH}
    title, description = said.pop(expand("dcterms:title")), said.pop(expand("dcterms:description"))
    assert title
    assert said == {
        expand("rdf:type"): "http://rdfs.org/ns/void#Linkset",
        expand("void:subjectsTarget"): "https://pfocr.wikipathways.org/#dataset",
        expand("void:objectsTarget"): "https://www.wikipathways.org/#dataset",
        expand("void:linkPredicate"): "http://purl.org/dc/terms/relation",
        expand("void:triples"): "1",
        expand("dcterms:license"): "https://creativecommons.org/publicdomain/zero/1.0/",
    }
    for part in (
        "at least 2 shared Entrez genes",
        "a Jaccard index of at least 0.1",
        "an adjusted p-value of at most 0.5",
        "hypergeometric",
        "(NCBITaxon:9606 10)",
        "Benjamini and Hochberg over all 4 tests",
    ):
        assert part in description


def test_a_linkset_without_links_describes_itself() -> None:
    quads = list(linkset_quads(link([], [], Thresholds())))
    said = {quad.predicate.value: quad.object.value for quad in quads}
    assert said[expand("void:triples")] == "0"
    assert "over all 0 tests" in said[expand("dcterms:description")]


@given(st.floats(0, 1), st.floats(0, 1))
def test_numbers_survive_the_store_and_files(p: float, adjusted_p: float) -> None:
    figure, pathway = _human("f", {1, 2}), _human("w", {1, 2, 3})
    linkset = link(figure, pathway, EVERYTHING)
    (found,) = linkset.overlaps
    changed = replace(linkset, overlaps=[replace(found, p=p, adjusted_p=adjusted_p)])  # type: ignore[arg-type]
    quads = set(linkset_quads(changed))
    store = ox.Store()
    store.extend(quads)
    assert set(store) == quads
    read = ox.parse(store.dump(format=ox.RdfFormat.N_QUADS), ox.RdfFormat.N_QUADS)
    assert set(read) == quads
    (value,) = (quad.object.value for quad in quads if quad.predicate.value == expand("pfocr:pValue"))
    assert float(value) == pytest.approx(p, rel=1e-5, abs=1e-320)


@pytest.mark.parametrize("pattern", ["PMC*.md", "WP*.md"])
def test_a_store_of_one_site_has_no_links(pattern: str, tmp_path: Path) -> None:
    rdfkit.build(sorted(SEEDS.glob(pattern)), tmp_path / "store")
    done = run_command("link", "--store", str(tmp_path / "store"))
    assert done.returncode == 0
    assert done.stderr.startswith("nothing to compare: ")
    assert done.stdout == "compared      0 figures, 0 pathways\npairs tested  0\nlinked        0\n"
    with rdfkit.open_store(tmp_path / "store") as store:
        assert store.metadata["links"] == 0


def test_there_must_be_a_store_that_is_free(site: Path, tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="no store here"):
        link_store(tmp_path / "nowhere", EVERYTHING)
    assert not (tmp_path / "nowhere").exists()
    with new_build(site), pytest.raises(StoreBusyError):
        link_store(site, EVERYTHING)


def test_without_scipy_the_error_says_what_to_install(site: Path) -> None:
    script = "import sys; sys.modules['scipy'] = None; from rdfkit.cli.main import main; main()"
    for arguments in (["link", "--store", site], ["build", "seeds", "--link", "--store", site]):
        done = subprocess.run([sys.executable, "-c", script, *arguments], capture_output=True, text=True)
        assert done.returncode == 2
        assert done.stderr == "rdfkit: links need scipy (expected pip install 'rdfkit[link]')\n"
    assert _linkset(site) == b""


def test_scipy_is_only_loaded_for_links() -> None:
    script = (
        "import sys, rdfkit.cli.main, rdfkit.pipeline.linkset\n"
        "print('scipy' in sys.modules, 'numpy' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == "False False\n"


# --- the real sites: gene sets straight from the files, without rdfkit's reader or mapping ---


def _organisms(page: Path, key: str) -> frozenset[str]:
    fields = yaml.load(page.read_text().split("\n---")[0][4:], Loader=yaml.BaseLoader)
    return frozenset(fields[key])


def _sets_of_files(samples: Path) -> tuple[list[GeneSet], list[GeneSet]]:
    """Figures by id with the genes of their tables, pathways by id with those of their data nodes; taxa are names."""
    figures = [
        GeneSet(
            page.stem,
            _organisms(page, "organisms_ner"),
            frozenset(
                line.split("\t")[6]
                for line in (samples / "pfocr" / "_data" / f"{page.stem}-genes.tsv")
                .read_text()
                .splitlines()[1:]
            ),
        )
        for page in sorted((samples / "pfocr" / "_figures").glob("*.md"))
    ]
    pages = sorted((samples / "wikipathways" / "_pathways").glob("*.md"))
    # What one pathway says of the genes of a node is true in all that draw it.
    genes: dict[str, set[str]] = {}
    nodes: dict[str, set[str]] = {page.stem: set() for page in pages}
    for name, drawn in nodes.items():
        table = samples / "wikipathways" / "_data" / f"{name}-datanodes.tsv"
        for line in table.read_text(encoding="utf-8").split("\n")[1:] if table.exists() else ():
            identifier = re.search(r"\t([A-Za-z][A-Za-z.]*:[^\t]+)", line)
            if identifier:
                drawn.add(identifier[1])
                genes.setdefault(identifier[1], set()).update(re.findall(r"\bncbigene:([0-9]+)\b", line))
    pathways = [
        GeneSet(
            page.stem,
            frozenset({*_organisms(page, "organisms")}),
            frozenset(gene for node in nodes[page.stem] for gene in genes[node]),
        )
        for page in pages
    ]
    return figures, pathways


def test_links_of_the_real_sites_are_those_of_the_files(sample_store: Store, samples: Path) -> None:
    exact = _exact(*_sets_of_files(samples))
    adjusted = _adjusted({test: p for test, (_, p, _, _) in exact.items()})
    limits = Thresholds()
    expected = {
        (figure, pathway): (shared, universe, jaccard, p, adjusted[figure, pathway, taxon])
        for (figure, pathway, taxon), (shared, p, jaccard, universe) in exact.items()
        if shared >= limits.shared
        and jaccard >= limits.jaccard
        and adjusted[figure, pathway, taxon] <= limits.adjusted_p
    }
    rows = sample_store.query(
        """SELECT ?figure ?pathway ?shared ?universe ?jaccard ?p ?adjusted {
             ?o rdf:subject/dcterms:identifier ?figure ; rdf:object/pav:hasVersion/dcterms:identifier ?pathway ;
             pfocr:sharedGenes ?shared ; pfocr:geneUniverse ?universe ; pfocr:jaccardIndex ?jaccard ;
             pfocr:pValue ?p ; pfocr:adjustedPValue ?adjusted }"""
    )
    found = {(row["figure"], row["pathway"]): list(row.values())[2:] for row in rows}
    assert found.keys() == expected.keys()
    assert len(found) > 10
    for pair, numbers in expected.items():
        assert found[pair] == pytest.approx([float(number) for number in numbers], rel=1e-5, abs=0)
    (row,) = sample_store.query("SELECT ?d { pfocr:linkset dcterms:description ?d }")
    assert f" all {len(exact)} tests" in row["d"]


# --- a graph by hand: two figures, two pathways, the numbers of `test_an_example_by_hand` ---

FIGURES = {"F1": (1, 2, 3), "F2": (8, 9)}
PATHWAYS = {"WP1": (1, 2, 3, 4), "WP2": (5, 6, 7, 8, 9, 10)}


def _triples(*statements: str) -> Iterator[ox.Triple]:
    """Triples of words that are CURIEs, or literals in quotes."""
    for statement in statements:
        subject, predicate, value = statement.split(" ", 2)
        term = ox.Literal(value.strip('"')) if value[0] == '"' else ox.NamedNode(expand(value))
        yield ox.Triple(ox.NamedNode(expand(subject)), ox.NamedNode(expand(predicate)), term)


def _pages() -> Iterator[ox.Triple]:
    for name, genes in FIGURES.items():
        yield from _triples(
            f"pfocr-site:{name} rdf:type doco:Figure",
            f'pfocr-site:{name} dcterms:identifier "{name}"',
            f'pfocr-site:{name} dcterms:title "Figure {name}"',
            f"pfocr-site:{name} pfocr:organism NCBITaxon:9606",
            *(f"pfocr-site:{name} schema:mentions ncbigene:{gene}" for gene in genes),
        )
    for name, genes in PATHWAYS.items():
        yield from _triples(
            f"wikipathways:{name} pav:hasVersion wikipathways:{name}_r1",
            f'wikipathways:{name}_r1 dc:title "Pathway {name}"',
            f"wikipathways:{name}_r1 wp:organism NCBITaxon:9606",
            *(f"ncbigene:{gene} dcterms:isPartOf wikipathways:{name}_r1" for gene in genes),
            *(f"ncbigene:{gene} wp:bdbEntrezGene ncbigene:{gene}" for gene in genes),
        )


@pytest.fixture(scope="module")
def linked() -> Store:
    """The graph by hand with the one pair that passes the thresholds."""
    triples = list(_pages())
    quads = [ox.Quad(*triple, ox.NamedNode("http://x/page")) for triple in triples]
    linkset = link(*gene_sets(triples), Thresholds(2, 0.1, 0.5))
    return Store.from_quads([*quads, *linkset_quads(linkset)])


@pytest.mark.parametrize(
    ("name", "parameters", "rows"),
    [
        (
            "figures-linked-to-pathway",
            {"pathway": "WP1"},
            [("pfocr-site:F1", "Figure F1", 3, 0.75, 0.133333)],
        ),
        ("figures-linked-to-pathway", {"pathway": "WP2"}, []),
        (
            "pathways-linked-to-figure",
            {"figure": "F1"},
            [("wikipathways:WP1", "Pathway WP1", 3, 0.75, 0.133333)],
        ),
        ("pathways-linked-to-figure", {"figure": "F2"}, []),
        ("strongest-links", {}, [("pfocr-site:F1", "wikipathways:WP1", 3, 0.75, 0.133333)]),
        ("pathways-without-figures", {}, [("wikipathways:WP2", "Pathway WP2")]),
    ],
)
def test_queries_of_the_linkset(
    name: str, parameters: dict[str, str], rows: list[tuple[object, ...]], linked: Store
) -> None:
    answer = linked.query(bind(find_query(name), parameters))
    expected = [tuple(_iri(value) for value in row) for row in rows]
    assert [tuple(row.values()) for row in answer] == expected  # type: ignore[union-attr]


def _iri(value: object) -> object:
    return expand(value) if isinstance(value, str) and ":" in value else value


def test_taxa_and_genes_of_figures_and_pathways() -> None:
    triples = _triples(
        # Recognised goes before named, and named before that of the genes.
        "pfocr-site:a rdf:type doco:Figure",
        "pfocr-site:a pfocr:organism NCBITaxon:9606",
        "pfocr-site:a pfocr:recognisedOrganism NCBITaxon:10090",
        "pfocr-site:a schema:mentions ncbigene:1",
        "pfocr-site:a schema:mentions mesh:D1",
        "pfocr-site:b rdf:type doco:Figure",
        "pfocr-site:b pfocr:organism NCBITaxon:10090",
        'pfocr-site:b pfocr:recognisedOrganism "no such taxon"',
        "pfocr-site:b schema:mentions ncbigene:2",
        "pfocr-site:c rdf:type doco:Figure",
        "pfocr-site:c schema:mentions ncbigene:2",
        "pfocr-site:d rdf:type doco:Figure",
        "ncbigene:2 schema:taxonomicRange NCBITaxon:9606",
        # No figure, whatever it mentions.
        "pfocr-site:e schema:mentions ncbigene:2",
        # A node of another database has its gene as a cross-reference.
        "wikipathways:WP1 pav:hasVersion wikipathways:WP1_r1",
        "wikipathways:WP1_r1 wp:organism NCBITaxon:9606",
        "ensembl:ENSG1 dcterms:isPartOf wikipathways:WP1_r1",
        "ensembl:ENSG1 wp:bdbEntrezGene ncbigene:3",
        "ensembl:ENSG1 wp:bdbEntrezGene ncbigene:4",
        "chebi:1 dcterms:isPartOf wikipathways:WP1_r1",
    )
    shown, drawn = gene_sets(triples)

    human, mouse = frozenset({expand("NCBITaxon:9606")}), frozenset({expand("NCBITaxon:10090")})
    one, two, three, four = (expand(f"ncbigene:{number}") for number in range(1, 5))
    assert shown == [
        GeneSet(expand("pfocr-site:a"), mouse, frozenset({one})),
        GeneSet(expand("pfocr-site:b"), mouse, frozenset({two})),
        GeneSet(expand("pfocr-site:c"), human, frozenset({two})),
        GeneSet(expand("pfocr-site:d"), frozenset(), frozenset()),
    ]
    assert drawn == [GeneSet(expand("wikipathways:WP1"), human, frozenset({three, four}))]
