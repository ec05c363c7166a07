"""Answers of the library against counts made straight from the seed files, without rdfkit's reader or mapping."""

from __future__ import annotations

from collections import Counter, defaultdict
from itertools import combinations

import pytest
import yaml

from rdfkit.sparql.library import bind, find_query
from rdfkit.store import Store
from tests.support.paths import SEEDS

SITE = "https://pfocr.wikipathways.org/figures/"


def _load(path):
    return yaml.load(
        path.read_text(encoding="utf-8").split("---\n")[1].removesuffix("---"), Loader=yaml.BaseLoader
    )


FIGURES = {page["figid"]: page for page in map(_load, sorted(SEEDS.glob("PMC*.md")))}
PATHWAY = _load(SEEDS / "WP364.md")
ENTREZ = {row["hgnc_symbol"]: row["entrez"] for page in FIGURES.values() for row in page.get("genes", [])}


def _genes(page) -> set[str]:
    """The symbols of a figure: of its rows, or of its keywords where some row of another page has the symbol."""
    if "genes" in page:
        return {row["hgnc_symbol"] for row in page["genes"]}
    return {word for word in page["schema-jsonld"]["keywords"] if word in ENTREZ}


GENES = {figid: _genes(page) for figid, page in FIGURES.items()}
PATHWAY_GENES = {word for word in PATHWAY["schema-jsonld"][0]["keywords"] if word in ENTREZ}


def _rows(store: Store, name: str, **values: str) -> list[dict[str, object]]:
    return list(store.query(bind(find_query(name), values)))


def test_genes_of_the_pathway(seed_store: Store) -> None:
    found = {(row["symbol"], row["gene"]) for row in _rows(seed_store, "genes-of-pathway")}
    assert found == {
        (symbol, f"https://identifiers.org/ncbigene/{ENTREZ[symbol]}") for symbol in PATHWAY_GENES
    }


def test_figures_ranked_by_shared_genes(seed_store: Store) -> None:
    expected = {}
    for figid, genes in GENES.items():
        shared = len(genes & PATHWAY_GENES)
        expected[f"{SITE}{figid}.html#figure"] = (shared, pytest.approx(shared / len(genes | PATHWAY_GENES)))
    rows = _rows(seed_store, "figures-sharing-genes-with-pathway")
    assert {row["figure"]: (row["shared"], row["jaccard"]) for row in rows} == expected
    assert [row["shared"] for row in rows] == sorted(
        (shared for shared, _ in expected.values()), reverse=True
    )


def test_gene_pairs(seed_store: Store) -> None:
    pairs = Counter(frozenset(pair) for genes in GENES.values() for pair in combinations(sorted(genes), 2))
    rows = _rows(seed_store, "gene-pairs", limit="100000")
    assert {frozenset((row["symbol1"], row["symbol2"])): row["figures"] for row in rows} == pairs


@pytest.mark.parametrize("most", [1, 2, 10, 50])
def test_gene_pairs_of_the_genes_that_most_figures_show(seed_store: Store, most: int) -> None:
    counts = Counter(symbol for genes in GENES.values() for symbol in genes)
    top = sorted(counts, key=lambda symbol: (-counts[symbol], f"ncbigene/{ENTREZ[symbol]}"))[:most]
    pairs = Counter(
        frozenset(pair) for genes in GENES.values() for pair in combinations(sorted(genes & set(top)), 2)
    )
    rows = _rows(seed_store, "gene-pairs", limit="100000", genes=str(most))
    assert {frozenset((row["symbol1"], row["symbol2"])): row["figures"] for row in rows} == pairs


def test_genes_by_figures(seed_store: Store) -> None:
    counts = Counter(symbol for genes in GENES.values() for symbol in genes)
    assert {
        row["symbol"]: row["figures"] for row in _rows(seed_store, "genes-by-figures", limit="1000")
    } == counts


def test_ambiguous_words(seed_store: Store) -> None:
    genes, figures = defaultdict(set), defaultdict(set)
    for figid, page in FIGURES.items():
        rows = page.get("genes") or [{"word": word, "hgnc_symbol": word} for word in GENES[figid]]
        for row in rows:
            genes[row["word"]].add(row["hgnc_symbol"])
            figures[row["word"]].add(figid)
    expected = {word: (len(found), len(figures[word])) for word, found in genes.items() if len(found) > 1}
    rows = _rows(seed_store, "ambiguous-words")
    assert {row["word"]: (row["genes"], row["figures"]) for row in rows} == expected


@pytest.mark.parametrize("figid", FIGURES)
def test_genes_of_each_figure(seed_store: Store, figid: str) -> None:
    assert {row["symbol"] for row in _rows(seed_store, "genes-of-figure", figure=figid)} == GENES[figid]


@pytest.mark.parametrize("symbol", sorted(ENTREZ))
def test_figures_with_each_gene(seed_store: Store, symbol: str) -> None:
    expected = {f"{SITE}{figid}.html#figure" for figid, genes in GENES.items() if symbol in genes}
    assert {row["figure"] for row in _rows(seed_store, "figures-with-gene", gene=symbol)} == expected


def test_figures_per_year(seed_store: Store) -> None:
    assert {row["year"]: row["figures"] for row in _rows(seed_store, "figures-per-year")} == Counter(
        int(page["year"]) for page in FIGURES.values()
    )


def test_keywords_that_are_no_gene(seed_store: Store) -> None:
    expected = Counter(
        word
        for figid, page in FIGURES.items()
        for word in page["schema-jsonld"]["keywords"]
        if word not in GENES[figid]
    )
    assert {
        row["keyword"]: row["figures"] for row in _rows(seed_store, "ungrounded-keywords", limit="999")
    } == expected


def test_articles_that_cite_the_pathway(seed_store: Store) -> None:
    found = {
        str(row["article"]).rpartition("pmc/")[2].removeprefix("https://doi.org/")
        for row in _rows(seed_store, "articles-citing-pathway")
    }
    assert found == {row["link"] for row in PATHWAY["citedin"]}


def test_authors_in_order(seed_store: Store) -> None:
    expected = [name for name in PATHWAY["authors"] if name != "MaintBot"]
    assert [row["name"] for row in _rows(seed_store, "authors-of-pathway")] == expected
