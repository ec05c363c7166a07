"""What keywords of figures mean: genes of the figure's species, as files and pages name them."""

from __future__ import annotations

from pathlib import Path

import pytest

import rdfkit
from tests.support.pathways import table

_PATHWAY = (
    "---\nwpid: WP{n}\nrevision: r1\ntitle: A pathway\norganisms:\n- {organism}\ndescription: Words.\n---\n"
)
_FIGURE = """---
figid: PMC7000001__f1
figtitle: A title
organisms:
- {organism}
pmcid: PMC7000001
filename: f.jpg
figlink: /pmc/articles/PMC7000001/figure/F1/
number: F1
caption: Words.
schema-jsonld:
  '@context': https://schema.org/
  '@id': https://pfocr.wikipathways.org/figures/PMC7000001__f1.html
  '@type': Dataset
  name: N
  keywords:
  - DAXX
---
"""
_MENTIONED = "SELECT ?gene ?from { ?m oa:hasBody ?gene ; prov:wasDerivedFrom ?from }"


def _site(folder: Path, genes: dict[str, str], figure: str = "Homo sapiens") -> Path:
    """Pathways by their organism, each with the Entrez id that its row for DAXX has, and a figure with that keyword."""
    for place in ("_pathways", "_data", "_figures"):
        (folder / place).mkdir(parents=True)
    for number, (organism, entrez) in enumerate(genes.items(), start=1):
        page = _PATHWAY.format(n=number, organism=organism)
        (folder / "_pathways" / f"WP{number}.md").write_text(page)
        row = ["DAXX", "GeneProduct", f"ncbigene:{entrez}", "", "", f"ncbigene:{entrez}", "hgnc.symbol:DAXX"]
        (folder / "_data" / f"WP{number}-datanodes.tsv").write_text(table([row]))
    (folder / "_figures" / "PMC7000001__f1.md").write_text(_FIGURE.format(organism=figure))
    return folder


def _mentioned(site: Path, store: Path, lexicons: list[Path]) -> list[tuple[str, str]]:
    rdfkit.build([site], store, lexicons=lexicons)
    with rdfkit.open_store(store) as opened:
        rows = opened.query(_MENTIONED).fetch()
    return [(str(row["gene"]).rpartition("/")[2], str(row["from"]).rpartition("#")[2]) for row in rows]


@pytest.mark.parametrize(
    ("genes", "figure", "mentioned"),
    [
        ({"Canis familiaris": "474873"}, "Homo sapiens", []),
        ({"Canis familiaris": "474873"}, "Canis familiaris", [("474873", "learnedLexicon")]),
        ({"Canis familiaris": "474873", "Homo sapiens": "1616"}, "Homo sapiens", [("1616", "learnedLexicon")]),
        ({"Gallus gallus": "1", "Homo sapiens": "1616"}, "Homo sapiens", [("1616", "learnedLexicon")]),
    ],
)  # fmt: skip
def test_no_gene_of_another_species(
    genes: dict[str, str], figure: str, mentioned: list[tuple[str, str]], tmp_path: Path
) -> None:
    assert _mentioned(_site(tmp_path / "site", genes, figure), tmp_path / "store", []) == mentioned


def test_a_file_of_the_user_goes_before_what_pages_teach(tmp_path: Path) -> None:
    lexicon = tmp_path / "hgnc.txt"
    lexicon.write_text("symbol\tentrez_id\nDAXX\t1616\n")
    site = _site(tmp_path / "site", {"Homo sapiens": "999"})
    assert _mentioned(site, tmp_path / "store", []) == [("999", "learnedLexicon")]
    assert _mentioned(site, tmp_path / "other", [lexicon]) == [("1616", "hgncCompleteSet")]
