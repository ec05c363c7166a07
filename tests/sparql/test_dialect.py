"""Queries in Virtuoso's looser dialect run as they are, and the standard is never touched."""

from __future__ import annotations

import socket
import tomllib

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rdfkit.errors import QueryError
from rdfkit.rdf.identifiers import prefix_map
from rdfkit.sparql.dialect.edits import Repaired
from rdfkit.sparql.dialect.repair import repair
from rdfkit.sparql.library import bind, find_query, library, read_query
from rdfkit.store import Store
from tests.support.command_line import Done, run_command
from tests.support.paths import CASES

FOLDER = CASES / "dialect"
EXPECTED = tomllib.loads((FOLDER / "expected.toml").read_text())
# What queries are made of, so that random texts come near to them.
PIECES = st.sampled_from(
    """
    SELECT;select distinct;count(;(count(?x) as ?n);as ?n;?x;?y;*;(;);{;};WHERE;FROM <http://x/>;GROUP BY
    ORDER BY;fn:substring(;'a';\"\"\";# comment;<;DEFINE;:;,
    """.replace("\n", ";").split(";")
)


@pytest.mark.parametrize("case", sorted(EXPECTED))
def test_a_query_runs_as_it_is(case: str, seed_store: Store) -> None:
    answer = seed_store.query(bind(read_query(FOLDER / f"{case}.rq"), {}))
    assert [one.name for one in answer.repairs] == EXPECTED[case]["repairs"]
    assert [list(row.values()) for row in answer] == EXPECTED[case]["rows"]


def test_every_query_has_an_expectation() -> None:
    assert {path.stem for path in FOLDER.glob("*.rq")} == EXPECTED.keys()


def test_a_parameter_is_bound_before_the_repair(seed_store: Store) -> None:
    query = read_query(FOLDER / "parameter.rq")
    assert query.description == "How many figures mention a gene, by the symbol of the gene."
    (row,) = seed_store.query(bind(query, {"symbol": "no such gene"})).fetch() or [None]
    assert row is None


def test_strict_refuses_the_dialect_with_the_place_in_the_text(seed_store: Store) -> None:
    with pytest.raises(QueryError, match="not valid SPARQL") as caught:
        seed_store.query("SELECT count(?s) as ?n\nWHERE { ?s ?p ?o }", strict=True)
    assert caught.value.line == 1


def test_what_stays_wrong_is_told_of_the_text_as_it_was(seed_store: Store) -> None:
    with pytest.raises(QueryError) as caught:
        seed_store.query("SELECT count(?s) as ?n WHERE { ?s nope:p ?o }")
    assert 'the prefix "nope:" is not declared' in str(caught.value)
    assert caught.value.value == "SELECT count(?s) as ?n WHERE { ?s nope:p ?o }"


def test_the_command_line_says_what_was_repaired(seed_store: Store) -> None:
    def run(*options: str) -> Done:
        query = str(FOLDER / "parameter.rq")
        command = ("query", query, "--param", "symbol=STAT3", "--store", str(seed_store.path))
        return run_command(*command, *options)

    told = run()
    assert told.stdout == "gene,figures\nhttps://identifiers.org/ncbigene/6774,4\n"
    assert [line.split(":")[:2] for line in told.stderr.splitlines()] == [
        ["repaired", " projection-parentheses"],
        ["repaired", " implied-group-by"],
    ]
    assert run("-q").stderr == ""
    assert run("--strict").returncode == 2


@pytest.mark.parametrize("name", sorted(library()))
def test_the_library_needs_no_repair(name: str, seed_store: Store) -> None:
    text = bind(find_query(name), dict.fromkeys(_without_default(name), "x"))
    assert repair(text, prefix_map()) == Repaired(text, ())
    if not find_query(name).is_federated:
        assert seed_store.query(text, strict=True).repairs == ()


@pytest.mark.parametrize(
    "text",
    [
        "SELECT (COUNT(?x) AS ?n) { ?x ?p ?y } ORDER BY ?y",
        "SELECT ?x { ?x ?p 'SELECT count(?x) as ?n' } # fn:substring(?x, 1)",
        "ASK { ?x <http://ex/count(?x)> ?y , ?z }",
        "SELECT (COUNT(?x) AS ?n) ?y { ?x ?p ?y } GROUP BY ?y",
        "ASK { SERVICE <http://127.0.0.1:9/> { ?x ?p ?y } }",
    ],
)
def test_the_standard_is_never_touched(text: str) -> None:
    assert repair(text, prefix_map()) == Repaired(text, ())


@pytest.mark.parametrize(
    "text",
    [
        "SELECT ?x count(?y) as ?n { ?x ?p ?y } HAVING (count(?y) > 1)",
        "SELECT ?x ?z count(?y) as ?n { ?x ?p ?y , ?z } GROUP BY ?x",
        "SELECT ?x { ?x ?p ?y FILTER ?y > 1 }",
        "SELECT count(?x as ?n { ?x ?p ?y }",
        "SELECT count(?x) as ?n { ?x ?p 'open }",
        "SELECT count(?x) as ?n { ?x nope:p ?y }",
        "SELECT (fn:no-such-function(?x) as ?y) { ?x ?p ?z }",
        "SELECT * count(?x) as ?n { ?x ?p ?y }",
        "DEFINE",
        "SELECT",
        "",
    ],
)
def test_what_virtuoso_refuses_too_stays_wrong(text: str) -> None:
    assert repair(text, prefix_map()) == Repaired(text, ())


@pytest.mark.parametrize(
    ("text", "repaired"),
    [
        # Strings, comments and IRIs stay as they are, and so do line breaks.
        (
            "select count(?x) as ?n # count(?x) as ?n\n{ ?x <http://ex/a,b> 'count(?x) as ?n, fn:substring(' }",
            "select  (count(?x) as ?n)  # count(?x) as ?n\n"
            "{ ?x <http://ex/a,b> 'count(?x) as ?n, fn:substring(' }",
        ),
        # A new name is none of the query's own.
        (
            "SELECT count(?callret_0) { ?callret_0 ?p ?o }",
            "SELECT  (count(?callret_0) AS ?callret_0_)  { ?callret_0 ?p ?o }",
        ),
        # Only the part that groups is grouped.
        (
            "ASK { { SELECT ?s count(?o) as ?n { ?s ?p ?o } } FILTER(?n > 1) }",
            "ASK { { SELECT ?s  (count(?o) as ?n)  { ?s ?p ?o } GROUP BY ?s  } FILTER(?n > 1) }",
        ),
        (
            "CONSTRUCT { ?s rdfs:label ?n } { SELECT ?s count(?o) as ?n { ?s ?p ?o } }",
            "CONSTRUCT { ?s rdfs:label ?n } { SELECT ?s  (count(?o) as ?n)  { ?s ?p ?o } GROUP BY ?s  }",
        ),
        # Variables and columns of one name.
        (
            "SELECT (str(?t) as ?t) count(?t) as ?n { { SELECT ?t { ?x rdfs:label ?t } } } ORDER BY ?t",
            "SELECT (str(?t_) as ?t)  (count(?t_) as ?n)  "
            "{ { SELECT ?t_ { ?x rdfs:label ?t_ } } } GROUP BY ?t_  ORDER BY ?t",
        ),
        # Literals, operators and constants are expressions.
        (
            "SELECT 'a'@en as ?a, '1'^^xsd:byte as ?b, -1 as ?c, !true as ?d, ?x + 2 * ?x as ?e { ?x ?p ?o }",
            "SELECT  ('a'@en as ?a)    ('1'^^xsd:byte as ?b)    (-1 as ?c)    (!true as ?d)    (?x + 2 * ?x as ?e)  "
            "{ ?x ?p ?o }",
        ),
        # Functions within functions, and by their whole name.
        (
            "SELECT (<http://www.w3.org/2005/xpath-functions#concat>(?x, fn:string(?p)) as ?c) { ?x ?p ?o }",
            "SELECT (CONCAT(STR(?x), STR(STR(?p))) as ?c) { ?x ?p ?o }",
        ),
        # Prefixes of the endpoint, beside functions that have none.
        (
            "SELECT (fn:string(?s) as ?x) { ?s a biopax:Pathway ; ?p wprdf: }",
            "PREFIX biopax: <http://www.biopax.org/release/biopax-level3.owl#>\n"
            "PREFIX wprdf: <http://rdf.wikipathways.org/>\n"
            "SELECT (STR(?s) as ?x) { ?s a biopax:Pathway ; ?p wprdf: }",
        ),
        # A service is only read.
        (
            "SELECT count(?x) as ?n { SERVICE SILENT <http://127.0.0.1:9/> { ?x ?p ?y } }",
            "SELECT  (count(?x) as ?n)  { SERVICE SILENT <http://127.0.0.1:9/> { ?x ?p ?y } }",
        ),
    ],
)
def test_a_repair_changes_what_it_must(text: str, repaired: str) -> None:
    assert repair(text, prefix_map()).text == repaired


def test_a_repair_tells_what_it_did() -> None:
    done = repair("SELECT ?s count(?o), sum(?n) as ?m { ?s ?p ?o }", prefix_map())
    assert {one.name: one.sentence for one in done.repairs} == {
        "projection-commas": "left out the commas between the columns of SELECT",
        "projection-parentheses": "put parentheses around sum(?n) as ?m",
        "projection-name": "gave columns without a name one: count(?o) is ?callret_1",
        "implied-group-by": "grouped by the variables that stand beside an aggregate: ?s",
    }


def test_no_service_is_called_by_the_attempt() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        place = f"<http://127.0.0.1:{server.getsockname()[1]}/>"
        for text in (
            f"ASK {{ SERVICE {place} {{ ?x ?p ?y }} }}",
            f"ASK {{ {{ SELECT count(?x) as ?n {{ SERVICE {place} {{ ?x ?p ?y }} }} }} }}",
            f"ASK {{ SERVICE#\n{place} {{ ?x ?p ?y }} SERVICE SILENT ?z {{ ?x ?p fn:y }} }}",
        ):
            repair(text, prefix_map())
        server.settimeout(0)
        with pytest.raises(BlockingIOError):
            server.accept()


# Parts of standard queries: whatever is put together from them is SPARQL 1.1.
COLUMNS = st.lists(
    st.sampled_from(["?x", "(STR(?x) AS ?a)", "(?y + 1 AS ?b)", "(COALESCE(?x, 'count(?x) as ?n') AS ?c)"]),
    min_size=1,
    unique=True,
).map(" ".join)
AGGREGATES = st.sampled_from(
    [
        "(COUNT(*) AS ?n)",
        "(COUNT(DISTINCT ?x) AS ?n) (MAX(?y) AS ?m)",
        "(GROUP_CONCAT(?x; separator=',') AS ?g)",
    ]
)
PATTERNS = st.lists(
    st.sampled_from(
        [
            "?x ?p ?y .",
            "?x a wp:Pathway , wp:DataNode ; rdfs:label 'a, b as ?c'@en .",
            "OPTIONAL { ?x dc:title ?y }",
            "FILTER(CONTAINS(STR(?x), 'fn:substring(') && ?y < 3)",
            "VALUES (?x ?y) { (1 UNDEF) }",
            "{ SELECT ?x (COUNT(?y) AS ?k) { ?x ?p ?y } GROUP BY ?x ORDER BY ?x }",
            "# SELECT count(?x) as ?n\n",
        ]
    ),
    max_size=4,
).map(" ".join)


@given(
    COLUMNS | AGGREGATES,
    PATTERNS,
    st.sampled_from(["", "ORDER BY ?x", "LIMIT 3", "ORDER BY DESC(?y) ?x OFFSET 1"]),
)
def test_no_text_that_is_sparql_is_changed(columns: str, pattern: str, modifiers: str) -> None:
    text = f"SELECT {columns} WHERE {{ {pattern} }} {modifiers}"
    ox.Store().query(text, prefixes=prefix_map())
    assert repair(text, prefix_map()) == Repaired(text, ())


@given(st.lists(PIECES | st.text(max_size=3), max_size=12).map(" ".join))
def test_any_text_can_be_repaired_and_only_once(text: str) -> None:
    repaired = repair(text, prefix_map())
    assert repair(repaired.text, prefix_map()) == Repaired(repaired.text, ())


@given(st.lists(PIECES | st.text(max_size=3), max_size=12).map(" ".join))
def test_without_a_repair_the_text_is_as_it_was(text: str) -> None:
    repaired = repair(text, prefix_map())
    assert bool(repaired.repairs) or repaired.text == text


def _without_default(name: str) -> list[str]:
    return [parameter.name for parameter in find_query(name).parameters if parameter.default is None]
