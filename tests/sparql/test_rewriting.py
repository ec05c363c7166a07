"""A rewritten query finds in a store with a merged graph and hidden ones what it finds without them."""

from __future__ import annotations

import tomllib
from collections import Counter

import pyoxigraph as ox
import pytest

from rdfkit.rdf.identifiers import prefix_map
from rdfkit.sparql.dialect.repair import check_syntax
from rdfkit.sparql.library import bind, find_query, library
from rdfkit.sparql.query import QueryText
from rdfkit.sparql.rewriting import about, declared
from rdfkit.store import Store
from tests.support.paths import CASES

E = "http://e/"
MERGED, NOTES = "http://hidden/merged", "http://hidden/notes"
NAMED = f"GRAPH <{NOTES}> {{{{ {{}} <{E}note> [] }}}}"
QUERIES = tomllib.loads((CASES / "rewriting" / "queries.toml").read_text(encoding="utf-8"))
DATA = """
<http://e/s> <http://e/p> "x" <http://g/1> .
<http://e/s> <http://e/p> "x" <http://g/2> .
<http://e/s> <http://e/p> "y" <http://g/2> .
<http://e/s> <http://e/q> <http://e/o> <http://g/1> .
<http://e/o> <http://e/p> "GRAPH ?g {" <http://g/3> .
<http://g/1> <http://e/of> <http://e/s> <http://g/3> .
"""


@pytest.fixture(scope="module")
def here() -> Store:
    return Store.from_quads(ox.parse(DATA, format=ox.RdfFormat.N_QUADS))


@pytest.fixture(scope="module")
def there(here: Store) -> ox.Store:
    return _published(here)


@pytest.fixture(scope="module")
def seeds_there(seed_store: Store) -> ox.Store:
    return _published(seed_store)


def _published(store: Store) -> ox.Store:
    """What publishing makes of a store: its graphs, the merged one and notes about them."""
    found = ox.Store()
    found.extend(store.quads())
    # One of somebody else.
    found.add(ox.Quad(*map(ox.NamedNode, (f"{E}s", f"{E}p", f"{E}o", f"{E}not-noted"))))
    found.extend(
        ox.Quad(each.subject, each.predicate, each.object, ox.NamedNode(MERGED)) for each in store.triples()
    )
    for graph in store.graphs():
        found.add(ox.Quad(graph, ox.NamedNode(f"{E}note"), ox.Literal("x"), ox.NamedNode(NOTES)))
    return found


def _found(answer: object) -> Counter[str]:
    if isinstance(answer, ox.QueryBoolean):
        return Counter([str(bool(answer))])
    return Counter(map(str, answer))  # type: ignore[call-overload]


@pytest.mark.parametrize("name", QUERIES)
def test_the_answer_is_the_same(name: str, here: Store, there: ox.Store) -> None:
    text = QUERIES[name]["text"]
    ours = here._run(QueryText(text), {"prefixes": {}}, None)
    theirs = there.query(about(QueryText(text), MERGED, NAMED).text)
    assert _found(theirs) == _found(ours)


def test_the_cases_tell_the_difference(here: Store, there: ox.Store) -> None:
    """Most of them have another answer when they are not rewritten."""
    differing = [
        name
        for name, case in QUERIES.items()
        if _found(there.query(case["text"]))
        != _found(here._run(QueryText(case["text"]), {"prefixes": {}}, None))
    ]
    assert len(differing) > len(QUERIES) / 2


@pytest.mark.parametrize("name", sorted(name for name, query in library().items() if not query.is_federated))
def test_the_library(name: str, seed_store: Store, seeds_there: ox.Store) -> None:
    text = bind(find_query(name), {})
    ours = seed_store._run(QueryText(text), {"prefixes": prefix_map()}, None)
    asked = about(declared(QueryText(text), prefix_map()), MERGED, NAMED).text
    assert _found(seeds_there.query(asked)) == _found(ours)


@pytest.mark.parametrize(
    "text", ["", "SELECT", "SELECT * {", "}", "GRAPH ?g {", "CONSTRUCT { ?s ?p ?o }", "ASK ("]
)
def test_what_has_no_pattern_stays(text: str) -> None:
    assert about(QueryText(text), MERGED, NAMED).text == text


def test_only_missing_prefixes_are_declared() -> None:
    known = {"a": "http://a/", "b": "http://b/", "c": "http://c/"}
    text = "PREFIX b: <http://mine/>\nSELECT * { ?s a:x b:y, 'c:z', <c:z> }"
    query = QueryText(text)
    assert declared(query, known).text == f"PREFIX a: <http://a/> {text}"
    assert declared(query, known, "http://base/").text == f"BASE <http://base/> PREFIX a: <http://a/> {text}"
    assert check_syntax(declared(query, known).text, {}) is None
