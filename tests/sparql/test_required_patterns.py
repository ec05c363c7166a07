"""What a query needs is needed: no query that has an answer is told of a reason why it has none."""

from __future__ import annotations

from collections.abc import Iterator

import pyoxigraph as ox
import pytest
from hypothesis import given, reject
from hypothesis import strategies as st

import rdfkit
from rdfkit.cli.result_table import Content, content_of
from rdfkit.errors import QueryError
from rdfkit.sparql.results import Rows, Truth
from rdfkit.store import Store
from tests.support.examples import share_of_examples

PREFIX = "PREFIX : <http://e/>"
# Few terms, so that patterns often meet; nothing has :none.
SMALL = """
@prefix : <http://e/> .
:g { :a :p :b . :b :p :a . :a :q "x" }
:h { :a :p :b . :b :q :c . :c :q 1 , "x"@en }
"""
NOTHING = st.just("")
IRIS = st.sampled_from([":a", ":b", ":c", ":none"])
GRAPHS = st.sampled_from([":g", ":h", ":none"])
LITERALS = st.sampled_from(['"x"', '"x"@en', "1", "01", '"y"'])
VARIABLES = st.sampled_from(["?x", "?y", "?z"])
PATHS = st.recursive(
    st.sampled_from([":p", ":q", ":none", "!:p", "!(:p|^:q)"]),
    lambda paths: st.one_of(
        st.builds("^({})".format, paths),
        st.builds("({}){}".format, paths, st.sampled_from("*+?")),
        st.builds("({}{}{})".format, paths, st.sampled_from("/|"), paths),
    ),
    max_leaves=3,
)
TRIPLES = st.builds(
    "{} {} {} .".format, VARIABLES | IRIS, VARIABLES | PATHS, st.one_of(VARIABLES, IRIS, LITERALS)
)
CELLS = st.one_of(IRIS, LITERALS, st.just("UNDEF"))
DATA = st.one_of(
    st.builds("VALUES {} {{ {} }}".format, VARIABLES, st.lists(CELLS, max_size=2).map(" ".join)),
    st.builds(
        "VALUES (?x ?y) {{ {} }}".format,
        st.lists(st.builds("({} {})".format, CELLS, CELLS), max_size=2).map(" ".join),
    ),
    st.sampled_from(["VALUES () { }", "VALUES () { () }"]),
)
CONDITIONS = st.recursive(
    st.one_of(
        st.builds("{} {} {}".format, VARIABLES, st.sampled_from(["=", "!="]), VARIABLES | IRIS | LITERALS),
        st.builds("{} = {}".format, IRIS | LITERALS, VARIABLES),
        st.builds("{} {} ({})".format, VARIABLES, st.sampled_from(["IN", "NOT IN"]), IRIS | LITERALS),
        st.builds("BOUND({})".format, VARIABLES),
        st.builds("sameTerm({}, {})".format, VARIABLES, IRIS | LITERALS),
        st.builds("COALESCE({} = {}, {})".format, VARIABLES, IRIS, st.sampled_from(["true", "false"])),
    ),
    lambda parts: st.one_of(
        st.builds("!({})".format, parts),
        st.builds("({} {} {})".format, parts, st.sampled_from(["&&", "||"]), parts),
    ),
    max_leaves=3,
)


def _containers(groups: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Groups in which groups stand."""
    parts = st.one_of(
        st.builds("{} {{ {} }}".format, st.sampled_from(["OPTIONAL", "MINUS"]), groups),
        st.builds("{{ {} }} UNION {{ {} }}".format, groups, groups),
        st.builds("GRAPH {} {{ {} }}".format, VARIABLES | GRAPHS, groups),
        st.builds("FILTER {} {{ {} }}".format, st.sampled_from(["EXISTS", "NOT EXISTS"]), groups),
        st.builds("{{ {} }}".format, _selects(groups, NOTHING)),
        st.builds("{{ {} }}".format, groups),
    )
    return st.builds("{} {}".format, groups, parts) | st.builds("{} {}".format, parts, groups)


def _selects(groups: st.SearchStrategy[str], dataset: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """SELECT queries."""
    columns = st.sampled_from(["*", "?x", "?x ?y", "(COUNT(*) AS ?n)", "(MAX(?y) AS ?z)", "DISTINCT ?y"])
    ends = st.sampled_from(["", "", "", "LIMIT 0", "LIMIT 1", "OFFSET 1"])
    grouped = st.builds(
        "SELECT ?x (COUNT(*) AS ?n) {} {{ {} }} GROUP BY ?x {}".format,
        dataset,
        groups,
        st.sampled_from(["", "HAVING (COUNT(*) > 1)"]),
    )
    plain = st.builds("SELECT {} {} {{ {} }} {}".format, columns, dataset, groups, ends)
    return st.builds("{} {}".format, plain | grouped, NOTHING | DATA)


GROUPS = st.recursive(
    st.lists(
        st.one_of(
            TRIPLES,
            DATA,
            st.builds("FILTER({})".format, CONDITIONS),
            st.builds("BIND({} AS {})".format, st.one_of(VARIABLES, IRIS, LITERALS), VARIABLES),
        ),
        max_size=2,
    ).map(" ".join),
    _containers,
    max_leaves=4,
)
DATASETS = st.one_of(
    NOTHING, NOTHING, st.builds("FROM {}".format, GRAPHS), st.builds("FROM NAMED {}".format, GRAPHS),
    st.builds("FROM {} FROM NAMED {}".format, GRAPHS, GRAPHS),
)  # fmt: skip
QUERIES = st.builds(
    f"{PREFIX} {{}}".format,
    st.one_of(
        _selects(GROUPS, DATASETS),
        st.builds("ASK {} {{ {} }}".format, DATASETS, GROUPS),
        st.builds("CONSTRUCT {{ ?x :p ?y . :a :p :b }} {} WHERE {{ {} }}".format, DATASETS, GROUPS),
        st.builds("DESCRIBE {} {} {} {{ {} }}".format, VARIABLES | IRIS, NOTHING | IRIS, DATASETS, GROUPS),
    ),
)


@pytest.fixture(scope="module")
def small_store() -> Iterator[Store]:
    with Store.from_quads(ox.parse(SMALL, ox.RdfFormat.TRIG)) as store:
        yield store


@pytest.mark.parametrize(
    "text",
    [
        "ASK { VALUES ?x { } }",
        "ASK { VALUES (?x ?y) { } ?x :p ?y }",
        "ASK { VALUES () { } }",
        "ASK { ?x :p ?y } VALUES ?x { }",
        "ASK { { SELECT * { ?x :p ?y } VALUES ?x { } } }",
        "ASK { GRAPH ?g { VALUES ?x { } } }",
        "ASK { FILTER EXISTS { VALUES ?x { } } }",
    ],
)
def test_data_without_rows_is_no_reason(text: str, small_store: Store) -> None:
    text = f"{PREFIX} {text}"
    assert not small_store.query(text)
    assert [hint.term for hint in rdfkit.explain_empty(text, small_store)] == ["all patterns"]


@pytest.mark.parametrize(
    "text",
    [
        # A variable of the same name that is another one.
        "SELECT * { { SELECT ?x { ?x :p ?y } } VALUES ?y { :c } }",
        "SELECT ?x { ?x :p ?y } GROUP BY ?x VALUES ?y { :c }",
        "SELECT * { ?x :p ?y . { FILTER EXISTS { VALUES ?x { :c } } } }",
        # Graphs of which nothing is asked.
        "SELECT * FROM :none { VALUES ?x { :a } }",
        "SELECT * { GRAPH :none { VALUES ?x { :a } } }",
        # A row in any case.
        "SELECT * { { SELECT (COUNT(*) AS ?n) { ?x :none ?y } } VALUES ?x { :a } }",
        "SELECT * { { SELECT (COUNT(*) AS ?n) { ?x :none ?y } } BIND(:a AS ?x) }",
        "SELECT * { { SELECT (COUNT(*) AS ?n) { ?x :none ?y } } OPTIONAL { ?x :q ?y } }",
        "ASK { { SELECT (COUNT(*) AS ?n) { ?x :none ?y } } }",
        "CONSTRUCT { :a :p :b } WHERE { SELECT (COUNT(*) AS ?n) { ?x :none ?y } }",
        "DESCRIBE :a { { SELECT (COUNT(*) AS ?n) { ?x :none ?y } } }",
        "SELECT * { VALUES () { () } VALUES ?x { :a } }",
        # One of several is enough.
        "DESCRIBE :none :a",
        "DESCRIBE :none ?x { ?x :p ?y }",
    ],
)
def test_no_reason_is_given_for_these(text: str, small_store: Store) -> None:
    text = f"{PREFIX} {text}"
    assert _content(text, small_store) is Content.SOMETHING
    assert [hint.term for hint in rdfkit.explain_empty(text, small_store)] == ["all patterns"]


@pytest.mark.parametrize(
    ("text", "term"),
    [
        ("SELECT * FROM :none { { ?x :p ?y } UNION { ?y :p ?x } }", "http://e/none"),
        ("SELECT * FROM :g { GRAPH ?g { ?x :p ?y } }", "a graph that FROM and FROM NAMED leave out"),
        ("SELECT * FROM NAMED :g { ?x :p ?y }", "a graph that FROM and FROM NAMED leave out"),
        ("SELECT * FROM NAMED :g { GRAPH :h { ?x :p ?y } }", "a graph that FROM and FROM NAMED leave out"),
        ("SELECT * FROM NAMED :g { GRAPH ?g { ?x :q :c } }", "?x http://e/q http://e/c"),
    ],
)
def test_the_graphs_that_a_query_names_are_needed(text: str, term: str, small_store: Store) -> None:
    text = f"{PREFIX} {text}"
    assert not small_store.query(text).fetch()
    assert term in [hint.term for hint in rdfkit.explain_empty(text, small_store)]


@given(text=QUERIES)
@share_of_examples(0.5)
def test_no_reason_is_given_for_a_query_that_has_an_answer(text: str, small_store: Store) -> None:
    try:
        content = _content(text, small_store)
    except QueryError:
        reject()
    hints = rdfkit.explain_empty(text, small_store)
    if content is Content.SOMETHING:
        assert [hint.term for hint in hints] == ["all patterns"]


def _content(text: str, store: Store) -> Content:
    answer = store.query(text)
    if isinstance(answer, Truth):
        return Content.SOMETHING if answer else Content.NOTHING
    if isinstance(answer, Rows):
        return content_of([tuple(row.values()) for row in answer])
    return Content.SOMETHING if next(iter(answer), None) is not None else Content.NOTHING
