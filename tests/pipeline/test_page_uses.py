"""What pages use, counted one by one: the counts come back from JSON, and are not taken for those of other graphs."""

from __future__ import annotations

from pathlib import Path

import pyoxigraph as ox
from hypothesis import given
from hypothesis import strategies as st

import rdfkit
from rdfkit.pipeline.page_uses import PageUses, page_counts
from rdfkit.pipeline.state.database import Database
from rdfkit.pipeline.state.uses import add_uses, forget_uses

TYPE = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>"
TERMS = ["<http://example.org/a>", "<http://example.org/b>", '"x"', '"x"@en', '"1"^^<http://example.org/d>']
nodes, predicates = st.sampled_from(TERMS[:2]), st.sampled_from([TYPE, "<http://example.org/p>"])
statements = st.dictionaries(
    nodes, st.dictionaries(predicates, st.lists(st.sampled_from(TERMS), min_size=1, unique=True)), max_size=2
)


@given(statements, statements)
def test_counts_come_back_from_json(own: dict, shared: dict) -> None:
    uses = PageUses()
    uses.add(own, shared)
    assert PageUses.from_json(uses.to_json()) == uses
    said = sum(len(values) for described in own.values() for values in described.values())
    assert sum(uses.combinations.values()) == said


def test_literals_are_counted_by_datatype() -> None:
    uses = PageUses()
    uses.add({TERMS[0]: {TYPE: ["<http://example.org/C>"], TERMS[1]: TERMS}}, {})
    mine = ("http://example.org/C",)
    targets = [targets for kinds, name, targets in uses.combinations if name == "http://example.org/b"]
    assert ("^^http://example.org/d",) in targets
    assert ("^^http://www.w3.org/2001/XMLSchema#string",) in targets
    assert ("^^http://www.w3.org/1999/02/22-rdf-syntax-ns#langString",) in targets
    assert mine in targets
    assert uses.untyped == {"http://example.org/b", "http://example.org/C"}


def test_counts_of_graphs_that_changed_are_not_used(tmp_path: Path) -> None:
    def counts() -> object:
        return page_counts(database, ox.Store(), "pfocr", lambda _: "pfocr")

    with Database(tmp_path) as database:
        database.index()
        add_uses(database, 1, {"pfocr": PageUses().to_json()})
        assert counts() is not None
        forget_uses(database)
        assert counts() is None


BLOCK = (
    '---\ntitle: t\nschema-jsonld: {"@context": "https://schema.org/", "@type": "%s", "@id": "%s", "name": "t"%s}'
    "\n---\n"
)
OTHER = "https://pfocr.wikipathways.org/x/f"


def test_a_class_that_another_dataset_gives_counts_for_nothing(tmp_path: Path) -> None:
    site, store = tmp_path / "site", tmp_path / "store"
    site.mkdir()
    pages = {name: f"https://www.wikipathways.org/x/{name}" for name in "ab"}
    mention = f', "mentions": {{"@type": "Dataset", "@id": "{OTHER}", "name": "t"}}'
    (site / "a.md").write_text(BLOCK % ("WebPage", pages["a"], mention))
    (site / "b.md").write_text(BLOCK % ("WebPage", pages["b"], ""))
    (site / "f.md").write_text(BLOCK % ("Dataset", OTHER, ""))
    rdfkit.build([site], store)
    with rdfkit.open_store(store) as opened:
        assert list(opened.query("SELECT ?part { ?part void:triples ?n FILTER(?n <= 0) }")) == []
    # What is counted is what a changed build takes away again.
    (site / "a.md").write_text(BLOCK % ("WebPage", pages["a"], ""))
    rdfkit.build([site], store)
    rdfkit.build([site], tmp_path / "new")
    assert quads(store) == quads(tmp_path / "new")


def quads(store: Path) -> set[ox.Quad]:
    with rdfkit.open_store(store) as opened:
        return set(opened.quads())
