"""What queries give: plain values, rows that stream, serialized tables and graphs, pandas and rdflib."""

from __future__ import annotations

import csv
import io
import json
import sys
from collections.abc import Callable
from typing import TypeVar
from xml.etree import ElementTree

import pyoxigraph as ox
import pytest
import rdflib
from hypothesis import given
from hypothesis import strategies as st
from rdflib.compare import isomorphic

from rdfkit.errors import ExportError, QueryError
from rdfkit.rdf.terms import rdflib_term
from rdfkit.sparql.kept import Kept
from rdfkit.sparql.results import Answer, Graph, Rows, Truth, plain
from rdfkit.store import Store
from tests.support.paths import CASES

VALUES = json.loads((CASES / "store" / "values.json").read_text(encoding="utf-8"))
XSD = "http://www.w3.org/2001/XMLSchema#"
RESULTS = "{http://www.w3.org/2005/sparql-results#}"
TEXT = 'α, "NF-κB"\n\ttwo \\ lines'

Kind = TypeVar("Kind", Rows, Truth, Graph)


def typed(text: str, name: str) -> ox.Literal:
    return ox.Literal(text, datatype=ox.NamedNode(XSD + name))


def iri(name: str) -> ox.NamedNode:
    return ox.NamedNode(f"http://ex/{name}")


@pytest.fixture
def store() -> Store:
    return Store.from_quads(
        [
            ox.Quad(iri("a"), iri("label"), ox.Literal(TEXT), iri("g")),
            ox.Quad(iri("a"), iri("gene"), typed("5601", "integer"), iri("g")),
            ox.Quad(iri("b"), iri("label"), ox.Literal("zwei", language="de"), iri("g")),
        ]
    )


ROWS = (
    "SELECT ?thing ?label ?gene { ?thing <http://ex/label> ?label"
    " OPTIONAL { ?thing <http://ex/gene> ?gene } } ORDER BY ?thing"
)
PLAIN = [
    {"thing": "http://ex/a", "label": TEXT, "gene": 5601},
    {"thing": "http://ex/b", "label": "zwei", "gene": None},
]


def ask(store: Store, query: str, kind: type[Kind]) -> Kind:
    answer = store.query(query)
    assert isinstance(answer, kind)
    return answer


def rows(store: Store, query: str = ROWS) -> Rows:
    return ask(store, query, Rows)


def written(answer: Answer, format: str) -> bytes:
    output = io.BytesIO()
    answer.serialize(output, format)
    return output.getvalue()


def read_xml(answer: Answer) -> ElementTree.Element:
    return ElementTree.fromstring(written(answer, "xml"))  # noqa: S314 - what we wrote ourselves


# Values


@pytest.mark.parametrize(("text", "datatype", "expected"), VALUES, ids=lambda value: repr(value))
def test_a_literal_as_a_plain_value(text: str, datatype: str, expected: str):
    assert repr(plain(typed(text, datatype))) == expected


@pytest.mark.parametrize(
    ("term", "expected"),
    [
        (None, None),
        (ox.NamedNode("http://ex/a"), "http://ex/a"),
        (ox.BlankNode("b1"), "_:b1"),
        (ox.Literal("plain"), "plain"),
        (ox.Literal("5601"), "5601"),
        (ox.Literal("zwei", language="de"), "zwei"),
        (ox.Literal("5", datatype=ox.NamedNode("http://ex/type")), "5"),
        (ox.Triple(iri("a"), iri("b"), iri("c")), "<http://ex/a> <http://ex/b> <http://ex/c>"),
    ],
)
def test_a_term_as_a_plain_value(term: ox.NamedNode | None, expected: str | None):
    assert plain(term) == expected


def test_an_integer_of_too_many_digits_stays_text():
    digits = "9" * 5000
    assert plain(typed(digits, "integer")) == digits
    assert plain(typed(digits, "gYear")) == digits
    assert plain(typed(digits, "decimal")) == digits


@given(st.integers(), st.floats(allow_nan=False, allow_infinity=False), st.dates(), st.booleans(), st.text())
def test_values_come_back_as_they_were_written(number, real, date, truth, text):
    assert plain(ox.Literal(number)) == number
    assert plain(typed(repr(real), "double")) == real
    assert plain(typed(date.isoformat(), "date")) == date
    assert plain(ox.Literal(truth)) is truth
    assert plain(ox.Literal(text)) == text


@given(st.text(), st.sampled_from(sorted({name for _, name, _ in VALUES})))
def test_every_text_of_every_type_has_a_value(text: str, name: str):
    value = plain(typed(text, name))
    assert value == text if isinstance(value, str) else value is not None


# Rows


def test_rows_are_dicts_of_plain_values(store: Store):
    answer = rows(store)
    assert answer.columns == ("thing", "label", "gene")
    assert list(answer) == PLAIN
    assert rows(store).fetch() == PLAIN


def test_rows_are_read_as_often_as_one_likes(store: Store):
    """A cell of a notebook that is run twice gives the same twice."""
    answer = rows(store)
    assert next(iter(answer)) == PLAIN[0]
    first, second = iter(answer), iter(answer)
    assert [next(first), next(second), next(second), next(first)] == [PLAIN[0], *PLAIN, PLAIN[1]]
    assert answer.fetch() == answer.fetch() == PLAIN
    assert [row["label"].value for row in answer.terms() if row["label"]] == [TEXT, "zwei"]
    with pytest.raises(QueryError, match="read in part"):
        written(answer, "csv")


def test_a_second_reading_is_never_empty(store: Store):
    """What is too much to be kept, was written, or failed, is an error the second time."""
    long = rows(Store.from_quads(ox.Quad(iri(str(n)), iri("p"), iri("o")) for n in range(400)),
                "SELECT * { ?a ?p ?o . ?b ?p ?o }")  # fmt: skip
    assert sum(1 for _ in long) == 160_000
    with pytest.raises(QueryError, match="too long to be kept"):
        long.fetch()
    answer = rows(store)
    assert written(answer, "csv")
    for again in (answer.fetch, lambda: written(answer, "csv")):
        with pytest.raises(QueryError, match="written already"):
            again()


def test_terms_have_datatypes_and_languages(store: Store):
    first, second = rows(store).terms()
    assert first["gene"] == typed("5601", "integer")
    assert second == {"thing": iri("b"), "label": ox.Literal("zwei", language="de"), "gene": None}


def test_no_rows_still_have_columns(store: Store):
    answer = rows(store, "SELECT ?x ?y { ?x <http://ex/none> ?y }")
    assert answer.columns == ("x", "y")
    assert answer.fetch() == []


def test_csv_and_tsv_follow_the_standard(store: Store):
    table = list(csv.reader(io.StringIO(written(rows(store), "csv").decode(), newline="")))
    assert table == [["thing", "label", "gene"], ["http://ex/a", TEXT, "5601"], ["http://ex/b", "zwei", ""]]
    lines = written(rows(store), "tsv").decode().splitlines()
    assert lines[0] == "?thing\t?label\t?gene"
    assert lines[2] == '<http://ex/b>\t"zwei"@de\t'


def test_json_and_xml_follow_the_standard(store: Store):
    found = json.loads(written(rows(store), "json"))
    assert found["head"]["vars"] == ["thing", "label", "gene"]
    first, second = found["results"]["bindings"]
    assert first["gene"] == {"type": "literal", "value": "5601", "datatype": XSD + "integer"}
    assert second == {
        "thing": {"type": "uri", "value": "http://ex/b"},
        "label": {"type": "literal", "value": "zwei", "xml:lang": "de"},
    }
    tree = read_xml(rows(store))
    assert [each.text for each in tree.iter(f"{RESULTS}literal")] == [TEXT, "5601", "zwei"]


def test_tables_are_written_while_rows_are_computed():
    """A billion rows, of which the reader takes a few: only a stream can come to an end here."""

    class Reader(io.RawIOBase):
        taken = 0

        def writable(self) -> bool:
            return True

        def write(self, data: bytes) -> int:
            self.taken += 1
            if self.taken > 10:
                raise BrokenPipeError(32, "Broken pipe")
            return len(data)

    store = Store.from_quads(ox.Quad(iri(str(number)), iri("p"), iri("o")) for number in range(1000))
    for format in ("csv", "tsv", "json", "xml"):
        answer = rows(store, "SELECT * { ?a ?p ?o . ?b ?p ?o . ?c ?p ?o }")
        with pytest.raises(BrokenPipeError):
            answer.serialize(Reader(), format)


@pytest.mark.parametrize("query", [ROWS, "ASK {}"])
def test_a_format_that_is_none_is_named(store: Store, query: str):
    with pytest.raises(QueryError, match='"turtle" is no format for rows') as caught:
        written(store.query(query), "turtle")
    assert caught.value.expected == "csv, tsv, json, xml"


def test_a_pandas_table_keeps_integers_with_gaps(store: Store):
    table = rows(store).to_pandas()
    assert list(table.columns) == ["thing", "label", "gene"]
    assert str(table["gene"].dtype) == "Int64"
    assert table["gene"][0] == 5601
    assert str(table["gene"][1]) == "<NA>"
    assert table["label"][0] == TEXT


@pytest.mark.parametrize(
    ("values", "dtype"),
    [
        ("1 2", "int64"),
        ("1 UNDEF", "Int64"),
        ("1.5 UNDEF", "float64"),
        ("true false", "bool"),
        ("true UNDEF", "object"),
        ("1 'a'", "object"),
        ("123456789012345678901234567890 UNDEF", "object"),
        ("UNDEF", "object"),
    ],
)
def test_pandas_columns_have_fitting_types(store: Store, values: str, dtype: str):
    table = rows(store, f"SELECT ?x {{ VALUES ?x {{ {values} }} }}").to_pandas()
    assert str(table["x"].dtype) == dtype


def test_a_pandas_table_without_rows_has_columns(store: Store):
    table = rows(store, "SELECT ?x ?y { ?x <http://ex/none> ?y }").to_pandas()
    assert list(table.columns) == ["x", "y"]
    assert len(table) == 0


def test_without_pandas_the_error_says_what_to_install(store: Store, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(QueryError, match=r"pip install 'rdfkit\[pandas\]'"):
        rows(store).to_pandas()


# Truth


def test_truth_is_true_or_false(store: Store):
    assert ask(store, "ASK { ?s ?p 5601 }", Truth)
    assert not ask(store, "ASK { ?s ?p 5602 }", Truth)


def test_truth_is_written_in_every_format(store: Store):
    def answer() -> Truth:
        return ask(store, "ASK { ?s ?p 5601 }", Truth)

    assert json.loads(written(answer(), "json")) == {"head": {}, "boolean": True}
    assert read_xml(answer()).findtext(f"{RESULTS}boolean") == "true"
    assert written(answer(), "csv") == written(answer(), "tsv") == b"true"


# Graph


CONSTRUCT = "CONSTRUCT { ?s <http://ex/says> ?o } WHERE { ?s <http://ex/label> ?o }"
TRIPLES = {
    ox.Triple(iri("a"), iri("says"), ox.Literal(TEXT)),
    ox.Triple(iri("b"), iri("says"), ox.Literal("zwei", language="de")),
}


def test_a_graph_can_be_read_again(store: Store):
    answer = ask(store, CONSTRUCT, Graph)
    assert set(answer) == TRIPLES
    assert set(answer) == TRIPLES
    assert len(answer.to_rdflib()) == 2


def test_describe_gives_a_graph(store: Store):
    assert len(set(ask(store, "DESCRIBE <http://ex/a>", Graph))) == 2


@pytest.mark.parametrize(
    ("name", "format"),
    [
        ("turtle", ox.RdfFormat.TURTLE),
        ("ntriples", ox.RdfFormat.N_TRIPLES),
        ("jsonld", ox.RdfFormat.JSON_LD),
        ("rdfxml", ox.RdfFormat.RDF_XML),
        ("nquads", ox.RdfFormat.N_QUADS),
        ("trig", ox.RdfFormat.TRIG),
    ],
)
def test_a_graph_survives_every_format(store: Store, name: str, format: ox.RdfFormat):
    data = written(ask(store, CONSTRUCT, Graph), name)
    assert {quad.triple for quad in ox.parse(data, format)} == TRIPLES


def test_a_graph_in_an_unknown_format_is_an_error(store: Store):
    with pytest.raises(ExportError, match='"csv"'):
        written(ask(store, CONSTRUCT, Graph), "csv")


def test_a_graph_for_rdflib_is_the_same_graph(store: Store):
    expected = rdflib.Graph().parse(data=written(ask(store, CONSTRUCT, Graph), "ntriples"), format="nt")
    assert isomorphic(ask(store, CONSTRUCT, Graph).to_rdflib(), expected)


@pytest.mark.parametrize(
    ("term", "expected"),
    [
        (iri("a"), rdflib.URIRef("http://ex/a")),
        (ox.BlankNode("b1"), rdflib.BNode("b1")),
        (ox.Literal("x"), rdflib.Literal("x")),
        (ox.Literal("x", language="de"), rdflib.Literal("x", lang="de")),
        (typed("01", "integer"), rdflib.Literal("01", datatype=rdflib.XSD.integer, normalize=False)),
    ],
)
def test_terms_for_rdflib_keep_their_text(term: ox.NamedNode, expected: rdflib.term.Node):
    assert rdflib_term(term) == expected
    assert str(rdflib_term(term)) == str(expected)


def test_rdflib_cannot_hold_a_triple_term():
    with pytest.raises(QueryError, match="rdflib cannot hold"):
        rdflib_term(ox.Triple(iri("a"), iri("b"), iri("c")))


# What fails on the way


@pytest.mark.parametrize(
    "read",
    [
        Rows.fetch,
        lambda answer: list(answer.terms()),
        lambda answer: answer.serialize(io.BytesIO(), "csv"),
    ],
)
def test_a_query_that_fails_while_it_is_read_is_an_error(read: Callable[[Rows], object]):
    # Oxigraph itself refuses to connect to this port, so the failure needs no network.
    failing = ox.Store().query("SELECT * { SERVICE <http://127.0.0.1:9/> {} }")
    assert isinstance(failing, ox.QuerySolutions)
    answer = Rows(("x",), Kept(failing), None)
    with pytest.raises(QueryError, match="the query failed"):
        read(answer)
    # What is over is not empty.
    with pytest.raises(QueryError):
        answer.fetch()
