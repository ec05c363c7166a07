"""Answers to the look-ups of pages, from pages, ontologies and lexicons, as builds give them."""

from __future__ import annotations

from pathlib import Path

import pytest

import rdfkit
from rdfkit.mapping.lookups import TermFacts
from rdfkit.pipeline.resolver import Resolver
from rdfkit.pipeline.state.database import Database
from rdfkit.sources.ontologies.reader import read_ontology
from tests.support.pages import PATHWAY, front_matter
from tests.support.pathways import table

CL = """ontology: cl

[Term]
id: CL:0000000
name: cell

[Term]
id: CL:0000003
name: native cell
is_obsolete: true
replaced_by: CL:0000000

[Term]
id: CL:0000610
name: plant cell
is_obsolete: true
consider: PO:0009002
"""


def test_what_an_ontology_says_of_a_term(tmp_path: Path) -> None:
    (tmp_path / "cl.obo").write_text(CL)
    with Database(tmp_path) as database:
        resolver = Resolver(database, (), (read_ontology(tmp_path / "cl.obo"),))
        keys = [("described", f"CL:{number}") for number in ("0000000", "0000003", "0000610", "0000001")]
        answers = resolver.answers(keys)
    assert [TermFacts.from_text(text) for text in answers.values() if text] == [
        TermFacts("cell"),
        TermFacts("native cell", True, (("CL:0000000", "cell"),)),
        TermFacts("plant cell", True, (), (("obo:PO_0009002", None),)),
    ]
    assert answers[keys[-1]] == ""


def _pathway(folder: Path, number: int, **keys: str) -> None:
    block = f"{{'@context': 'https://schema.org/', '@id': 'https://x.org/{number}', '@type': Dataset}}"
    own = {"wpid": f"WP{number}", "schema-jsonld": block, "authors": "[Egonw]"}
    (folder / f"WP{number}.md").write_text(f"---\n{front_matter(PATHWAY, own, keys)}\n---\n")


def _told(report: rdfkit.Report, rule: str) -> dict[str, str]:
    return {Path(one.path or "").stem: one.message for one in report.results if one.rule == rule}


def test_titles_follow_the_other_pages(tmp_path: Path) -> None:
    pages, store = tmp_path / "pages", tmp_path / "store"
    pages.mkdir()
    same = "the same title, for the same organism, as"
    _pathway(pages, 1)
    _pathway(pages, 2, title="Another")
    assert _told(rdfkit.build([pages], store).report, "title-duplicate") == {}
    _pathway(pages, 2)
    done = rdfkit.build([pages], store)
    assert _told(done.report, "title-duplicate") == {"WP1": f"{same} WP2", "WP2": f"{same} WP1"}
    _pathway(pages, 3, title="a  PATHWAY")
    done = rdfkit.build([pages], store)
    assert _told(done.report, "title-duplicate")["WP1"] == f"{same} WP2, WP3"
    assert done.report == rdfkit.build([pages], tmp_path / "new").report
    (pages / "WP2.md").unlink()
    _pathway(pages, 3, organisms="[Mus musculus]")
    assert _told(rdfkit.build([pages], store).report, "title-duplicate") == {}


def test_obsolete_terms_follow_the_file(tmp_path: Path) -> None:
    pages, store, file = tmp_path / "pages", tmp_path / "store", tmp_path / "cl.obo"
    pages.mkdir()
    file.write_text(CL)
    row = "{id: CL:0000610, value: plant cell, parent: native cell}"
    _pathway(pages, 1, annotations=f"[{row}]")
    (pages / "native.md").write_text(
        "---\nvalue: native cell\nxref-identifier: '0000003'\nxref-dataSource: CL\n---\n"
    )

    def parents() -> list[str]:
        with rdfkit.open_store(store) as opened:
            rows = opened.query("SELECT ?p { ?t rdfs:subClassOf ?p . ?t rdfs:label 'plant cell' }")
            return [str(one["p"]).rpartition("/")[2] for one in rows]

    assert _told(rdfkit.build([pages], store).report, "term-obsolete") == {}
    assert parents() == ["CL_0000003"]
    done = rdfkit.build([pages], store, ontologies=[file])
    assert _told(done.report, "term-obsolete") == {
        "WP1": 'CL:0000610 "plant cell" is obsolete',
        "native": 'CL:0000003 "native cell" is obsolete',
    }
    assert parents() == ["CL_0000000"]
    file.write_text(CL.replace("consider: PO:0009002", "replaced_by: PO:0009002"))
    changed = rdfkit.build([pages], store, ontologies=[file])
    (advice,) = (one.advice for one in changed.report.results if one.value == "CL:0000610")
    assert advice == "Use PO:0009002 instead."
    assert changed.report == rdfkit.build([pages], tmp_path / "new", ontologies=[file]).report


# What keywords of figures mean: genes of the figure's species, as files and pages name them.

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
