"""The library of queries and the binding of parameters."""

from __future__ import annotations

import datetime
import json
import re
from pathlib import Path

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rdfkit.errors import ParameterError, QueryError
from rdfkit.rdf.identifiers import compress, prefix_map
from rdfkit.sparql.library import bind, find_query, library, parse_query, read_query
from rdfkit.sparql.results import Rows
from rdfkit.store import Store
from tests.support.paths import CASES, PROJECT

QUERIES = CASES / "queries"
# Those that ask endpoints are in test_federated_library.py.
LOCAL = [name for name, query in library().items() if not query.is_federated]
# Answers that hold a hash or a commit, which change with the files and the checkout.
VARYING = {"sha256", "commit"}


def _shown(value: object) -> object:
    if isinstance(value, datetime.date):
        return value.isoformat()
    return compress(value) if isinstance(value, str) else value


@pytest.mark.parametrize("name", LOCAL)
def test_library_query_on_the_seeds(name: str, seed_store: Store) -> None:
    case = json.loads((QUERIES / f"{name}.json").read_text(encoding="utf-8"))
    answer = seed_store.query(bind(find_query(name), case.get("parameters", {})))
    assert isinstance(answer, Rows)
    rows = [{key: _shown(value) for key, value in row.items() if key not in VARYING} for row in answer]
    assert rows == [
        {key: row.get(key) for key in answer.columns if key not in VARYING} for row in case["rows"]
    ]


def test_every_case_has_a_query() -> None:
    assert {path.stem for path in QUERIES.glob("*.json")} == set(LOCAL)


def test_the_library_is_large_and_sorted_into_categories() -> None:
    queries = library()
    assert len(queries) >= 20
    assert all(query.title != name and query.category != "Other" for name, query in queries.items())
    assert all(query.description for query in queries.values())
    assert all("PREFIX" not in queries[name].text for name in LOCAL)
    assert all((query.category == "Federated") == query.is_federated for query in queries.values())
    assert all(parameter.default for query in queries.values() for parameter in query.parameters)
    assert all("ORDER BY" in query.text for query in queries.values())


def test_headers() -> None:
    query = parse_query(
        "# Title: A title\n#category:Figures\n# description: One.\n# description: Two.\n"
        "# param: kind | enum:a, b=Bees | a | Which\n# param: x|autocomplete:gene||The gene\n# param: y\nSELECT * {}",
        "some/my-query.rq",
    )
    assert (query.name, query.title, query.category) == ("my-query", "A title", "Figures")
    assert query.description == "One. Two."
    kind, x, y = query.parameters
    assert (kind.type, kind.choices, kind.default, kind.label) == ("enum", ("a", "b"), "a", "Which")
    assert (x.type, x.source, x.default, x.label) == ("autocomplete", "gene", None, "The gene")
    assert (y.type, y.default, y.label) == ("string", None, "y")


@pytest.mark.parametrize(
    ("text", "endpoints"),
    [
        ("SELECT * { ?s ?p ?o }", []),
        ("SELECT * { ?s ?p 'SERVICE <http://a.example/> {}' } # SERVICE <http://b.example/> {}", []),
        ("SELECT * { SERVICE <http://a.example/> { ?s ?p ?o } SERVICE <http://a.example/> { ?s ?q ?r } }",
         ["http://a.example/"]),
        ("SELECT * { service\tsilent <http://b.example/?x=1#y> { ?s ?p {{x}} } SERVICE <http://a.example/> {} }",
         ["http://b.example/?x=1#y", "http://a.example/"]),
        ("SELECT * { ?e a sd:Service SERVICE ?e { ?s ?p ?o } }", []),
    ],
)  # fmt: skip
def test_which_endpoints_a_query_asks(text: str, endpoints: list[str]) -> None:
    query = parse_query(text, "q.rq")
    assert list(query.endpoints) == endpoints
    assert query.is_federated == ("?e {" in text or bool(endpoints))


def test_a_file_without_headers_is_a_query() -> None:
    query = parse_query("SELECT * { ?s ?p ?o }", "plain.rq")
    assert (query.title, query.category, query.parameters) == ("plain", "Other", ())


@pytest.mark.parametrize("header", ["", "a b | string", "x | number | 1", "x | enum: | 1", "| string"])
def test_malformed_parameters_are_named_by_line(header: str) -> None:
    with pytest.raises(QueryError) as caught:
        parse_query(f"# title: x\n# param: {header}\n", "q.rq")
    assert (caught.value.path, caught.value.line) == ("q.rq", 2)


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(QueryError, match="cannot be read"):
        read_query(tmp_path / "gone.rq")
    (tmp_path / "latin.rq").write_bytes(b"# title: Caf\xe9\n")
    with pytest.raises(QueryError, match="offset 12"):
        read_query(tmp_path / "latin.rq")


def test_an_unknown_name_gets_the_nearest() -> None:
    with pytest.raises(QueryError) as caught:
        find_query("gene-of-pathway")
    assert "genes-of-pathway" in (caught.value.expected or "")


def test_parameters_that_do_not_fit() -> None:
    query = parse_query(
        "# param: a | enum:x,y | | Which\n# param: b | uri | ex | IRI\nSELECT * { ?s ?p {{b}} }", "q"
    )
    for values, words in [
        ({}, "has no value"),
        ({"a": "z"}, "none of the choices"),
        ({"a": "x", "c": "1"}, 'no parameter "c"'),
        ({"a": "x", "b": "no iri"}, "is no IRI"),
        ({"a": "x", "b": "http://x/> } ; DROP ALL"}, "is no IRI"),
    ]:
        with pytest.raises(ParameterError, match=words):
            bind(query, values)


@pytest.mark.parametrize(
    ("text", "value", "expected"),
    [
        ("ASK { ?s ?p {{x}} }", "12", "ASK { ?s ?p 12 }"),
        ("ASK { ?s ?p {{x}} }", "IL6", 'ASK { ?s ?p "IL6" }'),
        ("VALUES ?v { {{ x }} }", "IL6", 'VALUES ?v { "IL6" }'),
        ('ASK { ?s ?p "a {{x}} b"@en }', 'q"', 'ASK { ?s ?p "a q\\" b"@en }'),
        ("ASK { <http://x/{{x}}> ?p ?o }", "a b>", "ASK { <http://x/a%20b%3E> ?p ?o }"),
        ("ASK { <{{x}}> ?p ?o }", "ncbigene:3569", "ASK { <https://identifiers.org/ncbigene/3569> ?p ?o }"),
        ("ASK { wp:{{x}} ?p ?o }", "a.b/c d", "ASK { wp:a\\.b\\/c%20d ?p ?o }"),
        ("# about {{x}}\nASK {}", "a\nDROP ALL", "# about {{x}}\nASK {}"),
    ],
)
def test_values_are_escaped_for_their_place(text: str, value: str, expected: str) -> None:
    assert (
        bind(parse_query(f"# param: x | string | | X\n{text}", "q"), {"x": value}).partition("\n")[2]
        == expected
    )


def _answer(text: str, value: str, kind: str = "string") -> object:
    query = bind(parse_query(f"# param: x | {kind} | | X\n{text}", "q"), {"x": value})
    (row,) = ox.Store().query(query, prefixes=prefix_map())
    return row["v"]


_values = st.text(alphabet=st.characters(exclude_categories=["Cs"])) | st.text(
    alphabet="\\u0023\"'<>{}#\n\r\t ?.;u"
)


@given(_values, st.sampled_from(["'{}'", '"{}"', "'''{}'''", '"""{}"""', "'''a'{} '''", '"""a"{} """']))
def test_no_value_breaks_out_of_a_literal(value: str, quotes: str) -> None:
    found = _answer(f"SELECT ({quotes.replace('{}', '{{x}}')} AS ?v) {{}}", value)
    assert isinstance(found, ox.Literal)
    before, after = quotes.strip("'\"").split("{}") if "a" in quotes else ("", "")
    assert found.value == f"{before}{value}{after}" or found.value == f"a{quotes[4]}{value} "


@given(_values)
def test_no_value_breaks_out_of_an_iri(value: str) -> None:
    found = _answer("SELECT ?v { VALUES ?v { <http://x/{{x}}> } }", value)
    assert isinstance(found, ox.NamedNode)
    assert found.value.startswith("http://x/")


@given(_values.filter(bool))
def test_no_value_breaks_out_of_a_local_name(value: str) -> None:
    found = _answer("SELECT ?v { VALUES ?v { wp:x{{x}} } }", value)
    assert isinstance(found, ox.NamedNode)
    assert found.value.startswith(prefix_map()["wp"] + "x")


@given(_values)
def test_no_value_breaks_out_of_the_open(value: str) -> None:
    found = _answer("SELECT ?v { VALUES ?v { {{x}} } }", value)
    assert isinstance(found, ox.Literal)
    if re.fullmatch(r"-?(0|[1-9][0-9]*)([.][0-9]+)?", value):
        assert float(found.value) == float(value)
    else:
        assert found.value == value


@given(st.text())
def test_no_text_breaks_the_reader(text: str) -> None:
    try:
        parse_query(text, "q")
    except QueryError as error:
        assert error.line


def test_the_wheel_carries_the_queries_of_the_checkout() -> None:
    assert {path.stem for path in (PROJECT / "queries").rglob("*.rq")} == set(library())
