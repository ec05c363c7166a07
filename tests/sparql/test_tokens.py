"""Tokens of SPARQL, and whether a query could call a remote service."""

from __future__ import annotations

import json

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rdfkit.sparql.query import QueryText
from rdfkit.sparql.tokens import (
    TokenKind,
    calls_service,
    declared_prefixes,
    iri_of,
    significant_tokens,
    tokens,
    undeclared_name,
)
from tests.support.paths import CASES

CASES = json.loads((CASES / "store" / "service.json").read_text(encoding="utf-8"))
# Oxigraph refuses this port by itself before it opens a connection, and says so.
URL = "http://127.0.0.1:9/"

SPARQL_PIECES = [
    "VALUES ?x {'''a'}",
    "VALUES ?x {'a'}",
    "VALUES ?x {''}",
    "VALUES ?x {true}",
    "FILTER(1<2)",
    "FILTER(2>1)",
    "FILTER(1<'a>'||true)",
    "FILTER(3>1&&1<2)",
    "FILTER(?x<?y||1<2)",
    "?s ?p ?o",
    "?s e:p ?o",
    "e:s e:p e:s",
    ".",
    "?s <http://e/p> e:s",
    "BIND(1 AS ?y1)",
    "BIND('''b''' AS ?y3)",
    'BIND("#" AS ?y4)',
    "#c\n",
    "#'\n",
    "#>\n",
    "BIND(<http://e/#a> AS ?y5)",
    "{}",
    "OPTIONAL{}",
    "FILTER NOT EXISTS{e:a e:b e:c}",
    "BIND('\\u0027' AS ?y6)",
    "BIND('''\\'''' AS ?y7)",
    "FILTER(1<e:a||true)",
    "FILTER(<http://e/a><<http://e/b>||true)",
    "'",
    "'''",
    '"',
    "#",
    "<",
    ">",
    "\n",
    "true",
    "1.",
    "\\u0022",
    "\\q",
    "VALUES ?x {'''\\q'}",
]
SERVICE_PIECES = [
    "SERVICE<http://127.0.0.1:9/>{}",
    "SERVICE ex:{}",
    "SERVICE#>'\n<http://127.0.0.1:9/>{}",
    "service\tex:{}",
    "SERVICE#'''\n<http://127.0.0.1:9/>{}",
    "SERVICESILENTex:{}",
    "sErViCe#\n#\nex:#\n{}",
]

sparql_texts = st.lists(st.sampled_from(SPARQL_PIECES) | st.text(max_size=3), max_size=8).map("".join)


def kinds(text: str) -> list[tuple[str, str]]:
    return [(token.kind.value, token.text) for token in tokens(text) if token.kind is not TokenKind.SPACE]


def test_every_terminal_has_its_kind():
    text = "SELECT ?x { _:b ex:a.b%20\\, 'it''s'@en-GB 1.5e3 <http://ex/#a> . } # end"
    assert kinds(text) == [
        ("word", "SELECT"),
        ("variable", "?x"),
        ("mark", "{"),
        ("blank", "_:b"),
        ("name", "ex:a.b%20\\,"),
        ("string", "'it'"),
        ("string", "'s'"),
        ("language", "@en-GB"),
        ("number", "1.5e3"),
        ("iri", "<http://ex/#a>"),
        ("mark", "."),
        ("mark", "}"),
        ("comment", "# end"),
    ]


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("''''a'''b", "''''a'''"),
        ("'''a''b'c'''d", "'''a''b'c'''"),
        ('"""\n"\\""""x', '"""\n"\\""""'),
        ("'''a' }", "''"),
        ("'a\\'b'c", "'a\\'b'"),
        ("ex:a.b.", "ex:a.b"),
        (":a ", ":a"),
        ("ex: ", "ex:"),
        ("?é·b-c", "?é·b"),
        ("<a b>", "<"),
    ],
)
def test_a_token_ends_where_the_grammar_ends_it(text: str, first: str):
    assert next(tokens(text)).text == first


@given(sparql_texts)
def test_tokens_lose_nothing(text: str):
    found = list(tokens(text))
    assert "".join(token.text for token in found) == text
    assert all(text[token.start : token.end] == token.text for token in found)


def could_call(text: str) -> bool:
    """Whether a text could call SERVICE, by those who know no more of it and by those who do."""
    found = calls_service(text)
    assert QueryText(text).calls_service is found
    return found


@pytest.mark.parametrize("name", CASES["refused"])
def test_service_is_found(name: str):
    assert could_call(CASES["refused"][name].replace("URL", URL))


@pytest.mark.parametrize("name", CASES["allowed"])
def test_other_uses_of_the_word_are_fine(name: str):
    query = CASES["allowed"][name].replace("URL", URL)
    ox.Store().query(query)  # it is SPARQL, and Oxigraph calls nobody
    assert not could_call(query)


@given(sparql_texts, st.sampled_from(SERVICE_PIECES), sparql_texts, st.sampled_from(["", "#>", "#'''", "#'"]))
def test_no_query_that_oxigraph_takes_hides_a_service(before: str, service: str, after: str, end: str):
    query = f"ASK{{{before}{service}{after}}}{end}"
    store = ox.Store()
    store.add(ox.Quad(ox.NamedNode("http://e/s"), ox.NamedNode("http://e/p"), ox.NamedNode("http://e/s")))
    try:
        store.query(query, prefixes={"ex": URL, "e": "http://e/"})
    except SyntaxError:
        return
    except (OSError, RuntimeError):  # it tried
        assert could_call(query)


@given(st.lists(st.sampled_from(["?service", "'SERVICE <x> {'", "<http://ex/service>", "# service <x> {\n"])))
def test_the_word_in_safe_places_is_never_found(parts: list[str]):
    assert not could_call("SELECT * { " + " . ".join(parts) + " }")


@given(sparql_texts)
def test_a_clause_between_tokens_is_always_found(text: str):
    assert could_call(f"{{ SERVICE <{URL}> {{ }} }} {text}")


def test_the_first_undeclared_prefix_is_found_with_its_place():
    query = "PREFIX a: <http://ex/>\nASK { ?s a:b wp:c .\n  ?s x:y ?o }"
    found = undeclared_name(significant_tokens(query), {"wp"})
    assert found is not None
    assert (found.prefix, found.place_in(query)) == ("x", (3, 6))


def test_declared_prefixes_are_known():
    query = "prefix # why\n x: <http://ex/> ASK { ?s x:y wp:z }"
    assert undeclared_name(significant_tokens(query), {"wp"}) is None


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("wp:WP1", "http://wp/WP1"),
        ("x:a\\-b", "http://ex/éa-b"),
        (":", "http://empty/"),
        ("<http://ex/\\u0061>", "http://ex/a"),
        ("y:a", None),
        ("?x", None),
        ("'x:a'", None),
        ("ASK", None),
    ],
)
def test_a_written_name_stands_for_an_iri(written: str, expected: str | None):
    text = "prefix # why\n x: <http://ex/\\u00E9> PREFIX : <http://empty/> BASE <http://b/> ASK { ?s x:y ?o }"
    prefixes = {"wp": "http://wp/", **declared_prefixes(significant_tokens(text))}
    assert iri_of(next(tokens(written)), prefixes) == expected
