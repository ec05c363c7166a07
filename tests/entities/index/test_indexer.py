"""The label index that follows an edit is the one that would be made anew."""

from __future__ import annotations

import random
import shutil
import sqlite3
import tempfile
from collections.abc import Iterable, Sequence
from contextlib import closing
from itertools import pairwise
from pathlib import Path

import pyoxigraph as ox
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import rdfkit
from rdfkit.entities.index.files import ensure_labels
from rdfkit.entities.index.indexer import make_labels
from rdfkit.entities.index.search import Labels
from rdfkit.entities.index.update import update_labels
from rdfkit.rdf.identifiers import expand
from rdfkit.store import Store, open_store
from tests.support.examples import share_of_examples
from tests.support.paths import SEEDS
from tests.support.sites import Edit, apply, edits, sites, write

FIGURES = [expand(f"pfocr-site:figures/{name}.html#figure") for name in "ab"]
PATHWAYS = [expand(f"wikipathways:{name}") for name in ("WP1", "WP2", "WP1_r1", "WP1_r2", "WP2_r1")]
GENES = [expand(f"ncbigene:{name}") for name in "12"]
TAXA = [expand(f"NCBITaxon:{name}") for name in ("9606", "10090", "99999")]
OTHERS = ["http://example.org/n1", "http://example.org/n2", "http://example.org/article", *FIGURES[:1]]
THINGS = st.sampled_from([*FIGURES, *PATHWAYS, *GENES, *TAXA, *OTHERS])
LITERALS = st.sampled_from(["IL6", "il-6", "2001", "2002", "two words", "a\nb", "a\0b", "é", " "])
NAMED = ["rdfs:label", "dcterms:title", "dcterms:identifier", "skos:altLabel", "dcterms:issued"]
CLASSES = ["schema:Gene", "doco:Figure", "owl:Class", "schema:Dataset", "foaf:Person"]
LINKS = [
    ("pav:hasVersion", st.sampled_from(PATHWAYS[:2]), st.sampled_from(PATHWAYS)),
    ("wp:bdbEntrezGene", THINGS, st.sampled_from(GENES)),
    ("dcterms:isPartOf", THINGS, THINGS),
    ("wp:organism", THINGS, st.sampled_from(TAXA)),
    ("pfocr:organism", THINGS, st.sampled_from(TAXA)),
    ("schema:taxonomicRange", THINGS, st.sampled_from(TAXA)),
    ("schema:mentions", THINGS, THINGS),
    ("wp:bdbHgncSymbol", THINGS, st.sampled_from([expand("hgnc.symbol:IL6"), expand("hgnc.symbol:TNF")])),
    ("rdf:type", THINGS, st.sampled_from(list(map(expand, CLASSES)))),
]
ORDERED = "SELECT iri, kind, label, identifier, taxon, year, figures, pathways FROM entity ORDER BY id"
NAMES = "SELECT iri, names FROM entity LEFT JOIN named USING (id) ORDER BY iri"
KEYS = "SELECT iri, key FROM name JOIN entity ON entity.id = entity ORDER BY iri, key"
COUNTED = "SELECT name, number FROM kind ORDER BY name"
RANGES = "SELECT name FROM kind JOIN entity ON kind = kind.name WHERE id NOT BETWEEN first AND last"
WORDS = "SELECT term, iri, col, offset FROM vocabulary JOIN entity ON id = doc ORDER BY term, iri, offset"
LOST = "SELECT count(*) FROM vocabulary WHERE doc NOT IN (SELECT id FROM entity)"
PLAIN = "SELECT * FROM taxon", "SELECT * FROM figures_of_year", "SELECT * FROM issued"
FEW = share_of_examples(0.12, HealthCheck.too_slow)
MANY = settings(max_examples=200, suppress_health_check=[HealthCheck.too_slow])


def _triples() -> st.SearchStrategy[ox.Triple]:
    def triple(name: str, subject: str, value: ox.NamedNode | ox.Literal) -> ox.Triple:
        return ox.Triple(ox.NamedNode(subject), ox.NamedNode(expand(name)), value)

    told = st.builds(triple, st.sampled_from(NAMED), THINGS, LITERALS.map(ox.Literal))
    linked = [
        st.builds(triple, st.just(name), subjects, values.map(ox.NamedNode))
        for name, subjects, values in LINKS
    ]
    return st.one_of(told, told, *linked)


def stored(triples: Iterable[ox.Triple]) -> Store:
    graph = ox.NamedNode("http://example.org/graph")
    return Store.from_quads(ox.Quad(one.subject, one.predicate, one.object, graph) for one in triples)


def contents(path: Path) -> dict[str, list[tuple[object, ...]]]:
    """All that is in an index, without the numbers of entries but in their order."""
    with closing(sqlite3.connect(path)) as file:
        file.execute("CREATE VIRTUAL TABLE temp.vocabulary USING fts5vocab(main, words, instance)")
        selects = (ORDERED, NAMES, KEYS, COUNTED, RANGES, WORDS, LOST, *PLAIN)
        return {select: file.execute(select).fetchall() for select in selects}


@given(st.lists(st.lists(_triples(), max_size=30), min_size=2, max_size=4))
def test_whatever_changes_the_index_is_that_of_a_new_build(rounds: list[list[ox.Triple]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        updated, new = Path(folder) / "updated", Path(folder) / "new"
        make_labels(stored(rounds[0]), updated)
        for old, now in pairwise(rounds):
            store = stored(now)
            assert update_labels(store, updated, ends(set(old) ^ set(now)), updated)
            make_labels(store, new)
            assert contents(updated) == contents(new)


def ends(triples: Iterable[ox.Triple]) -> set[str]:
    nodes = {node for one in triples for node in (one.subject, one.object)}
    return {node.value for node in nodes if isinstance(node, ox.NamedNode)}


def check(site: dict[str, str], rounds: Sequence[Sequence[Edit]]) -> None:
    """Builds a site after each round of edits, and has the index of labels made, now and then."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "site"
        write(root, site)
        for number, some in enumerate(((), *rounds)):
            for edit in some:
                apply(root, edit)
            try:
                done = rdfkit.build([root], root.parent / "store")
            except rdfkit.RdfkitError:
                continue
            # What nobody asks for is handed on.
            if done.switched and number != 1:
                with open_store(root.parent / "store") as store:
                    make_labels(store, root.parent / "new")
                    assert contents(ensure_labels(store)) == contents(root.parent / "new")


def test_a_build_that_was_read_meanwhile_is_no_base_for_the_next_but_one(tmp_path: Path) -> None:
    """As when a server lets go of a build after the next one is made."""
    shutil.copytree(SEEDS, tmp_path / "site")
    page = next(path for path in (tmp_path / "site").rglob("*.md") if "papertitle: " in path.read_text())
    text = page.read_text()
    rdfkit.build([tmp_path / "site"], tmp_path / "store")
    names = ["Quagga", "Okapi", "Tapir"]
    for name in names:
        with open_store(tmp_path / "store") as served:
            ensure_labels(served)
            page.write_text(text.replace("papertitle: ", f"papertitle: {name} "))
            rdfkit.build([tmp_path / "site"], tmp_path / "store")
        with open_store(tmp_path / "store") as store, Labels(ensure_labels(store)) as index:
            assert [other for other in names if index.search(other)] == [name]
            assert store.metadata["name"] != served.metadata["name"]


def test_a_damaged_index_is_made_anew(tmp_path: Path) -> None:
    shutil.copytree(SEEDS, tmp_path / "site")
    rdfkit.build([tmp_path / "site"], tmp_path / "store")
    with open_store(tmp_path / "store") as store:
        ensure_labels(store)
    next((tmp_path / "site").rglob("*.md")).unlink()
    rdfkit.build([tmp_path / "site"], tmp_path / "store")
    with open_store(tmp_path / "store") as store:
        assert store.folder is not None
        before = store.folder / "labels-before.sqlite"
        whole = before.read_bytes()
        before.unlink()
        before.write_bytes(whole[:4096] + bytes(len(whole) - 4096))
        make_labels(store, tmp_path / "new")
        assert contents(ensure_labels(store)) == contents(tmp_path / "new")


@given(sites(), edits())
@FEW
def test_edited_pages_give_the_index_of_a_new_build(site: dict[str, str], rounds: list[list[Edit]]) -> None:
    check(site, rounds)


@pytest.mark.thorough
@given(sites(), edits())
@MANY
def test_hundreds_of_edits_give_the_index_of_a_new_build(
    site: dict[str, str], rounds: list[list[Edit]]
) -> None:
    check(site, rounds)


def labelled(names: Iterable[tuple[str, str]]) -> list[ox.Triple]:
    label = ox.NamedNode(expand("rdfs:label"))
    return [ox.Triple(ox.NamedNode(iri), label, ox.Literal(name)) for iri, name in names]


def test_where_there_is_no_room_left_the_index_is_made_anew(tmp_path: Path) -> None:
    """Each comes right behind the first, so the gap halves each time."""
    known = labelled([("http://example.org/0", "0"), ("http://example.org/1", "99999")])
    path = tmp_path / "labels"
    make_labels(stored(known), path)
    for number in range(100):
        some = labelled([(f"http://example.org/x{number}", f"{99998 - number}")])
        known += some
        before = path.read_bytes()
        if not update_labels(stored(known), path, ends(some), path):
            break
    assert number > 20
    assert path.read_bytes() == before
    assert [file.name for file in tmp_path.iterdir()] == ["labels"]


def test_many_that_come_to_stand_at_one_place_find_room(tmp_path: Path) -> None:
    known = labelled([("http://example.org/0", "0"), ("http://example.org/1", "99999")])
    names = [str(number) for number in range(10000, 11000)]
    random.Random(0).shuffle(names)
    some = labelled((f"http://example.org/{name}", name) for name in names)
    make_labels(stored(known), tmp_path / "labels")
    assert update_labels(stored([*known, *some]), tmp_path / "labels", ends(some), tmp_path / "labels")
    with Labels(tmp_path / "labels") as index:
        assert [entry.label for entry in index.browse("other", 1, 1000)] == sorted(names)


def test_with_much_changed_the_index_is_made_anew(seed_store: Store, tmp_path: Path) -> None:
    make_labels(seed_store, tmp_path / "labels")
    touched = [f"http://example.org/{number}" for number in range(2001)]
    assert not update_labels(seed_store, tmp_path / "labels", touched, tmp_path / "more")
    assert update_labels(seed_store, tmp_path / "labels", touched[1:], tmp_path / "more")
    assert contents(tmp_path / "labels") == contents(tmp_path / "more")


def test_an_index_that_is_not_finished_is_not_taken_for_one(tmp_path: Path) -> None:
    """What a killed process leaves behind: a half file aside, half of an index of the build before."""
    shutil.copytree(SEEDS, tmp_path / "site")
    rdfkit.build([tmp_path / "site"], tmp_path / "store")
    with open_store(tmp_path / "store") as store:
        whole = ensure_labels(store).read_bytes()
    page = next(path for path in (tmp_path / "site").rglob("*.md") if "papertitle: " in path.read_text())
    page.write_text(page.read_text().replace("papertitle: ", "papertitle: Quagga "))
    assert rdfkit.build([tmp_path / "site"], tmp_path / "store").changed
    with open_store(tmp_path / "store") as store:
        assert store.folder is not None
        assert (store.folder / "labels-before.sqlite").read_bytes() == whole
        store.folder.joinpath("labels.sqlite.new").write_bytes(whole[: len(whole) // 2])
        found = ensure_labels(store)
        make_labels(store, tmp_path / "new")
        assert contents(found) == contents(tmp_path / "new")
        assert not [path.name for path in store.folder.glob("labels-*")]
        with Labels(found) as index:
            assert index.search("quagga")
