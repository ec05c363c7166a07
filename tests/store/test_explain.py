"""An empty answer is explained: which term the data has not, and what it has instead."""

from __future__ import annotations

import socket
import tomllib
from functools import cache
from typing import Any

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st

import rdfkit
from rdfkit.cli.result_table import Content, content_of
from rdfkit.rdf.identifiers import compress, expand, prefix_map
from rdfkit.sparql.library import bind, find_query, library
from rdfkit.store import Store
from tests.support.command_line import Done, run_command
from tests.support.examples import share_of_examples
from tests.support.paths import CASES, PROJECT

EMPTY = tomllib.loads((CASES / "absence.toml").read_text())["case"]


@pytest.mark.parametrize("case", EMPTY, ids=lambda case: case["query"])
def test_the_hint_names_the_term(case: dict[str, str], seed_store: Store) -> None:
    hints = {hint.term: hint for hint in rdfkit.explain_empty(case["query"], seed_store)}
    hint = hints[case["term"]]
    assert case.get("says", "") in hint.sentence
    assert hint.instead == case.get("instead")


@pytest.mark.parametrize(
    "part",
    [
        "OPTIONAL { ?x a wp:Interaction }",
        "MINUS { ?x a wp:Interaction }",
        "FILTER NOT EXISTS { ?x a wp:Interaction }",
        "{ ?x a wp:Interaction } UNION { ?x a doco:Figure }",
        "FILTER(?x != wp:Interaction)",
    ],
)
def test_what_need_not_be_there_is_no_reason(part: str, seed_store: Store) -> None:
    text = f"SELECT * {{ ?x dcterms:identifier 'PMC198534__JCI0319974.f1' . {part} ?x a wp:Pathway }}"
    hints = rdfkit.explain_empty(text, seed_store)
    assert hints
    assert all("Interaction" not in hint.term for hint in hints)


@pytest.mark.parametrize("format", ["csv", "tsv", "json", "xml", "table"])
@pytest.mark.parametrize("query", [EMPTY[0]["query"], EMPTY[9]["query"], EMPTY[10]["query"]])
def test_the_command_line_tells_it_on_stderr(format: str, query: str, seed_store: Store) -> None:
    done = _query(seed_store, query, "--format", format)
    assert done.stderr.startswith("empty: ")
    assert done.returncode == 0


def test_graphs_without_triples_are_told_of(seed_store: Store) -> None:
    for format in ("turtle", "ntriples", "jsonld"):
        assert "empty: wp:bdbRhea" in _query(seed_store, EMPTY[11]["query"], "--format", format).stderr


def test_answers_that_hold_something_are_not(seed_store: Store) -> None:
    for query in (
        "SELECT (COUNT(*) AS ?n) { ?x a doco:Figure }",
        "ASK { ?x a doco:Figure }",
        "CONSTRUCT { ?x a doco:Figure } WHERE { ?x a doco:Figure }",
        "SELECT ?x { ?x a doco:Figure }",
        "SELECT ?none { ?x a wp:Pathway OPTIONAL { ?x wp:none ?none } }",
        "SELECT (0 AS ?zero) { ?x a wp:Pathway }",
    ):
        assert _query(seed_store, query).stderr == ""


@given(st.lists(st.lists(st.sampled_from(["", "0", 0, None, "1", "x"]), min_size=1, max_size=3), max_size=3))
def test_only_one_row_of_nothing_is_nothing(rows: list[list[Any]]) -> None:
    nothing = not rows or (len(rows) == 1 and all(cell in ("", "0", 0, None) for cell in rows[0]))
    assert (content_of(rows) is not Content.SOMETHING) is nothing


@given(st.text(max_size=40))
def test_any_text_can_be_asked_about(text: str) -> None:
    with Store.from_quads([]) as store:
        rdfkit.explain_empty(text, store)


def _query(store: Store, text: str, *options: str) -> Done:
    return run_command("query", text, "--store", str(store.path), *options)


@pytest.mark.parametrize("name", sorted(name for name, query in library().items() if not query.is_federated))
def test_no_reason_is_given_for_what_has_an_answer(name: str, seed_store: Store) -> None:
    text = bind(find_query(name), {})
    if seed_store.query(text).fetch():
        assert [hint.term for hint in rdfkit.explain_empty(text, seed_store)] == ["all patterns"]


@given(data=st.data())
@share_of_examples(0.3)
def test_no_reason_is_given_for_patterns_taken_from_the_data(data: st.DataObject, seed_store: Store) -> None:
    triples = data.draw(st.lists(st.sampled_from(_triples(seed_store)), min_size=1, max_size=4))
    parts = [_part(data, triple, number) for number, triple in enumerate(triples)]
    text = f"SELECT * {{ {' '.join(parts)} }}"
    assert next(iter(seed_store.query(text)), None) is not None
    assert [hint.term for hint in rdfkit.explain_empty(text, seed_store)] == ["all patterns"]


@cache
def _triples(store: Store) -> list[ox.Triple]:
    return sorted(store.triples(), key=str)[::5]


def _part(data: st.DataObject, triple: ox.Triple, number: int) -> str:
    """A pattern that the triple matches: each term stands there, or a variable that may have to be the term."""
    places, beside = [], []
    for position, term in enumerate((triple.subject, triple.predicate, triple.object)):
        variable = f"?v{number}_{position}"
        form = data.draw(
            st.sampled_from(["{term}", "", "VALUES {v} {{ {term} <http://e/> }}", "FILTER({v} = {term})"])
        )
        if form == "FILTER({v} = {term})" and isinstance(term, ox.Literal):
            form = "FILTER({v} IN ({term}, 'nothing'))"
        places.append(str(term) if form == "{term}" else variable)
        beside.append(form.format(v=variable, term=term) if "{v}" in form else "")
    pattern = " ".join([*places, ".", *beside])
    around = data.draw(
        st.sampled_from(
            [
                "{}",
                "OPTIONAL {{ ?z a wp:Interaction }} {}",
                "{{ {} }} UNION {{ ?z a wp:Interaction }}",
                "{{ SELECT * {{ {} }} }}",
            ]
        )
    )
    return around.format(pattern)


@pytest.mark.parametrize(
    ("part", "terms"),
    [
        ("?x a wp:Interaction", ["wp:Interaction"]),
        ("{ ?x a wp:Interaction . } ?x wp:source ?y", ["wp:Interaction", "wp:source"]),
        ("OPTIONAL { ?x a wp:Interaction } ?x a wp:Catalysis", ["wp:Catalysis"]),
        ("MINUS { ?x a wp:Interaction } FILTER NOT EXISTS { ?x a wp:Catalysis }", ["all patterns"]),
        ("{ ?x a wp:Interaction } UNION { ?x a wp:Catalysis }", ["all patterns"]),
        ("FILTER(?x != wp:Interaction) ?x wp:source* ?y", ["all patterns"]),
        ("VALUES ?c { wp:Interaction doco:Figure } VALUES (?c) { (wp:Catalysis) }", ["all patterns"]),
        ("SERVICE SILENT <http://e/> { ?x a wp:Interaction }", ["all patterns"]),
        ("# ?x a wp:Interaction\n?x ?p 'wp:Catalysis'", ["all patterns"]),
    ],
)
def test_very_long_queries_are_read_by_their_tokens(part: str, terms: list[str], seed_store: Store) -> None:
    many = " ".join(f"'{number:030}'" for number in range(2000))
    text = f"SELECT * {{ VALUES ?y {{ {many} }} ?x a ?c . {part} }}"
    assert [hint.term for hint in rdfkit.explain_empty(text, seed_store)] == terms


def test_a_service_is_never_called(seed_store: Store) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = f"http://127.0.0.1:{server.getsockname()[1]}/"
        text = f"ASK {{ SERVICE <{address}> {{ ?x a wp:Catalysis }} ?x a wp:Interaction }}"
        assert [hint.term for hint in rdfkit.explain_empty(text, seed_store)] == ["wp:Interaction"]
        server.settimeout(0)
        with pytest.raises(BlockingIOError):
            server.accept()


def test_every_reason_is_of_a_term_with_a_known_prefix() -> None:
    reasons = tomllib.loads((PROJECT / "rdfkit" / "store" / "absent-terms.toml").read_text(encoding="utf-8"))
    for term in reasons:
        assert term.startswith("http") or term.partition(":")[0] in prefix_map()
        assert compress(expand(term)) == term
