"""Changes of a store: whole or not at all, and nothing from the network."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pyoxigraph as ox
import pytest

from rdfkit.errors import NotFoundError, QueryError, QueryRefusedError, StoreError, UpdateError
from rdfkit.pipeline.build import build
from rdfkit.rdf.formats import of_name
from rdfkit.sparql.dataset import Dataset
from rdfkit.sparql.limits import Complexity
from rdfkit.sparql.query import QueryText
from rdfkit.store import DEFAULT_GRAPH, open_store
from rdfkit.store.updates import Document, delete_graph, put_graph, update, with_dataset
from tests.support.paths import SEEDS
from tests.support.stores import new_build

E = "http://example.org/"
BASE = f"{E}base"


def quad(subject: str, graph: str) -> ox.Quad:
    node = ox.NamedNode(E + subject)
    return ox.Quad(node, ox.NamedNode(f"{E}p"), ox.Literal(subject), ox.NamedNode(E + graph))


@pytest.fixture
def store(tmp_path: Path) -> Path:
    folder = tmp_path / "store"
    with new_build(folder) as stage:
        stage.change(lambda graph: graph.extend([quad("a", "g"), quad("b", "g"), quad("b", "h")]))
        stage.commit({"builder": "test"})
    return folder


def state(folder: Path) -> dict[str, list[str]]:
    """The subjects in each graph, the default graph's as queries see it under ''."""
    with open_store(folder) as store:
        found = {"": sorted(row["s"] for row in store.query("SELECT ?s { ?s ?p ?o }"))}
        for row in store.query("SELECT ?g ?s { GRAPH ?g { ?s ?p ?o } }"):
            found.setdefault(row["g"].removeprefix(E), []).append(row["s"])
        return {key: sorted(name.removeprefix(E) for name in names) for key, names in found.items()}


BEFORE = {"": ["a", "b"], "g": ["a", "b"], "h": ["b"]}


def test_the_merge_of_all_graphs_follows_each_change(store: Path):
    update(store, f"DELETE DATA {{ GRAPH <{E}g> {{ <{E}b> <{E}p> 'b' }} }}")
    assert state(store) == {"": ["a", "b"], "g": ["a"], "h": ["b"]}
    update(store, f"DELETE DATA {{ GRAPH <{E}h> {{ <{E}b> <{E}p> 'b' }} }}")
    assert state(store) == {"": ["a"], "g": ["a"]}
    update(store, f"INSERT DATA {{ GRAPH <{E}i> {{ <{E}c> <{E}p> 'c' }} }}")
    assert state(store) == {"": ["a", "c"], "g": ["a"], "i": ["c"]}


def test_a_merge_is_kept_only_while_a_triple_stands_twice(store: Path):
    def merged() -> bool:
        with open_store(store) as opened:
            assert len(opened) == opened.metadata["quads"] == len(list(opened.quads()))
            return bool(opened.metadata["merged"])

    assert merged()
    update(store, f"DELETE DATA {{ GRAPH <{E}h> {{ <{E}b> <{E}p> 'b' }} }}")
    assert not merged()
    update(store, f"INSERT DATA {{ <{E}c> <{E}p> 'c' }}")
    assert not merged()
    update(store, f"INSERT DATA {{ GRAPH <{E}h> {{ <{E}c> <{E}p> 'c' }} }}")
    assert merged()
    assert state(store)[""] == ["a", "b", "c"]


def test_the_default_graph_of_a_change_is_what_was_written_there(store: Path):
    update(store, f"INSERT DATA {{ <{E}d> <{E}p> 'd' }}")
    default = DEFAULT_GRAPH.value
    assert state(store) == {**BEFORE, "": ["a", "b", "d"], default: ["d"]}
    # A pattern outside of GRAPH sees only that, and so does what is deleted.
    update(store, "DELETE { ?s ?p ?o } WHERE { ?s ?p ?o }")
    assert state(store) == BEFORE
    update(store, f"INSERT {{ GRAPH <{E}i> {{ ?s ?p ?o }} }} WHERE {{ ?s ?p ?o }}")
    assert state(store) == BEFORE
    update(store, f"INSERT {{ GRAPH <{E}i> {{ ?s ?p ?o }} }} WHERE {{ GRAPH <{E}h> {{ ?s ?p ?o }} }}")
    assert state(store) == {**BEFORE, "i": ["b"]}


def test_clearing_the_default_graph_leaves_the_named_ones(store: Path):
    update(store, f"INSERT DATA {{ <{E}d> <{E}p> 'd' }} ; CLEAR DEFAULT")
    assert state(store) == BEFORE
    update(store, "CLEAR ALL")
    assert state(store) == {"": []}


def test_a_change_keeps_what_is_known_of_the_build(store: Path):
    update(store, "INSERT DATA { <a:b> <a:b> 1 }")
    with open_store(store) as opened:
        assert opened.metadata["builder"] == "test"
        assert opened.metadata["quads"] == 4


@pytest.mark.parametrize(
    ("text", "error"),
    [
        (f"INSERT DATA {{ <{E}x> <{E}p> 1 }} ; nonsense", UpdateError),
        (f"INSERT DATA {{ <{E}x> <{E}p> 1 }} ; CREATE GRAPH <{E}g>", UpdateError),
        (f"INSERT DATA {{ <{E}x> <{E}p> 1 }} ; DROP GRAPH <{E}none>", UpdateError),
        (f"INSERT DATA {{ <{E}x> <{E}p> 1 }} ; LOAD <http://127.0.0.1:9/>", QueryRefusedError),
        (f"INSERT DATA {{ <{E}x> <{E}p> 1 }} ; load silent <file:///etc/passwd>", QueryRefusedError),
        (f"INSERT DATA {{ <{E}x> <{E}p> 1 }} ; \\u004cOAD <http://127.0.0.1:9/>", QueryRefusedError),
        ("INSERT { ?s ?p ?o } WHERE { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }", QueryRefusedError),
        ("INSERT DATA { <a:b> <a:b> 1 . <a:b> <a:b> 2 }", QueryRefusedError),
        ("SELECT * { ?s ?p ?o }", UpdateError),
        ("INSERT DATA { ?s ?p ?o }", UpdateError),
    ],
)
def test_a_failing_update_changes_nothing(store: Path, text: str, error: type[Exception]):
    build = (store / "current").read_text()
    with pytest.raises(error):
        update(store, text, limits=Complexity(triple_patterns=1))
    assert state(store) == BEFORE
    assert (store / "current").read_text() == build


def test_a_mistake_is_told_with_its_place(store: Path):
    with pytest.raises(UpdateError) as raised:
        update(store, "INSERT DATA {\n  <a:b> nope:p 1 }")
    assert (raised.value.line, raised.value.column) == (2, 9)


def test_an_update_without_a_store(tmp_path: Path):
    with pytest.raises(StoreError):
        update(tmp_path / "none", "CLEAR ALL")


USING = Dataset((f"{E}g",), (f"{E}h",))


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("DELETE { ?s ?p 1 } WHERE { ?s ?p 1 }", "DELETE { ?s ?p 1 } USING… WHERE { ?s ?p 1 }"),
        ("INSERT { ?s ?p 1 } where { ?s ?p 1 }", "INSERT { ?s ?p 1 } USING… where { ?s ?p 1 }"),
        ("DELETE WHERE { ?s ?p 1 }", "DELETE { ?s ?p 1 } USING… WHERE { ?s ?p 1 }"),
        (
            "DELETE WHERE { GRAPH ?g { ?s ?p '}' } } ; CLEAR ALL",
            "DELETE { GRAPH ?g { ?s ?p '}' } } USING… WHERE { GRAPH ?g { ?s ?p '}' } } ; CLEAR ALL",
        ),
        (
            "INSERT { <a:WHERE> ?p 'WHERE' } WHERE { SELECT * WHERE { ?s ?p 1 } }",
            "INSERT { <a:WHERE> ?p 'WHERE' } USING… WHERE { SELECT * WHERE { ?s ?p 1 } }",
        ),
        ("INSERT DATA { <a:b> <a:b> 'WITH' }", "INSERT DATA { <a:b> <a:b> 'WITH' }"),
    ],
)
def test_the_dataset_of_a_request_stands_before_each_where(text: str, meant: str):
    clauses = f"USING <{E}g> USING NAMED <{E}h>"
    found = with_dataset(QueryText(text), USING).text
    assert " ".join(found.split()) == meant.replace("USING…", clauses)


@pytest.mark.parametrize(
    "text", [f"WITH <{E}g> DELETE {{ ?s ?p 1 }} WHERE {{ ?s ?p 1 }}", f"INSERT {{}} using <{E}g> WHERE {{}}"]
)
def test_a_request_and_an_update_cannot_both_name_a_dataset(text: str):
    with pytest.raises(UpdateError):
        with_dataset(QueryText(text), USING)


@pytest.mark.parametrize("iri", ["x> USING <y", "no iri", "http://[", "", "\\u003e"])
def test_nothing_but_an_iri_gets_into_the_text(store: Path, iri: str):
    with pytest.raises((QueryError, UpdateError)):
        update(store, "DELETE WHERE { ?s ?p ?o }", using=Dataset((iri,)))
    assert state(store) == BEFORE


def test_an_update_with_a_dataset_sees_its_graphs_alone(store: Path):
    text = f"INSERT {{ GRAPH <{E}i> {{ ?s ?p ?o }} }} WHERE {{ ?s ?p ?o }}"
    update(store, text, using=Dataset((f"{E}h",)))
    assert state(store)["i"] == ["b"]


def test_graphs_are_put_merged_and_removed(store: Path, tmp_path: Path):
    file = tmp_path / "document"
    file.write_text("<c> <p> 'c' .", encoding="utf-8")
    document = Document(file, of_name("turtle"))
    assert put_graph(store, f"{E}i", [document], base_iri=E, merge=False) is True
    assert put_graph(store, f"{E}g", [document], base_iri=E, merge=True) is False
    assert put_graph(store, f"{E}h", [document], base_iri=E, merge=False) is False
    assert state(store) == {"": ["a", "b", "c"], "g": ["a", "b", "c"], "h": ["c"], "i": ["c"]}
    delete_graph(store, f"{E}g")
    assert state(store) == {"": ["c"], "h": ["c"], "i": ["c"]}
    with pytest.raises(NotFoundError):
        delete_graph(store, f"{E}g")


@pytest.mark.parametrize(
    ("format", "text"),
    [
        ("turtle", "<c> <p> 'c' . <c> <p> "),
        ("trig", "<g> { <c> <p> 'c' }"),
        ("jsonld", '{"@context": "http://127.0.0.1:9/", "@id": "c", "p": "c"}'),
        ("rdfxml", '<!DOCTYPE r [<!ENTITY e SYSTEM "file:///etc/passwd">]><r>&e;</r>'),
    ],
)
def test_a_document_that_does_not_fit_changes_nothing(store: Path, tmp_path: Path, format: str, text: str):
    good, bad = tmp_path / "good", tmp_path / "bad"
    good.write_text("<c> <p> 'c' .", encoding="utf-8")
    bad.write_text(text, encoding="utf-8")
    documents = [Document(good, of_name("turtle")), Document(bad, of_name(format))]
    with pytest.raises(UpdateError):
        put_graph(store, f"{E}g", documents, base_iri=BASE, merge=False)
    assert state(store) == BEFORE


SLOW = """
import sys
from rdfkit.store.updates import update
print("begun", flush=True)
update(sys.argv[1], "INSERT { ?a <http://example.org/q> ?e } WHERE { GRAPH ?g { ?a ?p ?b } GRAPH ?h { ?c ?q ?d } "
    "BIND(RAND() AS ?e) }")
print("done", flush=True)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="sends SIGKILL")
@pytest.mark.parametrize("moment", [0.0, 0.4])
def test_an_update_that_is_killed_leaves_the_store_as_it_was(tmp_path: Path, moment: float):
    folder = tmp_path / "store"
    with new_build(folder) as stage:
        stage.load([quad(f"s{number}", "g") for number in range(2000)])
        stage.commit({})
    process = subprocess.Popen([sys.executable, "-c", SLOW, str(folder)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "begun\n"
    time.sleep(moment)
    os.kill(process.pid, signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL
    assert process.stdout.read() == ""
    with open_store(folder) as store:
        assert len(store) == 2000
    # What it left behind is no obstacle, and goes with the next change.
    update(folder, "INSERT DATA { <a:b> <a:b> 1 }")
    with open_store(folder) as store:
        assert len(store) == 2001
    assert len(list((folder / "builds").iterdir())) <= 2


def test_a_build_does_not_discard_what_was_written(tmp_path: Path) -> None:
    """Refused with the number of changes, until told: the current build, and a stopped one, stay as they are."""
    store = tmp_path / "store"
    build([SEEDS], store)
    for number in range(2):
        update(
            store, f"INSERT DATA {{ GRAPH <http://example.org/mine> {{ <http://a> <http://b> {number} }} }}"
        )
    with pytest.raises(StoreError, match=r"changed 2 times .* --discard-updates"):
        build([SEEDS], store)
    with pytest.raises(StoreError):
        build([SEEDS], store, full=True)
    with open_store(store) as opened:
        assert opened.has_graph(ox.NamedNode("http://example.org/mine"))
    build([SEEDS], store, discard_updates=True)
    with open_store(store) as opened:
        assert not opened.has_graph(ox.NamedNode("http://example.org/mine"))
    build([SEEDS], store)
