"""The label index: names are found as people type them, whatever they type."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from urllib.parse import unquote

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rdfkit.entities.index.files import ensure_labels
from rdfkit.entities.index.indexer import make_labels
from rdfkit.entities.index.search import Labels
from rdfkit.entities.types import iri_at, kinds, page_of, short_paths
from rdfkit.errors import LabelError
from rdfkit.rdf.identifiers import curie, expand, is_missing
from rdfkit.rdf.iris import percent_encode
from rdfkit.store import Store, open_store
from tests.support.stores import new_build

GENE, PATHWAY = expand("ncbigene:3569"), expand("wikipathways:WP364")


@pytest.mark.parametrize(
    "text", ["IL6", "il6", "IL-6", " il 6 ", "3569", "ncbigene:3569", GENE, "IL6\x00", "\ud800IL6"]
)
def test_a_gene_is_found_first_by_symbol_and_identifier(text: str, seed_labels: Labels) -> None:
    assert seed_labels.search(text)[0].iri == GENE


@pytest.mark.parametrize("text", ["WP364", "wp364", "IL6 sig", "signaling il6", "il-6 signaling"])
def test_a_pathway_is_found_by_identifier_and_by_words_of_its_title(text: str, seed_labels: Labels) -> None:
    found = seed_labels.search(text)
    assert PATHWAY in [entry.iri for entry in found]
    assert not any("_r142066" in entry.iri for entry in found)


def test_what_begins_so_is_not_crowded_out_by_data_nodes_of_the_same_name(
    sample_store: Store, tmp_path: Path
) -> None:
    make_labels(sample_store, tmp_path / "labels.sqlite")
    with Labels(tmp_path / "labels.sqlite") as index:
        found = [entry.identifier for entry in index.search("il6", limit=9)]
        assert found[0] == "3569"
        assert "WP364" in found
        nodes = [entry.identifier for entry in index.search("il6", limit=50) if entry.kind == "molecule"]
        assert "ensembl:ENSG00000136244" in nodes
        assert index.search("ENSG00000136244")[0].identifier == "ensembl:ENSG00000136244"


def test_an_entry_says_what_a_list_shows(seed_labels: Labels) -> None:
    (entry,) = seed_labels.search("WP364", "pathway")
    assert (entry.label, entry.identifier, entry.organism) == ("IL6 signaling", "WP364", "Homo sapiens")
    assert entry.page == "/pathway/WP364"
    (gene,) = seed_labels.search("IL6", "gene", 1)
    assert (gene.figures, gene.pathways) == (3, 0)


def test_kind_and_limit_hold(seed_labels: Labels) -> None:
    assert {entry.kind for entry in seed_labels.search("i", "gene")} == {"gene"}
    assert len(seed_labels.search("i", limit=3)) == 3
    assert seed_labels.search("IL6", "no such kind") == []
    assert seed_labels.search("", "gene") == seed_labels.search("  ") == []


def test_labels_in_one_go(seed_labels: Labels) -> None:
    unknown = "http://example.org/a/b%20c"
    found = seed_labels.labels([GENE, PATHWAY, expand("dcterms:title"), unknown, GENE])
    assert found == {
        GENE: "IL6",
        PATHWAY: "IL6 signaling",
        expand("dcterms:title"): "dcterms:title",
        unknown: "b c",
    }


def test_browsing_goes_through_a_whole_kind_once(seed_labels: Labels) -> None:
    pages = [seed_labels.browse("gene", offset, 7) for offset in range(0, seed_labels.count("gene"), 7)]
    found = [entry.iri for page in pages for entry in page]
    assert len(found) == len(set(found)) == seed_labels.count("gene") > 7
    shown = [entry.figures + entry.pathways for page in pages for entry in page]
    assert shown == sorted(shown, reverse=True)
    assert seed_labels.browse("gene", 100_000) == seed_labels.browse("unicorn") == []


def test_figures_of_years(seed_labels: Labels) -> None:
    years = seed_labels.figures_of_years()
    assert sum(years.values()) == seed_labels.count("figure")
    assert list(years) == sorted(years)


@given(st.text(), st.sampled_from([None, *kinds()]), st.integers(1, 30))
def test_any_text_can_be_searched(seed_labels: Labels, text: str, kind: str | None, limit: int) -> None:
    found = seed_labels.search(text, kind, limit)
    assert len(found) <= limit
    assert len({entry.iri for entry in found}) == len(found)
    assert all(kind in (None, entry.kind) for entry in found)


@pytest.mark.parametrize(
    "text",
    ['"', '""', "*", "AND", "NOT x", "a OR", "NEAR(a b)", "names:a", "-a", "^a", "(", "a + b", "%", "'"],
)
def test_the_syntax_of_the_index_is_text(text: str, seed_labels: Labels) -> None:
    assert isinstance(seed_labels.search(text), list)


@given(st.text(st.characters(codec="utf-8"), min_size=1, max_size=12))
def test_every_name_is_found_by_itself(tmp_path_factory: pytest.TempPathFactory, name: str) -> None:
    subject = ox.NamedNode("http://example.org/x")
    quad = ox.Quad(subject, ox.NamedNode(expand("rdfs:label")), ox.Literal(name), subject)
    path = tmp_path_factory.mktemp("one") / "labels.sqlite"
    make_labels(Store.from_quads([quad]), path)
    with Labels(path) as index:
        assert [entry.iri for entry in index.search(name)] == ([subject.value] if name.strip() else [])


NAMES = {
    "/gene/": ("ncbigene", st.integers(1).map(str)),
    "/author/": ("user", st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1)),
    "/figure/": (None, st.text(st.characters(codec="utf-8"), min_size=1)),
    "/term/": ("PW", st.integers(0, 9999999).map("{:07}".format)),
    "/article/": ("doi", st.from_regex(r"10\.[0-9]{4}/[!-~]*[0-9A-Za-z]", fullmatch=True)),
}


@given(st.data(), st.sampled_from(sorted(NAMES)))
def test_a_short_path_leads_back(data: st.DataObject, path: str) -> None:
    prefix, names = NAMES[path]
    name = data.draw(names.filter(lambda text: not is_missing(text)))
    iri = (
        expand(curie(prefix, name))
        if prefix
        else expand(f"pfocr-site:figures/{percent_encode(name)}.html#figure")
    )
    page = page_of(iri)
    if page.startswith("/entity?iri="):
        assert unquote(page.removeprefix("/entity?iri=")) == iri
    else:
        assert page.startswith(path)
        assert iri_at(path, unquote(page.removeprefix(path))) == iri


def test_the_short_paths_are_those_of_the_table() -> None:
    assert page_of(GENE) == "/gene/3569"
    assert page_of(expand("user:Christine%20Chichester")) == "/author/Christine%20Chichester"
    assert page_of(expand("user:..")) == "/entity?iri=http://rdf.wikipathways.org/User/.."
    assert page_of("http://example.org/?a=b#c") == "/entity?iri=http://example.org/%3Fa%3Db%23c"
    assert iri_at("/term/", "PW:0000516") == expand("PW:0000516")
    assert iri_at("/term/", "nonsense") is None
    assert {place.path for place in short_paths()} >= set(NAMES)


def test_an_index_is_replaced_whole(seed_store: Store, tmp_path: Path) -> None:
    path = tmp_path / "labels.sqlite"
    make_labels(seed_store, path)
    with Labels(path) as old:
        make_labels(Store.from_quads([]), path)
        assert old.search("IL6")
    with Labels(path) as new:
        assert new.search("IL6") == []
    assert [file.name for file in tmp_path.iterdir()] == ["labels.sqlite"]


def test_an_index_of_another_version_is_made_again(tmp_path: Path) -> None:
    with new_build(tmp_path) as stage:
        stage.commit({})
    with open_store(tmp_path) as store:
        path = ensure_labels(store)
        with closing(sqlite3.connect(path)) as file:
            file.executescript("PRAGMA user_version = 99")
        with pytest.raises(LabelError):
            Labels(path)
        Labels(ensure_labels(store)).close()
        made = path.stat().st_mtime_ns
        assert ensure_labels(store).stat().st_mtime_ns == made
    with pytest.raises(LabelError):
        ensure_labels(Store.from_quads([]))


def test_what_is_no_index_is_refused(tmp_path: Path, seed_store: Store) -> None:
    with pytest.raises(LabelError):
        Labels(tmp_path / "missing.sqlite")
    (tmp_path / "text").write_text("not a database, and long enough to be read as one" * 20)
    with pytest.raises(LabelError):
        Labels(tmp_path / "text")
    sqlite3.connect(tmp_path / "empty").close()
    with pytest.raises(LabelError):
        Labels(tmp_path / "empty")
    with pytest.raises(LabelError):
        make_labels(seed_store, tmp_path / "no folder" / "labels.sqlite")
