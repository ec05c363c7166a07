"""What endpoints send, read or refused."""

from __future__ import annotations

import gc
import io
import json
import sys
import threading

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rdfkit.endpoints.http.response import Reply, shown
from rdfkit.endpoints.registry import Endpoint
from rdfkit.endpoints.result_parser import accept, read_answer, read_rows, reasons
from rdfkit.errors import RemoteError
from rdfkit.sparql.query import QueryText
from rdfkit.sparql.results import Graph, Rows, Truth

URL = "http://example.org/sparql"
ROWS = "application/sparql-results+json"
XSD = "http://www.w3.org/2001/XMLSchema#"

iris = st.from_regex(r"http://ex/[a-z0-9]{1,5}", fullmatch=True).map(ox.NamedNode)
texts = st.text(st.characters(exclude_categories=["Cs"]))
literals = st.one_of(
    texts.map(ox.Literal),
    st.tuples(texts, st.sampled_from(["de", "en-gb"])).map(
        lambda each: ox.Literal(each[0], language=each[1])
    ),
    st.tuples(texts, st.sampled_from(["int", "date"])).map(
        lambda each: ox.Literal(each[0], datatype=ox.NamedNode(XSD + each[1]))
    ),
)


def bytes_of(rows: list[tuple[object, object]]) -> bytes:
    """Rows as an endpoint that works would send them."""

    def term(each: object) -> dict[str, str]:
        if isinstance(each, ox.NamedNode):
            return {"type": "uri", "value": each.value}
        assert isinstance(each, ox.Literal)
        extra = {"xml:lang": each.language} if each.language else {"datatype": each.datatype.value}
        return {"type": "literal", "value": each.value, **extra}

    bindings = [{name: term(x) for name, x in zip("ab", row, strict=True) if x is not None} for row in rows]
    return json.dumps({"head": {"vars": ["a", "b"]}, "results": {"bindings": bindings}}).encode()


@given(st.lists(st.tuples(*[st.one_of(st.none(), iris, literals)] * 2), max_size=8))
def test_rows_come_through_as_they_are(rows: list[tuple[object, object]]):
    found = read_rows(Reply(ROWS, bytes_of(rows)), URL)
    assert found.variables == ("a", "b")
    assert found.rows == rows


@given(st.lists(st.tuples(iris, literals), min_size=1, max_size=4), st.data())
def test_rows_that_are_cut_anywhere_are_malformed(rows: list[tuple[object, object]], data: st.DataObject):
    whole = bytes_of(rows)
    end = data.draw(st.integers(0, len(whole) - 1))
    with pytest.raises(RemoteError) as caught:
        read_rows(Reply(ROWS, whole[:end]), URL)
    assert caught.value.kind == "malformed"


def test_what_is_malformed_in_one_thread_leaves_nothing_for_another(monkeypatch: pytest.MonkeyPatch):
    """Oxigraph complains when what it made is dropped by another thread."""
    complaints: list[object] = []
    monkeypatch.setattr(sys, "unraisablehook", complaints.append)
    errors: list[RemoteError] = []

    def read() -> None:
        try:
            read_rows(Reply(ROWS, bytes_of([(ox.NamedNode("http://ex/1"), None)])[:-4]), URL)
        except RemoteError as error:
            errors.append(error)

    thread = threading.Thread(target=read)
    thread.start()
    thread.join()
    assert len(errors) == 1
    errors.clear()
    gc.collect()
    assert complaints == []


@given(st.binary(max_size=60))
def test_any_bytes_are_read_or_refused(body: bytes):
    for media_type in (ROWS, "text/turtle", "application/n-triples"):
        try:
            read_answer(Reply(media_type, body), URL)
        except RemoteError as error:
            assert error.kind == "malformed"
            assert str(error).isprintable()


@given(st.text('{}[]\\"a', max_size=400))
def test_brackets_in_texts_are_no_nesting(text: str):
    rows = [(ox.Literal(text), None)] * 20
    assert len(read_rows(Reply(ROWS, bytes_of(rows)), URL).rows) == 20


@pytest.mark.parametrize("name", ["triple", "\\u0074riple"])
@pytest.mark.parametrize("depth", [100, 300, 20_000])
def test_nested_terms_are_read_up_to_a_depth(name: str, depth: int):
    outer = f'{{"type":"{name}","value":{{"subject":{{"type":"uri","value":"http://e/s"}},'
    outer += '"predicate":{"type":"uri","value":"http://e/p"},"object":'
    body = '{"head":{"vars":["x"]},"results":{"bindings":[{"x":' + outer * depth
    body += '{"type":"uri","value":"http://e/o"}' + "}}" * depth + "}]}}"
    if depth == 100:
        assert len(read_rows(Reply(ROWS, body.encode()), URL).rows) == 1
    else:
        with pytest.raises(RemoteError, match="nested too deeply"):
            read_rows(Reply(ROWS, body.encode()), URL)


@pytest.mark.parametrize(
    ("media_type", "depth"), [("text/turtle", 20_000), ("application/n-triples", 200_000)]
)
def test_nested_triple_terms_are_refused(media_type: str, depth: int):
    body = (
        "<http://e/s> <http://e/p> "
        + "<<( <http://e/s> <http://e/p> " * depth
        + "1"
        + " )>>" * depth
        + " .\n"
    )
    with pytest.raises(RemoteError, match="nested too deeply"):
        read_answer(Reply(media_type, body.encode()), URL)


def test_answers_of_each_kind():
    rows, count = read_answer(Reply(ROWS, bytes_of([(ox.NamedNode("http://ex/1"), ox.Literal("α"))])), URL)
    assert isinstance(rows, Rows)
    output = io.BytesIO()
    rows.serialize(output, "csv")
    assert (count, output.getvalue().decode()) == (1, "a,b\r\nhttp://ex/1,α\r\n")
    truth, _ = read_answer(Reply(ROWS, b'{"head":{},"boolean":false}'), URL)
    assert isinstance(truth, Truth)
    assert not truth
    turtle = "@prefix e: <http://ex/> . e:s e:p [ e:p 'α' ], <relative> ."
    graph, count = read_answer(Reply("text/turtle", turtle.encode()), URL)
    assert isinstance(graph, Graph)
    assert count == 3
    assert ox.NamedNode("http://example.org/relative") in {triple.object for triple in graph}


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("SELECT * {}", ROWS),
        ("ask {}", ROWS),
        ("PREFIX construct: <http://e/> SELECT * {}", ROWS),
        ("# CONSTRUCT\nBASE <http://describe/> Describe <x>", "application/n-triples"),
        ("construct where { ?s ?p 'SELECT' }", "application/n-triples"),
        ("no query at all", ROWS),
    ],
)
def test_what_is_asked_for_follows_from_the_query(query: str, expected: str):
    assert accept(QueryText(query)).partition(",")[0] == expected


@pytest.mark.parametrize(
    ("rows", "expected"), [(b'{"__ASK_RETVAL":{"type":"literal","value":"1"}}', True), (b"", False)]
)
def test_virtuoso_answers_ask_with_rows(rows: bytes, expected: bool):
    body = b'{"head":{"link":[],"vars":["__ASK_RETVAL"]},"results":{"bindings":[' + rows + b"]}}"
    truth, _ = read_answer(Reply(ROWS, body), URL)
    assert isinstance(truth, Truth)
    assert bool(truth) is expected


@pytest.mark.parametrize(
    ("media_type", "count", "max_rows", "cut"),
    [
        ("text/turtle", 10_000, None, True), ("text/turtle", 10_001, None, True), ("text/turtle", 10_002, None, False),
        (ROWS, 10_001, None, False), ("text/turtle", 101, 100, True), ("text/turtle", 99, 100, False),
    ],
)  # fmt: skip
def test_a_graph_is_cut_one_triple_later(media_type: str, count: int, max_rows: int | None, cut: bool):
    endpoint = Endpoint("", "", URL, max_rows=max_rows)
    assert bool(list(reasons(Reply(media_type, b""), endpoint, QueryText("DESCRIBE <x>"), count))) is cut


@pytest.mark.parametrize(
    ("query", "headers", "count", "cut"),
    [
        ("SELECT * {} LIMIT 100", {"x-sparql-maxrows": "100"}, 100, False),
        ("SELECT * {} LIMIT 200", {"x-sparql-maxrows": "100"}, 100, True),
        ("SELECT * {}", {"x-sparql-maxrows": "100"}, 100, True),
        ("SELECT * {} LIMIT 100", {"x-sql-state": "S1TAT"}, 100, True),
    ],
)
def test_a_limit_of_the_query_is_no_cut(query: str, headers: dict[str, str], count: int, cut: bool):
    assert (
        bool(list(reasons(Reply(ROWS, b"", headers), Endpoint("", "", URL), QueryText(query), count))) is cut
    )


def test_one_reason_for_one_cut():
    endpoint = Endpoint("", "", URL, max_rows=10_000)
    reply = Reply(ROWS, b"", {"x-sparql-maxrows": "10000", "x-sql-state": "S1TAT"})
    assert len(list(reasons(reply, endpoint, QueryText("SELECT * {}"), 10_000))) == 1


@given(st.text())
def test_what_is_shown_can_stand_on_a_terminal(text: str):
    found = shown(text)
    assert found.isprintable()
    assert len(found) <= 200
